import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import type { Bar } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { StrategyDesk } from '../../src/pipeline/desk.ts';
import { defineStrategy, type StrategyDefinition } from '../../src/strategy/strategy.ts';
import { type PlayedBars, playBars, type ReferenceProfile } from '../../src/testing/play-bars.ts';

const DATA = process.env.TRADE_LABS_TEST_DATA;

/** Long when the 10-day average crosses above the 30-day one; out when it crosses below. */
const cross = defineStrategy({
  name: 'cross',
  description: 'two averages',
  params: z.strictObject({}),
  relative: false,
  warmupBars: () => 31,
  inputs: () => ({ fast: 'sma10', slow: 'sma30' }),
  features: () => [{ name: 'cross', weight: 1, lo: 0, hi: 1, inverted: false }],
  evaluate: ({ inputs: { fast, slow } }) => {
    const above = fast() > slow();
    const wasAbove = fast(1) > slow(1);
    const below = fast() < slow() && fast(1) >= slow(1);
    if (above && !wasAbove && fast(1) <= slow(1)) {
      return { direction: 'long', reason: 'cross_up', features: [1], exit: below };
    }
    return { direction: 'none', reason: 'no_signal', exit: below };
  },
});

const rowsOf = (...path: string[]): string[][] =>
  readFileSync(join(DATA ?? '', ...path), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));

function barsOf(symbol: string): Bar[] {
  const [head = [], ...rows] = rowsOf('bars_daily', `${symbol}_1d.csv`);
  const at = (name: string) => head.indexOf(name);
  const names = ['time', 'open', 'high', 'low', 'close', 'volume'];
  const [time = -1, open = -1, high = -1, low = -1, close = -1, volume = -1] = names.map(at);
  return rows.map((row) => ({
    time: Date.parse(`${row[time]?.slice(0, 10)}T00:00:00Z`),
    open: Number(row[open]),
    high: Number(row[high]),
    low: Number(row[low]),
    close: Number(row[close]),
    volume: Number(row[volume]),
  }));
}

const play = (profile: ReferenceProfile): Promise<PlayedBars> =>
  playBars(
    arrayBarSource({ AAPL: { daily: barsOf('AAPL') } }),
    new StrategyDesk(cross as StrategyDefinition, {}),
    profile,
  );

interface ReferenceTrade {
  readonly [column: string]: string;
}

function reference(run: string): {
  trades: ReferenceTrade[];
  equity: (readonly [string, number])[];
} {
  const [head = [], ...rows] = rowsOf('backtests', `${run}_trades.csv`);
  const [, ...points] = rowsOf('backtests', `${run}_equity.csv`);
  return {
    trades: rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? '']))),
    equity: points.map(([day = '', value]) => [day.slice(0, 10), Number(value)] as const),
  };
}

const CENT = 0.01;
const near = (a: number, b: number): boolean => Math.abs(a - b) <= CENT;

/** What differs by more than a cent, or at all where it is no amount. */
function differences(played: PlayedBars, run: string): string[] {
  const { trades, equity } = reference(run);
  const found: string[] = [];
  if (played.trades.length !== trades.length) {
    found.push(`${played.trades.length} trades, ${trades.length} expected`);
  }
  trades.forEach((expected, i) => {
    const trade = played.trades[i];
    if (trade === undefined) return;
    const said = `trade ${i} of ${expected.EntryTime}`;
    const exact = [
      [trade.quantity, Number(expected.Size)],
      [trade.entrySession, expected.EntryTime?.slice(0, 10)],
      [trade.exitSession, expected.ExitTime?.slice(0, 10)],
    ];
    for (const [is, should] of exact)
      if (is !== should) found.push(`${said}: ${is} is not ${should}`);
    const amounts = [
      ['entry', trade.entryPrice, expected.EntryPrice],
      ['exit', trade.exitPrice, expected.ExitPrice],
      ['P&L', trade.netPnl, expected.PnL],
      ...(expected.Commission === undefined
        ? []
        : [['commission', trade.commission, expected.Commission]]),
      ...(expected.SL ? [['stop', trade.initialStop, expected.SL]] : []),
    ] as const;
    for (const [name, is, should] of amounts) {
      if (!near(Number(is), Number(should))) found.push(`${said}: ${name} ${is} is not ${should}`);
    }
  });
  const ours = new Map(played.equity.map(({ session, equity: value }) => [session, value]));
  for (const [session, value] of equity) {
    const is = ours.get(session);
    if (is === undefined || !near(is, value)) found.push(`equity of ${session}: ${is}, ${value}`);
  }
  return found;
}

const TEN: ReferenceProfile = {
  startingCash: usd(10_000),
  commission: 'none',
  cashFraction: 0.95,
  size: { kind: 'shares', shares: 10 },
  stopAtr: null,
};

describe.skipIf(!DATA)('bars played under a reference profile agree with another engine', () => {
  it('on ten shares in and out by crossing averages', async () => {
    expect(differences(await play(TEN), 'AAPL_longonly10_sma10_30')).toEqual([]);
  });

  it('with a commission of 0.1 % each way', async () => {
    const commission = { kind: 'percent', fraction: 0.001 } as const;
    const played = await play({ ...TEN, commission });
    expect(differences(played, 'AAPL_longonly10_sma10_30_comm10bp')).toEqual([]);
  });

  it('on sizes by risk with stops of two ATR, stops of the entry bar included', async () => {
    const played = await play({
      startingCash: usd(100_000),
      commission: 'none',
      cashFraction: 0.95,
      size: { kind: 'risk', fraction: 0.01 },
      stopAtr: 2,
    });
    expect(differences(played, 'AAPL_atrstop2_risk1pct_sma10_30')).toEqual([]);
    const reasons = new Set(played.trades.map(({ exitReason }) => exitReason));
    expect(reasons).toEqual(new Set(['stop', 'signal']));
  });
});
