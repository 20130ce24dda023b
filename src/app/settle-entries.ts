import { SECOND_MS, type Session } from '../domain/time.ts';
import type { System } from './compose.ts';
import type { Monitors } from './monitors.ts';

/** How long after its time was over an entry may take to be withdrawn. */
const WITHDRAWAL_MS = 30 * SECOND_MS;

/**
 * Stays with the entries of a run until they are filled or withdrawn, at a real broker, where they would go on working
 * after the process has ended.
 */
export async function settleEntries(
  { link, book, clock, config, wait }: System,
  monitors: Monitors,
  session: Session,
): Promise<void> {
  if (link === null) return;
  const until = clock.now() + config.entry.ttlMs + WITHDRAWAL_MS;
  while (book.live().some(({ leg }) => leg === 'entry') && clock.now() < until) {
    await wait(SECOND_MS);
    await monitors.takeIn(session.date);
    await monitors.lookAgain(session.date);
  }
}
