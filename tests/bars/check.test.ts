import { describe, expect, it } from 'vitest';
import { parseBarCsv } from '../../src/adapters/file/bar-csv.ts';
import { BAR_HEADER } from '../../src/bars/bar-file.ts';
import { checkBars } from '../../src/bars/check.ts';
import { nyseGrid } from '../../src/bars/nyse-grid.ts';
import type { Symbol, Timeframe } from '../../src/domain/market.ts';
import { assert } from '../../src/domain/result.ts';
import { dateToUtcMs, sessionDate } from '../../src/domain/time.ts';

function check(rows: readonly string[], timeframe: Timeframe = '1d') {
  const file = `AAPL_${timeframe}.csv`;
  const options = { file, timeframe, grid: nyseGrid() };
  const read = parseBarCsv(Buffer.from([BAR_HEADER, ...rows].join('\n')), options);
  assert(read.ok, 'the file can be read');
  const loaded = { symbol: 'AAPL' as Symbol, timeframe, file, ...read.value };
  const noAtr = new Float64Array(loaded.columns.length).fill(Number.NaN);
  return checkBars(loaded, nyseGrid(), loaded.columns, noAtr);
}
const bar = (time: string, price = 10, volume = 5) =>
  `${time},${price},${price},${price},${price},${volume}`;

describe('checking bars', () => {
  it('finds nothing in bars of every session', () => {
    const found = check([bar('2017-07-03'), bar('2017-07-05'), bar('2017-07-06')]);
    expect(found).toMatchObject({
      bars: 3,
      first: dateToUtcMs(sessionDate('2017-07-03')),
      last: dateToUtcMs(sessionDate('2017-07-06')),
      badRowCount: 0,
      missingSessions: [],
      shortSessions: [],
      suspectJumps: [],
      zeroVolumes: [],
    });
  });

  it('finds the sessions without a row, also drawn together, and no holiday or weekend', () => {
    const found = check([bar('2017-06-30'), bar('2017-07-07'), bar('2017-07-11')]);
    expect(found.missingSessions).toEqual(['2017-07-03', '2017-07-05', '2017-07-06', '2017-07-10']);
    expect(found.missingSpans).toEqual([
      { from: '2017-07-03', to: '2017-07-06', sessions: 3 },
      { from: '2017-07-10', to: '2017-07-10', sessions: 1 },
    ]);
  });

  it('does not call a session missing whose row is bad', () => {
    const found = check([bar('2017-07-03'), bar('2017-07-05', -1), bar('2017-07-06')]);
    expect(found.badRowCount).toBe(1);
    expect(found.missingSessions).toEqual([]);
  });

  it('finds jumps that no ordinary day makes, and bars without volume', () => {
    const found = check([bar('2017-07-03'), bar('2017-07-05', 13), bar('2017-07-06', 13, 0)]);
    const at = (date: string) => dateToUtcMs(sessionDate(date));
    expect(found.suspectJumps).toMatchObject([{ time: at('2017-07-05'), price: 'open' }]);
    expect(found.suspectJumps[0]?.changeFraction).toBeCloseTo(0.3, 12);
    expect(found.zeroVolumes).toEqual([at('2017-07-06')]);
  });

  it('counts the bars of a half day against its own hours', () => {
    const hours = (date: string, starts: readonly string[]) =>
      starts.map((start) => bar(`${date}T${start}:00-05:00`));
    const whole = ['09:30', '10:30', '11:30', '12:30', '13:30', '14:30', '15:30'];
    const found = check(
      [
        ...hours('2022-11-23', whole.slice(1)),
        ...hours('2022-11-25', whole.slice(0, 4)),
        ...hours('2022-11-28', whole),
      ],
      '1h',
    );
    expect(found.shortSessions).toEqual([{ session: '2022-11-23', bars: 6, expected: 7 }]);
    expect(found.missingSessions).toEqual([]);
  });

  it('says of a file without bars that it has none', () => {
    expect(check([])).toMatchObject({ bars: 0, first: null, last: null, missingSessions: [] });
  });
});
