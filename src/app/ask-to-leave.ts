import { throughOwner } from '../adapters/file/owner-channel.ts';
import { type CloseRequest, type CloseResult, closePositions } from './close-positions.ts';

/** Has positions sold: by the daemon that holds the home, to which the request is handed, else by this process. */
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
  return { result, by };
}
