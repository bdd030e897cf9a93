import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../../sim/record/types.ts';
import { attackOf, gainOf } from '../play.ts';
import { playBook } from '../play_book.ts';

/** One order of 1 000 USDC a side at 99.95 and 100.05. */
const makers = (params: object = {}, more: object = {}) => ({
  group: 'makers',
  kind: 'market_maker',
  params: { capital: '100_000 USDC', size: '1_000 USDC', levels: 1, risk_aversion: 0, ...params },
  ...more,
});
const noise = (params: object) => ({ group: 'noise', kind: 'noise', count: 10, params });
const netOf = ({ tables }: RunRecord, name: string) =>
  tables.groups.find(({ group }) => group === name)!.netAtoms;
const refusedOf = ({ tables }: RunRecord, name: string) =>
  tables.rejections.filter(({ group }) => group === name).map(({ count, error }) => `${count} ${error}`);

describe('toxic_taker against makers that see the index three slots late', () => {
  const run = (guards: object) =>
    playBook({
      slots: 40,
      price: { kind: 'spike', base: '100 USDC', by: '1 %', start: '10 slots', for: '1_000 slots' },
      book: { guards, batch: '8 slots' },
      population: [makers({}, { latency: '3 slots' })],
      attacks: [{ name: 'toxic', kind: 'toxic_taker', params: { budget: '10_000 USDC' } }],
    });

  it('takes the old ask, and again what replaces it, until they have followed', async () => {
    const record = await run({});
    // 10 at 100.05 in slot 10, and 10 more before slot 13; back to them at 100.94.
    expect(gainOf(record)).toBe(17_800_000);
    expect(netOf(record, 'makers')).toBe(-17_800_000);
    expect(attackOf(record).success).toBe(true);
  });

  it('a kill band that is narrower than the jump refuses it until they have followed', async () => {
    const record = await run({ kill_band: '10 bps' });
    expect(refusedOf(record, 'toxic')).toEqual(['3 KillBand']);
    expect([gainOf(record), netOf(record, 'makers')]).toEqual([0, 0]);
    expect(attackOf(record).success).toBe(false);
  });
});

describe('jit_sniper', () => {
  const run = (guards: object, takers: object, params: object) =>
    playBook({
      slots: 200,
      risk: { trading_fee: '5 bps', maker_fee: '-2 bps' },
      insurance: '1_000 USDC',
      book: { guards, batch: '20 slots' },
      population: [makers({ size: '10_000 USDC' }), takers],
      attacks: [
        {
          name: 'sniper',
          kind: 'jit_sniper',
          params: { budget: '10_000 USDC', start: '10 slots', ...params },
        },
      ],
    });
  const tradingOf = ({ tables }: RunRecord) =>
    tables.bookTrading.find(({ group, liquidity }) => group === 'sniper' && liquidity === 'maker')!;

  describe('in front of a large buyer', () => {
    const buyer = {
      group: 'buyer',
      kind: 'whale',
      params: {
        capital: '50_000 USDC',
        leverage: '2 x',
        side: 'long',
        open_over: '150 slots',
        open_slices: 75,
      },
    };
    const runBuyer = (guards: object) => run(guards, buyer, { trigger: '1_000 USDC' });

    it('earns the rebate of what it sells, and with the penalty only that of a batch begun before', async () => {
      const free = tradingOf(await runBuyer({}));
      // 2 bps of each fill, rounded down.
      expect(Math.abs(-free.feesAtoms - free.notionalAtoms * 2e-4)).toBeLessThan(5);
      expect(free.fills).toBe(5);
      const guarded = tradingOf(await runBuyer({ jit_penalty: true }));
      expect(guarded.notionalAtoms).toBe(free.notionalAtoms);
      // One of the five orders was there when the second batch opened.
      expect(guarded.feesAtoms / free.feesAtoms).toBeCloseTo(0.2, 2);
    });

    it('pays more than it earned to close, because takers come from one side only', async () => {
      expect(gainOf(await runBuyer({}))).toBeLessThan(0);
    });
  });

  it('lives on takers from both sides: the penalty leaves it the spread, and costs makers more', async () => {
    const takers = noise({ capital: '10_000 USDC', mean_gap: '10 slots', size: '2_000 USDC' });
    const free = await run({}, takers, { trigger: '3_000 USDC' });
    const guarded = await run({ jit_penalty: true }, takers, { trigger: '3_000 USDC' });
    for (const record of [free, guarded]) {
      const { edgeAtoms, feesAtoms } = tradingOf(record);
      expect(gainOf(record)).toBeGreaterThan(0);
      // It never took; the index did not move; each fill rounds by less than an atom.
      expect(Math.abs(gainOf(record) - (edgeAtoms - feesAtoms))).toBeLessThan(100);
    }
    expect(-tradingOf(guarded).feesAtoms).toBeLessThan(-0.2 * tradingOf(free).feesAtoms);
    // Makers place anew what was filled, inside the batch, and lose the rebate of that.
    const lost = (name: string) => netOf(free, name) - netOf(guarded, name);
    expect(lost('makers')).toBeGreaterThan(lost('sniper'));
    expect(lost('sniper')).toBeGreaterThan(0);
  });
});

