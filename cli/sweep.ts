import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { formatIssue, type ScenarioIssue } from '../sim/scenario/issues.ts';
import { loadScenario } from '../sim/scenario/load.ts';
import type { Scenario } from '../sim/scenario/schema.ts';
import { SweepDirectory } from '../sim/sweep/directory.ts';
import {
  countCells,
  countPoints,
  listCells,
  listValues,
  type PlannedCell,
  type SweepPart,
} from '../sim/sweep/plan.ts';
import { BadInputError, refuseBadInput } from './bad_input.ts';
import { type CellTask, KNOWN_METRICS, runCells } from './cells.ts';
import { readCodeVersion } from './code_version.ts';
import { ExitCode } from './exit_codes.ts';
import { Progress } from './progress.ts';
import { SEED_PATTERN } from './reproduce.ts';
import { watchSignals } from './signals.ts';
import {
  findBadCells,
  formatCellCommand,
  type SweepFolder,
  type SweepManifest,
  writeSweepResults,
} from './sweep_files.ts';
import { reportBadCells, reportSweep } from './sweep_report.ts';

interface Arguments {
  scenario: string;
  seeds: string | undefined;
  set: string[];
  grid: string[];
  out: string | undefined;
  workers: number;
  check: boolean;
  'cell-index': number | undefined;
  'cell-count': number | undefined;
}

/** Changes to the scenario's `sweep` section: `--grid` replaces its grid, `--seeds` its seeds. */
function listSweepOverrides({ grid, seeds }: Pick<Arguments, 'grid' | 'seeds'>): string[] {
  const overrides: string[] = [];
  if (grid.length > 0) {
    const axes = grid.map((text) => {
      const [, path, values] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
      if (path === undefined) throw new BadInputError(`--grid ${text}: needs path=value,value,…`);
      return `${JSON.stringify(path)}: [${values}]`;
    });
    overrides.push(`sweep.grid={${axes.join(', ')}}`);
  }
  if (seeds !== undefined) overrides.push(`sweep.seeds=${seeds.includes(',') ? `[${seeds}]` : seeds}`);
  return overrides;
}

/** Which share of the cells to run, from the options or from the batch system's environment. */
export function findPart(
  { 'cell-count': cellCount, 'cell-index': cellIndex }: Pick<Arguments, 'cell-count' | 'cell-index'>,
  environment: NodeJS.ProcessEnv,
): SweepPart | null {
  const read = (name: string) => (environment[name] === undefined ? undefined : Number(environment[name]));
  const slurm = read('SLURM_ARRAY_TASK_ID');
  const step = read('SLURM_ARRAY_TASK_STEP') ?? 1;
  const first = read('SLURM_ARRAY_TASK_MIN') ?? 0;
  const index = cellIndex ?? (slurm === undefined ? read('JOB_COMPLETION_INDEX') : (slurm - first) / step);
  const count = cellCount ?? (slurm === undefined ? undefined : read('SLURM_ARRAY_TASK_COUNT'));
  if (index === undefined && count === undefined) return null;
  if (index === undefined || count === undefined) {
    throw new BadInputError(
      `a part of a sweep needs ${index === undefined ? '--cell-index' : '--cell-count'}`,
    );
  }
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(count) && index >= 0 && index < count)) {
    throw new BadInputError(`there is no part ${index} of ${count}; parts count from 0`);
  }
  return { index, count };
}

const describeIssues = (issues: readonly ScenarioIssue[]) => issues.map(formatIssue).join('\n');

/** Loads the scenario of one point after another; all of them, before the first cell runs, so that mistakes come early. */
class PointLoader {
  readonly hashes: string[] = [];
  private readonly name: string;
  private readonly overrides: readonly string[];
  /** Of the points loaded so far. */
  hasBook = false;
  private latest: { point: number; scenario: Scenario } | null = null;

  constructor(name: string, overrides: readonly string[]) {
    this.name = name;
    this.overrides = overrides;
  }

  load(spec: Pick<SweepManifest, 'grid' | 'seeds'>, point: number): Scenario {
    if (this.latest?.point === point) return this.latest.scenario;
    const values = listValues(spec, point);
    const overrides = [...this.overrides, ...values.map(({ override }) => override)];
    const loaded = loadScenario(this.name, { overrides, metrics: KNOWN_METRICS, isCell: true });
    if (!loaded.ok) throw new BadInputError(describeIssues(loaded.issues));
    const hash = createHash('sha256').update(JSON.stringify(loaded.scenario)).digest('hex');
    this.hashes[point] ??= hash;
    if (this.hashes[point] !== hash) throw new BadInputError(`${this.name} was changed during the sweep`);
    this.latest = { point, scenario: loaded.scenario };
    this.hasBook ||= loaded.scenario.slabs.some(({ matcher }) => matcher.kind === 'book');
    return loaded.scenario;
  }
}

