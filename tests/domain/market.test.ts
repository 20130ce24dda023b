import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  barAt,
  columnsFromBars,
  lowerBound,
  parseSymbol,
  sliceColumns,
} from '../../src/domain/market.ts';

const isLetter = (c: string | undefined): boolean => c !== undefined && c >= 'A' && c <= 'Z';
const isLetterOrDigit = (c: string): boolean => isLetter(c) || (c >= '0' && c <= '9');

/** The rule for symbols by hand: a letter, up to nine letters or digits, then perhaps one mark and a class. */
function looksLikeSymbol(text: string): boolean {
  const characters = text.split('');
  const mark = characters.findIndex((c) => '.-/ '.includes(c));
  const root = mark < 0 ? characters : characters.slice(0, mark);
  const suffix = mark < 0 ? null : characters.slice(mark + 1);
  if (!isLetter(root[0]) || root.length > 10 || !root.every(isLetterOrDigit)) return false;
  return (
    suffix === null || (suffix.length >= 1 && suffix.length <= 4 && suffix.every(isLetterOrDigit))
  );
}

describe('a symbol', () => {
  it.each(['A', 'AAPL', 'BRK.B', 'BF-B', 'BRK/B', 'BRK B', 'CON', 'X1', 'ABCDEFGHIJ.ABCD'])(
    'is %j',
    (text) => {
      expect(parseSymbol(text)).toBe(text);
    },
  );

  const refused =
    'aapl 1A .B BRK. BRK..B BRK.B.C ABCDEFGHIJK BRK.ABCDE ../x A/../B A\\B =A1 ÄPFEL Ａ A%2F 💥';
  it.each([...refused.split(' '), '', ' AAPL', 'AAPL ', 'AAPL\n', 'A\0', '\u212a'])(
    'is not %j',
    (text) => {
      expect(parseSymbol(text)).toBeNull();
    },
  );

  it('is told from 100,000 strings near the edge as a rule written by hand tells it', () => {
    const near = fc.string({
      unit: fc.constantFrom(...'ABCZ019.-/ az_\n\0É\u212a\u0130'.split('')),
      maxLength: 17,
    });
    const likely = fc
      .tuple(
        fc.stringMatching(/^[A-Z0-9]{0,11}$/),
        fc.constantFrom('', '.', '-', '/', ' ', '..', '\n'),
        fc.stringMatching(/^[A-Z0-9]{0,5}$/),
      )
      .map((parts) => parts.join(''));
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(near, likely, likely, fc.string({ unit: 'binary' })), (text) => {
        const symbol = parseSymbol(text);
        if (symbol !== null) accepted += 1;
        return (symbol !== null) === looksLikeSymbol(text) && (symbol === null || symbol === text);
      }),
      { numRuns: 100_000 },
    );
    expect(accepted).toBeGreaterThan(1_000);
  });
});

describe('bars as columns', () => {
  const bar = fc.record({
    time: fc.integer(),
    open: fc.double(),
    high: fc.double(),
    low: fc.double(),
    close: fc.double(),
    volume: fc.double(),
  });

  it('give back the bars they were made from', () => {
    fc.assert(
      fc.property(fc.array(bar), (bars) => {
        const columns = columnsFromBars(bars);
        expect(columns).toHaveLength(bars.length);
        expect(bars.map((_, i) => barAt(columns, i))).toEqual(bars);
      }),
    );
  });

  it('have no price where there is no bar', () => {
    expect(barAt(columnsFromBars([]), 0).close).toBeNaN();
  });

  it('are cut into copies that share nothing', () => {
    const one = { time: 1, open: 1, high: 1, low: 1, close: 1, volume: 1 };
    const columns = columnsFromBars([one, { ...one, time: 2 }, { ...one, time: 3 }]);
    const cut = sliceColumns(columns, 1, 3);
    cut.close[0] = 99;
    expect(cut.length).toBe(2);
    expect([...cut.time]).toEqual([2, 3]);
    expect([...columns.close]).toEqual([1, 1, 1]);
    expect(sliceColumns(columns, 2, 1).length).toBe(0);
  });
});

describe('the lower bound of a time', () => {
  it('is the number of times before it', () => {
    const times = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });
    fc.assert(
      fc.property(times, fc.integer({ min: -1, max: 61 }), (list, time) => {
        const ascending = Float64Array.from(list).sort();
        expect(lowerBound(ascending, time)).toBe(list.filter((other) => other < time).length);
      }),
      { numRuns: 2_000 },
    );
  });
});
