import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArraySymbol } from '../../src/adapters/sim/array-bar-source.ts';
import type { Bar } from '../../src/domain/market.ts';
import { dateToUtcMs } from '../../src/domain/time.ts';
import { decide } from '../../src/pipeline/decide.ts';
import { ramp, weightedScore } from '../../src/pipeline/points.ts';
import {
  FLAT,
  momentumDesk,
  plainDesk,
  position,
  sessionOn,
  sessionsFrom,
  settingsWith,
  snapshotOf,
  sourceOf,
  sym,
  wander,
  wanderers,
  working,
} from './builders.ts';

const DATE = '2014-12-01';
const RULES = settingsWith({ scan: { minActivityUsd: 0 } });
const feature = (lo: number, hi: number, inverted = false, weight = 1) => {
  return { name: 'a', weight, lo, hi, inverted };
};

describe('a ramp', () => {
  it.each([
    [-0.1, 0],
    [0, 0],
    [0.1, 0.25],
    [0.4, 1],
    [7, 1],
    [Number.NEGATIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NaN, Number.NaN],
  ])('takes 0..0.4 to 0..1: %f gives %f, and its rest when turned round', (value, expected) => {
    expect(ramp(value, feature(0, 0.4))).toBe(expected);
    expect(ramp(value, feature(0, 0.4, true))).toBe(1 - expected);
  });

  it('has one zero only', () => {
    expect(Object.is(ramp(-0, feature(0, 1)), 0)).toBe(true);
  });
});

describe('a score', () => {
  it('is a hundred times the weighted mean, to two decimals, half to even', () => {
    const features = [feature(0, 1, false, 3), feature(0, 1, false, 1)];
    expect(weightedScore([1, 1], features)).toBe(100);
    expect(weightedScore([0, 0], features)).toBe(0);
    expect(weightedScore([0.5, 0.25], features)).toBe(43.75);
    expect(weightedScore([1 / 3, 2 / 3], features)).toBe(41.67);
    expect(weightedScore([0.000_25], [feature(0, 1)])).toBe(0.02);
    expect(weightedScore([0.000_75], [feature(0, 1)])).toBe(0.08);
    expect(weightedScore([0.5, Number.NaN], features)).toBeNaN();
  });

  it('lies between 0 and 100 and has two decimals', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(unit, unit), { minLength: 1, maxLength: 6 }), (parts) => {
        fc.pre(parts.some(([, weight]) => weight > 1e-6));
        const value = weightedScore(
          parts.map(([component]) => component),
          parts.map(([, weight]) => feature(0, 1, false, weight)),
        );
        expect(value >= 0 && value <= 100).toBe(true);
        expect(Math.round(value * 100) / 100).toBe(value);
      }),
    );
  });
});

