import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type ArraySymbol,
  arrayBarSource,
  dailyBar,
} from '../../src/adapters/sim/array-bar-source.ts';
import type { BacktestResult } from '../../src/app/backtest.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { Failure } from '../../src/domain/failure.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { StrategyDesk } from '../../src/pipeline/desk.ts';
import {
  defineStrategy,
  type StrategyDefinition,
  type StrategyView,
} from '../../src/strategy/strategy.ts';
import { backtest, configWith, dailyMarket, EASY } from './backtest-world.ts';

const YEAR = ['2011-01-03', '2011-12-30'] as const;

/** In cents of a dollar that no sum may be off by: whole micros. */
const micros = (dollars: number): number => Math.round(dollars * 1e6);

/** Equity less the start, and what the trades and lots say it must be, in micros. */
function bothSides({ equity, trades }: BacktestResult): readonly [number, number] {
  const last = equity.at(-1);
  const start = equity[0]?.equity ?? Number.NaN;
  const closed = trades
    .filter(({ status }) => status === 'closed')
    .reduce((sum, { netPnl }) => sum + micros(netPnl ?? Number.NaN), 0);
  return [
    micros(last?.equity ?? Number.NaN) - micros(start),
    closed + micros(last?.unrealized ?? Number.NaN) - micros(last?.openEntryCommissions ?? 0),
  ];
}

/** A strategy that does what it is told of every symbol with a bar. */
const always = (
  evaluate: (view: StrategyView<unknown, string>) => 'long' | 'none' | 'exit' | 'nan',
): StrategyDesk =>
  new StrategyDesk(
    defineStrategy({
      name: 'told',
      description: 'does as it is told',
      params: z.strictObject({}),
      relative: false,
      warmupBars: () => 20,
      inputs: () => ({}),
      features: () => [{ name: 'one', weight: 1, lo: 0, hi: 1, inverted: false }],
      evaluate: (view) => {
        const told = evaluate(view);
        if (told === 'none') return { direction: 'none', reason: 'no_signal' };
        if (told === 'exit') return { direction: 'none', reason: 'no_signal', exit: true };
        return { direction: 'long', reason: 'told', features: [told === 'nan' ? Number.NaN : 1] };
      },
    }) as StrategyDefinition,
    {},
  );

/** A symbol whose price goes by the given closes, day by day; open at the close before. */
function priced(from: string, closes: readonly number[]): ArraySymbol {
  const sessions = sessionsBetween(sessionDate(from), sessionDate('2020-12-31'));
  return {
    daily: closes.map((close, i) => {
      const open = closes[i - 1] ?? close;
      const [high, low] = [Math.max(open, close) * 1.002, Math.min(open, close) * 0.998];
      const date = sessions[i]?.date ?? sessionDate('2020-12-31');
      return dailyBar([date, open, high, low, close, 5_000_000]);
    }),
  };
}

const flat = (n: number, price = 50): number[] =>
  Array.from({ length: n }, (_, i) => price * (1 + (i % 2) * 0.002));

