import { describe, expect, it } from 'vitest';
import { type Bar, columnsFromBars } from '../../src/domain/market.ts';
import { epochMs, sessionDate } from '../../src/domain/time.ts';
import {
  dollarVolume,
  obv,
  relativeVolume,
  rollingVwap,
  sessionStartIndices,
  vwap,
} from '../../src/indicators/volume.ts';

const bars = (rows: readonly (readonly [close: number, volume: number])[]) =>
  columnsFromBars(
    rows.map(([close, volume], i): Bar => {
      return { time: i, open: close, high: close, low: close, close, volume };
    }),
  );

describe('on-balance volume', () => {
  it('starts with the first volume, adds on rises, subtracts on falls and rests on ties', () => {
    const columns = bars([
      [10, 100],
      [11, 50],
      [11, 70],
      [9, 30],
    ]);
    expect([...obv(columns)]).toEqual([100, 150, 150, 120]);
  });
});

describe('relative volume', () => {
  it('compares a bar with the bars before it, itself not among them', () => {
    const columns = bars([
      [10, 100],
      [10, 300],
      [10, 600],
      [10, 90],
    ]);
    expect([...relativeVolume(columns, 2)]).toEqual([Number.NaN, Number.NaN, 3, 0.2]);
  });

  it('is undefined after bars without volume', () => {
    const columns = bars([
      [10, 0],
      [10, 5],
    ]);
    expect(relativeVolume(columns, 1)[1]).toBeNaN();
  });
});

describe('the volume-weighted average price', () => {
  const columns = bars([
    [10, 100],
    [20, 300],
    [30, 0],
    [40, 100],
  ]);

  it('weighs each typical price by its volume', () => {
    expect([...vwap(columns)]).toEqual([10, 17.5, 17.5, 22]);
  });

  it('starts afresh with each session, and is undefined until something trades in it', () => {
    expect([...vwap(columns, [0, 2])]).toEqual([10, 17.5, Number.NaN, 40]);
  });

  it('looks back over a window when asked to', () => {
    expect([...rollingVwap(columns, 2)]).toEqual([Number.NaN, 17.5, 20, 40]);
  });

  it('refuses session starts that do not ascend within the columns', () => {
    expect(() => vwap(columns, [2, 1])).toThrow(/ascending/);
    expect(() => vwap(columns, [4])).toThrow(/ascending/);
  });
});

describe('the starts of sessions', () => {
  it('are the first bars inside each session that has any', () => {
    const session = (date: string, openAt: number, closeAt: number) => ({
      date: sessionDate(date),
      openAt: epochMs(openAt),
      closeAt: epochMs(closeAt),
      earlyClose: false,
    });
    const sessions = [
      session('2026-03-02', 100, 200),
      session('2026-03-03', 300, 400),
      session('2026-03-04', 500, 600),
      session('2026-03-05', 700, 800),
    ];
    const times = Float64Array.of(50, 110, 150, 450, 500, 599);
    expect(sessionStartIndices(times, sessions)).toEqual([1, 4]);
  });
});

describe('dollar volume', () => {
  it('is close times volume', () => {
    expect([...dollarVolume(bars([[2.5, 4]]))]).toEqual([10]);
  });
});
