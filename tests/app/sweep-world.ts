import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedBarSource } from '../../src/adapters/memory/shared-bars.ts';
import { createSyntheticMarket } from '../../src/adapters/sim/synthetic-market.ts';
import {
  runSweep,
  type SweepOutcome,
  type SweepQuestion,
  type TrialRunner,
} from '../../src/app/sweep.ts';
import { runTrial, TrialBars } from '../../src/app/sweep-trial.ts';
import type { TrialWork } from '../../src/app/worker.ts';
import { Failure } from '../../src/domain/failure.ts';
import { barAt } from '../../src/domain/market.ts';
import { epochMs, sessionDate, utcMsToDate } from '../../src/domain/time.ts';
import { shippedUniverse } from '../adapters/synthetic-shipped.ts';

/** Buys whatever closed above its close some bars ago; fails, or waits for a file, where it is told to. */
const STRATEGY = `import { existsSync } from 'node:fs';
const nobody = new Int32Array(new SharedArrayBuffer(4));
export default ({ z }) => ({
  name: 'rising',
  description: 'above its close some bars ago',
  params: z.strictObject({
    bars: z.int().min(1).max(50).default(5),
    slow: z.int().min(1).default(60),
    breaks: z.boolean().default(false),
    loud: z.boolean().default(false),
    slowWaitsFor: z.string().default(''),
  }).refine((p) => p.bars < p.slow, 'bars must be below slow'),
  warmupBars: () => 60,
  inputs: () => ({}),
  features: () => [{ name: 'rise', weight: 1, lo: 0, hi: 0.1, inverted: false }],
  evaluate: ({ bars, close, params }) => {
    if (params.breaks) throw new Error('told to');
    if (params.loud) console.log('evaluating');
    if (params.slowWaitsFor !== '' && params.bars >= 10) {
      while (!existsSync(params.slowWaitsFor)) Atomics.wait(nobody, 0, 0, 5);
    }
    if (bars() < 60 || !(close(0) > close(params.bars))) return { direction: 'none', reason: 'no_signal' };
    return { direction: 'long', reason: 'rising', features: [close(0) / close(params.bars) - 1] };
  },
});
`;

const SYMBOLS = 4;

/**
 * Makes a home with a strategy of its own and daily bars of a few symbols over 2015 and 2016; it goes away with
 * `remove`.
 */
export function sweepHome(): { readonly home: string; readonly remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), 'trade-labs-sweep-'));
  mkdirSync(join(home, 'config'));
  mkdirSync(join(home, 'bars'));
  writeFileSync(join(home, 'rising.mjs'), STRATEGY);
  writeFileSync(
    join(home, 'config', 'trade-labs.yaml'),
    'strategy: { file: rising.mjs }\nscan: { minActivityUsd: 0 }\n',
  );
  writeFileSync(
    join(home, 'bars', 'meta.json'),
    JSON.stringify({ adjustment: 'none', source: 'the synthetic market' }),
  );
  const market = createSyntheticMarket({ seed: 7, universe: shippedUniverse(SYMBOLS) });
  for (const symbol of market.symbols) {
    const columns = market.daily(symbol, sessionDate('2015-01-02'), sessionDate('2016-12-30'));
    const rows = Array.from({ length: columns.length }, (_, i) => {
      const { time, open, high, low, close, volume } = barAt(columns, i);
      return [utcMsToDate(time), open, high, low, close, volume].join(',');
    });
    const text = `time,open,high,low,close,volume\n${rows.join('\n')}\n`;
    writeFileSync(join(home, 'bars', `${symbol}_1d.csv`), text);
  }
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** A question about the bars of such a home, with parts of it asked otherwise. */
export const questionOf = (home: string, parts: Partial<SweepQuestion> = {}): SweepQuestion => ({
  dataDir: join(home, 'bars'),
  symbols: null,
  from: sessionDate('2015-10-01'),
  to: sessionDate('2016-03-31'),
  set: {},
  grid: ['strategy.params.bars=3,10', 'sizing.stop.multiple=1..3:2'],
  random: null,
  seed: 1,
  walkForward: null,
  split: 'auto',
  metric: 'sharpe',
  ...parts,
});

/** Trials in this thread, over the same shared bars: the threads themselves need the built program. */
export const inThisThread = ({ setting, shared }: TrialWork): TrialRunner => {
  const bars = new TrialBars(sharedBarSource(shared), setting.last);
  return { run: (task) => runTrial(task, setting, bars), close: async () => {} };
};

export interface Sweeping {
  readonly home: string;
  readonly dir: string;
  readonly question: SweepQuestion | null;
  readonly workers?: number;
  readonly code?: string;
  readonly interrupt?: AbortSignal;
  readonly openRunner?: (setting: TrialWork) => TrialRunner;
  readonly onProgress?: (done: number, total: number) => void;
}

export const sweeping = ({ home, dir, question, ...more }: Sweeping): Promise<SweepOutcome> =>
  runSweep({
    dir,
    question,
    configSource: { home, cwd: home, env: {} },
    version: '0.0.0',
    code: 'this program',
    workers: 1,
    now: epochMs(1_772_721_000_000),
    interrupt: new AbortController().signal,
    openRunner: inThisThread,
    ...more,
  });

/** The failure that something ends with; fails where it ends otherwise. */
export async function refusal(work: Promise<unknown>): Promise<Failure> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof Failure) return thrown;
  throw new Error(`expected a refusal, had ${String(thrown)}`);
}
