import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { readBarParquet } from '../../src/adapters/file/bar-parquet.ts';
import type { BarFile } from '../../src/bars/bar-file.ts';
import { nyseGrid } from '../../src/bars/nyse-grid.ts';
import { barAt, type Timeframe } from '../../src/domain/market.ts';
import { assert } from '../../src/domain/result.ts';

const dir = mkdtempSync(join(tmpdir(), 'bar-parquet-'));
afterAll(() => rmSync(dir, { recursive: true }));

const DATES = ['2017-07-03', '2017-07-05', '2017-07-06'];
const MIDNIGHTS = DATES.map((date) => Date.parse(`${date}T00:00:00Z`));
const PRICES: ColumnSource[] = [
  { name: 'open', data: [1, 2, 3], type: 'DOUBLE' },
  { name: 'high', data: [1.5, 2.5, 3.5], type: 'DOUBLE' },
  { name: 'low', data: [0.5, 1.5, 2.5], type: 'DOUBLE' },
  { name: 'close', data: [1.1, 2.2, 3.3], type: 'DOUBLE' },
  { name: 'volume', data: [10n, 20n, 30n], type: 'INT64' },
];

const read = (bytes: ArrayBuffer | string, timeframe: Timeframe = '1d') => {
  const file = 'X_1d.parquet';
  writeFileSync(join(dir, file), typeof bytes === 'string' ? bytes : Buffer.from(bytes));
  return readBarParquet(join(dir, file), { file, timeframe, grid: nyseGrid() });
};

async function fileOf(columnData: ColumnSource[], timeframe: Timeframe = '1d'): Promise<BarFile> {
  const result = await read(parquetWriteBuffer({ columnData }), timeframe);
  assert(result.ok, 'the file can be read');
  return result.value;
}

const times: readonly (readonly [string, ColumnSource])[] = [
  ['text', { name: 'time', data: DATES, type: 'STRING' }],
  ['timestamps', { name: 'time', data: MIDNIGHTS.map((ms) => new Date(ms)), type: 'TIMESTAMP' }],
  ['integers of milliseconds', { name: 'time', data: MIDNIGHTS.map(BigInt), type: 'INT64' }],
];

describe('reading a Parquet bar file', () => {
  it.each(times)('reads times that are %s', async (_, time) => {
    const { columns, badRows } = await fileOf([time, ...PRICES]);
    expect(badRows).toEqual([]);
    expect([...columns.time]).toEqual(MIDNIGHTS);
    expect(barAt(columns, 2)).toEqual({
      time: MIDNIGHTS[2],
      open: 3,
      high: 3.5,
      low: 2.5,
      close: 3.3,
      volume: 30,
    });
  });

  it('takes columns by name, in any order, beside others', async () => {
    const index: ColumnSource = { name: '__index_level_0__', data: [0, 1, 2], type: 'INT32' };
    const time: ColumnSource = { name: 'time', data: DATES, type: 'STRING' };
    const mixed = await fileOf([index, ...PRICES.toReversed(), time]);
    expect(mixed).toEqual(await fileOf([time, ...PRICES]));
  });

  it('reads instants of intraday bars, as text or as timestamps', async () => {
    const starts = [30, 35, 40].map((minute) => Date.UTC(2022, 1, 1, 14, minute));
    const text = ['09:30', '09:35', '09:40'].map((clock) => `2022-02-01T${clock}:00-05:00`);
    for (const time of [
      { name: 'time', data: starts.map((ms) => new Date(ms)), type: 'TIMESTAMP' as const },
      { name: 'time', data: text, type: 'STRING' as const },
    ]) {
      expect([...(await fileOf([time, ...PRICES], '5m')).columns.time]).toEqual(starts);
    }
  });

  it('reads rows of several row groups in their order', async () => {
    const columnData: ColumnSource[] = [{ name: 'time', data: DATES, type: 'STRING' }, ...PRICES];
    const result = await read(parquetWriteBuffer({ columnData, rowGroupSize: 1 }));
    assert(result.ok, 'the file can be read');
    expect([...result.value.columns.close]).toEqual([1.1, 2.2, 3.3]);
  });

  it('names bad rows by their number under the rules of every bar file', async () => {
    const { columns, badRows } = await fileOf([
      { name: 'time', data: ['2017-07-04', '2017-07-05', null], type: 'STRING' },
      { name: 'open', data: [1, 9, 1], type: 'DOUBLE' },
      ...PRICES.slice(1),
    ]);
    expect(columns.length).toBe(0);
    expect(badRows.map(({ line, reason }) => [line, reason])).toEqual([
      [1, 'off_calendar'],
      [2, 'open_outside_range'],
      [3, 'not_a_time'],
    ]);
    expect(badRows[1]?.text).toBe('2017-07-05,9,2.5,1.5,2.2,20');
  });

  it('takes a missing value for a bad row, not for zero', async () => {
    const { badRows } = await fileOf([
      { name: 'time', data: DATES, type: 'STRING' },
      ...PRICES.slice(0, 4),
      { name: 'volume', data: [10n, null, 30n], type: 'INT64' },
    ]);
    expect(badRows.map(({ line, reason }) => [line, reason])).toEqual([[2, 'not_a_number']]);
  });

  it('refuses a daily stamp that is not midnight UTC', async () => {
    const data = MIDNIGHTS.map((ms) => new Date(ms + 5 * 3_600_000));
    const { badRows } = await fileOf([{ name: 'time', data, type: 'TIMESTAMP' }, ...PRICES]);
    expect(badRows.map(({ reason }) => reason)).toEqual(Array(3).fill('not_a_time'));
  });

  it('refuses files it cannot read, with the reason', async () => {
    const faultOf = async (bytes: ArrayBuffer | string) => {
      const result = await read(bytes);
      return result.ok ? null : result.error.fault;
    };
    const whole = parquetWriteBuffer({
      columnData: [{ name: 'time', data: DATES, type: 'STRING' }, ...PRICES],
    });
    expect(await faultOf('')).toBe('empty');
    expect(await faultOf('time,open,high,low,close,volume\n')).toBe('unreadable');
    expect(await faultOf(whole.slice(0, whole.byteLength - 20))).toBe('unreadable');
    expect(await faultOf(parquetWriteBuffer({ columnData: PRICES }))).toBe('wrong_columns');
  });
});
