import type { AccountRow, RunRecord } from '../../sim/record/types.ts';
import {
  makeAccount,
  makeAttack,
  makeExit,
  makeLiquidation,
  makeRecord,
  makeReset,
  makeSeries,
  makeSlab,
  SLOTS,
  USD,
} from './fixture.ts';

const SAMPLE = 5;

/**
 * A crash on one slab that a reader can follow by hand, in quote tokens: an LP and a whale win, 40 longs lose all
 * they brought and leave 4 000 of deficits; insurance pays its 1 000, K shares 1 800, 1 200 stay uninsured.
 */
function makeCrash(slab: string, warmupPeriodSlots: number, attackNet: number) {
  const longs = Array.from({ length: 40 }, (_, at) =>
    makeAccount(slab, {
      account: 10 + at,
      group: 'retail',
      role: 'trader',
      depositedAtoms: 500 * USD,
      feesPaidAtoms: 5 * USD,
      lossesPaidAtoms: 495 * USD,
      deficitAtoms: 100 * USD,
      liquidations: 1,
    }),
  );
  const attackGain = Math.max(0, attackNet) * USD;
  const attackLoss = Math.max(0, -attackNet) * USD;
  const accounts = [
    makeAccount(slab, {
      account: 0,
      group: 'lp',
      role: 'lp',
      depositedAtoms: 100_000 * USD,
      lossesPaidAtoms: attackGain,
      gainsConvertedAtoms: 9_000 * USD,
      releasedConsumedAtoms: 10_000 * USD,
      lostThroughKAtoms: 1_500 * USD,
    }),
    makeAccount(slab, {
      account: 1,
      group: 'whales',
      role: 'trader',
      depositedAtoms: 20_000 * USD,
      withdrawnAtoms: 15_000 * USD,
      gainsConvertedAtoms: 7_600 * USD,
      releasedConsumedAtoms: 8_000 * USD,
      lostThroughKAtoms: 300 * USD,
      principalLostThroughKAtoms: 100 * USD,
    }),
    makeAccount(slab, {
      account: 2,
      group: 'savers',
      role: 'trader',
      depositedAtoms: 700 * USD,
      alwaysFlat: true,
    }),
    makeAccount(slab, {
      account: 3,
      group: 'spike',
      role: 'attacker',
      depositedAtoms: 1_000 * USD,
      withdrawnAtoms: 0,
      lossesPaidAtoms: attackLoss,
      gainsConvertedAtoms: attackGain,
      releasedConsumedAtoms: attackGain,
    }),
    ...longs,
  ];
  const total = (pick: (row: AccountRow) => number) => accounts.reduce((sum, row) => sum + pick(row), 0);
  const paid = 1_000 * USD;
  const toppedUpAtoms = 1_500 * USD;
  const insurance = toppedUpAtoms + total((row) => row.feesPaidAtoms) - paid;
  const residual = total((row) => row.lossesPaidAtoms - row.gainsConvertedAtoms) + paid;
  const vaultAtoms = total((row) => row.depositedAtoms - row.withdrawnAtoms) + toppedUpAtoms;
  const info = makeSlab(slab, {
    warmupPeriodSlots,
    toppedUpAtoms,
    insurancePaidAtoms: paid,
    vaultAtoms,
    expectedVaultAtoms: vaultAtoms,
  });
  const series = Array.from({ length: SLOTS / SAMPLE }, (_, at) => {
    const slot = at * SAMPLE;
    const fall = Math.min(1, Math.max(0, (slot - 200) / 200));
    const fundamental = Math.round((100_000 - 14_000 * fall + 3_000 * Math.max(0, (slot - 600) / 300)) * USD);
    const distorted = slot >= 300 && slot < 340;
    const done = slot >= 400;
    return makeSeries(slab, slot, {
      fundamentalPrice: fundamental,
      indexPrice: distorted ? Math.round(fundamental * 1.08) : fundamental,
      vaultAtoms,
      capitalAtoms: vaultAtoms - insurance - residual,
      insuranceAtoms: done ? insurance : toppedUpAtoms,
      residualAtoms: residual,
      pnlPositiveAtoms: Math.round(18_000 * fall) * USD,
      pnlMaturedAtoms:
        warmupPeriodSlots === 0 ? Math.round(18_000 * fall) * USD : Math.round(9_000 * fall) * USD,
      hStored: done ? 0.92 + 0.0001 * at : 1,
      hCranked: slot % 25 === 0 ? (slot < 350 ? 1 - 0.1 * fall : 0.92) : null,
      openInterestQ: Math.round(40_000_000 * (1 - 0.8 * fall)),
      aShort: slot >= 420 && slot < 700 ? 1_000_000 : Math.round(1_000_000 * (1 - 0.999 * Math.min(1, fall))),
      modeShort: slot < 390 ? 'Normal' : slot < 420 ? 'DrainOnly' : slot < 700 ? 'ResetPending' : 'Normal',
      staleShort: slot >= 420 && slot < 700 ? Math.max(0, 12 - Math.floor((slot - 420) / 20)) : 0,
      insuranceSpentAtoms: done ? paid : 0,
      uninsuredAtoms: done ? 1_200 * USD : 0,
      socializedShortAtoms: done ? 1_800 * USD : 0,
      liquidations: done ? 40 : Math.round(40 * fall),
      bankruptcies: done ? 40 : 0,
    });
  });
  return { info, accounts, series };
}

