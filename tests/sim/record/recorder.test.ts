import { describe, expect, test } from 'vitest';
import type { RiskParams } from '../../../engine/risk/index.ts';
import { createRecorder } from '../../../sim/record/recorder.ts';
import type { SlabTables } from '../../../sim/record/slab_summary.ts';
import { ORIGIN, WatchedMarket } from '../verify/watched_market.ts';

const FREE: Partial<RiskParams> = {
  tradingFeeBps: 0,
  makerFeeBps: 0,
  liquidationFeeBps: 0,
  minLiquidationAbs: 0,
  warmupPeriodSlots: 0,
};

class RecordedMarket extends WatchedMarket {
  private readonly recorder;

  constructor(params: Partial<RiskParams>, check = true) {
    super(params);
    this.recorder = createRecorder({ ...this.setup, check });
    this.watcher = this.recorder;
  }

  endSlot(fundamentalPrice = this.price): void {
    this.recorder.onSlotEnd(this.slot, fundamentalPrice, this.price);
  }

  finish(): SlabTables {
    this.recorder.onEnd(this.slot + 1);
    return this.recorder.finish();
  }
}

/**
 * At 1.0: 1 buys 10 base from 2. At 0.8: 4 buys 10 base from 3. Account 1 lost 2 000 000 and has 1 000 000: bankrupt by
 * 1 000 000, of which insurance pays 300 000.
 */
function openBankruptVenue(params: Partial<RiskParams> = {}): RecordedMarket {
  const venue = new RecordedMarket({ ...FREE, ...params });
  venue.run({ op: 'topUpInsurance', amount: 300_000, nowSlot: 0 });
  venue.deposit(1, 1_000_000);
  venue.deposit(2, 5_000_000);
  venue.deposit(3, 2_000_000);
  venue.deposit(4, 2_000_000);
  venue.deposit(5, 7_000);
  expect(venue.trade(1, 2, 10_000_000)).toBeNull();
  venue.endSlot();
  venue.move(800_000);
  expect(venue.trade(4, 3, 10_000_000)).toBeNull();
  expect(venue.liquidate(1)).toBeNull();
  venue.endSlot();
  return venue;
}

const row = (tables: SlabTables, account: number) =>
  tables.accounts.find((candidate) => candidate.account === account)!;

describe('a bankruptcy shared through K', () => {
  const venue = openBankruptVenue();
  venue.move(800_000);
  for (const account of [2, 3, 4]) expect(venue.settle(account)).toBeNull();
  venue.endSlot();
  const tables = venue.finish();

  test('the liquidation says who paid', () => {
    expect(tables.liquidations).toEqual([
      {
        slab: 'btc',
        slot: 1,
        account: 1,
        group: 'traders',
        side: 'long',
        full: true,
        closedQ: 10_000_000,
        indexPrice: 800_000,
        notionalAtoms: 8_000_000,
        feePaidAtoms: 0,
        deficitAtoms: 1_000_000,
        insurancePaidAtoms: 300_000,
        socializedAtoms: 700_000,
        // The shorts of 2 and 3.
        carriedByQ: 20_000_000,
        uninsuredAtoms: 0,
      },
    ]);
    expect(row(tables, 1)).toMatchObject({
      lossesPaidAtoms: 1_000_000,
      deficitAtoms: 1_000_000,
      netAtoms: -1_000_000,
    });
  });

  test('each short lost 350 000 through K: 2 out of its gain, 3 out of principal', () => {
    expect(row(tables, 2)).toMatchObject({ lostThroughKAtoms: 350_000, principalLostThroughKAtoms: 0 });
    expect(row(tables, 3)).toMatchObject({
      lostThroughKAtoms: 350_000,
      principalLostThroughKAtoms: 350_000,
      lossesPaidAtoms: 350_000,
      capitalAtoms: 1_650_000,
    });
    expect(row(tables, 4)).toMatchObject({ lostThroughKAtoms: 0, principalLostThroughKAtoms: 0 });
  });

  test('half of each short went with the liquidated long', () => {
    expect([2, 3, 4].map((account) => row(tables, account).exposureReducedQ)).toEqual([
      5_000_000, 5_000_000, 0,
    ]);
    expect([2, 3, 4].map((account) => row(tables, account).positionQ)).toEqual([
      -5_000_000, -5_000_000, 10_000_000,
    ]);
  });

  test('the last row of the series is cranked and cumulative', () => {
    // Released 1 650 000 against 1 000 000 of losses, 350 000 of 3's principal and 300 000 of insurance.
    expect(tables.series.at(-1)).toMatchObject({
      slot: 2,
      residualAtoms: 1_650_000,
      pnlMaturedAtoms: 1_650_000,
      hStored: 1,
      hCranked: 1,
      insuranceSpentAtoms: 300_000,
      uninsuredAtoms: 0,
      socializedLongAtoms: 0,
      socializedShortAtoms: 700_000,
      aShort: 500_000,
      liquidations: 1,
      bankruptcies: 1,
    });
  });

  test('nets add up to what insurance put in', () => {
    const sum = tables.accounts.reduce((total, { netAtoms }) => total + netAtoms, 0);
    expect(sum).toBe(300_000);
    expect(row(tables, 2).netAtoms).toBe(1_650_000);
    expect(tables.insuranceAtoms).toBe(0);
    expect(tables.info).toMatchObject({
      toppedUpAtoms: 300_000,
      insurancePaidAtoms: 300_000,
      expectedVaultAtoms: 15_307_000 - 5_000_000 + 0,
      vaultAtoms: 10_307_000,
    });
  });

  test('an account that never traded is always flat', () => {
    expect(row(tables, 5)).toMatchObject({ alwaysFlat: true, netAtoms: 0 });
    expect(row(tables, 2).alwaysFlat).toBe(false);
  });
});

