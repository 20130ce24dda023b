import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SymbolSeries } from '../../src/bars/series.ts';
import { SessionColumns } from '../../src/bars/session-columns.ts';
import { type CorporateAction, columnsFromBars, type Symbol } from '../../src/domain/market.ts';
import { DAY_MS, dateToUtcMs, sessionDate } from '../../src/domain/time.ts';

const DAYS = 400;
const START = dateToUtcMs(sessionDate('2014-06-02'));
const SYMBOL = 'AAPL' as Symbol;

const RAW = columnsFromBars(
  Array.from({ length: DAYS }, (_, i) => {
    const close = 100 + ((i * 7) % 13);
    const time = START + i * DAY_MS;
    return { time, open: close - 1, high: close + 2, low: close - 2, close, volume: 1_000 + i };
  }),
);
/** Every day is a session here, so that its number is that of its bar. */
const SESSIONS = new SessionColumns({ ordinalOfTime: (time) => (time - START) / DAY_MS });

const splitOn = (day: number): CorporateAction => ({
  symbol: SYMBOL,
  exDate: new Date(START + day * DAY_MS).toISOString().slice(0, 10),
  kind: 'split',
  value: 2,
});

const seriesOf = (days: readonly number[], isForward: boolean): SymbolSeries =>
  new SymbolSeries(SYMBOL, 'UNKNOWN', RAW, SESSIONS, days.map(splitOn), isForward);

const eraOf = (series: SymbolSeries, ordinal: number) => {
  const { columns, ordinals, indicators } = series.eraAt(ordinal);
  const { time, open, high, low, close, volume } = columns;
  const atr = indicators.get('atr14');
  return [time, open, high, low, close, volume, ordinals, atr].map((one) => [...one]);
};

const day = fc.integer({ min: 1, max: DAYS - 1 });

describe('a series that is passed through once', () => {
  it('shows at every session what one that keeps everything shows, also where it is asked to go back', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(day, { maxLength: 6 }),
        fc.array(day, { maxLength: 8 }),
        (at, asked) => {
          const [forward, keeping] = [seriesOf(at, true), seriesOf(at, false)];
          for (const ordinal of [...asked.toSorted((a, b) => a - b), ...asked]) {
            expect(eraOf(forward, ordinal)).toEqual(eraOf(keeping, ordinal));
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('lets go of eras that are long over, and of none that scans may still look at', () => {
    const series = seriesOf([100, 110, 300], true);
    const [first, second] = [series.eraAt(99), series.eraAt(105)];
    series.eraAt(120);
    expect(series.eraAt(99)).toBe(first);
    expect(series.eraAt(105)).toBe(second);
    series.eraAt(163);
    expect(series.eraAt(99)).toBe(first);
    series.eraAt(300);
    expect(series.eraAt(99)).not.toBe(first);
    const ended = seriesOf([100], true);
    const before = ended.eraAt(99);
    ended.eraAt(172);
    expect(ended.eraAt(99)).toBe(before);
    ended.eraAt(173);
    expect(ended.eraAt(99)).not.toBe(before);
    const keeping = seriesOf([100, 300], false);
    const kept = keeping.eraAt(99);
    keeping.eraAt(300);
    expect(keeping.eraAt(99)).toBe(kept);
  });
});
