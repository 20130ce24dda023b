import { closeSync, openSync, writeSync } from 'node:fs';
import { Failure } from '../../domain/failure.ts';
import { type EpochMs, isoUtc } from '../../domain/time.ts';

/** A message as it went over the wire. */
export interface WireMessage {
  readonly at: EpochMs;
  readonly direction: 'sent' | 'received';
  readonly tokens: readonly unknown[];
}

/** Writes messages, one JSON line each, to a new file that only its owner may read. */
export function recordWire(path: string): {
  write: (message: WireMessage) => void;
  close: () => void;
} {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (cause) {
    throw new Failure('CANNOT_WRITE', `cannot record to ${path}`, {
      details: [(cause as Error).message],
      hint: 'name a file that does not exist yet, in a folder that can be written',
      cause,
    });
  }
  return {
    write: ({ at, direction, tokens }) => {
      writeSync(file, `${JSON.stringify({ at: isoUtc(at), direction, tokens })}\n`);
    },
    close: () => closeSync(file),
  };
}
