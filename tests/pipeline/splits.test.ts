import { describe, expect, it } from 'vitest';
import type { ArraySymbol } from '../../src/adapters/sim/array-bar-source.ts';
import type { Bar, CorporateAction } from '../../src/domain/market.ts';
import { dateToUtcMs, utcMsToDate } from '../../src/domain/time.ts';
import { type Decision, decide } from '../../src/pipeline/decide.ts';
import { eraOf } from '../../src/pipeline/scan.ts';
import {
  FLAT,
  momentumDesk,
  plainDesk,
  sessionOn,
  sessionsFrom,
  settingsWith,
  snapshotOf,
  sourceOf,
  sym,
  wander,
  wanderers,
} from './builders.ts';

const EX = '2014-12-01';
const RULES = settingsWith({ scan: { minActivityUsd: 0 } });
const split = (symbol: string, value: number, exDate = EX): CorporateAction => {
  return { symbol: sym(symbol), exDate, kind: 'split', value };
};

/** Prices in whole dollars, so that a split by 4 changes nothing but the scale. */
const calm = wander(11, { from: '2014-01-02', bars: 300, price: 400, drift: 0.002 }).map((bar) => {
  const whole = (price: number): number => Math.round(price);
  const [open, close] = [whole(bar.open), whole(bar.close)];
  const high = Math.max(open, close, whole(bar.high));
  return { ...bar, open, close, high, low: Math.min(open, close, whole(bar.low)) };
});

const scaled = (bars: readonly Bar[], ratio: number, from = 0, until = Infinity): Bar[] =>
  bars.map((bar) =>
    bar.time < from || bar.time >= until
      ? bar
      : {
          time: bar.time,
          open: bar.open / ratio,
          high: bar.high / ratio,
          low: bar.low / ratio,
          close: bar.close / ratio,
          volume: bar.volume * ratio,
        },
  );

const AT = dateToUtcMs(sessionOn(EX).date);
/** As traded: four new shares for one from EX on. */
const RAW: ArraySymbol = { daily: scaled(calm, 4, AT), actions: [split('A', 4)] };
/** As a vendor would restate it: in the prices of before, and of after. */
const BEFORE: ArraySymbol = { daily: calm };
const AFTER: ArraySymbol = { daily: scaled(calm, 4) };

async function decideOn(one: ArraySymbol, sessions: number): Promise<Decision> {
  const source = sourceOf({ ...wanderers(10), A: one });
  const snapshot = await snapshotOf(source, sessionsFrom(EX, sessions).date);
  return decide(snapshot, FLAT, RULES, momentumDesk(), 20);
}

const orders = ({ candidates, table, signalHash }: Decision) => ({
  rows: table.rows,
  orders: candidates.map(({ row, intent, verdict }) => ({ row, intent, verdict })),
  signalHash,
});

describe('a symbol with a split', () => {
  it.each([-30, -5, -1])('decides %i sessions from it as in the prices of before', async (at) => {
    const decision = await decideOn(RAW, at);
    expect(decision.candidates.some(({ row }) => row.symbol === 'A')).toBe(true);
    expect(orders(decision)).toEqual(orders(await decideOn(BEFORE, at)));
  });

  it.each([0, 1, 5, 30])('decides %i sessions from it as in the prices of after', async (at) => {
    expect(orders(await decideOn(RAW, at))).toEqual(orders(await decideOn(AFTER, at)));
  });

  it('is neither quarantined nor without a signal for it, as it is when nobody told', async () => {
    const untold = await decideOn({ daily: RAW.daily ?? [] }, 1);
    const row = untold.table.rows.find(({ symbol }) => symbol === 'A');
    expect(row?.ineligible).toBe('quarantined');
    const told = await decideOn(RAW, 1);
    expect(told.table.rows.find(({ symbol }) => symbol === 'A')?.ineligible).toBeNull();
  });

  it('shows no price level of after before it', async () => {
    const levels = async (date: string, one: ArraySymbol): Promise<number[]> => {
      const snapshot = await snapshotOf(sourceOf({ A: one }), date);
      const era = eraOf(snapshot, 0);
      const next = one.actions?.find(({ exDate }) => exDate > date)?.exDate ?? '2099';
      const last = era.columns.time[era.columns.length - 1] ?? 0;
      expect(utcMsToDate(last) < next).toBe(true);
      return Array.from(era.columns.close.subarray(0, snapshot.visible[0]));
    };
    const day = sessionsFrom(EX, -1).date;
    const twice: ArraySymbol = { ...RAW, actions: [split('A', 4), split('A', 10, '2015-01-20')] };
    const closes = calm.filter(({ time }) => time < dateToUtcMs(day)).map(({ close }) => close);
    expect(await levels(day, twice)).toEqual(closes);
    expect(await levels(EX, twice)).toEqual(
      calm.filter(({ time }) => time < AT).map(({ close }) => close / 4),
    );
  });

  it('is priced after it where the session begins with it', async () => {
    const before = await snapshotOf(sourceOf({ A: RAW }), sessionsFrom(EX, -1).date);
    const after = await snapshotOf(sourceOf({ A: RAW }), EX);
    const [yesterday, today] = [before.reference[0] ?? 0, after.reference[0] ?? 0];
    const lastClose = calm.findLast(({ time }) => time < AT)?.close ?? 0;
    expect(today).toBe(lastClose / 4);
    expect(yesterday).toBeGreaterThan(2 * today);
  });

  it('that is said on a day without session splits at the next one', async () => {
    const friday = '2014-11-28';
    const saturday = { ...RAW, actions: [split('A', 4, '2014-11-29')] };
    const at = (date: string) => snapshotOf(sourceOf({ A: saturday }), date);
    const [before, after] = [await at(friday), await at(EX)];
    expect(before.reference[0]).toBeGreaterThan(3 * (after.reference[0] ?? 0));
  });
});

describe('a dividend', () => {
  it('lowers earlier prices in proportion from its day on, and is not known before', async () => {
    const flat = Array.from({ length: 60 }, (_, i) => {
      const time = dateToUtcMs(sessionsFrom(EX, i - 40).date);
      return { time, open: 100, high: 101, low: 99, close: 100, volume: 1e6 };
    });
    const action: CorporateAction = { symbol: sym('A'), exDate: EX, kind: 'dividend', value: 2 };
    const paid = { A: { daily: flat, actions: [action] } };
    const [before, after] = [
      await snapshotOf(sourceOf(paid), sessionsFrom(EX, -1).date),
      await snapshotOf(sourceOf(paid), EX),
    ];
    expect(before.reference[0]).toBe(100);
    expect(after.reference[0]).toBeCloseTo(98, 9);
  });

  it('that the prices contain already changes nothing', async () => {
    const daily = wander(3, { from: '2014-06-02', bars: 150 });
    const action: CorporateAction = { symbol: sym('A'), exDate: EX, kind: 'dividend', value: 2 };
    const total = sourceOf({ A: { daily, actions: [action] } }, { adjustment: 'total' });
    const none = sourceOf({ A: { daily } });
    const day = sessionsFrom(EX, 5).date;
    const decideAt = async (source: typeof total) =>
      decide(await snapshotOf(source, day), FLAT, RULES, plainDesk(), 5);
    expect(await decideAt(total)).toEqual(await decideAt(none));
  });
});
