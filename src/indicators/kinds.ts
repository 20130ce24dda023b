import type { BarColumns } from '../domain/market.ts';
import { bollinger } from './bollinger.ts';
import { donchianHigh, donchianLow } from './channel.ts';
import { stddev } from './deviation.ts';
import { adx, dx, minusDi, plusDi } from './directional.ts';
import { macd } from './macd.ts';
import { rollingMedian } from './median.ts';
import { mom, roc } from './momentum.ts';
import { ema, sma } from './moving-average.ts';
import { cci, mfi, stochasticD, stochasticK, williamsR } from './oscillator.ts';
import { COUNT_SCALE } from './rolling-mean.ts';
import { rsi } from './rsi.ts';
import { atr, natr, trueRange } from './true-range.ts';
import { dollarVolume, obv, relativeVolume, rollingVwap, vwap } from './volume.ts';

/**
 * How far back a value looks. `window`: at the bar itself and the warm-up bars before it, nothing
 * else, so equal windows give equal bits. `history`: at all bars of the columns, so values depend
 * on where the columns start.
 */
export type Memory = 'window' | 'history';

/** What is known of the bars beside the columns themselves. */
export interface IndicatorContext {
  /** Ascending indices of the first bar of each session; only `vwap` starts afresh there. */
  readonly sessionStarts?: readonly number[];
}

/** One family member of the registry. `period` is null where the name carries none. */
export interface IndicatorKind {
  readonly description: string;
  /** The period shown in examples, and the smallest; null where the kind takes none. */
  readonly period: {
    readonly usual: number;
    readonly minimum: number;
    readonly optional?: true;
  } | null;
  readonly memory: (period: number | null) => Memory;
  /** How many bars come before the first value. */
  readonly warmupBars: (period: number) => number;
  readonly compute: (
    columns: BarColumns,
    period: number,
    context: IndicatorContext,
  ) => Float64Array;
}

type Compute = IndicatorKind['compute'];
type Warmup = IndicatorKind['warmupBars'];

const last: Warmup = (n) => n - 1;
const change: Warmup = (n) => n;

const windowed = (
  usual: number,
  description: string,
  warmupBars: Warmup,
  compute: Compute,
  minimum = 1,
): IndicatorKind => ({
  description,
  period: { usual, minimum },
  memory: () => 'window',
  warmupBars,
  compute,
});

const remembering = (
  usual: number,
  description: string,
  warmupBars: Warmup,
  compute: Compute,
  minimum = 1,
): IndicatorKind => ({
  ...windowed(usual, description, warmupBars, compute, minimum),
  memory: () => 'history',
});

const fixed = (
  memory: Memory,
  description: string,
  warmupBars: number,
  compute: Compute,
): IndicatorKind => ({
  description,
  period: null,
  memory: () => memory,
  warmupBars: () => warmupBars,
  compute,
});

/** Every indicator that can be asked for by name, in the order help shows them. */
export const INDICATOR_KINDS = {
  sma: windowed(20, 'simple moving average of the close', last, (c, n) => sma(c.close, n)),
  ema: remembering(12, 'exponential moving average of the close', last, (c, n) => ema(c.close, n)),
  tr: fixed('window', 'true range, in dollars', 1, (c) => trueRange(c)),
  atr: remembering(14, 'average true range (Wilder), in dollars', change, atr),
  natr: remembering(14, 'average true range in percent of the close', change, natr),
  rsi: remembering(14, 'relative strength index (Wilder), 0 to 100', change, rsiOfClose, 2),
  adx: remembering(14, 'trend strength (Wilder), 0 to 100', (n) => 2 * n - 1, adx, 2),
  dx: remembering(14, 'directional movement index, before averaging', change, dx, 2),
  plusdi: remembering(14, 'upward directional indicator (+DI)', change, plusDi, 2),
  minusdi: remembering(14, 'downward directional indicator (-DI)', change, minusDi, 2),
  macd: fixed('history', 'MACD line, EMAs of 12 and 26 bars', 25, (c) => macd(c.close).line),
  macdsignal: fixed('history', 'MACD signal, EMA of 9', 33, (c) => macd(c.close).signal),
  macdhist: fixed('history', 'MACD line less its signal', 33, (c) => macd(c.close).histogram),
  bbupper: windowed(20, 'upper Bollinger band, 2 sigma', last, (c, n) => bands(c, n).upper, 2),
  bbmid: windowed(20, 'middle Bollinger band', last, (c, n) => sma(c.close, n), 2),
  bblower: windowed(20, 'lower Bollinger band, 2 sigma', last, (c, n) => bands(c, n).lower, 2),
  stddev: windowed(20, 'population standard deviation of the close', last, deviation, 2),
  roc: windowed(10, 'rate of change of the close, in percent', change, (c, n) => roc(c.close, n)),
  mom: windowed(10, 'change of the close, in dollars', change, (c, n) => mom(c.close, n)),
  donchianhigh: windowed(20, 'highest high, this bar included', last, donchianHigh),
  donchianlow: windowed(20, 'lowest low, this bar included', last, donchianLow),
  stochk: windowed(14, 'fast stochastic %K, 0 to 100', last, stochasticK),
  stochd: windowed(14, 'fast stochastic %D, mean of three %K', (n) => n + 1, stochasticD),
  willr: windowed(14, 'Williams %R, -100 to 0', last, williamsR),
  cci: windowed(20, 'commodity channel index', last, cci, 2),
  mfi: windowed(14, 'money flow index, 0 to 100', change, mfi, 2),
  obv: fixed('history', 'on-balance volume', 0, (c) => obv(c)),
  vwap: {
    description: 'volume-weighted average price of the session; vwap20: of 20 bars',
    period: { usual: 20, minimum: 1, optional: true },
    memory: (period) => (period === null ? 'history' : 'window'),
    warmupBars: (period) => Math.max(0, period - 1),
    compute: (c, n, { sessionStarts }) => (n > 0 ? rollingVwap(c, n) : vwap(c, sessionStarts)),
  },
  relvol: windowed(20, 'volume over the mean of the bars before', change, relativeVolume),
  volsma: windowed(20, 'mean volume', last, (c, n) => sma(c.volume, n, COUNT_SCALE)),
  medvol: windowed(20, 'median volume', last, (c, n) => rollingMedian(c.volume, n)),
  meddollar: windowed(20, 'median of close x volume, in dollars', last, medianDollarVolume),
} as const satisfies Record<string, IndicatorKind>;

export type IndicatorKindName = keyof typeof INDICATOR_KINDS;

function rsiOfClose({ close }: BarColumns, period: number): Float64Array {
  return rsi(close, period);
}

function bands({ close }: BarColumns, period: number): ReturnType<typeof bollinger> {
  return bollinger(close, period);
}

function deviation({ close }: BarColumns, period: number): Float64Array {
  return stddev(close, period);
}

function medianDollarVolume(columns: BarColumns, period: number): Float64Array {
  return rollingMedian(dollarVolume(columns), period);
}
