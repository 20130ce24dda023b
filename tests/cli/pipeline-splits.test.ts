import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { epochMs, isoUtc, MINUTE_MS } from '../../src/domain/time.ts';
import { sessionsFrom } from '../pipeline/builders.ts';
import { run } from './fake-world.ts';
import { inFolder, put } from './homes.ts';

/** The session before which two shares are made of one. */
const EX_DATE = '2015-03-05';
const EX_SESSION = sessionsFrom(EX_DATE, 0);
const BEFORE = sessionsFrom(EX_DATE, -1).date;

/** Thirty sessions around 100 and one around 50. */
const BARS = Array.from({ length: 31 }, (_, i) => {
  const price = i === 30 ? 50 : 100;
  return [sessionsFrom(EX_DATE, i - 30).date, price, price + 1, price - 1, price, 1_000_000].join();
});
const ALWAYS = `export default ({ z }) => ({
  name: 'always', description: 'wants whatever there is', params: z.strictObject({}),
  warmupBars: () => 20, inputs: () => ({}),
  features: () => [{ name: 'one', weight: 1, lo: 0, hi: 1, inverted: false }],
  evaluate: () => ({ direction: 'long', reason: 'always', features: [1] }),
});`;
const FILES = {
  'bars/AAA_1d.csv': `time,open,high,low,close,volume\n${BARS.join('\n')}\n`,
  'bars/BBB_1d.csv': `time,open,high,low,close,volume\n${BARS.join('\n')}\n`,
  'bars/actions.csv': `symbol,exDate,kind,value\nAAA,${EX_DATE},split,2\nBBB,${EX_DATE},split,2\n`,
  'bars/meta.json': '{ "adjustment": "none", "source": "written for a test" }',
  'always.mjs': ALWAYS,
  'config/trade-labs.yaml': 'strategy: { file: always.mjs }\n',
};

interface Document {
  readonly data: {
    readonly outputDir: string;
    readonly fills: readonly { readonly symbol: string }[];
    readonly denials: Readonly<Record<string, number>>;
  };
}

/** What the account was worth at each of its valuations in a run folder. */
const worthsOf = (dir: string): number[] =>
  readFileSync(join(dir, 'journal', `${EX_DATE.slice(0, 7)}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; equity: number })
    .filter(({ type }) => type === 'account.marked')
    .map(({ equity }) => equity);

describe('a run before the open of the session of a split', () => {
  it('values what is held in the shares that it still has', () =>
    inFolder(async (dir) => {
      put(dir, FILES);
      const ask = async (...argv: string[]): Promise<Document['data']> => {
        const all = ['pipeline', '--data', 'bars', '--json', ...argv];
        const { exit, stdout, stderr } = await run(all, { cwd: dir });
        expect(exit, stderr).toBe(0);
        return (JSON.parse(stdout) as Document).data;
      };
      const bought = await ask('--as-of', BEFORE, '--symbols', 'AAA');
      expect(bought.fills).toHaveLength(1);
      const early = isoUtc(epochMs(EX_SESSION.openAt - 60 * MINUTE_MS));
      const { outputDir, denials } = await ask('--as-of', early, '--state', bought.outputDir);
      expect(denials).toEqual({ MARKET_CLOSED: 1 });
      const [close, worth] = worthsOf(outputDir);
      expect(worth).toBe(close);
    }));
});
