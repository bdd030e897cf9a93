import { describe, expect, it } from 'vitest';
import { calculateOptimalQuotes } from '../../../../sim/agents/quoting/avellaneda_stoikov.ts';

const state = { inventory: 0, variance: 4e-6, riskAversion: 20, arrivalDecay: 2_000 };

describe('quotes of Avellaneda and Stoikov', () => {
  it('are what the formulas give at the parameters of the simulations of the paper', () => {
    // s = 100, σ = 2, T − t = 1, γ = 0.1, κ = 1.5, in money; five shares long.
    // Reservation 100 − 5·0.1·4 = 98; spread 0.1·4 + 20·ln(1 + 1/15) = 0.4 + 1.290770423 = 1.690770423.
    const { shift, halfSpread } = calculateOptimalQuotes({
      inventory: 5,
      variance: 4,
      riskAversion: 0.1,
      arrivalDecay: 1.5,
    });
    expect(100 + shift).toBeCloseTo(98, 12);
    expect(2 * halfSpread).toBeCloseTo(1.690770423, 9);
  });

  it('lie around the reference without inventory, and lower the more it holds', () => {
    const { shift, halfSpread } = calculateOptimalQuotes(state);
    expect(shift).toBeCloseTo(0, 15);
    // 20·4e-6 + (2/20)·ln(1 + 20/2 000) = 0.8 bps + 9.9503309 bps.
    expect(2 * halfSpread * 1e4).toBeCloseTo(10.7503309, 6);
    // Three orders: −3·20·4e-6 = −2.4 bps.
    expect(calculateOptimalQuotes({ ...state, inventory: 3 }).shift * 1e4).toBeCloseTo(-2.4, 12);
    expect(calculateOptimalQuotes({ ...state, inventory: -3 }).shift * 1e4).toBeCloseTo(2.4, 12);
  });

  it('of one without risk aversion follow the arrivals alone', () => {
    expect(calculateOptimalQuotes({ ...state, inventory: 3, riskAversion: 0 })).toEqual({
      shift: -0,
      halfSpread: 1 / 2_000,
    });
    // The limit of the general formula.
    const nearly = calculateOptimalQuotes({ ...state, riskAversion: 1e-6 });
    expect(nearly.halfSpread).toBeCloseTo(1 / 2_000, 9);
  });
});
