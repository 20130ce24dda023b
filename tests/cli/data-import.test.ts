import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataImport } from '../../src/cli/commands/data-import.ts';
import { barsText, type Folder, failureOf, makeFolder } from './data-bars-world.ts';
import { openToOthers } from './homes.ts';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.dispose());

interface ImportData {
  readonly written: readonly Record<string, unknown>[];
  readonly refused: readonly { file: string; message: string; badRows: { line: number }[] }[];
}
const importing = async (path: string, options: Readonly<Record<string, unknown>> = {}) => {
  const outcome = await folder.run(dataImport, [path], { out: 'out', ...options });
  return { ...outcome, data: outcome.data as ImportData };
};
const meta = () => JSON.parse(folder.read('out/meta.json')) as Record<string, unknown>;

const YAHOO = 'Date,Open,High,Low,Close,Adj Close,Volume';
const OURS = barsText('2017-07-03,1,2,1,2,5', '2017-07-05,2,2,2,2,7');

describe('trade-labs data import', () => {
  it('brings a Yahoo file in under the name of its symbol, as split-adjusted', async () => {
    folder.write({ 'AAPL.csv': `${YAHOO}\n2017-07-03,1,2,1,2,1.9,5\n2017-07-05,2,2,2,2,1.9,7\n` });
    const { exit, data } = await importing('AAPL.csv');
    expect(exit).toBe(0);
    expect(folder.read('out/AAPL_1d.csv')).toBe(OURS);
    expect(meta()).toEqual({ adjustment: 'split', source: 'imported from AAPL.csv, yahoo layout' });
    expect(data.written).toEqual([
      {
        symbol: 'AAPL',
        timeframe: '1d',
        name: 'AAPL_1d.csv',
        bars: 2,
        first: '2017-07-03',
        last: '2017-07-05',
        from: 'AAPL.csv',
        layout: 'yahoo',
      },
    ]);
  });

  it('writes for the owner alone, as everything', async () => {
    folder.write({ 'AAPL.csv': `${YAHOO}\n2017-07-03,1,2,1,2,1.9,5\n` });
    await importing('AAPL.csv');
    expect(folder.list('out')).toContain('AAPL_1d.csv');
    expect(openToOthers(join(folder.root, 'out'))).toEqual([]);
  });

  it('takes one file for all symbols apart', async () => {
    const rows = [
      '2017-07-03,1,2,1,2,5,AAPL',
      '2017-07-05,2,2,2,2,7,AAPL',
      '2017-07-03,9,9,9,9,9,BRK.B',
    ];
    folder.write({ 'all.csv': ['date,open,high,low,close,volume,Name', ...rows].join('\r\n') });
    expect((await importing('all.csv', { adjustment: 'split' })).exit).toBe(0);
    expect(folder.list('out')).toEqual(['AAPL_1d.csv', 'BRK.B_1d.csv', 'meta.json']);
    expect(folder.read('out/AAPL_1d.csv')).toBe(OURS);
  });

  it('reads both forms of Stooq', async () => {
    folder.write({
      'in/aapl_us_d.csv':
        'Date,Open,High,Low,Close,Volume\r\n2017-07-03,1,2,1,2,5\r\n2017-07-05,2,2,2,2,7\r\n',
      'in/msft.us.txt':
        '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nMSFT.US,D,20170703,000000,1,2,1,2,5,0\nMSFT.US,D,20170705,000000,2,2,2,2,7,0\n',
    });
    const { exit, warnings } = await importing('in');
    expect(exit).toBe(0);
    expect(folder.read('out/AAPL_1d.csv')).toBe(OURS);
    expect(folder.read('out/MSFT_1d.csv')).toBe(OURS);
    expect(warnings?.join()).toContain('--adjustment');
  });

  it('gives our own layout back byte for byte, with its meta.json and actions.csv', async () => {
    const files = {
      'AAPL_1d.csv': barsText('2017-07-03,1.10,2.000001,1.0,2,5', '2017-07-05,2,2,2,2,7.5'),
      'BRK%2FB_5m.csv': barsText('2022-02-01T09:30:00-05:00,1,2,1,2,5'),
      '%43ON_1d.csv': OURS,
      'actions.csv': 'symbol,exDate,kind,value\nAAPL,2017-07-05,split,2\n',
    };
    const own = { adjustment: 'none', source: 'a desk', membership: 'as of 2018' };
    folder.write({ 'in/meta.json': JSON.stringify(own) });
    folder.write(Object.fromEntries(Object.entries(files).map(([k, v]) => [`in/${k}`, v])));
    expect((await importing('in')).exit).toBe(0);
    for (const [name, text] of Object.entries(files)) expect(folder.read(`out/${name}`)).toBe(text);
    expect(meta()).toEqual(own);
    expect(folder.list('out')).toEqual([...Object.keys(files), 'meta.json'].sort());
  });

  it('refuses a file with a bad row whole, names each, and takes the others', async () => {
    folder.write({
      'in/AAPL.csv': `${YAHOO}\n2017-07-03,1,2,1,2,2,5\n2017-07-04,1,2,1,2,2,5\n2017-07-05,null,null,null,null,null,null\n`,
      'in/MSFT.csv': `${YAHOO}\n2017-07-03,1,2,1,2,2,5\n`,
    });
    const { exit, data, text } = await importing('in');
    expect(exit).toBe(20);
    expect(folder.list('out')).toEqual(['MSFT_1d.csv', 'meta.json']);
    expect(data.refused[0]?.badRows).toMatchObject([
      { file: 'AAPL.csv', line: 3, reason: 'off_calendar' },
      { file: 'AAPL.csv', line: 4, reason: 'not_a_number' },
    ]);
    expect(text).toContain('AAPL.csv:3  off_calendar');
  });

  it('writes nothing at all when nothing is sound', async () => {
    folder.write({
      'all.csv':
        'date,open,high,low,close,volume,Name\n2017-07-03,1,2,1,2,5,AAPL\n2017-07-03,1,2,1,2,5,aapl\n',
    });
    expect((await importing('all.csv')).exit).toBe(20);
    expect(folder.has('out')).toBe(false);
  });

  it('puts no second file of the same bars beside another, which would make both unreadable', async () => {
    folder.write({
      'AAPL.csv': `${YAHOO}\n2017-07-03,1,2,1,2,2,5\n`,
      'out/AAPL_1d.parquet': 'mine',
      'out/meta.json': '{ "adjustment": "split", "source": "before" }',
    });
    for (const options of [{}, { force: true }, { dryRun: true }]) {
      const { exit, data } = await importing('AAPL.csv', options);
      expect([exit, data.refused[0]?.message]).toEqual([
        20,
        expect.stringContaining('AAPL_1d.parquet has the same bars'),
      ]);
    }
    expect(folder.list('out')).toEqual(['AAPL_1d.parquet', 'meta.json']);
  });

  it('never overwrites a file unless told to', async () => {
    folder.write({ 'AAPL.csv': `${YAHOO}\n2017-07-03,1,2,1,2,2,5\n`, 'out/AAPL_1d.csv': 'mine' });
    folder.write({ 'out/meta.json': '{ "adjustment": "split", "source": "before" }' });
    expect((await importing('AAPL.csv')).exit).toBe(20);
    expect(folder.read('out/AAPL_1d.csv')).toBe('mine');
    expect((await importing('AAPL.csv', { force: true })).exit).toBe(0);
    expect(folder.read('out/AAPL_1d.csv')).toBe(barsText('2017-07-03,1,2,1,2,5'));
    expect(meta().source).toBe('before');
    expect(folder.list('out')).toEqual(['AAPL_1d.csv', 'meta.json']);
  });

  it('does not mix prices that are adjusted in different ways', async () => {
    folder.write({ 'AAPL.csv': `${YAHOO}\n2017-07-03,1,2,1,2,2,5\n`, 'out/MSFT_1d.csv': OURS });
    const { exit, data } = await importing('AAPL.csv');
    expect(exit).toBe(20);
    expect(data.refused[0]?.message).toContain('"none"');
    expect(folder.list('out')).toEqual(['MSFT_1d.csv']);
  });

  it('refuses to call Yahoo prices adjusted for dividends', async () => {
    folder.write({ 'AAPL.csv': `${YAHOO}\n2017-07-03,1,2,1,2,1.5,5\n` });
    expect((await importing('AAPL.csv', { adjustment: 'total' })).exit).toBe(20);
  });

  it('shows what it would do and leaves the disk alone', async () => {
    folder.write({ 'AAPL.csv': `${YAHOO}\n2017-07-03,1,2,1,2,2,5\n` });
    const { exit, text, data } = await importing('AAPL.csv', { dryRun: true });
    expect(exit).toBe(0);
    expect(text).toMatch(/^DRY RUN/);
    expect(data.written).toHaveLength(1);
    expect(folder.has('out')).toBe(false);
  });

  it('wants to know the symbol where the name does not say it', async () => {
    folder.write({ 'prices.csv': `${YAHOO}\n2017-07-03,1,2,1,2,2,5\n` });
    const { data } = await importing('prices.csv');
    expect(data.refused[0]?.message).toContain('--symbol');
    expect((await importing('prices.csv', { symbol: 'CON' })).exit).toBe(0);
    expect(folder.list('out')).toEqual(['%43ON_1d.csv', 'meta.json']);
  });

  it.each([
    ['an empty file', '', 'empty'],
    ['a header alone', `${YAHOO}\n`, 'no rows'],
    ['an unknown header', 'a,b,c\n1,2,3\n', 'a,b,c'],
    ['one endless line', 'x'.repeat(300_000), 'longer'],
  ])('refuses %s', async (_, text, reason) => {
    folder.write({ 'AAPL.csv': text });
    const { exit, data } = await importing('AAPL.csv');
    expect(exit).toBe(20);
    expect(data.refused[0]?.message).toContain(reason);
  });

  it('reads rows that fall across the blocks of a large file', async () => {
    const names = Array.from({ length: 4000 }, (_, i) => `S${i}`);
    const rows = names.map((name) => `2017-07-03,1.25,2.25,1.25,2.25,1234567,${name}`);
    folder.write({
      'all.csv': ['date,open,high,low,close,volume,Name', ...rows, '', ''].join('\n'),
    });
    const { data, exit } = await importing('all.csv', { dryRun: true });
    expect(exit).toBe(0);
    expect(data.written.map(({ symbol }) => symbol)).toEqual(names);
  });

  it('says what is missing or wrong on the line', async () => {
    folder.write({ 'in/A.csv': YAHOO, 'in/B.csv': YAHOO, 'empty/notes.md': '' });
    const codeOf = async (path: string, options = {}) =>
      (await failureOf(importing(path, options))).code;
    expect(await codeOf('none.csv')).toBe('INPUT_MISSING');
    expect(await codeOf('empty')).toBe('INPUT_MISSING');
    expect(await codeOf('in', { symbol: 'AAPL' })).toBe('USAGE');
    expect(await codeOf('in', { symbol: 'aapl' })).toBe('SYMBOL_INVALID');
    expect(await codeOf('in', { layout: 'excel' })).toBe('USAGE');
    expect(await codeOf('in', { timeframe: '2d' })).toBe('USAGE');
    expect(await codeOf('in', { adjustment: 'some' })).toBe('USAGE');
    expect(await codeOf('in', { out: undefined })).toBe('USAGE');
  });

  it('says so when the disk refuses', async () => {
    folder.write({ 'AAPL.csv': `${YAHOO}\n2017-07-03,1,2,1,2,2,5\n`, out: 'a file' });
    const failure = await failureOf(importing('AAPL.csv', { out: 'out/below' }));
    expect(failure.code).toBe('CANNOT_WRITE');
  });
});
