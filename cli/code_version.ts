import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from '../sim/scenario/root.ts';

export interface CodeVersion {
  /** Of package.json. */
  version: string;
  /** SHA-256 over the bundles of this build, hex. */
  codeHash: string;
}

/** Which code is running. The bundles are what runs, so their bytes stand for the commit. */
export function readCodeVersion(): CodeVersion {
  const root = findPackageRoot();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const dist = join(root, 'dist');
  const hash = createHash('sha256');
  const bundles = readdirSync(dist)
    .filter((name) => name.endsWith('.js'))
    .sort();
  for (const name of bundles) hash.update(`${name}\n`).update(readFileSync(join(dist, name)));
  return { version, codeHash: hash.digest('hex') };
}
