import {
  type BarColumns,
  emptyColumns,
  sliceColumns,
  TIMEFRAME_MINUTES,
  type Timeframe,
} from '../domain/market.ts';
import { dateToUtcMs, MINUTE_MS, type Session } from '../domain/time.ts';

/** Coarser bars, and what did not enter them. */
export interface Resampled {
  readonly columns: BarColumns;
  /** Bars that start outside every session. */
  readonly dropped: number;
  /** Bars within a session that had no volume: nothing traded, so they are no bars. */
  readonly withoutVolume: number;
}

/**
 * Intraday bars as bars of a coarser timeframe, anchored to the open of each session: 1h bars run
 * 09:30-10:30 and on, the last one to the close, however short. Open is the first, close the last,
 * high and low the extremes, volume the sum; the stamp is the start of the interval, for 1d
 * midnight UTC of the session's date. An interval without a traded bar has no bar.
 *
 * `columns` and `sessions` ascend in time, and the columns are intraday bars no coarser than `to`.
 * Steps may be chained: 1m to 5m to 15m equals 1m to 15m, bit for bit as long as volumes are whole.
 * When the columns end inside an interval its bar is what had traded by then: who decides on it
 * cuts bars whose interval has not ended. A daily bar made so lacks the auctions of the official
 * one.
 */
export function resample(
  columns: BarColumns,
  to: Timeframe,
  sessions: readonly Session[],
): Resampled {
  const out = emptyColumns(columns.length);
  const widthMs = to === '1d' ? Number.POSITIVE_INFINITY : TIMEFRAME_MINUTES[to] * MINUTE_MS;
  let count = 0;
  let dropped = 0;
  let withoutVolume = 0;
  let next = 0;
  let intervalEnd = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < columns.length; i++) {
    const time = columns.time[i] as number;
    while (next < sessions.length && (sessions[next] as Session).closeAt <= time) next++;
    const session = sessions[next];
    if (session === undefined || time < session.openAt) {
      dropped++;
    } else if ((columns.volume[i] as number) <= 0) {
      withoutVolume++;
    } else if (time < intervalEnd) {
      extend(out, count - 1, columns, i);
    } else {
      const start =
        to === '1d'
          ? session.openAt
          : session.openAt + Math.floor((time - session.openAt) / widthMs) * widthMs;
      intervalEnd = Math.min(start + widthMs, session.closeAt);
      begin(out, count, to === '1d' ? dateToUtcMs(session.date) : start, columns, i);
      count++;
    }
  }
  return { columns: sliceColumns(out, 0, count), dropped, withoutVolume };
}

function begin(out: BarColumns, at: number, time: number, from: BarColumns, i: number): void {
  out.time[at] = time;
  out.open[at] = from.open[i] as number;
  out.high[at] = from.high[i] as number;
  out.low[at] = from.low[i] as number;
  out.close[at] = from.close[i] as number;
  out.volume[at] = from.volume[i] as number;
}

function extend(out: BarColumns, at: number, from: BarColumns, i: number): void {
  out.high[at] = Math.max(out.high[at] as number, from.high[i] as number);
  out.low[at] = Math.min(out.low[at] as number, from.low[i] as number);
  out.close[at] = from.close[i] as number;
  out.volume[at] = (out.volume[at] as number) + (from.volume[i] as number);
}
