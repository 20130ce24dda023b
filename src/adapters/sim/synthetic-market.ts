import {
  type BarColumns,
  type CorporateAction,
  emptyColumns,
  lowerBound,
  type Symbol,
} from '../../domain/market.ts';
import { assert, assertExists } from '../../domain/result.ts';
import { dateToUtcMs, type SessionDate, utcMsToDate } from '../../domain/time.ts';
import { BLOCK, type DayBlock, newBlock, type PathWorld, walk } from './synthetic-daily.ts';
import { type FactorSeries, factorSeries } from './synthetic-factors.ts';
import { minutesOfDay } from './synthetic-minutes.ts';
import { sessionKey, streamKey } from './synthetic-random.ts';
import { type Timeline, timeline } from './synthetic-timeline.ts';
import { MARKET_SIGMA, SECTOR_SIGMA, type SymbolTraits, traitsOf } from './synthetic-traits.ts';
import type { UniverseRow } from './synthetic-universe.ts';

/**
 * An invented market: minute and daily bars of invented companies, a function of the seed and the
 * universe alone. The same bar comes back whatever range is asked for and in whatever order, on
 * every engine: only + - * / and sqrt are used, no other function of Math that may differ between
 * engines. Nothing here is, or resembles, a real security.
 */

/** Shown wherever a number from this market is shown. */
export const SYNTHETIC_LABEL = 'SYNTHETIC DATA: invented prices, not a real market';

export interface SyntheticOptions {
  /** Any safe integer. */
  readonly seed: number;
  /**
   * Each symbol once. A symbol's path does not depend on which others are listed, nor on their
   * order.
   */
  readonly universe: readonly UniverseRow[];
  /**
   * True for a market without an edge, for tests of bias: the expected close is the close before,
   * whatever came before, and moves are symmetric around it; only their size is predictable.
   * Default false: a small upward drift, slow trends and a pull on fallen prices.
   */
  readonly driftless?: boolean;
}

export interface SyntheticMarket {
  readonly label: string;
  /** What a bars folder written from this market says of itself. */
  readonly meta: { readonly adjustment: 'none'; readonly source: string };
  readonly symbols: readonly Symbol[];
  has(symbol: Symbol): boolean;
  sectorOf(symbol: Symbol): string;
  /**
   * Daily bars of the sessions in from..to, both included and either may be a day without session;
   * `time` is midnight UTC of the date. Prices are not adjusted for splits. Sessions before the
   * anchor have no bar.
   */
  daily(symbol: Symbol, from: SessionDate, to: SessionDate): BarColumns;
  /**
   * Daily bars up to and with the session: all since the anchor, or the last `historySessions` of
   * them.
   */
  dailyUpTo(symbol: Symbol, session: SessionDate, historySessions?: number): BarColumns;
  /**
   * One-minute bars of a session's regular hours, `time` = epoch ms of the start. 390, or 210 on an
   * early close, fewer by 5 to 30 where trading halted. They aggregate to the daily bar exactly.
   * Throws when the date is no session.
   */
  minutes(symbol: Symbol, session: SessionDate): BarColumns;
  /**
   * Splits with an ex-date up to and with `through` (default: all to the end of the calendar),
   * ascending.
   */
  actions(symbol: Symbol, through?: SessionDate): CorporateAction[];
}

interface Path {
  readonly symbol: Symbol;
  readonly sector: string;
  readonly traits: SymbolTraits;
  readonly world: PathWorld;
  readonly minutesKey: number;
  /**
   * Three numbers per block start: close in cents, variance, trend. Known up to and with block
   * `reached`.
   */
  readonly states: Float64Array;
  reached: number;
  readonly splits: { readonly session: number; readonly ratio: number }[];
  readonly block: DayBlock;
}

const STREAM_MINUTES = 5;
const STATE_SIZE = 3;
const MARKET_DRIFT = 0.0003;
const MARKET_TREND = 0.0003;
const SECTOR_TREND = 0.00015;

export function createSyntheticMarket(options: SyntheticOptions): SyntheticMarket {
  const { seed, universe, driftless = false } = options;
  assert(Number.isSafeInteger(seed), `a seed is a whole number, was ${seed}`);
  assert(universe.length > 0, 'a synthetic market needs at least one symbol');
  const line = timeline();
  const world = worldOf(seed, driftless, line);
  const rows = new Map(universe.map((row) => [row.symbol, row]));
  assert(rows.size === universe.length, 'a universe lists each symbol once');
  const paths = new Map<Symbol, Path>();
  const pathOf = (symbol: Symbol): Path => {
    const known = paths.get(symbol);
    if (known !== undefined) return known;
    const row = assertExists(rows.get(symbol), `${symbol} is not in the synthetic universe`);
    const path = startPath(seed, row, world(row.sector), line.count);
    paths.set(symbol, path);
    return path;
  };
  const indexFrom = (date: SessionDate): number => lowerBound(line.dateMs, dateToUtcMs(date));
  const indexAfter = (date: SessionDate): number => lowerBound(line.dateMs, dateToUtcMs(date) + 1);
  return {
    label: SYNTHETIC_LABEL,
    meta: { adjustment: 'none', source: `synthetic seed ${seed}${driftless ? ' driftless' : ''}` },
    symbols: universe.map((row) => row.symbol),
    has: (symbol) => rows.has(symbol),
    sectorOf: (symbol) =>
      assertExists(rows.get(symbol), `${symbol} is not in the synthetic universe`).sector,
    daily: (symbol, from, to) => dailyBars(pathOf(symbol), line, indexFrom(from), indexAfter(to)),
    dailyUpTo: (symbol, session, historySessions = Number.POSITIVE_INFINITY) => {
      const end = indexAfter(session);
      return dailyBars(pathOf(symbol), line, Math.max(0, end - historySessions), end);
    },
    minutes: (symbol, session) => {
      const index = indexFrom(session);
      assert(line.dateMs[index] === dateToUtcMs(session), `${session} is not a session`);
      return minuteBars(pathOf(symbol), line, index);
    },
    actions: (symbol, through) =>
      splitsOf(pathOf(symbol), line, through === undefined ? line.count : indexAfter(through)),
  };
}

