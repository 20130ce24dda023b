import { SESSIONS_AHEAD, type SeriesEra, type SymbolSeries } from './series.ts';
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
  readonly atr: Float64Array;
  readonly volume: Float64Array;
  readonly medianVolume: Float64Array;
  readonly medianDollars: Float64Array;
}

/** One row of a stretch: what one decision sees. */
export interface BoardRow {
  readonly stretch: Stretch;
  readonly row: number;
}

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
    const ahead = Math.min(SESSIONS_AHEAD, this.#untilOrdinal - time.completedOrdinal + 1);
    const stretch = layOut(this.#series, time, follows ? Math.max(1, ahead) : 1);
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

/** Lays out rows of sessions on end. */
function layOut(series: readonly SymbolSeries[], first: RowTime, rows: number): Stretch {
  const count = series.length;
  const opening: SeriesEra[] = [];
  const begun: BegunEra[] = [];
  const columns = {
    visible: new Int32Array(rows * count),
    ordinal: new Int32Array(rows * count).fill(-1),
    abnormal: new Int32Array(rows * count).fill(-1),
    close: new Float64Array(rows * count).fill(Number.NaN),
    atr: new Float64Array(rows * count).fill(Number.NaN),
    volume: new Float64Array(rows * count),
    medianVolume: new Float64Array(rows * count).fill(Number.NaN),
    medianDollars: new Float64Array(rows * count).fill(Number.NaN),
  };
  for (const [i, one] of series.entries()) {
    for (let row = 0; row < rows; ) {
      const { era, until } = one.spanAt(first.sessionOrdinal + row);
      const end = Math.min(rows, until - first.sessionOrdinal);
      if (row === 0) opening.push(era);
      else begun.push({ row, i, era });
      layOutEra(era, columns, first.completedOrdinal, { i, count, row, end });
      row = end;
    }
  }
  return { series, eras: erasByRow(opening, begun, rows), ...columns };
}

/** Where one era of a series stands among the rows. */
interface Place {
  readonly i: number;
  /** Of all series. */
  readonly count: number;
  readonly row: number;
  readonly end: number;
}

/** Writes the rows of one era; `firstCompleted` is the completed session of row 0. */
function layOutEra(
  era: SeriesEra,
  to: Omit<Stretch, 'series' | 'eras'>,
  firstCompleted: number,
  { i, count, row: from, end }: Place,
): void {
  const { ordinals, columns, atr, activity } = era;
  let visible = era.visibleThrough(firstCompleted + from);
  for (let row = from; row < end; row++) {
    const completed = firstCompleted + row;
    while (visible < ordinals.length && (ordinals[visible] as number) <= completed) visible++;
    if (visible === 0) continue;
    const at = row * count + i;
    const last = visible - 1;
    const ordinal = ordinals[last] as number;
    activity.moveTo(last);
    to.visible[at] = visible;
    to.ordinal[at] = ordinal;
    to.abnormal[at] = era.lastAbnormal(ordinal);
    to.close[at] = columns.close[last] as number;
    to.atr[at] = atr[last] as number;
    to.volume[at] = columns.volume[last] as number;
    to.medianVolume[at] = activity.medianVolume;
    to.medianDollars[at] = activity.medianDollars;
  }
}

/** An era that begins within a stretch. */
interface BegunEra {
  readonly row: number;
  readonly i: number;
  readonly era: SeriesEra;
}

/** The eras of each row; rows before the next one begins share the list. */
function erasByRow(
  opening: readonly SeriesEra[],
  begun: readonly BegunEra[],
  rows: number,
): readonly (readonly SeriesEra[])[] {
  let eras = opening;
  return Array.from({ length: rows }, (_, row) => {
    const now = begun.filter((one) => one.row === row);
    if (now.length > 0) {
      const next = [...eras];
      for (const { i, era } of now) next[i] = era;
      eras = next;
    }
    return eras;
  });
}

/** The board's row of a snapshot; of one that was put together elsewhere it is made here. */
export function boardRowOf(snapshot: MarketSnapshot): BoardRow {
  if (snapshot.board !== undefined) return snapshot.board;
  let row = made.get(snapshot);
  if (row === undefined) {
    row = { stretch: layOut(snapshot.series, snapshot, 1), row: 0 };
    made.set(snapshot, row);
  }
  return row;
}

const made = new WeakMap<MarketSnapshot, BoardRow>();
