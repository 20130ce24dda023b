import { describe, expect, it } from 'vitest';
import { arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import { Failure } from '../../src/domain/failure.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { always, backtest, dailyMarket, EASY, flat, priced } from './backtest-world.ts';

const YEAR = ['2011-01-03', '2011-12-30'] as const;

describe('a backtest that cannot begin says why', () => {
  const refusal = (span: readonly [string, string], more: object = {}) =>
    backtest(dailyMarket(1, 5), span, EASY, more).then(
      () => null,
      (error: unknown) => (error instanceof Failure ? error.code : error),
    );

  it.each([
    ['a range that ends before it begins', ['2011-02-01', '2011-01-03'], 'USAGE'],
    ['a holiday', ['2011-12-26', '2011-12-26'], 'NOT_A_SESSION'],
    ['a weekend', ['2011-01-08', '2011-01-09'], 'NOT_A_SESSION'],
    ['dates without bars', ['2009-01-05', '2009-12-31'], 'INPUT_INVALID'],
  ] as const)('%s', async (_name, span, code) => {
    expect(await refusal(span)).toBe(code);
  });

  it('a symbol that the data does not have', async () => {
    expect(await refusal(YEAR, { symbols: ['NOSUCH'] })).toBe('INPUT_INVALID');
  });

  it('a rule that the data cannot serve', async () => {
    const flags = { ...EASY, 'scan.rule': 'gap' };
    const refused = backtest(dailyMarket(1, 5), YEAR, flags);
    await expect(refused).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('data with holes', () => {
  const span = ['2015-01-02', '2017-12-29'] as const;
  const strategy = () => always(() => 'long');

  it('plays from the first bar to the last and says so', async () => {
    const source = arrayBarSource({ A: priced('2015-06-01', flat(60)) });
    const { range, warnings } = await backtest(source, span, EASY, { strategy: strategy() });
    expect(range.sessions[0]?.date).toBe('2015-06-01');
    expect(range.sessions).toHaveLength(60);
    expect(warnings).toContain('no bar before 2015-06-01: played from there');
    expect(warnings.some((text) => text.startsWith('no bar after'))).toBe(true);
  });

  it('closes positions in a gap of a year at their last mark, and tells of the gap', async () => {
    const before = priced('2015-01-02', flat(60)).daily ?? [];
    const after = priced('2016-06-01', flat(60)).daily ?? [];
    const source = arrayBarSource({ A: { daily: [...before, ...after] } });
    const { trades, warnings, end } = await backtest(source, span, EASY, { strategy: strategy() });
    expect(end.kind).toBe('completed');
    expect(trades[0]).toMatchObject({ exitReason: 'data_end' });
    expect(trades.at(-1)?.entrySession.startsWith('2016-0')).toBe(true);
    expect(warnings.filter((text) => text.includes('no bar of any symbol from'))).toHaveLength(1);
  });

  it('names ten gaps and counts the others', async () => {
    const daily = priced('2015-01-02', flat(12 * 7)).daily ?? [];
    const source = arrayBarSource({ A: { daily: daily.filter((_, i) => i % 7 === 0) } });
    const { warnings } = await backtest(source, span, EASY, { strategy: strategy() });
    expect(warnings.filter((text) => text.includes('no bar of any symbol from'))).toHaveLength(10);
    expect(warnings).toContain('gaps of 5 sessions or more besides these: 1');
  });

  it('tells of every row that it takes for no bar', async () => {
    const bad = { symbol: 'A' as Symbol, where: 'A_1d.csv:7', reason: 'high < low' };
    const source = arrayBarSource({ A: priced('2015-01-02', flat(60)) });
    const { warnings } = await backtest({ ...source, badBars: [bad] }, span, EASY, {
      strategy: strategy(),
    });
    expect(warnings).toContain('A A_1d.csv:7: high < low, taken as no bar');
  });

  it('takes files of different spans, each from its own first bar', async () => {
    const source = arrayBarSource({
      EARLY: priced('2015-01-02', flat(80)),
      LATE: priced('2015-03-02', flat(80)),
      NEVER: priced('2018-03-01', flat(10)),
    });
    const { trades, warnings } = await backtest(source, span, EASY, { strategy: strategy() });
    const first = (symbol: string) => trades.find((trade) => trade.symbol === symbol)?.entrySession;
    expect((first('EARLY') ?? '') < '2015-03-02').toBe(true);
    expect((first('LATE') ?? '') > '2015-03-02').toBe(true);
    expect(warnings).toContain('1 of 3 symbols have no bar in the range: NEVER');
  });
});

describe('a strategy that misbehaves', () => {
  const source = () => arrayBarSource({ A: priced('2015-01-02', flat(90)) });
  const span = ['2015-03-02', '2015-05-01'] as const;

  it('by throwing ends the backtest there, with everything up to then', async () => {
    const bad = always((view) => {
      if (view.bars() > 60) throw new Error('out of ideas');
      return 'long';
    });
    const { end, last, equity, trades } = await backtest(source(), span, EASY, { strategy: bad });
    expect(end).toMatchObject({ kind: 'failed', error: { code: 'STRATEGY_FAILED' } });
    expect(end.kind === 'failed' && end.on > (last?.date ?? '')).toBe(true);
    expect(equity.length).toBeGreaterThan(10);
    expect(trades.length).toBe(1);
  });

  it('by features that are not numbers is never entered', async () => {
    const { counts, end } = await backtest(source(), span, EASY, { strategy: always(() => 'nan') });
    expect(end.kind).toBe('completed');
    expect(counts.found).toBeGreaterThan(0);
    expect(counts.scored).toBe(0);
  });
});
