import type { Bracket, Order } from '../domain/order.ts';
import { orderRef } from '../domain/order.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventDraft, EventOf, JournalEvent } from '../events/event.ts';
import type { SendOutcome } from '../ports/broker.ts';
import type { EntrySettings } from '../risk/limits.ts';
import type { Decision } from './decide.ts';
import { sendEntry } from './execute.ts';

/** The run whose entries are sent again, and what its journal says of them. */
export interface ResendQuestion {
  readonly runId: string;
  readonly session: SessionDate;
  readonly slot: string;
  readonly at: EpochMs;
  readonly entry: EntrySettings;
  readonly strategy: string;
  /** In order; those of the run and of its orders. */
  readonly events: readonly JournalEvent[];
}

/**
 * Sends what is decided now to a broker that answers as the recorded one did, and gives what the journal would hold of
 * it. An entry whose run sent none for its symbol, because it was dry or declined, is left out.
 */
export async function resend(decision: Decision, question: ResendQuestion): Promise<EventDraft[]> {
  const { runId, session, slot, at, entry, strategy, events } = question;
  const written: EventDraft[] = [];
  const sent = events.filter((event) => event.type === 'order.submitted');
  const answers = answersOf(events, runId);
  const answer = (ref: string): Promise<SendOutcome> =>
    Promise.resolve(answers.get(ref) ?? { outcome: 'accepted' });
  const context = {
    runId,
    session,
    slot,
    entry,
    strategy,
    now: () => at,
    history: {
      append: (drafts: readonly EventDraft[]) => {
        written.push(...drafts);
        return Promise.resolve([]);
      },
    },
    broker: {
      submit: (bracket: Bracket) => answer(bracket.entry.orderRef),
      submitOrder: (order: Order) => answer(order.orderRef),
    },
    // A generation that the recorded run went past was used up before it.
    isUsed: (ref: string) => sent.some((order) => isLater(order, ref)),
    exitParts: () => [],
  };
  for (const candidate of decision.candidates) {
    const wasSent = sent.some(
      ({ symbol, leg }) => symbol === candidate.row.symbol && leg === 'entry',
    );
    if (candidate.fate === 'approved' && wasSent) await sendEntry(candidate, context);
  }
  return written;
}

/** What came back for each order while it was being sent; what came later is no answer to the sending. */
function answersOf(
  events: readonly JournalEvent[],
  runId: string,
): ReadonlyMap<string, SendOutcome> {
  const answers = new Map<string, SendOutcome>();
  for (const event of events) {
    if (event.runId !== runId) continue;
    if (event.type === 'order.unknown') {
      answers.set(event.orderRef, { outcome: 'unknown', message: event.cause });
    } else if (event.type === 'order.rejected' || event.type === 'order.denied') {
      const outcome = event.type === 'order.rejected' ? 'rejected' : 'denied';
      answers.set(event.orderRef, { outcome, code: event.code, message: event.message });
    }
  }
  return answers;
}

/** True where the order is of a later generation of the leg that the reference names. */
function isLater(
  { session, symbol, leg, orderRef: sentRef }: EventOf<'order.submitted'>,
  ref: string,
) {
  const slot = sentRef.split('/')[1] ?? '';
  const generation = Number(sentRef.slice(sentRef.lastIndexOf('/') + 1));
  for (let earlier = 1; earlier < generation; earlier++) {
    if (orderRef({ session, slot, symbol, leg, generation: earlier }) === ref) return true;
  }
  return false;
}
