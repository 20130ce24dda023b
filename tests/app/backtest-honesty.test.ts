import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lowerBound } from '../../src/domain/market.ts';
import { dateToUtcMs, sessionDate } from '../../src/domain/time.ts';
import type { TradeRecord } from '../../src/domain/trade.ts';
import { StrategyDesk } from '../../src/pipeline/desk.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { defineStrategy, type StrategyDefinition } from '../../src/strategy/strategy.ts';
import { backtest, dailyMarket, EASY, type Flags } from './backtest-world.ts';

/** What a strategy would have to earn on markets that have nothing to earn. */
const SEEDS = Array.from({ length: 20 }, (_, i) => 200 + i);
const YEAR = ['2011-01-03', '2011-12-30'] as const;
const SYMBOLS = 20;

/** Nothing paid and nothing ended early, so that R is R before costs. */
const BARE: Flags = {
  ...EASY,
  'costs.slippageBps': '0',
  'costs.commission': 'none',
  'risk.maxDrawdownFraction': '1',
};

interface Played {
  readonly trades: readonly TradeRecord[];
  readonly source: BarSource;
}

async function play(
  flags: Flags,
  strategyOn?: (source: BarSource) => StrategyDesk,
): Promise<Played[]> {
  const played: Played[] = [];
  for (const seed of SEEDS) {
    const source = dailyMarket(seed, SYMBOLS, true);
    const strategy = strategyOn === undefined ? {} : { strategy: strategyOn(source) };
    const { trades } = await backtest(source, YEAR, flags, { closeAtEnd: true, ...strategy });
    played.push({ trades, source });
  }
  return played;
}

/**
 * Mean R of each seed, their mean in standard errors from 0. The trades of a market share its days, so that markets,
 * not trades, are the sample.
 */
function standardErrors(
  played: readonly Played[],
  rOf: (trade: TradeRecord, on: BarSource) => number,
) {
  const means = played.map(({ trades, source }) => {
    const rs = trades.map((trade) => rOf(trade, source));
    return rs.reduce((a, b) => a + b, 0) / rs.length;
  });
  const mean = means.reduce((a, b) => a + b, 0) / means.length;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (means.length - 1);
  return mean / Math.sqrt(variance / means.length);
}

const recordedR = ({ rMultiple }: TradeRecord): number => rMultiple ?? Number.NaN;

function barOf(source: BarSource, { symbol, exitSession }: TradeRecord) {
  const bars = source.daily(symbol as never);
  const i = lowerBound(
    bars.time.subarray(0, bars.length),
    dateToUtcMs(sessionDate(exitSession ?? '')),
  );
  return { open: bars.open[i] ?? Number.NaN, high: bars.high[i] ?? Number.NaN };
}

/** The R of a rule that takes the target wherever a bar reached it, whatever else the bar did. */
function targetFirstR(trade: TradeRecord, source: BarSource): number {
  const { target, stop, entryPrice, initialStop, exitReason } = trade;
  if (exitReason !== 'stop' || target === null || stop === null || initialStop === null) {
    return recordedR(trade);
  }
  const { open, high } = barOf(source, trade);
  const hadBoth = open > stop && high >= target + 0.01;
  return hadBoth ? (target - entryPrice) / (entryPrice - initialStop) : recordedR(trade);
}

/** Buys what closes above the open that it will be bought at: a bar that nobody has seen yet. */
const clairvoyant = (source: BarSource): StrategyDesk =>
  new StrategyDesk(
    defineStrategy({
      name: 'clairvoyant',
      description: 'one bar ahead',
      params: z.strictObject({}),
      relative: false,
      warmupBars: () => 30,
      inputs: () => ({}),
      features: () => [{ name: 'one', weight: 1, lo: 0, hi: 1, inverted: false }],
      evaluate: (view) => {
        const { open, close } = source.daily(view.symbol);
        const next = view.bars();
        return (close[next] ?? 0) > (open[next] ?? Number.NaN)
          ? { direction: 'long', reason: 'tomorrow', features: [1] }
          : { direction: 'none', reason: 'no_signal' };
      },
    }) as StrategyDefinition,
    {},
  );

describe('on twenty markets without drift', { timeout: 600_000 }, () => {
  it('the default desk earns nothing before costs', async () => {
    const played = await play(BARE);
    expect(played.reduce((n, { trades }) => n + trades.length, 0)).toBeGreaterThan(400);
    expect(Math.abs(standardErrors(played, recordedR))).toBeLessThan(3);
    const reasons = new Set(
      played.flatMap(({ trades }) => trades.map(({ exitReason }) => exitReason)),
    );
    expect([...reasons]).toEqual(expect.arrayContaining(['stop', 'trail', 'end']));
  });

  it('nor does it with a target of 2 R', async () => {
    const played = await play({ ...BARE, 'exits.target': '{kind: r, multiple: 2}' });
    expect(Math.abs(standardErrors(played, recordedR))).toBeLessThan(3);
    expect(played.some(({ trades }) => trades.some((t) => t.exitReason === 'target'))).toBe(true);
  });

  it('a look one bar ahead would show', async () => {
    expect(standardErrors(await play(BARE, clairvoyant), recordedR)).toBeGreaterThan(3);
  });

  it('taking the target first within a bar would show, taking the stop first does not', async () => {
    const tight = { 'sizing.stop.multiple': '0.55', 'exits.target': '{kind: r, multiple: 1}' };
    const played = await play({ ...BARE, ...tight });
    expect(standardErrors(played, recordedR)).toBeLessThan(3);
    expect(standardErrors(played, targetFirstR)).toBeGreaterThan(3);
  });
});

describe('R', () => {
  it('is R before costs less slippage and commission', async () => {
    const source = dailyMarket(3, 25);
    const flags = { ...EASY, 'exits.trail': '{kind: none}' };
    const { trades } = await backtest(source, YEAR, flags, { closeAtEnd: true });
    const stopped = trades.filter(({ exitReason }) => exitReason === 'stop');
    expect(stopped.length).toBeGreaterThan(5);
    for (const trade of stopped) {
      const { entryPrice, initialStop, stop, quantity, commission } = trade;
      const risk = entryPrice - (initialStop ?? Number.NaN);
      const entryBar = barOf(source, { ...trade, exitSession: trade.entrySession });
      const rawExit = Math.min(stop ?? Number.NaN, barOf(source, trade).open);
      const before = (rawExit - entryBar.open) / risk;
      const slippage = entryPrice - entryBar.open + rawExit * (5 / 10_000);
      const paid = (slippage + (commission ?? Number.NaN) / quantity) / risk;
      expect(Math.abs(before - paid - recordedR(trade))).toBeLessThan(1e-6);
    }
  });
});
