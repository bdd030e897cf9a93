/** The stable error names of the risk engine (design 01 §10); they are part of parity. */
export const RISK_ERRORS = [
  'InsufficientBalance',
  'Undercollateralized',
  'Unauthorized',
  'Overflow',
  'AccountNotFound',
  'SideBlocked',
  'CorruptState',
  'PnlNotWarmedUp',
] as const;

export type RiskErrorName = (typeof RISK_ERRORS)[number];

/**
 * A rejected instruction. Thrown inside the engine, caught only by `apply`, which rolls back and returns
 * the name. Instances are shared constants: a rejection is an outcome, not a fault, so it needs no stack.
 */
export class Rejection {
  readonly name: RiskErrorName;
  constructor(name: RiskErrorName) {
    this.name = name;
  }
}

const REJECTIONS = Object.fromEntries(RISK_ERRORS.map((name) => [name, new Rejection(name)])) as Record<
  RiskErrorName,
  Rejection
>;

/** Ends the current instruction with the named error. */
export function reject(name: RiskErrorName): never {
  throw REJECTIONS[name];
}
