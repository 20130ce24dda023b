import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseBarCsv, readBarCsv } from '../../src/adapters/file/bar-csv.ts';
import { BAR_HEADER, type BarFile } from '../../src/bars/bar-file.ts';
import { nyseGrid } from '../../src/bars/nyse-grid.ts';
import { barAt, type Timeframe } from '../../src/domain/market.ts';
import { assert } from '../../src/domain/result.ts';
import { dateToUtcMs, sessionDate } from '../../src/domain/time.ts';

const parse = (text: string | Uint8Array, timeframe: Timeframe = '1d') =>
  parseBarCsv(typeof text === 'string' ? Buffer.from(text) : text, {
    file: 'X_1d.csv',
    timeframe,
    grid: nyseGrid(),
  });

function fileOf(text: string | Uint8Array, timeframe: Timeframe = '1d'): BarFile {
  const result = parse(text, timeframe);
  assert(result.ok, 'the file can be read');
  return result.value;
}

const rowsOf = (...rows: readonly string[]) => fileOf([BAR_HEADER, ...rows, ''].join('\n'));
const reasons = ({ badRows }: BarFile) => badRows.map(({ line, reason }) => [line, reason]);
const faultOf = (text: string | Uint8Array) => {
  const result = parse(text);
  return result.ok ? null : result.error.fault;
};

