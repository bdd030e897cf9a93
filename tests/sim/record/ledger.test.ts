import { expect, test } from 'vitest';
import { calculateEffectivePosition, type EventLog } from '../../../engine/risk/index.ts';
import { createStream } from '../../../sim/kernel/streams.ts';
import { Ledger } from '../../../sim/record/ledger.ts';
import { HostileVenue } from '../verify/hostile_venue.ts';
import { createOwners } from '../verify/watched_market.ts';

test.each([0, 100])('the shadow follows a hostile market (warmup %i)', (warmupPeriodSlots) => {
  const ledger = new Ledger(createOwners(8), warmupPeriodSlots);
  const read = (log: EventLog) => log.each((...event) => ledger.apply(...event));
  const venue = new HostileVenue(createStream('ledger', '1'), { warmupPeriodSlots }, 1_000_000, read);
  venue.run({ op: 'topUpInsurance', amount: 500_000, nowSlot: 0 });
  for (let step = 0; step < 2_000; step += 1) {
    venue.step();
    const { cTot, insurance, pnlMaturedPosTot, vault } = venue.market.globals;
    expect([ledger.residual, ledger.matured]).toEqual([vault - cTot - insurance, pnlMaturedPosTot]);
    const shadow = ledger.accounts.map((account) => [
      account.pnl,
      account.reserved,
      ledger.calculateEffectiveSize(account),
    ]);
    const market = ledger.accounts.map(({ owner }) => {
      const held = venue.market.account(owner.account);
      if (held === undefined) return [0, 0, 0];
      return [held.pnl, held.reservedPnl, Math.abs(calculateEffectivePosition(venue.market, held))];
    });
    expect(shadow).toEqual(market);
  }
  for (const account of ledger.accounts) {
    expect(account.principalLostThroughK).toBeLessThanOrEqual(
      Math.min(account.lossesPaid, account.lostThroughK),
    );
  }
  // What was shared through K was lost by somebody; rounding each share up takes at most an atom more.
  const shared = ledger.sides[0].socialized + ledger.sides[1].socialized;
  const lost = ledger.accounts.reduce(
    (sum, account) => sum + account.lostThroughK + ledger.calculateUnsettledKLoss(account),
    0,
  );
  expect(shared).toBeGreaterThan(0);
  expect(Math.abs(lost / shared - 1)).toBeLessThan(1e-4);
});
