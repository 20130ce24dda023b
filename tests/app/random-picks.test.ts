import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { playBacktest } from '../../src/app/backtest.ts';
import { loadStrategy, readStrategy } from '../../src/app/load-strategy.ts';
import { pickingAtRandom, randomPicks } from '../../src/app/random-picks.ts';
import { sensitivityOf } from '../../src/app/sensitivity.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { StrategyDesk } from '../../src/pipeline/desk.ts';
import { backtest, configWith, dailyMarket, EASY } from './backtest-world.ts';

const SPAN = ['2011-01-03', '2011-04-29'] as const;
/** Room for two positions among many candidates, so that the choice matters. */
const TIGHT = { ...EASY, 'risk.maxPositions': '2' };
const MARKET = () => dailyMarket(3, 25);

const request = () => ({
  home: tmpdir(),
  loaded: configWith(TIGHT),
  version: '0',
  source: MARKET(),
  from: sessionDate(SPAN[0]),
  to: sessionDate(SPAN[1]),
});

/** The symbols with a score, scan by scan. */
async function eligible(desk: StrategyDesk): Promise<string[]> {
  const scans: string[] = [];
  // Nothing is ever held, so that both see the same.
  await backtest(
    MARKET(),
    SPAN,
    { ...TIGHT, 'risk.maxEntriesPerDay': '0' },
    {
      strategy: desk,
      observer: {
        onDecision: ({ table }) => {
          const scored = table.rows.filter(({ ineligible }) => ineligible === null);
          scans.push(scored.map(({ symbol }) => symbol).join(' '));
        },
      },
    },
  );
  return scans;
}

describe('picking at random', { timeout: 120_000 }, () => {
  it('picks among what the strategy finds eligible, and nothing else', async () => {
    const { config } = configWith(TIGHT);
    const { definition, params } = await readStrategy(config, tmpdir());
    const own = await eligible(await loadStrategy(config, tmpdir()));
    const random = await eligible(new StrategyDesk(pickingAtRandom(definition, 7), params));
    expect(random).toEqual(own);
    expect(own.some((symbols) => symbols.split(' ').length > 3)).toBe(true);
  });

  it('gives each seed its own picks, and the same ones again', async () => {
    const strategy = await readStrategy(configWith(TIGHT).config, tmpdir());
    const picks = await randomPicks(request(), strategy, 100_000, { seeds: 6 });
    expect(picks.seeds).toBe(6);
    expect(new Set(picks.ends).size).toBeGreaterThan(3);
    expect([...picks.ends].sort((a, b) => a - b)).toEqual(picks.ends);
    const below = picks.ends.filter((end) => end < 100_000).length;
    expect(picks.percentile).toBe(below / 6);
    expect(picks.meanTrades).toBeGreaterThan(2);
    expect(await randomPicks(request(), strategy, 100_000, { seeds: 6 })).toEqual(picks);
  });
});

describe('one step to either side', { timeout: 120_000 }, () => {
  it('plays each number lower, as it is, and higher', async () => {
    const base = await playBacktest(request());
    const reload = async (flags: Readonly<Record<string, string>>) =>
      configWith({ ...TIGHT, ...flags });
    const rows = await sensitivityOf(request(), base, reload);
    const stops = rows.filter(({ key }) => key === 'sizing.stop.multiple');
    expect(stops.map(({ value, isBase }) => [value, isBase])).toEqual([
      ['2.5', false],
      ['3', true],
      ['3.5', false],
    ]);
    expect(stops[1]?.trades).toBe(base.trades.length);
    const again = await backtest(MARKET(), SPAN, { ...TIGHT, 'sizing.stop.multiple': '2.5' });
    expect(stops[0]?.trades).toBe(again.trades.length);
    const [first, last] = [again.equity[0], again.equity.at(-1)];
    expect(stops[0]?.totalReturn).toBeCloseTo((last?.equity ?? 0) / (first?.equity ?? 1) - 1, 10);
  });

  it('leaves out a step that the configuration refuses', async () => {
    const flags = { ...TIGHT, 'sizing.perTradeFraction': '0.03' };
    const asked = { ...request(), loaded: configWith(flags) };
    const base = await playBacktest(asked);
    const reload = async (more: Readonly<Record<string, string>>) =>
      configWith({ ...flags, ...more });
    const rows = await sensitivityOf(asked, base, reload);
    const fractions = rows.filter(({ key }) => key === 'sizing.perTradeFraction');
    expect(fractions.map(({ value }) => value)).toEqual(['0.024', '0.03']);
  });
});
