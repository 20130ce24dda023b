import { beforeAll, describe, expect, it } from 'vitest';
import { type SeenMarket, seenOf } from '../../src/bars/seen.ts';
import { usd } from '../../src/domain/money.ts';
import { epochMs, sessionDate } from '../../src/domain/time.ts';
import type { TradeRecord } from '../../src/domain/trade.ts';
import { compareSides, type Parity } from '../../src/reporting/parity.ts';
import { parityCsv } from '../../src/reporting/parity-csv.ts';
import { rankCorrelation, symbolInputs } from '../../src/reporting/parity-inputs.ts';
import type { ParityRow, ParityRun, ParitySide } from '../../src/reporting/parity-side.ts';
import { snapshotOf, sourceOf, sym, wanderers } from '../pipeline/builders.ts';

const SESSION = sessionDate('2015-02-02');

const row = (symbol: string, changes: Partial<ParityRow> = {}): ParityRow => ({
  symbol,
  rank: 1,
  activity: 1e6,
  score: 70,
  referencePrice: usd(50),
  atr: usd(1),
  fate: 'approved',
  sized: 100,
  limitPrice: usd(50.5),
  stopPrice: usd(47),
  approved: 100,
  reasons: [],
  entryRef: `${SESSION}/scan-open/${symbol}/entry/1`,
  ...changes,
});

const runWith = (rows: readonly ParityRow[], changes: Partial<ParityRun> = {}): ParityRun => ({
  runId: `${SESSION}-143000Z-scan-open`,
  session: SESSION,
  slot: 'scan-open',
  asOf: epochMs(Date.UTC(2015, 1, 2, 14, 30)),
  mode: 'sim',
  configHash: 'c',
  version: '1',
  dataLabel: 'bars',
  status: 'completed',
  universe: 12,
  tableHash: 't',
  signalHash: 's',
  decisionHash: 'd',
  state: { equity: usd(1e5), cash: usd(1e5), intensity: 1, positions: [] },
  rows: new Map(rows.map((one) => [one.symbol, one])),
  ...changes,
});

/** A trade of 100 shares from 50 to 52, unless changed. */
const trade = (symbol: string, changes: Partial<TradeRecord> = {}): TradeRecord =>
  ({
    tradeId: `T-${symbol}`,
    runId: '',
    symbol,
    status: 'closed',
    quantity: 100,
    entryAt: '2015-02-02T14:30:00.000Z',
    entryPrice: 50,
    exitAt: '2015-02-02T20:00:00.000Z',
    exitPrice: 52,
    exitReason: 'target',
    commission: 2.04,
    netPnl: 197.96,
    entryRef: `${SESSION}/scan-open/${symbol}/entry/1`,
    ...changes,
  }) as TradeRecord;

const side = (
  run: ParityRun,
  trades: readonly TradeRecord[] = [],
  ends: readonly (readonly [string, string])[] = [],
): ParitySide => ({
  label: 'side',
  runs: [run],
  ends: new Map(ends),
  bought: new Map(
    trades.map(({ entryRef, quantity, entryPrice }) => [entryRef, { quantity, price: entryPrice }]),
  ),
  trades: new Map(trades.map((one) => [one.entryRef, one])),
});

const compare = (a: ParitySide, b: ParitySide, seen: SeenMarket | null = null): Promise<Parity> =>
  compareSides(a, b, { single: false, seenBy: () => Promise.resolve(seen) });

/** The cause of the first row that differs. */
const causeOf = async (a: ParityRun, b: ParityRun): Promise<string | null | undefined> =>
  (await compare(side(a), side(b))).runs[0]?.rows.find(({ cause }) => cause !== null)?.cause;

describe('a decision that only one side made', () => {
  const approved = runWith([row('AAA')]);
  const other = (changes: Partial<ParityRun>, rows: readonly ParityRow[] = []): ParityRun =>
    runWith(rows, { decisionHash: 'e', ...changes });

  it('is told from one that both made otherwise', async () => {
    const found = await compare(side(approved), side(other({})));
    expect(found.decisions).toMatchObject({ onlyA: 1, onlyB: 0, different: 0 });
    const denied = row('AAA', { fate: 'denied', approved: 0, reasons: ['OPEN_RISK'] });
    const back = await compare(side(other({}, [denied])), side(approved));
    expect(back.decisions).toMatchObject({ onlyA: 0, onlyB: 1 });
  });

  it.each([
    ['universe', { universe: 11, tableHash: 'u', signalHash: 'r' }],
    ['data', { tableHash: 'u', signalHash: 'r' }],
    ['data', { tableHash: 'u', signalHash: 'r', dataLabel: 'other', configHash: 'k' }],
    ['state', { state: { equity: usd(9e4), cash: usd(1), intensity: 1, positions: ['BBB 5'] } }],
    ['state', { configHash: 'k', state: null }],
    ['state', {}],
    ['config', { configHash: 'k', version: '2' }],
    ['config', { configHash: 'k', tableHash: 'u', signalHash: 'r' }],
    ['code', { version: '2', tableHash: 'u', signalHash: 'r' }],
  ] as const)('is put down to %s where that is the first difference', async (cause, changes) => {
    expect(await causeOf(approved, other(changes))).toBe(cause);
  });

  it('is put down to data where the last price differs, whatever else does', async () => {
    const rows = [row('AAA', { referencePrice: usd(50.01), approved: 0, fate: 'denied' })];
    expect(await causeOf(approved, other({ configHash: 'k', state: null }, rows))).toBe('data');
  });

  it('is put down to the universe where the snapshot of the other does not have it', async () => {
    const a = seenOf(await snapshotOf(sourceOf(wanderers(4)), SESSION));
    const rows = [row('A03')];
    const found = await compareSides(side(runWith(rows)), side(other({ tableHash: 'u' })), {
      single: false,
      seenBy: (_, which) =>
        Promise.resolve(which === 'a' ? a : { ...a, series: a.series.slice(0, 3) }),
    });
    expect(found.runs[0]?.rows[0]?.cause).toBe('universe');
    expect(found.inputs[0]).toMatchObject({ inA: 4, inB: 3, overlap: 0.75, onlyA: ['A03'] });
  });
});

