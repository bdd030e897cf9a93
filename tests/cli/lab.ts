import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { findPackageRoot } from '../../sim/scenario/root.ts';

export interface Outcome {
  code: number | null;
  out: string;
  error: string;
}

/** A started command; `interrupt` sends what Ctrl-C sends. */
export interface Command {
  outcome: Promise<Outcome>;
  interrupt(): void;
  /** Ends it like a power cut: it cannot clean up. */
  kill(): void;
  /** Resolves when the command has printed this. */
  printed(text: string): Promise<void>;
}

/** Starts the built command line (`npm run build` makes it) in a directory. */
export function startLab(args: readonly string[], cwd: string, script = 'dist/cli.js'): Command {
  const child = spawn(process.execPath, [join(findPackageRoot(), script), ...args], { cwd });
  let out = '';
  let error = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    error += chunk;
  });
  const outcome = new Promise<Outcome>((resolve) =>
    child.on('close', (code) => resolve({ code, out, error })),
  );
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (`${out}${error}`.includes(text)) resolve();
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.on('close', () => reject(new Error(`ended without printing ${text}: ${error}`)));
    });
  return { outcome, interrupt: () => child.kill('SIGINT'), kill: () => child.kill('SIGKILL'), printed };
}

export const runLab = (args: readonly string[], cwd: string) => startLab(args, cwd).outcome;

/** Rows of a CSV file. */
export const readCsv = (file: string): Record<string, string>[] =>
  parse(readFileSync(file, 'utf8'), { columns: true });

export const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
