import type { SeenSeries } from '../../bars/seen.ts';
import { type BarColumns, headOf } from '../../domain/market.ts';
import { DAY_MS } from '../../domain/time.ts';
import { sha256 } from '../../events/fingerprint.ts';
import { columnBytes, columnFrom } from './column-bytes.ts';

/** Where the bars of a series stand: in which file of the session, and from which byte of its content. */
export interface BarsPlace {
  readonly pack: string;
  readonly at: number;
}

/** The visible bars of a series as bytes, one column after the other, each by what the ones before let expect. */
export function seriesBytes({
  columns,
  visible,
}: Pick<SeenSeries, 'columns' | 'visible'>): Uint8Array {
  const { time, open, high, low, close, volume } = headOf(columns, visible);
  const days = time.map((at) => at / DAY_MS);
  const isDaily = days.every((day) => Number.isInteger(day));
  return Buffer.concat([
    Uint8Array.of(isDaily ? 1 : 0),
    columnBytes(isDaily ? days : time),
    columnBytes(close),
    columnBytes(open, lastClose(close)),
    columnBytes(high, ofBoth(open, close, Math.max)),
    columnBytes(low, ofBoth(open, close, Math.min)),
    columnBytes(volume),
  ]);
}

/** So many bars from their bytes. */
export function barsFrom(bytes: Uint8Array, at: number, length: number): BarColumns {
  let next = at + 1;
  const take = (guess?: Float64Array): Float64Array => {
    const { column, end } = columnFrom(bytes, next, length, guess);
    next = end;
    return column;
  };
  const stamps = take();
  const time = bytes[at] === 1 ? stamps.map((day) => day * DAY_MS) : stamps;
  const close = take();
  const open = take(lastClose(close));
  const high = take(ofBoth(open, close, Math.max));
  const low = take(ofBoth(open, close, Math.min));
  return { length, time, open, high, low, close, volume: take() };
}

/** A bar opens near the close before it. */
const lastClose = (close: Float64Array): Float64Array =>
  close.map((own, i) => (i === 0 ? own : (close[i - 1] as number)));

/** The high is at or above open and close, the low at or below. */
const ofBoth = (
  open: Float64Array,
  close: Float64Array,
  which: (a: number, b: number) => number,
): Float64Array => open.map((price, i) => which(price, close[i] as number));

/**
 * Which bars of a session are written down already. Bars are known by their content, so that those that did not
 * change since the last run of the session, or of another process, are stored once.
 */
export class StoredBars {
  readonly #places: Map<string, BarsPlace>;
  /** The digest of bars that were looked at before: columns never change once given out. */
  readonly #digests: WeakMap<BarColumns, { readonly visible: number; readonly digest: string }>;
  readonly #fresh: { readonly digest: string; readonly bytes: Uint8Array }[] = [];
  readonly #waiting = new Set<string>();

  constructor(
    places: Map<string, BarsPlace>,
    digests: WeakMap<BarColumns, { readonly visible: number; readonly digest: string }>,
  ) {
    this.#places = places;
    this.#digests = digests;
  }

  /** The digest of the bars, which are kept for the next file where none has them. */
  add(series: SeenSeries): string {
    const known = this.#digests.get(series.columns);
    if (known?.visible === series.visible && this.#has(known.digest)) return known.digest;
    const bytes = seriesBytes(series);
    const digest = sha256(bytes).slice(0, 32);
    this.#digests.set(series.columns, { visible: series.visible, digest });
    if (this.#has(digest)) return digest;
    this.#fresh.push({ digest, bytes });
    this.#waiting.add(digest);
    return digest;
  }

  #has(digest: string): boolean {
    return this.#places.has(digest) || this.#waiting.has(digest);
  }

  /** What is to be written; empty where everything is there. */
  get content(): Uint8Array {
    return Buffer.concat(this.#fresh.map(({ bytes }) => bytes));
  }

  /** Takes note of the file that the new bars went into. */
  written(pack: string): void {
    let at = 0;
    for (const { digest, bytes } of this.#fresh) {
      this.#places.set(digest, { pack, at });
      at += bytes.length;
    }
    this.#fresh.length = 0;
    this.#waiting.clear();
  }

  placeOf(digest: string): BarsPlace | undefined {
    return this.#places.get(digest);
  }
}
