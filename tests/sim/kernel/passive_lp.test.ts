import { describe, expect, it } from 'vitest';
import { calculateOffer, calculateQuotePrice } from '../../../sim/kernel/passive_lp.ts';
import type { PassiveLpSpec } from '../../../sim/scenario/passive_lp.ts';
import { RISK, UNIT } from './harness.ts';

const LP: PassiveLpSpec = {
  kind: 'passive_lp',
  capitalAtoms: 0,
  spreadBps: 20,
  skewBps: 50,
  maxTradeQ: 10 * UNIT,
  maxPositionQ: 40 * UNIT,
};
const INDEX = 100 * UNIT;

describe('quotes of the passive LP', () => {
  // Half a spread is 10 bps: 0.1 at an index of 100. A quarter of the inventory limit skews by 12.5 bps.
  it.each([
    { inventory: 0, ask: 100.1, bid: 99.9 },
    { inventory: 10, ask: 99.975, bid: 99.775 },
    { inventory: -10, ask: 100.225, bid: 100.025 },
    { inventory: 40, ask: 99.6, bid: 99.4 },
    { inventory: -40, ask: 100.6, bid: 100.4 },
  ])('inventory $inventory: $bid / $ask', ({ inventory, ask, bid }) => {
    const quote = (direction: 1 | -1) =>
      calculateQuotePrice(LP, direction, INDEX, inventory * UNIT, RISK.maxPrice);
    expect(quote(1)).toBe(Math.round(ask * UNIT));
    expect(quote(-1)).toBe(Math.round(bid * UNIT));
  });

  it('rounds for the LP and stays within the prices an engine takes', () => {
    // 10 bps of 999 is 0.999: the ask is 1 higher, the bid 1 lower.
    expect(calculateQuotePrice(LP, 1, 999, 0, RISK.maxPrice)).toBe(1_000);
    expect(calculateQuotePrice(LP, -1, 999, 0, RISK.maxPrice)).toBe(998);
    expect(calculateQuotePrice(LP, -1, 1, 0, RISK.maxPrice)).toBe(1);
    expect(calculateQuotePrice(LP, 1, RISK.maxPrice, 0, RISK.maxPrice)).toBe(RISK.maxPrice);
  });
});

describe('offers of the passive LP', () => {
  const offer = (
    { positionQ = 0, equity = 1_000_000 }: { positionQ?: number; equity?: number },
    direction: 1 | -1,
    wantedQ: number,
    lp: PassiveLpSpec = { ...LP, spreadBps: 0, skewBps: 0 },
    risk = RISK,
  ) =>
    calculateOffer(
      lp,
      risk,
      { positionQ: positionQ * UNIT, initialEquityAtoms: equity * UNIT },
      direction,
      wantedQ * UNIT,
      INDEX,
    ).sizeQ / UNIT;

  it('gives what is wanted, up to its largest trade', () => {
    expect(offer({}, 1, 7)).toBe(7);
    expect(offer({}, 1, 11)).toBe(10);
    expect(offer({}, -1, 11)).toBe(10);
  });

  it('keeps within its inventory', () => {
    expect(offer({ positionQ: -36 }, 1, 10)).toBe(4);
    expect(offer({ positionQ: -40 }, 1, 10)).toBe(0);
    expect(offer({ positionQ: -40 }, -1, 10)).toBe(10);
    expect(offer({ positionQ: 36 }, -1, 10)).toBe(4);
    // Beyond the limit (A never enlarges a position, but the limit may be lower than what is held).
    expect(offer({ positionQ: -45 }, 1, 10)).toBe(0);
  });

  it('keeps its initial margin after the fill: 10 % of 100 a unit', () => {
    expect(offer({ equity: 50 }, 1, 10)).toBe(5);
    expect(offer({ equity: 50, positionQ: -3 }, 1, 10)).toBe(2);
    expect(offer({ equity: 50, positionQ: -5 }, 1, 10)).toBe(0);
    expect(offer({ equity: -1 }, 1, 10)).toBe(0);
  });

  it('reduces freely, and then opens as far as margin goes', () => {
    expect(offer({ equity: 0, positionQ: 4 }, 1, 3)).toBe(3);
    expect(offer({ equity: 0, positionQ: 4 }, 1, 10)).toBe(4);
    expect(offer({ equity: 20, positionQ: 4 }, 1, 10)).toBe(6);
    expect(offer({ equity: 20, positionQ: -4 }, -1, 10)).toBe(6);
  });

  it('counts its own fee and slippage against itself', () => {
    // 11 of equity, 10 % margin and 10 bps fee on 100: 10 + 0.1 a unit; 1.089… units fit.
    const risk = { ...RISK, makerFeeBps: 10 };
    const lp = { ...LP, spreadBps: 0, skewBps: 0 };
    const size = offer({ equity: 11 }, 1, 10, lp, risk);
    expect(size).toBeCloseTo(11 / 10.1, 5);
    // Long 40 of 40 with 200 bps of skew sells at 98: to sell 40 and go short x costs 2 × (40 + x) beside margin 10 × x.
    const skewed = { ...LP, spreadBps: 0, skewBps: 200, maxTradeQ: 100 * UNIT };
    expect(offer({ equity: 140, positionQ: 40 }, 1, 100, skewed)).toBeCloseTo(45, 5);
  });
});
