import { backAdjust } from '../bars/adjust.ts';
import { nyseGrid } from '../bars/nyse-grid.ts';
import { dayOf } from '../bars/session-grid.ts';
import { sessionOf, sessionsBetween } from '../calendar/nyse.ts';
import {
  type BarColumns,
  type CorporateAction,
  lowerBound,
  sliceColumns,
  TIMEFRAME_MINUTES,
} from '../domain/market.ts';
import { maxOf, minOf, ZERO } from '../domain/money.ts';
import { DAY_MS, dateToUtcMs, MINUTE_MS, type SessionDate } from '../domain/time.ts';
import type { Resolution } from '../domain/trade.ts';
import type { EndedTrade, TradeEnd } from '../ledger/book-state.ts';
import { type Excursion, excursionOf } from '../ledger/excursion.ts';
import type { System } from './compose.ts';

/** Worst and best excursion of a trade on the finest bars the source has of its whole holding period. */
export async function measureExcursion(system: System, ended: EndedTrade): Promise<TradeEnd> {
  const { source } = system;
  const sessions = sessionsBetween(ended.trade.entrySession, ended.exitSession);
  const exit = sessionOf(ended.exitSession);
  if (exit !== null) await source.prepare(exit, [ended.trade.symbol]);
  const splits = splitsWhileHeld(system, ended);
  const parts: Excursion[] = [];
  let resolution: Resolution = '1d';
  if (source.intraday !== null) {
    const lengthMs = TIMEFRAME_MINUTES[source.intraday] * MINUTE_MS;
    for (const session of sessions) {
      const raw = source.session(ended.trade.symbol, session.date);
      if (raw === null) continue;
      const columns = inExitTerms(raw, session.date, splits);
      parts.push(
        excursionOf(ended, {
          columns,
          startOf: (i) => columns.time[i] as number,
          endOf: (i) => Math.min((columns.time[i] as number) + lengthMs, session.closeAt),
        }),
      );
    }
    if (parts.length === sessions.length) resolution = source.intraday;
  }
  if (resolution === '1d') parts.splice(0, parts.length, dailyExcursion(system, ended, splits));
  return {
    mae: parts.reduce((worst, part) => minOf(worst, part.mae), ZERO),
    mfe: parts.reduce((best, part) => maxOf(best, part.mfe), ZERO),
    resolution,
  };
}

/** Splits after the entry's session, up to the exit's: the trade is booked in the shares that were sold. */
function splitsWhileHeld({ source }: System, ended: EndedTrade): readonly CorporateAction[] {
  if (source.adjustment !== 'none') return [];
  const { trade, exitSession } = ended;
  return source
    .actions(trade.symbol)
    .filter(
      ({ kind, exDate }) =>
        kind === 'split' && exDate > trade.entrySession && exDate <= exitSession,
    );
}

/** Bars of a session in the price terms of the exit: divided by the splits that came after it. */
function inExitTerms(
  raw: BarColumns,
  session: SessionDate,
  splits: readonly CorporateAction[],
): BarColumns {
  const later = splits.filter(({ exDate }) => exDate > session);
  return later.length === 0 ? raw : backAdjust(raw, later).columns;
}

function dailyExcursion(
  { source }: System,
  ended: EndedTrade,
  splits: readonly CorporateAction[],
): Excursion {
  const columns = backAdjust(between(source.daily(ended.trade.symbol), ended), splits).columns;
  const grid = nyseGrid();
  const bound = (i: number, of: 'openOfDay' | 'closeOfDay'): number =>
    grid[of](dayOf(columns.time[i] as number));
  return excursionOf(ended, {
    columns,
    startOf: (i) => bound(i, 'openOfDay'),
    endOf: (i) => bound(i, 'closeOfDay'),
  });
}

function between(columns: BarColumns, { trade, exitSession }: EndedTrade): BarColumns {
  const times = columns.time.subarray(0, columns.length);
  const from = lowerBound(times, dateToUtcMs(trade.entrySession));
  const to = lowerBound(times, dateToUtcMs(exitSession) + DAY_MS);
  return sliceColumns(columns, from, to);
}
