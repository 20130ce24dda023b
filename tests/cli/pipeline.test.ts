import { describe, expect, it } from 'vitest';
import { run } from './fake-world.ts';
import { contents, inFolder, lastingContents, put } from './homes.ts';

const HEADER = 'time,open,high,low,close,volume';

interface PipelineDocument {
  readonly data: {
    readonly status: string;
    readonly note: string | null;
    readonly counts: Readonly<Record<string, number>>;
    readonly denials: Readonly<Record<string, number>>;
    readonly fills: readonly { readonly symbol: string; readonly price: number }[];
    readonly outputDir: string;
  };
}

const dataOf = (stdout: string): PipelineDocument['data'] =>
  (JSON.parse(stdout) as PipelineDocument).data;

/** How many found rows were not eligible because they are held. */
const heldOf = (stdout: string): number =>
  (JSON.parse(stdout) as { data: { ineligible: { held?: number } } }).data.ineligible.held ?? 0;

describe('the pipeline command on the synthetic market', () => {
  it.each([
    ['the open', '2026-03-05T14:30:00Z'],
    ['midday', '2026-03-05T17:00:00Z'],
  ])('with the default configuration sends and fills entries at %s', (_name, at) =>
    inFolder(async (dir) => {
      const { exit, stdout, stderr } = await run(['pipeline', '--as-of', at, '--json'], {
        cwd: dir,
      });
      expect(exit, stderr).toBe(0);
      const { counts, fills } = dataOf(stdout);
      expect(counts['submitted']).toBeGreaterThan(0);
      expect(fills.length).toBeGreaterThan(0);
    }),
  );

  it.each(['21:00:00.000', '21:00:30.000', '21:01:00.000', '21:01:00.001'])(
    'ranks and sizes at the close and right after it, and finds the market closed: %s',
    (time) =>
      inFolder(async (dir) => {
        const argv = ['pipeline', '--as-of', `2026-03-05T${time}Z`, '--json'];
        const { exit, stdout, stderr } = await run(argv, { cwd: dir });
        expect(exit, stderr).toBe(0);
        const { counts, denials } = dataOf(stdout);
        expect(counts).toMatchObject({ sized: 5, approved: 0, submitted: 0 });
        expect(denials).toMatchObject({ MARKET_CLOSED: 5 });
      }),
  );

  it('gives the same output and the same files for the same question', () =>
    inFolder(async (dir) => {
      const argv = ['pipeline', '--as-of', '2026-03-05'];
      const first = await run(argv, { cwd: dir });
      const before = lastingContents(dir);
      expect(await run(argv, { cwd: dir })).toEqual(first);
      expect(lastingContents(dir)).toEqual(before);
      expect(before.size).toBeGreaterThan(3);
    }));

  it('sends nothing in a dry run and says so', () =>
    inFolder(async (dir) => {
      const argv = ['pipeline', '--as-of', '2026-03-05', '--dry-run', '--json'];
      const { counts, note, fills } = dataOf((await run(argv, { cwd: dir })).stdout);
      expect(counts['approved']).toBeGreaterThan(0);
      expect(counts['submitted']).toBe(0);
      expect(fills).toEqual([]);
      expect(note).toBe('dry run: nothing was sent');
    }));

  it('obeys TRADE_LABS_DRY_RUN and TRADE_LABS_KILL_SWITCH', () =>
    inFolder(async (dir) => {
      const argv = ['pipeline', '--as-of', '2026-03-05', '--json'];
      const dry = await run(argv, { cwd: dir, env: { TRADE_LABS_DRY_RUN: '1' } });
      expect(dataOf(dry.stdout).counts['submitted']).toBe(0);
      const killed = await run(argv, { cwd: dir, env: { TRADE_LABS_KILL_SWITCH: '1' } });
      expect(dataOf(killed.stdout).denials).toMatchObject({ KILL_SWITCH: 5 });
    }));

  it('denies each order outside the hours of a session day, but ranks and sizes', () =>
    inFolder(async (dir) => {
      const argv = ['pipeline', '--as-of', '2026-03-05T22:00:00Z', '--json'];
      const { counts, denials } = dataOf((await run(argv, { cwd: dir })).stdout);
      expect(counts['sized']).toBe(5);
      expect(counts['approved']).toBe(0);
      expect(denials).toEqual({ MARKET_CLOSED: 5 });
    }));

  it('refuses a day without a session, names the reason and the next session, and writes no run', () =>
    inFolder(async (dir) => {
      const ended = await run(['pipeline', '--as-of', '2026-04-03'], { cwd: dir });
      expect(ended.exit).toBe(2);
      expect(ended.stderr).toContain('Good Friday');
      expect(ended.stderr).toContain('2026-04-06');
      expect(contents(dir).size).toBe(0);
    }));

  it('asks before each order with --review and sends only what was agreed to', () =>
    inFolder(async (dir) => {
      const argv = ['pipeline', '--as-of', '2026-03-05T17:00:00Z', '--review'];
      const answers = ['y', 'n', '', 'yes', null];
      const ended = await run(argv, { cwd: dir, terminal: 120, answers });
      expect(ended.exit, ended.stderr).toBe(0);
      expect(ended.stdout).toContain('2 approved -> 2 sent');
      expect(ended.stderr.match(/Send it\?/g)).toHaveLength(5);
    }));

  it('denies everything with --review where nobody can be asked', () =>
    inFolder(async (dir) => {
      const argv = ['pipeline', '--as-of', '2026-03-05T17:00:00Z', '--review', '--json'];
      const { counts, denials } = dataOf((await run(argv, { cwd: dir })).stdout);
      expect(counts['submitted']).toBe(0);
      expect(denials).toEqual({ REVIEW_DECLINED: 5 });
    }));

  it('remembers its account between two runs in the same home', () =>
    inFolder(async (dir) => {
      const argv = ['pipeline', '--json', '--candidates', '2'];
      const first = dataOf((await run(argv, { cwd: dir })).stdout);
      expect(first.counts['submitted']).toBe(2);
      const second = await run(argv, { cwd: dir });
      expect(second.exit, second.stderr).toBe(0);
      const symbols = contents(dir).get('data/trade_history/runs.json') ?? '';
      expect(JSON.parse(symbols)).toHaveLength(2);
      const refs = (contents(dir).get('data/trade_history/journal/2026-03.jsonl') ?? '')
        .split('\n')
        .filter((line) => line.includes('"order.submitted"'))
        .map((line) => (JSON.parse(line) as { orderRef: string }).orderRef);
      expect(new Set(refs).size).toBe(refs.length);
    }));

  it('goes on from the account of another run with --state', () =>
    inFolder(async (dir) => {
      const first = await run(['pipeline', '--as-of', '2026-03-05', '--json'], { cwd: dir });
      const { outputDir, fills } = dataOf(first.stdout);
      const held = new Set(fills.map(({ symbol }) => symbol));
      const argv = ['pipeline', '--as-of', '2026-03-06', '--state', outputDir, '--json'];
      const second = await run(argv, { cwd: dir });
      expect(second.exit, second.stderr).toBe(0);
      expect(heldOf(second.stdout)).toBe(held.size);
      const { outputDir: next } = dataOf(second.stdout);
      const third = await run(['pipeline', '--as-of', '2026-03-09', '--state', next, '--json'], {
        cwd: dir,
      });
      expect(third.exit, third.stderr).toBe(0);
      const bought = dataOf(second.stdout).fills.length;
      expect(heldOf(third.stdout)).toBeGreaterThanOrEqual(held.size + bought);
      for (const taken of ['2026-03-04', '2026-03-05']) {
        const early = await run(['pipeline', '--as-of', taken, '--state', outputDir], { cwd: dir });
        expect(early.exit).toBe(2);
        expect(early.stderr).toContain('that run did not end before the instant asked for');
      }
    }));
});

