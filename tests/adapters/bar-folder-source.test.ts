import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBarFolder } from '../../src/adapters/file/bar-folder.ts';
import { barFolderSource } from '../../src/adapters/file/bar-folder-source.ts';
import { barAt } from '../../src/domain/market.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { sessionOn, snapshotOf, sym } from '../pipeline/builders.ts';

const HEADER = 'time,open,high,low,close,volume';
const META = '{ "adjustment": "none", "source": "a test" }';

/** A folder of these files, as a source that has been prepared. */
async function folder(
  files: Readonly<Record<string, string>>,
  only?: readonly string[],
): Promise<BarSource> {
  const dir = mkdtempSync(join(tmpdir(), 'trade-labs-bars-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries({ 'meta.json': META, ...files })) {
    writeFileSync(join(dir, name), text);
  }
  const source = barFolderSource(openBarFolder(dir), only?.map(sym));
  await source.prepare(sessionOn('2016-11-25'), source.symbols);
  return source;
}

const csv = (...rows: readonly string[]): string => [HEADER, ...rows, ''].join('\n');
const DAILY = csv('2016-11-22,10,11,9,10.5,1000', '2016-11-23,10.5,12,10,11,2000');
const FIVES = csv(
  '2016-11-22T09:30:00-05:00,10,10.5,9.5,10.2,100',
  '2016-11-22T09:35:00-05:00,10.2,11,10,10.8,200',
  '2016-11-22T09:40:00-05:00,10.8,10.9,10.7,10.8,0',
  '2016-11-22T15:55:00-05:00,10.8,11.5,10.6,11.4,300',
  '2016-11-25T12:55:00-05:00,11.4,11.6,11.3,11.5,400',
);

describe('a bars folder', () => {
  it('of daily bars ranks by them and has nothing finer', async () => {
    const source = await folder({ 'BBB_1d.csv': DAILY, 'AAA_1d.csv': DAILY });
    expect(source.symbols).toEqual(['AAA', 'BBB']);
    expect([source.intraday, source.adjustment, source.synthetic]).toEqual([null, 'none', false]);
    expect(source.daily(sym('AAA')).length).toBe(2);
    expect(source.session(sym('AAA'), sessionDate('2016-11-22'))).toBeNull();
    expect(source.warnings).toEqual([]);
    expect(source.label).toMatch(/^bars in /);
  });

  it('of intraday bars gets daily ones made of what traded, and says so', async () => {
    const source = await folder({ 'AAA_5m.csv': FIVES });
    const daily = source.daily(sym('AAA'));
    const bars = Array.from({ length: daily.length }, (_, i) => barAt(daily, i));
    expect(bars).toEqual([
      { time: Date.UTC(2016, 10, 22), open: 10, high: 11.5, low: 9.5, close: 11.4, volume: 600 },
      { time: Date.UTC(2016, 10, 25), open: 11.4, high: 11.6, low: 11.3, close: 11.5, volume: 400 },
    ]);
    expect(source.intraday).toBe('5m');
    expect(source.session(sym('AAA'), sessionDate('2016-11-22'))?.length).toBe(4);
    expect(source.session(sym('AAA'), sessionDate('2016-11-23'))).toBeNull();
    expect(source.session(sym('AAA'), sessionDate('2016-11-24'))).toBeNull();
    expect(source.warnings).toEqual([
      'daily bars are made from intraday ones, without auctions, of 1 symbol: AAA',
    ]);
    const { warnings } = await snapshotOf(source, '2016-11-25');
    expect(warnings).toEqual(source.warnings);
  });

  it('of both ranks by the daily bars and executes by the finest', async () => {
    const quarters = csv(
      '2016-11-22T09:30:00-05:00,10,10.5,9.5,10.2,100',
      '2016-11-25T12:45:00-05:00,11.4,11.6,11.3,11.5,400',
    );
    const files = { 'AAA_1d.csv': DAILY, 'AAA_5m.csv': FIVES, 'AAA_15m.csv': quarters };
    const source = await folder({ ...files, 'BBB_1d.csv': DAILY, 'CCC_15m.csv': quarters });
    expect(source.intraday).toBe('5m');
    expect(source.daily(sym('AAA')).close[0]).toBe(10.5);
    expect(source.session(sym('CCC'), sessionDate('2016-11-22'))).toBeNull();
    expect(source.daily(sym('CCC')).length).toBe(2);
    expect(source.warnings).toEqual([
      '15m bars of 1 symbol are not used: 5m bars execute',
      'no 5m bars of 2 symbols, entered at the open only: BBB, CCC',
      'daily bars are made from intraday ones, without auctions, of 1 symbol: CCC',
    ]);
  });

  it('names twenty symbols and counts the others', async () => {
    const names = Array.from({ length: 21 }, (_, i) => `A${String.fromCodePoint(65 + i)}`);
    const source = await folder(Object.fromEntries(names.map((name) => [`${name}_5m.csv`, FIVES])));
    expect(source.warnings).toHaveLength(1);
    expect(source.warnings[0]).toMatch(/, of 21 symbols: AA, AB, .+, AT, \.\.\.$/);
  });

  it('counts a symbol once that was read before a file was refused, and again after it was mended', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'trade-labs-bars-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    writeFileSync(join(dir, 'meta.json'), META);
    writeFileSync(join(dir, 'AAA_5m.csv'), 'no header of bars\n1,2,3\n');
    writeFileSync(join(dir, 'BBB_5m.csv'), FIVES);
    const source = barFolderSource(openBarFolder(dir));
    const prepare = () => source.prepare(sessionOn('2016-11-25'), source.symbols);
    await expect(prepare()).rejects.toMatchObject({ code: 'DATA_REFUSED' });
    writeFileSync(join(dir, 'AAA_5m.csv'), FIVES);
    await prepare();
    expect(source.warnings).toEqual([
      'daily bars are made from intraday ones, without auctions, of 2 symbols: AAA, BBB',
    ]);
  });

  it('gives the symbols that are wanted, and reads no other file', async () => {
    const files = { 'AAA_1d.csv': DAILY, 'BBB_1d.csv': DAILY, 'CCC_1m.csv': FIVES };
    const source = await folder(files, ['BBB']);
    expect([source.symbols, source.intraday]).toEqual([['BBB'], null]);
    await expect(folder(files, ['ZZZ'])).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('takes a bad row for an absent session of its symbol, and lists it', async () => {
    const bad = csv('2016-11-22,10,9,11,10,1', '2016-11-23,10,11,9,10,5', '2016-11-24,1,1,1,1,1');
    const source = await folder({ 'AAA_1d.csv': bad, 'BBB_1d.csv': DAILY });
    expect([source.daily(sym('AAA')).length, source.daily(sym('BBB')).length]).toEqual([1, 2]);
    expect(source.badBars.map(({ symbol, where }) => `${symbol} ${where}`)).toEqual([
      'AAA AAA_1d.csv:2',
      'AAA AAA_1d.csv:4',
    ]);
    const { warnings } = await snapshotOf(source, '2016-11-25');
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^AAA AAA_1d.csv:2: .+, taken as no bar$/);
  });

  it('lists twenty bad rows of a file and counts the others', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `2016-11-${i + 1},0,0,0,0,0`);
    const source = await folder({ 'AAA_1d.csv': csv(...rows), 'BBB_1d.csv': DAILY });
    expect(source.badBars).toHaveLength(20);
    expect(source.warnings).toEqual(['AAA_1d.csv: 30 bad rows, the first 20 listed']);
  });

  it('with a file that cannot be read as a whole is refused, each time it is asked', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'trade-labs-bars-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    writeFileSync(join(dir, 'AAA_1d.csv'), 'a,b,c\n1,2,3\n');
    writeFileSync(join(dir, 'BBB_1d.csv'), DAILY);
    const source = barFolderSource(openBarFolder(dir));
    for (let i = 0; i < 2; i++) {
      const prepared = source.prepare(sessionOn('2016-11-25'), []);
      await expect(prepared).rejects.toMatchObject({ code: 'DATA_REFUSED' });
    }
  });

  it('gives each symbol its actions', async () => {
    const actions =
      'symbol,exDate,kind,value\nAAA,2016-11-23,split,2\nBBB,2016-11-22,dividend,0.5\n';
    const files = { 'AAA_1d.csv': DAILY, 'BBB_1d.csv': DAILY, 'actions.csv': actions };
    const source = await folder(files);
    expect(source.actions(sym('AAA'))).toEqual([
      { symbol: 'AAA', exDate: '2016-11-23', kind: 'split', value: 2 },
    ]);
    expect(source.actions(sym('BBB'))).toHaveLength(1);
  });
});
