import { assert, InvariantError } from './result.ts';

declare const microsBrand: unique symbol;

/**
 * An amount of US dollars, or a price per share, as an integer count of 1e-6 USD.
 *
 * Integers add and compare exactly, sort natively and survive JSON. The range is limited to plus or minus
 * 8 billion dollars, because up to there `micros / 1e6` prints with at most six decimals and reads back exactly.
 */
export type Micros = number & { readonly [microsBrand]: 'Micros' };

/** How a quotient that is not whole becomes whole. `halfEven` is the banker's rounding of IEEE 754. */
export type Rounding = 'floor' | 'ceil' | 'halfEven';

export const MICROS_PER_USD = 1_000_000;
export const MAX_MICROS = 8_000_000_000 * MICROS_PER_USD;
export const ZERO = 0 as Micros;

/** Fractions are taken at this resolution (1e-9) when they multiply money, so that the product is exact. */
const FRACTION_SCALE = 1_000_000_000;

/** An integer count of 1e-6 USD as Micros. Throws on a fraction, a NaN or an amount out of range. */
export function micros(count: number): Micros {
  // The message is made only when it is needed: this runs for every amount there is.
  if (!Number.isInteger(count) || count > MAX_MICROS || count < -MAX_MICROS) refuseCount(count);
  return (count === 0 ? 0 : count) as Micros;
}

function refuseCount(count: number): never {
  assert(Number.isInteger(count), `micros must be a whole number, was ${count}`);
  throw new InvariantError(`amount out of range: ${count} micros`);
}

/**
 * The whole count whose dollars are this very double, or null. Multiplying by 1e6 rounds once more: 2.01 becomes
 * 2009999.9999999998, and above 4 billion dollars the nearest whole number may be the neighbour.
 */
function exactCount(dollars: number): number | null {
  const nearest = Math.round(dollars * MICROS_PER_USD);
  if (nearest / MICROS_PER_USD === dollars) return nearest;
  if ((nearest - 1) / MICROS_PER_USD === dollars) return nearest - 1;
  return (nearest + 1) / MICROS_PER_USD === dollars ? nearest + 1 : null;
}

/** Dollars of a file or a config (at most six decimals) as Micros; throws when more decimals were given. */
export function usd(dollars: number): Micros {
  const count = exactCount(dollars) ?? Math.round(dollars * MICROS_PER_USD);
  assert(
    Math.abs(count / MICROS_PER_USD - dollars) <= Math.abs(dollars) * 1e-15,
    `an amount has at most six decimals, was ${dollars}`,
  );
  return micros(count);
}

/**
 * A float statistic or a vendor's float price as Micros, rounded as named. A float that is an amount of at most six
 * decimals is that amount under every rounding: a stop of 2.01 does not become 2.009999.
 */
export function microsFromFloat(dollars: number, rounding: Rounding): Micros {
  const exact = exactCount(dollars);
  if (exact !== null) return micros(exact);
  const scaled = dollars * MICROS_PER_USD;
  assert(Number.isFinite(scaled), `money must be finite, was ${dollars}`);
  if (rounding === 'floor') return micros(Math.floor(scaled));
  if (rounding === 'ceil') return micros(Math.ceil(scaled));
  return micros(roundHalfEven(scaled));
}

/** Dollars as a JSON number: the nearest double, which prints with at most six decimals and reads back exactly. */
export const toUsd = (amount: Micros): number => amount / MICROS_PER_USD;

export const add = (a: Micros, b: Micros): Micros => micros(a + b);
export const subtract = (a: Micros, b: Micros): Micros => micros(a - b);
export const negate = (a: Micros): Micros => micros(-a);
export const minOf = (a: Micros, b: Micros): Micros => (a < b ? a : b);
export const maxOf = (a: Micros, b: Micros): Micros => (a > b ? a : b);
export const sum = (amounts: Iterable<Micros>): Micros => {
  let total = 0;
  for (const amount of amounts) {
    total += amount;
    assert(Number.isSafeInteger(total), 'a sum of amounts is out of range');
  }
  return micros(total);
};

/** The float rounded to the nearest integer, ties to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * a x b / c in integers, rounded as named. Uses a wide intermediate where the product leaves the safe range, so
 * the result is that of exact arithmetic. c must not be 0.
 */
export function mulDiv(a: number, b: number, c: number, rounding: Rounding): number {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b) || !Number.isSafeInteger(c) || c === 0) {
    throw new InvariantError(`mulDiv takes safe integers and a divisor, was ${a} x ${b} / ${c}`);
  }
  const product = a * b;
  if (Number.isSafeInteger(product)) return divideSafe(product, c, rounding);
  // In lowest terms most fractions that people write down keep the product in the safe range.
  const common = commonDivisor(Math.abs(b), Math.abs(c));
  const reduced = a * (b / common);
  if (Number.isSafeInteger(reduced)) return divideSafe(reduced, c / common, rounding);
  const wide = divideWide(BigInt(a) * BigInt(b), BigInt(c), rounding);
  const narrow = Number(wide);
  assert(Number.isSafeInteger(narrow), `mulDiv result out of range: ${wide}`);
  return narrow;
}

