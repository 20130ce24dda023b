import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBacktest } from '../../src/app/backtest.ts';
import { openSource } from '../../src/app/compose.ts';
import { compareParity, type ParityReport } from '../../src/app/parity.ts';
import { replayRecordings } from '../../src/app/replay.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { run } from '../cli/fake-world.ts';
import { type DeskHome, inHome } from './daemon-world.ts';

const FROM = '2026-03-04';
const DAY = '2026-03-05';
const HOME = `data: { synthetic: { seed: 1, symbols: 40 } }
schedule:
  - { name: scan-open,   job: scan, at: "09:30", top: 5 }
  - { name: scan-midday, job: scan, at: "12:00", top: 3 }
`;

/** Backtests a home's configuration, with this added, into data/backtests/NAME. */
async function backtest(
  home: DeskHome,
  name: string,
  from = FROM,
  added = '',
  yaml = HOME,
  to = DAY,
): Promise<string> {
  home.configure(`${yaml}${added}`);
  const loaded = await home.config();
  home.configure(HOME);
  const runDir = join(home.dir, 'data', 'backtests', name);
  mkdirSync(runDir, { recursive: true });
  await runBacktest({
    home: home.dir,
    loaded,
    version: '0',
    source: openSource({ home: home.dir, loaded }),
    from: sessionDate(from),
    to: sessionDate(to),
    runDir,
  });
  return name;
}

const parity = async (home: DeskHome, a: string, b: string): Promise<ParityReport> =>
  compareParity({ home: home.dir, cwd: home.dir, loaded: await home.config(), a, b });

const cli = (home: DeskHome, ...argv: string[]) =>
  run(['parity', ...argv, '--home', home.dir], { cwd: home.dir });

describe('two backtests', () => {
  it('of the same are equal, row by row and dollar by dollar', () =>
    inHome(HOME, async (home) => {
      const found = await parity(home, await backtest(home, 'one'), await backtest(home, 'two'));
      expect([found.equal, found.alike]).toEqual([true, true]);
      expect(found.runs.map(({ session, slot }) => `${session} ${slot}`)).toEqual([
        '2026-03-04 scan-open',
        '2026-03-04 scan-midday',
        '2026-03-05 scan-open',
        '2026-03-05 scan-midday',
      ]);
      expect(found.decisions.same).toBe(found.decisions.compared);
      expect(found.outcomes.length).toBeGreaterThan(0);
      const { slippageBpsA, slippageBpsB, entries } = found.costs;
      expect(entries).toBeGreaterThan(0);
      expect(slippageBpsA).toBe(slippageBpsB);
    }));

  it('with other costs decide the same at first, and differ in fills by what the costs differ', () =>
    inHome(HOME, async (home) => {
      const a = await backtest(home, 'one', DAY);
      const b = await backtest(home, 'two', DAY, 'costs: { slippageBps: 15 }\n');
      const found = await parity(home, a, b);
      const dearer = found.outcomes.filter(({ entryBps }) => (entryBps ?? 0) !== 0);
      expect(dearer.length).toBeGreaterThan(0);
      for (const { class: kind, entryBps, slippageBps } of dearer) {
        expect(kind).toBe('fill');
        // 15 less 5 bps of the price, but where the limit caps the fill.
        expect(entryBps).toBeGreaterThan(0);
        expect(entryBps).toBeLessThan(10.01);
        expect(slippageBps).toBeGreaterThan(0);
      }
      expect([found.equal, found.alike]).toEqual([false, false]);
    }));

  it('of other limits part by config, and where their accounts parted before, by state', () =>
    inHome(HOME, async (home) => {
      const a = await backtest(home, 'one');
      const b = await backtest(home, 'two', FROM, 'sizing: { perTradeFraction: 0.001 }\n');
      const found = await parity(home, a, b);
      const causes = found.runs.map(({ rows }) => [
        ...new Set(rows.flatMap(({ cause }) => cause ?? [])),
      ]);
      expect(causes[0]).toEqual(['config']);
      expect(new Set(causes.slice(1).flat())).toEqual(new Set(['state']));
    }));

  it('of other data part by data', () =>
    inHome(HOME, async (home) => {
      const a = await backtest(home, 'one', DAY);
      const b = await backtest(home, 'two', DAY, '', HOME.replace('seed: 1', 'seed: 2'));
      const [first] = (await parity(home, a, b)).runs;
      const causes = new Set(first?.rows.flatMap(({ cause }) => cause ?? []));
      expect(causes).toEqual(new Set(['data']));
    }));

  it('of other spans name the runs that only one has', () =>
    inHome(HOME, async (home) => {
      const found = await parity(
        home,
        await backtest(home, 'one'),
        await backtest(home, 'two', DAY),
      );
      expect(found.decisions.unpaired).toBe(2);
      expect(found.runs.slice(0, 2).map(({ b }) => b)).toEqual([null, null]);
      expect(found.equal).toBe(false);
    }));
});

