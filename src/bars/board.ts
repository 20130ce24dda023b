import type { SeriesEra, SymbolSeries } from './series.ts';
import type { MarketSnapshot } from './snapshot.ts';

/**
 * What scans read of every symbol, for some sessions on end, side by side: row after row, one value per series in each.
 * A slot then reads memory in one sweep, where each symbol's own columns would be a place of its own for every number.
 */
export interface Stretch {
  readonly series: readonly SymbolSeries[];
  /** Per row its series' eras; rows of equal eras share the list. */
  readonly eras: readonly (readonly SeriesEra[])[];
  /** How many bars are visible. */
  readonly visible: Int32Array;
  /** Of the last visible bar: its session's ordinal, -1 without one. */
  readonly ordinal: Int32Array;
  /** The ordinal of the last abnormal bar, -1 for none. */
  readonly abnormal: Int32Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly medianVolume: Float64Array;
  readonly medianDollars: Float64Array;
}

/** One row of a stretch: what one decision sees. */
export interface BoardRow {
  readonly stretch: Stretch;
  readonly row: number;
}

/** Sessions that are laid out at once: few enough to stay near the processor. */
const STRETCH_ROWS = 32;

/** Where a row stands in time: the last completed session, and the one whose prices count. */
interface RowTime {
  readonly completedOrdinal: number;
  readonly sessionOrdinal: number;
}

/** The series of a universe, laid out for decisions in order of time. */
export class Board {
  readonly #series: readonly SymbolSeries[];
  /** The last session there are bars of, as far as it is known. */
  readonly #untilOrdinal: number;
  readonly #near: Int32Array;
  #stretch: Stretch | null = null;
  #first: RowTime = { completedOrdinal: -1, sessionOrdinal: -1 };
  /** Rows that were laid out, by their time, as long as there is room. */
  readonly #kept = new Map<number, BoardRow>();
  #room: number;

  /**
   * Looks ahead up to `untilOrdinal`; nothing of it is in the row of an earlier session. Keeps rows of at most
   * `mostKept` values.
   */
  constructor(series: readonly SymbolSeries[], untilOrdinal: number, mostKept = 0) {
    this.#series = series;
    this.#untilOrdinal = untilOrdinal;
    this.#near = new Int32Array(series.length);
    this.#room = mostKept;
  }

  /** The row of a decision in a session, when the last one that has ended is `completedOrdinal`. */
  rowAt(time: RowTime): BoardRow {
    const row = time.completedOrdinal - this.#first.completedOrdinal;
    const sameLag = time.sessionOrdinal - this.#first.sessionOrdinal === row;
    const known = this.#stretch;
    if (known !== null && sameLag && row >= 0 && row < known.eras.length) {
      return { stretch: known, row };
    }
    const kept = this.#kept.get(keyOf(time));
    if (kept !== undefined) return kept;
    const follows = known !== null && sameLag && row === known.eras.length;
    const ahead = Math.min(STRETCH_ROWS, this.#untilOrdinal - time.completedOrdinal + 1);
    const stretch = layOut(this.#series, time, follows ? Math.max(1, ahead) : 1, this.#near);
    this.#stretch = stretch;
    this.#first = time;
    this.#keep(stretch, time);
    return { stretch, row: 0 };
  }

  #keep(stretch: Stretch, { completedOrdinal, sessionOrdinal }: RowTime): void {
    if (stretch.visible.length > this.#room) return;
    this.#room -= stretch.visible.length;
    for (let row = 0; row < stretch.eras.length; row++) {
      const time = {
        completedOrdinal: completedOrdinal + row,
        sessionOrdinal: sessionOrdinal + row,
      };
      this.#kept.set(keyOf(time), { stretch, row });
    }
  }
}

/** One number for the two; there are fewer sessions in the calendar. */
const keyOf = ({ completedOrdinal, sessionOrdinal }: RowTime): number =>
  completedOrdinal * 65_536 + sessionOrdinal;

/** Lays out rows of sessions on end. `near` holds how many bars of each series were visible last. */
function layOut(
  series: readonly SymbolSeries[],
  first: RowTime,
  rows: number,
  near: Int32Array,
): Stretch {
  const count = series.length;
  const eras = Array.from({ length: rows }, () => [] as SeriesEra[]);
  const stretch = {
    series,
    eras,
    visible: new Int32Array(rows * count),
    ordinal: new Int32Array(rows * count).fill(-1),
    abnormal: new Int32Array(rows * count).fill(-1),
    close: new Float64Array(rows * count).fill(Number.NaN),
    volume: new Float64Array(rows * count),
    medianVolume: new Float64Array(rows * count),
    medianDollars: new Float64Array(rows * count),
  };
  for (let i = 0; i < count; i++) {
    const one = series[i] as SymbolSeries;
    for (let row = 0; row < rows; ) {
      const era = one.eraAt(first.sessionOrdinal + row);
      let end = row + 1;
      while (end < rows && one.eraAt(first.sessionOrdinal + end) === era) end++;
      for (let r = row; r < end; r++) (eras[r] as SeriesEra[])[i] = era;
      near[i] = layOutEra(era, stretch, i, row, end, first.completedOrdinal, near[i] as number);
      row = end;
    }
  }
  return { ...stretch, eras: shared(eras) };
}

/** Writes rows from..to of one series; resolves to how many bars are visible in the last. */
function layOutEra(
  era: SeriesEra,
  stretch: Omit<Stretch, 'eras'>,
  i: number,
  from: number,
  to: number,
  firstCompleted: number,
  near: number,
): number {
  const { ordinals, columns, medianVolume, medianDollars, abnormal } = era;
  const { close, volume } = columns;
  const count = stretch.series.length;
  let visible = era.visibleThrough(firstCompleted + from, near);
  for (let row = from; row < to; row++) {
    const completed = firstCompleted + row;
    while (visible < ordinals.length && (ordinals[visible] as number) <= completed) visible++;
    if (visible === 0) continue;
    const at = row * count + i;
    const last = visible - 1;
    stretch.visible[at] = visible;
    stretch.ordinal[at] = ordinals[last] as number;
    stretch.abnormal[at] = abnormal[last] as number;
    stretch.close[at] = close[last] as number;
    stretch.volume[at] = volume[last] as number;
    stretch.medianVolume[at] = medianVolume[last] as number;
    stretch.medianDollars[at] = medianDollars[last] as number;
  }
  return visible;
}

/** One list where rows on end have the same eras, as nearly all have. */
function shared(eras: readonly SeriesEra[][]): readonly (readonly SeriesEra[])[] {
  let before: SeriesEra[] | undefined;
  return eras.map((row) => {
    const same = before !== undefined && row.every((era, i) => era === before?.[i]);
    if (!same) before = row;
    return before as SeriesEra[];
  });
}

/** The board's row of a snapshot; of one that was put together elsewhere it is made here. */
export function boardRowOf(snapshot: MarketSnapshot): BoardRow {
  if (snapshot.board !== undefined) return snapshot.board;
  let row = made.get(snapshot);
  if (row === undefined) {
    const near = Int32Array.from(snapshot.visible);
    const stretch = layOut(snapshot.series, snapshot, 1, near);
    row = { stretch, row: 0 };
    made.set(snapshot, row);
  }
  return row;
}

const made = new WeakMap<MarketSnapshot, BoardRow>();
