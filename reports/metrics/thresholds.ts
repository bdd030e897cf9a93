/** Below this stored h a run asks for attention (design 04 §4: P(h < 0.99)). */
export const H_TARGET = 0.99;
/** Share of a side's open interest that liquidations of the other side may take before a run asks for attention. */
export const EXPOSURE_TARGET = 0.01;
/** Largest payout difference between exits of one slot that counts as equal treatment. */
export const EQUAL_TREATMENT_TARGET = 0.001;
