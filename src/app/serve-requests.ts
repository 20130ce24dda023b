import { hostname, userInfo } from 'node:os';
import type { OwnerRequest } from '../adapters/file/owner-channel.ts';
import { Failure } from '../domain/failure.ts';
import { isoUtc, type Session } from '../domain/time.ts';
import { type Asked, type CloseResult, leavePositions } from './close-positions.ts';
import type { System } from './compose.ts';
import type { Monitors } from './monitors.ts';

/** What a process asks of the one that holds the home. */
interface Waiting {
  readonly request: OwnerRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests that wait until the process that holds the home has a hand free: one after the other, each answered. */
export class HandedRequests {
  #waiting: Waiting[] = [];

  /** Resolves with the answer once it was the request's turn. */
  add(request: OwnerRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
    });
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Does what waits. A failure is the answer of its request; only a history that cannot be written ends it all. */
  async serve(system: System, monitors: Monitors, session: Session): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        next.resolve(await answerOf(next.request, system, monitors, session));
      } catch (error) {
        next.reject(error);
        if (system.historyFailure() !== null) throw error;
        if (!(error instanceof Failure)) system.log.failure('a handed request failed', error);
      }
    }
  }

  /** Refuses what waits: nobody is going to do it any more. */
  refuse(message: string): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Failure('HOME_BUSY', message));
  }
}

async function answerOf(
  { name, args }: OwnerRequest,
  system: System,
  monitors: Monitors,
  session: Session,
): Promise<CloseResult> {
  if (name !== 'close' && name !== 'flatten') {
    throw new Failure('HOME_BUSY', `the daemon that holds ${system.home} cannot do "${name}"`, {
      hint: 'stop it first',
    });
  }
  const symbols = Array.isArray(args.symbols) ? args.symbols.map(String) : [];
  const asked: Asked = { command: name, symbols };
  // Only the owner of the files can reach the channel: whoever asks is who we are.
  const who = { principal: userInfo().username, host: hostname() };
  const id = `${isoUtc(system.clock.now())}/${name}`;
  return leavePositions(system, monitors, session, asked, { ...who, id, source: 'handed' });
}
