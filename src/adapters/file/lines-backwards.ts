import type { OpenFile } from '../../ports/file-system.ts';

/** Bytes read at once from the end of a file. */
const TAIL_BYTES = 1 << 16;

/** The lines of a file from the last to the first. */
export function* linesBackwards(
  file: OpenFile,
): Generator<{ readonly text: string; readonly offset: number }> {
  let end = file.stat().size;
  let rest: Buffer = Buffer.alloc(0);
  while (end > 0) {
    const from = Math.max(0, end - TAIL_BYTES);
    const chunk = Buffer.alloc(end - from);
    const filled = file.read(chunk, from);
    const window = Buffer.concat([chunk.subarray(0, filled), rest]);
    let stop = window.length;
    for (let at = stop - 1; at >= 0; ) {
      const newline = window.lastIndexOf(10, at);
      if (newline < 0) break;
      if (newline + 1 < stop) {
        yield { text: window.toString('utf8', newline + 1, stop), offset: from + newline + 1 };
      }
      stop = newline;
      at = newline - 1;
    }
    rest = window.subarray(0, stop);
    end = from;
  }
  if (rest.length > 0) yield { text: rest.toString('utf8'), offset: 0 };
}
