import { beforeAll, describe, expect, it } from 'vitest';
import { createSyntheticMarket } from '../../src/adapters/sim/synthetic-market.ts';
import { syntheticSource } from '../../src/adapters/sim/synthetic-source.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { usd } from '../../src/domain/money.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { shippedUniverse } from '../adapters/synthetic-shipped.ts';
import {
  chance,
  FLAT,
  momentumDesk,
  position,
  SETTINGS,
  sessionOn,
  sessionsFrom,
  settingsWith,
  sym,
  working,
} from './builders.ts';
import { expectRecomputed, plainMarket } from './recomputation.ts';
import type { PlainSymbol } from './recomputed-signals.ts';

const FROM = '2010-11-01';
const UNTIL = '2012-12-31';
const next = chance(99);
const eligible = sessionsBetween(sessionDate(FROM), sessionDate(UNTIL));
const SEEDED = Array.from({ length: 8 }, () => {
  return eligible[Math.floor(next() * eligible.length)]?.date ?? '';
});

describe('a decision on the synthetic market is the one that plain code makes', () => {
  let source: BarSource;
  let market: PlainSymbol[];
  let splitDates: string[];
  beforeAll(async () => {
    const made = createSyntheticMarket({ seed: 1, universe: shippedUniverse(90) });
    source = syntheticSource(made, 1);
    await source.prepare(sessionOn(UNTIL), source.symbols);
    market = plainMarket(source);
    splitDates = market
      .flatMap(({ splits }) => splits.map(({ exDate }) => exDate))
      .filter((date) => date > FROM && date < UNTIL);
  });

  it.each(SEEDED)('at the open of %s', async (date) => {
    const rules = settingsWith({ scan: { rows: 70 } });
    const decision = await expectRecomputed(source, market, date, FLAT, rules, momentumDesk(), 20);
    expect(decision.counts.approved).toBeGreaterThan(0);
  });

  it('at the opens around a split', async () => {
    expect(splitDates.length).toBeGreaterThan(0);
    const [date = ''] = splitDates;
    const rules = settingsWith({ scan: { rows: 90, minActivityUsd: 0 } });
    for (const session of [sessionsFrom(date, -1), sessionOn(date), sessionsFrom(date, 1)]) {
      await expectRecomputed(source, market, session.date, FLAT, rules, momentumDesk(), 30);
    }
  });

  it('in a busy account', async () => {
    const symbols = source.symbols;
    const state = {
      ...FLAT,
      equity: usd(91_234.567891),
      availableCash: usd(40_000),
      dayPnl: usd(-500),
      intensity: 0.437501,
      positions: [position(symbols[3] ?? '', { stop: null, quantity: 9 })],
      working: [working(symbols[5] ?? ''), working(symbols[8] ?? '', { unknown: true })],
      coolingDown: [sym(symbols[11] ?? '')],
    };
    for (const date of SEEDED) {
      await expectRecomputed(source, market, date, state, SETTINGS, momentumDesk(), 9);
    }
  });
});
