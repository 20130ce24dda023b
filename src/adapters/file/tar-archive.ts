import type { EpochMs } from '../../domain/time.ts';

/** The ustar format of POSIX.1-1988, as far as one folder of plain files needs it: any tar can unpack it. */
const BLOCK_BYTES = 512;

/** The header of a file that its content follows. The name is short and plain; the file is its owner's alone. */
export function tarHeader(name: string, size: number, modified: EpochMs): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(name, 0, 100, 'latin1');
  header.write('0000600\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(octal(size, 11), 124, 'latin1');
  header.write(octal(Math.floor(modified / 1000), 11), 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write('0ustar\x0000', 156, 'latin1');
  header.write(`${octal(checksum(header), 6).slice(0, 6)}\0 `, 148, 'latin1');
  return header;
}

const octal = (value: number, digits: number): string =>
  `${value.toString(8).padStart(digits, '0')}\0`;

const checksum = (header: Buffer): number => header.reduce((sum, byte) => sum + byte, 0);

/** What fills the last block of a file of this size. */
export const tarPadding = (size: number): Buffer =>
  Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);

/** What ends an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK_BYTES);

/** A file of an archive begins, or a piece of its content comes. */
export type TarPart =
  | { readonly kind: 'file'; readonly name: string; readonly size: number }
  | { readonly kind: 'content'; readonly bytes: Buffer };

/** The parts of an archive in order. Throws an Error where it ends early or a header does not sum up. */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarPart> {
  let rest: Buffer = Buffer.alloc(0);
  let content = 0;
  let padding = 0;
  let ended = false;
  for await (const chunk of source) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const piece = content > 0 ? content : padding;
      if (piece > 0) {
        if (rest.length === 0) break;
        const bytes = rest.subarray(0, Math.min(piece, rest.length));
        rest = rest.subarray(bytes.length);
        if (content > 0) {
          content -= bytes.length;
          yield { kind: 'content', bytes };
        } else {
          padding -= bytes.length;
        }
        continue;
      }
      if (rest.length < BLOCK_BYTES) break;
      const header = rest.subarray(0, BLOCK_BYTES);
      rest = rest.subarray(BLOCK_BYTES);
      if (header.every((byte) => byte === 0)) {
        ended = true;
        continue;
      }
      const file = readHeader(header);
      content = file.size;
      padding = tarPadding(file.size).length;
      yield file;
    }
  }
  if (!ended || content > 0) throw new Error('the archive ends too early');
}

function readHeader(header: Buffer): TarPart & { kind: 'file' } {
  const copy = Buffer.from(header);
  copy.write('        ', 148, 'latin1');
  if (Number.parseInt(header.toString('latin1', 148, 154), 8) !== checksum(copy)) {
    throw new Error('a header of the archive is damaged');
  }
  const name = header.toString('latin1', 0, 100).replace(/\0.*$/s, '');
  return { kind: 'file', name, size: Number.parseInt(header.toString('latin1', 124, 135), 8) };
}
