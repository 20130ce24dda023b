import type { Symbol } from '../domain/market.ts';
import { toUsd } from '../domain/money.ts';
import type { HeldPosition, PortfolioState } from '../domain/portfolio.ts';
import type { Session } from '../domain/time.ts';
import { isProtectiveStop } from '../ledger/protection.ts';
import {
  type CompletedBar,
  type ExitSettings,
  planExits,
  type StopMove,
} from '../pipeline/exits.ts';
import type { System } from './compose.ts';
import type { OrderDesk } from './order-desk.ts';

/** What a completed session asks of the open positions: stops that follow, parts that are sold, time that is over. */
export async function followPositions(
  system: System,
  desk: OrderDesk,
  state: PortfolioState,
  session: Session,
): Promise<void> {
  const completed = await completedBars(system, state.positions, session);
  const plan = planExits(state.positions, completed, exitSettings(system));
  for (const move of plan.moves) await moveStops(system, desk, move, session);
  for (const { symbol, quantity } of plan.parts) {
    const isBusy = system.book.live(symbol).some(({ leg }) => leg === 'exit' || leg === 'entry');
    if (!isBusy) await desk.sellPart(symbol, quantity, session.date);
  }
  for (const symbol of plan.timedOut) await desk.leave(symbol, 'time', session.date, 'monitor');
  await desk.takeIn(session.date);
  for (const { symbol, adds } of state.positions) {
    if (adds !== undefined) await mergeStops(system, desk, symbol, session);
  }
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

/** Moves every stop of a symbol that is below the new price; the old one stays where the broker does not take it. */
async function moveStops(
  { book, clock, history, log }: System,
  desk: OrderDesk,
  move: StopMove,
  session: Session,
): Promise<void> {
  for (const stop of book.live(move.symbol)) {
    if (stop.leg !== 'stop' || stop.type !== 'stop') continue;
    if (stop.stopPrice === null || stop.stopPrice >= move.to) continue;
    const answer = await desk.modify(stop.orderRef, { stopPrice: move.to }, move.cause);
    if (answer.outcome !== 'accepted') {
      const fields = { orderRef: stop.orderRef, outcome: answer.outcome, stop: toUsd(move.to) };
      log.write('error', 'a stop could not be moved; the old one stays', fields);
      continue;
    }
    await desk.takeIn(session.date);
    await history.append([
      {
        type: 'stop.moved',
        at: clock.now(),
        runId: null,
        symbol: move.symbol,
        orderRef: stop.orderRef,
        session: session.date,
        old: stop.stopPrice,
        new: move.to,
        cause: move.cause,
      },
    ]);
  }
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
    const era = series.eraAt(snapshot.sessionOrdinal);
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
