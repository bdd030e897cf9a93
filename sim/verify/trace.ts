import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import {
  apply,
  type CrankCandidate,
  calculateNeutralExtensions,
  EventKind,
  EventLog,
  type LiquidationPolicy,
  MAX_OI_SIDE_Q,
  MAX_ORACLE_PRICE,
  Market,
  type RiskInstruction,
  type RiskParams,
} from '../../engine/risk/index.ts';
import { ACCOUNT_FIELDS, describeAccounts, describeGlobals, hashMarket } from './canonical.ts';

const integer = z
  .string()
  .regex(/^-?\d+$/, 'an integer as a decimal string')
  .transform(Number);
const policy = z.union([z.literal('FullClose'), z.object({ ExactPartial: integer })]);

const header = z.object({
  format: z.literal('percolator-trace/1'),
  name: z.string(),
  params: z.object({
    warmup_period_slots: integer,
    maintenance_margin_bps: integer,
    initial_margin_bps: integer,
    trading_fee_bps: integer,
    max_accounts: integer,
    liquidation_fee_bps: integer,
    liquidation_fee_cap: integer,
    min_liquidation_abs: integer,
    min_initial_deposit: integer,
    min_nonzero_mm_req: integer,
    min_nonzero_im_req: integer,
    insurance_floor: integer,
  }),
  max_slots: z.number().int().positive(),
  init: z.object({ slot: integer, price: integer }),
  ops: z.number().int(),
});

const idx = z.number().int();
const inputs = { oracle_price: integer, now_slot: integer, funding_rate: integer };
const own = { idx, ...inputs };

/** One schema per operation: its arguments, and how they become an instruction. */
const operations = {
  deposit: z
    .object({ idx, amount: integer, now_slot: integer })
    .transform(
      (a): RiskInstruction => ({ op: 'deposit', account: a.idx, amount: a.amount, nowSlot: a.now_slot }),
    ),
  deposit_fee_credits: z.object({ idx, amount: integer, now_slot: integer }).transform(
    (a): RiskInstruction => ({
      op: 'depositFeeCredits',
      account: a.idx,
      amount: a.amount,
      nowSlot: a.now_slot,
    }),
  ),
  top_up_insurance_fund: z
    .object({ amount: integer, now_slot: integer })
    .transform((a): RiskInstruction => ({ op: 'topUpInsurance', amount: a.amount, nowSlot: a.now_slot })),
  withdraw: z
    .object({ ...own, amount: integer })
    .transform(
      (a): RiskInstruction => ({ op: 'withdraw', account: a.idx, amount: a.amount, ...toInputs(a) }),
    ),
  settle_account: z
    .object(own)
    .transform((a): RiskInstruction => ({ op: 'settleAccount', account: a.idx, ...toInputs(a) })),
  execute_trade: z.object({ a: idx, b: idx, size_q: integer, exec_price: integer, ...inputs }).transform(
    (a): RiskInstruction => ({
      op: 'executeTrade',
      buyer: a.a,
      seller: a.b,
      sizeQ: a.size_q,
      executionPrice: a.exec_price,
      ...toInputs(a),
    }),
  ),
  liquidate: z.object({ ...own, policy }).transform(
    (a): RiskInstruction => ({
      op: 'liquidate',
      account: a.idx,
      policy: toPolicy(a.policy),
      ...toInputs(a),
    }),
  ),
  keeper_crank: z
    .object({
      candidates: z.array(z.tuple([idx, policy.nullable()])),
      max_revalidations: z.number().int(),
      ...inputs,
    })
    .transform(
      (a): RiskInstruction => ({
        op: 'keeperCrank',
        candidates: a.candidates.map(
          ([index, hint]): CrankCandidate => [index, hint === null ? null : toPolicy(hint)],
        ),
        maxRevalidations: a.max_revalidations,
        ...toInputs(a),
      }),
    ),
  convert_released_pnl: z.object({ ...own, x_req: integer }).transform(
    (a): RiskInstruction => ({
      op: 'convertReleased',
      account: a.idx,
      amount: a.x_req,
      ...toInputs(a),
    }),
  ),
  reclaim_empty_account: z
    .object({ idx })
    .transform((a): RiskInstruction => ({ op: 'reclaim', account: a.idx })),
};

function toPolicy(value: z.output<typeof policy>): LiquidationPolicy {
  return value === 'FullClose' ? 'full' : value.ExactPartial;
}

