import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTable } from '../../src/cli/table.ts';

const columns = [
  { title: 'symbol' },
  { title: 'side', priority: 2 },
  { title: 'qty', align: 'right' as const },
  { title: 'exit reason', priority: 1 },
];
const rows = [
  ['AAPL', 'long', '40', 'target'],
  ['NVDA', 'long', '1250', 'stop'],
];

describe('a table for people', () => {
  it('has upper-case titles, two-space gaps, right-aligned numbers and no trailing blanks', () => {
    expect(renderTable(columns, rows)).toBe(
      [
        'SYMBOL  SIDE   QTY  EXIT REASON',
        'AAPL    long    40  target',
        'NVDA    long  1250  stop',
      ].join('\n'),
    );
  });

  it('leaves out the column of lowest priority first and says so', () => {
    expect(renderTable(columns, rows, { columns: 20 })).toBe(
      [
        'SYMBOL  SIDE   QTY',
        'AAPL    long    40',
        'NVDA    long  1250',
        '(+1 column: use --wide)',
      ].join('\n'),
    );
  });

  it('never leaves out a column without a priority, however narrow the terminal', () => {
    expect(renderTable(columns, rows, { columns: 3 })).toBe(
      ['SYMBOL   QTY', 'AAPL      40', 'NVDA    1250', '(+2 columns: use --wide)'].join('\n'),
    );
  });

  it('prints the titles of a table without rows', () => {
    expect(renderTable(columns, [])).toBe('SYMBOL  SIDE  QTY  EXIT REASON');
  });

  it('puts every cell in its column, whatever the cells are', () => {
    const cell = fc.stringMatching(/^[!-~]{1,12}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 8 }), (cells) => {
        const titles = [{ title: 'a' }, { title: 'b', align: 'right' as const }, { title: 'c' }];
        const lines = renderTable(titles, cells).split('\n').slice(1);
        expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual(cells);
      }),
    );
  });
});
