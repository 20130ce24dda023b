import { arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import type { Bar } from '../../src/domain/market.ts';
import { dateToUtcMs, MINUTE_MS, sessionDate } from '../../src/domain/time.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { DATE, TODAY } from './ib-market-desk.ts';

/** Bars of every session up to a date, in cents that never repeat. */
export const dailyTo = (last: string, scale = 1): Bar[] =>
  sessionsBetween(sessionDate('2024-03-06'), sessionDate(last)).map(({ date }, i) => {
    const close = Math.round((50 + (i % 97) / 10) * scale * 100) / 100;
    return {
      time: dateToUtcMs(date),
      open: close,
      high: close + 1,
      low: close - 1,
      close,
      volume: 1e6 + i,
    };
  });

/** Minutes of today that rise by a cent each. */
export const minutes: Bar[] = Array.from({ length: 390 }, (_, i) => {
  const open = Math.round((60 + i / 100) * 100) / 100;
  return {
    time: TODAY.openAt + i * MINUTE_MS,
    open,
    high: open + 0.05,
    low: open - 0.05,
    close: open + 0.01,
    volume: 100 + i,
  };
});

/** Symbols that all have these daily bars, and the minutes of today. */
export const market = (daily: readonly Bar[], symbols = ['AAPL']): BarSource =>
  arrayBarSource(
    Object.fromEntries(symbols.map((symbol) => [symbol, { daily, sessions: { [DATE]: minutes } }])),
    { intraday: '1m' },
  );