describe('a backtest', { timeout: 120_000 }, () => {
  it('leaves books that tie to the micro, whatever the market, the limits and the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000 }),
        fc.constantFrom('0.5', '1.5', '3'),
        fc.constantFrom('0.03', '0.1', '1'),
        fc.constantFrom('ibkr-fixed', 'ibkr-tiered', 'none'),
        fc.boolean(),
        async (seed, stop, drawdown, commission, closeAtEnd) => {
          const flags = {
            ...EASY,
            'sizing.stop.multiple': stop,
            'risk.maxDrawdownFraction': drawdown,
            'costs.commission': commission,
          };
          const span = ['2011-01-03', '2011-04-29'] as const;
          const result = await backtest(dailyMarket(seed, 12), span, flags, { closeAtEnd });
          const [equity, books] = bothSides(result);
          expect(equity).toBe(books);
          if (closeAtEnd) expect(result.equity.at(-1)?.positions).toBe(0);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('trades, and counts what it did', async () => {
    const { counts, trades, denials, equity, range } = await backtest(dailyMarket(3, 25), YEAR);
    expect(counts.filled).toBe(trades.length);
    expect(counts.filled).toBeGreaterThan(20);
    expect(counts.runs).toBe(2 * range.sessions.length);
    expect(counts.skipped).toBe(range.sessions.length);
    expect(counts.approved).toBeLessThanOrEqual(counts.sized);
    expect(Object.values(denials).every((n) => n > 0)).toBe(true);
    expect(equity).toHaveLength(range.sessions.length + 1);
    expect(equity[0]?.session).toBe('2010-12-31');
    expect(range.bars).toBe(25 * range.sessions.length);
  });

  it('gives the same result for the same question', async () => {
    const [a, b] = await Promise.all([
      backtest(dailyMarket(5, 12), YEAR),
      backtest(dailyMarket(5, 12), YEAR),
    ]);
    expect(b.decisionHash).toBe(a.decisionHash);
    expect(b.trades).toEqual(a.trades);
    expect(b.equity).toEqual(a.equity);
    const other = await backtest(dailyMarket(5, 12), YEAR, { ...EASY, 'risk.maxPositions': '3' });
    expect(other.signalHash).toBe(a.signalHash);
    expect(other.decisionHash).not.toBe(a.decisionHash);
  });

  it('trades nothing before its first date and uses the bars before it', async () => {
    const { trades } = await backtest(dailyMarket(3, 25), ['2011-06-01', '2011-12-30']);
    expect(trades.length).toBeGreaterThan(5);
    expect(trades.every(({ entrySession }) => entrySession >= '2011-06-01')).toBe(true);
  });

  it('keeps its own account out of reach of today: the kill switch of the environment has no say', async () => {
    const loaded = configWith(EASY);
    const switches = { ...loaded.switches, killSwitch: true, dryRun: true };
    const { playBacktest } = await import('../../src/app/backtest.ts');
    const { trades } = await playBacktest({
      home: '',
      loaded: { ...loaded, switches },
      version: '0',
      source: dailyMarket(3, 25),
      from: sessionDate('2011-01-03'),
      to: sessionDate('2011-03-31'),
    });
    expect(trades.length).toBeGreaterThan(0);
  });
});

describe('at the end of a backtest', { timeout: 120_000 }, () => {
  const rising = flat(40).concat(Array.from({ length: 30 }, (_, i) => 50 * 1.004 ** i));
  const source = () => arrayBarSource({ UP: priced('2015-01-02', rising) });
  const span = ['2015-03-02', '2015-04-10'] as const;
  const flags = { ...EASY, 'exits.trail': '{kind: none}' };

  it('positions stay open at their mark', async () => {
    const { trades, equity } = await backtest(source(), span, flags, {
      strategy: always(() => 'long'),
    });
    expect(trades).toHaveLength(1);
    expect(trades[0]?.status).toBe('open');
    expect(equity.at(-1)?.positions).toBe(1);
  });

  it('or are sold at the last close less slippage, with the reason end', async () => {
    const { trades, equity } = await backtest(source(), span, flags, {
      strategy: always(() => 'long'),
      closeAtEnd: true,
    });
    const close =
      rising[sessionsBetween(sessionDate('2015-01-02'), sessionDate('2015-04-10')).length - 1];
    expect(trades[0]).toMatchObject({
      status: 'closed',
      exitReason: 'end',
      exitSession: '2015-04-10',
    });
    expect(trades[0]?.exitPrice).toBeCloseTo((close ?? 0) * (1 - 5 / 10_000), 5);
    expect(equity.at(-1)?.positions).toBe(0);
    expect(equity.filter(({ session }) => session === '2015-04-10')).toHaveLength(1);
  });
});

describe('a drawdown beyond its limit', { timeout: 120_000 }, () => {
  const flags = { ...EASY, 'risk.maxDrawdownFraction': '0.02' };

  it('ends the backtest at the close it was reached at', async () => {
    const { end, last, equity } = await backtest(dailyMarket(7, 25), YEAR, flags);
    expect(end.kind).toBe('halted');
    expect(last?.date).toBe(end.kind === 'halted' ? end.on : '');
    expect(equity.at(-1)?.session).toBe(last?.date);
    const depths = equity.map(({ drawdown }) => drawdown);
    expect(depths.at(-1)).toBeLessThanOrEqual(-0.02);
    expect(depths.slice(0, -1).every((depth) => depth > -0.02)).toBe(true);
  });

  it('sells what is held then where that was asked for', async () => {
    const more = { closeAtEnd: true };
    const { trades, equity, end } = await backtest(dailyMarket(7, 25), YEAR, flags, more);
    expect(end.kind).toBe('halted');
    expect(equity.at(-1)?.positions).toBe(0);
    expect(trades.some(({ exitReason }) => exitReason === 'end')).toBe(true);
  });

  it('is forgiven after a cooldown, and trading goes on', async () => {
    const cooled = { ...flags, 'risk.drawdownCooldownSessions': '10' };
    const { end, trades, equity } = await backtest(dailyMarket(7, 25), YEAR, cooled);
    const latched = equity.find(({ drawdown }) => drawdown <= -0.02)?.session ?? '';
    const sessions = equity.map(({ session }) => session as string);
    const resumed = sessions[sessions.indexOf(latched) + 10] ?? '';
    expect(end.kind).toBe('completed');
    const entries = trades.map(({ entrySession }) => entrySession);
    expect(entries.filter((on) => on > latched && on <= resumed)).toEqual([]);
    expect(entries.filter((on) => on > resumed).length).toBeGreaterThan(0);
  });
});

describe('a backtest that cannot begin says why', { timeout: 120_000 }, () => {
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

describe('a backtest that is interrupted', { timeout: 120_000 }, () => {
  it('ends after the session it is in, with books that tie', async () => {
    const stop = new AbortController();
    const result = await backtest(dailyMarket(3, 25), YEAR, EASY, {
      interrupt: stop.signal,
      onSession: (done) => {
        if (done === 100) stop.abort();
      },
    });
    expect(result.end).toEqual({ kind: 'interrupted', on: result.last?.date });
    expect(result.equity).toHaveLength(101);
    expect(bothSides(result)[0]).toBe(bothSides(result)[1]);
  });
});

describe('data with holes', { timeout: 120_000 }, () => {
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

describe('a strategy that misbehaves', { timeout: 120_000 }, () => {
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
