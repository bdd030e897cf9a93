import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect } from 'vitest';
import { findPackageRoot } from '../../sim/scenario/root.ts';

/** A source file of the lab, and a text in it that is replaced by another. */
export interface Sabotage {
  file: RegExp;
  from: string;
  to: string;
}

/** Builds a lab with a deliberate fault and returns its folder below the package's root. */
export async function buildCanary(name: string, { file, from, to }: Sabotage): Promise<string> {
  const root = findPackageRoot();
  const directory = `dist/${name}-${process.pid}`;
  mkdirSync(join(root, directory), { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: { cli: 'cli/main.ts', cell_worker: 'cli/cell_worker.ts' },
    outdir: directory,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    plugins: [
      {
        name,
        setup: ({ onLoad }) =>
          onLoad({ filter: file }, ({ path }) => {
            const source = readFileSync(path, 'utf8');
            const contents = source.replace(from, to);
            expect(contents).not.toBe(source);
            return { contents, loader: 'ts' };
          }),
      },
    ],
  });
  return directory;
}
