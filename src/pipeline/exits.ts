import type { Symbol } from '../domain/market.ts';
import { type Micros, microsFromFloat, subtract, timesFraction, ZERO } from '../domain/money.ts';
import type { HeldPosition } from '../domain/portfolio.ts';
import { roundToTick } from '../domain/price.ts';

/** How positions are left; the config section `exits` as far as bars that completed decide it. */
export interface ExitSettings {
  /** The stop follows the highest close since entry at this many ATR14; null where it does not move. */
  readonly trailAtr: number | null;
  /** The stop follows the highest close since entry at this part of it below; null where it does not. */
  readonly trailFraction: number | null;
  /** The stop moves to the entry price once a close is this many initial risks above it; null for never. */
  readonly breakEvenR: number | null;
  /** Calendar sessions after which a position is left at its next open, the entry session counting 1; 0 for never. */
  readonly maxHoldingSessions: number;
  /** A part of the shares is sold once a close is so many initial risks above the entry; null for never. */
  readonly scaleOut: { readonly atR: number; readonly fraction: number } | null;
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
  /** Parts of positions that have made what they should: sold at the market at their next open. */
  readonly parts: readonly { readonly symbol: Symbol; readonly quantity: number }[];
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
  const parts: { symbol: Symbol; quantity: number }[] = [];
  for (const position of positions) {
    const { maxHoldingSessions } = settings;
    const isOver = maxHoldingSessions > 0 && position.sessionsHeld >= maxHoldingSessions;
    if (isOver) timedOut.push(position.symbol);
    const bar = completed.get(position.symbol);
    const quantity = bar === undefined || isOver ? 0 : partToSell(position, bar, settings);
    if (quantity > 0) parts.push({ symbol: position.symbol, quantity });
    const move = bar === undefined ? null : stopMove(position, bar, settings);
    if (move !== null) moves.push(move);
  }
  return { moves, timedOut, parts };
}

/** The higher of what trail and break-even ask for, where it is above the stop in force. */
function stopMove(
  position: HeldPosition,
  bar: CompletedBar,
  settings: ExitSettings,
): StopMove | null {
  if (position.stop === null) return null;
  const trail = trailingStop(position, bar, settings);
  const even = settings.breakEvenR === null ? ZERO : breakEven(position, bar, settings.breakEvenR);
  const to = trail >= even ? trail : even;
  if (to <= position.stop) return null;
  const cause = trail >= even ? 'trail' : 'break_even';
  return { symbol: position.symbol, from: position.stop, to, cause };
}

/** Where the trail asks for the stop, down to the tick; 0 where it asks for nothing. */
function trailingStop(position: HeldPosition, bar: CompletedBar, settings: ExitSettings): Micros {
  const close = microsFromFloat(bar.close, 'halfEven');
  const highest = close > position.highestClose ? close : position.highestClose;
  const distance = trailDistance(highest, bar, settings);
  if (distance === null || distance >= highest) return ZERO;
  return roundToTick(subtract(highest, distance), 'down');
}

function trailDistance(
  highest: Micros,
  bar: CompletedBar,
  { trailAtr, trailFraction }: ExitSettings,
): Micros | null {
  if (trailFraction !== null) return timesFraction(highest, trailFraction, 'halfEven');
  if (trailAtr === null || !(bar.atr > 0)) return null;
  return microsFromFloat(trailAtr * bar.atr, 'halfEven');
}

/** Shares to sell at this close: once in the life of a position, and never all of it. */
function partToSell(position: HeldPosition, bar: CompletedBar, { scaleOut }: ExitSettings): number {
  if (scaleOut === null || position.boughtQuantity !== position.quantity) return 0;
  if (!hasGained(position, bar, scaleOut.atR)) return 0;
  const part = Math.floor(position.boughtQuantity * scaleOut.fraction);
  return part < position.quantity ? part : 0;
}

/** True where the close is so many initial risks above the average entry. */
function hasGained(
  { averagePrice, initialStop }: HeldPosition,
  bar: CompletedBar,
  multiple: number,
): boolean {
  if (initialStop === null || initialStop >= averagePrice) return false;
  const risk = subtract(averagePrice, initialStop);
  const gain = subtract(microsFromFloat(bar.close, 'halfEven'), averagePrice);
  return gain >= timesFraction(risk, multiple, 'halfEven');
}

/** The average entry price, once the close is far enough above it; 0 before. */
const breakEven = (position: HeldPosition, bar: CompletedBar, multiple: number): Micros =>
  hasGained(position, bar, multiple) ? roundToTick(position.averagePrice, 'down') : ZERO;
