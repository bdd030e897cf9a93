import { describe, expect, it } from 'vitest';
import { BOOK_KEYS, bookType } from '../../../sim/scenario/book.ts';
import { withUnits } from '../../../sim/scenario/units.ts';
import { change, listIssues, loadValid, VALID } from './support.ts';

const LP = /matcher:\n {6}kind: passive_lp\n( {6}.*\n){4}/;

/** VALID with an order book in place of the LP. */
const withBook = (book: string, text = VALID) => {
  if (!LP.test(text)) throw new Error('no LP in the scenario');
  return text.replace(LP, `matcher: {kind: book, ${book}}\n`);
};
const PLAIN = 'tick: 0.5 USDC, lot: 0.001 BTC';

describe('matcher: book', () => {
  it('has every guard on that costs nobody much, and the other limits wide', () => {
    const { matcher } = loadValid(withBook(PLAIN)).slabs[0]!;
    expect(matcher).toEqual({
      kind: 'book',
      params: {
        tickAtoms: 500_000,
        lotQ: 1_000,
        batchSlots: 1,
        pendingPromotion: true,
        freezeSlots: 0,
        freezeLevels: 1,
        killBandBps: 0,
        reduceBandBps: 0,
        reduceSlipBps: 100,
        jitPenalty: true,
        roundTripGuard: true,
        routerOnly: false,
        holdFeeBps: 1,
        maxHolds: 8,
        maxHoldSlots: 50,
        maxOrdersPerAccount: 64,
        markBandBps: 100,
        markWindowSlots: 150,
        fundingKBps: 0,
        fundingHorizonSlots: 72_000,
        fundingCap: 10_000,
      },
      pools: {},
      maxSlippageBps: 500,
      depthBandBps: 100,
    });
  });

  it('reads each of its keys in its unit', () => {
    const text = withBook(
      `${PLAIN}, batch: 2 s, max_orders: 9, max_slippage: 3 %, depth_within: 50 bps,
       guards: {pending: false, kill_band: 2 %, freeze: 800 ms, freeze_levels: 3, jit_penalty: false, round_trip_tax: false, reduce_band: 7 %, reduce_slip: 40 bps},
       holds: {fee: 5 bps, max: 2, max_duration: 4 s}, mark: {band: 3 %, window: 4 s},
       funding: {share: 50 %, horizon: 1 h, max: 2 %}, pools: {orders: 100, trades: 7}`,
    );
    expect(loadValid(text).slabs[0]!.matcher).toMatchObject({
      params: {
        batchSlots: 5,
        pendingPromotion: false,
        freezeSlots: 2,
        freezeLevels: 3,
        killBandBps: 200,
        reduceBandBps: 700,
        reduceSlipBps: 40,
        jitPenalty: false,
        roundTripGuard: false,
        holdFeeBps: 5,
        maxHolds: 2,
        maxHoldSlots: 10,
        maxOrdersPerAccount: 9,
        markBandBps: 300,
        markWindowSlots: 10,
        fundingKBps: 5_000,
        fundingHorizonSlots: 9_000,
        fundingCap: 200,
      },
      pools: { orders: 100, trades: 7 },
      maxSlippageBps: 300,
      depthBandBps: 50,
    });
  });

  it.each([
    [PLAIN.replace('0.001 BTC', '1 SOL'), 'matcher.lot: `1 SOL`; is in SOL, but the slab trades BTC'],
    ['lot: 1 BTC', 'matcher.tick: is missing; needs a price in quote per base'],
    [`${PLAIN}, guards: {kill_bnd: 1 %}`, 'matcher.guards.kill_bnd: unknown key'],
    [
      `${PLAIN}, guards: {reduce_band: 4 %}`,
      'matcher.guards.reduce_band: `4 %`; the slab refuses it: must be 0 or at least the maintenance margin (500 bps)',
    ],
    [`${PLAIN}, capital: 1 USDC`, 'matcher.capital: unknown key'],
  ])('%s', (book, message) => {
    expect(listIssues(withBook(book)).join()).toContain(`slabs.btc.${message}`);
  });

  it('takes its funding from its mark, so a rate of its own is refused', () => {
    const text = change('    risk:\n', '    funding_rate: 1 bps\n    risk:\n', withBook(PLAIN));
    expect(listIssues(text)).toEqual([
      'test.yaml:12:19 slabs.btc.funding_rate: `1 bps`; the funding of a book follows its mark price: leave this out and set `matcher.funding`',
    ]);
  });

  it('has no liquidity provider that an event could change', () => {
    const event = (more: string) =>
      `${withBook(PLAIN)}events:\n  - {kind: set_lp, at: 1 min, ${more}spread: 1 %}\n`;
    const message = 'btc: an order book has no liquidity provider to change';
    expect(listIssues(event('slabs: [btc], '))).toEqual([`test.yaml:32:38 events.0.slabs: ${message}`]);
    expect(listIssues(event(''))).toEqual([`test.yaml:32:5 events.0.slabs: ${message}`]);
  });

  it('BOOK_KEYS names a key for every parameter that the file can set', () => {
    const raw = { kind: 'book', tick: '1 USDC', lot: '1 BTC' };
    const { params } = withUnits({}, () => bookType.parse(raw));
    expect(Object.keys(BOOK_KEYS)).toEqual(Object.keys(params));
  });
});

describe('designated LPs', () => {
  const named = (text: string) =>
    change('kind: withdrawer', 'kind: withdrawer\n    designated_lp: true', text);

  it('are a property of a group, which others do not have', () => {
    expect(loadValid(named(withBook(PLAIN))).population[0]).toMatchObject({ designatedLp: true });
    expect(loadValid(withBook(PLAIN)).population[0]).not.toHaveProperty('designatedLp');
  });

  it('need an order book to be designated on', () => {
    expect(listIssues(named(VALID))).toEqual([
      'test.yaml:28:20 population.savers.designated_lp: `true`; none of the slabs of this group has an order book',
    ]);
  });
});
