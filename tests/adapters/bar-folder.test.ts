import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, describe, expect, it } from 'vitest';
import { openBarFolder } from '../../src/adapters/file/bar-folder.ts';
import { BAR_HEADER } from '../../src/bars/bar-file.ts';
import { Failure, type FailureCode } from '../../src/domain/failure.ts';
import type { Symbol } from '../../src/domain/market.ts';

const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true });
});

const BARS = `${BAR_HEADER}\n2017-07-03,1,1,1,1,1\n2017-07-05,2,2,2,2,2\n`;
const META = '{ "adjustment": "none", "source": "test" }';

/** A folder with these files, beside an empty one to reach out to. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'bar-folder-'));
  made.push(root);
  const dir = join(root, 'bars');
  mkdirSync(dir);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

async function failureOf(run: () => unknown): Promise<Failure> {
  const error: unknown = await (async () => run())().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

const codeOf = async (run: () => unknown): Promise<FailureCode> => (await failureOf(run)).code;
const symbol = (text: string) => text as Symbol;

describe('a bars folder', () => {
  it('lists its files by symbol and timeframe, whatever the format', () => {
    const dir = folderOf({
      'meta.json': META,
      'MSFT_1d.csv': BARS,
      'BRK%2FB_1d.csv': BARS,
      'AAPL_5m.parquet': '',
      'AAPL_1d.csv': BARS,
      'README.md': 'notes',
      '.AAPL_1d.csv.7.tmp': 'half',
    });
    const folder = openBarFolder(dir);
    expect(folder.entries).toEqual([
      { symbol: 'AAPL', timeframe: '1d', file: 'AAPL_1d.csv' },
      { symbol: 'AAPL', timeframe: '5m', file: 'AAPL_5m.parquet' },
      { symbol: 'BRK/B', timeframe: '1d', file: 'BRK%2FB_1d.csv' },
      { symbol: 'MSFT', timeframe: '1d', file: 'MSFT_1d.csv' },
    ]);
    expect(folder.unreadable).toEqual([]);
    expect(folder.meta).toEqual({ adjustment: 'none', source: 'test' });
    expect(folder.warnings).toEqual([]);
  });

  it('loads the bars of a symbol from either format alike', async () => {
    const dir = folderOf({ 'meta.json': META, 'AAPL_1d.csv': BARS });
    const prices = ['open', 'high', 'low', 'close', 'volume'].map((name) => ({
      name,
      data: [1, 2],
      type: 'DOUBLE' as const,
    }));
    const time = { name: 'time', data: ['2017-07-03', '2017-07-05'], type: 'STRING' as const };
    const parquet = parquetWriteBuffer({ columnData: [time, ...prices] });
    writeFileSync(join(dir, 'MSFT_1d.parquet'), Buffer.from(parquet));
    const folder = openBarFolder(dir);
    const csv = await folder.load(symbol('AAPL'), '1d');
    const other = await folder.load(symbol('MSFT'), '1d');
    expect(csv.columns.length).toBe(2);
    expect(other.columns).toEqual(csv.columns);
    expect([csv.symbol, csv.timeframe, csv.file]).toEqual(['AAPL', '1d', 'AAPL_1d.csv']);
  });

  it('reads an escaped device name and a plain one, and refuses both at once', async () => {
    for (const name of ['%43ON_1d.csv', 'CON_1d.csv']) {
      const { columns } = await openBarFolder(folderOf({ [name]: BARS })).load(symbol('CON'), '1d');
      expect(columns.length).toBe(2);
    }
    const folder = openBarFolder(folderOf({ '%43ON_1d.csv': BARS, 'CON_1d.csv': BARS }));
    expect(folder.entries).toEqual([]);
    expect(folder.unreadable.map(({ fault }) => fault)).toEqual(['ambiguous', 'ambiguous']);
    expect(await codeOf(() => folder.load(symbol('CON'), '1d'))).toBe('DATA_REFUSED');
  });

  it('reports names that hold no symbol and never follows them', () => {
    const dir = folderOf({ '%2E%2E%2Fx_1d.csv': BARS, 'aapl_1d.csv': BARS, 'AAPL_9d.csv': BARS });
    const { entries, unreadable } = openBarFolder(dir);
    expect(entries).toEqual([]);
    expect(unreadable.map(({ fault }) => fault)).toEqual(['bad_name', 'bad_name', 'bad_name']);
  });

  it('follows a link within the folder and refuses one that leaves it', async () => {
    const dir = folderOf({ 'AAPL_1d.csv': BARS });
    writeFileSync(join(dirname(dir), 'outside.csv'), BARS);
    symlinkSync(join(dir, 'AAPL_1d.csv'), join(dir, 'MSFT_1d.csv'));
    symlinkSync('../outside.csv', join(dir, 'SPY_1d.csv'));
    symlinkSync('nowhere.csv', join(dir, 'QQQ_1d.csv'));
    mkdirSync(join(dir, 'IBM_1d.csv'));
    const folder = openBarFolder(dir);
    expect((await folder.load(symbol('MSFT'), '1d')).columns.length).toBe(2);
    expect(folder.unreadable.map(({ file, fault }) => [file, fault])).toEqual([
      ['IBM_1d.csv', 'not_a_file'],
      ['QQQ_1d.csv', 'missing'],
      ['SPY_1d.csv', 'outside_folder'],
    ]);
  });

  it('warns once that prices count as unadjusted when no meta.json says otherwise', () => {
    const { meta, warnings } = openBarFolder(folderOf({ 'AAPL_1d.csv': BARS }));
    expect(meta.adjustment).toBe('none');
    expect(warnings).toHaveLength(1);
  });

  it('lists every problem of a meta.json that is not valid', async () => {
    const dir = folderOf({ 'meta.json': '{ "adjustment": "some", "origin": 1 }' });
    const failure = await failureOf(() => openBarFolder(dir));
    expect(failure.code).toBe('DATA_REFUSED');
    for (const key of ['adjustment', 'source', 'origin']) {
      expect(failure.details.join()).toContain(key);
    }
    expect(await codeOf(() => openBarFolder(folderOf({ 'meta.json': '{' })))).toBe('DATA_REFUSED');
  });

  it('says when the folder, a symbol or a timeframe is missing, and what to do', async () => {
    const dir = folderOf({ 'AAPL_1d.csv': BARS });
    const noFolder = await failureOf(() => openBarFolder(join(dir, 'none')));
    expect(noFolder.code).toBe('INPUT_MISSING');
    expect(noFolder.hint).toBeDefined();
    expect(await codeOf(() => openBarFolder(join(dir, 'AAPL_1d.csv')))).toBe('INPUT_INVALID');
    const folder = openBarFolder(dir);
    expect(await codeOf(() => folder.load(symbol('MSFT'), '1d'))).toBe('INPUT_MISSING');
    const noTimeframe = await failureOf(() => folder.load(symbol('AAPL'), '5m'));
    expect(noTimeframe.details.join()).toContain('1d');
  });

  it('refuses to load a file that is refused as a whole', async () => {
    const folder = openBarFolder(folderOf({ 'AAPL_1d.csv': '' }));
    const failure = await failureOf(() => folder.load(symbol('AAPL'), '1d'));
    expect(failure.code).toBe('DATA_REFUSED');
    expect(failure.message).toContain('AAPL_1d.csv');
  });
});

describe('the actions of a bars folder', () => {
  const HEADER = 'symbol,exDate,kind,value';
  const withActions = (rows: readonly string[], meta = META) =>
    folderOf({ 'meta.json': meta, 'actions.csv': [HEADER, ...rows, ''].join('\n') });

  it('are read by symbol and date', () => {
    const dir = withActions(['MSFT,2018-02-14,dividend,0.42', 'AAPL,2014-06-09,split,7']);
    expect(openBarFolder(dir).actions).toEqual([
      { symbol: 'AAPL', exDate: '2014-06-09', kind: 'split', value: 7 },
      { symbol: 'MSFT', exDate: '2018-02-14', kind: 'dividend', value: 0.42 },
    ]);
  });

  it('are refused with every bad line at once', async () => {
    const failure = await failureOf(() =>
      openBarFolder(
        withActions([
          'AAPL,2014-06-09,split,7',
          'aapl,2014-06-09,split,7',
          'AAPL,2014-06-31,split,7',
          'AAPL,2014-06-10,merger,7',
          'AAPL,2014-06-10,split,0',
          'AAPL,2014-06-10,split,x',
          'AAPL,2014-06-10,split',
          'AAPL,2014-06-09,split,7',
        ]),
      ),
    );
    expect(failure.code).toBe('DATA_REFUSED');
    expect(failure.details.map((line) => line.split(':')[0])).toEqual(
      [3, 4, 5, 6, 7, 8, 9].map((line) => `line ${line}`),
    );
  });

  it('are refused where the prices contain them already', async () => {
    const meta = (adjustment: string) => `{ "adjustment": "${adjustment}", "source": "test" }`;
    const split = ['AAPL,2014-06-09,split,7'];
    const dividend = ['AAPL,2014-08-07,dividend,0.47'];
    const open = (rows: readonly string[], adjustment: string) => () =>
      openBarFolder(withActions(rows, meta(adjustment))).actions;
    expect(await codeOf(open(split, 'split'))).toBe('DATA_REFUSED');
    expect(await codeOf(open(split, 'total'))).toBe('DATA_REFUSED');
    expect(await codeOf(open(dividend, 'total'))).toBe('DATA_REFUSED');
    expect(open(dividend, 'split')()).toHaveLength(1);
    expect(open(split, 'none')()).toHaveLength(1);
  });
});
