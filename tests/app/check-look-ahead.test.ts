import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import { checkLookAhead } from '../../src/app/check-look-ahead.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { StrategyDesk } from '../../src/pipeline/desk.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { defineStrategy, type StrategyDefinition } from '../../src/strategy/strategy.ts';
import { configWith, dailyMarket, EASY, flat, priced } from './backtest-world.ts';

const request = (seed: number) => ({
  home: '',
  loaded: configWith(EASY),
  version: '0',
  source: dailyMarket(seed, 12),
  from: sessionDate('2011-01-03'),
  to: sessionDate('2011-04-29'),
});

/** Likes what has risen, or, with a look into the bars behind its view, what will have risen so many bars on. */
const risers = (source: BarSource, ahead: number): StrategyDesk =>
  new StrategyDesk(
    defineStrategy({
      name: 'risers',
      description: 'what rises',
      params: z.strictObject({}),
      relative: false,
      warmupBars: () => 30,
      inputs: () => ({}),
      features: () => [{ name: 'rise', weight: 1, lo: -0.1, hi: 0.1, inverted: false }],
      evaluate: (view) => {
        const { close } = source.daily(view.symbol);
        const last = view.bars() - 1;
        const rise = (close[last + ahead] ?? view.close()) / view.close(5) - 1;
        return rise > 0
          ? { direction: 'long', reason: 'rises', features: [rise] }
          : { direction: 'none', reason: 'no_signal' };
      },
    }) as StrategyDefinition,
    {},
  );

describe('the look-ahead check', () => {
  it('finds none in the built-in strategy', async () => {
    const check = await checkLookAhead(request(1));
    expect(check.firstDifference).toBeNull();
    expect(check.cuts).toHaveLength(3);
    expect(check.decisionsCompared).toBeGreaterThan(200);
  });

  it('finds none in a strategy that reads the source up to its decision', async () => {
    const check = await checkLookAhead(request(2), { strategyOn: (source) => risers(source, 0) });
    expect(check.firstDifference).toBeNull();
  });

  it('finds a strategy that reads one bar beyond its decision', async () => {
    const check = await checkLookAhead(request(2), { strategyOn: (source) => risers(source, 1) });
    expect(check.firstDifference).not.toBeNull();
    const { runId, cut } = check.firstDifference ?? { runId: '', cut: '' };
    // What it decided last before the cut rested on a bar behind it.
    expect(runId.slice(0, 10) >= cut).toBe(true);
  });

  it('takes nothing for changed where the bars have a gap', async () => {
    const daily = priced('2015-01-02', flat(100)).daily ?? [];
    // All cuts, after 30 %, 60 % and 90 % of the range, are in weeks without a bar.
    const isMissing = (i: number): boolean =>
      [25, 55, 85].some((from) => i >= from && i < from + 9);
    const source = arrayBarSource({ A: { daily: daily.filter((_, i) => !isMissing(i)) } });
    const [from, to] = [sessionDate('2015-01-02'), sessionDate('2015-05-27')];
    const check = await checkLookAhead({ ...request(1), source, from, to });
    expect(check.firstDifference).toBeNull();
    expect(check.decisionsCompared).toBeGreaterThan(300);
  });

  it('needs a past and a future', async () => {
    const day = sessionDate('2011-03-01');
    const refused = checkLookAhead({ ...request(1), from: day, to: day });
    await expect(refused).rejects.toMatchObject({ code: 'USAGE' });
  });
});
