import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { parseSymbol, type Symbol } from '../../src/domain/market.ts';
import { type Micros, usd } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { assertExists } from '../../src/domain/result.ts';
import type { RunRecord } from '../../src/domain/run.ts';
import {
  type EpochMs,
  epochMs,
  MINUTE_MS,
  type Session,
  type SessionDate,
  sessionDate,
} from '../../src/domain/time.ts';
import type { EventDraft, EventOf, EventType } from '../../src/events/event.ts';
import { submittedDraft } from '../../src/events/order-events.ts';

/** Sessions from Tuesday 2026-01-20 on; the first holiday is Presidents' Day, 2026-02-16. */
export const SESSIONS: readonly Session[] = sessionsBetween(
  sessionDate('2026-01-20'),
  sessionDate('2027-12-31'),
);
export const sessionNo = (n: number): Session => assertExists(SESSIONS[n], `session ${n}`);
export const dateNo = (n: number): SessionDate => sessionNo(n).date;

/** An instant of a session, in minutes after its open. */
export const minute = (session: number, minutes: number): EpochMs =>
  epochMs(sessionNo(session).openAt + minutes * MINUTE_MS);

export const symbol = (text: string): Symbol =>
  assertExists(parseSymbol(text), `${text} is a symbol`);
export const AAA = symbol('AAA');
export const BBB = symbol('BBB');

/** A draft with everything but its type, its instant and what the caller leaves to it. */
type Payload<T extends EventType> = Omit<Extract<EventDraft, { type: T }>, 'type' | 'at' | 'runId'>;

/** An event at an instant; outside runs unless `runId` says otherwise. */
export const draft = <T extends EventType>(
  type: T,
  at: EpochMs,
  payload: Payload<T>,
  runId: string | null = null,
): EventDraft => ({ type, at, runId, ...payload }) as unknown as EventDraft;

export const cashMoved = (
  kind: EventOf<'cash.recorded'>['kind'],
  dollars: number,
  session = 0,
): EventDraft =>
  draft('cash.recorded', minute(session, -30), {
    kind,
    amount: usd(dollars),
    session: dateNo(session),
    note: kind,
  });

export interface BracketTerms {
  readonly symbol?: Symbol;
  readonly session?: number;
  readonly quantity?: number;
  /** Dollars; null for a market entry. */
  readonly limit?: number | null;
  readonly stop?: number;
  readonly target?: number;
  readonly generation?: number;
  readonly runId?: string | null;
}

export const refOf = (
  leg: Order['leg'],
  { symbol: name = AAA, session = 1, generation = 1 }: BracketTerms = {},
): string => `${dateNo(session)}/scan-open/${name}/${leg}/${generation}`;

/** The orders of a bracket on 100 AAA: limit 101, stop 95, unless told otherwise. */
export function bracketOrders(terms: BracketTerms = {}): Order[] {
  const { quantity = 100, limit = 101, stop = 95, target } = terms;
  const entryRef = refOf('entry', terms);
  const common = { symbol: terms.symbol ?? AAA, quantity };
  const child = {
    ...common,
    side: 'sell',
    timeInForce: 'GTC',
    parentRef: entryRef,
    ocaGroup: `${entryRef}/oca`,
  } as const;
  const entry: Order = {
    ...common,
    orderRef: entryRef,
    leg: 'entry',
    side: 'buy',
    type: limit === null ? 'market' : 'limit',
    limitPrice: limit === null ? null : usd(limit),
    stopPrice: null,
    timeInForce: 'DAY',
    parentRef: null,
    ocaGroup: null,
    exitReason: null,
  };
  const protection: Order = {
    ...child,
    orderRef: refOf('stop', terms),
    leg: 'stop',
    type: 'stop',
    limitPrice: null,
    stopPrice: usd(stop),
    exitReason: 'stop',
  };
  if (target === undefined) return [entry, protection];
  const profit: Order = {
    ...child,
    orderRef: refOf('target', terms),
    leg: 'target',
    type: 'limit',
    limitPrice: usd(target),
    stopPrice: null,
    exitReason: 'target',
  };
  return [entry, protection, profit];
}

/** A market sell of 100 AAA in the group of its stop. */
export const exitOrder = (terms: BracketTerms & { reason?: Order['exitReason'] } = {}): Order => ({
  orderRef: refOf('exit', terms),
  symbol: terms.symbol ?? AAA,
  leg: 'exit',
  side: 'sell',
  type: 'market',
  quantity: terms.quantity ?? 100,
  limitPrice: null,
  stopPrice: null,
  timeInForce: 'GTC',
  parentRef: null,
  ocaGroup: `${refOf('entry', terms)}/oca`,
  exitReason: terms.reason ?? 'time',
});

