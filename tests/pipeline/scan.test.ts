import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bar } from '../../src/domain/market.ts';
import { dateToUtcMs } from '../../src/domain/time.ts';
import { type ScanRule, type ScanSettings, scan } from '../../src/pipeline/scan.ts';
import { SETTINGS, sessionOn, sessionsFrom, snapshotOf, sourceOf } from './builders.ts';

const DATE = '2015-03-02';

/** Equal bars up to the session before DATE; the last `ending` sessions are left out. */
function flat(
  { close = 50, volume = 1_000_000, bars = 30, ending = 0 } = {},
  change: (bar: Bar, ago: number) => Bar = (bar) => bar,
): Bar[] {
  return Array.from({ length: bars }, (_, i) => {
    const ago = bars - 1 - i;
    const time = dateToUtcMs(sessionsFrom(DATE, -1 - ago - ending).date);
    const bar = { time, open: close, high: close, low: close, close, volume };
    return change(bar, ago);
  });
}

interface Found {
  readonly order: readonly string[];
  readonly excluded: object;
  readonly activity: readonly number[];
}

async function found(
  symbols: Readonly<Record<string, readonly Bar[]>>,
  rules: Partial<ScanSettings> = {},
  halfSpreadBps = 2,
): Promise<Found> {
  const market = Object.fromEntries(Object.entries(symbols).map(([s, daily]) => [s, { daily }]));
  const snapshot = await snapshotOf(sourceOf(market), DATE, 0, { halfSpreadBps });
  const table = scan(snapshot, { ...SETTINGS.scan, ...rules });
  return {
    order: [...table.rows].map((i) => snapshot.series[i]?.symbol ?? ''),
    excluded: table.excluded,
    activity: Array.from(table.order, (at) => table.activity[at] ?? Number.NaN),
  };
}

describe('the scan', () => {
  it('ranks by the median volume of the last twenty bars, ties by symbol', async () => {
    const spike = flat({ volume: 900_000 }, (bar, ago) =>
      ago === 3 ? { ...bar, volume: 9e9 } : bar,
    );
    const half = flat({}, (bar, ago) => ({ ...bar, volume: ago < 10 ? 1_000_000 : 2_000_000 }));
    const { order, activity } = await found({ B: flat(), A: flat(), SPIKE: spike, HALF: half });
    expect(order).toEqual(['HALF', 'A', 'B', 'SPIKE']);
    expect(activity).toEqual([1_500_000, 1_000_000, 1_000_000, 900_000]);
  });

  it('keeps the configured number of rows, and counts the others', async () => {
    const market = { A: flat(), B: flat({ volume: 2e6 }), C: flat({ volume: 3e6 }) };
    const { order, excluded } = await found(market, { rows: 2 });
    expect(order).toEqual(['C', 'B']);
    expect(excluded).toEqual({ below_cut: 1 });
  });

  it.each([
    ['stale', { ending: 1 }, { ending: 0 }],
    ['few_bars', { bars: 19 }, { bars: 20 }],
    ['min_price', { close: 4.99, volume: 1e8 }, { close: 5, volume: 1e8 }],
    ['min_activity', { volume: 399_999 }, { volume: 400_000 }],
  ] as const)('drops a symbol: %s', async (reason, outside, inside) => {
    expect(await found({ A: flat(outside) })).toMatchObject({
      order: [],
      excluded: { [reason]: 1 },
    });
    expect(await found({ A: flat(inside) })).toMatchObject({ order: ['A'], excluded: {} });
  });

  it('drops a symbol with a wide quote', async () => {
    expect(await found({ A: flat() }, {}, 12.5)).toMatchObject({ order: ['A'] });
    expect(await found({ A: flat() }, {}, 12.6)).toMatchObject({ excluded: { spread: 1 } });
  });

  it('does not take a bar without volume for one', async () => {
    const quiet = flat({}, (bar, ago) => (ago === 0 ? { ...bar, volume: 0 } : bar));
    expect(await found({ A: quiet })).toMatchObject({ excluded: { stale: 1 } });
    const gaps = flat({ bars: 21 }, (bar, ago) => ({ ...bar, volume: ago === 5 ? 0 : bar.volume }));
    expect(await found({ A: gaps })).toMatchObject({ order: ['A'] });
    expect(await found({ A: gaps.slice(1) })).toMatchObject({ excluded: { few_bars: 1 } });
  });

  it('does not take a bar on a day without session for one', async () => {
    const sunday = { ...(flat()[29] as Bar), time: dateToUtcMs(sessionOn(DATE).date) - 86_400_000 };
    expect(await found({ A: [...flat(), sunday] })).toMatchObject({ order: ['A'] });
    expect(await found({ A: [...flat({ ending: 1 }), sunday] })).toMatchObject({
      excluded: { stale: 1 },
    });
  });

  it('counts the symbols that have been listed by then', async () => {
    const later = flat().map((bar) => ({ ...bar, time: bar.time + 300 * 86_400_000 }));
    const snapshot = await snapshotOf(
      sourceOf({ A: { daily: flat() }, B: { daily: [] }, C: { daily: later } }),
      DATE,
    );
    expect(scan(snapshot, SETTINGS.scan)).toMatchObject({ universe: 1, excluded: {} });
  });
});

describe('the scan by another rule', () => {
  const rank = async (rule: ScanRule, symbols: Readonly<Record<string, readonly Bar[]>>) =>
    (await found(symbols, { rule, minActivityUsd: 0 })).order;

  it('ranks by median dollars', async () => {
    const market = { CHEAP: flat({ close: 10, volume: 5e6 }), DEAR: flat({ close: 100 }) };
    expect(await rank('most_active', market)).toEqual(['CHEAP', 'DEAR']);
    expect(await rank('most_active_usd', market)).toEqual(['DEAR', 'CHEAP']);
  });

  it('ranks by the last change, before the session has a price by that of the last bar', async () => {
    const moved = (by: number) =>
      flat({}, (bar, ago) => (ago === 0 ? { ...bar, close: bar.close * by } : bar));
    const market = { DOWN: moved(0.9), EVEN: flat(), UP: moved(1.05), WEAK: moved(1.01) };
    expect(await rank('top_gainers', market)).toEqual(['UP', 'WEAK', 'EVEN', 'DOWN']);
  });
});

it('the order of a scan is that of its activity, whoever else is there', async () => {
  const volumes = fc.uniqueArray(fc.integer({ min: 5e5, max: 5e6 }), {
    minLength: 2,
    maxLength: 9,
  });
  await fc.assert(
    fc.asyncProperty(volumes, fc.nat(), async (chosen, out) => {
      const market = Object.fromEntries(chosen.map((volume, i) => [`S${i}`, flat({ volume })]));
      const all = (await found(market)).order;
      const byVolume = [...chosen.keys()].sort((a, b) => (chosen[b] ?? 0) - (chosen[a] ?? 0));
      expect(all).toEqual(byVolume.map((i) => `S${i}`));
      const gone = `S${out % chosen.length}`;
      const { [gone]: _, ...rest } = market;
      expect((await found(rest)).order).toEqual(all.filter((symbol) => symbol !== gone));
    }),
    { numRuns: 30 },
  );
});
