/**
 * Randomness of the synthetic market: counter-based, so that a number depends on its coordinates
 * (seed, text, stream, session, slot) and never on what was asked before. Only integer operations,
 * Math.imul and + - * /, so every engine gives the same bytes.
 */

const GOLDEN = 0x9e3779b1;
const STEP = 0x85ebca77;
const TWO_32 = 4_294_967_296;

/**
 * A bijective scramble of 32 bits ("lowbias32", Chris Wellons, 2018,
 * https://nullprogram.com/blog/2018/07/31/). Takes and gives a signed 32-bit integer.
 */
export function scramble(value: number): number {
  let x = value | 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return x ^ (x >>> 16);
}

/** 32-bit FNV-1a of a text's UTF-16 code units (RFC draft-eastlake-fnv). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash | 0;
}

/**
 * The key of one stream of one thing (a symbol, a sector) under a seed, which is any safe integer.
 */
export function streamKey(seed: number, text: string, stream: number): number {
  const high = Math.floor(seed / TWO_32) | 0;
  const seeded = scramble(scramble(high + GOLDEN) ^ (seed | 0));
  return scramble(scramble(seeded + hashText(text)) + Math.imul(stream + 1, STEP));
}

/** The key of one session within a stream. */
export const sessionKey = (key: number, session: number): number =>
  scramble(key ^ Math.imul(session + 1, GOLDEN));

/** The 32 random bits of a slot, as a signed integer. */
export const wordAt = (key: number, slot: number): number =>
  scramble(key + Math.imul(slot + 1, STEP));

/** Uniform in [0, 1), at a resolution of 2^-32. */
export const uniformAt = (key: number, slot: number): number => (wordAt(key, slot) >>> 0) / TWO_32;

/** Eight uniform bytes sum to 1020 on average, with variance 43690. */
const PER_SIGMA = 1 / Math.sqrt(43_690);

/**
 * Nearly standard normal: the sum of eight uniform bytes, centred and scaled (Irwin-Hall), exactly
 * symmetric, within +-4.88. Uses words 2 x slot and 2 x slot + 1 of the key.
 */
export function normalAt(key: number, slot: number): number {
  const a = wordAt(key, 2 * slot);
  const b = wordAt(key, 2 * slot + 1);
  // Two 16-bit lanes hold the sums of the even and the odd bytes; four bytes a lane cannot overflow
  // it.
  const lanes = (a & 0xff00ff) + ((a >>> 8) & 0xff00ff) + (b & 0xff00ff) + ((b >>> 8) & 0xff00ff);
  return ((lanes & 0xffff) + (lanes >>> 16) - 1020) * PER_SIGMA;
}

const POWERS_OF_TWO = Float64Array.from({ length: 33 }, (_, n) =>
  n < 32 ? (1 << n) >>> 0 : TWO_32,
);

/**
 * Exponential with mean 1: -ln u of a uniform u in (0, 1), the logarithm by our own series ln m = 2
 * (s + s^3/3 + s^5/5 + ...), s = (m - 1) / (m + 1), for 1 <= m < 2, right to 1e-7. Uses one word.
 */
export function exponentialAt(key: number, slot: number): number {
  const bits = wordAt(key, slot) >>> 0;
  const zeros = Math.clz32(bits);
  const m = ((bits + 0.5) * (POWERS_OF_TWO[zeros] as number)) / 2_147_483_648;
  const s = (m - 1) / (m + 1);
  const q = s * s;
  const series = 1 + q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9 + q * (1 / 11 + q / 13)))));
  return (zeros + 1) * Math.LN2 - 2 * s * series;
}

/**
 * A coarser deviate for the many steps of a minute path: four bytes of one word, mean 0, variance
 * 1.
 */
export function roughNormal(word: number): number {
  const lanes = (word & 0xff00ff) + ((word >>> 8) & 0xff00ff);
  return ((lanes & 0xffff) + (lanes >>> 16) - 510) / 147.8;
}

/** Grows like the exponential without being it: (1 + x/8)^8, positive, 1 at 0; flat below -6. */
export function grow(x: number): number {
  let y = 1 + (x < -6 ? -6 : x) / 8;
  y *= y;
  y *= y;
  return y * y;
}
