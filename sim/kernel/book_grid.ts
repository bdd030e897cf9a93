/** The nearest price on the tick that is no worse for this side than `price`: down for a buyer, up for a seller. */
export function alignPrice(price: number, side: 'buy' | 'sell', tickAtoms: number): number {
  const ticks = price / tickAtoms;
  return Math.max(1, side === 'buy' ? Math.floor(ticks) : Math.ceil(ticks)) * tickAtoms;
}

/** The largest multiple of the lot within `sizeQ`; 0 if it is less than one lot. */
export function alignSize(sizeQ: number, lotQ: number): number {
  return sizeQ - (sizeQ % lotQ);
}
