import {
  apply,
  calculateReleased,
  calculateResidual,
  EventLog,
  type Market,
  Mode,
  POS_SCALE,
  type RiskInstruction,
} from '../../engine/risk/index.ts';
import { createStream } from '../kernel/streams.ts';
import { Draw } from './parity_draw.ts';
import { Generator } from './parity_generator.ts';
import { drawWorld } from './parity_worlds.ts';

/** A state to start from: what it is chosen for, its market, and the instructions that lead out of it. */
export interface TinyWorld {
  name: string;
  market: Market;
  log: EventLog;
  players: number;
  /** All instructions, given the state; the same set for the same state. */
  list(): RiskInstruction[];
}

const used = (market: Market) => market.accounts.filter((account) => account?.used);

/** What a seed state must show. */
const SEEDS = {
  'open positions': (m: Market) => m.sides[0].oiEff > 0 && m.sides.every((side) => side.mode === Mode.Normal),
  'a DrainOnly side': (m: Market) => m.sides.some((side) => side.mode === Mode.DrainOnly),
  'stale accounts': (m: Market) =>
    m.sides.some((side) => side.mode === Mode.ResetPending && side.stalePositions > 0),
  'h below 1': (m: Market) => m.globals.pnlMaturedPosTot > calculateResidual(m),
  'fee debt': (m: Market) => used(m).some((account) => account!.feeCredits < 0 && account!.basisQ !== 0),
  'worn precision': (m: Market) => m.sides.some((side) => side.a < 300 && side.oiEff > 0),
  'profit in reserve': (m: Market) =>
    used(m).some((account) => account!.reservedPnl > 0 && calculateReleased(account!) > 0),
  'orphaned dust': (m: Market) =>
    m.sides.some((side) => side.phantomDustQ > 0 && side.oiEff > 0 && side.storedPositions < 2),
} as const;
export type SeedName = keyof typeof SEEDS;

/** Everything that can be done in a tiny world: few prices, waits, sizes and amounts, all accounts. */
function listInstructions(market: Market, players: number, deposit: number): RiskInstruction[] {
  const { currentSlot, priceLast } = market.globals;
  const { initialBps, minInitialDeposit, warmupPeriodSlots } = market.params;
  const accounts = Array.from({ length: players }, (_, index) => index);
  const fifth = Math.max(1, Math.floor(priceLast / 5));
  const wait = Math.min(100, Math.max(1, warmupPeriodSlots));
  const inputs = [
    [priceLast, 0],
    [Math.max(1, priceLast - fifth), 0],
    [Math.min(market.params.maxPrice, priceLast + fifth), 0],
    [priceLast, wait],
  ].map(([oraclePrice, later]) => ({
    oraclePrice: oraclePrice!,
    nowSlot: currentSlot + later!,
    fundingRate: 0,
  }));
  const lot = Math.max(2, Math.floor(((deposit / Math.max(1, initialBps)) * 5_000 * POS_SCALE) / priceLast));
  const list: RiskInstruction[] = [{ op: 'topUpInsurance', amount: deposit, nowSlot: currentSlot }];
  for (const account of accounts) {
    const held = market.account(account);
    const debt = 0 - (held?.feeCredits ?? 0);
    list.push(
      { op: 'deposit', account, amount: deposit + minInitialDeposit, nowSlot: currentSlot },
      { op: 'reclaim', account },
    );
    if (debt > 0) list.push({ op: 'depositFeeCredits', account, amount: debt, nowSlot: currentSlot });
  }
  for (const given of inputs) {
    const candidates = accounts.map((account) => [account, 'full'] as const);
    list.push({ op: 'keeperCrank', candidates, maxRevalidations: players, ...given });
    for (const account of accounts) {
      const held = market.account(account);
      const released = held === undefined ? 0 : calculateReleased(held);
      const half = Math.floor(Math.abs(held?.basisQ ?? 0) / 2);
      list.push(
        { op: 'settleAccount', account, ...given },
        { op: 'withdraw', account, amount: held?.capital ?? 0, ...given },
        { op: 'liquidate', account, policy: 'full', ...given },
        { op: 'liquidate', account, policy: half, ...given },
        { op: 'closeAccount', account, ...given },
      );
      if (released > 0) list.push({ op: 'convertReleased', account, amount: released, ...given });
      for (const seller of accounts) {
        if (seller === account) continue;
        const executionPrice = given.oraclePrice;
        for (const sizeQ of [1, lot]) {
          list.push({ op: 'executeTrade', buyer: account, seller, sizeQ, executionPrice, ...given });
        }
      }
    }
  }
  return list;
}

/** Attempts to meet a seed's condition before giving up. */
const ATTEMPTS = 3_000;
const STEPS = 60;

/** A world with this many accounts whose market shows what the seed asks for, found by random instructions. */
export function findWorld(name: SeedName, players: number, seed: string): TinyWorld {
  const holds = SEEDS[name];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const draw = new Draw(createStream(seed, `modelcheck/${name}/${players}/${attempt}`));
    const log = new EventLog();
    const drawn = drawWorld(draw, draw.chance(0.5) ? 'micro' : 'reset', log);
    const { deposit, market } = drawn;
    const generator = new Generator(draw, { ...drawn, players, hostility: 0 });
    for (let step = 0; step < STEPS; step += 1) {
      apply(market, generator.next());
      if (market.globals.usedAccounts < 2 || !holds(market)) continue;
      log.clear();
      return { name, market, log, players, list: () => listInstructions(market, players, deposit) };
    }
  }
  throw new Error(`no state with ${name} was found in ${ATTEMPTS} attempts; another seed may find one`);
}

/** One world for each kind of seed state. */
export function findWorlds(players: number, seed: string): TinyWorld[] {
  return (Object.keys(SEEDS) as SeedName[]).map((name) => findWorld(name, players, seed));
}
