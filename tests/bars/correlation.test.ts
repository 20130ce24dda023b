import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { returnCorrelation } from '../../src/bars/correlation.ts';
import { SeriesEra } from '../../src/bars/series.ts';
import { columnsFromBars } from '../../src/domain/market.ts';
import { chance } from '../pipeline/builders.ts';

/** Closes by the ordinal of their session, as an era. */
function eraOf(closes: ReadonlyMap<number, number>): SeriesEra {
  const ordinals = [...closes.keys()].sort((a, b) => a - b);
  const bars = ordinals.map((ordinal) => {
    const close = closes.get(ordinal) as number;
    return { time: ordinal * 86_400_000, open: close, high: close, low: close, close, volume: 1 };
  });
  return new SeriesEra(columnsFromBars(bars), Int32Array.from(ordinals));
}

/** A walk by chance over the sessions 1 to `last`. */
function walk(seed: number, last = 61): Map<number, number> {
  const next = chance(seed);
  const closes = new Map<number, number>();
  let price = 100;
  for (let ordinal = 1; ordinal <= last; ordinal++) {
    price *= 0.97 + 0.06 * next();
    closes.set(ordinal, price);
  }
  return closes;
}

/** The same by the textbook, with the engine's logarithm: sums of products over the sessions both have. */
function textbook(a: Map<number, number>, b: Map<number, number>, ordinal: number): number {
  const pairs: [number, number][] = [];
  for (let at = ordinal - 59; at <= ordinal; at++) {
    const of = (closes: Map<number, number>): number =>
      Math.log((closes.get(at) ?? Number.NaN) / (closes.get(at - 1) ?? Number.NaN));
    const pair: [number, number] = [of(a), of(b)];
    if (!pair.some(Number.isNaN)) pairs.push(pair);
  }
  const n = pairs.length;
  const total = (of: (pair: [number, number]) => number): number =>
    pairs.reduce((sum, pair) => sum + of(pair), 0);
  const [x, y] = [total(([u]) => u), total(([, v]) => v)];
  const covariance = n * total(([u, v]) => u * v) - x * y;
  const varianceX = n * total(([u]) => u * u) - x * x;
  const varianceY = n * total(([, v]) => v * v) - y * y;
  return covariance / Math.sqrt(varianceX * varianceY);
}

/** The walk without the sessions of these ordinals. */
const without = (closes: Map<number, number>, gone: (ordinal: number) => boolean) =>
  new Map([...closes].filter(([ordinal]) => !gone(ordinal)));

const seeds = fc.integer({ min: 1, max: 1_000_000 });

describe('the correlation of returns', () => {
  it('is the one of the textbook, also where sessions are missing', () => {
    fc.assert(
      fc.property(seeds, seeds, fc.integer({ min: 0, max: 8 }), (one, two, gaps) => {
        const a = without(walk(one, 80), (ordinal) => ordinal % 10 < gaps && ordinal < 30);
        const b = walk(two, 80);
        const found = returnCorrelation(eraOf(a), eraOf(b), 78);
        expect(found).toBeCloseTo(textbook(a, b, 78), 9);
      }),
    );
  });

  it('is 1 with itself, -1 with its mirror, and the same both ways', () => {
    const a = walk(5);
    const mirror = new Map([...a].map(([ordinal, close]) => [ordinal, 1 / close]));
    expect(returnCorrelation(eraOf(a), eraOf(a), 61)).toBeCloseTo(1, 12);
    expect(returnCorrelation(eraOf(a), eraOf(mirror), 61)).toBeCloseTo(-1, 12);
    const b = eraOf(walk(6));
    expect(returnCorrelation(eraOf(a), b, 61)).toBe(returnCorrelation(b, eraOf(a), 61));
  });

  it('asks for 40 sessions in which both have a return', () => {
    const a = walk(7);
    const b = walk(8);
    // A session without a bar takes two returns: its own and the next one's.
    const of = (from: number) =>
      returnCorrelation(eraOf(without(a, (o) => o < from)), eraOf(b), 61);
    expect(of(21)).not.toBe(1);
    expect(of(22)).toBe(1);
  });

  it('is 1 for a price that never moved', () => {
    const flat = new Map([...walk(9)].map(([ordinal]) => [ordinal, 50]));
    expect(returnCorrelation(eraOf(flat), eraOf(walk(10)), 61)).toBe(1);
  });

  it('looks at nothing after the session and nothing more than 60 sessions before it', () => {
    const a = walk(11, 90);
    const b = walk(12, 90);
    const before = returnCorrelation(eraOf(a), eraOf(b), 70);
    for (const ordinal of [1, 5, 9, 71, 80, 90]) a.set(ordinal, 1_000);
    expect(returnCorrelation(eraOf(a), eraOf(b), 70)).toBe(before);
    a.set(10, 1_000);
    expect(returnCorrelation(eraOf(a), eraOf(b), 70)).not.toBe(before);
  });
});
