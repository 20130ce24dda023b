import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBarFolder } from '../../src/adapters/file/bar-folder.ts';
import { barFolderSource } from '../../src/adapters/file/bar-folder-source.ts';
import { barAt } from '../../src/domain/market.ts';
import { MINUTE_MS, utcMsToDate } from '../../src/domain/time.ts';
import { decide } from '../../src/pipeline/decide.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import {
  FLAT,
  plainDesk,
  sessionOn,
  sessionsFrom,
  settingsWith,
  snapshotOf,
  sym,
} from '../pipeline/builders.ts';

const root = process.env.TRADE_LABS_TEST_DATA;

/** A row of a file as its text says it, the time on the wall clock of New York. */
interface Row {
  readonly date: string;
  readonly clock: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** The rows of a file, day by day. */
function daysOf(dir: string, symbol: string): Row[][] {
  const lines = readFileSync(join(dir, `${symbol}_5m.csv`), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  const days: Row[][] = [];
  for (const row of lines.map(rowOf)) {
    if (days.at(-1)?.[0]?.date !== row.date) days.push([]);
    days.at(-1)?.push(row);
  }
  return days;
}

function rowOf(line: string): Row {
  const [time = '', ...numbers] = line.split(',');
  const [open = 0, high = 0, low = 0, close = 0, volume = 0] = numbers.map(Number);
  return { date: time.slice(0, 10), clock: time.slice(11, 16), open, high, low, close, volume };
}

const dayOf = (days: readonly Row[][] | undefined, date: string): readonly Row[] =>
  days?.find(([first]) => first?.date === date) ?? [];

interface Folder {
  readonly source: BarSource;
  readonly days: ReadonlyMap<string, readonly Row[][]>;
}

async function load(name: string): Promise<Folder> {
  const dir = join(root ?? '', 'bars_intraday', name);
  const source = barFolderSource(openBarFolder(dir));
  await source.prepare(sessionOn('2022-11-25'), source.symbols);
  return { source, days: new Map(source.symbols.map((symbol) => [symbol, daysOf(dir, symbol)])) };
}

/** The close of the last row that began five minutes before this clock time or earlier. */
function lastClose(day: readonly Row[], clock: string): number | undefined {
  const latest = minutesOf(clock) - 5;
  return day.filter((row) => minutesOf(row.clock) <= latest && row.volume > 0).at(-1)?.close;
}

const minutesOf = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes - 570;
};

describe.skipIf(!root)('a folder of real five-minute bars only', () => {
  let tda: Folder;
  let polygon: Folder;
  beforeAll(async () => {
    [tda, polygon] = [await load('tda_2022_2023'), await load('polygon_2023_2025')];
  });
  const folderOf = (date: string): Folder => (date < '2023-06-30' ? tda : polygon);

  it('has daily bars made of them, and says so of each symbol', () => {
    for (const { source, days } of [tda, polygon]) {
      expect([source.intraday, source.adjustment]).toEqual(['5m', 'none']);
      expect(source.warnings.some((warning) => warning.includes('has no meta.json'))).toBe(true);
      const count = `of ${source.symbols.length} symbols: ${source.symbols.join(', ')}`;
      const warning = `daily bars are made from intraday ones, without auctions, ${count}`;
      expect(source.warnings).toContain(warning);
      for (const symbol of source.symbols) {
        const columns = source.daily(symbol);
        expect(columns.length).toBe(days.get(symbol)?.length);
        for (let i = 0; i < columns.length; i++) {
          const { time, ...bar } = barAt(columns, i);
          const day = dayOf(days.get(symbol), utcMsToDate(time));
          expect(bar).toEqual({
            open: day[0]?.open,
            high: Math.max(...day.map(({ high }) => high)),
            low: Math.min(...day.map(({ low }) => low)),
            close: day.at(-1)?.close,
            volume: day.reduce((total, { volume }) => total + volume, 0),
          });
        }
      }
    }
  });

  /** Before and after each change of the clocks, a partial day, and half days. */
  const DAYS = `
    2022-03-11 2022-03-14 2022-11-04 2022-11-14 2023-03-10 2023-03-13
    2022-11-23 2022-11-25 2023-11-03 2023-11-13 2023-11-24 2024-03-08
    2024-03-11 2024-11-01 2024-11-11 2024-12-24 2025-03-07 2025-03-10
  `
    .trim()
    .split(/\s+/);

  it.each(DAYS)('shows the last price by the clock of New York on %s', async (date) => {
    const { source, days } = folderOf(date);
    for (const clock of ['09:31', '09:35', '09:37', '12:00', '12:55']) {
      const snapshot = await snapshotOf(source, date, minutesOf(clock));
      const prices = source.symbols.map((s) => lastClose(dayOf(days.get(s), date), clock));
      expect(snapshot.pricedToday).toBe(prices.some((price) => price !== undefined));
      expect(snapshot.pricedToday).toBe(clock !== '09:31');
      expect(snapshot.noPrice === null).toBe(snapshot.pricedToday);
      prices.forEach((price, i) => {
        expect(snapshot.quote(i) !== null).toBe(price !== undefined);
        if (price !== undefined) expect(snapshot.reference[i]).toBe(price);
      });
    }
  });

  it.each(DAYS)('shows at the open of %s what the days before it ended with', async (date) => {
    const { source, days } = folderOf(date);
    const snapshot = await snapshotOf(source, date);
    expect([snapshot.pricedToday, snapshot.noPrice]).toEqual([false, null]);
    source.symbols.forEach((symbol, i) => {
      const earlier = (days.get(symbol) ?? []).filter(([first]) => (first?.date ?? '') < date);
      expect(snapshot.reference[i]).toBe(earlier.at(-1)?.at(-1)?.close);
      expect(snapshot.visible[i]).toBe(earlier.length);
    });
  });

  it.each(['2022-11-25', '2023-11-24', '2024-12-24'])(
    'ends the half day %s at 13:00',
    async (date) => {
      const { source, days } = folderOf(date);
      const [during, after] = [
        await snapshotOf(source, date, 210 - 1 / 60_000),
        await snapshotOf(source, date, 210),
      ];
      expect(during.pricedToday).toBe(true);
      expect(after.pricedToday).toBe(false);
      expect(after.completedOrdinal).toBe(after.sessionOrdinal);
      source.symbols.forEach((symbol, i) => {
        const today = dayOf(days.get(symbol), date);
        const one = today.length > 0 ? 1 : 0;
        expect((after.visible[i] ?? 0) - (during.visible[i] ?? 0)).toBe(one);
        if (one === 1) expect(after.reference[i]).toBe(today.at(-1)?.close);
      });
    },
  );

  it('leaves a symbol out whose previous session is missing', async () => {
    const rules = settingsWith({ scan: { minActivityUsd: 0 } });
    const snapshot = await snapshotOf(tda.source, '2023-02-13', 60);
    const { found } = decide(snapshot, FLAT, rules, plainDesk(), 9);
    expect(found.excluded).toEqual({ stale: 9 });
  });

  it('ranks by the gap of today’s opening prints', async () => {
    const date = '2024-12-24';
    const { source, days } = polygon;
    const snapshot = await snapshotOf(source, date, 5, { todayOpen: true });
    const gaps = source.symbols.map((symbol) => {
      const earlier = (days.get(symbol) ?? []).filter(([first]) => (first?.date ?? '') < date);
      const before = earlier.at(-1)?.at(-1)?.close ?? Number.NaN;
      const open = dayOf(days.get(symbol), date)[0]?.open ?? Number.NaN;
      return { symbol, gap: open / before - 1 };
    });
    gaps.sort((a, b) => b.gap - a.gap);
    const rules = settingsWith({ scan: { rule: 'gap', minActivityUsd: 0 } });
    const { found } = decide(snapshot, FLAT, rules, plainDesk(), 9);
    expect([...found.rows].map((i) => source.symbols[i])).toEqual(gaps.map(({ symbol }) => symbol));
    expect([...found.order].map((at) => found.activity[at])).toEqual(gaps.map(({ gap }) => gap));
    const early = await snapshotOf(source, date, 4, { todayOpen: true });
    expect([...(early.todayOpen ?? [])].every(Number.isNaN)).toBe(true);
  });

  it('ranks by volume so far against the same minutes of the twenty sessions before', async () => {
    const date = '2024-12-24';
    const { source, days } = polygon;
    const snapshot = await snapshotOf(source, date, 30, { relativeVolume: true });
    const sessions = Array.from(
      { length: 20 },
      (_, i) => sessionsFrom(date, -1 - i).date as string,
    );
    const firstHalfHour = (symbol: string, day: string): number | null => {
      const bars = dayOf(days.get(symbol), day);
      const early = bars.filter(({ clock }) => clock < '10:00');
      return bars.length === 0 ? null : early.reduce((total, { volume }) => total + volume, 0);
    };
    source.symbols.forEach((symbol, i) => {
      const earlier = sessions.flatMap((day) => firstHalfHour(symbol, day) ?? []);
      const usual = earlier.reduce((a, b) => a + b, 0) / earlier.length;
      const today = firstHalfHour(symbol, date) ?? Number.NaN;
      expect(snapshot.relativeVolume?.[i]).toBe(today / usual);
    });
  });

  it('quotes around the last price at the instant of the seal', async () => {
    const snapshot = await snapshotOf(tda.source, '2022-11-23', 330);
    const at = sessionOn('2022-11-23').openAt + 330 * MINUTE_MS;
    const apple = snapshot.series.findIndex(({ symbol }) => symbol === sym('AAPL'));
    expect(snapshot.quote(apple)).toMatchObject({ kind: 'modelled', at });
    const seen = dayOf(tda.days.get('AAPL'), '2022-11-23').find(({ clock }) => clock === '13:00');
    expect(snapshot.reference[apple]).toBe(seen?.close);
  });
});
