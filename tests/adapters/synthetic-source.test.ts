import { describe, expect, it } from 'vitest';
import { createSyntheticMarket } from '../../src/adapters/sim/synthetic-market.ts';
import {
  SYNTHETIC_HISTORY_FROM,
  syntheticSource,
} from '../../src/adapters/sim/synthetic-source.ts';
import { barAt, lowerBound } from '../../src/domain/market.ts';
import { dateToUtcMs, utcMsToDate } from '../../src/domain/time.ts';
import { decide } from '../../src/pipeline/decide.ts';
import {
  FLAT,
  momentumDesk,
  SETTINGS,
  sessionOn,
  sessionsFrom,
  snapshotOf,
} from '../pipeline/builders.ts';
import { shippedUniverse } from './synthetic-shipped.ts';

const make = (seed = 1, count = 12) =>
  syntheticSource(createSyntheticMarket({ seed, universe: shippedUniverse(count) }), seed);

describe('the synthetic market as a source', () => {
  it('says what it is', () => {
    const source = make(7);
    expect(source.label).toBe('synthetic market, seed 7');
    expect([source.synthetic, source.intraday, source.adjustment]).toEqual([true, '1m', 'none']);
    expect(source.symbols).toEqual([...source.symbols].sort());
    expect(new Set(source.symbols.map((s) => source.sectorOf(s))).size).toBeGreaterThan(3);
  });

  it('begins its history at one date, whatever is asked for', async () => {
    for (const until of ['2011-03-01', '2014-07-07']) {
      const source = make();
      await source.prepare(sessionOn(until), []);
      for (const symbol of source.symbols) {
        const { time, length } = source.daily(symbol);
        expect(utcMsToDate(time[0] ?? 0)).toBe(SYNTHETIC_HISTORY_FROM);
        expect(utcMsToDate(time[length - 1] ?? 0)).toBe(until);
      }
    }
  });

  it('never changes bars already given out, and goes on from them', async () => {
    const source = make();
    await source.prepare(sessionOn('2011-03-01'), []);
    const [symbol] = source.symbols;
    if (symbol === undefined) throw new Error('a universe has symbols');
    const early = source.daily(symbol);
    const kept = structuredClone(early);
    await source.prepare(sessionOn('2011-06-01'), []);
    const late = source.daily(symbol);
    expect(early).toEqual(kept);
    expect(late.length).toBeGreaterThan(early.length);
    expect(late.close.slice(0, early.length)).toEqual(early.close);
    await source.prepare(sessionOn('2011-03-01'), []);
    expect(source.daily(symbol)).toBe(late);
  });

  it('has minutes that make up the day', async () => {
    const source = make();
    const { date } = sessionOn('2011-06-01');
    await source.prepare(sessionOn('2011-06-01'), []);
    for (const symbol of source.symbols) {
      const daily = source.daily(symbol);
      const day = barAt(daily, lowerBound(daily.time, dateToUtcMs(date)));
      const minutes = source.session(symbol, date);
      expect(minutes?.open[0]).toBe(day.open);
      expect(minutes?.close[(minutes?.length ?? 0) - 1]).toBe(day.close);
      expect(minutes?.volume.reduce((a, b) => a + b, 0)).toBe(day.volume);
    }
  });

  it('gives a decision the same prices however far it is prepared', async () => {
    const date = '2012-05-16';
    const decideOn = async (prepared: readonly string[]) => {
      const source = make(3, 40);
      for (const until of prepared) await source.prepare(sessionOn(until), []);
      return decide(await snapshotOf(source, date), FLAT, SETTINGS, momentumDesk(), 5);
    };
    const one = await decideOn([]);
    expect(one.counts.scored).toBeGreaterThan(0);
    expect(await decideOn(['2013-01-02'])).toMatchObject({
      signalHash: one.signalHash,
      decisionHash: one.decisionHash,
    });
    expect(await decideOn(['2010-03-01', sessionsFrom(date, -1).date, date])).toMatchObject({
      signalHash: one.signalHash,
      decisionHash: one.decisionHash,
    });
  });

  it('decides at noon by minutes that have ended', async () => {
    const source = make(3, 40);
    const noon = await snapshotOf(source, '2012-05-16', 150);
    expect([noon.pricedToday, noon.noPrice]).toEqual([true, null]);
    noon.series.forEach(({ symbol }, i) => {
      const minutes = source.session(symbol, noon.session.date);
      const last = (minutes?.time ?? new Float64Array()).findLastIndex(
        (time) => time + 60_000 <= noon.asOf,
      );
      expect(noon.reference[i]).toBe(minutes?.close[last]);
    });
    expect(decide(noon, FLAT, SETTINGS, momentumDesk(), 3).counts.approved).toBeGreaterThan(0);
  });
});
