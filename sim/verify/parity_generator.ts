import { OUT_OF_ENVELOPE } from '../../engine/math/index.ts';
import {
  type Account,
  type CrankCandidate,
  calculateEffectivePosition,
  calculateReleased,
  calculateRestoringPartial,
  type LiquidationPolicy,
  MAX_OI_SIDE_Q,
  MAX_ORACLE_PRICE,
  POS_SCALE,
  type RiskInstruction,
} from '../../engine/risk/index.ts';
import type { Draw } from './parity_draw.ts';
import type { World } from './parity_worlds.ts';

/** How often each instruction is drawn, before the state has its say. */
const WEIGHTS = {
  executeTrade: 30,
  keeperCrank: 14,
  liquidate: 12,
  settleAccount: 8,
  deposit: 8,
  withdraw: 6,
  convertReleased: 6,
  depositFeeCredits: 3,
  setHedge: 3,
  reclaim: 3,
  closeAccount: 3,
  topUpInsurance: 2,
} as const;

/** Draws instructions that the market they are for is likely to find interesting. */
export class Generator {
  private readonly draw: Draw;
  private readonly world: World;

  constructor(draw: Draw, world: World) {
    this.draw = draw;
    this.world = world;
  }

  /** The next instruction, given the market as it is now. */
  next(): RiskInstruction {
    const { draw, world } = this;
    const { usedAccounts } = world.market.globals;
    if (usedAccounts < world.players && draw.chance(usedAccounts < 2 ? 0.8 : 0.1)) return this.deposit();
    switch (draw.weighted(WEIGHTS)) {
      case 'executeTrade':
        return this.trade();
      case 'keeperCrank':
        return this.crank();
      case 'liquidate':
        return this.liquidate();
      case 'settleAccount':
        return { op: 'settleAccount', account: this.player(), ...this.inputs() };
      case 'deposit':
        return this.deposit();
      case 'withdraw':
        return this.withdraw();
      case 'convertReleased':
        return this.convert();
      case 'depositFeeCredits':
        return this.payFees();
      case 'setHedge':
        return this.hedge();
      case 'reclaim':
        return { op: 'reclaim', account: this.player() };
      case 'closeAccount':
        return { op: 'closeAccount', account: this.player(), ...this.inputs() };
      case 'topUpInsurance':
        return { op: 'topUpInsurance', amount: this.word(draw.wide(world.deposit)), nowSlot: this.slot() };
    }
  }

  private word(value: number): number {
    return this.draw.hostile(value, this.world.hostility);
  }

  /** An index that is probably used; rarely one out of range. */
  private player(): number {
    const { draw, world } = this;
    if (draw.chance(world.hostility / 2)) return draw.pick([63, 64, 65_535, 4_294_967_294]);
    let index = draw.int(0, world.players - 1);
    for (let more = 0; more < 4 && this.account(index) === undefined; more += 1) {
      index = draw.int(0, world.players - 1);
    }
    return index;
  }

  /** Whoever has least equity for the position, if anybody has one. */
  weakest(): number {
    const { world } = this;
    let weakest = this.player();
    let least = Number.POSITIVE_INFINITY;
    for (let index = 0; index < world.players; index += 1) {
      const size = Math.abs(this.position(index));
      if (size === 0) continue;
      const { capital, pnl, feeCredits } = this.account(index)!;
      const share = (capital + pnl + feeCredits) / size;
      if (share < least) {
        least = share;
        weakest = index;
      }
    }
    return weakest;
  }

  private account(index: number): Account | undefined {
    return this.world.market.account(index);
  }

  private slot(): number {
    const { draw, world } = this;
    const now = world.market.globals.currentSlot;
    const step = draw.weighted({ none: 60, few: 25, some: 10, many: 5 });
    const steps = { none: 0, few: draw.int(1, 20), some: draw.int(1, 2_000), many: draw.int(1, 200_000) };
    if (draw.chance(world.hostility / 2)) return now - 1;
    return this.word(now + steps[step] * (world.kind === 'funding' && draw.chance(0.3) ? 1_000 : 1));
  }

  private price(): number {
    const { draw, world } = this;
    const { priceLast } = world.market.globals;
    const move = draw.weighted({ none: 45, small: 35, jump: 18, anywhere: 2 });
    if (move === 'none') return this.word(priceLast);
    if (move === 'anywhere') return this.word(1 + draw.wide(MAX_ORACLE_PRICE - 1));
    const percent = move === 'small' ? draw.int(-200, 200) : draw.int(-6_000, 6_000);
    const moved = priceLast + Math.floor((priceLast / 10_000) * percent) + draw.int(-1, 1);
    return this.word(Math.min(MAX_ORACLE_PRICE, Math.max(1, moved)));
  }

  private fundingRate(): number {
    const { draw, world } = this;
    if (world.kind === 'funding')
      return this.word(draw.pick([10_000, -10_000, draw.int(-10_000, 10_000), 0]));
    return this.word(draw.chance(0.7) ? 0 : draw.int(-20, 20));
  }

  private inputs() {
    return { oraclePrice: this.price(), nowSlot: this.slot(), fundingRate: this.fundingRate() };
  }

  private keeper(): { keeper?: number } {
    return this.draw.chance(0.3) ? { keeper: this.player() } : {};
  }

  private deposit(): RiskInstruction {
    const { draw, world } = this;
    const { minInitialDeposit } = world.market.params;
    const amount = draw.chance(0.15)
      ? draw.near(minInitialDeposit)
      : draw.wide(world.deposit) + minInitialDeposit;
    const account = draw.chance(0.6) ? draw.int(0, world.players - 1) : this.player();
    return { op: 'deposit', account, amount: this.word(amount), nowSlot: this.slot() };
  }

