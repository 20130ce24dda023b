import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bars } from '../../src/cli/commands/bars.ts';
import { barsText, type Folder, failureOf, makeFolder } from './data-bars-world.ts';
import { run } from './fake-world.ts';
import { inFolder } from './homes.ts';

const DATES = ['2017-06-29', '2017-06-30', '2017-07-03', '2017-07-05', '2017-07-06', '2017-07-07'];
const row = (date: string, close: number, volume = 5) =>
  `${date},${close},${close},${close},${close},${volume}`;
const META = '{ "adjustment": "none", "source": "test" }';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
  folder.write({
    'data/bars/meta.json': META,
    'data/bars/AAPL_1d.csv': barsText(...DATES.map((date, i) => row(date, 10 + i / 10))),
  });
});
afterEach(() => folder.dispose());

const csvOf = async (options: Readonly<Record<string, unknown>>, symbol = 'AAPL') => {
  const { text } = await folder.run(bars, [symbol], { timeframe: '1d', csv: true, ...options });
  return text.trimEnd().split('\n');
};

describe('trade-labs bars', () => {
  it('prints every bar as CSV, with an empty cell where an indicator is not defined', async () => {
    const lines = await csvOf({ with: 'sma3,atr14' });
    expect(lines[0]).toBe('time,open,high,low,close,volume,sma3,atr14');
    expect(lines).toHaveLength(7);
    expect(lines[1]).toBe('2017-06-29,10,10,10,10,5,,');
    expect(lines[3]).toBe('2017-07-03,10.2,10.2,10.2,10.2,5,10.1,');
  });

  it('gives every price back as it was read', async () => {
    const rows = ['2017-07-03,144.8800049,145.300003,143.1,143.5,14277848', row('2017-07-05', 0.1)];
    folder.write({ 'data/bars/MSFT_1d.csv': barsText(...rows) });
    expect(await csvOf({}, 'MSFT')).toEqual(
      barsText(...rows)
        .trimEnd()
        .split('\n'),
    );
  });

  it('computes indicators over the whole history before it cuts the range', async () => {
    const whole = await csvOf({ with: 'sma3' });
    const part = await csvOf({ with: 'sma3', from: '2017-07-03', to: '2017-07-05' });
    expect(part.slice(1)).toEqual(whole.slice(3, 5));
    expect((await csvOf({ with: 'sma3', last: '2' })).slice(1)).toEqual(whole.slice(5));
    expect((await csvOf({ to: '2017-07-04', last: '1' }))[1]).toMatch(/^2017-07-03/);
  });

  it('leaves bars without volume out of the indicators', async () => {
    const closes = [10, 20, 1, 30];
    const rows = closes.map((close, i) => row(DATES[i] ?? '', close, close === 1 ? 0 : 5));
    folder.write({ 'data/bars/MSFT_1d.csv': barsText(...rows) });
    const values = (await csvOf({ with: 'sma2' }, 'MSFT')).slice(1).map((l) => l.split(',')[6]);
    expect(values).toEqual(['', '15', '', '25']);
  });

  it('shows an index, which has no volume at all, with its indicators', async () => {
    const rows = [10, 20].map((close, i) => row(DATES[i] ?? '', close, 0));
    folder.write({ 'data/bars/VIX_1d.csv': barsText(...rows) });
    expect((await csvOf({ with: 'sma2' }, 'VIX'))[2]).toMatch(/,15$/);
  });

  it('adjusts bars before a split that actions.csv names, and says so', async () => {
    folder.write({
      'data/bars/actions.csv': 'symbol,exDate,kind,value\nMSFT,2017-06-30,split,2\n',
      'data/bars/MSFT_1d.csv': barsText(row('2017-06-29', 20), row('2017-06-30', 11)),
    });
    const { text, warnings } = await folder.run(bars, ['MSFT'], { timeframe: '1d', csv: true });
    expect(text).toContain('2017-06-29,10,10,10,10,10\n2017-06-30,11,');
    expect(warnings?.join()).toContain('2017-06-30');
  });

  it('writes intraday times with the offset of New York, and UTC for programs', async () => {
    const rows = ['2022-02-01T09:30:00-05:00,1,1,1,1,1', '2022-03-14T13:30:00Z,1,1,1,1,1'];
    folder.write({ 'data/bars/SPY_5m.csv': barsText(...rows) });
    const lines = await csvOf({ timeframe: '5m' }, 'SPY');
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual([
      '2022-02-01T09:30:00-05:00',
      '2022-03-14T09:30:00-04:00',
    ]);
    const { data } = await folder.run(bars, ['SPY'], { timeframe: '5m' }, { json: true });
    expect(data).toMatchObject({ bars: [{ time: '2022-02-01T14:30:00.000Z' }, {}] });
  });

  it('gives programs numbers, and null where an indicator is not defined', async () => {
    const { data } = await folder.run(
      bars,
      ['AAPL'],
      { timeframe: '1d', with: 'sma2', last: '6' },
      { json: true },
    );
    expect(data).toMatchObject({
      symbol: 'AAPL',
      timeframe: '1d',
      total: 6,
      bars: [{ time: '2017-06-29', close: 10, sma2: null }, { sma2: 10.05 }, {}, {}, {}, {}],
    });
  });

  it('shows the last twenty in a table unless a range is given', async () => {
    const { text } = await folder.run(bars, ['AAPL'], { timeframe: '1d', with: 'sma2', last: '2' });
    expect(text.split('\n')).toEqual([
      'TIME        OPEN  HIGH   LOW  CLOSE  VOLUME     SMA2',
      '2017-07-06  10.4  10.4  10.4   10.4       5  10.3500',
      '2017-07-07  10.5  10.5  10.5   10.5       5  10.4500',
      '',
      'AAPL 1d: 2 of 6 bars',
    ]);
  });

  it('warns of bad rows that were left out', async () => {
    folder.write({ 'data/bars/MSFT_1d.csv': barsText(row('2017-07-04', 1)) });
    const { warnings } = await folder.run(bars, ['MSFT'], { timeframe: '1d' });
    expect(warnings?.join()).toContain('1 bad row');
  });

  it('says which word is wrong, every indicator at once', async () => {
    const fail = (options: Readonly<Record<string, unknown>>, symbol = 'AAPL') =>
      failureOf(folder.run(bars, [symbol], { timeframe: '1d', ...options }));
    expect((await fail({}, '../x')).code).toBe('SYMBOL_INVALID');
    expect((await fail({}, 'MSFT')).code).toBe('INPUT_MISSING');
    expect((await fail({ timeframe: '2d' })).code).toBe('USAGE');
    expect((await fail({ from: '2017-02-30' })).code).toBe('USAGE');
    expect((await fail({ last: '0' })).code).toBe('USAGE');
    const indicators = await fail({ with: 'sma,foo12,atr14' });
    expect(indicators.code).toBe('USAGE');
    expect(indicators.details).toHaveLength(2);
  });

  it('names the folder that the configuration asks for and that is not there', async () => {
    const other = makeFolder();
    const failure = await failureOf(other.run(bars, ['AAPL'], { timeframe: '1d' }));
    other.dispose();
    expect(failure.code).toBe('INPUT_MISSING');
    expect(failure.message).toContain('data/bars');
  });
});

