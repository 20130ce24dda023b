import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBarFolder } from '../../src/adapters/file/bar-folder.ts';
import { barFolderSource } from '../../src/adapters/file/bar-folder-source.ts';
import { nyseGrid } from '../../src/bars/nyse-grid.ts';
import type { BarColumns, Symbol } from '../../src/domain/market.ts';
import type { Session } from '../../src/domain/time.ts';
import { sessionOn, sessionsFrom, sym } from '../pipeline/builders.ts';

const HEADER = 'time,open,high,low,close,volume';
const ROWS = 40;
const LAST: Session = sessionOn('2014-12-31');

let home: string;
let bars: string;
let cache: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'trade-labs-'));
  bars = join(home, 'bars');
  cache = join(home, 'state', 'bars.columns');
  mkdirSync(bars);
  writeFileSync(join(bars, 'meta.json'), '{ "adjustment": "none", "source": "a test" }');
  for (const [i, symbol] of ['AAA', 'BBB', 'CCC'].entries()) write(symbol, 10 + i);
});
afterEach(() => rmSync(home, { recursive: true }));

/** Bars of one price, as a file that was written an hour ago. */
function write(symbol: string, price: number, extra: readonly string[] = []): void {
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const { date } = sessionsFrom('2014-01-02', i);
    return `${date},${price},${price + 1},${price - 1},${price},${1000 + i}`;
  });
  const path = join(bars, `${symbol}_1d.csv`);
  writeFileSync(path, `${[HEADER, ...rows, ...extra].join('\n')}\n`);
  age(path);
}

/** In whole seconds: parts of one are not put back to the last bit. */
function age(path: string, seconds = 3600): void {
  const then = Math.floor(statSync(path).mtimeMs / 1000) - seconds;
  utimesSync(path, then, then);
}

/** What a process reads: bars by symbol, and what it warns of. */
async function read(only?: readonly Symbol[], at = cache) {
  const source = barFolderSource(openBarFolder(bars, nyseGrid(), at), only);
  await source.prepare(LAST, source.symbols);
  const plain = ({ length, ...columns }: BarColumns) => ({
    length,
    ...Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [name, [...column.subarray(0, length)]]),
    ),
  });
  const daily = source.symbols.map((symbol) => [symbol, plain(source.daily(symbol))]);
  return { daily: Object.fromEntries(daily), badBars: source.badBars };
}

/** What it reads where nothing is kept. */
const readAfresh = (only?: readonly Symbol[]) => read(only, join(home, 'no', 'cache'));

/** The kept columns with the last byte of the last column changed by hand: what is read of it would be seen. */
const changeByte = (at: number): void => {
  const content = readFileSync(cache);
  content[at < 0 ? content.length + at : at] = (content.at(at) ?? 0) ^ 1;
  writeFileSync(cache, content);
};

describe('kept bars', () => {
  it('are those of the files, in the process that reads them and in the next one', async () => {
    const first = await read();
    expect(existsSync(cache)).toBe(true);
    expect(first).toEqual(await readAfresh());
    const inode = statSync(cache).ino;
    expect(await read()).toEqual(first);
    expect(statSync(cache).ino).toBe(inode);
  });

  it('stand in for text: a file of the same size and time is not judged again', async () => {
    const before = await read();
    const path = join(bars, 'BBB_1d.csv');
    const { mtimeMs } = statSync(path);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(',11,', ',99,'));
    utimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
    expect(await read()).toEqual(before);
  });

  it('are read again where a file has another time or size', async () => {
    await read();
    write('BBB', 55);
    age(join(bars, 'BBB_1d.csv'), 60);
    const again = await read();
    expect(again).toEqual(await readAfresh());
    expect(again.daily.BBB?.close[0]).toBe(55);
  });

  it('are not trusted of a file that changed just before they were kept', async () => {
    const path = join(bars, 'BBB_1d.csv');
    const now = Math.floor(Date.now() / 1000);
    utimesSync(path, now, now);
    await read();
    utimesSync(cache, now + 1, now + 1);
    const { mtimeMs } = statSync(path);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(',11,', ',12,'));
    utimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
    expect(await read()).toEqual(await readAfresh());
  });

  it.each([
    ['its hash', 0],
    ['its head', 60],
    ['its numbers', -9],
  ])('are ignored and written anew when %s is damaged', async (_, at) => {
    const first = await read();
    changeByte(at);
    const damaged = readFileSync(cache);
    expect(await read()).toEqual(first);
    expect(readFileSync(cache)).not.toEqual(damaged);
    expect(await read()).toEqual(first);
  });

  it.each([0, 1, 31, 32, 40, 200, 2000])(
    'are ignored when only %i bytes are left',
    async (size) => {
      const first = await read();
      writeFileSync(cache, readFileSync(cache).subarray(0, size));
      expect(await read()).toEqual(first);
    },
  );

  it('keep no file with a bad row, which is told each time', async () => {
    write('BBB', 11, ['2014-06-02,1,2,3,4,5']);
    const first = await read();
    expect(first.badBars).toHaveLength(1);
    expect(await read()).toEqual(first);
  });

  it('of some symbols are added to those of others', async () => {
    await read([sym('AAA')]);
    await read([sym('CCC')]);
    const size = statSync(cache).size;
    expect(await read([sym('AAA'), sym('CCC')])).toEqual(
      await readAfresh([sym('AAA'), sym('CCC')]),
    );
    expect(statSync(cache).size).toBe(size);
  });

  it('leave the bars folder alone, and go without where nothing can be written', async () => {
    const names = readdirSync(bars);
    await read();
    expect(readdirSync(bars)).toEqual(names);
    const blocked = join(home, 'blocked');
    writeFileSync(blocked, 'a file where a folder would have to be');
    chmodSync(blocked, 0o400);
    expect(await read(undefined, join(blocked, 'bars.columns'))).toEqual(await readAfresh());
  });
});
