import { type Bracket, type Order, orderRef } from '../domain/order.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import { submittedDraft } from '../events/order-events.ts';
import type { Broker, SendOutcome } from '../ports/broker.ts';
import type { History } from '../ports/history.ts';
import type { EntrySettings } from '../risk/limits.ts';
import { bracketOf, exitOrder, type OrderOrigin } from './bracket.ts';
import type { CandidateDecision, SignalExit } from './decide.ts';

/** What sending needs of the world, and of the run it belongs to. */
export interface ExecutionContext {
  readonly broker: Broker;
  readonly history: History;
  readonly now: () => EpochMs;
  readonly runId: string | null;
  readonly session: SessionDate;
  readonly slot: string;
  readonly entry: EntrySettings;
  readonly strategy: string;
  /** True when our journal knows an order of this name: its generation is used up. */
  readonly isUsed: (orderRef: string) => boolean;
  /** The entry a position came from; its exits share that entry's OCA group. */
  readonly entryRefOf: (symbol: SignalExit['symbol']) => string | null;
}

/**
 * Sends an approved entry with its stop: the intent and every orderRef are on disk before anything leaves. An answer
 * that does not come is written down as unknown, never sent again.
 */
export async function sendEntry(
  candidate: CandidateDecision,
  context: ExecutionContext,
): Promise<SendOutcome['outcome']> {
  const { intent, verdict, row } = candidate;
  if (intent === null || verdict.approved <= 0) return 'not_sent';
  const origin = originOf(context, row.symbol, 'entry');
  const bracket = bracketOf(intent, verdict.approved, origin, context.entry);
  const orders = ordersOf(bracket);
  await context.history.append([
    approval(candidate, bracket, context),
    ...orders.map((order) => submitted(order, context)),
  ]);
  const answer = await context.broker.submit(bracket);
  await recordAnswer(answer, orders, context);
  return answer.outcome;
}

/** Sends a market sell of a whole position through the OCA group of its stop. */
export async function sendExit(
  exit: SignalExit,
  reason: NonNullable<Order['exitReason']>,
  context: ExecutionContext,
): Promise<SendOutcome['outcome']> {
  const entryRef = context.entryRefOf(exit.symbol);
  if (entryRef === null) return 'not_sent';
  const origin = originOf(context, exit.symbol, 'exit');
  const order = exitOrder(exit.symbol, exit.quantity, reason, entryRef, origin);
  await context.history.append([submitted(order, context)]);
  const answer = await context.broker.submitOrder(order);
  await recordAnswer(answer, [order], context);
  return answer.outcome;
}

const ordersOf = ({ entry, stop, target }: Bracket): Order[] =>
  target === null ? [entry, stop] : [entry, stop, target];

/** The first generation of this symbol's leg in this slot that no order has used. */
function originOf(
  context: ExecutionContext,
  symbol: SignalExit['symbol'],
  leg: 'entry' | 'exit',
): OrderOrigin {
  const { session, slot } = context;
  let generation = 1;
  while (context.isUsed(orderRef({ session, slot, symbol, leg, generation }))) generation += 1;
  return { session, slot, generation };
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
      return {
        ...base,
        type: 'order.cancelled',
        orderRef: ref,
        cause: `not sent: ${answer.message}`,
      };
    }),
  );
}
