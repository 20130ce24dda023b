import { type BarColumns, emptyColumns } from '../../domain/market.ts';
import { MINUTE_MS } from '../../domain/time.ts';
import { roughNormal, uniformAt, wordAt } from './synthetic-random.ts';

/**
 * The minutes of one session, made to fit its daily bar: first open, last close, highest high,
 * lowest low and the sum of volumes are exactly those of the day, also where a halt leaves minutes
 * out.
 */

/** One daily bar, prices in whole cents. */
export interface DayInCents {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** Size of the overnight move in usual sessions; above 4 trading often stops for a while. */
  readonly surprise: number;
}

const WORD_HALT = 0;
const WORD_HALT_AT = 1;
const WORD_PIVOT_A = 2;
const WORD_PIVOT_B = 3;
const WORD_ORDER = 4;
/** Words per minute start here: one for the step, one for the wicks, one for the volume. */
const WORD_MINUTES = 8;

const HALT_CHANCE = 1 / 400;
const HALT_CHANCE_SURPRISED = 1 / 4;
const SURPRISED = 4;
/**
 * A limit up-limit down pause lasts at least five minutes (LULD plan, section VII); ours last 5,
 * 10, ... 30.
 */
const HALT_STEP = 5;
/** Minutes kept free of halts after the open and before the close. */
const HALT_MARGIN = 15;
/** A Brownian motion's expected range is 1.6 of its standard deviation (Feller 1951). */
const RANGE_PER_SIGMA = 1.6;
/**
 * Least time between the high and the low, in sessions: crossing the whole range faster would look
 * like a jump.
 */
const PIVOT_DISTANCE = 1 / 8;

interface Halt {
  readonly at: number;
  readonly length: number;
}

/**
 * `key` is the session's key in a stream of its own; `minutes` is the length of the regular
 * session.
 */
export function minutesOfDay(
  key: number,
  day: DayInCents,
  openAt: number,
  minutes: number,
): BarColumns {
  const halt = haltOf(key, day, minutes);
  const count = minutes - halt.length;
  const path = closingPath(key, day, count);
  const bars = emptyColumns(count);
  const wick = (0.5 * (day.high - day.low)) / (RANGE_PER_SIGMA * Math.sqrt(count));
  let open = day.open;
  for (let i = 0; i < count; i++) {
    const close = path[i + 1] as number;
    const word = wordAt(key, WORD_MINUTES + 3 * i + 1);
    const up = Math.floor((wick * (word & 0xff)) / 128);
    const down = Math.floor((wick * ((word >>> 8) & 0xff)) / 128);
    bars.time[i] = openAt + (i < halt.at ? i : i + halt.length) * MINUTE_MS;
    bars.open[i] = open / 100;
    bars.high[i] = Math.min(day.high, Math.max(open, close) + up) / 100;
    bars.low[i] = Math.max(day.low, Math.min(open, close) - down) / 100;
    bars.close[i] = close / 100;
    // The next trade is a cent away from the last one about as often as not.
    const tick = ((word >>> 16) & 3) === 0 ? -1 : ((word >>> 16) & 3) === 1 ? 1 : 0;
    open = Math.min(day.high, Math.max(day.low, close + tick));
  }
  spreadVolume(key, day.volume, minutes, halt, bars);
  return bars;
}

function haltOf(key: number, day: DayInCents, minutes: number): Halt {
  const chance = day.surprise > SURPRISED ? HALT_CHANCE_SURPRISED : HALT_CHANCE;
  if (uniformAt(key, WORD_HALT) >= chance) return { at: minutes, length: 0 };
  const word = wordAt(key, WORD_HALT_AT);
  const length = HALT_STEP * (1 + (((word >>> 16) & 0xff) % 6));
  const room = minutes - 2 * HALT_MARGIN - length;
  return { at: HALT_MARGIN + ((word & 0xffff) % room), length };
}

