import { beforeAll, describe, expect, it } from 'vitest';
import type { MarketSnapshot } from '../../src/bars/snapshot.ts';
import { usd } from '../../src/domain/money.ts';
import type { PortfolioState } from '../../src/domain/portfolio.ts';
import { epochMs } from '../../src/domain/time.ts';
import { type Decision, type DecisionSettings, decide } from '../../src/pipeline/decide.ts';
import { NOTHING_OUTSIDE, outsideRestrictions, tradingAt } from '../../src/risk/trading-state.ts';
import {
  FLAT,
  momentumDesk,
  plainDesk,
  position,
  SETTINGS,
  settingsWith,
  snapshotOf,
  sourceOf,
  sym,
  wanderers,
  working,
} from './builders.ts';

const DATE = '2014-12-01';
/** Limits so wide that five entries fit. */
const WIDE = { dailyLossFraction: 0.5, maxOpenRiskFraction: 0.5 };
const RULES = settingsWith({ scan: { minActivityUsd: 0 }, risk: WIDE });
const market = wanderers(40);
let snapshot: MarketSnapshot;
beforeAll(async () => {
  snapshot = await snapshotOf(sourceOf(market), DATE);
});

const decided = (
  state: Partial<PortfolioState> = {},
  rules: DecisionSettings = RULES,
  top = 5,
): Decision => decide(snapshot, { ...FLAT, ...state }, rules, plainDesk(), top);

const fates = ({ candidates }: Decision): Record<string, number> => {
  const count: Record<string, number> = {};
  for (const { fate } of candidates) count[fate] = (count[fate] ?? 0) + 1;
  return count;
};

