import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBarFolder } from '../../src/adapters/file/bar-folder.ts';
import { barFolderSource } from '../../src/adapters/file/bar-folder-source.ts';
import { runTrial, TrialBars, type TrialTask } from '../../src/app/sweep-trial.ts';
import { sessionOf } from '../../src/calendar/nyse.ts';
import { loadConfig } from '../../src/config/load.ts';
import { assertExists } from '../../src/domain/result.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { TrialResult } from '../../src/ledger/trials.ts';
import { sweepHome } from './sweep-world.ts';

/** Buys what it is first asked of, and remembers how often it was. */
const FORGETS_NOTHING = `export default ({ z }) => {
  let asked = 0;
  return {
    name: 'eager',
    description: 'whatever it is asked of first',
    params: z.strictObject({}),
    warmupBars: () => 1,
    inputs: () => ({}),
    features: () => [{ name: 'one', weight: 1, lo: 0, hi: 1, inverted: false }],
    evaluate: () => {
      asked += 1;
      if (asked > 100) return { direction: 'none', reason: 'no_signal' };
      return { direction: 'long', reason: 'eager', features: [1] };
    },
  };
};
`;

let world: ReturnType<typeof sweepHome>;
/** A home of the built-in strategy beside it. */
let home: string;
beforeAll(() => {
  world = sweepHome();
  home = join(world.home, 'built-in');
  mkdirSync(join(home, 'config'), { recursive: true });
  writeFileSync(join(home, 'config', 'trade-labs.yaml'), 'scan: { minActivityUsd: 0 }\n');
  writeFileSync(join(home, 'eager.mjs'), FORGETS_NOTHING);
});
afterAll(() => world.remove());

const last = assertExists(sessionOf(sessionDate('2016-03-31')), 'a session');

async function freshBars(): Promise<TrialBars> {
  const source = barFolderSource(openBarFolder(join(world.home, 'bars')));
  await source.prepare(last, source.symbols);
  return new TrialBars(source, last);
}

async function taskOf(flags: Record<string, string>): Promise<TrialTask> {
  const { config, hash } = await loadConfig({ home, cwd: home, env: {}, flags });
  return {
    name: JSON.stringify(flags),
    config,
    configHash: hash,
    from: sessionDate('2015-12-01'),
    to: last.date,
    split: null,
    keepReturns: true,
  };
}

const run = (task: TrialTask, bars: TrialBars): Promise<TrialResult> =>
  runTrial(task, { home, version: '0.0.0', symbols: null, last }, bars);

const closedIn = (result: TrialResult): number =>
  result.outcome === 'done' ? result.inSample.closed : 0;

describe('a trial over bars that served others', () => {
  const short = {
    'strategy.params.minBars': '40',
    'strategy.params.fastBars': '5',
    'strategy.params.slowBars': '15',
    'strategy.params.returnBars': '30',
    'strategy.params.skipBars': '5',
  };

  it('gives what it gives over bars of its own, whichever came before it', async () => {
    const tasks = await Promise.all(
      [
        short,
        { ...short, 'costs.slippageBps': '40' },
        { ...short, 'strategy.params.returnBars': '60' },
        { ...short, 'costs.halfSpreadBps': '9', 'risk.maxPositions': '1' },
        short,
      ].map(taskOf),
    );
    const shared = await freshBars();
    const results = new Set<string>();
    for (const task of tasks) {
      const result = await run(task, shared);
      expect(result).toEqual(await run(task, await freshBars()));
      expect(closedIn(result)).toBeGreaterThan(0);
      results.add(JSON.stringify(result));
    }
    expect(results.size).toBe(tasks.length - 1);
  });

  it('begins with a strategy file that remembers nothing of them', async () => {
    const task = await taskOf({ 'strategy.file': 'eager.mjs' });
    const bars = await freshBars();
    const first = await run(task, bars);
    expect(closedIn(first)).toBeGreaterThan(0);
    expect(await run(task, bars)).toEqual(first);
  });
});
