import { describe, expect, it } from 'vitest';
import {
  arrayBarSource,
  type DailyRow,
  dailyBar,
} from '../../src/adapters/sim/array-bar-source.ts';
import { equalWeight } from '../../src/app/equal-weight.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import type { CorporateAction, Symbol } from '../../src/domain/market.ts';
import { sessionDate } from '../../src/domain/time.ts';

const DATES = ['2015-03-02', '2015-03-03', '2015-03-04', '2015-03-05'].map(sessionDate);
const SESSIONS = sessionsBetween(sessionDate('2015-03-02'), sessionDate('2015-03-05'));
const BEFORE = sessionDate('2015-02-27');

/** Daily bars that close at these prices; undefined is no bar. */
const closing = (...closes: (number | undefined)[]) => ({
  daily: closes.flatMap((close, i) =>
    close === undefined
      ? []
      : [dailyBar([DATES[i] as DailyRow[0], close, close + 1, close - 1, close])],
  ),
});

const values = (
  symbols: Parameters<typeof arrayBarSource>[0],
  options: Parameters<typeof arrayBarSource>[1] = {},
) => {
  const source = arrayBarSource(symbols, options);
  return equalWeight(source, source.symbols, BEFORE, SESSIONS, 1_000).map(({ equity }) => equity);
};

const split = (exDate: string, value: number): CorporateAction => ({
  symbol: 'A' as Symbol,
  exDate: sessionDate(exDate),
  kind: 'split',
  value,
});

describe('equal weight', () => {
  it('puts the same money into each symbol at the first close and leaves it there', () => {
    // A doubles and stays, B halves and comes back: 500 x 2 + 500 x 0.5, then 500 x 2 + 500 x 1.
    const held = values({ A: closing(10, 20, 20, 20), B: closing(8, 4, 8, 8) });
    expect(held).toEqual([1_000, 1_000, 1_250, 1_500, 1_500]);
  });

  it('leaves out what has no bar in the first session, and keeps the last close of what stops', () => {
    const held = values({ A: closing(10, 11, undefined, 12), B: closing(undefined, 5, 50, 500) });
    expect(held).toEqual([1_000, 1_000, 1_100, 1_100, 1_200]);
  });

  it('gets shares by splits and cash by dividends, where the prices do not contain them', () => {
    const dividend: CorporateAction = { ...split('2015-03-04', 0.5), kind: 'dividend' };
    const bars = closing(10, 5, 5, 6);
    const actions = [split('2015-03-03', 2), dividend];
    expect(values({ A: { ...bars, actions } })).toEqual([1_000, 1_000, 1_000, 1_100, 1_300]);
    const whole = values({ A: { ...bars, actions } }, { adjustment: 'total' });
    expect(whole).toEqual([1_000, 1_000, 500, 500, 600]);
  });

  it('is nothing where no symbol has a bar in the first session', () => {
    expect(values({ A: closing(undefined, 5, 6, 7) })).toEqual([]);
  });
});
