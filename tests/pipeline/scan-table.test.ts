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
    const activity = Float64Array.from(series, ([, value]) => value);
    return new ScanTable(series.length, Int32Array.from(found), activity, NOTHING_DROPPED);
  });

describe('a scan table', () => {
  it('ranks by activity, then by symbol', () => {
    fc.assert(
      fc.property(tables, ({ rows, activityOf, found }) => {
        const expected = [...found].sort(
          (a, b) => (activityOf[b] ?? 0) - (activityOf[a] ?? 0) || a - b,
        );
        expect([...rows]).toEqual(expected);
      }),
    );
  });

  it('says the ranks of some rows as of all of them', () => {
    fc.assert(
      fc.property(tables, fc.infiniteStream(fc.boolean()), (table, coins) => {
        const rows = [...table.rows];
        const some = rows.filter(() => coins.next().value === true).reverse();
        expect(table.ranksOf(some)).toEqual(some.map((index) => rows.indexOf(index) + 1));
      }),
    );
  });

  it('keeps the first rows when it is cut, in symbol order, and counts the others', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 0, max: 50 }), (table, count) => {
        const cut = table.cutTo(count);
        expect([...cut.rows]).toEqual([...table.rows].slice(0, count));
        expect([...cut.found]).toEqual([...cut.rows].sort((a, b) => a - b));
        const dropped = Math.max(0, table.found.length - count);
        expect(cut.excluded.below_cut ?? 0).toBe(dropped);
      }),
    );
  });
});