describe('the ranking', () => {
  const decideOn = async (symbols: Readonly<Record<string, ArraySymbol>>, desk = momentumDesk()) =>
    decide(await snapshotOf(sourceOf(symbols), DATE), FLAT, RULES, desk, 5);

  it('is by score, then activity, then symbol', async () => {
    const rising = (closes: readonly number[], volume: number): Bar[] =>
      closes.map((close, i) => {
        const time = dateToUtcMs(sessionsFrom(DATE, i - closes.length).date);
        return { time, open: close, high: close + 1, low: close - 1, close, volume };
      });
    const even = Array<number>(30).fill(50);
    const last = (close: number) => [...even.slice(1), close];
    const market = {
      A: { daily: rising(even, 1e6) },
      B: { daily: rising(even, 1e6) },
      C: { daily: rising(even, 2e6) },
      D: { daily: rising(last(51), 5e5) },
    };
    const { candidates } = await decideOn(market, plainDesk());
    expect(candidates.map(({ row }) => row.symbol)).toEqual(['D', 'C', 'A', 'B']);
    expect(candidates.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    expect(candidates.map(({ row }) => row.scanRank)).toEqual([4, 1, 2, 3]);
  });

  it('gives each symbol the score it has alone', async () => {
    const market = wanderers(12);
    const together = await decideOn(market);
    expect(together.counts.scored).toBeGreaterThan(3);
    for (const row of together.table.rows) {
      const alone = await decideOn({ [row.symbol]: market[row.symbol] ?? {} });
      const { score, components, ineligible, activity } = alone.table.rows[0] ?? {};
      expect({ score, components, ineligible, activity }).toEqual({
        score: row.score,
        components: row.components,
        ineligible: row.ineligible,
        activity: row.activity,
      });
    }
  });
});

describe('a row of the scan that may not be entered', () => {
  const market = wanderers(8, { drift: 0.002, range: 0.02 });
  const reasonsFor = async (
    state: Partial<typeof FLAT>,
    scan: object = {},
  ): Promise<Readonly<Record<string, string | null>>> => {
    const snapshot = await snapshotOf(sourceOf(market), DATE);
    const rules = settingsWith({ scan: { minActivityUsd: 0, ...scan } });
    const { table, counts } = decide(snapshot, { ...FLAT, ...state }, rules, plainDesk(), 3);
    expect(counts.found).toBe(8);
    return Object.fromEntries(
      table.rows.flatMap(({ symbol, ineligible }) =>
        ineligible === null ? [] : [[symbol, ineligible]],
      ),
    );
  };

  it('is held, working, unknown or cooling down, which wins over the lists', async () => {
    const state = {
      positions: [position('A01')],
      working: [working('A02'), working('A03', { unknown: true })],
      coolingDown: [sym('A01'), sym('A02'), sym('A04')],
    };
    expect(await reasonsFor(state, { deny: ['A01', 'A04', 'A05'] })).toEqual({
      A01: 'held',
      A02: 'working',
      A03: 'order_unknown',
      A04: 'cooling_down',
      A05: 'deny_list',
    });
  });

  it('is off the allow list, where there is one', async () => {
    expect(await reasonsFor({}, { allow: ['A00', 'A01', 'A02'] })).toEqual(
      Object.fromEntries(['A03', 'A04', 'A05', 'A06', 'A07'].map((s) => [s, 'not_on_allow_list'])),
    );
    expect(await reasonsFor({}, { allow: ['A00'], deny: ['A00'] })).toMatchObject({
      A00: 'deny_list',
      A01: 'not_on_allow_list',
    });
    expect(await reasonsFor({})).toEqual({});
  });

  it('leaves its place in the cut empty', async () => {
    const all = await snapshotOf(sourceOf(market), DATE);
    const rules = settingsWith({ scan: { minActivityUsd: 0, rows: 4 } });
    const free = decide(all, FLAT, rules, plainDesk(), 9);
    const [first] = free.table.rows;
    const state = { ...FLAT, coolingDown: [first?.symbol ?? sym('')] };
    const barred = decide(all, state, rules, plainDesk(), 9);
    expect(barred.table.rows.map(({ symbol }) => symbol)).toEqual(
      free.table.rows.map(({ symbol }) => symbol),
    );
    expect([free.counts.scored, barred.counts.scored]).toEqual([4, 3]);
    expect(barred.table.tableHash).toBe(free.table.tableHash);
  });
});

describe('an abnormal bar', () => {
  const JUMP = '2014-09-02';
  const jumped = (by: number, at: 'open' | 'close' = 'close'): Bar[] => {
    const time = dateToUtcMs(sessionOn(JUMP).date);
    let factor = 1;
    return wander(5, { from: '2014-01-02', bars: 300, drift: 0.001, range: 0.02 }).map((bar) => {
      const before = factor;
      if (bar.time >= time) factor = by;
      const open = bar.open * (bar.time === time && at === 'close' ? before : factor);
      const close = bar.close * factor;
      const high = Math.max(bar.high * factor, open, close);
      return { ...bar, open, close, high, low: Math.min(bar.low * before, open, close) };
    });
  };
  const reasonAfter = async (daily: Bar[], sessions: number): Promise<string | null> => {
    const date = sessionsFrom(JUMP, sessions).date;
    const snapshot = await snapshotOf(sourceOf({ A: { daily } }), date);
    const { table } = decide(snapshot, FLAT, RULES, plainDesk(), 1);
    return table.rows[0]?.ineligible ?? null;
  };

  it.each([0.7, 1.4])('quarantines for the 20 sessions after it, by %f', async (by) => {
    expect(await reasonAfter(jumped(by), 0)).toBeNull();
    expect(await reasonAfter(jumped(by), 1)).toBe('quarantined');
    expect(await reasonAfter(jumped(by), 20)).toBe('quarantined');
    expect(await reasonAfter(jumped(by), 21)).toBeNull();
  });

  it('counts sessions of the calendar, not bars of the symbol', async () => {
    const daily = jumped(0.7);
    const day = (n: number) => dateToUtcMs(sessionsFrom(JUMP, n).date);
    const halted = daily.filter(({ time }) => time <= day(0) || time >= day(15));
    expect(await reasonAfter(halted, 16)).toBe('quarantined');
    expect(await reasonAfter(halted, 21)).toBeNull();
  });

  it('may be a gap at the open that the close takes back', async () => {
    const time = dateToUtcMs(sessionOn(JUMP).date);
    const spike = jumped(1).map((bar) => {
      return bar.time === time ? { ...bar, open: bar.open * 1.5, high: bar.high * 1.6 } : bar;
    });
    expect(await reasonAfter(spike, 1)).toBe('quarantined');
  });

  it('is no ordinary bar: a fifth alone is not yet abnormal', async () => {
    expect(await reasonAfter(jumped(0.85), 1)).toBeNull();
  });
});
