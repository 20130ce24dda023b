import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBarFolder } from '../../src/adapters/file/bar-folder.ts';
import { barFolderSource } from '../../src/adapters/file/bar-folder-source.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { usd } from '../../src/domain/money.ts';
import type { PortfolioState } from '../../src/domain/portfolio.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import {
  chance,
  FLAT,
  momentumDesk,
  position,
  SETTINGS,
  sessionOn,
  settingsWith,
  sym,
  working,
} from './builders.ts';
import { expectRecomputed, plainMarket } from './recomputation.ts';
import type { PlainSymbol } from './recomputed-signals.ts';

const dir = process.env.TRADE_LABS_TEST_DATA;

/** A panic at the open, a vote, a sector's fall, a quiet day; and ten more of the years with enough history. */
const KNOWN = ['2015-08-24', '2016-06-24', '2017-06-09', '2014-10-30'];
const next = chance(20_140_106);
const eligible = sessionsBetween(sessionDate('2014-01-06'), sessionDate('2018-02-07'));
const SEEDED = Array.from({ length: 10 }, () => {
  const session = eligible[Math.floor(next() * eligible.length)];
  return session?.date ?? '';
});

/** Something of everything: positions, one of them without a known stop, a working and an unknown entry, a loss. */
const BUSY: PortfolioState = {
  ...FLAT,
  equity: usd(98_700.25),
  cash: usd(71_200.5),
  availableCash: usd(61_200.5),
  previousCloseEquity: usd(99_400),
  dayPnl: usd(-699.75),
  intensity: 0.625,
  entriesToday: 2,
  positions: [
    position('AAPL', { quantity: 60, mark: usd(110.5), stop: usd(104.25) }),
    position('FB', { quantity: 40, mark: usd(91.2), stop: usd(92) }),
    position('XOM', { quantity: 12, mark: usd(80), stop: null }),
  ],
  working: [
    working('GE', { remaining: 150, limitPrice: usd(25.1), stopPrice: usd(24) }),
    working('MU', { remaining: 80, limitPrice: usd(16), stopPrice: usd(14.5), unknown: true }),
  ],
  coolingDown: [sym('BAC'), sym('F')],
};

describe.skipIf(!dir)('a decision on real bars is the one that plain code makes', () => {
  let source: BarSource;
  let market: PlainSymbol[];
  beforeAll(async () => {
    source = barFolderSource(openBarFolder(join(dir ?? '', 'bars_daily')));
    await source.prepare(sessionOn('2018-02-07'), source.symbols);
    market = plainMarket(source);
  });

  it.each([...KNOWN, ...SEEDED])('at the open of %s, with every symbol scored', async (date) => {
    const rules = settingsWith({ scan: { rows: 500 } });
    const decision = await expectRecomputed(source, market, date, FLAT, rules, momentumDesk(), 25);
    expect(decision.counts.scored).toBeGreaterThan(0);
    expect(decision.counts.approved).toBeGreaterThan(0);
  });

  it.each([...KNOWN, ...SEEDED])('at the open of %s, in a busy account', async (date) => {
    await expectRecomputed(source, market, date, BUSY, SETTINGS, momentumDesk(), 12);
  });
});
