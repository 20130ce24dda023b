import type { Symbol } from '../domain/market.ts';
import { type Micros, microsFromFloat, ZERO } from '../domain/money.ts';
import type { HeldPosition } from '../domain/portfolio.ts';
import { roundToTick } from '../domain/price.ts';

/** How positions are left; the config section `exits` as far as bars that completed decide it. */
export interface ExitSettings {
  /** The stop follows the highest close since entry at this many ATR14; null where it does not move. */
  readonly trailAtr: number | null;
  /** Calendar sessions after which a position is left at its next open, the entry session counting 1. */
  readonly maxHoldingSessions: number;
}

/** What the bar that just completed says of a position. ATR14 of that bar, in dollars. */
export interface CompletedBar {
  readonly close: number;
  readonly atr: number;
}

/** A stop to be moved up; it takes effect from the next bar. */
export interface StopMove {
  readonly symbol: Symbol;
  readonly from: Micros;
  readonly to: Micros;
}

/** What the close of a bar asks to do with the open positions. */
export interface ExitPlan {
  readonly moves: readonly StopMove[];
  /** Positions whose time is over: sold at the market at their next open. */
  readonly timedOut: readonly Symbol[];
}

/**
 * The exits decided from completed bars: the trailing stop = floor to tick of (highest close since entry - k x ATR14
 * of the bar just completed), never down; and the time stop. One rule in all modes.
 */
export function planExits(
  positions: readonly HeldPosition[],
  completed: ReadonlyMap<Symbol, CompletedBar>,
  settings: ExitSettings,
): ExitPlan {
  const moves: StopMove[] = [];
  const timedOut: Symbol[] = [];
  for (const position of positions) {
    if (position.sessionsHeld >= settings.maxHoldingSessions) timedOut.push(position.symbol);
    const bar = completed.get(position.symbol);
    if (bar === undefined || settings.trailAtr === null || !(bar.atr > 0)) continue;
    const to = trailingStop(position, bar, settings.trailAtr);
    if (position.stop !== null && to > position.stop) {
      moves.push({ symbol: position.symbol, from: position.stop, to });
    }
  }
  return { moves, timedOut };
}

function trailingStop(position: HeldPosition, bar: CompletedBar, multiple: number): Micros {
  const close = microsFromFloat(bar.close, 'halfEven');
  const highest = close > position.highestClose ? close : position.highestClose;
  const distance = microsFromFloat(multiple * bar.atr, 'halfEven');
  return distance >= highest ? ZERO : roundToTick((highest - distance) as Micros, 'down');
}
