import { throughOwner } from '../adapters/file/owner-channel.ts';

export { pause } from '../adapters/system/pause.ts';

import {
  type CloseRequest,
  type CloseResult,
  closePositions,
  LOOK_AGAIN_MS,
  stillHeld,
} from './close-positions.ts';
import { viewDesk } from './desk-view.ts';

/**
 * Has positions sold: by the daemon that holds the home, to which the request is handed, else by this process. Waits
 * as long as it is told for the sales to fill; what it says is what is held then.
 */
export async function askToLeave(
  request: CloseRequest,
): Promise<{ readonly result: CloseResult; readonly by: 'daemon' | 'command' }> {
  const { home, command, symbols } = request;
  let by: 'daemon' | 'command' = 'daemon';
  const handed = { name: command, args: { symbols: [...symbols] } };
  const result = await throughOwner(home, handed, async () => {
    const done = await closePositions(request);
    by = 'command';
    return done;
  });
  // Narrowed to what it was before the call, which is not what it is.
  const doneBy = by as 'daemon' | 'command';
  return { result: doneBy === 'daemon' ? await watched(request, result) : result, by: doneBy };
}

/** What became of sales that a daemon makes, by what it writes down: until all is sold or the time is over. */
async function watched(
  { home, patience: { waitMs, now, pause } }: CloseRequest,
  asked: CloseResult,
): Promise<CloseResult> {
  const end = now() + waitMs;
  let result = asked;
  // What waits for the next open is not waited for.
  while (!result.isFlat && result.armedFor === null && now() < end) {
    await pause(LOOK_AGAIN_MS);
    const positions = stillHeld(asked.positions, (await viewDesk(home, false)).book);
    result = { ...asked, positions, isFlat: positions.every(({ left }) => left === 0) };
  }
  return result;
}
