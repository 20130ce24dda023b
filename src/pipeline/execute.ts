import { type Bracket, type Leg, type Order, orderRef } from '../domain/order.ts';
import { bracketFault, type OrderFault, orderFault } from '../domain/order-checks.ts';
import { DEFAULT_TICKS, type TickTable } from '../domain/price.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import { submittedDraft } from '../events/order-events.ts';
import type { Broker, SendOutcome } from '../ports/broker.ts';
import type { History } from '../ports/history.ts';
import type { EntrySettings } from '../risk/limits.ts';
import { bracketOf, type ExitPart, marketOrder } from './bracket.ts';
import type { CandidateDecision, SignalExit } from './decide.ts';

/** What sending needs of the world, and of the run it belongs to. */
export interface ExecutionContext {
  readonly broker: Pick<Broker, 'submit' | 'submitOrder'>;
  readonly history: Pick<History, 'append'>;
  readonly now: () => EpochMs;
  readonly runId: string | null;
  readonly session: SessionDate;
  readonly slot: string;
  readonly entry: EntrySettings;
  readonly strategy: string;
  /** The price grid; the default one of US stocks unless given. */
  readonly ticks?: TickTable;
  /** True when our journal knows an order of this name: its generation is used up. */
  readonly isUsed: (orderRef: string) => boolean;
  /** How the shares of a symbol leave, through the OCA groups of their stops; none where there are no shares. */
  readonly exitParts: (symbol: SignalExit['symbol']) => readonly ExitPart[];
}

type Outcome = SendOutcome['outcome'];

/** How often an order that certainly was not sent is tried. */
const ATTEMPTS = 3;

/**
 * Sends an approved entry with its stop: the intent and every orderRef are on disk before anything leaves. An answer
 * that does not come is written down as unknown, never sent again.
 */
export async function sendEntry(
  candidate: CandidateDecision,
  context: ExecutionContext,
): Promise<Outcome> {
  const { intent, verdict, row } = candidate;
  if (intent === null || !(verdict.approved > 0)) return 'not_sent';
  const { session, slot } = context;
  const generation = unusedGeneration(context, row.symbol, 'entry');
  const origin = { session, slot, generation };
  const bracket = bracketOf(intent, verdict.approved, origin, context.entry);
  const fault = bracketFault(bracket, context.ticks ?? DEFAULT_TICKS);
  if (fault !== null) return deny(candidate, fault, context);
  const orders = ordersOf(bracket);
  await context.history.append([
    approval(candidate, bracket, context),
    ...orders.map((order) => submitted(order, context)),
  ]);
  return answered(orders, () => context.broker.submit(bracket), context);
}

/** Sells a whole position at the market, through the OCA groups of its stops. The worst answer of its parts. */
export async function sendExit(
  exit: SignalExit,
  reason: NonNullable<Order['exitReason']>,
  context: ExecutionContext,
): Promise<Outcome> {
  let worst: Outcome = 'not_sent';
  let left = exit.quantity;
  for (const { quantity, ocaGroup } of context.exitParts(exit.symbol)) {
    const part = Math.min(left, quantity);
    if (part <= 0) break;
    left -= part;
    const terms = { symbol: exit.symbol, side: 'sell', quantity: part } as const;
    const make = (ref: string): Order =>
      marketOrder(ref, { ...terms, exitReason: reason, ocaGroup });
    const outcome = await sendLone(exit.symbol, 'exit', make, context);
    worst = SEVERITY[outcome] > SEVERITY[worst] ? outcome : worst;
  }
  return worst;
}

const SEVERITY: Readonly<Record<Outcome, number>> = {
  not_sent: 0,
  accepted: 1,
  denied: 2,
  rejected: 3,
  unknown: 4,
};

/** Sends one order of its own under the next unused name; written down first. */
export async function sendLone(
  symbol: Order['symbol'],
  leg: Leg,
  make: (ref: string) => Order,
  context: ExecutionContext,
): Promise<Outcome> {
  const { session, slot } = context;
  const generation = unusedGeneration(context, symbol, leg);
  const order = make(orderRef({ session, slot, symbol, leg, generation }));
  if (orderFault(order, context.ticks ?? DEFAULT_TICKS) !== null) return 'denied';
  await context.history.append([submitted(order, context)]);
  return answered([order], () => context.broker.submitOrder(order), context);
}

const ordersOf = ({ entry, stop, target }: Bracket): Order[] =>
  target === null ? [entry, stop] : [entry, stop, target];

/** The first generation of this symbol's leg in this slot that no order has used. */
function unusedGeneration(context: ExecutionContext, symbol: Order['symbol'], leg: Leg): number {
  const { session, slot } = context;
  let generation = 1;
  while (context.isUsed(orderRef({ session, slot, symbol, leg, generation }))) generation += 1;
  return generation;
}

/** Asks the broker, again where the order certainly did not leave, and writes down any answer that is no yes. */
async function answered(
  orders: readonly Order[],
  send: () => Promise<SendOutcome>,
  context: ExecutionContext,
): Promise<Outcome> {
  let answer = await send();
  for (let attempt = 2; attempt <= ATTEMPTS && answer.outcome === 'not_sent'; attempt += 1) {
    answer = await send();
  }
  await recordAnswer(answer, orders, context);
  return answer.outcome;
}

/** An order that contradicts itself is denied before it has a name: nothing is written to be sent. */
async function deny(
  { row, intent }: CandidateDecision,
  { code }: OrderFault,
  context: ExecutionContext,
): Promise<Outcome> {
  const sized = intent?.quantity ?? 0;
  await context.history.append([
    {
      type: 'intent.denied',
      at: context.now(),
      runId: context.runId,
      symbol: row.symbol,
      sized: Number.isSafeInteger(sized) && sized > 0 ? sized : 0,
      reasons: [{ code, allowed: 0, limit: null, value: null }],
    },
  ]);
  return 'denied';
}

function approval(
  { intent, verdict, row }: CandidateDecision,
  bracket: Bracket,
  context: ExecutionContext,
): EventDraft {
  const { referencePrice, limitPrice, stopPrice, targetPrice, atr, quantity } =
    intent as NonNullable<CandidateDecision['intent']>;
  return {
    type: 'intent.approved',
    at: context.now(),
    runId: context.runId,
    symbol: row.symbol,
    entryRef: bracket.entry.orderRef,
    sized: quantity,
    approved: verdict.approved,
    referencePrice,
    limitPrice,
    stopPrice,
    targetPrice,
    atr,
    reasons: [...verdict.reasons],
    score: row.score,
    strategy: context.strategy,
    signalReason: row.signalReason,
    strength: row.strength,
  };
}

const submitted = (order: Order, context: ExecutionContext): EventDraft =>
  submittedDraft(order, { at: context.now(), runId: context.runId, session: context.session });

async function recordAnswer(
  answer: SendOutcome,
  orders: readonly Order[],
  context: ExecutionContext,
): Promise<void> {
  if (answer.outcome === 'accepted') return;
  const base = { at: context.now(), runId: context.runId };
  await context.history.append(
    orders.map(({ orderRef: ref }): EventDraft => {
      if (answer.outcome === 'unknown') {
        return { ...base, type: 'order.unknown', orderRef: ref, cause: answer.message };
      }
      if (answer.outcome === 'rejected' || answer.outcome === 'denied') {
        const { code, message } = answer;
        const type = answer.outcome === 'denied' ? 'order.denied' : 'order.rejected';
        return { ...base, type, orderRef: ref, code, message };
      }
      const cause = `not sent: ${answer.message}`;
      return { ...base, type: 'order.cancelled', orderRef: ref, cause };
    }),
  );
}
