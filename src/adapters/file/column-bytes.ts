import { assert } from '../../domain/result.ts';

/**
 * Columns of numbers as few bytes, and back without losing a bit. Prices and volumes are mostly decimals of few
 * places: such a column is written as whole numbers of its smallest unit, each as its difference to the one before,
 * or to a guess that writer and reader share, in groups of seven bits, smallest first. Every other column is written
 * as its eight bytes a number, least first.
 */

const SCALES = [1, 100, 10_000, 1_000_000] as const;
const RAW = 255;
/** Differences of numbers up to this are safe integers, doubled for their sign. */
const LARGEST_WHOLE = 2 ** 51;

/** The bytes of a column; neither the count of its numbers nor the guess is among them. */
export function columnBytes(column: Float64Array, guess?: Float64Array): Uint8Array {
  const unit = SCALES.findIndex(
    (scale) => isWholeIn(column, scale) && (guess === undefined || isWholeIn(guess, scale)),
  );
  if (unit < 0) return rawBytes(column);
  const scale = SCALES[unit] as number;
  const out = new ByteSink(column.length * 3 + 16);
  out.byte(unit);
  let before = 0;
  for (let i = 0; i < column.length; i++) {
    const whole = Math.round((column[i] as number) * scale);
    if (guess !== undefined) before = Math.round((guess[i] as number) * scale);
    const change = whole - before;
    out.varint(change >= 0 ? 2 * change : -2 * change - 1);
    before = whole;
  }
  return out.bytes();
}

/** The column of so many numbers, and where its bytes end; with the guess it was written with. */
export function columnFrom(
  bytes: Uint8Array,
  start: number,
  count: number,
  guess?: Float64Array,
): { readonly column: Float64Array; readonly end: number } {
  const code = bytes[start];
  let at = start + 1;
  const column = new Float64Array(count);
  if (code === RAW) {
    assert(at + 8 * count <= bytes.length, 'the bytes of a column are all there');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) column[i] = view.getFloat64(at + 8 * i, true);
    return { column, end: at + 8 * count };
  }
  const scale = SCALES[code ?? SCALES.length];
  assert(scale !== undefined, 'a column says how it is written');
  let before = 0;
  for (let i = 0; i < count; i++) {
    let folded = 0;
    let place = 1;
    for (;;) {
      const byte = bytes[at++];
      assert(byte !== undefined, 'the bytes of a column are all there');
      folded += (byte & 127) * place;
      if (byte < 128) break;
      place *= 128;
    }
    if (guess !== undefined) before = Math.round((guess[i] as number) * scale);
    before += folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
    column[i] = before / scale;
  }
  return { column, end: at };
}

/** True where dividing whole numbers by the scale gives every bit of the column back. */
function isWholeIn(column: Float64Array, scale: number): boolean {
  for (let i = 0; i < column.length; i++) {
    const value = column[i] as number;
    // A negative zero becomes a zero here, and is then not the same.
    const whole = Math.round(value * scale) + 0;
    if (!(Math.abs(whole) <= LARGEST_WHOLE) || !Object.is(whole / scale, value)) return false;
  }
  return true;
}

function rawBytes(column: Float64Array): Uint8Array {
  const bytes = new Uint8Array(1 + 8 * column.length);
  bytes[0] = RAW;
  const view = new DataView(bytes.buffer);
  column.forEach((value, i) => {
    view.setFloat64(1 + 8 * i, value, true);
  });
  return bytes;
}

/** Bytes that are not counted beforehand. */
class ByteSink {
  #bytes: Uint8Array;
  #length = 0;

  constructor(expected: number) {
    this.#bytes = new Uint8Array(expected);
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
