import { Failure } from '../domain/failure.ts';
import type { Session } from '../domain/time.ts';
import type { Inbox } from '../ports/inbox.ts';
import { leavePositions } from './close-positions.ts';
import type { System } from './compose.ts';
import type { Monitors } from './monitors.ts';

/**
 * Does what was handed over to the process that holds the home, one request after the other, and answers each. A
 * request that cannot be done is answered with its reason; nothing of it is repeated.
 */
export async function serveRequests(
  system: System,
  monitors: Monitors,
  session: Session,
  inbox: Inbox,
): Promise<void> {
  for (const request of inbox.requests()) {
    const { id } = request;
    try {
      const requester = { ...request, source: 'handed' } as const;
      const result = await leavePositions(system, monitors, session, request, requester);
      inbox.answer({ id, ok: true, result, message: '' });
    } catch (error) {
      if (system.historyFailure() !== null) throw error;
      const message = error instanceof Error ? error.message : String(error);
      if (!(error instanceof Failure)) system.log.failure('a handed request failed', error);
      inbox.answer({ id, ok: false, result: null, message });
    }
  }
}