describe('bars of the synthetic market', () => {
  interface Shown {
    readonly warnings: readonly string[];
    readonly data: { readonly bars: readonly { readonly time: string; readonly close: number }[] };
  }
  const shown = (words: string) =>
    inFolder(async (dir) => {
      const ended = await run(['bars', 'LETAVO', ...words.split(' '), '--json'], { cwd: dir });
      expect(ended.exit, ended.stdout).toBe(0);
      return JSON.parse(ended.stdout) as Shown;
    });

  it('end with the last session that has closed, and say that they are invented', async () => {
    const { data, warnings } = await shown('--last 1');
    expect(data.bars.map(({ time }) => time)).toEqual(['2026-03-04']);
    expect(warnings.join()).toContain('SYNTHETIC DATA');
  });

  it('are the same prices in minutes, in quarters of an hour and in days', async () => {
    const day = await shown('--from 2026-03-04 --to 2026-03-04');
    const minutes = await shown('--timeframe 1m --from 2026-03-04 --to 2026-03-04');
    const quarters = await shown('--timeframe 15m --from 2026-03-04 --to 2026-03-04');
    expect(minutes.data.bars).toHaveLength(390);
    expect(quarters.data.bars).toHaveLength(26);
    const close = day.data.bars.at(-1)?.close;
    expect(minutes.data.bars.at(-1)?.close).toBe(close);
    expect(quarters.data.bars.at(-1)?.close).toBe(close);
  });

  it('are refused for a symbol that the market does not have', () =>
    inFolder(async (dir) => {
      const ended = await run(['bars', 'AAPL'], { cwd: dir });
      expect(ended.exit).toBe(2);
      expect(ended.stderr).toContain('--data DIR');
    }));
});
