import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSyntheticMarket } from '../../src/adapters/sim/synthetic-market.ts';
import { syntheticSource } from '../../src/adapters/sim/synthetic-source.ts';
import { seenOf, snapshotOfSeen } from '../../src/bars/seen.ts';
import type { MarketSnapshot } from '../../src/bars/snapshot.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { usd } from '../../src/domain/money.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { type DecisionSettings, decide } from '../../src/pipeline/decide.ts';
import { decidedOf } from '../../src/pipeline/decided.ts';
import type { StrategyDesk } from '../../src/pipeline/desk.ts';
import { type Rules, replay } from '../../src/pipeline/replay.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { shippedUniverse } from '../adapters/synthetic-shipped.ts';
import {
  FLAT,
  momentumDesk,
  plainDesk,
  position,
  SETTINGS,
  sessionOn,
  settingsWith,
  snapshotOf,
  sourceOf,
  wanderers,
} from './builders.ts';

const DAY = '2015-02-02';
const MARKET = wanderers(12);

const rulesOf = (
  settings: DecisionSettings = SETTINGS,
  desk: StrategyDesk = momentumDesk(),
  top = 5,
): Rules => ({ settings, desk, top });

const recorded = (snapshot: MarketSnapshot, { settings, desk, top }: Rules = rulesOf()) =>
  decidedOf(decide(snapshot, FLAT, settings, desk, top));

/** The same market, with one bar's close raised by so much. */
const restated = (symbol: string, ago: number, by: number): BarSource => {
  const daily = MARKET[symbol]?.daily ?? [];
  const index = daily.findIndex(({ time }) => time >= Date.parse(DAY)) - ago;
  const changed = daily.map((bar, i) =>
    i === index ? { ...bar, close: bar.close + by, high: Math.max(bar.high, bar.close + by) } : bar,
  );
  return sourceOf({ ...MARKET, [symbol]: { daily: changed } });
};

describe('a snapshot that was taken apart', () => {
  let source: BarSource;
  const sessions = sessionsBetween(sessionDate('2010-11-01'), sessionDate('2011-12-30'));
  beforeAll(async () => {
    source = syntheticSource(createSyntheticMarket({ seed: 1, universe: shippedUniverse(30) }), 1);
    await source.prepare(sessionOn('2011-12-30'), source.symbols);
  });

  it('decides the same, whatever the market, the hour, the account and the rules', async () => {
    const questions = fc.record({
      day: fc.nat(sessions.length - 1),
      minutes: fc.constantFrom(0, 1, 45, 150),
      todayOpen: fc.boolean(),
      relativeVolume: fc.boolean(),
      held: fc.subarray(['S001', 'S002'] as const),
      equity: fc.integer({ min: 20_000, max: 1_000_000 }),
      top: fc.integer({ min: 1, max: 8 }),
      rows: fc.integer({ min: 5, max: 30 }),
    });
    let approved = 0;
    await fc.assert(
      fc.asyncProperty(questions, async (asked) => {
        const date = sessions[asked.day]?.date ?? DAY;
        const snapshot = await snapshotOf(source, date, asked.minutes, asked);
        const [first, second] = source.symbols;
        const names = { S001: first, S002: second };
        const state = {
          ...FLAT,
          equity: usd(asked.equity),
          positions: asked.held.map((name) => position(names[name] ?? '')),
        };
        const settings = settingsWith({ scan: { rows: asked.rows, minActivityUsd: 0 } });
        const before = decide(snapshot, state, settings, momentumDesk(), asked.top);
        const again = snapshotOfSeen(seenOf(snapshot));
        const after = decide(again, state, settings, momentumDesk(), asked.top);
        expect([after.signalHash, after.decisionHash]).toEqual([
          before.signalHash,
          before.decisionHash,
        ]);
        expect(decidedOf(after)).toEqual(decidedOf(before));
        approved += before.counts.approved;
      }),
      { numRuns: 40 },
    );
    expect(approved).toBeGreaterThan(0);
  });

  it('holds no bar that was not visible', async () => {
    const snapshot = await snapshotOf(source, '2010-12-01');
    const again = snapshotOfSeen(seenOf(snapshot));
    const eras = again.series.map((series) => series.eraAt(again.sessionOrdinal));
    expect(eras.map(({ columns }) => columns.length)).toEqual([...again.visible]);
    const last = eras.map(({ columns }) => columns.time.at(-1) ?? 0);
    expect(Math.max(...last)).toBeLessThan(Date.parse('2010-12-01'));
  });
});

