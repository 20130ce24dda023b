import { barEnding, barStarting } from '../adapters/sim/sim-bars.ts';
import { sessionOf } from '../calendar/nyse.ts';
import { openTimeAfter } from '../calendar/open-time.ts';
import type { Symbol } from '../domain/market.ts';
import { add, subtract, toUsd } from '../domain/money.ts';
import type { AccountValue } from '../domain/portfolio.ts';
import { type EpochMs, epochMs, type Session, type SessionDate } from '../domain/time.ts';
import type { BreakerName } from '../domain/trading-state.ts';
import { alertDraft } from '../events/alert-draft.ts';
import type { EventDraft, EventOf } from '../events/event.ts';
import {
  clockSkewTrip,
  equityJumpTrip,
  refusalTrip,
  rejectionTrip,
  silenceTrip,
  slippageOf,
  slippageTrip,
  stopOutTrip,
  type Trip,
} from '../risk/breakers.ts';
import { inForce } from '../risk/trading-state.ts';
import { barMsOf } from './bar-length.ts';
import type { System } from './compose.ts';

/** A fill as it was written down. */
export type FillDraft = Omit<EventOf<'fill.recorded'>, 'v' | 'seq' | 'step' | 'prev' | 'hash'>;

/** After messages were taken in and orders sent: what fills, refusals and stop-outs say. */
export async function watchOrders(
  system: System,
  fills: readonly FillDraft[],
  session: SessionDate,
): Promise<void> {
  const { book, config } = system;
  const { rejections, stopOuts, refused } = book.trading.watched;
  const settings = config.breakers;
  const stopped = stopOuts.session === session ? stopOuts.count : 0;
  const trips = [
    rejectionTrip(rejections, settings),
    stopOutTrip(stopped, settings),
    refusalTrip(refused),
    ...fills.map((fill) => slippage(system, fill)),
  ];
  for (const trip of trips) if (trip !== null) await tripped(system, trip);
}

/** After bars ended while something is held: whether the data still speaks. */
export async function watchData(system: System, at: EpochMs, session: Session): Promise<void> {
  const silentMs = silence(system, at, session);
  const trip = silentMs === 0 ? null : silenceTrip(silentMs, system.config.breakers);
  if (trip !== null && !isTripped(system, trip.breaker)) await tripped(system, trip);
}

/** What a valuation of the account says beside the one before it, to be written down with it. */
export function watchEquity(system: System, { equity }: AccountValue): EventDraft[] {
  const { book, config } = system;
  const { valued } = book.trading;
  if (valued === null) return [];
  const before = add(valued.equity, subtract(book.flowSinceClose, valued.flow));
  const trip = equityJumpTrip(toUsd(before), toUsd(equity), config.breakers);
  return trip === null ? [] : tripDrafts(system, trip);
}

/** A clock that was set, or that differs from the broker's. */
export async function watchClock(system: System, skewMs: number): Promise<void> {
  const trip = clockSkewTrip(skewMs, system.config.breakers);
  if (trip !== null) await tripped(system, trip);
}

function isTripped({ book, clock }: System, breaker: BreakerName): boolean {
  const known = book.trading.restrictions.get(`breaker ${breaker}`);
  return known !== undefined && inForce(known, clock.now());
}

async function tripped(system: System, trip: Trip): Promise<void> {
  await system.history.append(tripDrafts(system, trip));
}

function tripDrafts({ clock, config }: System, trip: Trip): EventDraft[] {
  const at = clock.now();
  const { breaker, state, value, limit, why, coolsOff } = trip;
  const until = coolsOff ? openTimeAfter(at, config.breakers.coolOffMs) : null;
  const what = state === 'halted' ? 'nothing is done until a person resumes' : 'no entries';
  return [
    { type: 'breaker.tripped', at, runId: null, breaker, state, value, limit, cause: why, until },
    alertDraft({
      at,
      level: state === 'halted' ? 'critical' : 'warning',
      code: 'BREAKER_TRIPPED',
      message: `${why}: ${what}`,
      until,
    }),
  ];
}

function slippage(system: System, fill: FillDraft): Trip | null {
  const reference = referenceOf(system, fill);
  if (reference === null) return null;
  const { side, orderRef } = fill;
  const given = slippageOf(side, toUsd(fill.price), reference);
  return slippageTrip({ orderRef, slippage: given }, system.config.breakers);
}

/**
 * The first price, in dollars, that a fill could have had: the opening print of its bar, or its stop where the bar
 * opened above it. Null where no bar tells, or the order named its price itself.
 */
function referenceOf({ book, source }: System, fill: FillDraft): number | null {
  const order = book.order(fill.orderRef);
  const session = sessionOf(fill.session);
  if (order === null || session === null) return null;
  const bar = barStarting(source, fill.symbol, fill.filledAt, session);
  const open = typeof bar === 'string' ? null : toUsd(bar.open);
  if (order.type === 'stop' && order.stopPrice !== null) {
    return Math.min(open ?? Number.POSITIVE_INFINITY, toUsd(order.stopPrice));
  }
  return order.type === 'market' || order.leg === 'entry' ? open : null;
}

/**
 * How long the data has been silent; 0 while it speaks. Quotes say so themselves, by what was asked for and not heard;
 * bars by no symbol at all having one where one was due.
 */
function silence({ book, source, quotes }: System, at: EpochMs, session: Session): number {
  if (quotes !== null)
    return quotes.silentSince === null ? 0 : Math.max(0, at - quotes.silentSince);
  const held = book.openTrades().map(({ symbol }) => symbol);
  // One symbol that does not trade is no silence: the feed speaks of others.
  const isSilent = (instant: EpochMs): boolean => {
    const says = (symbol: Symbol) => barEnding(source, symbol, instant, session);
    return (
      held.every((symbol) => says(symbol) === 'missing') &&
      source.symbols.every((symbol) => typeof says(symbol) === 'string')
    );
  };
  const step = barMsOf(source, session);
  let from = at;
  while (from > session.openAt && isSilent(from)) {
    const sinceOpen = from - session.openAt;
    from = epochMs(session.openAt + (Math.ceil(sinceOpen / step) - 1) * step);
  }
  return at - from;
}
