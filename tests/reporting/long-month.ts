import { nextSession, sessionsBetween } from '../../src/calendar/nyse.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { Story, symbol } from './story.ts';

const NAMES = ['AAPL', 'AMD', 'BRK.B', 'GOOGL', 'META', 'MSFT', 'NVDA', 'TSLA'];

/** Two months with a round trip or two a session, wins and losses, a position held to the end. */
export const longMonth = (): Story => tradedSince('2026-01-30');

/** The same over eight months and two years, with a benchmark beside it. */
export const longHistory = (): Story =>
  tradedSince('2025-07-31', (day) => 500 + ((day * 29) % 17) + day / 4);

/** The closes of the benchmark are asked for by the number of the session, the opening being 0. */
function tradedSince(opened: string, benchmark?: (day: number) => number): Story {
  const story = new Story();
  story.open(opened, 100_000, benchmark?.(0));
  const sessions = sessionsBetween(
    nextSession(sessionDate(opened)).date,
    sessionDate('2026-03-31'),
  );
  sessions.forEach(({ date }, day) => {
    for (let n = 0; n < 1 + (day % 2); n += 1) {
      const name = NAMES[(day * 3 + n * 5) % NAMES.length] ?? 'AAPL';
      const base = `${date}/scan-open/${name}`;
      const exit = 100 + (((day * 37 + n * 11) % 23) - 10) / 2;
      story.bracket([date, '09:30'], base, { quantity: 40 + day, limit: 101, stop: 95 });
      story.fill([date, '09:30:01'], `${base}/entry/1`, 40 + day, 100);
      story.fill([date, '14:05'], `${base}/stop/1`, 40 + day, exit, 1.05);
    }
    for (const ended of story.book.ended()) {
      const made = ended.trade.soldValue - ended.trade.boughtValue;
      story.closeTrades([date, '16:00'], [Math.min(-20, made / 2e6), Math.max(30, made / 1e6)]);
    }
    if (day === sessions.length - 3) {
      const base = `${date}/scan-midday/BRK.B`;
      story.bracket([date, '15:00'], base, { quantity: 20, limit: 403, stop: 390 });
      story.fill([date, '15:00:01'], `${base}/entry/1`, 20, 402.415);
    }
    if (day === 9) story.cash([date, '11:00'], 'deposit', 5_000, 'transfer');
    const held = story.book.openTrades().map((trade) => [trade.symbol, 405 + day / 10] as const);
    const flow = day === 9 ? 5_000 : 0;
    story.mark([date, '16:00'], 'close', Object.fromEntries(held), {
      flow,
      ...(benchmark === undefined ? {} : { benchmark: benchmark(day + 1) }),
    });
    story.add('reconcile.completed', [date, '16:01'], {
      complete: true,
      compared: 4,
      discrepancies: [],
    });
  });
  story.add('protection.restored', ['2026-03-30', '15:00:09'], {
    symbol: symbol('BRK.B'),
    state: 'protected',
    owned: 20,
    cover: 20,
    sellable: 20,
    entryRemainder: 0,
    uncoveredMs: 8_000,
  });
  return story;
}