describe('a session and its backtest', () => {
  it('decide the same on the same inputs, with the same outcomes', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const found = await parity(home, DAY, await backtest(home, 'past', DAY));
      expect(found.inputs.map(({ from, overlap }) => [from, overlap])).toEqual([
        ['snapshots', 1],
        ['snapshots', 1],
      ]);
      expect([found.equal, found.alike, found.warnings]).toEqual([true, true, []]);
      expect(found.outcomes.length).toBeGreaterThan(0);
    }));

  it('are held against each other for that session alone, whichever comes first', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const past = await backtest(home, 'past');
      const [one, two] = [await parity(home, DAY, past), await parity(home, past, DAY)];
      expect([one.runs.length, two.runs.length, one.decisions.unpaired]).toEqual([2, 2, 0]);
      // The backtest began a session before, so it holds what it bought then.
      const causes = new Set(
        one.runs.flatMap(({ rows }) => rows.flatMap(({ cause }) => cause ?? [])),
      );
      expect(causes).toEqual(new Set(['state']));
    }));
});

describe('one instant', () => {
  /** The fingerprints of the open scan of the day. */
  const hashesOf = ({ runs }: ParityReport, side: 'a' | 'b') => {
    const open = runs.find(({ session, slot }) => session === DAY && slot === 'scan-open');
    return [open?.[side]?.signalHash, open?.[side]?.decisionHash];
  };

  const pipelineAt = async (home: DeskHome, ...options: string[]) => {
    const asked = ['--as-of', `${DAY}T09:30:00-05:00`, '--candidates', '5', '--json', ...options];
    const { stdout } = await run(['pipeline', ...asked, '--home', home.dir], { cwd: home.dir });
    const { data } = JSON.parse(stdout);
    return [data.signalHash, data.decisionHash];
  };

  it('is decided the same by daemon, replay, backtest and pipeline', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const found = await parity(home, DAY, await backtest(home, 'past', DAY));
      const { runs } = await replayRecordings({
        home: home.dir,
        loaded: await home.config(),
        rules: 'today',
        data: 'recorded',
      });
      const traded = hashesOf(found, 'a');
      expect(traded.every((hash) => /^[0-9a-f]{64}$/.test(hash ?? ''))).toBe(true);
      expect(hashesOf(found, 'b')).toEqual(traded);
      expect([runs[0]?.now.signalHash, runs[0]?.now.decisionHash]).toEqual(traded);
      expect(await pipelineAt(home)).toEqual(traded);
    }));

  it('is decided the same by a pipeline that begins with the state of a backtest', () =>
    inHome(HOME, async (home) => {
      const before = await backtest(home, 'before', FROM, '', HOME, FROM);
      const whole = await backtest(home, 'whole');
      const state = join(home.dir, 'data', 'backtests', before);
      const report = await parity(home, whole, whole);
      const [signal, decision] = await pipelineAt(home, '--state', state);
      expect([signal, decision]).toEqual(hashesOf(report, 'a'));
      expect((await pipelineAt(home))[1]).not.toBe(decision);
    }));
});

