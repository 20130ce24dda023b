import type { SeriesEra } from '../bars/series.ts';
import type { Symbol } from '../domain/market.ts';
import { type Micros, toUsd } from '../domain/money.ts';
import type { AccountValue, HeldPosition } from '../domain/portfolio.ts';
import { assertExists } from '../domain/result.ts';
import type { Session } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { Book } from '../ledger/book.ts';
import { isProtectiveStop } from '../ledger/protection.ts';
import {
  type CompletedBar,
  type ExitSettings,
  planExits,
  type StopMove,
} from '../pipeline/exits.ts';
import type { System } from './compose.ts';
import type { OrderDesk } from './order-desk.ts';
import { sellPart } from './sell-part.ts';

/**
 * What a completed session asks of the open positions: stops that follow, parts that are sold, time that is over. Asked
 * again, what was done is left out. Returns the symbols whose stops the broker did not move.
 */
export async function followPositions(
  system: System,
  desk: OrderDesk,
  { positions }: AccountValue,
  session: Session,
): Promise<readonly Symbol[]> {
  const completed = await completedBars(system, positions, session);
  const plan = planExits(positions, completed, exitSettings(system));
  const stayed = await moveStops(system, desk, plan.moves, session);
  const isLeaving = (symbol: Symbol): boolean =>
    system.book.live(symbol).some(({ leg }) => leg === 'exit');
  for (const part of plan.parts) {
    const isBuying = system.book.live(part.symbol).some(({ leg }) => leg === 'entry');
    if (!isBuying && !isLeaving(part.symbol)) await sellPart(system.book, desk, part, session.date);
  }
  for (const symbol of plan.timedOut) {
    if (!isLeaving(symbol)) await desk.leave(symbol, 'time', session.date, 'monitor');
  }
  await desk.takeIn(session.date);
  for (const { symbol, adds } of positions) {
    if (adds !== undefined) await mergeStops(system, desk, symbol, session);
  }
  return stayed;
}

/**
 * Makes one stop of those that a position came to by being added to: the first, in its own group, takes over the shares
 * of the others. Only when nothing else of the symbol is at work, and at the close, where no stop can be reached.
 */
async function mergeStops(
  { book }: System,
  desk: OrderDesk,
  symbol: Symbol,
  session: Session,
): Promise<void> {
  const live = book.live(symbol);
  const isAtRest = live.every(
    (order) =>
      isProtectiveStop(order) &&
      order.asked === null &&
      (order.status === 'working' || order.status === 'partial' || order.status === 'submitted'),
  );
  const [first, ...others] = live;
  const isSame = others.every(({ stopPrice }) => stopPrice === first?.stopPrice);
  if (first === undefined || others.length === 0 || !isAtRest || !isSame) return;
  for (const other of others) await desk.cancel(other, 'one stop for the whole position');
  await desk.takeIn(session.date);
  const isOver = (orderRef: string): boolean => book.order(orderRef)?.status === 'cancelled';
  const taken = others
    .filter(({ orderRef }) => isOver(orderRef))
    .reduce((sum, { quantity, filledQuantity }) => sum + quantity - filledQuantity, 0);
  if (taken === 0) return;
  await desk.modify(first.orderRef, { quantity: first.quantity + taken }, 'scale in');
  await desk.takeIn(session.date);
}

/** A stop that is below the price it is moved to. */
interface LowStop {
  readonly move: StopMove;
  readonly orderRef: string;
  readonly old: Micros;
}

/** Moves every stop that is below its new price; the old one stays where the broker does not take it: gives these. */
async function moveStops(
  { book, clock, history, log }: System,
  desk: OrderDesk,
  moves: readonly StopMove[],
  session: Session,
): Promise<readonly Symbol[]> {
  const low = lowStops(book, moves);
  if (low.length === 0) return [];
  const answers = await desk.modifyAll(
    low.map(({ orderRef, move: { to, cause } }) => ({
      orderRef,
      change: { stopPrice: to },
      cause,
    })),
  );
  await desk.takeIn(session.date);
  const moved: EventDraft[] = [];
  const stayed: Symbol[] = [];
  for (const [i, { move, orderRef, old }] of low.entries()) {
    const { outcome } = assertExists(answers[i], 'every change has an answer');
    if (outcome !== 'accepted') {
      const fields = { orderRef, outcome, stop: toUsd(move.to) };
      log.write('error', 'a stop could not be moved; the old one stays', fields);
      stayed.push(move.symbol);
      continue;
    }
    moved.push({
      type: 'stop.moved',
      at: clock.now(),
      runId: null,
      symbol: move.symbol,
      orderRef,
      session: session.date,
      old,
      new: move.to,
      cause: move.cause,
    });
  }
  if (moved.length > 0) await history.append(moved);
  return stayed;
}

function lowStops(book: Book, moves: readonly StopMove[]): LowStop[] {
  const low: LowStop[] = [];
  for (const move of moves) {
    for (const { leg, type, stopPrice, orderRef } of book.live(move.symbol)) {
      if (leg !== 'stop' || type !== 'stop' || stopPrice === null) continue;
      if (stopPrice < move.to) low.push({ move, orderRef, old: stopPrice });
    }
  }
  return low;
}

/** Close and ATR14 of the bar that this session completed, per held symbol that has one. */
async function completedBars(
  { market }: System,
  positions: readonly HeldPosition[],
  session: Session,
): Promise<ReadonlyMap<Symbol, CompletedBar>> {
  const bars = new Map<Symbol, CompletedBar>();
  if (positions.length === 0) return bars;
  const snapshot = await market.snapshot({
    asOf: session.closeAt,
    session,
    symbols: positions.map(({ symbol }) => symbol),
    todayOpen: false,
    relativeVolume: false,
  });
  snapshot.series.forEach((series, i) => {
    const era = snapshot.eras[i] as SeriesEra;
    const last = (snapshot.visible[i] as number) - 1;
    if (last < 0 || era.ordinals[last] !== snapshot.sessionOrdinal) return;
    bars.set(series.symbol, {
      close: era.columns.close[last] as number,
      atr: era.indicators.get('atr14')[last] as number,
    });
  });
  return bars;
}

function exitSettings({ config }: System): ExitSettings {
  const { trail, breakEven, maxHoldingSessions, scaleOut } = config.exits;
  return {
    trailAtr: trail.kind === 'atr' ? trail.multiple : null,
    trailFraction: trail.kind === 'percent' ? trail.fraction : null,
    breakEvenR: breakEven?.atR ?? null,
    maxHoldingSessions,
    scaleOut: scaleOut ?? null,
  };
}
