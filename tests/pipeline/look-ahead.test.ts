import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArraySymbol } from '../../src/adapters/sim/array-bar-source.ts';
import type { Bar, CorporateAction } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { dateToUtcMs } from '../../src/domain/time.ts';
import { type Decision, decide } from '../../src/pipeline/decide.ts';
import {
  FLAT,
  momentumDesk,
  position,
  sessionOn,
  sessionsFrom,
  settingsWith,
  snapshotOf,
  sourceOf,
  sym,
  wander,
  wanderers,
} from './builders.ts';

const SETTINGS = settingsWith({ scan: { rows: 12, minActivityUsd: 1_000_000 } });
const MARKET = wanderers(16);
const STATE = {
  ...FLAT,
  equity: usd(105_000),
  positions: [position('A03')],
  coolingDown: [sym('A05')],
};
const DATE = '2014-12-01';
const DECIDED_AT = dateToUtcMs(sessionOn(DATE).date);

async function decideOn(symbols: Readonly<Record<string, ArraySymbol>>): Promise<Decision> {
  const snapshot = await snapshotOf(sourceOf(symbols), DATE);
  return decide(snapshot, STATE, SETTINGS, momentumDesk(), 5);
}

const hashes = ({ signalHash, decisionHash, table }: Decision): string[] => [
  signalHash,
  decisionHash,
  table.tableHash,
];

/** The market with every bar of the decision's session and later changed. */
const withFuture = (change: (future: readonly Bar[]) => readonly Bar[]) =>
  Object.fromEntries(
    Object.entries(MARKET).map(([symbol, { daily = [] }]) => {
      const past = daily.filter(({ time }) => time < DECIDED_AT);
      const future = daily.filter(({ time }) => time >= DECIDED_AT);
      return [symbol, { daily: [...past, ...change(future)] }];
    }),
  );

const scrambled = fc.record({
  open: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
  high: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
  low: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
  close: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
  volume: fc.integer({ min: 0, max: 2 ** 40 }),
});

describe('the future changes no decision:', () => {
  it('not its prices and volumes', async () => {
    const before = hashes(await decideOn(MARKET));
    await fc.assert(
      fc.asyncProperty(fc.array(scrambled, { minLength: 5, maxLength: 9 }), async (values) => {
        const changed = withFuture((future) =>
          future.map(({ time }, i) => ({ time, ...(values[i % values.length] as object) }) as Bar),
        );
        expect(hashes(await decideOn(changed))).toEqual(before);
      }),
      { numRuns: 25 },
    );
  });

  it('not its absence', async () => {
    const before = hashes(await decideOn(MARKET));
    expect(hashes(await decideOn(withFuture(() => [])))).toEqual(before);
    expect(hashes(await decideOn(withFuture((future) => future.slice(0, 3))))).toEqual(before);
  });

  it('not the symbols that exist in it', async () => {
    const later = wander(5, { from: DATE, bars: 60 });
    const listed = { A00X: { daily: later }, ZZZ: { daily: later }, NEVER: { daily: [] } };
    const before = hashes(await decideOn(MARKET));
    expect(hashes(await decideOn({ ...MARKET, ...listed }))).toEqual(before);
  });

  it('not its splits and dividends, at whatever date, even beyond the calendar', async () => {
    const before = hashes(await decideOn(MARKET));
    for (const exDate of [sessionsFrom(DATE, 1).date, '2015-02-02', '2027-03-01', '2031-01-02']) {
      for (const kind of ['split', 'dividend', 'spinoff'] as const) {
        const changed = Object.fromEntries(
          Object.entries(MARKET).map(([symbol, one]) => {
            const action: CorporateAction = { symbol: sym(symbol), exDate, kind, value: 3 };
            return [symbol, { ...one, actions: [action] }];
          }),
        );
        expect(hashes(await decideOn(changed))).toEqual(before);
      }
    }
  });
});

describe('the past is seen whole:', () => {
  const lastBarOf = (symbol: string, change: (bar: Bar) => Bar, back = 1) => {
    const daily = MARKET[symbol]?.daily ?? [];
    const end = daily.findIndex(({ time }) => time >= DECIDED_AT);
    return {
      ...MARKET,
      [symbol]: { daily: daily.map((b, i) => (i === end - back ? change(b) : b)) },
    };
  };

  it('one volume of a symbol that is never selected changes the table hash', async () => {
    const decision = await decideOn(MARKET);
    const chosen = new Set(decision.candidates.map(({ row }) => row.symbol as string));
    const others = Object.keys(MARKET).filter((symbol) => !chosen.has(symbol));
    expect(others.length).toBeGreaterThan(3);
    for (const symbol of others) {
      const changed = lastBarOf(symbol, (bar) => ({ ...bar, volume: bar.volume + 1 }));
      const again = await decideOn(changed);
      expect(again.table.tableHash).not.toBe(decision.table.tableHash);
      expect(again.signalHash).not.toBe(decision.signalHash);
    }
  });

  it('one close of any symbol changes the table hash', async () => {
    const decision = await decideOn(MARKET);
    for (const symbol of Object.keys(MARKET)) {
      const changed = lastBarOf(symbol, (bar) => ({ ...bar, close: bar.close + 0.01 }));
      expect((await decideOn(changed)).table.tableHash).not.toBe(decision.table.tableHash);
    }
  });

  it('a symbol more changes the table hash', async () => {
    const decision = await decideOn(MARKET);
    const more = { ...MARKET, ZZZ: { daily: wander(5, { from: '2014-10-01', bars: 60 }) } };
    expect((await decideOn(more)).table.tableHash).not.toBe(decision.table.tableHash);
  });
});
