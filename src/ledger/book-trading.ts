import type { OpenAlert } from '../domain/alert.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Restriction } from '../domain/trading-state.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { restrictionKey } from '../risk/trading-state.ts';
import type { BookState } from './book-state.ts';

/** The most alerts that are kept open; the oldest go first. */
const ALERTS_KEPT = 100;

/** What the last gate refuses at once when orders are sent too fast, and what nothing should ever ask of it. */
const SUSPICIOUS: ReadonlySet<string> = new Set([
  'ORDER_RATE',
  'ORDERS_PER_MINUTE',
  'CONSERVATION',
  'PAYLOAD_CONFLICT',
  'NOT_JOURNALLED',
]);

/** Folds what restricts trading, who was called, and what circuit breakers count; every other event changes nothing. */
export function bookTrading(state: BookState, event: JournalEvent): void {
  switch (event.type) {
    case 'trading_state.changed':
      restrict(state, event);
      return;
    case 'kill.engaged':
      state.kill = event.positions;
      state.restrictions.set('kill', killed(event));
      return;
    case 'kill.cleared':
      state.kill = null;
      state.restrictions.delete('kill');
      return;
    case 'breaker.tripped':
      trip(state, event);
      return;
    case 'alert.raised':
      raise(state, event);
      return;
    case 'alert.acknowledged':
      acknowledge(state, event);
      return;
    case 'config.changed':
      state.configHash = event.newHash;
      return;
    case 'order.rejected':
      reject(state, event);
      return;
    case 'order.denied':
      if (SUSPICIOUS.has(event.code)) {
        const refused = { code: event.code, orderRef: event.orderRef };
        state.watched = { ...state.watched, refused };
      }
      return;
    case 'order.acknowledged':
      if (state.orders.get(event.orderRef)?.leg === 'entry' && state.watched.rejections > 0) {
        state.watched = { ...state.watched, rejections: 0 };
      }
      return;
    default:
  }
}

function restrict(state: BookState, event: EventOf<'trading_state.changed'>): void {
  const { source, detail, to, at, by, cause, until } = event;
  const key = restrictionKey({ source, detail });
  if (to === 'active') state.restrictions.delete(key);
  else {
    state.restrictions.set(key, { source, detail, state: to, since: at, by, why: cause, until });
  }
}

const killed = ({ at, by, cause }: EventOf<'kill.engaged'>): Restriction => ({
  source: 'kill',
  detail: '',
  state: 'halted',
  since: at,
  by,
  why: cause,
  until: null,
});

/** A breaker that tripped counts from zero again. */
function trip(state: BookState, event: EventOf<'breaker.tripped'>): void {
  const { breaker, state: to, at, cause, until } = event;
  const source = breaker === 'clock_skew' ? 'stale_clock' : 'breaker';
  const restriction: Restriction = {
    source,
    detail: breaker,
    state: to,
    since: at,
    by: 'breaker',
    why: cause,
    until,
  };
  state.restrictions.set(restrictionKey(restriction), restriction);
  const { watched } = state;
  if (breaker === 'rejections') state.watched = { ...watched, rejections: 0 };
  if (breaker === 'stop_outs') {
    state.watched = { ...watched, stopOuts: { ...watched.stopOuts, count: 0 } };
  }
  if (breaker === 'order_rate' || breaker === 'conservation') {
    state.watched = { ...watched, refused: null };
  }
}

function reject(state: BookState, { orderRef }: EventOf<'order.rejected'>): void {
  if (state.orders.get(orderRef)?.leg !== 'entry') return;
  state.watched = { ...state.watched, rejections: state.watched.rejections + 1 };
}

/** An alert that is open is raised once more; one that only informs calls nobody. */
function raise(state: BookState, event: EventOf<'alert.raised'>): void {
  const { seq, at, level, code, message, until } = event;
  if (level === 'info') return;
  const key = `${code} ${message}`;
  const known = state.alerts.get(key);
  const alert: OpenAlert = {
    id: seq,
    level,
    code,
    message,
    firstAt: known?.firstAt ?? at,
    lastAt: at,
    times: (known?.times ?? 0) + 1,
    until: until ?? null,
  };
  state.alerts.delete(key);
  state.alerts.set(key, alert);
  const [oldest] = state.alerts.keys();
  if (state.alerts.size > ALERTS_KEPT && oldest !== undefined) state.alerts.delete(oldest);
}

function acknowledge(state: BookState, { alerts }: EventOf<'alert.acknowledged'>): void {
  const known = new Set(alerts);
  for (const [key, { id }] of state.alerts) if (known.has(id)) state.alerts.delete(key);
}

/** Lets go of what means nothing any more: restrictions and alerts whose time is over. */
export function forgetTrading(state: BookState, at: EpochMs): void {
  for (const [key, { until }] of state.restrictions) {
    if (until !== null && until <= at) state.restrictions.delete(key);
  }
  for (const [key, { until }] of state.alerts) {
    if (until !== null && until <= at) state.alerts.delete(key);
  }
}