describe('two runs', () => {
  it('are a pair whatever their slots', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const [open, midday] = [`${DAY}-143000Z-scan-open`, `${DAY}-170000Z-scan-midday`];
      const found = await parity(home, open, midday);
      expect(found.runs).toHaveLength(1);
      expect(found.inputs[0]?.fields.find(({ field }) => field === 'reference')).toMatchObject({
        symbols: 40,
      });
      expect((await parity(home, open, open)).alike).toBe(true);
    }));
});

describe('two runs of one slot in one session', () => {
  const [FIRST, SECOND] = [`${DAY}-150000Z-manual`, `${DAY}-160000Z-manual`];

  const runTwice = async (home: DeskHome): Promise<void> => {
    for (const now of [`${DAY}T15:00:00Z`, `${DAY}T16:00:00Z`]) {
      const { exit } = await run(['pipeline', '--home', home.dir], { cwd: home.dir, now });
      expect(exit).toBe(0);
    }
  };

  it('are told apart by their names', () =>
    inHome(HOME, async (home) => {
      await runTwice(home);
      const { runs } = await parity(home, FIRST, SECOND);
      expect(runs.map(({ a, b }) => [a?.runId, b?.runId])).toEqual([[FIRST, SECOND]]);
    }));

  it('are each held against themselves in the same session', () =>
    inHome(HOME, async (home) => {
      await runTwice(home);
      const own = [[FIRST, FIRST]];
      const pairs = async (a: string, b: string) =>
        (await parity(home, a, b)).runs.map((pair) => [pair.a?.runId, pair.b?.runId]);
      expect(await pairs(DAY, DAY)).toEqual([...own, [SECOND, SECOND]]);
      expect(await pairs(FIRST, DAY)).toEqual(own);
      expect(await pairs(DAY, FIRST)).toEqual(own);
    }));
});

describe('trade-labs parity', () => {
  it('says Equal of decisions alone, and ends with 0 where all is alike', () =>
    inHome(HOME, async (home) => {
      const names = [await backtest(home, 'one', DAY), await backtest(home, 'two', DAY)];
      const { exit, stdout } = await cli(home, ...names);
      expect(exit).toBe(0);
      expect(stdout).toContain('1 Decisions: Equal. 2 runs');
      expect(stdout.match(/Equal/g)).toHaveLength(1);
    }));

  it('ends with 20 and explains each row, as text, JSON and CSV', () =>
    inHome(HOME, async (home) => {
      const names = [
        await backtest(home, 'one', DAY),
        await backtest(home, 'two', DAY, 'sizing: { perTradeFraction: 0.001 }\n'),
      ];
      const text = await cli(home, ...names);
      expect([text.exit, text.stdout]).toEqual([20, expect.stringContaining('By cause: config')]);
      expect(text.stdout).not.toContain('Equal');
      const { data } = JSON.parse((await cli(home, ...names, '--json')).stdout);
      expect(data).toMatchObject({ a: 'one', b: 'two', equal: false });
      expect(data.runs[0].a).toMatchObject({ asOf: `${DAY}T14:30:00.000Z`, mode: 'backtest' });
      expect(data.runs[0].a.state).toMatchObject({ equity: 100_000, cash: 100_000 });
      const { stdout } = await cli(home, ...names, '--csv', '-');
      const [head, ...lines] = stdout.trimEnd().split('\r\n');
      expect(head).toBe('level,session,slot,symbol,class,cause,field,a,b,bps');
      const levels = new Set(lines.map((line) => line.split(',')[0]));
      expect(levels).toEqual(new Set(['decisions', 'inputs', 'outcomes']));
    }));

  it('refuses what is nothing to compare, and says what would be', () =>
    inHome(HOME, async (home) => {
      const { exit, stderr } = await cli(home, 'nothing', 'else');
      expect([exit, stderr]).toEqual([2, expect.stringContaining('nothing is no run, session')]);
      writeFileSync(join(home.dir, 'file'), '');
      expect((await cli(home, 'file', DAY)).exit).toBe(2);
    }));
});