describe('a replay', () => {
  let snapshot: MarketSnapshot;
  beforeAll(async () => {
    snapshot = await snapshotOf(sourceOf(MARKET), DAY);
  });

  it('of the same rules on what was seen finds every row the same, to the fingerprint', () => {
    const found = replay({ recorded: recorded(snapshot), state: FLAT, snapshot, rules: rulesOf() });
    expect(found.compared).toBe(recorded(snapshot).rows.length);
    expect([found.differences, found.hashCause]).toEqual([[], null]);
  });

  it('calls it config where the rules of today decide otherwise, for the rows they move', () => {
    const otherRules = rulesOf(settingsWith({ sizing: { perTradeFraction: 0.002 } }));
    const before = recorded(snapshot);
    const found = replay({ recorded: before, state: FLAT, snapshot, rules: rulesOf(), otherRules });
    const sized = before.rows.filter(({ proposal }) => proposal !== null);
    expect(sized.length).toBeGreaterThan(0);
    expect(
      found.differences.map(({ symbol, class: kind, stage }) => [symbol, kind, stage]),
    ).toEqual(expect.arrayContaining(sized.map(({ symbol }) => [symbol, 'config', 'size'])));
  });

  it('calls it config, without a row, where only a fingerprint tells of other rules', () => {
    const otherRules = rulesOf(settingsWith({ risk: { maxPositions: 50 } }));
    const found = replay({
      recorded: recorded(snapshot),
      state: FLAT,
      snapshot,
      rules: rulesOf(),
      otherRules,
    });
    expect([found.differences, found.hashCause]).toEqual([[], 'config']);
  });

  it('calls it data where a bar reads otherwise now, and only for the rows it moves', async () => {
    const before = recorded(snapshot);
    const best = before.rows.find(({ rank }) => rank === 1)?.symbol ?? '';
    const otherSnapshot = await snapshotOf(restated(best, 22, 3), DAY);
    const question = { recorded: before, state: FLAT, snapshot, rules: rulesOf(), otherSnapshot };
    const found = replay(question);
    const moved = found.differences.find(({ symbol }) => symbol === best);
    expect([moved?.class, moved?.stage]).toEqual(['data', 'score']);
    expect(found.differences.every(({ class: kind }) => kind === 'data')).toBe(true);
    expect(replay({ ...question, otherSnapshot: snapshot }).differences).toEqual([]);
  });

  it('calls it code where the same rules score the same bars otherwise', () => {
    const before = recorded(snapshot, rulesOf(SETTINGS, plainDesk()));
    const changed = plainDesk({
      evaluate: ({ close }) => ({
        direction: 'long',
        reason: 'always',
        features: [close(0) / close(1) - 1.001],
      }),
    });
    const rules = rulesOf(SETTINGS, changed);
    const found = replay({ recorded: before, state: FLAT, snapshot, rules });
    expect(found.differences.length).toBeGreaterThan(5);
    expect(new Set(found.differences.map(({ class: kind }) => kind))).toEqual(new Set(['code']));
    expect(found.differences[0]?.fields.map(({ field }) => field)).toContain('score');
  });

  it('calls it guard where the same proposal is judged otherwise', () => {
    const before = recorded(snapshot);
    const approved = before.rows.find(({ fate }) => fate === 'approved');
    const rows = before.rows.map((row) =>
      row.symbol === approved?.symbol ? { ...row, approved: row.approved - 1 } : row,
    );
    const recordedThen = { ...before, rows };
    const found = replay({ recorded: recordedThen, state: FLAT, snapshot, rules: rulesOf() });
    expect(found.differences.map(({ symbol, class: kind }) => [symbol, kind])).toEqual([
      [approved?.symbol, 'guard'],
    ]);
  });

  it('gives a row to the first cause that moved it', async () => {
    const before = recorded(snapshot);
    const best = before.rows.find(({ rank }) => rank === 1)?.symbol ?? '';
    const found = replay({
      recorded: before,
      state: FLAT,
      snapshot,
      rules: rulesOf(),
      otherRules: rulesOf(settingsWith({ sizing: { perTradeFraction: 0.002 } })),
      otherSnapshot: await snapshotOf(restated(best, 22, 3), DAY),
    });
    expect(found.differences.find(({ symbol }) => symbol === best)?.class).toBe('config');
  });

  it('says of a row that only one of two decisions found that the scan differs', async () => {
    const less = Object.fromEntries(Object.entries(MARKET).slice(1));
    const otherSnapshot = await snapshotOf(sourceOf(less), DAY);
    const before = recorded(snapshot);
    const gone = before.rows.find(({ symbol }) => symbol === 'A00');
    const found = replay({
      recorded: before,
      state: FLAT,
      snapshot,
      rules: rulesOf(),
      otherSnapshot,
    });
    const [row] = found.differences.filter(({ symbol }) => symbol === 'A00');
    expect(gone).toBeDefined();
    expect([row?.stage, row?.b, row?.class]).toEqual(['scan', null, 'data']);
  });
});
