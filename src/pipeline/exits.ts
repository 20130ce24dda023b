import type { Symbol } from '../domain/market.ts';
import { type Micros, microsFromFloat, subtract, timesFraction, ZERO } from '../domain/money.ts';
import type { HeldPosition } from '../domain/portfolio.ts';
import { roundToTick } from '../domain/price.ts';

/** How positions are left; the config section `exits` as far as bars that completed decide it. */
export interface ExitSettings {
  /** The stop follows the highest close since entry at this many ATR14; null where it does not move. */
  readonly trailAtr: number | null;
  /** The stop moves to the entry price once a close is this many initial risks above it; null for never. */
  readonly breakEvenR: number | null;
  /** Calendar sessions after which a position is left at its next open, the entry session counting 1; 0 for never. */
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
  readonly cause: 'trail' | 'break_even';
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
    const { maxHoldingSessions } = settings;
    if (maxHoldingSessions > 0 && position.sessionsHeld >= maxHoldingSessions) {
      timedOut.push(position.symbol);
    }
    const bar = completed.get(position.symbol);
    const move = bar === undefined ? null : stopMove(position, bar, settings);
    if (move !== null) moves.push(move);
  }
  return { moves, timedOut };
}

/** The higher of what trail and break-even ask for, where it is above the stop in force. */
function stopMove(
  position: HeldPosition,
  bar: CompletedBar,
  settings: ExitSettings,
): StopMove | null {
  if (position.stop === null) return null;
  const trail = settings.trailAtr === null ? ZERO : trailingStop(position, bar, settings.trailAtr);
  const even = settings.breakEvenR === null ? ZERO : breakEven(position, bar, settings.breakEvenR);
  const to = trail >= even ? trail : even;
  if (to <= position.stop) return null;
  const cause = trail >= even ? 'trail' : 'break_even';
  return { symbol: position.symbol, from: position.stop, to, cause };
}

function trailingStop(position: HeldPosition, bar: CompletedBar, multiple: number): Micros {
  if (!(bar.atr > 0)) return ZERO;
  const close = microsFromFloat(bar.close, 'halfEven');
  const highest = close > position.highestClose ? close : position.highestClose;
  const distance = microsFromFloat(multiple * bar.atr, 'halfEven');
  return distance >= highest ? ZERO : roundToTick(subtract(highest, distance), 'down');
}

/** The average entry price, once the close is far enough above it; 0 before. */
function breakEven(position: HeldPosition, bar: CompletedBar, multiple: number): Micros {
  const { averagePrice, initialStop } = position;
  if (initialStop === null || initialStop >= averagePrice) return ZERO;
  const risk = subtract(averagePrice, initialStop);
  const gain = subtract(microsFromFloat(bar.close, 'halfEven'), averagePrice);
  return gain >= timesFraction(risk, multiple, 'halfEven')
    ? roundToTick(averagePrice, 'down')
    : ZERO;
}
