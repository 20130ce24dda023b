import { closeSync, openSync, writeSync } from 'node:fs';
import { Failure } from '../../domain/failure.ts';
import { type EpochMs, isoUtc } from '../../domain/time.ts';
import { wireLog } from './log-files.ts';
import { LogWriter } from './log-writer.ts';

/** A message as it went over the wire. */
export interface WireMessage {
  readonly at: EpochMs;
  readonly direction: 'sent' | 'received';
  readonly tokens: readonly unknown[];
}

/** Where messages are written down, for whoever looks at them afterwards. */
export interface WireRecord {
  readonly write: (message: WireMessage) => void;
  readonly close: () => void;
}

/** {"time":"2026-03-05T15:00:00.000Z","direction":"sent","tokens":[49,1]} */
const lineOf = ({ at, direction, tokens }: WireMessage): string =>
  `${JSON.stringify({ time: isoUtc(at), direction, tokens })}\n`;

/** Writes messages, one JSON line each, to a new file that only its owner may read. */
export function recordWire(path: string): WireRecord {
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
    write: (message) => {
      writeSync(file, lineOf(message));
    },
    close: () => closeSync(file),
  };
}

/**
 * Writes messages to logs/wire/wire.log of a home, which only its owner may read: one JSON line each, a new file each
 * day and whenever one is full, and none older than so many days. Throws CANNOT_WRITE where that cannot be begun.
 */
export function openWireLog(
  home: string,
  options: { readonly keepDays: number; readonly now: () => EpochMs; readonly maxBytes?: number },
): WireRecord {
  const family = wireLog(home);
  const writer = new LogWriter(family, options);
  try {
    writer.open();
  } catch (cause) {
    throw new Failure('CANNOT_WRITE', `cannot record the messages of the broker`, {
      details: [(cause as Error).message],
      hint: `make ${family.folder} writable, or set ib.record to off`,
      cause,
    });
  }
  return { write: (message) => writer.write(lineOf(message)), close: () => writer.close() };
}