describe('bad input of the pipeline command', () => {
  const refused: readonly (readonly [string, readonly string[], number, string])[] = [
    [
      'a folder that is not there',
      ['--data', 'nowhere', '--as-of', '2015-08-24'],
      2,
      'no bars folder',
    ],
    ['bars of the past without an instant', ['--data', 'bars'], 2, '--data goes with --as-of'],
    ['an instant without its zone', ['--as-of', '2015-08-24T09:30:00'], 2, 'with its zone'],
    ['a date that does not exist', ['--as-of', '2015-02-30'], 2, '--as-of takes'],
    ['an instant before the calendar', ['--as-of', '1980-01-02'], 2, '1990-01-02'],
    ['no candidates', ['--candidates', '0'], 2, '--candidates takes a number'],
    ['half a candidate', ['--candidates', '1.5'], 2, '--candidates takes a number'],
    ['a path as a symbol', ['--symbols', '../x'], 2, 'is not a symbol'],
    [
      'a symbol nobody has',
      ['--symbols', 'NOSUCH', '--as-of', '2026-03-05'],
      2,
      'no data of NOSUCH',
    ],
    [
      'a run folder that is none',
      ['--state', 'nowhere', '--as-of', '2026-03-05'],
      2,
      'no run folder',
    ],
    ['an unknown flag', ['--sybols', 'AAPL'], 2, 'Did you mean --symbols'],
  ];
  it.each(refused)('%s: one clear error, and nothing is written', (_name, options, exit, text) =>
    inFolder(async (dir) => {
      put(dir, { 'bars/AAPL_1d.csv': `${HEADER}\n` });
      const before = lastingContents(dir);
      const ended = await run(['pipeline', ...options], { cwd: dir });
      expect(ended.exit, ended.stderr).toBe(exit);
      expect(ended.stderr).toContain(text);
      expect(ended.stdout).toBe('');
      expect(lastingContents(dir)).toEqual(before);
    }),
  );

  const files: readonly (readonly [string, Record<string, string>, string])[] = [
    ['an empty file', { 'AAPL_1d.csv': '' }, 'AAPL_1d.csv'],
    [
      'a header in another order',
      { 'AAPL_1d.csv': 'time,close,open,high,low,volume\n' },
      'AAPL_1d.csv',
    ],
    ['a file of a symbol that is none', { 'aapl_1d.csv': `${HEADER}\n` }, 'aapl_1d.csv'],
    ['an empty folder', { 'notes.txt': 'nothing here' }, 'no bar files'],
    ['meta.json that is none', { 'meta.json': '{', 'AAPL_1d.csv': `${HEADER}\n` }, 'meta.json'],
  ];
  it.each(files)('%s: refused by name, and nothing is written', (_name, given, text) =>
    inFolder(async (dir) => {
      put(dir, Object.fromEntries(Object.entries(given).map(([k, v]) => [`bars/${k}`, v])));
      const before = lastingContents(dir);
      const ended = await run(['pipeline', '--data', 'bars', '--as-of', '2015-08-24'], {
        cwd: dir,
      });
      expect([2, 20]).toContain(ended.exit);
      expect(ended.stderr).toContain(text);
      expect(lastingContents(dir)).toEqual(before);
    }),
  );

  it('names every file that cannot be used, not only the first', () =>
    inFolder(async (dir) => {
      put(dir, {
        'bars/AAPL_1d.csv': '',
        'bars/MSFT_1d.csv': 'x\n',
        'bars/JPM_1d.csv': `${HEADER}\n`,
      });
      const ended = await run(['pipeline', '--data', 'bars', '--as-of', '2015-08-24'], {
        cwd: dir,
      });
      expect(ended.exit).toBe(20);
      expect(ended.stderr).toContain('AAPL_1d.csv');
      expect(ended.stderr).toContain('MSFT_1d.csv');
      expect(ended.stderr).not.toContain('JPM_1d.csv:');
    }));

  it('takes a bad row as an absent session of its symbol and says where it is', () =>
    inFolder(async (dir) => {
      const rows = ['2015-08-20,10,11,9,10,100', '2015-08-21,NaN,11,9,10,100'];
      put(dir, { 'bars/AAPL_1d.csv': `${HEADER}\n${rows.join('\n')}\n` });
      const argv = ['pipeline', '--data', 'bars', '--as-of', '2015-08-24', '--json'];
      const ended = await run(argv, { cwd: dir });
      expect(ended.exit, ended.stderr).toBe(0);
      const document = JSON.parse(ended.stdout) as {
        warnings: string[];
        data: { excluded: unknown };
      };
      expect(document.warnings.join('\n')).toContain('AAPL_1d.csv:3');
      expect(document.data.excluded).toEqual({ stale: 1 });
    }));

  const configs: readonly (readonly [string, string, string])[] = [
    ['an unknown strategy', 'strategy: { name: nosuch }', 'built in: momentum'],
    ['a strategy file that is missing', 'strategy: { file: mine.mjs }', 'no strategy file'],
    ['a parameter nobody knows', 'strategy: { name: momentum, params: { speed: 1 } }', 'speed'],
    ['a universe file that is missing', 'scan: { universe: mine.txt }', 'no universe file'],
  ];
  it.each(configs)('%s in the config: exit 78, and nothing is written', (_name, yaml, text) =>
    inFolder(async (dir) => {
      put(dir, { 'config/trade-labs.yaml': `${yaml}\n` });
      const before = lastingContents(dir);
      const ended = await run(['pipeline', '--as-of', '2026-03-05'], { cwd: dir });
      expect(ended.exit, ended.stderr).toBe(78);
      expect(ended.stderr).toContain(text);
      expect(lastingContents(dir)).toEqual(before);
    }),
  );

  it.each(['sim', 'ib'])(
    'says that the gateway of broker %s is not there, and writes nothing',
    (broker) =>
      inFolder(async (dir) => {
        const nobody = 'ib: { host: 127.0.0.1, port: 1 }';
        put(dir, { 'config/trade-labs.yaml': `mode: paper\nbroker: ${broker}\n${nobody}\n` });
        const before = lastingContents(dir);
        const ended = await run(['pipeline'], { cwd: dir });
        expect(ended.exit, ended.stderr).toBe(69);
        expect(ended.stderr).toContain('127.0.0.1:1');
        expect(ended.stderr).toContain('trade-labs doctor ib');
        expect(lastingContents(dir)).toEqual(before);
      }),
  );

  it('fails the run, keeps the journal and sends nothing when a strategy throws', () =>
    inFolder(async (dir) => {
      const code = `export default ({ z }) => ({
        name: 'broken', description: 'throws', params: z.strictObject({}), relative: false,
        warmupBars: () => 1, inputs: () => ({}), features: () => [{ name: 'f', weight: 1, lo: 0, hi: 1, inverted: false }],
        evaluate: () => { throw new Error('no idea'); },
      });`;
      put(dir, { 'config/trade-labs.yaml': 'strategy: { file: mine.mjs }\n', 'mine.mjs': code });
      const ended = await run(['pipeline', '--as-of', '2026-03-05'], { cwd: dir });
      expect(ended.exit).toBe(78);
      expect(ended.stderr).toContain('strategy broken failed on');
      const journal = [...contents(dir)].find(([name]) => name.includes('/journal/'))?.[1] ?? '';
      expect(journal).toContain('"run.failed"');
      expect(journal).not.toContain('"order.submitted"');
    }));
});
