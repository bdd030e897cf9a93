import { RISK_ERRORS } from '../risk/errors.ts';

/**
 * The numbered errors of the risk program: the rules' own names first, then those of its entry (design 02 §5). An error's
 * number is its place counted from 1; 0 is success. The same names and numbers as `programs/risk/src/errors.rs`.
 */
export const PROGRAM_ERRORS = [
  ...RISK_ERRORS,
  'InvalidInstruction',
  'MissingAccount',
  'WrongOwner',
  'ReadOnlyAccount',
  'MissingSigner',
  'InvalidAccountData',
  'AlreadyInitialized',
  'WrongAuthority',
  'InvalidParameters',
] as const;

export type ProgramErrorName = (typeof PROGRAM_ERRORS)[number];

/** The number of an outcome; 0 for success (null). */
export function codeOf(error: ProgramErrorName | null): number {
  return error === null ? 0 : PROGRAM_ERRORS.indexOf(error) + 1;
}

/** The name behind a number; null for success. Throws a RangeError for a number nobody gave out. */
export function errorOf(code: number): ProgramErrorName | null {
  if (code === 0) return null;
  const name = PROGRAM_ERRORS[code - 1];
  if (name === undefined) throw new RangeError(`no error has the number ${code}`);
  return name;
}