describe('what two decisions saw', () => {
  let seen: SeenMarket;
  beforeAll(async () => {
    seen = seenOf(await snapshotOf(sourceOf(wanderers(4)), SESSION));
  });

  /** The same, with a field of a symbol's bar so many bars ago multiplied. */
  const changed = (
    index: number,
    field: 'close' | 'volume',
    ago: number,
    by: number,
  ): SeenMarket => ({
    ...seen,
    series: seen.series.map((series, i) => {
      if (i !== index) return series;
      const column = series.columns[field].slice();
      const at = series.visible - 1 - ago;
      column[at] = (column[at] as number) * by;
      return { ...series, columns: { ...series.columns, [field]: column } };
    }),
  });

  const inputsOf = async (b: SeenMarket) => {
    const sides = [side(runWith([row('A00')])), side(runWith([row('A00')]))] as const;
    const seenBy = (_: ParityRun, which: 'a' | 'b') => Promise.resolve(which === 'a' ? seen : b);
    return (await compareSides(...sides, { single: false, seenBy })).inputs[0];
  };

  it('is the same bar by bar where nothing was changed', async () => {
    const inputs = await inputsOf(seen);
    expect(inputs).toMatchObject({ from: 'snapshots', overlap: 1, inBoth: 4 });
    expect(inputs?.fields.map(({ differing }) => differing)).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...symbolInputs(seen, seen).values()].some(({ differs }) => differs)).toBe(false);
  });

  it('differs by so many basis points of the last bar, with the symbol that differs most', async () => {
    const inputs = await inputsOf(changed(2, 'close', 0, 1.001));
    const close = inputs?.fields.find(({ field }) => field === 'close');
    expect(close).toMatchObject({ symbols: 4, differing: 1, medianBps: 0, worst: 'A02' });
    expect(close?.maxBps).toBeCloseTo(10, 6);
  });

  it('is known to differ by a bar of long ago, for that symbol alone', () => {
    const inputs = symbolInputs(seen, changed(1, 'volume', 200, 2));
    expect([...inputs].filter(([, { differs }]) => differs).map(([name]) => name)).toEqual(['A01']);
  });

  it('is compared by journalled candidates where a snapshot is not known', async () => {
    const rows = [row('AAA'), row('BBB', { score: 60 }), row('CCC', { score: 50 })];
    const moved = [row('AAA', { score: 55 }), rows[1], rows[2]] as ParityRow[];
    const { inputs } = await compare(side(runWith(rows)), side(runWith(moved)));
    expect(inputs[0]).toMatchObject({ from: 'candidates', inBoth: 3, rankCorrelation: 0.5 });
    expect(inputs[0]?.fields.find(({ field }) => field === 'score')?.differing).toBe(1);
  });
});

