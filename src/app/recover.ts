import { newYorkDate, previousSession } from '../calendar/nyse.ts';
import { isLive } from '../domain/order.ts';
import type { RunRecord } from '../domain/run.ts';
import { type EpochMs, epochMs, MINUTE_MS, type Session } from '../domain/time.ts';
import { alertDraft } from '../events/alert-draft.ts';
import type { EventDraft } from '../events/event.ts';
import type { BookOrder } from '../ledger/book-state.ts';
import type { Discrepancy } from '../ledger/breaks.ts';
import { plural } from '../reporting/format.ts';
import type { System } from './compose.ts';
import type { Monitors } from './monitors.ts';
import { runReconcile, SETTLE_MS, type TakeIn } from './reconcile-job.ts';
import { type PlannedSlot, planBetween } from './session-plan.ts';
import { ASK_AGAIN_MS, takeUpLine } from './take-up-line.ts';

/** How long a process that begins waits until the broker has said of each order what became of it. */
const ANSWERED_WITHIN_MS = MINUTE_MS;

/** Why an order that the broker never heard of ended. */
const NEVER_SENT = 'not sent: the process ended before the broker had it';

/**
 * Brings book and broker together after a process that ended anywhere: what the broker said and nobody wrote down is
 * taken in, as part of the session that was being played; an order that was written down and that the broker does not
 * know was never sent; and every position is proved to be protected. Returns the runs that were cut off; they are not
 * ended here, for some may begin once more.
 */
export async function recover(
  system: System,
  monitors: Monitors,
  session: Session,
): Promise<readonly RunRecord[]> {
  const unanswered = system.book.live().filter(isUnanswered);
  await takeUpLine(system, monitors, session);
  await monitors.takeIn(session.date);
  if (system.broker.simulated) await endUnsent(system);
  else await monitors.desk.recover();
  await monitors.prove(session.date);
  if (!system.broker.simulated) await learnOf(unanswered, system, monitors, session);
  return system.book.unfinishedRuns();
}

const isUnanswered = ({ status }: BookOrder): boolean =>
  status === 'submitted' || status === 'unknown';

/**
 * Looks until none of these orders is unknown. What a real broker does not show may still be on its way to it: two
 * looks have to agree that it is not. What stays unknown is looked at again while the daemon runs.
 */
async function learnOf(
  unanswered: readonly BookOrder[],
  { book, clock, wait }: System,
  monitors: Monitors,
  session: Session,
): Promise<void> {
  const until = clock.now() + ANSWERED_WITHIN_MS;
  const isOpen = (): boolean =>
    unanswered.some(({ orderRef }) => book.order(orderRef)?.status === 'unknown');
  while (isOpen() && clock.now() + ASK_AGAIN_MS <= until) {
    await wait(ASK_AGAIN_MS);
    await monitors.prove(session.date);
  }
}

/**
 * Ends orders in the book that wait for an answer and that the broker, asked completely, does not know. One that it
 * had would be working, or among the fills and messages that were taken in before.
 */
async function endUnsent({ book, broker, clock, history }: System): Promise<void> {
  const waiting = book
    .live()
    // A sale that was unknown before may have been filled: what the next look finds missing says so.
    .filter(
      ({ status, side }) => status === 'submitted' || (status === 'unknown' && side === 'buy'),
    );
  if (waiting.length === 0) return;
  const since = Math.min(...waiting.map(({ submittedAt }) => submittedAt));
  const { openOrders, fills, complete } = await broker.statement(epochMs(since));
  if (!complete.openOrders || !complete.fills) return;
  const known = new Set([
    ...openOrders.filter(({ status }) => isLive(status)).map(({ orderRef }) => orderRef),
    ...fills.map(({ orderRef }) => orderRef),
  ]);
  const drafts = waiting
    .filter(({ orderRef }) => !known.has(orderRef))
    .map(
      ({ orderRef }): EventDraft => ({
        type: 'order.cancelled',
        at: clock.now(),
        runId: null,
        orderRef,
        cause: NEVER_SENT,
      }),
    );
  if (drafts.length > 0) await history.append(drafts);
}

/** Compares what we think with what the broker says, before anything is sent; what differs. */
export async function compareFirst(
  system: System,
  monitors: Monitors,
  session: Session,
  at: EpochMs,
): Promise<readonly Discrepancy[]> {
  const takeIn: TakeIn = (date) => monitors.takeIn(date);
  const until = epochMs(at + SETTLE_MS);
  const { discrepancies } = await runReconcile(system, session, at, takeIn, until);
  const differences = discrepancies.length;
  if (differences > 0) await alertBreak(system, differences, ' at the start');
  return discrepancies;
}

/** Calls a person because book and broker differ. */
export async function alertBreak(
  { history, clock }: System,
  differences: number,
  when: string,
): Promise<void> {
  await history.append([
    alertDraft({
      at: clock.now(),
      level: 'critical',
      code: 'RECONCILE_BREAK',
      message: `${plural(differences, 'difference')} between book and broker${when}: no entries`,
    }),
  ]);
}

/**
 * The slots of the session being played and of the two before today, since the home exists: some may have been cut off,
 * or never begun. `now` is how far the exchange was played.
 */
export async function recentSlots(
  system: System,
  now: EpochMs,
  session: Session,
): Promise<PlannedSlot[]> {
  const opened = await openedAt(system);
  const today = newYorkDate(now);
  const from = previousSession(previousSession(today).date).date;
  return planBetween(system.config, from, session.date).filter(({ at }) => at >= opened);
}

/** When the home's history begins. */
async function openedAt({ reader }: System): Promise<EpochMs> {
  for await (const event of reader.events()) return event.at;
  return epochMs(0);
}

/** Ends a run that was cut off and that nobody begins again. */
export async function endCutOff({ clock, history }: System, run: RunRecord): Promise<void> {
  await history.append([
    {
      type: 'run.failed',
      at: clock.now(),
      runId: run.runId,
      code: 'INTERRUPTED',
      message: 'the process ended while it ran; what was sent by then is recorded',
    },
  ]);
}
