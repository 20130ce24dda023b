// One part of the comparison with other engines in a fresh process; the last line of output is its JSON.
//   account           one backtest of all symbols
//   apart             one backtest for each symbol
//   grademark DIR     one backtest for each symbol by the package that is installed in DIR
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import { createSyntheticMarket } from '../dist/src/adapters/sim/synthetic-market.js';
import { readUniverse, takeUniverse } from '../dist/src/adapters/sim/synthetic-universe.js';
import { sessionsBetween } from '../dist/src/calendar/nyse.js';
import { usd } from '../dist/src/domain/money.js';
import { utcMsToDate } from '../dist/src/domain/time.js';
import { StrategyDesk } from '../dist/src/pipeline/desk.js';
import { defineStrategy } from '../dist/src/strategy/strategy.js';
import { playBars } from '../dist/src/testing/play-bars.js';
import { ROOT } from './measure.mjs';

const SYMBOLS = 40;
const SESSIONS = 1258;
const LAST = '2022-12-29';
const [FAST, SLOW] = [10, 30];

const now = () => Number(process.hrtime.bigint()) / 1e6;
const userMs = () => process.cpuUsage().user / 1000;

/** Daily bars by symbol, in order. */
function bars() {
  const universe = readUniverse(readFileSync(join(ROOT, 'config', 'universe.csv'), 'utf8'));
  const market = createSyntheticMarket({
    seed: 1,
    universe: takeUniverse(universe.value, SYMBOLS),
  });
  const from = sessionsBetween('1990-01-03', LAST).slice(-SESSIONS)[0].date;
  const symbols = market.symbols.toSorted((a, b) => (a < b ? -1 : 1));
  return new Map(symbols.map((symbol) => [symbol, market.daily(symbol, from, LAST)]));
}

/** Bars of these symbols as a source, prices as they stand. */
const sourceOf = (daily) => ({
  label: 'synthetic market, seed 1',
  synthetic: true,
  adjustment: 'total',
  intraday: null,
  symbols: [...daily.keys()],
  badBars: [],
  warnings: [],
  sectorOf: () => 'UNKNOWN',
  prepare: () => Promise.resolve(),
  daily: (symbol) => daily.get(symbol),
  session: () => null,
  actions: () => [],
});

const cross = defineStrategy({
  name: 'cross',
  description: 'two averages',
  params: z.strictObject({}),
  relative: false,
  warmupBars: () => SLOW + 1,
  inputs: () => ({ fast: `sma${FAST}`, slow: `sma${SLOW}` }),
  features: () => [{ name: 'cross', weight: 1, lo: 0, hi: 1, inverted: false }],
  evaluate: ({ inputs: { fast, slow } }) => {
    const [f, s, f1, s1] = [fast(), slow(), fast(1), slow(1)];
    if (f > s && f1 <= s1) return { direction: 'long', reason: 'cross_up', features: [1] };
    return { direction: 'none', reason: 'no_signal', exit: f < s && f1 >= s1 };
  },
});

const PROFILE = {
  startingCash: usd(10_000_000),
  commission: 'none',
  cashFraction: 0.95,
  size: { kind: 'shares', shares: 10 },
  stopAtr: null,
};

const play = (daily) => playBars(sourceOf(daily), new StrategyDesk(cross, {}), PROFILE);

/** What both engines can say of a round trip. */
const told = (symbol, from, entry, to, exit) =>
  `${symbol} ${from} ${entry.toFixed(6)} ${to} ${exit.toFixed(6)}`;

const toldOf = ({ symbol, entrySession, entryPrice, exitSession, exitPrice }) =>
  told(symbol, entrySession, entryPrice, exitSession, exitPrice);

async function apart() {
  const daily = bars();
  const trades = [];
  const [started, used] = [now(), userMs()];
  for (const [symbol, columns] of daily) {
    trades.push(...(await play(new Map([[symbol, columns]]))).trades);
  }
  return { ms: now() - started, userMs: userMs() - used, trades: trades.map(toldOf) };
}

async function account() {
  const daily = bars();
  const [started, used] = [now(), userMs()];
  const { trades } = await play(daily);
  return { ms: now() - started, userMs: userMs() - used, trades: trades.map(toldOf) };
}

/** Simple averages as a running sum: the other engine computes none of its own. */
function averages(close, length) {
  const out = new Float64Array(close.length).fill(Number.NaN);
  let sum = 0;
  close.forEach((value, i) => {
    sum += value - (i >= length ? close[i - length] : 0);
    if (i >= length - 1) out[i] = sum / length;
  });
  return out;
}

/** Each bar with the averages of it and of the bar before. */
function withAverages(DataFrame, { inputSeries }) {
  const all = inputSeries.toArray();
  const close = Float64Array.from(all, (bar) => bar.close);
  const [fast, slow] = [averages(close, FAST), averages(close, SLOW)];
  return new DataFrame(
    all.map((bar, i) => ({ ...bar, f: fast[i], s: slow[i], f1: fast[i - 1], s1: slow[i - 1] })),
  );
}

function grademark(dir) {
  const load = createRequire(join(dir, 'package.json'));
  const { backtest } = load('grademark');
  const { DataFrame } = load('data-forge');
  const frames = [...bars()].map(([symbol, { length, time, open, high, low, close, volume }]) => [
    symbol,
    new DataFrame(
      Array.from({ length }, (_, i) => ({
        time: new Date(time[i]),
        open: open[i],
        high: high[i],
        low: low[i],
        close: close[i],
        volume: volume[i],
      })),
    ),
  ]);
  const strategy = {
    prepIndicators: (args) => withAverages(DataFrame, args),
    entryRule: (enter, { bar: { f, s, f1, s1 } }) => {
      if (f > s && f1 <= s1) enter();
    },
    exitRule: (exit, { bar: { f, s, f1, s1 } }) => {
      if (f < s && f1 >= s1) exit();
    },
  };
  const trades = [];
  const [started, used] = [now(), userMs()];
  for (const [symbol, frame] of frames) {
    for (const trade of backtest(strategy, frame)) trades.push({ symbol, ...trade });
  }
  const [ms, cpuMs] = [now() - started, userMs() - used];
  const date = (time) => utcMsToDate(time.getTime());
  return {
    ms,
    userMs: cpuMs,
    trades: trades.map(({ symbol, entryTime, entryPrice, exitTime, exitPrice }) =>
      told(symbol, date(entryTime), entryPrice, date(exitTime), exitPrice),
    ),
  };
}

const [part, dir] = process.argv.slice(2);
const parts = { account, apart, grademark };
console.log(JSON.stringify(await parts[part](dir)));
