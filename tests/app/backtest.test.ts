import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import type { BacktestResult } from '../../src/app/backtest.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { always, backtest, configWith, dailyMarket, EASY, flat, priced } from './backtest-world.ts';

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

describe('a backtest', () => {
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

describe('at the end of a backtest', () => {
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

describe('a drawdown beyond its limit', () => {
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

describe('a backtest that is interrupted', () => {
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
