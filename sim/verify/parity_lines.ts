import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { buildHost, findPrograms, ParityHost, ParityUnavailable } from './parity_host.ts';

/** What a run left out of one source file of the programs. */
export interface FileLines {
  file: string;
  lines: number;
  /** Line numbers that no instruction reached. */
  missed: number[];
}

/** The tool of the LLVM that rustc was built with: another one cannot read its profiles. */
function findTool(name: string): string {
  const version = execFileSync('rustc', ['-vV'], { encoding: 'utf8' });
  const major = /LLVM version: (\d+)/.exec(version)?.[1];
  for (const tool of [`${name}-${major}`, name]) {
    try {
      const found = execFileSync(tool, ['--version'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      if (found.includes(`LLVM version ${major}.`)) return tool;
    } catch {
      // Not installed under this name.
    }
  }
  throw new ParityUnavailable(
    `${name} of LLVM ${major} is not installed (Debian: the package llvm-${major})`,
  );
}

/** Lines with code and those among them that were never run, from a report in the lcov format. */
function readLines(report: string, programs: string): FileLines[] {
  return report
    .split('end_of_record\n')
    .map((section) => {
      const counts = [...section.matchAll(/^DA:(\d+),(\d+)$/gm)];
      const missed = counts.filter(([, , count]) => count === '0').map(([, line]) => Number(line));
      const file = relative(programs, /^SF:(.+)$/m.exec(section)?.[1] ?? '');
      return { file, lines: counts.length, missed };
    })
    .filter(({ file }) => /^(risk|math|slab)\/src\//.test(file))
    .sort((x, y) => (x.file < y.file ? -1 : 1));
}

/** Runs `use` with a host that counts lines; returns, for the files of the rules, what it did not reach. */
export async function measureLines(use: (host: ParityHost) => Promise<void>): Promise<FileLines[]> {
  const [profdata, cov] = [findTool('llvm-profdata'), findTool('llvm-cov')];
  const path = buildHost('coverage');
  const folder = mkdtempSync(join(tmpdir(), 'percolator-lines-'));
  try {
    const host = new ParityHost(path, { LLVM_PROFILE_FILE: join(folder, 'host.profraw') });
    try {
      await use(host);
    } finally {
      await host.close();
    }
    const merged = join(folder, 'host.profdata');
    execFileSync(profdata, ['merge', '-sparse', join(folder, 'host.profraw'), '-o', merged]);
    const text = execFileSync(cov, ['export', '-format=lcov', path, `-instr-profile=${merged}`], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return readLines(text, findPrograms());
  } finally {
    rmSync(folder, { recursive: true });
  }
}
