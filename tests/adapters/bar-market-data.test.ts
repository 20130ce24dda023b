import { describe, expect, it } from 'vitest';
import { BarMarketData } from '../../src/adapters/recorded/bar-market-data.ts';
import { arrayBarSource, dailyBar } from '../../src/adapters/sim/array-bar-source.ts';
import type { MarketSnapshot } from '../../src/bars/snapshot.ts';
import type { Bar, Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { epochMs, MINUTE_MS } from '../../src/domain/time.ts';
import { sessionOn, sessionsFrom, snapshotOf, sym } from '../pipeline/builders.ts';

const DATE = '2015-03-05';
const TODAY = sessionOn(DATE);

/** Daily bars of DATE and the four sessions before it: closes 10, 11, 12, 13 and then 99. */
const daily = [10, 11, 12, 13, 99].map((close, i) =>
  dailyBar([sessionsFrom(DATE, i - 4).date, close, close + 1, close - 1, close, 1_000]),
);

/** Five-minute bars from the open on: [close, volume], null for a missing one; each opens a dime lower. */
const fives = (date: string, ...bars: readonly (readonly [number, number] | null)[]): Bar[] =>
  bars.flatMap((bar, i) => {
    if (bar === null) return [];
    const [close, volume] = bar;
    const time = sessionOn(date).openAt + i * 5 * MINUTE_MS;
    return [{ time, open: close - 0.1, high: close + 0.1, low: close - 0.2, close, volume }];
  });

const AAA = { daily, sessions: { [DATE]: fives(DATE, [14, 100], [15, 200], [16, 300]) } };
const LATE = { daily, sessions: { [DATE]: fives(DATE, null, [20, 50], [21, 0]) } };
const HALTED = { daily };
const mixed = arrayBarSource({ AAA, HALTED, LATE }, { intraday: '5m' });
const dailyOnly = arrayBarSource({ AAA: { daily } });

const told = (snapshot: MarketSnapshot) => ({
  reference: [...snapshot.reference],
  quoted: snapshot.series.map((_, i) => snapshot.quote(i) !== null),
  pricedToday: snapshot.pricedToday,
  noPrice: snapshot.noPrice,
});

describe('what daily bars show', () => {
  it('at the open: sessions up to yesterday, at their last close', async () => {
    const snapshot = await snapshotOf(dailyOnly, DATE);
    expect(told(snapshot)).toEqual({
      reference: [13],
      quoted: [true],
      pricedToday: false,
      noPrice: null,
    });
    expect(snapshot.visible[0]).toBe(4);
    expect(snapshot.completedOrdinal).toBe(snapshot.sessionOrdinal - 1);
  });

  it('within the session: no price', async () => {
    for (const minutes of [1 / 60_000, 150, 389]) {
      const snapshot = await snapshotOf(dailyOnly, DATE, minutes);
      expect(snapshot.noPrice).toMatch(
        /^no price at \d\d:\d\d ET: daily bars have one at the open/,
      );
      expect(snapshot.pricedToday).toBe(false);
      expect(snapshot.visible[0]).toBe(4);
    }
  });

  it('from the close on: the session itself', async () => {
    const before = await snapshotOf(dailyOnly, DATE, 390 - 1 / 60_000);
    const after = await snapshotOf(dailyOnly, DATE, 390);
    expect([before.visible[0], after.visible[0]]).toEqual([4, 5]);
    expect(told(after)).toMatchObject({ reference: [99], pricedToday: false, noPrice: null });
    expect(after.completedOrdinal).toBe(after.sessionOrdinal);
  });

  it('before the first bar: nothing', async () => {
    const snapshot = await snapshotOf(dailyOnly, '2015-01-05');
    expect([snapshot.visible[0], snapshot.reference[0]]).toEqual([0, Number.NaN]);
    expect(snapshot.quote(0)).toBeNull();
  });
});

describe('what intraday bars show', () => {
  it('at the open: yesterday’s close, as daily bars do', async () => {
    const open = await snapshotOf(mixed, DATE);
    expect(told(open)).toEqual({
      reference: [13, 13, 13],
      quoted: [true, true, true],
      pricedToday: false,
      noPrice: null,
    });
  });

  it('before any bar has ended: no price', async () => {
    const early = await snapshotOf(mixed, DATE, 4.999);
    expect(told(early)).toEqual({
      reference: [13, 13, 13],
      quoted: [false, false, false],
      pricedToday: false,
      noPrice: 'no price at 09:34 ET: no intraday bar of this session has ended by then',
    });
  });

  it('then the last bar that has ended and traded, per symbol', async () => {
    expect(told(await snapshotOf(mixed, DATE, 5))).toEqual({
      reference: [14, 13, 13],
      quoted: [true, false, false],
      pricedToday: true,
      noPrice: null,
    });
    expect((await snapshotOf(mixed, DATE, 9.999)).reference[0]).toBe(14);
    expect(told(await snapshotOf(mixed, DATE, 10))).toMatchObject({
      reference: [15, 13, 20],
      quoted: [true, false, true],
    });
    expect([...(await snapshotOf(mixed, DATE, 200)).reference]).toEqual([16, 13, 20]);
  });

  it('daily bars of completed sessions only, whatever the hour', async () => {
    for (const minutes of [0, 5, 200, 389]) {
      const snapshot = await snapshotOf(mixed, DATE, minutes);
      expect([...snapshot.visible]).toEqual([4, 4, 4]);
    }
  });
});

describe('a modelled quote', () => {
  it('is the last price plus and minus half the spread, stamped at the seal, and says so', async () => {
    const snapshot = await snapshotOf(mixed, DATE, 5, { halfSpreadBps: 50 });
    expect(snapshot.quote(0)).toEqual({
      bid: usd(13.93),
      ask: usd(14.07),
      last: usd(14),
      at: snapshot.asOf,
      kind: 'modelled',
    });
  });
});

describe('what the gap rule sees', () => {
  const opens = async (minutes: number): Promise<number[]> => {
    const snapshot = await snapshotOf(mixed, DATE, minutes, { todayOpen: true });
    return [...(snapshot.todayOpen ?? [])];
  };

  it('is the open of the first bar that traded, once it has ended', async () => {
    expect(await opens(4.999)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(await opens(5)).toEqual([13.9, Number.NaN, Number.NaN]);
    expect(await opens(30)).toEqual([13.9, Number.NaN, 19.9]);
  });

  it('is nothing where it was not asked for', async () => {
    const snapshot = await snapshotOf(mixed, DATE, 5);
    expect([snapshot.todayOpen, snapshot.relativeVolume]).toEqual([null, null]);
  });
});

describe('what the rule of relative volume sees', () => {
  const ago = (n: number): string => sessionsFrom(DATE, -n).date;
  const ratio = async (sessions: Readonly<Record<string, readonly Bar[]>>, minutes: number) => {
    const source = arrayBarSource({ AAA: { daily, sessions } }, { intraday: '5m' });
    return (await snapshotOf(source, DATE, minutes, { relativeVolume: true })).relativeVolume?.[0];
  };
  const volumes = (date: string, ...v: number[]): Bar[] =>
    fives(date, ...v.map((volume) => [10, volume] as const));

  it('is today’s volume so far over the mean of the same minutes before', async () => {
    const sessions = {
      [DATE]: volumes(DATE, 300, 300, 9_000),
      [ago(1)]: volumes(ago(1), 100, 100, 5_000),
      [ago(2)]: volumes(ago(2), 200, 200, 5_000),
    };
    expect(await ratio(sessions, 10)).toBe(600 / 300);
    expect(await ratio(sessions, 14.999)).toBe(600 / 300);
    expect(await ratio(sessions, 15)).toBe(9_600 / 5_300);
  });

  it('looks back on twenty sessions and no further', async () => {
    const sessions = {
      [DATE]: volumes(DATE, 100),
      [ago(20)]: volumes(ago(20), 50),
      [ago(21)]: volumes(ago(21), 5_000_000),
    };
    expect(await ratio(sessions, 5)).toBe(2);
  });

  it('counts earlier sessions in the shares of today where a split lies between', async () => {
    const sessions = {
      [DATE]: volumes(DATE, 1_200),
      [ago(1)]: volumes(ago(1), 1_200),
      [ago(2)]: volumes(ago(2), 300),
    };
    const split = { symbol: sym('AAA'), exDate: ago(1), kind: 'split', value: 4 } as const;
    const symbols = { AAA: { daily, sessions, actions: [split] } };
    const look = async (adjustment: 'none' | 'split') => {
      const source = arrayBarSource(symbols, { intraday: '5m', adjustment });
      return (await snapshotOf(source, DATE, 5, { relativeVolume: true })).relativeVolume?.[0];
    };
    expect(await look('none')).toBe(1);
    // Bars that are adjusted already say so.
    expect(await look('split')).toBe(1_200 / 750);
  });

  it('is undefined without a session to compare with, or a bar of today', async () => {
    expect(await ratio({ [DATE]: volumes(DATE, 100) }, 5)).toBeNaN();
    expect(await ratio({ [ago(1)]: volumes(ago(1), 100) }, 5)).toBeNaN();
  });

  it('counts the whole of an earlier half day once its close has passed', async () => {
    const [day, half] = ['2015-11-30', '2015-11-27'];
    const last = sessionOn(half).closeAt - 30 * MINUTE_MS;
    const bars = [...volumes(half, 100), { ...volumes(half, 40)[0], time: last } as Bar];
    const sessions = { [half]: bars, [day]: volumes(day, 280) };
    const source = arrayBarSource({ AAA: { sessions } }, { intraday: '1h' });
    const look = (minutes: number) => snapshotOf(source, day, minutes, { relativeVolume: true });
    expect((await look(209)).relativeVolume?.[0]).toBe(2.8);
    expect((await look(210)).relativeVolume?.[0]).toBe(2);
  });
});

describe('a snapshot', () => {
  it('holds the symbols asked for, in their order, and says where it is from', async () => {
    const some = await snapshotOf(mixed, DATE, 0, { symbols: [sym('LATE'), sym('AAA')] });
    expect(some.series.map(({ symbol }) => symbol)).toEqual(['AAA', 'LATE']);
    expect([some.label, some.synthetic]).toEqual(['bars in memory', false]);
    expect(some.session).toBe(TODAY);
  });

  it('tells of rows that were taken for no bar', async () => {
    const bad = { symbol: 'AAA' as Symbol, where: 'AAA_1d.csv:7', reason: 'high < low' };
    const source = { ...dailyOnly, badBars: [bad], warnings: ['no meta.json'] };
    const { warnings } = await snapshotOf(source, DATE);
    expect(warnings).toEqual(['no meta.json', 'AAA AAA_1d.csv:7: high < low, taken as no bar']);
  });

  it('computes the indicators of bars once, and again when there are others', async () => {
    const market = new BarMarketData(dailyOnly, { halfSpreadBps: 2 });
    const look = (n: number) => {
      const session = sessionsFrom(DATE, n);
      const asOf = epochMs(session.openAt);
      return market.snapshot({ asOf, session, todayOpen: false, relativeVolume: false });
    };
    const [one, two] = [await look(-1), await look(0)];
    expect(one.series[0]).toBe(two.series[0]);
    expect([one.visible[0], two.visible[0]]).toEqual([3, 4]);
  });
});
