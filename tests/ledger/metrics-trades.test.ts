import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/ledger/metrics-definitions.ts';
import { outcomeOf, sumUsd, tradeMetrics } from '../../src/ledger/metrics-trades.ts';
import { aResult, aTrade } from './trade-builder.ts';

const oneSession = () => 1;
const summary = (nets: readonly number[]) =>
  tradeMetrics(
    nets.map((net, i) =>
      aResult(net, {
        exitAt: `2026-03-05T${String(10 + Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}:00.000Z`,
      }),
    ),
    oneSession,
  );
const repeat = (nets: readonly number[], times: number) => Array(times).fill(nets).flat();

describe('metrics of trades', () => {
  it('of none are not available', () => {
    const { closed, metrics } = tradeMetrics([], oneSession);
    expect(closed).toBe(0);
    for (const [id, metric] of Object.entries(metrics)) {
      expect(metric.value, id).toBeNull();
      expect(metric.reason, id).toMatch(/^n\/a \(0 of \d+ .+\)$/);
    }
  });

  it('of one winning trade', () => {
    const { wins, metrics } = tradeMetrics([aTrade()], oneSession);
    expect(wins).toBe(1);
    expect(metrics.winRate).toEqual({ value: 1, n: 1 });
    expect(metrics.netProfit.value).toBe(98);
    expect(metrics.commissions.value).toBe(2);
    expect(metrics.profitFactor.reason).toBe('n/a (no losses)');
    expect(metrics.payoff.reason).toBe('n/a (no losses)');
    expect(metrics.averageLoss.reason).toBe('n/a (0 of 1 loss)');
    expect(metrics.expectancy.reason).toBe('n/a (1 of 10 closed trades)');
    expect(metrics.sumR.value).toBe(1.96);
    expect(metrics.longestWinStreak.value).toBe(1);
    expect(metrics.longestLossStreak.value).toBe(0);
  });

  it('of all wins have no profit factor and no Kelly fraction', () => {
    const { metrics } = summary(repeat([10, 20], 25));
    expect(metrics.profitFactor.reason).toBe('n/a (no losses)');
    expect(metrics.halfKelly.reason).toBe('n/a (no losses)');
    expect(metrics.expectancy.value).toBe(15);
    expect(metrics.longestWinStreak.value).toBe(50);
  });

  it('of all losses have a profit factor of 0 and no payoff', () => {
    const { metrics } = summary(repeat([-10], 50));
    expect(metrics.profitFactor.value).toBe(0);
    expect(metrics.payoff.reason).toBe('n/a (no wins)');
    expect(metrics.winRate.value).toBe(0);
    expect(metrics.sqn.reason).toBe('n/a (no spread)');
    expect(metrics.longestLossStreak.value).toBe(50);
  });

  it('of a mixture, worked out by hand', () => {
    // 30 x (+100, -50, -50, 0, +60): 60 wins of 80 on average, 60 losses of 50, 30 draws.
    const { wins, draws, losses, metrics } = summary(repeat([100, -50, -50, 0, 60], 30));
    expect([wins, draws, losses]).toEqual([60, 30, 60]);
    expect(metrics.winRate.value).toBeCloseTo(0.4, 12);
    expect(metrics.profitFactor.value).toBeCloseTo(1.6, 12);
    expect(metrics.payoff.value).toBeCloseTo(1.6, 12);
    expect(metrics.expectancy.value).toBe(12);
    expect(metrics.expectancyR.value).toBeCloseTo(0.24, 12);
    expect(metrics.expectancyRatio.value).toBeCloseTo(2.6 * 0.4 - 1, 12);
    expect(metrics.halfKelly.value).toBeCloseTo((0.4 - 0.6 / 1.6) / 2, 12);
    // R: mean 0.24; squares sum to 30 x (4 + 1 + 1 + 0 + 1.44) = 223.2.
    const deviation = Math.sqrt((223.2 - 150 * 0.24 * 0.24) / 149);
    expect(metrics.sqn.value).toBeCloseTo((10 * 0.24) / deviation, 10);
    expect(metrics.longestLossStreak.value).toBe(2);
    // The last win of one round and the first of the next.
    expect(metrics.longestWinStreak.value).toBe(2);
    expect(metrics.bestTrade.value).toBe(100);
    expect(metrics.worstTrade.value).toBe(-50);
  });

  it('let a draw break a streak', () => {
    expect(summary([10, 10, 0.004, 10]).metrics.longestWinStreak.value).toBe(2);
    expect(summary([-10, 0, -10]).metrics.longestLossStreak.value).toBe(1);
  });

  it('call half a cent a result and less a draw', () => {
    expect([0.005, 0.0049, 0, -0.0049, -0.005].map(outcomeOf)).toEqual([
      'win',
      'draw',
      'draw',
      'draw',
      'loss',
    ]);
  });

  it('count streaks by exit time, then symbol, in whatever order the trades come', () => {
    const at = '2026-03-05T20:00:00.000Z';
    const trades = [
      aResult(-1, { symbol: 'ZZZ', exitAt: at }),
      aResult(5, { symbol: 'AAA', exitAt: at }),
      aResult(5, { symbol: 'MMM', exitAt: '2026-03-05T19:00:00.000Z' }),
    ];
    expect(tradeMetrics(trades, oneSession).metrics.longestWinStreak.value).toBe(2);
  });

  it('leave out open trades, and count those that wait for a commission', () => {
    const { closed, provisional } = tradeMetrics(
      [
        aTrade(),
        aTrade({ status: 'open', exitAt: null, exitSession: null, netPnl: null }),
        aTrade({ commission: null, netPnl: null, rMultiple: null }),
      ],
      oneSession,
    );
    expect([closed, provisional]).toEqual([1, 1]);
  });

  it('average R over the trades that had a stop', () => {
    const trades = [
      ...Array.from({ length: 10 }, () => aResult(50)),
      aResult(500, { initialStop: null, rMultiple: null }),
    ];
    const { metrics } = tradeMetrics(trades, oneSession);
    expect(metrics.expectancyR).toEqual({ value: 1, n: 10 });
    expect(metrics.expectancy.n).toBe(11);
  });

  it('measure holding in sessions and in calendar days', () => {
    const { metrics } = tradeMetrics(
      [aResult(5, { entrySession: '2026-03-06', exitSession: '2026-03-09' }), aResult(-5)],
      (from, to) => (from === to ? 1 : 2),
    );
    expect(metrics.holdingWinners.value).toBe(2);
    expect(metrics.holdingDaysWinners.value).toBe(3);
    expect(metrics.holdingLosers.value).toBe(1);
    expect(metrics.holdingDaysLosers.value).toBe(0);
  });

  it('add money without losing the last decimal', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e12, max: 1e12 }), { maxLength: 50 }), (micros) => {
        const expected = micros.reduce((a, b) => a + b, 0) / 1e6;
        expect(sumUsd(micros.map((amount) => amount / 1e6))).toBe(expected);
      }),
    );
  });
});

describe('definitions', () => {
  it('have a formula, a label of their own and a floor of at least one', () => {
    const rows = Object.values(METRICS);
    expect(new Set(rows.map(({ label }) => label)).size).toBe(rows.length);
    for (const { formula, floor } of rows) {
      expect(formula).not.toBe('');
      expect(floor.count).toBeGreaterThanOrEqual(1);
    }
  });
});
