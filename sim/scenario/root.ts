import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'percolator-lab';

/**
 * Directory of the package, found by walking up from this module: the same from source and from the bundle.
 * Throws if no package.json of that name is above it.
 */
export function findPackageRoot(from = dirname(fileURLToPath(import.meta.url))): string {
  for (let directory = from; ; directory = dirname(directory)) {
    const manifest = join(directory, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === PACKAGE) return directory;
    if (dirname(directory) === directory) throw new Error(`no package.json of ${PACKAGE} above ${from}`);
  }
}