export const submitted = (order: Order, session = 1, at = minute(session, 0)): EventDraft =>
  submittedDraft(order, { at, runId: null, session: dateNo(session) });

export const acknowledged = (orderRef: string, session = 1): EventDraft =>
  draft('order.acknowledged', minute(session, 0), { orderRef, brokerId: null });

/** The approval and the orders of a bracket, as they are written down before they are sent. */
export function bracketSent(terms: BracketTerms = {}): EventDraft[] {
  const { session = 1, limit = 101, stop = 95, quantity = 100, target, runId = 'run-1' } = terms;
  const approval = draft(
    'intent.approved',
    minute(session, 0),
    {
      symbol: terms.symbol ?? AAA,
      entryRef: refOf('entry', terms),
      sized: quantity,
      approved: quantity,
      referencePrice: usd(100),
      limitPrice: usd(limit ?? 101),
      stopPrice: usd(stop),
      targetPrice: target === undefined ? null : usd(target),
      atr: usd(2),
      reasons: [],
      score: 71.5,
      strategy: 'momentum',
      signalReason: 'momentum_trend',
      strength: 0.715,
    },
    runId,
  );
  return [approval, ...bracketOrders(terms).map((order) => submitted(order, session))];
}

export interface FillTerms {
  readonly ref?: string;
  readonly symbol?: Symbol;
  readonly session?: number;
  readonly minutes?: number;
  /** Dollars; null while unknown. */
  readonly commission?: number | null;
  readonly execId?: string;
}

/** An execution: of the bracket's entry for a buy, of its stop for a sell, unless `ref` names another order. */
export function filled(
  side: 'buy' | 'sell',
  quantity: number,
  price: number,
  terms: FillTerms = {},
): EventOf<'fill.recorded'> & EventDraft {
  const { session = 1, minutes = side === 'buy' ? 0 : 60, commission = 1 } = terms;
  const name = terms.symbol ?? AAA;
  const ref = terms.ref ?? refOf(side === 'buy' ? 'entry' : 'stop', { symbol: name });
  const at = minute(session, minutes);
  return draft('fill.recorded', at, {
    execId: terms.execId ?? `${ref}#${quantity}@${price}/${session}.${minutes}`,
    orderRef: ref,
    symbol: name,
    side,
    quantity,
    price: usd(price),
    commission: commission === null ? null : usd(commission),
    filledAt: at,
    session: dateNo(session),
    source: 'broker',
  }) as EventOf<'fill.recorded'> & EventDraft;
}

export const commissionCame = (execId: string, dollars: number, session = 1): EventDraft =>
  draft('commission.recorded', minute(session, 90), { execId, commission: usd(dollars) });

export const splitApplied = (
  ratio: number,
  before: number,
  after: number,
  cashInLieu = 0,
  session = 2,
): EventDraft =>
  draft('split.applied', minute(session, 0), {
    symbol: AAA,
    session: dateNo(session),
    ratio,
    quantityBefore: before,
    quantityAfter: after,
    cashInLieu: usd(cashInLieu),
  });

/** The broker changed a working order: its quantity, its stop price or its limit (dollars). */
export function modified(
  order: Order,
  change: Partial<Record<'quantity' | 'stop' | 'limit', number>>,
  session = 1,
): EventDraft {
  const { quantity, limitPrice, stopPrice } = order;
  const old = { quantity, limitPrice, stopPrice };
  const priceOf = (dollars: number | undefined, before: Micros | null): Micros | null =>
    dollars === undefined ? before : usd(dollars);
  return draft('order.modified', minute(session, 30), {
    orderRef: order.orderRef,
    old,
    new: {
      quantity: change.quantity ?? quantity,
      limitPrice: priceOf(change.limit, limitPrice),
      stopPrice: priceOf(change.stop, stopPrice),
    },
    cause: 'broker',
  });
}

export const runBegan = (runId: string, session = 1): EventDraft =>
  draft(
    'run.started',
    minute(session, 0),
    {
      job: 'scan',
      slot: 'scan-open',
      session: dateNo(session),
      mode: 'sim',
      account: 'SIM-1',
      identity: 'desk-1',
      asOf: minute(session, 0),
      configHash: 'c0ffee',
      version: '0.1.0',
    },
    runId,
  );

export const runEnded = (
  runId: string,
  counts: Partial<RunRecord['counts']> = {},
  session = 1,
): EventDraft =>
  draft(
    'run.completed',
    minute(session, 0),
    {
      status: 'completed',
      counts: {
        found: 50,
        scored: 40,
        selected: 5,
        sized: 3,
        denied: 1,
        approved: 2,
        submitted: 2,
        filled: 0,
        ...counts,
      },
      denials: { SPREAD_TOO_WIDE: 1 },
      signalHash: null,
      decisionHash: null,
      note: null,
    },
    runId,
  );
