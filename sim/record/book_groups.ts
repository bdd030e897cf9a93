import type { AccountOwner } from '../kernel/observer.ts';
import { HORIZONS, Markouts } from './book_markouts.ts';
import type { BookOrderRow, BookTradingRow } from './book_types.ts';

type Liquidity = BookTradingRow['liquidity'];
type Totals = Pick<BookTradingRow, 'fills' | 'sizeQ' | 'notionalAtoms' | 'feesAtoms' | 'taxAtoms'>;

/** One trade of the book and what both sides were charged for it (negative: a rebate), by account. */
export interface RecordedFill {
  maker: number;
  taker: number;
  /** Of the taker: 1 bought. */
  direction: 1 | -1;
  sizeQ: number;
  price: number;
  notionalAtoms: number;
  makerFeeAtoms: number;
  takerFeeAtoms: number;
}

const newOrders = (slab: string, group: string): BookOrderRow => ({
  slab,
  group,
  placed: 0,
  placedQ: 0,
  filledQ: 0,
  cancelledQ: 0,
  droppedQ: 0,
  taking: 0,
  takingQ: 0,
  takenQ: 0,
  tookNothing: 0,
  holds: 0,
  heldAtoms: 0,
  heldAtomSlots: 0,
  holdsCommitted: 0,
  bondsLostAtoms: 0,
  reductions: 0,
  reductionRewardAtoms: 0,
  outsideAtoms: 0,
});

/** What each group asked of the book and what its fills came to. */
export class BookGroups {
  readonly markouts = new Markouts();
  private readonly slab: string;
  private readonly owners: readonly AccountOwner[];
  private readonly orders = new Map<string, BookOrderRow>();
  private readonly trading: Readonly<Record<Liquidity, Map<string, Totals>>> = {
    maker: new Map(),
    taker: new Map(),
  };

  constructor(slab: string, owners: readonly AccountOwner[]) {
    this.slab = slab;
    this.owners = owners;
  }

  /** The running row of a group. */
  ordersOf(group: string): BookOrderRow {
    let row = this.orders.get(group);
    if (row === undefined) {
      row = newOrders(this.slab, group);
      this.orders.set(group, row);
    }
    return row;
  }

  /** The running row of an account's group. */
  ordersOfAccount(account: number): BookOrderRow {
    return this.ordersOf(this.owners[account]!.group);
  }

  private tradingOf(account: number, liquidity: Liquidity): Totals {
    const { group } = this.owners[account]!;
    let row = this.trading[liquidity].get(group);
    if (row === undefined) {
      row = { fills: 0, sizeQ: 0, notionalAtoms: 0, feesAtoms: 0, taxAtoms: 0 };
      this.trading[liquidity].set(group, row);
    }
    return row;
  }

  addFill(slot: number, fill: RecordedFill): void {
    this.ordersOfAccount(fill.maker).filledQ += fill.sizeQ;
    this.addSide(slot, fill, 'maker');
    this.addSide(slot, fill, 'taker');
  }

  private addSide(slot: number, fill: RecordedFill, liquidity: Liquidity): void {
    const isTaker = liquidity === 'taker';
    const account = isTaker ? fill.taker : fill.maker;
    const row = this.tradingOf(account, liquidity);
    row.fills += 1;
    row.sizeQ += fill.sizeQ;
    row.notionalAtoms += fill.notionalAtoms;
    row.feesAtoms += isTaker ? fill.takerFeeAtoms : fill.makerFeeAtoms;
    const sizeQ = (isTaker ? fill.direction : -fill.direction) * fill.sizeQ;
    this.markouts.add(this.partyOf(this.owners[account]!.group, liquidity), slot, sizeQ, fill.price);
  }

  addTax(account: number, atoms: number): void {
    this.tradingOf(account, 'taker').taxAtoms += atoms;
  }

  private partyOf(group: string, liquidity: Liquidity): string {
    return `${liquidity} ${group}`;
  }

  /** By group and way; `finalPrice` is the undistorted one at the end. */
  listTrading(finalPrice: number): BookTradingRow[] {
    return (['maker', 'taker'] as const).flatMap((liquidity) =>
      [...this.trading[liquidity].keys()].sort().map((group) => {
        const party = this.partyOf(group, liquidity);
        const [edge, after1, after5, after25, after125] = HORIZONS.map((_, at) =>
          this.markouts.read(party, at),
        );
        return {
          slab: this.slab,
          group,
          liquidity,
          ...this.trading[liquidity].get(group)!,
          edgeAtoms: edge!,
          markout1Atoms: after1!,
          markout5Atoms: after5!,
          markout25Atoms: after25!,
          markout125Atoms: after125!,
          gainAtoms: this.markouts.valueAt(party, finalPrice),
        };
      }),
    );
  }

  listOrders(): BookOrderRow[] {
    return [...this.orders.keys()].sort().map((group) => this.orders.get(group)!);
  }
}
