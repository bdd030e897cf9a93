import { z } from 'zod';
import { duration, money, percent } from './units.ts';

/**
 * The square-root law of market impact with decay, for one underlying.
 *
 * F(t) = F(t − 1) · 2^(−2 / halfLifeSlots) + q(t), impact(t) = sign(F) · coefficient · √(|F| / volume), held within
 * ±max, where q is the net notional in quote atoms (bought > 0) that counts in slot t on all slabs of the underlying.
 * A metaorder of size Q therefore moves the price by coefficient · √(Q / volume) however it is sliced, and without
 * further flow the impact halves every `halfLifeSlots` (the flow behind the root quarters).
 * The fundamental is round(process × (1 + impact)); what trades in slot t moves slot t + 1.
 *
 * Sources: Almgren, Thum, Hauptmann, Li, "Direct estimation of equity market impact", Risk 18 (2005), which fits an
 * exponent of 3/5; Tóth et al., Phys. Rev. X 1, 021006 (2011) and Bouchaud, Bonart, Donier, Gould, "Trades, Quotes and
 * Prices" (2018), chapter 12, for the square root: Δp / p = Y · σ · √(Q / V) with Y near 1, σ and V of the same period.
 * Which period does not matter while V grows with time and σ with its root; an hour keeps V countable.
 */
export interface ImpactSpec {
  kind: 'sqrt';
  /** Y · σ: move of the price in bps when the net flow equals `volumeAtoms`. */
  coefficientBps: number;
  /** V: the flow, in quote atoms, at which the price moves by `coefficientBps`. */
  volumeAtoms: number;
  halfLifeSlots: number;
  /** The impact never leaves ±this. */
  maxBps: number;
  /** true: only liquidations and other forced closes count. false: fills with the LP count as well. */
  forcedOnly: boolean;
}

const sqrtImpact = z
  .strictObject({
    kind: z.literal('sqrt'),
    coefficient: percent(1, 100_000).describe('Move of the price when the net flow equals `volume` (Y · σ).'),
    volume: money(1).describe('Reference volume V, of the same time (an hour, say) that σ is measured over.'),
    half_life: duration(1).describe('Time in which an impact halves when no more flow comes.'),
    max: percent(1, 9_000).prefault('50 %').describe('Largest move by impact, up or down.'),
    forced_only: z
      .boolean()
      .default(true)
      .describe('Only liquidations and other forced closes move the price; false: fills do too.'),
  })
  .transform(
    (raw): ImpactSpec => ({
      kind: raw.kind,
      coefficientBps: raw.coefficient,
      volumeAtoms: raw.volume,
      halfLifeSlots: raw.half_life,
      maxBps: raw.max,
      forcedOnly: raw.forced_only,
    }),
  )
  .describe('Square-root law: net flow Q moves the price by coefficient · √(Q / volume), and that decays.');

/** How the price of an underlying answers what is traded. */
export const impactType = z.discriminatedUnion('kind', [sqrtImpact]);
