import { describe, expect, it } from 'vitest';
import { run } from './outcome.ts';

describe('the scenarios on order books', () => {
  it.each(['jit-and-toxic-flow', 'book-cascade', 'quote-stuffing', 'reservation-griefing', 'stylised-facts'])(
    '%s shows what it expects',
    async (name) => {
      const { judged, missed } = await run(name);
      expect(judged).toBeGreaterThanOrEqual(6);
      expect(missed).toEqual([]);
    },
    120_000,
  );

  it('have no clusters of volatility where makers do not mind it', async () => {
    const { missed } = await run('stylised-facts', ['population.wary_makers.params.widening=0 %']);
    expect(missed).toEqual(['stylised.size_acf_near', 'stylised.size_acf_far']);
  }, 120_000);

  it('miss it with the guard switched off that it is about', async () => {
    const { missed } = await run('reservation-griefing', ['vars.holds.bonded.fee=0 bps']);
    expect(missed).toEqual(['book.bonds_lost']);
  }, 120_000);
});
