import { floorDiv, mulDivFloor, mulDivFloorSigned, requireSafe } from '../math/index.ts';
import { setReserved, warmupNow } from './bookkeeping.ts';
import { BPS } from './constants.ts';
import { EventKind } from './events.ts';
import type { AdaptiveWarmup } from './params.ts';
import type { Account, Globals } from './records.ts';
import type { Market } from './state.ts';

/** Releases what the slope allows since the last touch (design 01 §6). Touches without new profit never slow it. */
export function advanceWarmup(market: Market, index: number, account: Account): void {
  const now = warmupNow(market);
  const reserved = account.reservedPnl;
  if (reserved > 0) {
    // The product saturates: beyond R its exact value does not matter.
    const release =
      market.params.warmupPeriodSlots === 0
        ? reserved
        : Math.min(reserved, account.warmupSlope * (now - account.warmupStart));
    if (release > 0) {
      setReserved(market, account, reserved - release);
      market.sink?.emit(EventKind.Matured, index, release);
    }
  }
  if (account.reservedPnl === 0) account.warmupSlope = 0;
  account.warmupStart = now;
}

/** The share of its average, in bps, by which C_tot lies below it. */
function calculateDrainBps(ema: number, cTot: number): number {
  return ema > cTot ? mulDivFloor(ema - cTot, BPS, ema) : 0;
}

function calculateEma(ema: number, cTot: number, dt: number, window: number): number {
  return ema + mulDivFloorSigned(cTot - ema, Math.min(dt, window), window);
}

/** Moves the adaptive warmup clock by `dt` > 0 slots (design 01 §12). */
export function advanceAdaptiveClock(g: Globals, adaptive: AdaptiveWarmup, dt: number): void {
  g.emaFast = calculateEma(g.emaFast, g.cTot, dt, adaptive.fastWindowSlots);
  g.emaSlow = calculateEma(g.emaSlow, g.cTot, dt, adaptive.slowWindowSlots);
  const drain = Math.max(calculateDrainBps(g.emaFast, g.cTot), calculateDrainBps(g.emaSlow, g.cTot));
  const saturation = adaptive.saturationBps;
  const target = BPS + floorDiv((adaptive.maxMultiplierBps - BPS) * Math.min(drain, saturation), saturation);
  const before = g.warmupMultiplierBps;
  const floor = before - floorDiv(before * adaptive.hysteresisBps, BPS);
  const multiplier = Math.max(target, floor);
  g.warmupMultiplierBps = multiplier;
  if (drain >= adaptive.freezeBps) return;
  // floor((dt·10 000 + remainder)/multiplier) without leaving the safe integers for large dt.
  const whole = floorDiv(dt, multiplier);
  const rest = (dt - whole * multiplier) * BPS + g.warmupRemainder;
  const ticks = floorDiv(rest, multiplier);
  g.warmupRemainder = rest - ticks * multiplier;
  g.warmupClock = requireSafe(g.warmupClock + whole * BPS + ticks);
}
