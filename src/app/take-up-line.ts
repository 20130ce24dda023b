import { Failure } from '../domain/failure.ts';
import { MINUTE_MS, SECOND_MS, type Session } from '../domain/time.ts';
import type { System } from './compose.ts';
import type { Monitors } from './monitors.ts';

/** How long a process that begins waits for a complete answer. */
const FIRST_ANSWER_MS = MINUTE_MS;
/** How long after an incomplete answer the broker is asked again. */
export const ASK_AGAIN_MS = 5 * SECOND_MS;

/** Asks the broker how everything stands and takes it in; true where it answered completely. Nothing is sent. */
export async function learn(monitors: Monitors, session: Session): Promise<boolean> {
  await monitors.desk.takeIn(session.date);
  await monitors.desk.recover();
  await monitors.desk.look(session.date);
  return monitors.desk.isInformed;
}

/**
 * Brings book and broker together over a line that was just opened, before anything else is done. Throws
 * BROKER_UNREACHABLE where it does not answer completely.
 */
export async function takeUpLine(
  { link, clock, wait }: Pick<System, 'link' | 'clock' | 'wait'>,
  monitors: Monitors,
  session: Session,
): Promise<void> {
  if (link === null) return;
  const until = clock.now() + FIRST_ANSWER_MS;
  for (;;) {
    const { state, cause, episode } = link.standing;
    if (state === 'ready') return;
    if (state === 'refused') throw refusedBy(cause);
    if (state === 'reconciling' && (await learn(monitors, session))) link.confirm(episode);
    else if (clock.now() >= until) {
      throw new Failure('BROKER_UNREACHABLE', `the broker did not say how it stands: ${cause}`, {
        hint: 'trade-labs doctor ib',
      });
    } else await wait(ASK_AGAIN_MS);
  }
}

/** What only a person can mend. */
export const refusedBy = (cause: string): Failure =>
  new Failure('REFUSED_BY_GATE', `the broker refuses the connection: ${cause}`, {
    hint: 'look at gateway and configuration: trade-labs doctor ib',
  });
