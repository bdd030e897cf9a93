import type { CommandModule } from 'yargs';
import { OutputDirectoryError } from '../sim/record/run_directory.ts';
import { findDifference, SweepDirectory } from '../sim/sweep/directory.ts';
import { countCells } from '../sim/sweep/plan.ts';
import { refuseBadInput } from './bad_input.ts';
import { type StoredCell, type SweepFolder, writeSweepResults } from './sweep_files.ts';
import { reportSweep } from './sweep_report.ts';

interface Arguments {
  parts: string[];
  out: string;
}

/** The cell as one of the parts has it; a result before a failure. */
function findCell(folders: readonly SweepFolder[], index: number): StoredCell | null {
  const stored = folders.map((folder) => folder.readCell(index)).filter((cell) => cell !== null);
  return stored.find((cell) => 'result' in cell) ?? stored[0] ?? null;
}

function merge({ out, parts }: Arguments): void {
  const folders = parts.map((part): SweepFolder => SweepDirectory.read(part));
  const manifest = folders[0]!.readManifest();
  for (const folder of folders) {
    const difference = findDifference(folder.readManifest(), manifest);
    if (difference === null) continue;
    throw new OutputDirectoryError(
      `${folder.path} is part of another sweep than ${parts[0]}: ${difference} differs`,
    );
  }
  const cells = countCells(manifest);
  const missing = Array.from({ length: cells }, (_, index) => index).filter(
    (index) => findCell(folders, index) === null,
  );
  if (missing.length > 0) {
    throw new OutputDirectoryError(
      `${missing.length} of ${cells} cells are missing, the first is ${missing[0]}`,
    );
  }
  const whole: SweepFolder = SweepDirectory.open(out, manifest);
  for (let index = 0; index < cells; index++) whole.writeCell(index, findCell(folders, index)!);
  reportSweep(out, manifest, writeSweepResults(whole, manifest));
}

export const mergeCommand: CommandModule<object, Arguments> = {
  command: 'merge <parts..>',
  describe: 'join the parts of a sweep into what one machine would have written',
  builder: (yargs) =>
    yargs
      .positional('parts', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'directories that hold parts of one sweep',
      })
      .option('out', { type: 'string', demandOption: true, describe: 'directory of the whole sweep' }),
  handler: (args) => refuseBadInput(() => merge(args)),
};
