import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backAdjust } from '../../src/bars/adjust.ts';
import {
  type BarColumns,
  type CorporateAction,
  columnsFromBars,
  type Symbol,
} from '../../src/domain/market.ts';
import { DAY_MS, dateToUtcMs, sessionDate } from '../../src/domain/time.ts';

const START = dateToUtcMs(sessionDate('2014-06-02'));

/** Bars of consecutive dates at the given closes, one share a dollar. */
const barsAt = (closes: readonly number[]): BarColumns =>
  columnsFromBars(
    closes.map((close, i) => ({
      time: START + i * DAY_MS,
      open: close,
      high: close,
      low: close,
      close,
      volume: 1000,
    })),
  );

const action = (kind: CorporateAction['kind'], dayIndex: number, value: number) => ({
  symbol: 'AAPL' as Symbol,
  exDate: new Date(START + dayIndex * DAY_MS).toISOString().slice(0, 10),
  kind,
  value,
});

describe('back-adjustment', () => {
  it('gives the input itself back when no action touches it', () => {
    const raw = barsAt([10, 11]);
    expect(backAdjust(raw, [])).toEqual({ columns: raw, scale: undefined });
    expect(backAdjust(raw, [action('split', 0, 2)]).columns).toBe(raw);
    expect(backAdjust(raw, [action('split', 0, 2)]).scale).toBeUndefined();
  });

  it('divides the bars before the exDate of a split, and not the bar of that date', () => {
    const { columns, scale } = backAdjust(barsAt([700, 707, 101]), [action('split', 2, 7)]);
    expect([...columns.close]).toEqual([100, 101, 101]);
    expect([...columns.volume]).toEqual([7000, 7000, 1000]);
    expect([...(scale ?? [])]).toEqual([7, 7, 1]);
  });

  it('multiplies the ratios of several splits, in whatever order they are given', () => {
    const splits = [action('split', 1, 2), action('split', 3, 0.25)];
    const raw = barsAt([8, 4, 4, 16]);
    const { columns, scale } = backAdjust(raw, splits);
    expect([...(scale ?? [])]).toEqual([0.5, 0.25, 0.25, 1]);
    expect([...columns.close]).toEqual([16, 16, 16, 16]);
    expect(backAdjust(raw, splits.toReversed())).toEqual({ columns, scale });
  });

  it('takes a dividend off in proportion to the close before it and leaves volumes', () => {
    const { columns } = backAdjust(barsAt([50, 100, 98]), [action('dividend', 2, 2)]);
    expect(columns.close[1]).toBeCloseTo(98, 12);
    expect(columns.close[0]).toBeCloseTo(49, 12);
    expect([...columns.volume]).toEqual([1000, 1000, 1000]);
  });

  it('cannot take off more than the share was worth', () => {
    expect(backAdjust(barsAt([50, 1]), [action('spinoff', 1, 50)]).scale).toBeUndefined();
  });

  it('keeps raw = adjusted x scale, and returns free of the splits after them', () => {
    const closes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 3, maxLength: 20 });
    const splits = fc.array(
      fc.record({ day: fc.nat(20), value: fc.constantFrom(2, 3, 7, 0.1, 1.5) }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(closes, splits, (prices, cuts) => {
        const raw = barsAt(prices);
        const { columns, scale } = backAdjust(
          raw,
          cuts.map(({ day, value }) => action('split', day, value)),
        );
        for (let i = 0; i < raw.length; i++) {
          const back = (columns.close[i] as number) * (scale?.[i] ?? 1);
          expect(back / (raw.close[i] as number)).toBeCloseTo(1, 12);
          const isQuiet = !cuts.some(({ day }) => day === i);
          if (i === 0 || !isQuiet) continue;
          const adjusted = (columns.close[i] as number) / (columns.close[i - 1] as number);
          const own = (raw.close[i] as number) / (raw.close[i - 1] as number);
          expect(adjusted / own).toBeCloseTo(1, 12);
        }
      }),
    );
  });
});
