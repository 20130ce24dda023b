import {
  CALM_SCALE,
  type FactorSeries,
  INTRADAY_SCALE,
  nextVariance,
  OVERNIGHT_SCALE,
  WILD_SCALE,
} from './synthetic-factors.ts';
import {
  exponentialAt,
  grow,
  normalAt,
  roughNormal,
  sessionKey,
  wordAt,
} from './synthetic-random.ts';
import { QUARTER, type SymbolTraits } from './synthetic-traits.ts';

/**
 * The daily path of one synthetic symbol. Prices are whole cents and the published close is the
 * state, so the path needs no second, hidden price. It can only be walked forward from the anchor;
 * what is kept on the way is the state at every 256th session, and the bars of the one block asked
 * for last.
 */

/** Sessions a block. */
export const BLOCK = 256;

const SLOT_GAP = 0;
const SLOT_INTRADAY = 1;
const SLOT_TREND = 2;
const SLOT_EARNINGS = 3;
/** Words past the eight that the deviates above use. */
const WORD_LUCK = 8;
const WORD_VOLUME = 9;
const WORD_LOW = 10;
const WORD_HIGH = 11;

/** Returns beyond these are cut, on both sides alike, so that the cut moves no mean. */
const GAP_LIMIT = 0.25;
const INTRADAY_LIMIT = 0.3;

/** The report comes on one of the first eight sessions of a quarter. */
const EARNINGS_JITTER_MASK = 7;
const EARNINGS_SIGMA = 2.4;
const EARNINGS_VOLUME = 2.2;

const TREND_MEMORY = 0.985;
const TREND_SHOCK = Math.sqrt(1 - TREND_MEMORY * TREND_MEMORY);
const TREND_SHARE = 0.05;
/** Largest upward pull a session on a price that fell below half its base. */
const PULL_LIMIT = 0.001;

const MIN_CENTS = 100;
const REVERSE_SPLIT_BELOW_CENTS = 500;
const REVERSE_SPLIT_RATIO = 0.1;
const SPLIT_AT_ONCE_CENTS = 140_000;
/** Once the price is high, a split happens at one session in sixteen. */
const SPLIT_CHANCE_MASK = 15;
const SPLIT_RATIOS = [2, 2, 3, 4] as const;
const MIN_VOLUME = 5_000;

/** What all symbols share. */
export interface PathWorld {
  readonly driftless: boolean;
  /** Per session since the anchor, the square root of its length in full sessions. */
  readonly lengthScale: Float64Array;
  readonly market: FactorSeries;
  readonly sector: FactorSeries;
}

/** Bars of one block, prices in cents; index 0 is the first session of the block. */
export interface DayBlock {
  /** Which block this is; -1 before the first use. */
  index: number;
  readonly open: Int32Array;
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly close: Int32Array;
  readonly volume: Float64Array;
  /** Size of the overnight move in usual sessions' moves; halts follow large ones. */
  readonly surprise: Float32Array;
}

export interface PathState {
  closeCents: number;
  /** Own variance in units of the long-run one. */
  variance: number;
  trend: number;
}

export type SplitListener = (session: number, ratio: number) => void;

export const newBlock = (): DayBlock => ({
  index: -1,
  open: new Int32Array(BLOCK),
  high: new Int32Array(BLOCK),
  low: new Int32Array(BLOCK),
  close: new Int32Array(BLOCK),
  volume: new Float64Array(BLOCK),
  surprise: new Float32Array(BLOCK),
});

/**
 * Walks sessions [from, to) of one block and leaves `state` at `to`. Bars are written when `out` is
 * given; without it the walk is cheaper, which is how blocks nobody asked for are passed.
 *
 * Within a session the price is a Brownian motion from the open to the close; its lowest and
 * highest points are drawn from their exact law given both ends (Karatzas and Shreve, Brownian
 * Motion and Stochastic Calculus, section 2.8): (open + close - sqrt((close - open)^2 + 2 sigma^2
 * e)) / 2 with e exponential. So a stop inside a bar is a fair exit in a driftless market. The low
 * is rounded up and the high down: a tick counts as touched only when it was reached.
 */
