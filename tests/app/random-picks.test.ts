import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { sharedBarSource } from '../../src/adapters/memory/shared-bars.ts';
import type { BacktestRequest } from '../../src/app/backtest.ts';
import { loadStrategy, readStrategy } from '../../src/app/load-strategy.ts';
import { Picker, pickingAtRandom, RandomDesk } from '../../src/app/pick-run.ts';
import { type PickRunner, randomPicks } from '../../src/app/random-picks.ts';
import type { PickWork } from '../../src/app/worker.ts';
import { assertExists } from '../../src/domain/result.ts';
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

/** Runs in this thread, over the same shared bars: the threads themselves need the built program. */
const inThisThread = ({ setting, shared }: PickWork): PickRunner => {
  const picker = new Picker(setting, sharedBarSource(shared));
  return { run: (task) => picker.run(task), close: async () => {} };
};

/** Six runs, in as many runners as are asked for. */
async function sixPicks(
  workers: number,
  more: Partial<BacktestRequest> = {},
  onSeed: (done: number) => void = () => {},
) {
  const options = { seeds: 6, workers, onSeed, openRunner: inThisThread };
  return randomPicks({ ...request(), ...more }, 100_000, options);
}

describe('picking at random', () => {
  it('picks among what the strategy finds eligible, and nothing else', async () => {
    const { config } = configWith(TIGHT);
    const strategy = await readStrategy(config, tmpdir());
    const base = await loadStrategy(config, tmpdir());
    const own = await eligible(base);
    const random = await eligible(new RandomDesk(strategy, base, 7));
    expect(random).toEqual(own);
    expect(own.some((symbols) => symbols.split(' ').length > 3)).toBe(true);
  });

  it('draws by columns what it draws through views', async () => {
    const { config } = configWith(TIGHT);
    const strategy = await readStrategy(config, tmpdir());
    const base = await loadStrategy(config, tmpdir());
    // The same strategy as an object of its own is nobody's built-in one, and is asked through views.
    const other = { definition: { ...strategy.definition }, params: strategy.params };
    const asked = new RandomDesk(other, new StrategyDesk(other.definition, other.params), 3);
    const [columns, views] = [
      await backtest(MARKET(), SPAN, TIGHT, { strategy: new RandomDesk(strategy, base, 3) }),
      await backtest(MARKET(), SPAN, TIGHT, { strategy: asked }),
    ];
    expect(columns.trades).toEqual(views.trades);
    expect(columns.trades.length).toBeGreaterThan(2);
  });

  it('trades as where every decision is recorded', async () => {
    const { config } = configWith(TIGHT);
    const { definition, params } = await readStrategy(config, tmpdir());
    const base = await loadStrategy(config, tmpdir());
    const recorded = await backtest(MARKET(), SPAN, TIGHT, {
      strategy: new StrategyDesk(pickingAtRandom(definition, 5), params),
    });
    const random = await backtest(MARKET(), SPAN, TIGHT, {
      strategy: new RandomDesk({ definition, params }, base, 5),
    });
    expect(random.equity).toEqual(recorded.equity);
    expect(random.trades).toEqual(recorded.trades);
    expect(random.trades.length).toBeGreaterThan(2);
  });

  it('gives each seed its own picks, and the same ones again in however many workers', async () => {
    const outcome = await sixPicks(1);
    const picks = assertExists(outcome.picks, 'runs were played');
    expect(outcome.complete).toBe(true);
    expect(picks.seeds).toBe(6);
    expect(new Set(picks.ends).size).toBeGreaterThan(3);
    expect([...picks.ends].sort((a, b) => a - b)).toEqual(picks.ends);
    const below = picks.ends.filter((end) => end < 100_000).length;
    expect(picks.percentile).toBe(below / 6);
    expect(picks.meanTrades).toBeGreaterThan(2);
    expect(await sixPicks(3)).toEqual(outcome);
  });

  it('gives the numbers of backtests that share nothing', async () => {
    const { config } = configWith(TIGHT);
    const strategy = await readStrategy(config, tmpdir());
    const ends: number[] = [];
    let closed = 0;
    for (let seed = 1; seed <= 6; seed += 1) {
      const base = new StrategyDesk(strategy.definition, strategy.params);
      const alone = await backtest(MARKET(), SPAN, TIGHT, {
        strategy: new RandomDesk(strategy, base, seed),
      });
      ends.push(alone.equity.at(-1)?.equity ?? 0);
      closed += alone.trades.filter(({ status }) => status === 'closed').length;
      expect(alone.trades.some(({ status }) => status === 'open')).toBe(true);
    }
    const { picks } = await sixPicks(2);
    expect(picks?.ends).toEqual(ends.toSorted((a, b) => a - b));
    expect(picks?.meanTrades).toBe(closed / 6);
  });

  it('has what was played when it is interrupted, and says that it is not all', async () => {
    const stop = new AbortController();
    const told: number[] = [];
    const outcome = await sixPicks(1, { interrupt: stop.signal }, (done) => {
      told.push(done);
      if (done === 2) stop.abort();
    });
    expect(told).toEqual([1, 2]);
    expect(outcome).toMatchObject({ complete: false, picks: { seeds: 2 } });
  });

  it('says why where a run fails', async () => {
    const loaded = configWith({ ...TIGHT, 'strategy.file': 'gone.mjs' });
    await expect(sixPicks(1, { loaded })).rejects.toThrow(/gone\.mjs/);
  });
});
