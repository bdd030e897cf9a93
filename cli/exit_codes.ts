/** Exit codes of every command (design 04 §7). */
export const ExitCode = {
  ExpectationFailed: 1,
  InvalidInput: 2,
  InternalError: 3,
  Interrupted: 130,
} as const;