function toInputs(args: { oracle_price: number; now_slot: number; funding_rate: number }) {
  return { oraclePrice: args.oracle_price, nowSlot: args.now_slot, fundingRate: args.funding_rate };
}

const operationLine = z.object({
  i: z.number().int(),
  op: z.enum(Object.keys(operations) as [keyof typeof operations]),
  args: z.record(z.string(), z.unknown()),
  ok: z.boolean(),
  err: z.string().nullable(),
  ret: z.record(z.string(), z.unknown()).nullable(),
  state_nf: z.string(),
});
type OperationLine = z.output<typeof operationLine>;

const fullLine = z.object({
  full: z.record(z.string(), z.unknown()).and(
    z.object({
      i: z.number().int(),
      accounts: z.array(z.tuple([z.number().int(), z.record(z.string(), z.unknown())])),
    }),
  ),
});
type FullDump = z.output<typeof fullLine>['full'];

/** Where a replay first differs from its trace. */
export interface TraceDifference {
  /** Operation number; −1 is the initial state. */
  operation: number;
  op: string;
  field: string;
  expected: string;
  got: string;
  /** For a state hash: the first field that differs in the next full dump, which tells where to look. */
  detail?: string;
}

export interface TraceResult {
  name: string;
  operations: number;
  difference: TraceDifference | null;
}

/** A trace that cannot be read; the message names the line and what is wrong with it. */
export class TraceFormatError extends Error {}

function parseLine<T>(schema: z.ZodType<T>, value: unknown, line: number): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new TraceFormatError(`line ${line}: ${issue.path.join('.') || 'value'}: ${issue.message}`);
}

/** Reads a trace (plain or gzipped NDJSON) into its JSON lines. Throws `TraceFormatError`. */
export function readTrace(path: string): unknown[] {
  const bytes = readFileSync(path);
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let text: string;
  try {
    text = (zipped ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw new TraceFormatError(`cannot be unzipped: ${(error as Error).message}`);
  }
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, at) => {
      try {
        return JSON.parse(line) as unknown;
      } catch (error) {
        throw new TraceFormatError(`line ${at + 1}: not JSON: ${(error as Error).message}`);
      }
    });
}

function createTraceMarket(head: z.output<typeof header>, sink: EventLog): Market {
  const p = head.params;
  const params: RiskParams = {
    warmupPeriodSlots: p.warmup_period_slots,
    tradingFeeBps: p.trading_fee_bps,
    maintenanceBps: p.maintenance_margin_bps,
    initialBps: p.initial_margin_bps,
    liquidationFeeBps: p.liquidation_fee_bps,
    liquidationFeeCap: p.liquidation_fee_cap,
    minLiquidationAbs: p.min_liquidation_abs,
    minInitialDeposit: p.min_initial_deposit,
    minNonzeroMmReq: p.min_nonzero_mm_req,
    minNonzeroImReq: p.min_nonzero_im_req,
    insuranceFloor: p.insurance_floor,
    maxAccounts: p.max_accounts,
    maxPrice: MAX_ORACLE_PRICE,
    maxOiQ: MAX_OI_SIDE_Q,
    ...calculateNeutralExtensions(p.trading_fee_bps),
  };
  return new Market({
    params,
    maxSlots: head.max_slots,
    initSlot: head.init.slot,
    initPrice: head.init.price,
    sink,
    enforceEnvelope: false,
  });
}

/** Replays parsed trace lines; compares result, error, return values, state hash and full dumps. Throws `TraceFormatError`. */
export function replayTrace(lines: readonly unknown[]): TraceResult {
  const head = parseLine(header, lines[0], 1);
  const log = new EventLog();
  const market = createTraceMarket(head, log);
  let last = { operation: -1, op: 'init' };
  let operationsDone = 0;
  const fail = (difference: Omit<TraceDifference, 'operation' | 'op'>): TraceResult => ({
    name: head.name,
    operations: operationsDone,
    difference: { ...last, ...difference },
  });
  for (let at = 1; at < lines.length; at += 1) {
    const raw = lines[at];
    if (typeof raw === 'object' && raw !== null && 'full' in raw) {
      const difference = compareDump(market, parseLine(fullLine, raw, at + 1).full);
      if (difference !== null) return fail(difference);
      continue;
    }
    const line = parseLine(operationLine, raw, at + 1);
    last = { operation: line.i, op: line.op };
    log.clear();
    const instruction = parseLine<RiskInstruction>(operations[line.op], line.args, at + 1);
    const difference = compareOperation(market, log, line, apply(market, instruction));
    if (difference !== null) {
      const detail = describeNextDump(market, lines, at + 1);
      return fail(detail === null ? difference : { ...difference, detail });
    }
    operationsDone += 1;
  }
  if (operationsDone !== head.ops) {
    throw new TraceFormatError(
      `the header announces ${head.ops} operations, the file holds ${operationsDone}`,
    );
  }
  return { name: head.name, operations: operationsDone, difference: null };
}

