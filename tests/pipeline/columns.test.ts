import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BarMarketData } from '../../src/adapters/recorded/bar-market-data.ts';
import { createSyntheticMarket } from '../../src/adapters/sim/synthetic-market.ts';
import { syntheticSource } from '../../src/adapters/sim/synthetic-source.ts';
import { assertExists } from '../../src/domain/result.ts';
import { decide } from '../../src/pipeline/decide.ts';
import { StrategyDesk } from '../../src/pipeline/desk.ts';
import { momentum } from '../../src/strategy/momentum.ts';
import type { StrategyDefinition } from '../../src/strategy/strategy.ts';
import { shippedUniverse } from '../adapters/synthetic-shipped.ts';
import {
  FLAT,
  momentumDesk,
  SETTINGS,
  sessionOn,
  sessionsFrom,
  settingsWith,
  snapshotOf,
} from './builders.ts';

const source = syntheticSource(
  createSyntheticMarket({ seed: 7, universe: shippedUniverse(40) }),
  7,
);
const RULES = settingsWith({ scan: { rows: 40, minActivityUsd: 0, minPriceUsd: 1 } });

const parameters = fc
  .record({
    minBars: fc.integer({ min: 2, max: 400 }),
    fastBars: fc.integer({ min: 2, max: 60 }),
    slowBars: fc.integer({ min: 61, max: 250 }),
    returnBars: fc.integer({ min: 30, max: 300 }),
    skipBars: fc.integer({ min: 0, max: 29 }),
    highBars: fc.integer({ min: 2, max: 80 }),
    dipBars: fc.integer({ min: 1, max: 20 }),
    minAtrFraction: fc.constantFrom(0, 0.005, 0.02),
    maxAtrFraction: fc.constantFrom(0.03, 0.08, 1),
  })
  .map((params) => momentum.params.parse(params) as unknown);

const definition = momentum as unknown as StrategyDefinition;
/** The same strategy, another definition: it has no rule over columns, so that it is asked through views. */
const throughViews = { ...definition };

describe('the built-in strategy', () => {
  it('says by columns what it says through a view, whatever its parameters', async () => {
    const dates = ['2010-02-03', '2010-10-20', '2011-08-09', '2013-04-15'];
    await fc.assert(
      fc.asyncProperty(parameters, fc.constantFrom(...dates), async (params, date) => {
        const snapshot = await snapshotOf(source, date);
        const [byColumns, byView] = [definition, throughViews].map((one) =>
          decide(snapshot, FLAT, RULES, new StrategyDesk(one, params), 10),
        );
        expect(byColumns?.table.rows).toEqual(byView?.table.rows);
        expect(byColumns?.signalHash).toBe(byView?.signalHash);
        expect(byColumns?.decisionHash).toBe(byView?.decisionHash);
      }),
      { numRuns: 25 },
    );
  });
});

describe('decisions session after session', () => {
  it('are those of a market that is asked for that session alone', async () => {
    const split = source.symbols
      .flatMap((symbol) => source.actions(symbol))
      .find(({ exDate }) => exDate > '2011-06-01');
    const around = assertExists(split, 'a symbol splits').exDate;
    const sessions = Array.from({ length: 80 }, (_, i) => sessionsFrom(around, i - 45));
    const until = sessionsFrom(around, 45);
    const market = new BarMarketData(source, { halfSpreadBps: 2, until });
    const desk = momentumDesk();
    for (const session of sessions) {
      const request = { asOf: session.openAt, session, todayOpen: false, relativeVolume: false };
      const stepped = decide(await market.snapshot(request), FLAT, RULES, desk, 5);
      const alone = await snapshotOf(source, session.date);
      const fresh = decide(alone, FLAT, RULES, momentumDesk(), 5);
      expect([session.date, stepped.decisionHash]).toEqual([session.date, fresh.decisionHash]);
      expect(stepped.table.rows).toEqual(fresh.table.rows);
    }
  });

  it('are the same after a step back, and after a pause', async () => {
    const until = sessionOn('2012-09-14');
    const market = new BarMarketData(source, { halfSpreadBps: 2, until });
    const at = async (date: string) => {
      const session = sessionOn(date);
      const request = { asOf: session.openAt, session, todayOpen: false, relativeVolume: false };
      return decide(await market.snapshot(request), FLAT, SETTINGS, momentumDesk(), 5).decisionHash;
    };
    const dates = ['2012-05-01', '2012-05-02', '2012-05-03', '2012-07-02', '2012-05-02'];
    const hashes: string[] = [];
    for (const date of dates) hashes.push(await at(date));
    expect(hashes[4]).toBe(hashes[1]);
    expect(new Set(hashes).size).toBe(4);
  });

  it('read prices of today beside those of yesterday and change neither', async () => {
    const until = sessionOn('2012-09-14');
    const market = new BarMarketData(source, { halfSpreadBps: 2, until });
    const session = sessionOn('2012-06-05');
    const ask = (asOf: number) =>
      market.snapshot({
        asOf: asOf as typeof session.openAt,
        session,
        todayOpen: false,
        relativeVolume: false,
      });
    const before = await ask(session.openAt);
    const closes = Float64Array.from(before.reference);
    const later = await ask(session.openAt + 60 * 60_000);
    expect(later.pricedToday).toBe(true);
    expect(later.reference).not.toEqual(closes);
    expect(before.reference).toEqual(closes);
  });
});