describe('the same bankruptcy left to the haircut', () => {
  const venue = openBankruptVenue({ socialize: false });
  venue.settle(2);
  venue.endSlot();
  venue.move(800_000);
  // Half of 2's position went with the liquidation; it closes the rest against 4 and is then flat.
  venue.trade(2, 4, 5_000_000);
  venue.settle(2);
  venue.run({ op: 'withdraw', account: 2, amount: 6_000_000, ...venue.inputs });
  venue.endSlot();
  const tables = venue.finish();

  test('2 000 000 of profit meet 1 300 000: everybody is paid 65 %', () => {
    expect(tables.exits).toEqual([
      {
        slab: 'btc',
        slot: 2,
        account: 2,
        group: 'traders',
        kind: 'convert',
        amountAtoms: 2_000_000,
        paidAtoms: 1_300_000,
        hStored: 0.65,
        hCranked: 0.65,
      },
      {
        slab: 'btc',
        slot: 2,
        account: 2,
        group: 'traders',
        kind: 'withdraw',
        amountAtoms: 6_000_000,
        paidAtoms: 6_000_000,
        hStored: 1,
        hCranked: 0.65,
      },
    ]);
    expect(row(tables, 2)).toMatchObject({
      gainsConvertedAtoms: 1_300_000,
      releasedConsumedAtoms: 2_000_000,
      withdrawnAtoms: 6_000_000,
      capitalAtoms: 300_000,
      netAtoms: 1_300_000,
    });
    expect(tables.liquidations[0]).toMatchObject({ socializedAtoms: 0, uninsuredAtoms: 700_000 });
    expect(tables.series.at(-1)).toMatchObject({ uninsuredAtoms: 700_000, bankruptcies: 1 });
  });
});

