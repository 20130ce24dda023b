import { hostname, userInfo } from 'node:os';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { type EpochMs, epochMs, isoUtc } from '../domain/time.ts';
import type { System } from './compose.ts';

/** Who asks for something, and through what. */
export interface Requester {
  /** Names the request in the journal. */
  readonly id: string;
  readonly principal: string;
  readonly host: string;
  /** The command line itself, or handed over to the process that holds the home. */
  readonly source: 'cli' | 'handed';
  /** By the clock of whoever asks. */
  readonly askedAt: EpochMs;
}

/** When it was asked for: the simulated exchange may have been played to an earlier instant. */
export const askedTime = ({ clock }: System, at: EpochMs): EpochMs =>
  epochMs(Math.max(at, clock.now()));

/**
 * Whoever sits at this machine: only the owner of the files can ask, so it is who we are. `at` is their time, where the
 * clock of the home may be behind it.
 */
export function requesterOf(
  system: System,
  command: string,
  source: Requester['source'],
  at: EpochMs = system.clock.now(),
): Requester {
  const askedAt = askedTime(system, at);
  // The event that names the request is the journal's next: no other has its number.
  const id = `${isoUtc(askedAt)}/${command}/${system.book.seq + 1}`;
  return { id, principal: userInfo().username, host: hostname(), source, askedAt };
}

/** What is asked for, in the journal's words. */
export interface Commanded {
  readonly command: string;
  readonly symbols: readonly Symbol[];
}

/** Does what is asked for, and writes down who asked before, and what came of it after. */
export async function recordCommand<T>(
  system: System,
  { id: requestId, principal, host, source, askedAt }: Requester,
  { command, symbols }: Commanded,
  work: () => Promise<T>,
  tell: (result: T) => string,
): Promise<T> {
  const { history } = system;
  const base = () => ({ at: askedTime(system, askedAt), runId: null, requestId });
  const received = { command, symbols: [...symbols], source, principal, host };
  await history.append([{ ...base(), type: 'command.received', ...received }]);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Failure ? error.code : 'BUG';
    await history.append([{ ...base(), type: 'command.failed', code, message }]);
    throw error;
  }
  await history.append([{ ...base(), type: 'command.done', result: tell(result) }]);
  return result;
}
