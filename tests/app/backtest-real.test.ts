import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openBarFolder } from '../../src/adapters/file/bar-folder.ts';
import { barFolderSource } from '../../src/adapters/file/bar-folder-source.ts';
import type { BacktestResult } from '../../src/app/backtest.ts';
import { sessionOf } from '../../src/calendar/nyse.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import { StrategyDesk } from '../../src/pipeline/desk.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { defineStrategy, type StrategyDefinition } from '../../src/strategy/strategy.ts';
import { backtest, type Flags } from './backtest-world.ts';

const DATA = process.env['TRADE_LABS_TEST_DATA'];
const FIVE_YEARS = ['2013-02-08', '2018-02-07'] as const;

const folder = (name: string): BarSource => barFolderSource(openBarFolder(join(DATA ?? '', name)));

interface Heard {
  readonly result: BacktestResult;
  readonly events: readonly JournalEvent[];
}

async function play(
  source: BarSource,
  span: readonly [string, string],
  flags: Flags,
  strategy?: StrategyDesk,
): Promise<Heard> {
  const events: JournalEvent[] = [];
  const result = await backtest(source, span, flags, {
    ...(strategy === undefined ? {} : { strategy }),
    onEvents: (told) => events.push(...told.filter(({ type }) => type !== 'candidates.scored')),
  });
  return { result, events };
}

/** The change of equity, and what closed trades and open lots say that it must be, in micros. */
function booksOf({ equity, trades }: BacktestResult): readonly [number, number] {
  const micros = (value: number | null | undefined) => Math.round((value ?? Number.NaN) * 1e6);
  const [first, last] = [equity[0], equity.at(-1)];
  const closed = trades.filter(({ status }) => status === 'closed');
  return [
    micros(last?.equity) - micros(first?.equity),
    closed.reduce((sum, { netPnl }) => sum + micros(netPnl), 0) +
      micros(last?.unrealized) -
      micros(last?.openEntryCommissions),
  ];
}

const of = (events: readonly JournalEvent[], type: JournalEvent['type']): number =>
  events.filter((event) => event.type === type).length;

describe.skipIf(!DATA)('five years of 443 stocks', () => {
  let source: BarSource;
  let cooled: Heard;

  beforeAll(async () => {
    source = folder('bars_daily');
    cooled = await play(source, FIVE_YEARS, { 'risk.drawdownCooldownSessions': '20' });
  });

  it('give the default desk trades, wins and losses, for several reasons', () => {
    const closed = cooled.result.trades.filter(({ status }) => status === 'closed');
    expect(cooled.result.end.kind).toBe('completed');
    expect(closed.length).toBeGreaterThanOrEqual(250);
    expect(closed.some(({ netPnl }) => (netPnl ?? 0) > 0)).toBe(true);
    expect(closed.some(({ netPnl }) => (netPnl ?? 0) < 0)).toBe(true);
    expect(new Set(closed.map(({ exitReason }) => exitReason)).size).toBeGreaterThanOrEqual(3);
  });

  it('invest it neither too little nor too much from its first trade on', () => {
    const { equity, trades } = cooled.result;
    const first = trades.map(({ entrySession }) => entrySession).sort()[0] ?? '';
    const rows = equity.filter(({ session }) => session >= first);
    const average =
      rows.reduce((sum, row) => sum + row.grossExposure / row.equity, 0) / rows.length;
    expect(average).toBeGreaterThanOrEqual(0.3);
    expect(average).toBeLessThanOrEqual(0.8);
  });

  it('leave the books as the trades say, to the micro', () => {
    const [equity, books] = booksOf(cooled.result);
    expect(equity).toBe(books);
  });

  it('approve nothing beyond a limit', () => {
    const { equity } = cooled.result;
    const entries = new Map<string, number>();
    let worth = equity[0]?.equity ?? 0;
    for (const event of cooled.events) {
      if (event.type === 'account.marked') worth = event.equity / 1e6;
      if (event.type !== 'intent.approved') continue;
      const notional = (event.approved * event.limitPrice) / 1e6;
      expect(notional).toBeLessThanOrEqual(0.1 * worth + 0.01);
      const session = event.entryRef.slice(0, 10);
      entries.set(session, (entries.get(session) ?? 0) + 1);
    }
    expect(Math.max(...entries.values())).toBeLessThanOrEqual(8);
    expect(Math.max(...equity.map(({ positions }) => positions))).toBe(10);
    const exposures = equity.map((row) => row.grossExposure / row.equity);
    expect(exposures.reduce((a, b) => Math.max(a, b))).toBeLessThan(1.05);
  });

  it('play every bar of the folder once', () => {
    const { range } = cooled.result;
    const all = source.symbols.reduce((sum, symbol) => sum + source.daily(symbol).length, 0);
    expect(range.bars).toBe(all);
    expect(range.symbols).toHaveLength(443);
  });

  it('latch a narrow drawdown limit again and again, and trade on', async () => {
    const { result, events } = await play(source, FIVE_YEARS, {
      'risk.drawdownCooldownSessions': '20',
      'risk.maxDrawdownFraction': '0.06',
    });
    expect(of(events, 'risk.peak_rebased')).toBeGreaterThanOrEqual(2);
    expect(result.end.kind).toBe('completed');
    const rebased = events.filter((event) => event.type === 'risk.peak_rebased').at(-1);
    const entries = result.trades.map(({ entrySession }) => entrySession);
    expect(entries.some((on) => on > (rebased?.session ?? ''))).toBe(true);
  });
});

