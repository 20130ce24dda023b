import {
  type BarColumns,
  lowerBound,
  type Symbol,
  TIMEFRAME_MINUTES,
} from '../../domain/market.ts';
import { type Micros, microsFromFloat } from '../../domain/money.ts';
import { dateToUtcMs, type EpochMs, MINUTE_MS, type Session } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';

/** A bar as fills see it: prices rounded half even to Micros. */
export interface MarketBar {
  readonly open: Micros;
  readonly high: Micros;
  readonly low: Micros;
  readonly close: Micros;
  readonly volume: number;
  /** When the bar starts: the session's open for a daily bar. */
  readonly startsAt: EpochMs;
  /** A daily bar spans the whole session: what happened inside it has no time of its own. */
  readonly daily: boolean;
}

/** `not_due`: no bar of this symbol starts or ends then. `missing`: one should, and there was no trade. */
export type BarLookUp = MarketBar | 'missing' | 'not_due';

const price = (column: Float64Array, index: number): Micros =>
  microsFromFloat(column[index] as number, 'halfEven');

function barOf(columns: BarColumns, time: number, startsAt: EpochMs, daily: boolean): BarLookUp {
  const index = lowerBound(columns.time, time);
  if (index >= columns.length || columns.time[index] !== time) return 'missing';
  const volume = columns.volume[index] as number;
  if (!(volume > 0)) return 'missing';
  return {
    open: price(columns.open, index),
    high: price(columns.high, index),
    low: price(columns.low, index),
    close: price(columns.close, index),
    volume,
    startsAt,
    daily,
  };
}

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

const dailyBar = (source: BarSource, symbol: Symbol, session: Session): BarLookUp =>
  barOf(source.daily(symbol), dateToUtcMs(session.date), session.openAt, true);

/** The bar of a symbol that starts at an instant of the session. */
export function barStarting(
  source: BarSource,
  symbol: Symbol,
  at: EpochMs,
  session: Session,
): BarLookUp {
  const intraday = intradayOf(source, symbol, session);
  if (intraday === null) {
    return at === session.openAt ? dailyBar(source, symbol, session) : 'not_due';
  }
  const onGrid = (at - session.openAt) % intraday.stepMs === 0;
  const inSession = at >= session.openAt && at < session.closeAt;
  return onGrid && inSession ? barOf(intraday.columns, at, at, false) : 'not_due';
}

/** The bar of a symbol that ends at an instant of the session; the last one of a session may be short. */
export function barEnding(
  source: BarSource,
  symbol: Symbol,
  at: EpochMs,
  session: Session,
): BarLookUp {
  const intraday = intradayOf(source, symbol, session);
  if (intraday === null) {
    return at === session.closeAt ? dailyBar(source, symbol, session) : 'not_due';
  }
  const { stepMs, columns } = intraday;
  const elapsed = at - session.openAt;
  if (elapsed <= 0 || at > session.closeAt) return 'not_due';
  if (elapsed % stepMs !== 0 && at !== session.closeAt) return 'not_due';
  const startsAt = (session.openAt + (Math.ceil(elapsed / stepMs) - 1) * stepMs) as EpochMs;
  return barOf(columns, startsAt, startsAt, false);
}