describe('a run', () => {
  it('passes the best N to sizing and records the next twenty', () => {
    const decision = decided();
    expect(fates(decision)).toEqual({ approved: 5, not_selected: 20 });
    expect(decision.counts).toEqual({
      found: 40,
      scored: 40,
      selected: 5,
      sized: 5,
      denied: 0,
      approved: 5,
    });
    const scores = decision.candidates.map(({ row }) => row.score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(decision.candidates.map(({ rank }) => rank)).toEqual(scores.map((_, i) => i + 1));
  });

  it('does not replace a denied candidate', () => {
    const rules = settingsWith({
      scan: { minActivityUsd: 0 },
      risk: { ...WIDE, maxEntriesPerDay: 2 },
    });
    const decision = decided({}, rules);
    expect(fates(decision)).toEqual({ approved: 2, denied: 3, not_selected: 20 });
    expect(decision.denials).toEqual({ MAX_ENTRIES_PER_DAY: 3 });
    expect(decision.counts).toMatchObject({ selected: 5, sized: 5, denied: 3, approved: 2 });
  });

  it('replaces it where the configuration asks for that', () => {
    const [first] = decided().candidates;
    const dear = { ...RULES, sizing: { ...RULES.sizing, minNotionalUsd: 8_000 } };
    const rules = { ...dear, scan: { ...dear.scan, refill: true } };
    const [without, refilled] = [decided({}, dear), decided({}, rules)];
    expect(without.counts.approved).toBeLessThan(5);
    expect(refilled.counts.approved).toBeGreaterThan(without.counts.approved);
    expect(refilled.counts.selected).toBeGreaterThan(5);
    expect(refilled.candidates[0]?.row.symbol).toBe(first?.row.symbol);
  });

  it('says once why an unsized candidate has no size', () => {
    const decision = decided({ equity: usd(900) });
    expect(fates(decision)).toEqual({ not_sized: 5, not_selected: 20 });
    expect(decision.counts).toMatchObject({ selected: 5, sized: 0, denied: 5, approved: 0 });
    const total = Object.values(decision.denials).reduce((a, b) => a + b, 0);
    expect(total).toBe(5);
  });

  it('sizes nothing when no position is free, and says so once', () => {
    const rules = settingsWith({ scan: { minActivityUsd: 0 }, risk: { ...WIDE, maxPositions: 2 } });
    const full = { positions: [position('X')], working: [working('Y')] };
    const decision = decided(full, rules);
    expect(decision.slotsFull).toBe(true);
    expect(fates(decision)).toEqual({ slots_full: 5, not_selected: 20 });
    expect(decision.candidates.every(({ intent }) => intent === null)).toBe(true);
    expect(decision.counts).toMatchObject({ selected: 5, sized: 0, denied: 0, approved: 0 });
    expect(decision.denials).toEqual({});
  });

  it('denies those that come after the last free position', () => {
    const rules = settingsWith({ scan: { minActivityUsd: 0 }, risk: { ...WIDE, maxPositions: 2 } });
    const decision = decided({ positions: [position('X')] }, rules);
    expect(decision.slotsFull).toBe(false);
    expect(fates(decision)).toEqual({ approved: 1, denied: 4, not_selected: 20 });
    expect(decision.denials.MAX_POSITIONS).toBe(4);
  });

  it('sizes on no more capital than it is given', () => {
    const less = { ...RULES, maxCapitalUsd: 40_000 };
    const terms = decided({}, less)
      .candidates.slice(0, 5)
      .map(({ intent }) => intent?.terms);
    expect(terms.map((one) => one?.equity)).toEqual(Array(5).fill(usd(40_000)));
    const more = { ...RULES, maxCapitalUsd: 400_000 };
    expect(decided({}, more).candidates).toEqual(decided().candidates);
  });

  it('is denied outside the hours of the session, sized all the same', async () => {
    for (const minutes of [-30, 390, 500]) {
      const closed = await snapshotOf(sourceOf(market), DATE, minutes);
      const decision = decide(closed, FLAT, RULES, plainDesk(), 5);
      expect(decision.counts).toMatchObject({ sized: 5, denied: 5 });
      expect(decision.denials).toMatchObject({ MARKET_CLOSED: 5 });
    }
  });

  it('asks the strategy about what is held, in its own words', () => {
    const seen: unknown[] = [];
    const desk = plainDesk({
      evaluate: ({ symbol, held }) => {
        if (held !== null) seen.push({ symbol, ...held });
        return { direction: 'none', reason: 'no_signal', exit: symbol === 'A02' };
      },
    });
    const held = [
      position('A01', { averagePrice: usd(41.5), sessionsHeld: 9, highestClose: usd(47) }),
      position('A02', { quantity: 7 }),
      position('GONE'),
    ];
    const { exits } = decide(snapshot, { ...FLAT, positions: held }, RULES, desk, 5);
    expect(exits).toEqual([{ symbol: 'A02', quantity: 7 }]);
    expect(seen).toEqual([
      { symbol: 'A01', entryPrice: 41.5, sessionsHeld: 9, highestClose: 47 },
      { symbol: 'A02', entryPrice: 50, sessionsHeld: 3, highestClose: 50 },
    ]);
  });
});

describe('the hashes of a decision', () => {
  const hashesOf = ({ signalHash, decisionHash }: Decision) => ({ signalHash, decisionHash });
  const again = async (): Promise<Decision> =>
    decide(await snapshotOf(sourceOf(wanderers(40)), DATE), { ...FLAT }, RULES, plainDesk(), 5);

  it('are equal for equal inputs, however they were made', async () => {
    expect(hashesOf(await again())).toEqual(hashesOf(decided()));
    expect(decided().signalHash).toMatch(/^[0-9a-f]{64}$/);
  });

  const ACCOUNTS: Partial<PortfolioState>[] = [
    { positions: [position('A07')] },
    { positions: [position('ZZ')] },
    { working: [working('A08')] },
    { coolingDown: [sym('A09')] },
    { cash: usd(1) },
    { availableCash: usd(99_999.999999) },
    { equity: usd(100_000.000001) },
    { previousCloseEquity: usd(100_000.5) },
    { dayPnl: usd(0.01) },
    { entriesToday: 1 },
    { intensity: 0.999_999 },
    { drawdown: -0.01 },
    {
      trading: tradingAt(outsideRestrictions({ ...NOTHING_OUTSIDE, killSwitch: true }), epochMs(0)),
    },
  ];

  it.each(ACCOUNTS)('tell the account from the signals: %o', (change) => {
    const changed = decided(change);
    expect(changed.signalHash).toBe(decided().signalHash);
    expect(changed.decisionHash).not.toBe(decided().decisionHash);
  });

  it.each([
    { risk: { ...SETTINGS.risk, ...WIDE, maxPositions: 9 } },
    { sizing: { ...SETTINGS.sizing, minNotionalUsd: 1_001 } },
    { entry: { ...SETTINGS.entry, collarFraction: 0.011 } },
    { targetR: 2 },
    { maxCapitalUsd: 1e6 },
  ])('tell the limits from the signals: %o', (change) => {
    const changed = decided({}, { ...RULES, ...change });
    expect(changed.signalHash).toBe(decided().signalHash);
    expect(changed.decisionHash).not.toBe(decided().decisionHash);
  });

  it.each([
    { rows: 39 },
    { minPriceUsd: 6 },
    { rule: 'most_active_usd' },
    { deny: ['A01'] },
    { allow: Object.keys(market) },
  ])('name the scan and its lists: %o', (scan) => {
    const changed = decided({}, { ...RULES, scan: { ...RULES.scan, ...scan } as never });
    expect(changed.signalHash).not.toBe(decided().signalHash);
  });

  it('name the strategy, its parameters and the session', async () => {
    const signal = (decision: Decision) => decision.signalHash;
    const one = signal(decide(snapshot, FLAT, RULES, momentumDesk(), 5));
    const two = signal(decide(snapshot, FLAT, RULES, momentumDesk({ dipBars: 6 }), 5));
    expect(new Set([one, two, decided().signalHash]).size).toBe(3);
    const nextDay = await snapshotOf(sourceOf(market), '2014-12-02');
    expect(signal(decide(nextDay, FLAT, RULES, momentumDesk(), 5))).not.toBe(one);
  });

  it('depend on how many are taken, the signals do not', () => {
    expect(decided({}, RULES, 4).signalHash).toBe(decided().signalHash);
    expect(decided({}, RULES, 4).decisionHash).not.toBe(decided().decisionHash);
  });

  it('see what a strategy says of stops, targets and strength', () => {
    const saying = (more: object) =>
      decide(
        snapshot,
        FLAT,
        RULES,
        plainDesk({
          evaluate: () => ({ direction: 'long', reason: 'always', features: [0], ...more }),
        }),
        5,
      ).signalHash;
    const said = [{}, { stopPrice: 1 }, { targetPrice: 1 }, { strength: 0.1 }, { reason: 'x' }];
    expect(new Set(said.map(saying)).size).toBe(said.length);
  });

  it('are the same in simulation and beside a real broker', () => {
    const live = { ...RULES, allowModelledQuotes: false };
    const denied = decided({}, live);
    expect(denied.denials).toEqual({ QUOTE_MODELLED: 5 });
    expect(denied.signalHash).toBe(decided().signalHash);
  });
});
