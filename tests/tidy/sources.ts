import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { transformSync } from 'esbuild';

const root = new URL('../../', import.meta.url).pathname;

export interface Source {
  /** Path from the project's root. */
  path: string;
  text: string;
  /** Without comments, string contents and template texts. */
  code: string;
  /** Module specifiers of static and dynamic imports and re-exports. */
  imports: string[];
}

function listTypeScript(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name))
    .sort();
}

/** Strips comments (esbuild drops them when it minifies white space) and the contents of strings. */
export function stripText(text: string): string {
  const { code } = transformSync(text, { loader: 'ts', minifyWhitespace: true, target: 'es2022' });
  return code.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
}

/** All TypeScript sources below the given top-level folders. */
export function readSources(...folders: string[]): Source[] {
  return folders.flatMap(listTypeScript).map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const imports = [
      ...text.matchAll(/(?:^(?:import|export)\s[^'"`;]*?from\s*|import\(|^import\s)'([^']+)'/gm),
    ].map((match) => match[1]!);
    return { path: relative('', path), text, code: stripText(text), imports };
  });
}