export function walk(
  state: PathState,
  traits: SymbolTraits,
  world: PathWorld,
  from: number,
  to: number,
  out: DayBlock | null,
  onSplit: SplitListener | null,
): void {
  const { market, sector, driftless } = world;
  const blockStart = from - (from % BLOCK);
  let { closeCents, variance, trend } = state;
  let quarterDay = (from + traits.earningsPhase) % QUARTER;
  for (let t = from; t < to; t++) {
    const draw = sessionKey(traits.dailyKey, t);
    const luck = wordAt(draw, WORD_LUCK);
    const ratio = splitRatio(closeCents, traits, luck);
    if (ratio !== 1) {
      closeCents = wholeCents(closeCents / ratio);
      onSplit?.(t, ratio);
    }
    const earnings = quarterDay <= EARNINGS_JITTER_MASK && isEarnings(traits, t);
    quarterDay = quarterDay === QUARTER - 1 ? 0 : quarterDay + 1;
    const length = world.lengthScale[t] as number;
    const mixture = (luck & 15) === 0 ? WILD_SCALE : CALM_SCALE;
    const scale = Math.sqrt(variance) * mixture;
    const overnight = OVERNIGHT_SCALE * normalAt(draw, SLOT_GAP);
    const inside = INTRADAY_SCALE * normalAt(draw, SLOT_INTRADAY);
    const own = traits.sigma * scale;
    const jump = earnings ? traits.sigma * EARNINGS_SIGMA * normalAt(draw, SLOT_EARNINGS) : 0;
    const gap = clamp(
      common(traits, market.gap[t] as number, sector.gap[t] as number) + own * overnight + jump,
      GAP_LIMIT,
    );
    const previous = closeCents;
    const open = wholeCents(previous * (1 + gap));
    let drift = 0;
    if (!driftless) {
      trend = TREND_MEMORY * trend + TREND_SHOCK * normalAt(draw, SLOT_TREND);
      drift = traits.sigma * TREND_SHARE * trend + pull(previous, traits.baseCents);
    }
    const move = clamp(
      drift +
        common(traits, market.intraday[t] as number, sector.intraday[t] as number) +
        own * inside * length,
      INTRADAY_LIMIT,
    );
    const close = wholeCents(open * (1 + move));
    if (out !== null) {
      const i = t - blockStart;
      const ofMarket = traits.beta * (market.sigma[t] as number);
      const ofSector = traits.sectorLoading * (sector.sigma[t] as number);
      const ofOwn = own * INTRADAY_SCALE * length;
      const spread = open * open * (ofMarket * ofMarket + ofSector * ofSector + ofOwn * ofOwn);
      const busy = (Math.abs(gap) + Math.abs(move)) / traits.totalSigma;
      const pace = (earnings ? EARNINGS_VOLUME : 1) * length * length;
      out.open[i] = open;
      out.high[i] = highest(open, close, spread, draw);
      out.low[i] = lowest(open, close, spread, draw);
      out.close[i] = close;
      out.volume[i] = volumeOf(traits, previous, draw, busy, pace * climateOf(variance));
      out.surprise[i] = Math.abs(gap) / traits.totalSigma;
    }
    closeCents = close;
    variance = nextVariance(variance, scale * scale * (overnight * overnight + inside * inside));
  }
  state.closeCents = closeCents;
  state.variance = variance;
  state.trend = trend;
}

/**
 * Rounded to whole cents, at least the least price; truncation by | 0 is several times as fast as
 * Math.round.
 */
function wholeCents(cents: number): number {
  const whole = (cents + 0.5) | 0;
  return whole < MIN_CENTS ? MIN_CENTS : whole;
}

/** What the market and the sector add to a symbol's return. */
const common = (traits: SymbolTraits, market: number, sector: number): number =>
  traits.beta * market + traits.sectorLoading * sector;

const clamp = (value: number, limit: number): number =>
  value > limit ? limit : value < -limit ? -limit : value;

function splitRatio(closeCents: number, traits: SymbolTraits, luck: number): number {
  if (closeCents < REVERSE_SPLIT_BELOW_CENTS) return REVERSE_SPLIT_RATIO;
  if (closeCents < traits.splitAboveCents) return 1;
  if (closeCents < SPLIT_AT_ONCE_CENTS && ((luck >>> 4) & SPLIT_CHANCE_MASK) !== 0) return 1;
  return SPLIT_RATIOS[(luck >>> 8) & 3] as number;
}

function isEarnings(traits: SymbolTraits, session: number): boolean {
  const shifted = session + traits.earningsPhase;
  const day = shifted % QUARTER;
  const quarter = (shifted - day) / QUARTER;
  return (wordAt(traits.earningsKey, quarter) & EARNINGS_JITTER_MASK) === day;
}

/**
 * The upward drift of a price below half its base; 0 above. Without it most paths would end near
 * the floor.
 */
function pull(closeCents: number, baseCents: number): number {
  const floor = baseCents / 2;
  if (closeCents >= floor) return 0;
  return (PULL_LIMIT * (floor - closeCents)) / floor;
}

function lowest(open: number, close: number, spread: number, draw: number): number {
  const move = close - open;
  const reach = Math.sqrt(move * move + 2 * spread * exponentialAt(draw, WORD_LOW));
  const low = Math.ceil((open + close - reach) / 2);
  return Math.max(MIN_CENTS, Math.min(low, open, close));
}

function highest(open: number, close: number, spread: number, draw: number): number {
  const move = close - open;
  const reach = Math.sqrt(move * move + 2 * spread * exponentialAt(draw, WORD_HIGH));
  return Math.max(Math.floor((open + close + reach) / 2), open, close);
}

/** How much busier stormy times are than quiet ones. */
const climateOf = (variance: number): number => 0.5 + 0.5 * Math.sqrt(variance);

/**
 * Shares of the session. Dollars, not shares, stay near their usual amount as the price moves and
 * splits. `busy` is the size of the session's moves in usual ones; `pace` scales for earnings,
 * storms and short sessions.
 */
function volumeOf(
  traits: SymbolTraits,
  previousCents: number,
  draw: number,
  busy: number,
  pace: number,
): number {
  const usual = traits.turnoverCents / previousCents;
  const noise = 0.28 * roughNormal(wordAt(draw, WORD_VOLUME));
  const mood = grow(noise + 0.3 * (Math.min(busy, 5) - 0.9));
  return Math.max(MIN_VOLUME, Math.round(usual * mood * pace));
}