/** Two slabs that differ in warmup, with the same crash and the same attack: the report's test subject. */
export function makeCrashRecord(): RunRecord {
  const record = makeRecord();
  const { tables } = record;
  const cases = [
    { slab: 'btc-warmup-0', warmup: 0, net: 400 },
    { slab: 'btc-warmup-10min', warmup: 1500, net: -150 },
  ];
  for (const { slab, warmup, net } of cases) {
    const { info, accounts, series } = makeCrash(slab, warmup, net);
    record.slabs.push(info);
    tables.accounts.push(...accounts);
    tables.series.push(...series);
    for (const row of accounts.filter((account) => account.group === 'retail')) {
      const slot = 300 + 2 * row.account;
      tables.liquidations.push(
        makeLiquidation(slab, slot, { account: row.account, deficitAtoms: 100 * USD, feePaidAtoms: 2 * USD }),
      );
    }
    tables.resets.push(
      makeReset(slab, 390, 'Normal', 'DrainOnly', 0),
      makeReset(slab, 420, 'DrainOnly', 'ResetPending', 1),
      makeReset(slab, 700, 'ResetPending', 'Normal', 1),
    );
    tables.exits.push(
      makeExit(slab, 250, { amountAtoms: 5_000 * USD, paidAtoms: 5_000 * USD }),
      makeExit(slab, 430, { account: 0, group: 'lp', amountAtoms: 10_000 * USD, paidAtoms: 9_000 * USD }),
      makeExit(slab, 430, { amountAtoms: 3_000 * USD, paidAtoms: 2_600 * USD }),
      makeExit(slab, 500, { kind: 'withdraw', amountAtoms: 15_000 * USD, paidAtoms: 15_000 * USD }),
    );
    tables.attacks.push(
      makeAttack(slab, {
        warmupPeriodSlots: warmup,
        withdrawnAtoms: net > 0 ? (1000 + net) * USD : 0,
        leftInsideAtoms: net > 0 ? 0 : (1000 + net) * USD,
        netExtractedAtoms: net * USD,
        peakReservedAtoms: warmup === 0 ? 0 : 600 * USD,
        firstWithdrawalSlot: net > 0 ? 302 : null,
        honestWealthChangeAtoms: -net * USD,
        lpWealthChangeAtoms: -net * USD,
        success: net > 0,
      }),
    );
    tables.bounds.push({
      slab,
      set: 'attackers',
      withdrawnAtoms: net > 0 ? 1400 * USD : 0,
      depositedAtoms: 1000 * USD,
      lossesPaidByOthersAtoms: 19_800 * USD,
      insuranceSpentAtoms: 1_000 * USD,
      slackAtoms: 20_400 * USD,
    });
    tables.rejections.push({ slab, group: 'retail', op: 'executeTrade', error: 'SideBlocked', count: 7 });
    for (const [group, role] of [
      ['lp', 'lp'],
      ['retail', 'trader'],
      ['savers', 'trader'],
      ['spike', 'attacker'],
      ['whales', 'trader'],
    ] as const) {
      const rows = accounts.filter((account) => account.group === group);
      const netAtoms = rows.reduce((sum, row) => sum + row.netAtoms, 0);
      tables.groups.push({
        slab,
        group,
        role,
        accounts: rows.length,
        depositedAtoms: rows.reduce((sum, row) => sum + row.depositedAtoms, 0),
        withdrawnAtoms: rows.reduce((sum, row) => sum + row.withdrawnAtoms, 0),
        netAtoms,
        netWithoutAttackAtoms: group === 'lp' ? netAtoms + net * USD : group === 'spike' ? 0 : netAtoms,
        feesPaidAtoms: rows.reduce((sum, row) => sum + row.feesPaidAtoms, 0),
        bidsPaidAtoms: 0,
        liquidatedAccounts: rows.filter((row) => row.liquidations > 0).length,
      });
    }
  }
  record.labels = [
    { path: 'underlyings.BTC.price', value: 'crash 14 %', label: 'measured', note: 'published low' },
    { path: 'population.retail.leverage', value: '20', label: 'assumed', note: 'not in the data <none>' },
  ];
  record.fit = [
    {
      metric: 'liquidations.notional',
      unit: 'USDC',
      published: 7_500_000,
      low: 7_000_000,
      high: 8_000_000,
      source: 'a published total',
    },
  ];
  return record;
}
