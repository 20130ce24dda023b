import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SymbolSeries } from '../../src/bars/series.ts';
import { SessionColumns } from '../../src/bars/session-columns.ts';
import { ordinalOf } from '../../src/calendar/nyse.ts';
import { columnsFromBars } from '../../src/domain/market.ts';
import { utcMsToDate } from '../../src/domain/time.ts';
import { makeView } from '../../src/strategy/view.ts';
import { plainStrategy, sym, wander } from '../pipeline/builders.ts';

const BARS = wander(3, { from: '2014-01-02', bars: 60 });
const sessions = new SessionColumns({ ordinalOfTime: (time) => ordinalOf(utcMsToDate(time)) });
const series = new SymbolSeries(sym('AAA'), 'UNKNOWN', columnsFromBars(BARS), sessions);
const era = series.eraAt(1_000_000);
const cursorAt = (visible: number) => {
  const cursor = makeView(plainStrategy(), { n: 5 }, sym('AAA'), era);
  cursor.moveTo(visible, null);
  return cursor;
};

describe('a view', () => {
  it('counts back from the last completed bar', () => {
    const { view } = cursorAt(40);
    expect(view.bars()).toBe(40);
    expect([view.open(), view.high(), view.low(), view.close(), view.volume()]).toEqual([
      BARS[39]?.open,
      BARS[39]?.high,
      BARS[39]?.low,
      BARS[39]?.close,
      BARS[39]?.volume,
    ]);
    expect(view.close(39)).toBe(BARS[0]?.close);
    expect(view.inputs.atr?.(0)).toBe(era.indicators.get('atr14')[39]);
    expect(view.inputs.atr?.(30)).toBeNaN();
  });

  it('gives no value of a bar it does not show, whatever it is asked for', () => {
    const odd = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.string(),
      fc.constantFrom<unknown>(null, undefined, [-1], {}, true, '-1', Number.NaN, -0),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), odd, (visible, ago) => {
        const { view } = cursorAt(visible);
        const shown: number[] = BARS.slice(0, visible).map(({ close }) => close);
        const seen = view.close(ago as number);
        expect(Number.isNaN(seen) || shown.includes(seen)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is not fooled by a number that changes while it is read', () => {
    const { view } = cursorAt(30);
    const answers = [-20, 0, -20, 0];
    const shifty = { valueOf: () => answers.shift() ?? 0 };
    expect(view.close(shifty as unknown as number)).toBeNaN();
    for (const ago of [-1, -0.5, -30]) expect(view.close(ago)).toBeNaN();
  });

  it('cannot be written to', () => {
    const { view } = cursorAt(30);
    const writable = view as unknown as Record<string, unknown>;
    for (const key of ['symbol', 'params', 'held', 'bars', 'close', 'inputs', 'own']) {
      expect(() => (writable[key] = 1)).toThrow(TypeError);
    }
    expect(() => Object.assign(view.inputs, { atr: () => 1 })).toThrow(TypeError);
    expect(() => Object.assign(view.close, { kept: 1 })).toThrow(TypeError);
  });

  it('shows nothing once its decision is over', () => {
    const { view, close } = cursorAt(30);
    const kept = { close: view.close, atr: view.inputs.atr };
    close();
    expect([view.bars(), kept.close(0), kept.close(5), kept.atr?.(0)]).toEqual([
      0,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(view.held).toBeNull();
  });
});
