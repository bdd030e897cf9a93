/** See builds.mjs. */
export function bundle(entry: string, outfile: string, options?: { bigint?: boolean }): Promise<string>;