test('fills, resets and refusals are recorded', () => {
  const venue = new RecordedMarket(FREE);
  venue.deposit(1, 1_200_000);
  venue.deposit(2, 5_000_000);
  venue.trade(1, 2, 10_000_000, 1_010_000);
  venue.endSlot();
  venue.move(500_000);
  expect(venue.liquidate(2)).toBe('Undercollateralized');
  venue.liquidate(1);
  venue.settle(2);
  venue.endSlot(1_000_000);
  const tables = venue.finish();
  expect([...tables.fills]).toEqual([
    {
      slab: 'btc',
      slot: 0,
      buyer: 1,
      seller: 2,
      sizeQ: 10_000_000,
      executionPrice: 1_010_000,
      indexPrice: 1_000_000,
      buyerGroup: 'traders',
      sellerGroup: 'traders',
    },
  ]);
  const resets = tables.resets.map(({ side, from, to, epoch, staleAccounts }) => [
    side,
    from,
    to,
    epoch,
    staleAccounts,
  ]);
  expect(resets).toEqual([
    ['long', 'Normal', 'ResetPending', 1, 0],
    ['short', 'Normal', 'ResetPending', 1, 1],
    ['long', 'ResetPending', 'Normal', 1, 0],
    ['short', 'ResetPending', 'Normal', 1, 0],
  ]);
  expect(tables.rejections).toEqual([
    { slab: 'btc', group: ORIGIN.group, op: 'liquidate', error: 'Undercollateralized', count: 1 },
  ]);
  expect(tables.info).toMatchObject({
    instructions: 7,
    rejected: 1,
    frozenAccounts: 0,
    recoveryInstructions: 0,
  });
  expect(tables.attacks[0]).toMatchObject({
    attack: 'raid',
    firstDistortionSlot: 1,
    firstWithdrawalSlot: null,
  });
});

test('an attack: reserve at its peak, first withdrawal, what is left inside', () => {
  const venue = new RecordedMarket({ ...FREE, warmupPeriodSlots: 100 });
  venue.deposit(2, 5_000_000);
  venue.deposit(7, 3_000_000);
  venue.trade(7, 2, 10_000_000);
  venue.endSlot();
  venue.move(1_200_000);
  venue.settle(7);
  venue.endSlot(1_000_000);
  venue.move(1_000_000, 9);
  venue.settle(2);
  expect(venue.run({ op: 'withdraw', account: 7, amount: 1_000_000, ...venue.inputs })).toBeNull();
  venue.endSlot();
  const [attack] = venue.finish().attacks;
  // The profit of 2 000 000 is gone again when the distortion ends.
  expect(attack).toMatchObject({
    depositedAtoms: 3_000_000,
    withdrawnAtoms: 1_000_000,
    leftInsideAtoms: 2_000_000,
    netExtractedAtoms: 0,
    peakReservedAtoms: 2_000_000,
    firstDistortionSlot: 1,
    firstWithdrawalSlot: 10,
  });
});

describe('a frozen account', () => {
  /** Accounts 1 to 4 in pairs at 1.0; what 1 holds can take no gain any more, so a rise freezes it. */
  const openFrozen = (): RecordedMarket => {
    const venue = new RecordedMarket(FREE, false);
    for (const account of [1, 2, 3, 4]) venue.deposit(account, 5_000_000);
    venue.trade(1, 2, 10_000_000);
    venue.trade(3, 4, 10_000_000);
    venue.market.account(1)!.pnl = Number.MAX_SAFE_INTEGER;
    venue.move(1_100_000);
    return venue;
  };
  const frozenOf = (venue: RecordedMarket) => {
    venue.endSlot();
    return venue.finish().info.frozenAccounts;
  };

  test('is found in a crank of many, and alone in it', () => {
    const venue = openFrozen();
    const candidates = [2, 1, 3].map((account) => [account, null] as const);
    expect(venue.run({ op: 'keeperCrank', candidates, maxRevalidations: 3, ...venue.inputs })).toBe(
      'Overflow',
    );
    // It thaws before anybody looks again.
    venue.market.account(1)!.pnl = 0;
    expect(frozenOf(venue)).toBe(1);
  });

  test('is found at the end if nobody touched it', () => {
    expect(frozenOf(openFrozen())).toBe(1);
  });

  test('is not one whose partial liquidation does not fit', () => {
    const venue = openFrozen();
    venue.market.account(1)!.pnl = 0;
    venue.move(1_480_000);
    expect(venue.run({ op: 'liquidate', account: 2, policy: 20_000_000, ...venue.inputs })).toBe('Overflow');
    expect(frozenOf(venue)).toBe(0);
  });
});
