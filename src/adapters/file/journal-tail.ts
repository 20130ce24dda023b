import { join } from 'node:path';
import type { FileSystem } from '../../ports/file-system.ts';
import type { JournalEnd, JournalPosition } from './journal-walk.ts';

/** Bytes at the end that are written again: more than a step has. */
const REWRITTEN_BYTES = 1 << 16;

/**
 * Makes the end of the journal fit to be appended to. A torn step is cut off, after what there was of it is put
 * beside the journal; a missing last newline is added; and what is kept is made durable, because until now it may
 * have lived in the system's cache alone. Returns where the next line goes.
 */
export function repairTail(
  files: FileSystem,
  journal: string,
  { position, torn, unterminated }: JournalEnd,
  warn: (message: string) => void,
): JournalPosition {
  if (position.file === '') return position;
  const path = join(journal, position.file);
  const file = files.open(path, 'edit');
  let { offset } = position;
  try {
    if (torn !== null) {
      const rest = Buffer.alloc(torn.bytes);
      const kept = rest.subarray(0, file.read(rest, offset));
      keepTorn(files, `${path}.torn-${offset}`, kept);
      file.truncate(offset);
      warn(
        `cut ${torn.bytes} bytes of a step that was never acknowledged (${torn.problem}); a copy is beside it`,
      );
    } else if (unterminated && file.stat().size === offset) {
      file.write(Buffer.from('\n'), offset);
      offset += 1;
      warn(`${position.file} did not end with a newline; added it`);
    }
    rewriteEnd(file, offset);
    file.sync();
  } finally {
    file.close();
  }
  files.syncFolder(journal);
  return { ...position, offset };
}

/**
 * An earlier process may have seen its sync fail, after which the system takes pages for written that are not.
 * Written again with the same bytes they are really written.
 */
function rewriteEnd(file: ReturnType<FileSystem['open']>, size: number): void {
  const from = Math.max(0, size - REWRITTEN_BYTES);
  const bytes = Buffer.alloc(size - from);
  const filled = file.read(bytes, from);
  if (filled > 0) file.write(bytes.subarray(0, filled), from);
}

function keepTorn(files: FileSystem, path: string, bytes: Uint8Array): void {
  files.remove(path);
  const copy = files.open(path, 'create');
  copy.write(bytes, 0);
  copy.sync();
  copy.close();
}
