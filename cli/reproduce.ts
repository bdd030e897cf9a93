/** Seeds that need no quotes on any command line. */
export const SEED_PATTERN = /^[\w.-]{1,64}$/;

/** The text as one word of a shell. */
export const quote = (text: string): string =>
  /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The command that makes a run again, for a shell. What changes no result is left out. */
export function formatCommand({
  scenario,
  seed,
  set,
  check,
}: {
  scenario: string;
  seed: string;
  set: readonly string[];
  check: boolean;
}): string {
  const words = ['npx', 'percolator-lab', 'run', scenario, '--seed', seed];
  for (const override of set) words.push('--set', override);
  if (check) words.push('--check');
  return words.map(quote).join(' ');
}
