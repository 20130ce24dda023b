import { hostname, userInfo } from 'node:os';
import { handOver, takeAnswer, takeBack } from '../adapters/file/file-inbox.ts';
import { Failure } from '../domain/failure.ts';
import type { EpochMs } from '../domain/time.ts';
import { type CloseRequest, type CloseResult, closePositions } from './close-positions.ts';
import { pauseFor } from './watching.ts';

/** What is asked, by whoever sits at the terminal. */
export interface AskToLeave extends Omit<CloseRequest, 'now' | 'principal' | 'host'> {
  readonly now: () => EpochMs;
  /** Ends the waiting for a daemon's answer. */
  readonly interrupt: AbortSignal;
}

/** How long a running daemon is waited for, and how often it is looked for. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 250;

/**
 * Has positions sold: by this process where nobody holds the home, else by the daemon that does, to which the request
 * is handed over. One that the daemon does not take up is taken back, so that it is not done when nobody expects it.
 */
export async function askToLeave(
  asked: AskToLeave,
): Promise<{ readonly result: CloseResult; readonly by: 'daemon' | 'command' }> {
  const { now, interrupt, ...request } = asked;
  try {
    const who = { principal: userInfo().username, host: hostname() };
    return { result: await closePositions({ ...request, ...who, now: now() }), by: 'command' };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'HOME_BUSY') throw error;
    return { result: await handedOver(asked, error), by: 'daemon' };
  }
}

async function handedOver({ home, command, symbols, interrupt, now }: AskToLeave, busy: Failure) {
  const { id } = handOver(home, { command, symbols }, now());
  for (let waited = 0; waited < PATIENCE_MS && !interrupt.aborted; waited += LOOK_MS) {
    const answer = takeAnswer(home, id);
    if (answer?.ok === false) {
      throw new Failure('REFUSED_BY_GATE', `the daemon refused: ${answer.message}`, {
        hint: 'trade-labs positions',
      });
    }
    if (answer !== null) return answer.result as CloseResult;
    await pauseFor(LOOK_MS, interrupt);
  }
  const wasWaiting = takeBack(home, id);
  throw new Failure('HOME_BUSY', `whoever holds ${home} did not answer`, {
    details: [
      ...busy.details,
      wasWaiting ? 'the request was taken back: nothing was sold' : 'the request was taken up',
    ],
    hint: 'look first: trade-labs positions; then try again, or stop that process',
  });
}