/** The greatest whole number that divides both, by Euclid. */
function commonDivisor(a: number, b: number): number {
  let [one, rest] = [a, b];
  while (rest !== 0) [one, rest] = [rest, one % rest];
  return one;
}

function divideSafe(product: number, divisor: number, rounding: Rounding): number {
  const remainder = product % divisor;
  // The sum with 0 makes -0, which a negative divisor leaves, the one zero.
  const truncated = (product - remainder) / divisor + 0;
  if (remainder === 0) return truncated;
  const negative = product < 0 !== divisor < 0;
  const floor = negative ? truncated - 1 : truncated;
  if (rounding === 'floor') return floor;
  if (rounding === 'ceil') return floor + 1;
  // The distance above the floor, as a share of |divisor|.
  const above = negative ? Math.abs(divisor) - Math.abs(remainder) : Math.abs(remainder);
  const rest = Math.abs(divisor) - above;
  if (above === rest) return floor % 2 === 0 ? floor : floor + 1;
  return above < rest ? floor : floor + 1;
}

function divideWide(product: bigint, divisor: bigint, rounding: Rounding): bigint {
  const sign = divisor < 0n ? -1n : 1n;
  const numerator = product * sign;
  const denominator = divisor * sign;
  let floor = numerator / denominator;
  let above = numerator % denominator;
  if (above < 0n) {
    floor -= 1n;
    above += denominator;
  }
  if (above === 0n || rounding === 'floor') return floor;
  if (rounding === 'ceil') return floor + 1n;
  const twice = above * 2n;
  if (twice === denominator) return floor % 2n === 0n ? floor : floor + 1n;
  return twice < denominator ? floor : floor + 1n;
}

/** A price times a whole number of shares. */
export function timesQuantity(price: Micros, quantity: number): Micros {
  // The message is made only when it is needed, here and below.
  if (!Number.isSafeInteger(quantity)) {
    throw new InvariantError(`a quantity is whole shares, was ${quantity}`);
  }
  // Exact: amounts end below 2^53, and a product beyond it is out of their range however it is rounded.
  return micros(price * quantity);
}

/** Money times a fraction (0.005 = half a percent), the fraction taken to nine decimals; rounded as named. */
export function timesFraction(amount: Micros, fraction: number, rounding: Rounding): Micros {
  return micros(mulDiv(amount, fractionToBillionths(fraction), FRACTION_SCALE, rounding));
}

/** Money times two fractions in one exact step, rounded once. */
export function timesFractions(a: Micros, f: number, g: number, rounding: Rounding): Micros {
  const wide = BigInt(a) * BigInt(fractionToBillionths(f)) * BigInt(fractionToBillionths(g));
  const scale = BigInt(FRACTION_SCALE) * BigInt(FRACTION_SCALE);
  return micros(Number(divideWide(wide, scale, rounding)));
}

/** Money times basis points (1 bp = 1/10000), half even; the bps may have up to five decimals. */
export function timesBps(amount: Micros, bps: number): Micros {
  return micros(mulDiv(amount, roundHalfEven(bps * 100_000), 1_000_000_000, 'halfEven'));
}

function fractionToBillionths(fraction: number): number {
  if (!Number.isFinite(fraction)) {
    throw new InvariantError(`a fraction must be finite, was ${fraction}`);
  }
  return roundHalfEven(fraction * FRACTION_SCALE);
}

/**
 * Splits a total by weights so that the parts add up to the total exactly (largest remainder, ties to the first).
 * Weights must be >= 0 with a positive sum.
 */
export function allocate(total: Micros, weights: readonly number[]): Micros[] {
  const weightSum = weights.reduce((a, b) => a + b, 0);
  assert(
    weightSum > 0 && Number.isSafeInteger(weightSum) && weights.every((w) => w >= 0),
    'allocate needs whole weights >= 0 with a positive sum',
  );
  const parts = weights.map((weight) => mulDiv(total, weight, weightSum, 'floor'));
  let left = total - parts.reduce((a, b) => a + b, 0);
  const byRemainder = weights
    .map((weight, index) => ({
      index,
      remainder: Number((BigInt(total) * BigInt(weight)) % BigInt(weightSum)),
    }))
    .map(({ index, remainder }) => ({
      index,
      remainder: remainder < 0 ? remainder + weightSum : remainder,
    }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder) {
    if (left === 0) break;
    parts[index] = (parts[index] ?? 0) + 1;
    left -= 1;
  }
  return parts.map(micros);
}

/** Exact decimal text with two to six decimals: "187.4325", "5.00". */
export function formatExact(amount: Micros): string {
  const digits = String(Math.abs(amount)).padStart(7, '0');
  const whole = digits.slice(0, -6);
  const decimals = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${amount < 0 ? '-' : ''}${whole}.${decimals}`;
}

/** Cents for a reader, half even, with separators: "$1,234.50", "-$3.00"; `sign` shows a plus too. */
export function formatUsd(amount: Micros, options: { sign?: boolean } = {}): string {
  const cents = Math.abs(mulDiv(amount, 1, 10_000, 'halfEven'));
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const prefix = amount < 0 && cents > 0 ? '-' : options.sign ? '+' : '';
  return `${prefix}$${whole}.${String(cents % 100).padStart(2, '0')}`;
}
