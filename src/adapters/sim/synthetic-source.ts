import type { BarColumns, Symbol } from '../../domain/market.ts';
import { type Session, type SessionDate, sessionDate } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';
import type { SyntheticMarket } from './synthetic-market.ts';

/**
 * Where the daily history handed out begins, whatever range is asked for: recursive indicators such
 * as ATR depend on their first bar, so backtest, replay and simulation must all start them at the
 * same one.
 */
export const SYNTHETIC_HISTORY_FROM = sessionDate('2010-01-04');

/**
 * Sessions of minute bars kept per symbol: the current one, and those a scan of today's volume
 * looks back on.
 */
const SESSIONS_KEPT = 25;

/**
 * The synthetic market as a source of bars: everything is computed when first asked for, nothing is
 * read.
 */
export function syntheticSource(market: SyntheticMarket, seed: number): BarSource {
  const symbols = [...market.symbols].sort();
  const daily = new Map<Symbol, { through: SessionDate; columns: BarColumns }>();
  /** By session, oldest first. */
  const minutes = new Map<SessionDate, Map<Symbol, BarColumns>>();
  let current = { date: '' as SessionDate, bars: new Map<Symbol, BarColumns>() };
  let preparedThrough = SYNTHETIC_HISTORY_FROM;
  const dailyOf = (symbol: Symbol): BarColumns => {
    const known = daily.get(symbol);
    if (known !== undefined && known.through >= preparedThrough) return known.columns;
    const columns = market.daily(symbol, SYNTHETIC_HISTORY_FROM, preparedThrough);
    daily.set(symbol, { through: preparedThrough, columns });
    return columns;
  };
  const ofSession = (date: SessionDate): Map<Symbol, BarColumns> => {
    const known = minutes.get(date);
    if (known !== undefined) return known;
    const [oldest] = minutes.keys();
    if (minutes.size >= SESSIONS_KEPT && oldest !== undefined) minutes.delete(oldest);
    const bars = new Map<Symbol, BarColumns>();
    minutes.set(date, bars);
    return bars;
  };
  const sessionOf = (symbol: Symbol, date: SessionDate): BarColumns => {
    if (date !== current.date) current = { date, bars: ofSession(date) };
    const known = current.bars.get(symbol);
    if (known !== undefined) return known;
    const columns = market.minutes(symbol, date);
    current.bars.set(symbol, columns);
    return columns;
  };
  return {
    label: `synthetic market, seed ${seed}`,
    synthetic: true,
    adjustment: 'none',
    intraday: '1m',
    symbols,
    badBars: [],
    warnings: [],
    sectorOf: (symbol) => market.sectorOf(symbol),
    prepare: (upTo: Session) => {
      if (upTo.date > preparedThrough) preparedThrough = upTo.date;
      return Promise.resolve();
    },
    daily: dailyOf,
    session: sessionOf,
    actions: (symbol) => market.actions(symbol),
  };
}
