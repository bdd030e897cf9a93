import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RISK_ERRORS } from '../../engine/risk/index.ts';
import { loadBigintEngine } from '../reference/bigint_engine.ts';
import { arbitraryCourse, arbitrarySetup, STORM, toInstruction, Watched } from './hostile.ts';
import {
  buildsAgree,
  everybodyCanLeave,
  failuresLeaveNoTrace,
  invariantsHold,
  resetsRecover,
  touchesCommute,
} from './properties.ts';

// A fixed seed: `npm test` answers the same every time; `npm run deep` looks further.
const sample = (numRuns: number) => ({ numRuns, seed: 20_251_010 });

describe('hostile courses', () => {
  it.each(['enforced', 'open'] as const)(
    'keep invariants 1–5 and 7 and the audit (envelope %s)',
    (envelope) => {
      fc.assert(invariantsHold(envelope), sample(150));
    },
  );

  it('leave no trace of what failed or was rolled back', () => {
    fc.assert(failuresLeaveNoTrace, sample(40));
  });

  it('end the same on the BigInt build', async () => {
    fc.assert(buildsAgree(await loadBigintEngine()), sample(100));
  });

  it('recover from ResetPending without anybody’s permission (invariant 6)', () => {
    let found = 0;
    fc.assert(
      resetsRecover(() => {
        found += 1;
      }),
      sample(100),
    );
    expect(found).toBeGreaterThan(100);
  });

  it('settle alike in any order of touches (invariant 7)', () => {
    fc.assert(touchesCommute, sample(100));
  });

  it('let everybody close and leave (invariant 6), and the vault holds what the rules say', () => {
    fc.assert(everybodyCanLeave, sample(100));
  });

  it('get somewhere: every instruction succeeds, and every error occurs', () => {
    const seen = new Set<string>();
    for (const course of fc.sample(arbitraryCourse(arbitrarySetup('open'), STORM), sample(300))) {
      const watched = new Watched(course.setup);
      for (const intent of course.intents) {
        const instruction = toInstruction(watched.market, intent);
        seen.add(`${watched.apply(instruction) ?? instruction.op}`);
      }
    }
    const instructions = [
      'deposit',
      'depositFeeCredits',
      'topUpInsurance',
      'settleAccount',
      'withdraw',
      'convertReleased',
      'executeTrade',
      'liquidate',
      'keeperCrank',
      'reclaim',
      'closeAccount',
      'setHedge',
    ];
    // CorruptState must not be reachable.
    const errors = RISK_ERRORS.filter((error) => error !== 'CorruptState');
    expect([...seen].sort()).toEqual([...instructions, ...errors].sort());
  });
});