  private withdraw(): RiskInstruction {
    const { draw, world } = this;
    const account = this.player();
    const capital = this.account(account)?.capital ?? 0;
    const { minInitialDeposit } = world.market.params;
    const amount = draw.pick([
      capital,
      draw.near(capital),
      capital - minInitialDeposit,
      draw.wide(capital),
      draw.near(capital - minInitialDeposit),
    ]);
    return { op: 'withdraw', account, amount: this.word(amount), ...this.inputs() };
  }

  private convert(): RiskInstruction {
    const { draw } = this;
    const account = this.player();
    const found = this.account(account);
    const released = found === undefined ? 0 : calculateReleased(found);
    const amount = this.word(draw.pick([released, draw.near(released), draw.wide(released), 1]));
    return { op: 'convertReleased', account, amount, ...this.inputs() };
  }

  private payFees(): RiskInstruction {
    const { draw } = this;
    const account = this.player();
    const debt = 0 - (this.account(account)?.feeCredits ?? 0);
    const amount = this.word(draw.pick([debt, draw.near(debt), draw.wide(debt)]));
    return { op: 'depositFeeCredits', account, amount, nowSlot: this.slot() };
  }

  private hedge(): RiskInstruction {
    const { draw } = this;
    const gross = 1 + draw.wide(1_000_000_000);
    return {
      op: 'setHedge',
      account: this.player(),
      net: this.word(draw.int(0, gross)),
      gross: this.word(gross),
    };
  }

  /** 0 also where a contradictory state makes it leave the envelope. */
  private position(index: number): number {
    const account = this.account(index);
    if (account === undefined) return 0;
    try {
      return calculateEffectivePosition(this.world.market, account);
    } catch (thrown) {
      if (thrown === OUT_OF_ENVELOPE) return 0;
      throw thrown;
    }
  }

  /** A size that opens with a share of the buying power, or closes, reduces or flips what one of the two holds. */
  private size(buyer: number, seller: number, price: number): number {
    const { draw, world } = this;
    const held = Math.max(Math.abs(this.position(buyer)), Math.abs(this.position(seller)));
    if (held > 0 && draw.chance(0.45)) {
      return draw.pick([held, Math.abs(this.position(buyer)), draw.near(held), draw.wide(held), held * 2]);
    }
    if (draw.chance(0.05)) return 1 + draw.wide(MAX_OI_SIDE_Q - 1);
    const capital = Math.min(this.account(buyer)?.capital ?? 1, this.account(seller)?.capital ?? 1);
    const notional = (capital / Math.max(1, world.market.params.initialBps)) * 10_000;
    const share = draw.pick([1, 1, 0.99, 0.9, 0.5, 0.1]);
    const most = Math.floor(Math.min(MAX_OI_SIDE_Q, ((notional * share) / price) * POS_SCALE));
    return draw.chance(0.6) ? Math.max(1, most) : 1 + draw.wide(Math.max(1, most));
  }

  private trade(): RiskInstruction {
    const { draw } = this;
    const buyer = this.player();
    const other = this.player();
    const seller = other === buyer && draw.chance(0.95) ? (buyer + 1) % this.world.players : other;
    const inputs = this.inputs();
    const { oraclePrice } = inputs;
    const slip = draw.chance(0.6)
      ? 0
      : Math.floor((oraclePrice / 10_000) * draw.int(-500, 500)) + draw.int(-1, 1);
    const executionPrice = this.word(Math.max(1, oraclePrice + slip));
    const sizeQ = this.word(this.size(buyer, seller, Math.max(1, oraclePrice)));
    const maker = draw.pick(['buyer', 'seller', undefined] as const);
    const trade = { buyer, seller, sizeQ, executionPrice, ...(maker === undefined ? {} : { maker }) };
    return { op: 'executeTrade', ...trade, ...inputs };
  }

  /** Mostly of the weakest account, at a price that moved against it. */
  private liquidate(): RiskInstruction {
    const { draw, world } = this;
    const account = draw.chance(0.8) ? this.weakest() : this.player();
    const inputs = this.inputs();
    if (draw.chance(0.7)) {
      const { priceLast } = world.market.globals;
      const fall = Math.floor((priceLast / 10_000) * draw.wide(3_000));
      const price = this.position(account) > 0 ? priceLast - fall : priceLast + fall;
      inputs.oraclePrice = Math.min(MAX_ORACLE_PRICE, Math.max(1, price));
    }
    return { op: 'liquidate', account, policy: this.policy(account), ...this.keeper(), ...inputs };
  }

  private policy(account: number): LiquidationPolicy {
    const { draw, world } = this;
    if (draw.chance(0.55)) return 'full';
    const size = Math.abs(this.position(account));
    if (draw.chance(0.4) && size > 1 && size < 10_000_000) {
      const restoring = calculateRestoringPartial(world.market, account);
      if (restoring !== null) return draw.near(restoring);
    }
    return this.word(
      draw.pick([draw.int(0, size), size - 1, 1, draw.near(Math.floor(size / 2)), draw.wide(size)]),
    );
  }

  private crank(): RiskInstruction {
    const { draw, world } = this;
    const count = draw.pick([0, 1, 2, world.players, world.players + 3]);
    const candidates = Array.from({ length: count }, (): CrankCandidate => {
      const account = draw.chance(0.3) ? this.weakest() : this.player();
      return [account, draw.chance(0.3) ? null : this.policy(account)];
    });
    const maxRevalidations = draw.pick([0, 1, count, count, 255]);
    return { op: 'keeperCrank', candidates, maxRevalidations, ...this.keeper(), ...this.inputs() };
  }
}