describe('quote_stuffer on a book with room for 60 orders', () => {
  const run = (limit: number) =>
    playBook({
      slots: 100,
      book: { max_orders: limit, pools: { orders: 60 } },
      population: [
        makers(),
        noise({ capital: '1_000 USDC', mean_gap: '5 slots', limit_share: '100 %', limit_life: '10 slots' }),
      ],
      attacks: [
        {
          name: 'stuffer',
          kind: 'quote_stuffer',
          params: { budget: '50 USDC', accounts: 5, start: '20 slots' },
        },
      ],
    });

  it('keeps others off it, for nothing', async () => {
    const record = await run(64);
    expect(refusedOf(record, 'noise')).toEqual([expect.stringMatching(/^\d\d OrdersFull$/)]);
    expect(attackOf(record)).toMatchObject({ success: true, netExtractedAtoms: 0, measuredIn: 'ratio' });
    expect(attackOf(record).measured).toBeGreaterThan(0.3);
  });

  it('cannot when an account may have two orders only', async () => {
    const record = await run(2);
    expect(record.tables.books[0]).toMatchObject({ ordersCapacity: 60 });
    expect(attackOf(record)).toMatchObject({ success: false, measured: 0 });
  });
});

it('quote_stuffer keeps others from reserving with holds of one lot each', async () => {
  const record = await playBook({
    slots: 60,
    book: { pools: { holds: 4 }, holds: { fee: '1 bps' } },
    population: [makers({ size: '100_000 USDC' })],
    attacks: [
      {
        name: 'stuffer',
        kind: 'quote_stuffer',
        params: { budget: '40 USDC', accounts: 4, each: 1, pool: 'holds', fee_bid: '0.01 USDC' },
      },
      {
        name: 'other',
        kind: 'reservation_griefer',
        params: {
          budget: '100 USDC',
          size: '1_000 USDC',
          start: '10 slots',
          sides: 'buy',
          fee_bid: '0 USDC',
        },
      },
    ],
  });
  // Fifty slots, of which the stuffer's holds of fifty slots and their renewals leave none.
  expect(refusedOf(record, 'other')).toContainEqual(expect.stringMatching(/^\d+ HoldsFull$/));
  const { bondsLostAtoms } = record.tables.bookOrders.find(({ group }) => group === 'stuffer')!;
  // Four holds of 0.001 at about 100 for 50 slots at 1 bps: a bond of 0.0005 each, lost once.
  expect(Math.abs(bondsLostAtoms - 4 * 500)).toBeLessThan(20);
  expect(record.tables.attacks[0]).toMatchObject({ attack: 'stuffer', success: true });
});

describe('reservation_griefer', () => {
  const run = (holds: object) =>
    playBook({
      slots: 120,
      book: { holds: { fee: '1 bps', max_duration: '9 slots', ...holds } },
      population: [makers({ levels: 2 })],
      attacks: [
        {
          name: 'griefer',
          kind: 'reservation_griefer',
          params: { budget: '1_000 USDC', size: '1_000 USDC', start: '9 slots' },
        },
      ],
    });

  it('has the best order of each side most of the time, for its bonds', async () => {
    const record = await run({});
    const { tables } = record;
    const own = tables.bookOrders.find(({ group }) => group === 'griefer')!;
    // Renewed every ten slots from slot 10 on: eleven times, both sides. A bond: 1 000 USDC · 9 slots · 1 bps.
    expect(own.holds).toBe(22);
    const bond = 900_000;
    const held = tables.bookSeries.at(-1)!.holds;
    expect(Math.abs(own.bondsLostAtoms - (22 - held) * bond)).toBeLessThan(22 * 1_000);
    expect(gainOf(record)).toBe(-own.bondsLostAtoms);
    // One of two levels of each side, from slot 10 of 120 on.
    expect(attackOf(record).measured).toBeCloseTo(0.5 * (110 / 120), 1);
    expect(attackOf(record).success).toBe(true);
  });

  it('has nothing where nobody may reserve', async () => {
    const record = await run({ max: 0 });
    expect(attackOf(record)).toMatchObject({ success: false, measured: 0, netExtractedAtoms: 0 });
  });
});

describe('liquidation_hunter', () => {
  /** Makers offer 30 000 USDC within 50 bps each time; 180 000 USDC of longs have been bought before. */
  const run = (victims: object) =>
    playBook({
      slots: 260,
      impact: {
        kind: 'sqrt',
        coefficient: '13 %',
        volume: '1_000_000 USDC',
        half_life: '1_000 slots',
        forced_only: false,
      },
      population: [
        makers({ capital: '5_000_000 USDC', size: '5_000 USDC', levels: 6, level_gap: '10 bps' }),
        {
          group: 'victims',
          kind: 'retail_levered',
          count: 20,
          params: { ...victims, long_share: '100 %', entry: { uniform: ['2 slots', '40 slots'] } },
        },
        { group: 'liquidators', kind: 'liquidator' },
        { group: 'crankers', kind: 'cranker', params: { every: '5 slots' } },
      ],
      attacks: [
        {
          name: 'hunter',
          kind: 'liquidation_hunter',
          params: {
            budget: '80_000 USDC',
            side: 'short',
            start: '100 slots',
            slices: 10,
            push_over: '20 slots',
            hunt_for: '2 slots',
          },
        },
      ],
    });

  it('lives on those it forces out', async () => {
    const levered = await run({ capital: '1_000 USDC', leverage: '9 x' });
    expect(levered.tables.liquidations.length).toBe(20);
    const careful = await run({ capital: '4_500 USDC', leverage: '2 x' });
    expect(careful.tables.liquidations).toEqual([]);
    expect(gainOf(levered)).toBeGreaterThan(5 * gainOf(careful));
    expect(netOf(levered, 'victims')).toBeLessThan(-0.4 * 20_000 * 1e6);
  });
});
