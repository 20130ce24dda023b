import { BarMarketData } from '../../src/adapters/recorded/bar-market-data.ts';
import {
  type ArraySourceOptions,
  type ArraySymbol,
  arrayBarSource,
} from '../../src/adapters/sim/array-bar-source.ts';
import type { MarketSnapshot } from '../../src/bars/snapshot.ts';
import { ordinalOf, sessionAt, sessionOf } from '../../src/calendar/nyse.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Bar, Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import type {
  Activity,
  HeldPosition,
  PortfolioState,
  WorkingEntry,
} from '../../src/domain/portfolio.ts';
import { assertExists } from '../../src/domain/result.ts';
import {
  dateToUtcMs,
  epochMs,
  MINUTE_MS,
  type Session,
  sessionDate,
} from '../../src/domain/time.ts';
import { UNRESTRICTED } from '../../src/domain/trading-state.ts';
import type { DecisionSettings } from '../../src/pipeline/decide.ts';
import { StrategyDesk } from '../../src/pipeline/desk.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { commissionModel } from '../../src/risk/commission.ts';
import { momentum } from '../../src/strategy/momentum.ts';
import type { StrategyDefinition } from '../../src/strategy/strategy.ts';

export const sym = (text: string): Symbol => text as Symbol;

export const sessionOn = (date: string): Session =>
  assertExists(sessionOf(sessionDate(date)), `${date} is a session`);

/** The session this many sessions after a date; negative for before. */
export const sessionsFrom = (date: string, n: number): Session =>
  sessionAt(ordinalOf(sessionDate(date)) + n);

const config = configSchema.parse({});

/** The rules of the default configuration, before whatever a test changes. */
export const SETTINGS: DecisionSettings = {
  scan: config.scan,
  sizing: config.sizing,
  entry: config.entry,
  risk: config.risk,
  targetR: null,
  maxCapitalUsd: null,
  allowModelledQuotes: true,
  slippageBps: 5,
  commissionOf: (_symbol, quantity, price) =>
    commissionModel('ibkr-fixed').estimate(quantity, price, 'buy', sessionDate('2016-06-24')),
};

type Changes<T> = { readonly [K in keyof T]?: Partial<T[K]> | T[K] };

/** The default rules with the given keys of sections, or plain values, changed. */
export function settingsWith(changes: Changes<DecisionSettings>): DecisionSettings {
  const merged: Record<string, unknown> = { ...SETTINGS };
  for (const [key, value] of Object.entries(changes)) {
    const before = merged[key];
    const isSection = typeof value === 'object' && value !== null && typeof before === 'object';
    merged[key] = isSection ? { ...before, ...value } : value;
  }
  return merged as unknown as DecisionSettings;
}

export const momentumDesk = (params: object = {}): StrategyDesk =>
  new StrategyDesk(
    momentum as unknown as StrategyDefinition,
    momentum.params.parse(params) as unknown,
  );

/** Nothing works, nothing was sent and nothing lost of late. */
export const QUIET: Activity = {
  orders: [],
  entries: [],
  justSent: [],
  dayTrades: 0,
};

/** An account of 100,000 dollars in cash at the previous close, nothing held. */
export const FLAT: PortfolioState = {
  equity: usd(100_000),
  cash: usd(100_000),
  availableCash: usd(100_000),
  positions: [],
  working: [],
  coolingDown: [],
  entriesToday: 0,
  activity: QUIET,
  previousCloseEquity: usd(100_000),
  dayPnl: usd(0),
  drawdown: 0,
  intensity: 1,
  trading: UNRESTRICTED,
};

/** A position of 100 at 50 with its stop at 45, unless said otherwise. */
export const position = (symbol: string, changes: Partial<HeldPosition> = {}): HeldPosition => ({
  symbol: sym(symbol),
  quantity: 100,
  boughtQuantity: 100,
  averagePrice: usd(50),
  mark: usd(50),
  markStale: false,
  initialStop: usd(45),
  stop: usd(45),
  entrySession: sessionDate('2015-03-02'),
  sessionsHeld: 3,
  highestClose: usd(50),
  sector: 'UNKNOWN',
  ...changes,
});

/** A working entry of 100 at 50 with its stop at 45, unless said otherwise. */
export const working = (symbol: string, changes: Partial<WorkingEntry> = {}): WorkingEntry => ({
  symbol: sym(symbol),
  remaining: 100,
  limitPrice: usd(50),
  stopPrice: usd(45),
  sector: 'UNKNOWN',
  unknown: false,
  ...changes,
});

