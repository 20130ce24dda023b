import {
  type BarColumns,
  lowerBound,
  type Symbol,
  TIMEFRAME_MINUTES,
} from '../../domain/market.ts';
import { type Micros, microsFromFloat } from '../../domain/money.ts';
import { DAY_MS, type EpochMs, MINUTE_MS, type Session } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';

/** A bar at its start: nothing of what is still to come. Prices are rounded half even to Micros. */
export interface OpeningBar {
  readonly open: Micros;
  readonly volume: number;
  /** When the bar starts: the session's open for a daily bar. */
  readonly startsAt: EpochMs;
  /** A daily bar spans the whole session: what happened inside it has no time of its own. */
  readonly daily: boolean;
}

/** A bar at its end. */
export interface WholeBar extends OpeningBar {
  readonly high: Micros;
  readonly low: Micros;
  readonly close: Micros;
}

/** `not_due`: no bar of this symbol starts or ends then. `missing`: one should, and there was no trade. */
export type BarLookUp<B> = B | 'missing' | 'not_due';

/** Where a bar stands in its columns. */
interface Place {
  readonly columns: BarColumns;
  readonly index: number;
  readonly startsAt: EpochMs;
  readonly daily: boolean;
}

const price = (column: Float64Array, index: number): Micros =>
  microsFromFloat(column[index] as number, 'halfEven');

function placeOf(
  columns: BarColumns,
  time: number,
  startsAt: EpochMs,
  daily: boolean,
): BarLookUp<Place> {
  const index = lowerBound(columns.time, time);
  if (index >= columns.length || columns.time[index] !== time) return 'missing';
  const traded = (columns.volume[index] as number) > 0;
  return traded ? { columns, index, startsAt, daily } : 'missing';
}

const openingBar = ({ columns, index, startsAt, daily }: Place): OpeningBar => ({
  open: price(columns.open, index),
  volume: columns.volume[index] as number,
  startsAt,
  daily,
});

const wholeBar = ({ columns, index, startsAt, daily }: Place): WholeBar => ({
  open: price(columns.open, index),
  high: price(columns.high, index),
  low: price(columns.low, index),
  close: price(columns.close, index),
  volume: columns.volume[index] as number,
  startsAt,
  daily,
});

/** Intraday bars of the symbol in that session with their length, or null where it trades on daily bars. */
function intradayOf(
  source: BarSource,
  symbol: Symbol,
  session: Session,
): { columns: BarColumns; stepMs: number } | null {
  if (source.intraday === null) return null;
  const columns = source.session(symbol, session.date);
  return columns && { columns, stepMs: TIMEFRAME_MINUTES[source.intraday] * MINUTE_MS };
}

/** A New York session lies within one UTC date, whose midnight stamps its daily bar. */
const daily = (source: BarSource, symbol: Symbol, { openAt }: Session): BarLookUp<Place> =>
  placeOf(source.daily(symbol), openAt - (openAt % DAY_MS), openAt, true);

function startingAt(
  source: BarSource,
  symbol: Symbol,
  at: EpochMs,
  session: Session,
): BarLookUp<Place> {
  const intraday = intradayOf(source, symbol, session);
  if (intraday === null) {
    return at === session.openAt ? daily(source, symbol, session) : 'not_due';
  }
  const onGrid = (at - session.openAt) % intraday.stepMs === 0;
  const inSession = at >= session.openAt && at < session.closeAt;
  return onGrid && inSession ? placeOf(intraday.columns, at, at, false) : 'not_due';
}

function endingAt(
  source: BarSource,
  symbol: Symbol,
  at: EpochMs,
  session: Session,
): BarLookUp<Place> {
  const intraday = intradayOf(source, symbol, session);
  if (intraday === null) {
    return at === session.closeAt ? daily(source, symbol, session) : 'not_due';
  }
  const { stepMs, columns } = intraday;
  const elapsed = at - session.openAt;
  if (elapsed <= 0 || at > session.closeAt) return 'not_due';
  if (elapsed % stepMs !== 0 && at !== session.closeAt) return 'not_due';
  const startsAt = (session.openAt + (Math.ceil(elapsed / stepMs) - 1) * stepMs) as EpochMs;
  return placeOf(columns, startsAt, startsAt, false);
}

/** The bar of a symbol that starts at an instant of the session. */
export function barStarting(
  source: BarSource,
  symbol: Symbol,
  at: EpochMs,
  session: Session,
): BarLookUp<OpeningBar> {
  const place = startingAt(source, symbol, at, session);
  return typeof place === 'string' ? place : openingBar(place);
}

/** The bar of a symbol that ends at an instant of the session; the last one of a session may be short. */
export function barEnding(
  source: BarSource,
  symbol: Symbol,
  at: EpochMs,
  session: Session,
): BarLookUp<WholeBar> {
  const place = endingAt(source, symbol, at, session);
  return typeof place === 'string' ? place : wholeBar(place);
}
