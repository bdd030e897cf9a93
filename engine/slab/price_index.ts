import { Book, type BookSide, BUY, Level, Node } from './constants.ts';
import { refuse } from './errors.ts';
import { giveBack, take } from './pools.ts';
import type { Slab } from './state.ts';

/**
 * The levels of each side in order (`next` = worse) and a crit-bit tree over their prices (docs/slab.md, Price index). A
 * reference of the tree is a node's link, or −link of a level.
 */

const WORD = 4_294_967_296;
/** Nodes on the longest way to a level, one a bit: more of them run in circles. */
const DEPTH = 64;

const rootOf = (side: BookSide) => (side === BUY ? Book.bidRoot : Book.askRoot);
const bestOf = (side: BookSide) => (side === BUY ? Book.bestBid : Book.bestAsk);

/** Upper and lower half of a price as signed 32-bit numbers. */
const high = (price: number) => Math.floor(price / WORD) | 0;
const low = (price: number) => price | 0;

/** Bit `bit` of a 64-bit number, counted from the most significant. */
function bitOf(bit: number, upper: number, lower: number): 0 | 1 {
  return ((bit < 32 ? upper >>> (31 - bit) : lower >>> (63 - bit)) & 1) as 0 | 1;
}

/** Where the reference of the subtree with this bit stands in the node at `at`: `right` follows `left`. */
const childAt = (at: number, bit: 0 | 1) => at + Node.left + bit;

/** The level that shares most leading bits with the price; 0 in an empty tree. */
function nearestTo(slab: Slab, root: number, upper: number, lower: number): number {
  const { nodes, words } = slab;
  let reference = root | 0;
  for (let depth = 0; reference > 0; depth += 1) {
    if (depth === DEPTH) refuse('CorruptState');
    const at = nodes.at(reference);
    reference = words[childAt(at, bitOf(words[at + Node.bit]! | 0, upper, lower))]! | 0;
  }
  return 0 - reference;
}

/** Where the ladder remembers the level at a price: next to those of the ticks beside it. */
const rungOf = ({ ladder, params }: Slab, price: number) => (price / params.tickAtoms) & (ladder.length - 1);

/**
 * What the ladder says of a price; 0 if the tree must be asked. A level with this price is the side's that wants to rest
 * there: both sides never have one, or they would trade.
 */
function recall({ levels, ladder, words }: Slab, rung: number, price: number): number {
  const level = ladder[rung]!;
  return level !== 0 && words[levels.at(level) + Level.price] === price ? level : 0;
}

/** The level of a side whose price agrees longest with `price`, a link; 0 in an empty tree. */
export function nearestLevel(slab: Slab, side: BookSide, price: number): number {
  const level = recall(slab, rungOf(slab, price), price);
  return level !== 0 ? level : nearestTo(slab, slab.words[rootOf(side)]!, high(price), low(price));
}

/** The level at the outer end of a subtree: its highest price, or its lowest. */
function extremeOf(slab: Slab, subtree: number, highest: boolean): number {
  const { nodes, words } = slab;
  const child = highest ? Node.right : Node.left;
  let reference = subtree;
  for (let depth = 0; reference > 0; depth += 1) {
    if (depth === DEPTH) refuse('CorruptState');
    reference = words[nodes.at(reference) + child]! | 0;
  }
  return 0 - reference;
}

/** The level at this price; made if it is not there. */
export function openLevel(slab: Slab, side: BookSide, price: number): number {
  const rung = rungOf(slab, price);
  const recalled = recall(slab, rung, price);
  if (recalled !== 0) return recalled;
  const level = searchLevel(slab, side, price);
  if (slab.ladder.length > 1) slab.ladder[rung] = level;
  return level;
}

/** The same by way of the tree. */
function searchLevel(slab: Slab, side: BookSide, price: number): number {
  const { levels, words } = slab;
  const root = rootOf(side);
  const upper = high(price);
  const lower = low(price);
  if (words[root] === 0) {
    const level = takeLevel(slab, price);
    slab.set(root, 0 - level);
    slab.set(bestOf(side), level);
    return level;
  }
  const nearest = nearestTo(slab, words[root]!, upper, lower);
  const found = words[levels.at(nearest) + Level.price]!;
  if (found === price) return nearest;
  const difference = upper ^ high(found);
  const bit = difference !== 0 ? Math.clz32(difference) : 32 + Math.clz32(lower ^ low(found));
  return insertLevel(slab, side, price, bit);
}