describe("Spearman's rank correlation", () => {
  it('is 1 for the same order, -1 for the opposite, and nothing for too few or for ties alone', () => {
    expect(rankCorrelation([1, 5, 9], [10, 20, 400])).toBe(1);
    expect(rankCorrelation([1, 5, 9], [3, 2, 1])).toBe(-1);
    expect(rankCorrelation([1, 2], [1, 2])).toBeNull();
    expect(rankCorrelation([1, 2, 3], [5, 5, 5])).toBeNull();
  });

  it('gives ties the mean of their ranks', () => {
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: Pearson of these is 4.5 / sqrt(4.5 x 5).
    expect(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
  });
});

describe('what came of a decision that both made', () => {
  const run = runWith([row('AAA')]);
  const ref = row('AAA').entryRef ?? '';
  const outcome = async (a: ParitySide, b: ParitySide) => (await compare(a, b)).outcomes[0];
  const bought = side(run, [trade('AAA')]);

  it('is the same where the same was bought and sold for the same', async () => {
    const found = await outcome(bought, side(run, [trade('AAA')]));
    expect(found).toMatchObject({ class: 'same', entryBps: 0, exitBps: 0, netPnl: 0, details: [] });
  });

  it('differs in the fill, in basis points of the price and of slippage', async () => {
    const dearer = trade('AAA', { entryPrice: 50.05, netPnl: 192.96 });
    const found = await outcome(bought, side(run, [dearer]));
    expect(found?.class).toBe('fill');
    expect(found?.entryBps).toBeCloseTo(10, 6);
    expect(found?.slippageBps).toBeCloseTo(10, 6);
    expect(found?.netPnl).toBe(-5);
  });

  it('differs in the fill where one bought nothing, and says how its order ended', async () => {
    const found = await outcome(bought, side(run, [], [[ref, 'expired: gap']]));
    expect(found).toMatchObject({ class: 'fill', entryBps: null, netPnl: null });
    expect(found?.details).toEqual(['bought 100 at 50 -> expired: gap']);
  });

  it('is told of shares that were added to a trade, by what their own order paid', async () => {
    const added = (price: number): ParitySide => ({
      ...side(run),
      bought: new Map([[ref, { quantity: 40, price }]]),
    });
    const same = await outcome(added(51), added(51));
    expect(same).toMatchObject({ class: 'same', entryBps: 0 });
    expect(same?.a).toMatchObject({ trade: null, end: null });
    // Of a reference price of 50.
    expect(same?.a.slippageBps).toBeCloseTo(200, 9);
    const dearer = await outcome(added(51), added(51.051));
    expect(dearer).toMatchObject({ class: 'fill', details: ['entry 51 -> 51.051'] });
    expect(dearer?.entryBps).toBeCloseTo(10, 9);
    const found = await compare(added(51), added(51.051));
    expect(found.costs).toMatchObject({ entries: 1, costBpsA: null, netPnl: null });
    expect(parityCsv(found)).toContain('AAA,fill,,entry_price,51,51.051,10');
  });

  it('does not put what was added later into the price of the first entry', async () => {
    const grown: ParitySide = {
      ...side(run, [trade('AAA', { entryPrice: 50.5, quantity: 140 })]),
      bought: new Map([[ref, { quantity: 100, price: 50 }]]),
    };
    expect((await outcome(bought, grown))?.slippageBps).toBeCloseTo(0, 9);
  });

  it('differs in timing where only the instants do, however they are written', async () => {
    const later = trade('AAA', { exitAt: '2015-02-02T20:01:00.000Z' });
    expect((await outcome(bought, side(run, [later])))?.class).toBe('timing');
    const same = trade('AAA', { exitAt: '2015-02-02T20:00:00Z' });
    expect((await outcome(bought, side(run, [same])))?.class).toBe('same');
  });

  it('differs in cost where only that does, in basis points of what was bought and sold', async () => {
    const found = await outcome(bought, side(run, [trade('AAA', { commission: 3.06 })]));
    expect(found?.class).toBe('cost');
    // 1.02 more on 100 x (50 + 52) dollars.
    expect(found?.costBps).toBeCloseTo(1, 9);
  });

  it('leaves "equal" to the decisions, which say nothing of it', async () => {
    const found = await compare(bought, side(run, [trade('AAA', { commission: 3.06 })]));
    expect([found.equal, found.alike]).toEqual([true, false]);
  });
});

describe('a comparison as CSV', () => {
  it('has a row for each field that differs, with dollars and basis points', async () => {
    const b = runWith([row('AAA', { limitPrice: usd(50.6), reasons: ['LIQUIDITY'] })], {
      decisionHash: 'e',
      version: '2',
    });
    const text = parityCsv(await compare(side(runWith([row('AAA')])), side(b)));
    const lines = text.split('\r\n');
    const at = '2015-02-02,scan-open';
    expect(lines).toContain(`decisions,${at},AAA,different,code,limitPrice,50.5,50.6,19.80198`);
    expect(lines).toContain(`decisions,${at},AAA,different,code,reasons,,LIQUIDITY,`);
  });

  it('calls no correlation different where there are too few candidates for one', async () => {
    const rows = (count: number) =>
      ['AAA', 'BBB', 'CCC'].slice(0, count).map((symbol, i) => row(symbol, { score: 70 - i }));
    const told = async (count: number) => {
      const run = runWith(rows(count));
      return parityCsv(await compare(side(run), side(run)))
        .split('\r\n')
        .filter((line) => line.startsWith('inputs') && !line.includes(',same,'));
    };
    expect(await told(2)).toEqual([]);
    expect(await told(3)).toEqual([]);
  });

  it('names a run without counterpart', async () => {
    const b = runWith([], { slot: 'scan-midday' });
    const lines = parityCsv(await compare(side(runWith([])), side(b))).split('\r\n');
    expect(lines.filter((line) => line.includes(',run,'))).toHaveLength(2);
    expect(lines.some((line) => line.includes('scan-midday,,only_b,,run,,'))).toBe(true);
  });

  it('is safe to open: a symbol cannot be a formula', async () => {
    const text = parityCsv(await compare(side(runWith([row(sym('=1+1'))])), side(runWith([]))));
    expect(text).toContain("'=1+1");
    expect(text).not.toMatch(/,=1\+1/);
  });
});