/** Buys whatever it may: the folders are too short for the built-in strategy. */
const buyer = (): StrategyDesk =>
  new StrategyDesk(
    defineStrategy({
      name: 'buyer',
      description: 'buys',
      params: z.strictObject({}),
      relative: false,
      warmupBars: () => 15,
      inputs: () => ({}),
      features: () => [{ name: 'one', weight: 1, lo: 0, hi: 1, inverted: false }],
      evaluate: () => ({ direction: 'long', reason: 'buys', features: [1] }),
    }) as StrategyDefinition,
    {},
  );

/** Minutes after the open at which something was. */
const minuteOf = (iso: string, session: string): number =>
  (Date.parse(iso) - (sessionOf(sessionDate(session))?.openAt ?? Number.NaN)) / 60_000;

describe.skipIf(!DATA)('intraday folders', () => {
  it.each([
    ['the half day after Thanksgiving, 5m', 'polygon_2023_2025', ['2023-11-20', '2023-11-27']],
    ['the change of the clocks in March, 5m', 'tda_2022_2023', ['2023-03-08', '2023-03-15']],
    ['the change of the clocks in November, 5m', 'tda_2022_2023', ['2022-11-03', '2022-11-09']],
  ] as const)(
    '%s: both scans decide where they have bars, books tie',
    async (_name, name, span) => {
      const flags = { 'scan.minActivityUsd': '0', 'risk.maxAdvFraction': '1' };
      const source = folder(join('bars_intraday', name));
      const { result, events } = await play(source, span, flags, buyer());
      expect(result.end.kind).toBe('completed');
      expect(of(events, 'run.failed')).toBe(0);
      expect(result.counts.runs).toBe(2 * result.range.sessions.length);
      expect(result.counts.skipped).toBe(0);
      expect(result.trades.length).toBeGreaterThan(2);
      // The midday scan of 12:00 is 150 minutes after the open on half days too.
      const minutes = result.trades.map((trade) => minuteOf(trade.entryAt, trade.entrySession));
      expect(minutes.every((minute) => minute === 0 || (minute >= 150 && minute < 156))).toBe(true);
      expect(booksOf(result)[0]).toBe(booksOf(result)[1]);
    },
  );
});