function takeLevel(slab: Slab, price: number): number {
  const level = take(slab, slab.levels, 'CorruptState');
  slab.words[slab.editNew(slab.levels, level) + Level.price] = price;
  return level;
}

/** Adds a level whose price first differs from the tree's in `bit`. */
function insertLevel(slab: Slab, side: BookSide, price: number, bit: number): number {
  const { nodes, words } = slab;
  const upper = high(price);
  const lower = low(price);
  let place = rootOf(side);
  let subtree = words[place]! | 0;
  for (let depth = 0; subtree > 0; depth += 1) {
    if (depth === DEPTH) refuse('CorruptState');
    const at = nodes.at(subtree);
    const nodeBit = words[at + Node.bit]! | 0;
    if (nodeBit > bit) break;
    place = childAt(at, bitOf(nodeBit, upper, lower));
    subtree = words[place]! | 0;
  }
  // All prices of the subtree lie on the same side of the new one.
  const isAbove = bitOf(bit, upper, lower) === 1;
  const level = takeLevel(slab, price);
  const neighbour = extremeOf(slab, subtree, isAbove);
  const node = take(slab, nodes, 'CorruptState');
  const at = slab.editNew(nodes, node);
  words[at + Node.bit] = bit;
  words[at + Node.left] = isAbove ? subtree : 0 - level;
  words[at + Node.right] = isAbove ? 0 - level : subtree;
  slab.set(place, node);
  linkLevel(slab, side, level, neighbour, isAbove === (side === BUY));
  return level;
}

/** Puts a level that is being made next to its neighbour, on the better or the worse side of it. */
function linkLevel(slab: Slab, side: BookSide, level: number, neighbour: number, isBetter: boolean): void {
  const { levels, words } = slab;
  const at = levels.at(level);
  const beside = levels.at(neighbour);
  const better = isBetter ? words[beside + Level.prev]! : neighbour;
  const worse = isBetter ? neighbour : words[beside + Level.next]!;
  words[at + Level.prev] = better;
  words[at + Level.next] = worse;
  if (better === 0) slab.set(bestOf(side), level);
  else slab.set(levels.at(better) + Level.next, level);
  if (worse !== 0) slab.set(levels.at(worse) + Level.prev, level);
}

/** Takes an empty level out, whose record was saved. */
export function closeLevel(slab: Slab, side: BookSide, level: number): void {
  const { levels, nodes, words } = slab;
  const at = levels.at(level);
  const better = words[at + Level.prev]!;
  const worse = words[at + Level.next]!;
  if (better === 0) slab.set(bestOf(side), worse);
  else slab.set(levels.at(better) + Level.next, worse);
  if (worse !== 0) slab.set(levels.at(worse) + Level.prev, better);
  const node = detach(slab, side, level, words[at + Level.price]!);
  giveBack(slab, levels, level);
  if (node === 0) return;
  slab.edit(nodes, node);
  giveBack(slab, nodes, node);
}

/** Takes the level's leaf out of the tree; returns the node above it, which its sibling replaced, or 0. */
function detach(slab: Slab, side: BookSide, level: number, price: number): number {
  const { nodes, words } = slab;
  const upper = high(price);
  const lower = low(price);
  let place = rootOf(side);
  let node = 0;
  let above = place;
  for (let next = words[place]! | 0, depth = 0; next > 0; next = words[place]! | 0, depth += 1) {
    if (depth === DEPTH) refuse('CorruptState');
    above = place;
    node = next;
    const at = nodes.at(node);
    place = childAt(at, bitOf(words[at + Node.bit]! | 0, upper, lower));
  }
  if (words[place] !== 0 - level) refuse('CorruptState');
  if (node === 0) {
    slab.set(place, 0);
    return 0;
  }
  const at = nodes.at(node);
  slab.set(above, words[place === at + Node.left ? at + Node.right : at + Node.left]!);
  return node;
}
