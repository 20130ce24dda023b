import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCAN_EXCLUSIONS } from '../../src/domain/reason.ts';
import { ScanTable } from '../../src/pipeline/scan-table.ts';

const NOTHING_DROPPED = new Int32Array(SCAN_EXCLUSIONS.length);

/** A table over some of the series 0..n-1, with few different activities, so that many tie. */
const tables = fc
  .array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5 })), { minLength: 1, maxLength: 40 })
  .map((series) => {
    const found = series.flatMap(([isFound], i) => (isFound ? [i] : []));
    const activity = Float64Array.from(
      series.filter(([isFound]) => isFound).map(([, value]) => value),
    );
    return new ScanTable(series.length, Int32Array.from(found), activity, NOTHING_DROPPED);
  });

describe('a scan table', () => {
  it('ranks by activity, then by symbol', () => {
    fc.assert(
      fc.property(tables, ({ rows, order, activity, found }) => {
        const expected = [...found.keys()].sort(
          (a, b) => (activity[b] ?? 0) - (activity[a] ?? 0) || a - b,
        );
        expect([...order]).toEqual(expected);
        expect([...rows]).toEqual(expected.map((at) => found[at]));
      }),
    );
  });

  it('says the rank of one row as the order of all of them does', () => {
    fc.assert(
      fc.property(tables, (table) => {
        const ranks = [...table.order].map((at) => table.rankAt(at));
        expect(ranks).toEqual(ranks.map((_, i) => i + 1));
      }),
    );
  });

  it('knows the place of each series that was found, and of no other', () => {
    fc.assert(
      fc.property(tables, (table) => {
        for (let index = -1; index <= table.universe; index++) {
          expect(table.placeOf(index)).toBe(table.found.indexOf(index));
        }
      }),
    );
  });

  it('keeps the first rows when it is cut, in symbol order, and counts the others', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 0, max: 50 }), (table, count) => {
        const cut = table.cutTo(count);
        expect([...cut.rows]).toEqual([...table.rows].slice(0, count));
        const ranked = [...table.order].slice(0, count).map((at) => table.activity[at]);
        expect([...cut.order].map((at) => cut.activity[at])).toEqual(ranked);
        expect([...cut.found]).toEqual([...cut.rows].sort((a, b) => a - b));
        const dropped = Math.max(0, table.found.length - count);
        expect(cut.excluded.below_cut ?? 0).toBe(dropped);
      }),
    );
  });
});
