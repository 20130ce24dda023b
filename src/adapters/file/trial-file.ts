import { dirname } from 'node:path';
import { sha256 } from '../../events/chain.ts';
import type { FileSystem, OpenFile } from '../../ports/file-system.ts';
import { nodeFileSystem } from './node-file-system.ts';

/** Results by the name of what they are results of: JSON values, one line each. */
export interface TrialFile {
  /** What was in the file when it was opened, and what was added since; of two of one name the later one. */
  readonly results: ReadonlyMap<string, unknown>;
  /** Lines that were not what was written, by number from 1 on; what they told has to be found out again. */
  readonly damagedLines: readonly number[];
  /** Returns when the result is on the disk. */
  add(name: string, result: unknown): void;
  close(): void;
}

const HASH_DIGITS = 16;
const hashOf = (text: string): string => sha256(text).slice(0, HASH_DIGITS);

/** `{"name":...,"result":...,"hash":"16 hex digits"}`: the hash is of the line without it, so `{...}`. */
function lineOf(name: string, result: unknown): string {
  const body = JSON.stringify({ name, result });
  return `${body.slice(0, -1)},"hash":"${hashOf(body)}"}\n`;
}

const TAIL = new RegExp(`,"hash":"([0-9a-f]{${HASH_DIGITS}})"}$`);

/** A line as it was written, or null. */
function readLine(line: string): { readonly name: string; readonly result: unknown } | null {
  const tail = TAIL.exec(line);
  if (tail === null) return null;
  const body = `${line.slice(0, tail.index)}}`;
  if (hashOf(body) !== tail[1]) return null;
  return JSON.parse(body) as { name: string; result: unknown };
}

/**
 * Opens a file of results, or begins one. A last line without its end was being written when the process or the
 * machine died: it is taken off, for what it would have told was never acknowledged. Throws the system's error where
 * the file cannot be read or written.
 */
export function openTrialFile(path: string, files: FileSystem = nodeFileSystem): TrialFile {
  const isNew = files.stat(path) === null;
  const file = files.open(path, 'append');
  try {
    if (isNew) files.syncFolder(dirname(path));
    const { results, damagedLines } = readAll(file);
    return {
      results,
      damagedLines,
      add: (name, result) => {
        const line = lineOf(name, result);
        file.append(Buffer.from(line));
        file.sync();
        results.set(name, readLine(line.trimEnd())?.result);
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function readAll(file: OpenFile) {
  const content = Buffer.alloc(file.stat().size);
  const bytes = content.subarray(0, file.read(content, 0));
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) {
    file.truncate(whole);
    file.sync();
  }
  const results = new Map<string, unknown>();
  const damagedLines: number[] = [];
  const lines = bytes.subarray(0, whole).toString('utf8').split('\n').slice(0, -1);
  for (const [i, text] of lines.entries()) {
    const line = readLine(text);
    if (line === null) damagedLines.push(i + 1);
    else results.set(line.name, line.result);
  }
  return { results, damagedLines };
}
