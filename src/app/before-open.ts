import { previousSession } from '../calendar/nyse.ts';
import { MINUTE_MS, type Session, type SessionDate } from '../domain/time.ts';
import { alertDraft } from '../events/alert-draft.ts';
import type { System } from './compose.ts';
import type { Engine } from './engine.ts';
import { followPositions } from './follow-positions.ts';
import { outsideOf, tradingNow } from './trading.ts';
import { valueAt } from './valuation.ts';

/** How long before the open the close before it is gone through again. */
const BEFORE_OPEN_MS = 20 * MINUTE_MS;

/**
 * Goes once more, before the open, through what the last close asked of positions at a real broker: a stop that was not
 * moved then, or a sale that was not taken, is asked for again. What was done asks for nothing. A person is called for
 * a stop that stays where it is.
 */
export class OpenCheck {
  /** The session before which it was done last. */
  #done: SessionDate | null = null;

  /** Does it where it is due: once before each open, while the line is ready. */
  async look(system: System, engine: Engine, session: Session): Promise<void> {
    const { book, broker, clock, link, source } = system;
    const now = clock.now();
    const isTime = now >= session.openAt - BEFORE_OPEN_MS && now < session.openAt;
    if (broker.simulated || !isTime || this.#done === session.date) return;
    const closed = previousSession(session.date);
    if (book.lastClose?.session !== closed.date || book.openTrades().length === 0) return;
    if (link?.standing.state !== 'ready') return;
    if (tradingNow(system, outsideOf(system, null)).state === 'halted') return;
    this.#done = session.date;
    await source.prepare(closed, engine.followHeld());
    const held = await valueAt(system, closed.closeAt, closed);
    const stayed = await followPositions(system, engine.monitors.desk, held, closed);
    if (stayed.length === 0) return;
    const message = `stops that the last close asked for were not moved: ${stayed.join(', ')}`;
    const terms = { level: 'warning', code: 'BROKER_REMARK', message } as const;
    await system.history.append([alertDraft({ at: clock.now(), ...terms })]);
  }
}
