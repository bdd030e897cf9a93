import fc from 'fast-check';
import {
  calculateNeutralExtensions,
  MAX_ORACLE_PRICE,
  Market,
  type RiskParams,
} from '../../../engine/risk/index.ts';
import type { ProgramInstruction } from '../../../engine/wire/index.ts';

export const PARAMS: RiskParams = {
  warmupPeriodSlots: 100,
  tradingFeeBps: 10,
  maintenanceBps: 500,
  initialBps: 1_000,
  liquidationFeeBps: 100,
  liquidationFeeCap: 1_000_000,
  minLiquidationAbs: 10,
  minInitialDeposit: 1_000,
  minNonzeroMmReq: 10,
  minNonzeroImReq: 20,
  insuranceFloor: 0,
  maxAccounts: 8,
  maxPrice: MAX_ORACLE_PRICE,
  maxOiQ: 1_000_000_000,
  ...calculateNeutralExtensions(10),
};

export const AUTHORITY = Uint8Array.from({ length: 32 }, (_, at) => at + 1);

export function createMarket(changes: Partial<RiskParams> = {}): Market {
  return new Market({ params: { ...PARAMS, ...changes }, maxSlots: 8, initSlot: 7, initPrice: 5_000_000 });
}

const index = fc.nat({ max: 0xffff_fffe });
const word = fc.maxSafeInteger();
const inputs = { oraclePrice: word, nowSlot: word, fundingRate: word };
const policy = fc.oneof(fc.constant('full' as const), word);
const keeper = fc.oneof(fc.constant({}), fc.record({ keeper: index }));
const maker = fc.constantFrom({}, { maker: 'buyer' as const }, { maker: 'seller' as const });

const of = <Op extends string, Fields extends object>(op: Op, fields: Fields) =>
  fc.record({ op: fc.constant(op), ...fields } as { op: fc.Arbitrary<Op> } & Fields);

/** Any instruction whose numbers are words of the envelope. */
export const instructions: fc.Arbitrary<ProgramInstruction> = fc.oneof(
  fc.constant<ProgramInstruction>({
    op: 'initialize',
    params: PARAMS,
    maxSlots: 8,
    initSlot: 7,
    initPrice: 5,
    enforceEnvelope: true,
  }),
  of('deposit', { account: index, amount: word, nowSlot: word }),
  of('depositFeeCredits', { account: index, amount: word, nowSlot: word }),
  of('topUpInsurance', { amount: word, nowSlot: word }),
  of('settleAccount', { account: index, ...inputs }),
  of('withdraw', { account: index, amount: word, ...inputs }),
  of('convertReleased', { account: index, amount: word, ...inputs }),
  fc
    .tuple(
      of('executeTrade', { buyer: index, seller: index, sizeQ: word, executionPrice: word, ...inputs }),
      maker,
    )
    .map(([trade, role]) => ({ ...trade, ...role })),
  fc
    .tuple(of('liquidate', { account: index, policy, ...inputs }), keeper)
    .map(([ix, paid]) => ({ ...ix, ...paid })),
  fc
    .tuple(
      of('keeperCrank', {
        candidates: fc.array(fc.tuple(index, fc.oneof(policy, fc.constant(null))), { maxLength: 5 }),
        maxRevalidations: index,
        ...inputs,
      }),
      keeper,
    )
    .map(([ix, paid]) => ({ ...ix, ...paid })),
  of('reclaim', { account: index }),
  of('closeAccount', { account: index, ...inputs }),
  of('setHedge', { account: index, net: word, gross: word }),
) as fc.Arbitrary<ProgramInstruction>;
