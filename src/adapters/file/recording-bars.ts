import type { SeenSeries } from '../../bars/seen.ts';
import { type BarColumns, emptyColumns } from '../../domain/market.ts';
import { sha256 } from '../../events/fingerprint.ts';
import { columnBytes, columnFrom } from './column-bytes.ts';

const FIELDS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Where the bars of a series stand: in which file of the session, and from which byte of its content. */
export interface BarsPlace {
  readonly pack: string;
  readonly at: number;
}

/** The visible bars of a series as bytes, one column after the other. */
export function seriesBytes({ columns, visible }: SeenSeries): Uint8Array {
  return Buffer.concat(FIELDS.map((field) => columnBytes(columns[field].subarray(0, visible))));
}

/** So many bars from their bytes. */
export function barsFrom(bytes: Uint8Array, at: number, length: number): BarColumns {
  const columns = emptyColumns(length);
  let next = at;
  for (const field of FIELDS) {
    const { column, end } = columnFrom(bytes, next, length);
    columns[field].set(column);
    next = end;
  }
  return columns;
}

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