/**
 * Prices in cents at the ends of `count` minutes; index 0 is the open. The high and the low are
 * reached at two pivots, mostly early or late in the session as for a Brownian motion (arcsine
 * law), and random bridges join the four points.
 */
function closingPath(key: number, day: DayInCents, count: number): Int32Array {
  const path = new Int32Array(count + 1);
  const a = arcsine(uniformAt(key, WORD_PIVOT_A), count);
  const b = arcsine(uniformAt(key, WORD_PIVOT_B), count);
  let first = Math.min(a, b);
  let second = Math.max(a, b);
  const apart = Math.floor(count * PIVOT_DISTANCE);
  if (second - first < apart) {
    first = Math.max(0, Math.min(count - apart, first - Math.floor((apart - second + first) / 2)));
    second = first + apart;
  }
  const range = day.high - day.low;
  // The farther the close is above the open, the likelier the low came first.
  const lowFirst = range === 0 ? 0.5 : 0.5 + (0.5 * (day.close - day.open)) / range;
  const isLowFirst = uniformAt(key, WORD_ORDER) < lowFirst;
  const early = isLowFirst ? day.low : day.high;
  const late = isLowFirst ? day.high : day.low;
  // An extreme equal to the open or the close is reached there and needs no pivot inside.
  if (early === day.open) first = 0;
  else first = Math.max(1, first);
  if (late === day.close) second = count;
  else second = Math.min(count - 1, second);
  const sigma = range / (RANGE_PER_SIGMA * Math.sqrt(count));
  path[0] = day.open;
  path[first] = early;
  path[second] = late;
  path[count] = day.close;
  bridge(path, 0, first, sigma, day, key);
  bridge(path, first, second, sigma, day, key);
  bridge(path, second, count, sigma, day, key);
  return path;
}

/** Maps a uniform to 0..count with more weight near both ends. */
function arcsine(u: number, count: number): number {
  const share = u < 0.5 ? 2 * u * u : 1 - 2 * (1 - u) * (1 - u);
  return Math.round(share * count);
}

/**
 * Fills path strictly between two set points with a random walk tied to both, reflected into the
 * day's range.
 */
function bridge(
  path: Int32Array,
  from: number,
  to: number,
  sigma: number,
  day: DayInCents,
  key: number,
): void {
  let at = path[from] as number;
  const end = path[to] as number;
  for (let i = from + 1; i < to; i++) {
    const left = to - i + 1;
    const step = roughNormal(wordAt(key, WORD_MINUTES + 3 * (i - 1)));
    // A Brownian bridge one step at a time: toward the end by 1/left, spread by sqrt((left - 1) /
    // left).
    at += (end - at) / left + sigma * Math.sqrt((left - 1) / left) * step;
    if (at > day.high) at = Math.max(day.low, 2 * day.high - at);
    else if (at < day.low) at = Math.min(day.high, 2 * day.low - at);
    path[i] = Math.round(at);
  }
}

/**
 * Whole shares per minute that sum to the day's volume, each at least one, heavy at the open and
 * the close.
 */
function spreadVolume(
  key: number,
  volume: number,
  minutes: number,
  halt: Halt,
  bars: BarColumns,
): void {
  const count = bars.length;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const minute = i < halt.at ? i : i + halt.length;
    const place = (2 * minute + 1) / minutes - 1;
    const shape = 0.45 + 1.6 * place * place * place * place + 0.35 * place * place;
    const noise = 0.35 + (wordAt(key, WORD_MINUTES + 3 * i + 2) >>> 0) / 3_303_820_997;
    total += shape * noise;
    bars.volume[i] = total;
  }
  const free = volume - count;
  let given = 0;
  for (let i = 0; i < count; i++) {
    const upTo = i === count - 1 ? free : Math.floor((free * (bars.volume[i] as number)) / total);
    bars.volume[i] = upTo - given + 1;
    given = upTo;
  }
}