/** The common factors of a seed; those of a sector are made when its first symbol is. */
function worldOf(seed: number, driftless: boolean, line: Timeline): (sector: string) => PathWorld {
  const { lengthScale } = line;
  const trend = driftless ? 0 : 1;
  const market = factorSeries(
    seed,
    'market',
    { sigma: MARKET_SIGMA, drift: trend * MARKET_DRIFT, trendSigma: trend * MARKET_TREND },
    lengthScale,
  );
  const sectors = new Map<string, FactorSeries>();
  return (name) => {
    let sector = sectors.get(name);
    if (sector === undefined) {
      const traits = { sigma: SECTOR_SIGMA, drift: 0, trendSigma: trend * SECTOR_TREND };
      sector = factorSeries(seed, `sector ${name}`, traits, lengthScale);
      sectors.set(name, sector);
    }
    return { driftless, lengthScale, market, sector };
  };
}

function startPath(seed: number, row: UniverseRow, world: PathWorld, sessions: number): Path {
  const traits = traitsOf(seed, row);
  const blocks = Math.ceil(sessions / BLOCK);
  const states = new Float64Array((blocks + 1) * STATE_SIZE);
  states[0] = traits.baseCents;
  states[1] = 1;
  return {
    symbol: row.symbol,
    sector: row.sector,
    traits,
    world,
    minutesKey: streamKey(seed, row.symbol, STREAM_MINUTES),
    states,
    reached: 0,
    splits: [],
    block: newBlock(),
  };
}

/**
 * Walks one block from its stored state, writing bars to `out` if given, and stores the next
 * block's state.
 */
function walkBlock(path: Path, index: number, out: DayBlock | null): void {
  const at = index * STATE_SIZE;
  const state = {
    closeCents: path.states[at] as number,
    variance: path.states[at + 1] as number,
    trend: path.states[at + 2] as number,
  };
  const isNew = index === path.reached;
  const from = index * BLOCK;
  const to = Math.min(from + BLOCK, path.world.lengthScale.length);
  const onSplit = isNew
    ? (session: number, ratio: number): void => void path.splits.push({ session, ratio })
    : null;
  walk(state, path.traits, path.world, from, to, out, onSplit);
  if (!isNew) return;
  path.states[at + STATE_SIZE] = state.closeCents;
  path.states[at + STATE_SIZE + 1] = state.variance;
  path.states[at + STATE_SIZE + 2] = state.trend;
  path.reached = index + 1;
}

/**
 * The block with bars; it stays the path's one kept block, so neighbours asked for next are free.
 */
function blockAt(path: Path, index: number): DayBlock {
  const { block } = path;
  if (block.index === index) return block;
  while (path.reached < index) walkBlock(path, path.reached, null);
  walkBlock(path, index, block);
  block.index = index;
  return block;
}

/** Bars of sessions [from, to) by index since the anchor. */
function dailyBars(path: Path, line: Timeline, from: number, to: number): BarColumns {
  const bars = emptyColumns(Math.max(0, to - from));
  let filled = 0;
  for (let start = from; start < to; ) {
    const index = Math.floor(start / BLOCK);
    const end = Math.min(to, (index + 1) * BLOCK);
    const block = blockAt(path, index);
    for (let t = start; t < end; t++, filled++) {
      const i = t - index * BLOCK;
      bars.time[filled] = line.dateMs[t] as number;
      bars.open[filled] = (block.open[i] as number) / 100;
      bars.high[filled] = (block.high[i] as number) / 100;
      bars.low[filled] = (block.low[i] as number) / 100;
      bars.close[filled] = (block.close[i] as number) / 100;
      bars.volume[filled] = block.volume[i] as number;
    }
    start = end;
  }
  return bars;
}

function minuteBars(path: Path, line: Timeline, session: number): BarColumns {
  const index = Math.floor(session / BLOCK);
  const block = blockAt(path, index);
  const i = session - index * BLOCK;
  const day = {
    open: block.open[i] as number,
    high: block.high[i] as number,
    low: block.low[i] as number,
    close: block.close[i] as number,
    volume: block.volume[i] as number,
    surprise: block.surprise[i] as number,
  };
  const key = sessionKey(path.minutesKey, session);
  return minutesOfDay(key, day, line.openAt[session] as number, line.minutes[session] as number);
}

/** Splits before session `end`; walks the path as far as that needs. */
function splitsOf(path: Path, line: Timeline, end: number): CorporateAction[] {
  while (path.reached * BLOCK < end) walkBlock(path, path.reached, null);
  return path.splits
    .filter(({ session }) => session < end)
    .map(({ session, ratio }) => ({
      symbol: path.symbol,
      exDate: utcMsToDate(line.dateMs[session] as number),
      kind: 'split',
      value: ratio,
    }));
}
