import type { Session } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { System } from './compose.ts';

/** More events than a process writes between two times that the simulated account is kept. */
const RECENT_EVENTS = 2_000;

/**
 * What the opening of a session did to what is held. The first that a process opens may have been opened by the one
 * before it, which ended before the account was kept: what that wrote down is left out.
 */
export async function openingDrafts(
  system: System,
  session: Session,
  isFirst: boolean,
): Promise<readonly EventDraft[]> {
  const { splits, dividends } = system.broker.startSession(session);
  const base = { at: system.clock.now(), runId: null };
  const drafts: EventDraft[] = splits
    .filter(({ quantityBefore }) => quantityBefore > 0)
    .map(({ symbol, ratio, quantityBefore, quantityAfter, cashInLieu }) => ({
      ...base,
      type: 'split.applied',
      symbol,
      session: session.date,
      ratio,
      quantityBefore,
      quantityAfter,
      cashInLieu,
    }));
  for (const { symbol, amount, quantity } of dividends) {
    const note = `dividend of ${symbol} on ${quantity} shares`;
    const paid = { kind: 'dividend', amount, session: session.date, note } as const;
    drafts.push({ ...base, type: 'cash.recorded', ...paid });
  }
  return isFirst ? notJournalled(system, drafts, session) : drafts;
}

async function notJournalled(
  { book, reader }: System,
  drafts: readonly EventDraft[],
  session: Session,
): Promise<readonly EventDraft[]> {
  if (drafts.length === 0) return drafts;
  const known = new Set<string>();
  const fromSeq = Math.max(1, book.seq - RECENT_EVENTS);
  for await (const event of reader.events({ fromSeq })) known.add(openingKey(event, session));
  return drafts.filter((draft) => !known.has(openingKey(draft, session)));
}

/** What an event at the opening says, for events that are only written there; one key for all others. */
function openingKey(event: EventDraft, session: Session): string {
  if (event.type === 'split.applied' && event.session === session.date) {
    return `split ${event.symbol} ${event.ratio}`;
  }
  if (event.type === 'cash.recorded' && event.session === session.date) return event.note;
  return '';
}
