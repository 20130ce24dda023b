import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBarCsv } from '../../src/adapters/file/bar-csv.ts';
import { BAR_HEADER, type BarFile } from '../../src/bars/bar-file.ts';
import { nyseGrid } from '../../src/bars/nyse-grid.ts';
import { barAt, type Timeframe } from '../../src/domain/market.ts';
import { assert } from '../../src/domain/result.ts';

function fileOf(text: string | Uint8Array, timeframe: Timeframe = '1d'): BarFile {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const result = parseBarCsv(bytes, { file: 'X_1d.csv', timeframe, grid: nyseGrid() });
  assert(result.ok, 'the file can be read');
  return result.value;
}

describe('the reader beside a plain one', () => {
  /** The same file read the slow way: text, split, Number; 1d only. */
  function plainly(text: string) {
    const good: number[][] = [];
    const bad: number[] = [];
    let previous = Number.NEGATIVE_INFINITY;
    text
      .split('\n')
      .slice(1)
      .forEach((line, index) => {
        const fields = line.split(',');
        const date = fields[0] ?? '';
        const time = /^\d{4}-\d{2}-\d{2}$/.test(date)
          ? Date.parse(`${date}T00:00:00Z`)
          : Number.NaN;
        const isDate = !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
        const open = isDate && nyseGrid().ordinalOfTime(time) >= 0;
        const late = open && time > previous;
        if (open) previous = Math.max(previous, time);
        const numbers = fields
          .slice(1)
          .map((field) => (/^-?[0-9.]+$/.test(field) ? Number(field) : Number.NaN));
        const [o = 0, h = 0, l = 0, c = 0, v = 0] = numbers;
        const sound =
          fields.length === 6 &&
          numbers.every(Number.isFinite) &&
          l > 0 &&
          v >= 0 &&
          o >= l &&
          o <= h &&
          c >= l &&
          c <= h;
        if (sound && late) good.push([time, ...numbers]);
        else bad.push(index + 2);
      });
    return { good, bad };
  }

  it('agrees on every file, sound or damaged', () => {
    const cell = fc.constantFrom('1', '2', '3.5', '0', '-1', '', 'x', '2.00', '1.2.3', '0.1');
    const date = fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .integer({ min: 0, max: 60 })
          .map((n) => new Date(Date.UTC(2017, 6, 1 + n)).toISOString().slice(0, 10)),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '2017-02-29',
          '2017-13-01',
          '17-07-03',
          '',
          '2017/07/03',
          '2040-01-02',
        ),
      },
    );
    const sound = fc
      .tuple(date, fc.integer({ min: 1, max: 9 }))
      .map(([d, n]) => `${d},${n},${n}.5,${n},${n}.25,7`);
    const odd = fc
      .tuple(date, fc.array(cell, { minLength: 4, maxLength: 6 }))
      .map(([d, c]) => [d, ...c].join(','));
    const file = fc.array(fc.oneof({ weight: 3, arbitrary: sound }, odd), {
      minLength: 1,
      maxLength: 25,
    });
    fc.assert(
      fc.property(file, (rows) => {
        const text = [BAR_HEADER, ...rows].join('\n');
        const expected = plainly(text);
        const { columns, badRows } = fileOf(text);
        const good = Array.from({ length: columns.length }, (_, i) =>
          Object.values(barAt(columns, i)),
        );
        expect(good).toEqual(expected.good);
        expect(badRows.map(({ line }) => line)).toEqual(expected.bad);
      }),
      { numRuns: 300 },
    );
  });

  it('never fails on any bytes', () => {
    const noise = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(noise, fc.constantFrom('1d' as const, '5m' as const), (bytes, timeframe) => {
        const { columns, badRowCount } = fileOf(
          Buffer.concat([Buffer.from(`${BAR_HEADER}\n`), bytes]),
          timeframe,
        );
        expect(columns.length).toBe(0);
        expect(badRowCount).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
