import { join } from 'node:path';
import { type EpochMs, isoUtc } from '../../domain/time.ts';
import type { FileSystem, OpenFile } from '../../ports/file-system.ts';

/** Where a line begins: file name within the journal, bytes before it, and its number counted from 1. */
export interface Place {
  readonly file: string;
  readonly offset: number;
  readonly line: number;
}

/** A line of a journal file, without its newline. */
export interface PlacedLine extends Place {
  readonly text: string;
  /** Bytes before the next line. */
  readonly end: number;
  /** False for the last line of a file that does not end with a newline. */
  readonly terminated: boolean;
}

const NEWLINE = 10;
const CHUNK_BYTES = 1 << 20;
/** A short file is not worth a large buffer. */
const SMALL_BYTES = 1 << 12;
const FILE_NAME = /^\d{4}-\d{2}\.jsonl$/;

/** The journal file of an instant: its UTC month. */
export const journalFileOf = (at: EpochMs): string => `${isoUtc(at).slice(0, 7)}.jsonl`;

/** The files of a journal, oldest first: their names sort as their months. */
export const journalFiles = (files: FileSystem, folder: string): readonly string[] =>
  (files.list(folder) ?? []).filter((name) => FILE_NAME.test(name));

/** "2026-03.jsonl:12": how a place is printed. */
export const printPlace = (place: Place): string => `${place.file}:${place.line}`;

/** The lines of one open file from a place on, reading no further than `size`. */
export function* linesFrom(
  file: OpenFile,
  from: Place,
  size: number = Number.POSITIVE_INFINITY,
): Generator<PlacedLine> {
  const rest = Math.min(size, file.stat().size) - from.offset;
  let buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(SMALL_BYTES, rest + 1)));
  let filled = 0;
  let { offset, line } = from;
  for (;;) {
    let start = 0;
    for (;;) {
      const newline = buffer.indexOf(NEWLINE, start);
      if (newline < 0 || newline >= filled) break;
      const text = buffer.toString('utf8', start, newline);
      const end = offset + newline + 1 - start;
      yield { file: from.file, offset, line, text, end, terminated: true };
      offset = end;
      line += 1;
      start = newline + 1;
    }
    buffer.copyWithin(0, start, filled);
    filled -= start;
    if (filled === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
    const room = Math.min(buffer.length - filled, size - offset - filled);
    const count = room > 0 ? file.read(buffer.subarray(filled, filled + room), offset + filled) : 0;
    if (count === 0) break;
    filled += count;
  }
  if (filled > 0) {
    const text = buffer.toString('utf8', 0, filled);
    yield { file: from.file, offset, line, text, end: offset + filled, terminated: false };
  }
}

/** The lines of a journal from a place on, file after file; all of them without a place. */
export function* journalLines(
  files: FileSystem,
  folder: string,
  from: Place | null,
): Generator<PlacedLine> {
  for (const name of journalFiles(files, folder)) {
    if (from !== null && name < from.file) continue;
    const file = files.open(join(folder, name), 'read');
    try {
      yield* linesFrom(file, name === from?.file ? from : { file: name, offset: 0, line: 1 });
    } finally {
      file.close();
    }
  }
}