describe('reading a bar file', () => {
  it('gives daily bars the midnight UTC of their date', () => {
    const { columns, badRows } = rowsOf(
      '2017-07-03,10,12.5,9.25,11,1500',
      '2017-07-05,11,11,11,11,0',
    );
    expect(badRows).toEqual([]);
    expect(columns.length).toBe(2);
    expect(barAt(columns, 0)).toEqual({
      time: dateToUtcMs(sessionDate('2017-07-03')),
      open: 10,
      high: 12.5,
      low: 9.25,
      close: 11,
      volume: 1500,
    });
  });

  it('gives intraday bars the instant of their start, whatever the offset it is written with', () => {
    const rows = [
      '2022-02-01T09:30:00-05:00,1,1,1,1,1',
      '2022-02-01T14:35:00Z,1,1,1,1,1',
      '2022-02-01T20:10:00+05:30,1,1,1,1,1',
      '2022-02-01T14:45Z,1,1,1,1,1',
      '2022-02-01T14:50:00.000Z,1,1,1,1,1',
    ];
    const { columns, badRows } = fileOf([BAR_HEADER, ...rows].join('\n'), '5m');
    expect(badRows).toEqual([]);
    const open = Date.UTC(2022, 1, 1, 14, 30);
    expect([...columns.time]).toEqual([0, 1, 2, 3, 4].map((i) => open + i * 300_000));
  });

  it('names each bad row with its line, its reason and its text, and keeps the others', () => {
    const file = rowsOf(
      '2017-07-03,10,12,9,11,1',
      '2017-07-04,10,12,9,11,1',
      '2017-07-05,10,12,9,n/a,1',
      '2017-07-06,10,12,9,11',
      '06.07.2017,10,12,9,11,1',
      '2017-02-30,10,12,9,11,1',
      '2017-07-07,10,12,9,11,1',
      '2017-07-07,10,12,9,11,1',
      '2017-07-06,10,12,9,11,1',
      '2017-07-10,10,12,9,11,-1',
      '',
      '2017-07-11,10,9,12,10,1',
    );
    expect(file.columns.length).toBe(2);
    expect(reasons(file)).toEqual([
      [3, 'off_calendar'],
      [4, 'not_a_number'],
      [5, 'field_count'],
      [6, 'not_a_time'],
      [7, 'not_a_time'],
      [9, 'not_later'],
      [10, 'not_later'],
      [11, 'volume_negative'],
      [12, 'field_count'],
      [13, 'high_below_low'],
    ]);
    expect(file.badRows[1]).toMatchObject({ file: 'X_1d.csv', text: '2017-07-05,10,12,9,n/a,1' });
    expect(file.badRowCount).toBe(10);
  });

  it.each(['2017-:5-01', '201:-05-01', '2018-05-0:', '2018-05-3/', '2018/05/02', '2018-00-10'])(
    'does not take %s for a date, whatever month stood before it',
    (date) => {
      const file = rowsOf('2018-05-01,1,1,1,1,1', `${date},1,1,1,1,1`, '2018-05-03,1,1,1,1,1');
      expect(reasons(file)).toEqual([[3, 'not_a_time']]);
    },
  );

  it('takes a second row for a time as a duplicate, also when the first had a bad price', () => {
    expect(reasons(rowsOf('2017-07-03,1,1,1,0,1', '2017-07-03,1,1,1,1,1'))).toEqual([
      [2, 'price_not_positive'],
      [3, 'not_later'],
    ]);
  });

  it.each(['1e1', '10.', '1.0E+1', '00010', '10.0000000000000000000000'])(
    'reads %s as ten',
    (text) => {
      expect(rowsOf(`2017-07-03,${text},10,10,10,1`).columns.open[0]).toBe(10);
    },
  );

  it.each([
    '+10',
    ' 10',
    '10 ',
    '0x0A',
    '1_0',
    '"10"',
    '1e9999',
    'NaN',
    'Infinity',
    '',
    '１０',
    '1,0',
  ])('does not take %j for a number', (text) => {
    expect(rowsOf(`2017-07-03,${text},10,10,10,1`).badRowCount).toBe(1);
  });

  it('reads every decimal as the double that Number gives', () => {
    const digits = fc.stringMatching(/^[0-9]{1,20}$/);
    const decimal = fc
      .tuple(digits, fc.option(digits), fc.option(fc.integer({ min: -30, max: 30 })))
      .map(([whole, part, power]) =>
        [whole, part === null ? '' : `.${part}`, power === null ? '' : `e${power}`].join(''),
      );
    fc.assert(
      fc.property(decimal, (text) => {
        fc.pre(Number(text) > 0 && Number.isFinite(Number(text)));
        const row = `2017-07-03,${text},${text},${text},${text},${text}`;
        const bar = barAt(rowsOf(row).columns, 0);
        expect([bar.open, bar.close, bar.volume]).toEqual(Array(3).fill(Number(text)));
      }),
      { numRuns: 500 },
    );
  });

  it('accepts a byte order mark, CRLF, a missing last newline and blank lines at the end', () => {
    const plain = `${BAR_HEADER}\n2017-07-03,1,2,1,2,5\n2017-07-05,2,2,2,2,5\n`;
    const expected = fileOf(plain);
    expect(expected.columns.length).toBe(2);
    const crlf = plain.replaceAll('\n', '\r\n');
    for (const text of [
      `\uFEFF${plain}`,
      crlf,
      plain.trimEnd(),
      crlf.trimEnd(),
      `${crlf}\r\n\r\n`,
    ]) {
      expect(fileOf(text)).toEqual(expected);
    }
  });

  it('reads a header alone as no bars', () => {
    expect(fileOf(BAR_HEADER).columns.length).toBe(0);
  });

  it.each([
    ['empty', ''],
    ['empty', '\r\n\n'],
    ['wrong_header', 'time,open,low,high,close,volume\n2017-07-03,1,1,1,1,1\n'],
    ['wrong_header', 'Time,Open,High,Low,Close,Volume\n'],
    ['wrong_header', `${BAR_HEADER},adjusted\n`],
    ['wrong_header', '2017-07-03,1,1,1,1,1\n'],
    ['wrong_encoding', Buffer.from(`\uFEFF${BAR_HEADER}\n`, 'utf16le')],
    ['no_lines', 'x'.repeat(10_000)],
  ])('refuses a file as %s', (fault, text) => {
    expect(faultOf(text)).toBe(fault);
  });

  it('names an endless line inside the file and reads on after it', () => {
    const file = rowsOf('2017-07-03,1,1,1,1,1', 'x'.repeat(100_000), '2017-07-05,1,1,1,1,1');
    expect(reasons(file)).toEqual([[3, 'line_too_long']]);
    expect(file.badRows[0]?.text).toHaveLength(120);
    expect(file.columns.length).toBe(2);
  });

  it('counts each blank line before a row, however many', () => {
    const file = fileOf(`${BAR_HEADER}\n${'\n'.repeat(200_000)}2017-07-03,1,1,1,1,1`);
    expect(file.columns.length).toBe(1);
    expect(file.badRowCount).toBe(200_000);
  });

  it('gives columns that the next file read does not touch', () => {
    const first = rowsOf('2017-07-03,1,1,1,1,1').columns;
    rowsOf('2017-07-05,7,7,7,7,7');
    expect(first.close[0]).toBe(1);
    expect(first.close.length).toBe(1);
  });

  it('reads a file of many rows like one of few', () => {
    const days = Array.from({ length: 30_000 }, (_, i) => `2017-07-03,${i + 1},${i + 1},1,1,1`);
    const file = rowsOf(...days);
    expect(file.columns.length).toBe(1);
    expect(file.badRowCount).toBe(29_999);
  });
});

describe('reading a bar file from disk', () => {
  const dir = mkdtempSync(join(tmpdir(), 'bar-csv-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const read = (name: string) =>
    readBarCsv(join(dir, name), { file: name, timeframe: '1d', grid: nyseGrid() });

  it('gives what the bytes hold, file after file', () => {
    for (const close of [3, 4]) {
      writeFileSync(join(dir, 'A_1d.csv'), `${BAR_HEADER}\n2017-07-03,${close},9,1,${close},1\n`);
      const file = read('A_1d.csv');
      assert(file.ok, 'the file can be read');
      expect(file.value.columns.close[0]).toBe(close);
    }
  });

  it('refuses a gigabyte of one line', () => {
    const handle = openSync(join(dir, 'BIG_1d.csv'), 'w');
    writeSync(handle, 'x');
    ftruncateSync(handle, 1024 ** 3);
    closeSync(handle);
    const file = read('BIG_1d.csv');
    expect(file).toMatchObject({ ok: false, error: { fault: 'too_large' } });
  });

  it('says what is wrong with a path that is no file', () => {
    expect(read('none_1d.csv')).toMatchObject({ ok: false, error: { fault: 'missing' } });
    expect(read('.')).toMatchObject({ ok: false, error: { fault: 'not_a_file' } });
  });
});
