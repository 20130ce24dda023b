import { hostname, userInfo } from 'node:os';
import { killFilePath, readKillFile, writeKillFile } from '../adapters/file/kill-file.ts';
import { throughOwner } from '../adapters/file/owner-channel.ts';
import type { OpenAlert } from '../domain/alert.ts';
import { Failure } from '../domain/failure.ts';
import { systemFailure } from '../domain/system-failure.ts';
import { inPlayedHome } from './close-positions.ts';
import {
  acknowledgeIn,
  type ControlResult,
  type PauseOrder,
  pauseIn,
  type ResumeOrder,
  resumeIn,
} from './control-trading.ts';
import { type KillOrder, type KillResult, killIn } from './kill.ts';
import { type HomeRequest, withJournal } from './reconcile-home.ts';
import { requesterOf } from './record-command.ts';

/** Stops entries: through the daemon that holds the home, else here. */
export const askToPause = (request: HomeRequest, order: PauseOrder): Promise<ControlResult> =>
  throughOwner(request.home, { name: 'pause', args: { ...order } }, () =>
    withJournal(request, (system) =>
      pauseIn(system, order, requesterOf(system, 'pause', 'cli', order.at)),
    ),
  );

/** Lets trading go on: through the daemon that holds the home, else here. */
export const askToResume = (request: HomeRequest, order: ResumeOrder): Promise<ControlResult> =>
  throughOwner(request.home, { name: 'resume', args: { ...order } }, () =>
    withJournal(request, (system) =>
      resumeIn(system, order, requesterOf(system, 'resume', 'cli', order.at)),
    ),
  );

/** Takes note of alerts: through the daemon that holds the home, else here. */
export const askToAcknowledge = (
  request: HomeRequest,
  alerts: readonly number[] | 'all',
): Promise<readonly OpenAlert[]> =>
  throughOwner(request.home, { name: 'alerts', args: { alerts } }, () =>
    withJournal(request, (system) =>
      acknowledgeIn(system, alerts, requesterOf(system, 'alerts', 'cli', request.now)),
    ),
  );

/** What a kill is asked for with. */
export interface KillRequest {
  readonly home: string;
  readonly now: HomeRequest['now'];
  readonly positions: KillOrder['positions'];
  readonly cause: string;
  /** How long the process that holds the home may take to answer. */
  readonly timeoutMs: number;
  /** What opening the home takes, where nobody holds it; may fail, as a broken configuration does. */
  readonly open: () => Promise<HomeRequest>;
}

/** Who carried a kill out, how the account stands, and what could not be done. */
export interface KillAnswer {
  /** `file`: nobody answered; the kill file alone stops entries. `nobody`: nothing stops them. */
  readonly by: 'daemon' | 'command' | 'file' | 'nobody';
  readonly file: string;
  readonly result: KillResult | null;
  readonly undone: readonly string[];
}

/**
 * Engages the kill switch. The kill file is put in place first: from then on the last gate of whatever process holds
 * the home lets no entry out, also where it cannot answer. Then the daemon that holds the home is asked, or, where
 * nobody does, the home is opened here; what neither can do, and a file that could not be written, is said.
 */
export async function askToKill(request: KillRequest): Promise<KillAnswer> {
  const { home, positions, cause, now, timeoutMs, open } = request;
  const by = `${userInfo().username}@${hostname()}`;
  const order: KillOrder = { by, via: 'command', positions, cause, at: now };
  const unwritten = putInPlace(home, order);
  const file = killFilePath(home);
  let done: KillAnswer['by'] = 'daemon';
  const here = async (): Promise<KillResult> => {
    const opened = await open();
    const result = await inPlayedHome(opened, 'kill', (system, monitors, session) =>
      killIn(system, monitors, session, order, requesterOf(system, 'kill', 'cli')),
    );
    done = 'command';
    return result;
  };
  try {
    const handed = { name: 'kill', args: { ...order } };
    const result = await throughOwner(home, handed, here, timeoutMs);
    return { by: done, file, result, undone: [...unwritten, ...result.undone] };
  } catch (error) {
    const undone = [...unwritten, ...notConfirmed(expectedFailure(error), positions)];
    return { by: readKillFile(home) === null ? 'nobody' : 'file', file, result: null, undone };
  }
}

/** Puts the kill file in place; why it could not be written as it should be. */
function putInPlace(home: string, order: KillOrder): string[] {
  try {
    writeKillFile(home, order);
    return [];
  } catch (error) {
    const { details } = expectedFailure(error);
    return [`the file of the kill switch was not written: ${details.join('; ')}`];
  }
}

function expectedFailure(error: unknown): Failure {
  const failure = error instanceof Failure ? error : systemFailure(error);
  if (failure === null) throw error;
  return failure;
}

const notConfirmed = (error: Failure, positions: KillOrder['positions']): string[] => [
  [error.message, ...error.details].join('; '),
  'working entries were not withdrawn, as far as is known',
  ...(positions === 'flatten' ? ['positions were not sold, as far as is known'] : []),
];