export interface Look {
  readonly symbols?: readonly Symbol[];
  readonly todayOpen?: boolean;
  readonly relativeVolume?: boolean;
  readonly halfSpreadBps?: number;
}

const markets = new WeakMap<BarSource, Map<number, BarMarketData>>();

/** One market a source, so that its indicators are computed once. */
function marketOf(source: BarSource, halfSpreadBps: number): BarMarketData {
  const known = markets.get(source) ?? new Map<number, BarMarketData>();
  markets.set(source, known);
  const market = known.get(halfSpreadBps) ?? new BarMarketData(source, { halfSpreadBps });
  known.set(halfSpreadBps, market);
  return market;
}

/** What a decision sees of a source this many minutes after a session's open. */
export function snapshotOf(
  source: BarSource,
  date: string,
  minutes = 0,
  { halfSpreadBps = 2, todayOpen = false, relativeVolume = false, symbols }: Look = {},
): Promise<MarketSnapshot> {
  const session = sessionOn(date);
  return marketOf(source, halfSpreadBps).snapshot({
    asOf: epochMs(session.openAt + minutes * MINUTE_MS),
    session,
    todayOpen,
    relativeVolume,
    ...(symbols === undefined ? {} : { symbols }),
  });
}

/** Numbers in 0..1 from a seed, the same on every machine (mulberry32, public domain). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Walk {
  readonly from: string;
  readonly bars: number;
  readonly price?: number;
  /** Mean change a bar, as a fraction. */
  readonly drift?: number;
  readonly range?: number;
  readonly volume?: number;
}

const cents = (price: number): number => Math.round(price * 100) / 100;

/** Daily bars on consecutive sessions that wander by chance around a drift; prices in cents. */
export function wander(seed: number, walk: Walk): Bar[] {
  const { from, bars, price = 50, drift = 0.001, range = 0.02, volume = 2_000_000 } = walk;
  const next = chance(seed);
  let close = price;
  return Array.from({ length: bars }, (_, i) => {
    const before = close;
    const open = cents(before * (1 + (next() - 0.5) * range * 0.5));
    close = cents(before * (1 + drift + (next() - 0.5) * range));
    const high = cents(Math.max(open, close) * (1 + next() * range * 0.5));
    const low = cents(Math.min(open, close) * (1 - next() * range * 0.5));
    const traded = Math.round(volume * (0.5 + next()));
    const time = dateToUtcMs(sessionsFrom(from, i).date);
    return { time, open, high, low, close, volume: traded };
  });
}

/** A market of wandering symbols A00, A01, ..., most of them rising; 300 bars from 2014-01-02 on unless said. */
export function wanderers(
  count: number,
  walk: Partial<Walk> = {},
  seed = 7,
): Record<string, ArraySymbol> {
  const next = chance(seed);
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => {
      const daily = wander(seed * 1000 + i, {
        from: '2014-01-02',
        bars: 300,
        price: 20 + 200 * next(),
        drift: 0.002 * next() - 0.0003,
        range: 0.015 + 0.03 * next(),
        volume: 1_000_000 + 4_000_000 * next(),
        ...walk,
      });
      return [`A${String(i).padStart(2, '0')}`, { daily }];
    }),
  );
}

export const sourceOf = (
  symbols: Readonly<Record<string, ArraySymbol>>,
  options?: ArraySourceOptions,
): BarSource => arrayBarSource(symbols, options);

/** A strategy that signals every symbol long, scored by its last close over the one before; parts may be replaced. */
export function plainStrategy(parts: Partial<StrategyDefinition> = {}): StrategyDefinition {
  return {
    name: 'plain',
    description: 'every symbol, by its last change',
    params: momentum.params as unknown as StrategyDefinition['params'],
    relative: false,
    warmupBars: () => 2,
    inputs: () => ({ atr: 'atr14' }),
    features: () => [{ name: 'change', weight: 1, lo: -0.1, hi: 0.1, inverted: false }],
    evaluate: ({ close }) => ({
      direction: 'long',
      reason: 'always',
      features: [close(0) / close(1) - 1],
    }),
    ...parts,
  };
}

export const plainDesk = (parts: Partial<StrategyDefinition> = {}, params: unknown = {}) =>
  new StrategyDesk(plainStrategy(parts), params);
