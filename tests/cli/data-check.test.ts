import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataCheck } from '../../src/cli/commands/data-check.ts';
import { barsText, type Folder, failureOf, makeFolder } from './data-bars-world.ts';

const META = '{ "adjustment": "none", "source": "test" }';
const BAD = '2017-07-05,10,9,12,10,1';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.dispose());

interface CheckData {
  readonly totals: Readonly<Record<string, number>>;
  readonly files: readonly Record<string, unknown>[];
  readonly refused: readonly unknown[];
}
const check = async (files: Readonly<Record<string, string>>, context = {}) => {
  folder.write(Object.fromEntries(Object.entries(files).map(([k, v]) => [`bars/${k}`, v])));
  const outcome = await folder.run(dataCheck, ['bars'], {}, context);
  return { ...outcome, data: outcome.data as CheckData };
};

describe('trade-labs data check', () => {
  it('ends well on sound bars', async () => {
    const { exit, data, warnings } = await check({
      'meta.json': META,
      'AAPL_1d.csv': barsText('2017-07-03,1,1,1,1,1', '2017-07-05,1,1,1,1,1'),
    });
    expect(exit).toBe(0);
    expect(warnings).toEqual([]);
    expect(data.totals).toEqual({
      files: 1,
      refused: 0,
      bars: 2,
      bad: 0,
      missing: 0,
      short: 0,
      suspect: 0,
      zeroVolume: 0,
    });
  });

  it('names every bad row by file and line and ends with 20', async () => {
    const { exit, text, data } = await check({
      'AAPL_1d.csv': barsText('2017-07-03,1,1,1,1,1', BAD),
      'MSFT_1d.csv': barsText('2017-07-04,1,1,1,1,1'),
    });
    expect(exit).toBe(20);
    expect(text).toContain(`AAPL_1d.csv:3  high_below_low  ${BAD}`);
    expect(text).toContain('MSFT_1d.csv:2  off_calendar');
    expect(data.files.map((file) => file.badRows)).toEqual([
      [{ line: 3, reason: 'high_below_low', text: BAD }],
      [{ line: 2, reason: 'off_calendar', text: '2017-07-04,1,1,1,1,1' }],
    ]);
  });

  it('goes on past a file it cannot take and ends with 20', async () => {
    const { exit, data } = await check({
      'AAPL_1d.csv': '',
      'IBM_1d.csv': 'time,open,low,high,close,volume\n',
      'x_1d.csv': barsText(),
      'MSFT_1d.csv': barsText('2017-07-03,1,1,1,1,1'),
    });
    expect(exit).toBe(20);
    expect(data.refused).toMatchObject([
      { file: 'x_1d.csv', fault: 'bad_name' },
      { file: 'AAPL_1d.csv', fault: 'empty' },
      { file: 'IBM_1d.csv', fault: 'wrong_header' },
    ]);
    expect(data.totals).toMatchObject({ files: 1, refused: 3, bars: 1 });
  });

  it('takes missing sessions and suspect jumps for warnings', async () => {
    const rows = ['2017-07-03,1,1,1,1,1', '2017-07-06,2,2,2,2,0'];
    const { exit, data, text } = await check({ 'AAPL_1d.csv': barsText(...rows) });
    expect(exit).toBe(0);
    expect(data.totals).toMatchObject({ missing: 1, suspect: 1, zeroVolume: 1 });
    expect(data.files[0]).toMatchObject({
      missingSessions: ['2017-07-05'],
      suspectJumps: [{ time: '2017-07-06', price: 'open', changeFraction: 1, limitFraction: 0.2 }],
      zeroVolumes: ['2017-07-06'],
    });
    expect(text).toContain('2017-07-05');
  });

  it('sees no jump where actions.csv names the split', async () => {
    const { data } = await check({
      'meta.json': META,
      'actions.csv': 'symbol,exDate,kind,value\nAAPL,2017-07-05,split,7\n',
      'AAPL_1d.csv': barsText('2017-07-03,700,700,700,700,1', '2017-07-05,101,101,101,101,7'),
    });
    expect(data.totals.suspect).toBe(0);
  });

  it('gives instants of intraday bars in UTC to programs and in New York time to people', async () => {
    const rows = ['2022-02-01T09:30:00-05:00,1,1,1,1,1', '2022-02-01T09:35:00-05:00,1,1,1,1,1'];
    const { data, text } = await check({ 'SPY_5m.csv': barsText(...rows) });
    expect(data.files[0]).toMatchObject({
      first: '2022-02-01T14:30:00.000Z',
      shortSessions: [{ session: '2022-02-01', bars: 2, expected: 78 }],
    });
    expect(text).toContain('2022-02-01T09:30:00-05:00');
  });

  it('tells how far it is on standard error when there are many files', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 120 }, (_, i) => [`S${i}_1d.csv`, barsText('2017-07-03,1,1,1,1,1')]),
    );
    let progress = '';
    await check(files, { stderr: (text: string) => (progress += text) });
    expect(progress).toBe('checked 100 of 120 files\n');
  });

  it('says only the sum when asked to be quiet', async () => {
    const { text } = await check({ 'AAPL_1d.csv': barsText(BAD) }, { quiet: true });
    expect(text.split('\n')).toHaveLength(1);
    expect(text).toContain('1 bad row');
  });

  it('calls a folder without bar files no sound one', async () => {
    folder.write({ 'bars/below/AAPL_1d.csv': barsText('2017-07-03,1,1,1,1,1') });
    const failure = await failureOf(folder.run(dataCheck, ['bars']));
    expect([failure.code, failure.message]).toEqual([
      'INPUT_MISSING',
      expect.stringContaining('holds no bar files'),
    ]);
  });

  it('says that a folder is missing', async () => {
    const failure = await failureOf(folder.run(dataCheck, ['none']));
    expect(failure.code).toBe('INPUT_MISSING');
  });
});