function planSweep(args: Arguments): { manifest: SweepManifest; points: PointLoader; name: string } {
  const overrides = [...args.set, ...listSweepOverrides(args)];
  const loaded = loadScenario(args.scenario, { overrides, metrics: KNOWN_METRICS });
  if (!loaded.ok) throw new BadInputError(describeIssues(loaded.issues));
  const { dataFiles, expect, name, question, sweep, title } = loaded.scenario;
  const spec = sweep ?? { grid: [], seeds: ['1'] };
  const badSeed = spec.seeds.find((seed) => !SEED_PATTERN.test(seed));
  if (badSeed !== undefined)
    throw new BadInputError(`seed ${badSeed}: needs 1 to 64 letters, digits, . _ or -`);
  const points = new PointLoader(args.scenario, overrides);
  for (let point = 0; point < countPoints(spec); point++) points.load(spec, point);
  const manifest: SweepManifest = {
    schema: 'percolator-lab/sweep/1',
    scenario: args.scenario,
    title,
    question,
    set: args.set,
    check: args.check,
    ...spec,
    ...(points.hasBook ? { hasBook: true as const } : {}),
    expect,
    ...readCodeVersion(),
    scenarioHash: createHash('sha256').update(points.hashes.join()).digest('hex'),
    dataFiles,
  };
  return { manifest, points, name };
}

/** The cells of the part that have no result yet; failed ones are tried again. */
function* listOpenCells(folder: SweepFolder, manifest: SweepManifest, part: SweepPart | null) {
  for (const cell of listCells(manifest, part ?? undefined)) {
    const stored = folder.readCell(cell.index);
    if (stored === null || 'failure' in stored) yield cell;
  }
}

interface SweepTask extends CellTask, PlannedCell {}

/** Runs what has no result yet; true if it was interrupted. */
async function runOpenCells(
  args: Arguments,
  { manifest, points }: ReturnType<typeof planSweep>,
  folder: SweepFolder,
  part: SweepPart | null,
): Promise<boolean> {
  const open = [...listOpenCells(folder, manifest, part)];
  const total = [...listCells(manifest, part ?? undefined)].length;
  const progress = new Progress(process.stderr, 'cells');
  progress.say(`${total} cells, ${open.length} to run with ${args.workers} workers, in ${folder.path}`);
  const { signal, release } = watchSignals(progress);
  let done = 0;
  let failures = 0;
  function* makeTasks(): Generator<SweepTask> {
    for (const cell of open) {
      const reproduce = formatCellCommand(manifest, cell.point, cell.seed);
      yield { ...cell, scenario: points.load(manifest, cell.point), check: args.check, reproduce };
    }
  }
  try {
    await runCells<SweepTask>({
      workers: Math.min(args.workers, Math.max(1, open.length)),
      tasks: makeTasks(),
      signal,
      onAnswer: ({ index, seed }, answer) => {
        done += 1;
        if ('failure' in answer) {
          const { kind, message } = answer.failure;
          failures += 1;
          progress.say(`cell ${index} (seed ${seed}) failed: ${message}`);
          // The stack names files of this machine; the results must not.
          folder.writeCell(index, { failure: { kind, message } });
        } else folder.writeCell(index, answer);
        progress.update(done, open.length, failures > 0 ? `, ${failures} failed` : '');
      },
    });
  } finally {
    progress.finish();
    release();
  }
  return signal.aborted;
}

async function sweep(args: Arguments): Promise<void> {
  if (!(Number.isSafeInteger(args.workers) && args.workers >= 1)) {
    throw new BadInputError('--workers needs a whole number of at least 1');
  }
  const part = findPart(args, process.env);
  const plan = planSweep(args);
  const suffix = part === null ? '' : `-${part.index}-of-${part.count}`;
  const path = args.out ?? join('runs', `${plan.name}-sweep${suffix}`);
  const folder: SweepFolder = SweepDirectory.open(path, plan.manifest);
  const isInterrupted = await runOpenCells(args, plan, folder, part);
  if (isInterrupted) {
    console.error(`interrupted; the same command goes on where it stopped (${path})`);
    process.exitCode = ExitCode.Interrupted;
  } else if (part === null) reportSweep(path, plan.manifest, writeSweepResults(folder, plan.manifest));
  else {
    const cells = countCells(plan.manifest);
    console.error(`part ${part.index} of ${part.count} of ${cells} cells is done; \`merge\` joins the parts`);
    reportBadCells(findBadCells(folder, plan.manifest, part));
    console.log(path);
  }
}

export const sweepCommand: CommandModule<object, Arguments> = {
  command: 'sweep <scenario>',
  describe: 'run a scenario for every combination of a grid and every seed, and describe what comes out',
  builder: (yargs) =>
    yargs
      .positional('scenario', {
        type: 'string',
        demandOption: true,
        describe: 'name of a shipped scenario, or a file',
      })
      .option('seeds', {
        type: 'string',
        describe: 'number of seeds, or a list: 200 or 1,7,x [default: as the scenario says, else 1]',
      })
      .option('grid', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'path=value,value,… instead of the grid of the scenario; may be repeated',
      })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'path=value for every cell; may be repeated',
      })
      .option('out', {
        type: 'string',
        describe: 'directory [default: runs/<scenario>-sweep]; if it is there, the sweep goes on',
      })
      .option('workers', {
        type: 'number',
        default: availableParallelism(),
        defaultDescription: 'one per core',
        describe: 'worker threads. The result is the same.',
      })
      .option('check', { type: 'boolean', default: false, describe: 'audit every cell' })
      .option('cell-index', {
        type: 'number',
        describe: 'run this part only, counted from 0 [default: of the batch job]',
      })
      .option('cell-count', { type: 'number', describe: 'number of parts' }),
  handler: (args) => refuseBadInput(() => sweep(args)),
};
