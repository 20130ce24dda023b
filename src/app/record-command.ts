import { hostname, userInfo } from 'node:os';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { isoUtc } from '../domain/time.ts';
import type { System } from './compose.ts';

/** Who asks for something, and through what. */
export interface Requester {
  /** Names the request in the journal. */
  readonly id: string;
  readonly principal: string;
  readonly host: string;
  /** The command line itself, or handed over to the process that holds the home. */
  readonly source: 'cli' | 'handed';
}

/** Whoever sits at this machine: only the owner of the files can ask, so it is who we are. */
export function requesterOf(
  { book, clock }: System,
  command: string,
  source: Requester['source'],
): Requester {
  // The event that names the request is the journal's next: no other has its number.
  const id = `${isoUtc(clock.now())}/${command}/${book.seq + 1}`;
  return { id, principal: userInfo().username, host: hostname(), source };
}

/** What is asked for, in the journal's words. */
export interface Commanded {
  readonly command: string;
  readonly symbols: readonly Symbol[];
}

/** Does what is asked for, and writes down who asked before, and what came of it after. */
export async function recordCommand<T>(
  { clock, history }: System,
  { id: requestId, principal, host, source }: Requester,
  { command, symbols }: Commanded,
  work: () => Promise<T>,
  tell: (result: T) => string,
): Promise<T> {
  const base = () => ({ at: clock.now(), runId: null, requestId });
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