type Difference = Omit<TraceDifference, 'operation' | 'op'> | null;

function compareOperation(
  market: Market,
  log: EventLog,
  line: OperationLine,
  error: string | null,
): Difference {
  if ((error === null) !== line.ok) {
    return { field: 'ok', expected: describeOutcome(line.err), got: describeOutcome(error) };
  }
  // "Panic" stands for a funding rate out of bounds, where any error will do.
  if (error !== line.err && line.err !== 'Panic') {
    return { field: 'err', expected: String(line.err), got: String(error) };
  }
  if (line.ret !== null) {
    const difference = compareReturn(market, log, line.ret);
    if (difference !== null) return difference;
  }
  const state = hashMarket(market, false);
  return state === line.state_nf ? null : { field: 'state_nf', expected: line.state_nf, got: state };
}

/** Replays on, comparing nothing, to the next full dump and names the first field that differs there. */
function describeNextDump(market: Market, lines: readonly unknown[], from: number): string | null {
  for (const raw of lines.slice(from)) {
    const dump = fullLine.safeParse(raw);
    if (dump.success) {
      const { full } = dump.data;
      const difference = compareDump(market, full);
      if (difference === null) return null;
      const { field, expected, got } = difference;
      return `in the dump after operation ${full.i}, ${field}: expected ${expected}, got ${got}`;
    }
    const line = operationLine.parse(raw);
    apply(market, operations[line.op].parse(line.args));
  }
  return null;
}

function describeOutcome(error: string | null): string {
  return error === null ? 'success' : `error ${error}`;
}

function compareReturn(market: Market, log: EventLog, ret: Record<string, unknown>): Difference {
  let liquidated = 0;
  log.each((kind) => {
    if (kind === EventKind.Liquidated) liquidated += 1;
  });
  const got: Record<string, unknown> = {
    liquidated: liquidated > 0,
    num_liquidations: liquidated,
    above_floor: market.globals.insurance > market.params.insuranceFloor,
  };
  for (const field of Object.keys(got)) {
    if (field in ret && ret[field] !== got[field]) {
      return { field: `ret.${field}`, expected: String(ret[field]), got: String(got[field]) };
    }
  }
  // The recorded crank also reclaims; the rules keep that an instruction of its own.
  const reclaimed = z.array(z.number().int()).safeParse(ret.gc);
  for (const account of reclaimed.data ?? []) {
    const error = apply(market, { op: 'reclaim', account });
    if (error !== null) {
      return { field: `ret.gc[${account}]`, expected: 'reclaimed', got: `error ${error}` };
    }
  }
  return null;
}

function compareDump(market: Market, dump: FullDump): Difference {
  for (const [field, got] of describeGlobals(market)) {
    const expected = String((dump as Record<string, unknown>)[field]);
    if (expected !== got) return { field, expected, got };
  }
  const accounts = describeAccounts(market);
  for (const [index, fields] of dump.accounts) {
    const got = accounts.get(index);
    if (got === undefined) {
      return { field: `account ${index}`, expected: 'present', got: 'missing' };
    }
    for (const [at, name] of ACCOUNT_FIELDS.entries()) {
      // Stamped on accounts that were no candidates by the recorded crank; see FORMAT, "Crank".
      if (name === 'last_fee_slot' || !(name in fields)) continue;
      const expected = String(fields[name]);
      if (expected !== got[at]) {
        return { field: `account ${index}.${name}`, expected, got: got[at]! };
      }
    }
    accounts.delete(index);
  }
  const extra = [...accounts.keys()][0];
  if (extra === undefined) return null;
  return { field: `account ${extra}`, expected: 'missing', got: 'present' };
}
