import { z } from 'zod';
import { exposure, money, percent } from './units.ts';

/** Liquidity of a slab's LP account (account 0), resolved to integers. */
export interface PassiveLpSpec {
  kind: 'passive_lp';
  capitalAtoms: number;
  spreadBps: number;
  skewBps: number;
  maxTradeQ: number;
  maxPositionQ: number;
}

/** The matcher `kind: passive_lp`, as the file has it. */
export const passiveLpType = z
  .strictObject({
    kind: z.literal('passive_lp'),
    capital: money(1).describe('Deposited by the LP account before the first slot.'),
    spread: percent().describe('Distance between bid and ask, in percent of the index.'),
    skew: percent()
      .prefault('0 %')
      .describe('Shift of both quotes against the inventory when max_position is reached.'),
    max_trade: exposure().describe('Largest fill; money is turned into base at the first price.'),
    max_position: exposure().describe('Largest inventory; money is turned into base at the first price.'),
  })
  .describe('One LP account quotes the index plus and minus half a spread, skewed by its inventory.');
