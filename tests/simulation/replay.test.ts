import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replayRecordings } from '../../src/app/replay.ts';
import { run } from '../cli/fake-world.ts';
import { type DeskHome, inHome } from './daemon-world.ts';

const DAY = '2026-03-05';
const MARKET = 'data: { synthetic: { seed: 1, symbols: 40 } }\n';
const HOME = `${MARKET}schedule:
  - { name: scan-open,   job: scan, at: "09:30", top: 5 }
  - { name: scan-midday, job: scan, at: "12:00", top: 3 }
  - { name: reconcile,   job: reconcile, at: close }
  - { name: backup,      job: backup, at: close+90m, keepDays: 14 }
`;

const recorded = (home: DeskHome): string[] => {
  const root = join(home.dir, 'data', 'recordings');
  return existsSync(root) ? readdirSync(root).sort() : [];
};

const replayOf = async (home: DeskHome, changes: object = {}) =>
  replayRecordings({
    home: home.dir,
    loaded: await home.config(),
    rules: 'today',
    data: 'recorded',
    ...changes,
  });

const cli = (home: DeskHome, ...argv: string[]) =>
  run([...argv, '--home', home.dir], { cwd: home.dir });

/** The classes of the rows that a replay decided otherwise. */
const classesOf = ({ runs }: Awaited<ReturnType<typeof replayOf>>): string[] => [
  ...new Set(runs.flatMap(({ differences }) => differences.map(({ class: kind }) => kind))),
];

describe('a session of a simulated daemon', () => {
  it('is recorded, and decided again the same to the fingerprint, fills included', () =>
    inHome(HOME, async (home) => {
      await home.simulate('2026-03-04', DAY);
      const before = await replayOf(home, { subject: '2026-03-04' });
      const report = await replayOf(home);
      expect(report.runs.map(({ run: { slot } }) => slot)).toEqual(['scan-open', 'scan-midday']);
      expect([before.same, report.same, report.damaged]).toEqual([true, true, []]);
      const orders = [...before.runs, ...report.runs].flatMap(({ orders: sent }) => sent);
      expect(orders.some(({ leg, filled }) => leg === 'entry' && filled > 0)).toBe(true);
      expect(new Set(orders.map(({ class: kind }) => kind))).toEqual(new Set(['same']));
      const completed = (await home.of('run.completed')).filter(({ at }) => at > Date.parse(DAY));
      const hashes = report.runs.map(({ now }) => now.decisionHash);
      expect(completed.flatMap(({ decisionHash }) => decisionHash ?? [])).toEqual(hashes);
    }));

  it('is named config where the configuration changed since, and the same by the recorded rules', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      home.configure(`${HOME}sizing: { perTradeFraction: 0.001 }\n`);
      const today = await replayOf(home);
      expect([today.same, classesOf(today)]).toEqual([false, ['config']]);
      expect(today.runs[0]?.first?.event).toBe('intent.sized');
      expect((await replayOf(home, { rules: 'recorded' })).same).toBe(true);
    }));

  it('is named config where only the number of candidates of its slot changed', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      home.configure(HOME.replace('top: 5', 'top: 1'));
      const [open, midday] = (await replayOf(home)).runs;
      expect(open?.differences.map(({ class: kind }) => kind)).toContain('config');
      expect(midday?.differences).toEqual([]);
    }));

  it('is named data where the source shows the same instant otherwise now', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      expect((await replayOf(home, { data: 'today' })).same).toBe(true);
      home.configure(HOME.replace('seed: 1', 'seed: 2'));
      const other = await replayOf(home, { data: 'today', rules: 'recorded' });
      expect(classesOf(other)).toEqual(['data']);
    }));

  it('is not decided on data of today that its home does not have', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      home.configure('mode: paper\nbroker: sim\n');
      await expect(replayOf(home, { data: 'today' })).rejects.toMatchObject({
        code: 'DATA_UNAVAILABLE',
        hint: expect.stringContaining('trade-labs data capture'),
      });
    }));

  it('is named code where the file of the strategy scores otherwise now', () =>
    inHome(`${HOME}strategy: { file: mine.mjs }\n`, async (home) => {
      writeFileSync(join(home.dir, 'mine.mjs'), strategyText(1));
      await home.simulate(DAY, DAY);
      expect((await replayOf(home)).same).toBe(true);
      // A module is loaded once a process by its path, so the changed one is in a home of its own.
      await inHome('', async (other) => {
        cpSync(home.dir, other.dir, { recursive: true });
        writeFileSync(join(other.dir, 'mine.mjs'), strategyText(1.01));
        const changed = await replayOf(other);
        expect(classesOf(changed)).toEqual(['code']);
        expect(changed.runs[0]?.first?.details[0]).toMatch(/^score [\d.]+ -> [\d.]+$/);
        expect(changed.runs[0]?.notes).toContain('the strategy file has changed since');
      });
    }));

  it('is decided by the rules of today where the strategy it was decided by is gone', () =>
    inHome(`${HOME}strategy: { file: mine.mjs }\n`, async (home) => {
      writeFileSync(join(home.dir, 'mine.mjs'), strategyText(1));
      await home.simulate(DAY, DAY);
      rmSync(join(home.dir, 'mine.mjs'));
      await expect(replayOf(home)).rejects.toThrow(/there is no strategy file/);
      home.configure(HOME);
      for (const rules of ['today', 'recorded']) {
        const replayed = await replayOf(home, { rules });
        expect(classesOf(replayed)).toEqual(['config']);
        expect(replayed.runs[0]?.notes).toContainEqual(
          expect.stringMatching(/^the recorded rules cannot be used: there is no strategy file/),
        );
      }
    }));

  it('keeps its other runs where a recording is damaged, which is named', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const folder = join(home.dir, 'data', 'recordings', DAY);
      const name = readdirSync(folder).find((one) => one.endsWith('scan-open.json.gz')) ?? '';
      writeFileSync(join(folder, name), 'not what it was');
      const ended = await cli(home, 'replay', DAY);
      expect(ended.exit).toBe(20);
      expect(ended.stdout).toContain(`${join(folder, name)}: its checksum differs`);
      expect(ended.stdout).toContain('scan-midday  12:00 ET');
      const { runs, damaged } = await replayOf(home);
      expect([runs.length, damaged.length]).toEqual([1, 1]);
    }));

  it('names a run that left no recording, where the whole session is asked for', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const folder = join(home.dir, 'data', 'recordings', DAY);
      const [midday, open] = [`${DAY}-170000Z-scan-midday`, `${DAY}-143000Z-scan-open`];
      rmSync(join(folder, `${midday}.json.gz`));
      const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').split('\n');
      writeFileSync(
        join(folder, 'SHA256SUMS'),
        sums.filter((line) => !line.includes(midday)).join('\n'),
      );
      const ended = await cli(home, 'replay', DAY);
      expect(ended.stderr).toContain(`${midday}: left no recording`);
      expect((await replayOf(home)).unrecorded).toEqual([midday]);
      expect((await replayOf(home, { subject: open })).unrecorded).toEqual([]);
    }));

  it('is not believed where the journal says otherwise', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      await inHome(`${HOME}capital: { startingCashUsd: 50000 }\n`, async (other) => {
        await other.simulate(DAY, DAY);
        const from = join(other.dir, 'data', 'recordings');
        cpSync(from, join(home.dir, 'data', 'recordings'), { recursive: true });
      });
      const { damaged } = await replayOf(home);
      expect(damaged.map(({ reason }) => reason)).toContain(
        'the journal has other fingerprints of this run',
      );
    }));

  it('can be replayed away from its journal, without fills', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      rmSync(join(home.dir, 'data', 'trade_history'), { recursive: true });
      const { runs, same } = await replayOf(home);
      expect([same, runs[0]?.orders]).toEqual([true, []]);
      expect(runs[0]?.notes).toContain('the journal does not know this run: no fills to compare');
    }));
});

describe('recordings of a home', () => {
  it('fail without a consequence for what is traded, and with an alert', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const [sent, hashes] = [await home.of('order.submitted'), await home.of('run.completed')];
      await inHome(HOME, async (blocked) => {
        mkdirSync(join(blocked.dir, 'data'), { recursive: true });
        writeFileSync(join(blocked.dir, 'data', 'recordings'), 'a file in the way');
        await blocked.simulate(DAY, DAY);
        const refsOf = (events: typeof sent) => events.map(({ orderRef }) => orderRef);
        expect(refsOf(await blocked.of('order.submitted'))).toEqual(refsOf(sent));
        expect((await blocked.of('run.completed')).map((event) => event.decisionHash)).toEqual(
          hashes.map((event) => event.decisionHash),
        );
        const alerts = await blocked.of('alert.raised');
        expect(alerts.filter(({ code }) => code === 'RECORDING_FAILED')).toHaveLength(2);
      });
    }));

  it.each([
    ['with a backup job', HOME],
    ['without one', HOME.replace(/.*job: backup.*\n/, '')],
  ])('are made of the last days of simulated time only, and old ones are removed, %s', (_, yaml) =>
    inHome(`${yaml}recordings: { keepDays: 1 }\n`, async (home) => {
      await home.simulate('2026-03-09', '2026-03-12');
      expect(recorded(home)).toEqual(['2026-03-11', '2026-03-12']);
      await home.simulate('2026-03-13', '2026-03-13');
      expect(recorded(home)).toEqual(['2026-03-12', '2026-03-13']);
    }),
  );

  it('are not made where the configuration wants none, nor by runs in the past', () =>
    inHome(`${HOME}recordings: { enabled: false }\n`, async (home) => {
      await home.simulate(DAY, DAY);
      expect(recorded(home)).toEqual([]);
      home.configure(HOME);
      const past = await cli(home, 'pipeline', '--as-of', `${DAY}T09:30:00-05:00`);
      expect([past.exit, recorded(home)]).toEqual([0, []]);
    }));

  it('that are asked for and are not there are told with what is near', () =>
    inHome(HOME, async (home) => {
      const none = await cli(home, 'replay');
      expect([none.exit, none.stderr]).toEqual([2, expect.stringContaining('nothing is recorded')]);
      await home.simulate(DAY, DAY);
      const near = await cli(home, 'replay', `${DAY}-143000Z-scan-opne`);
      expect([near.exit, near.stderr]).toEqual([
        2,
        expect.stringContaining(`trade-labs replay ${DAY}-143000Z-scan-open`),
      ]);
    }));
});

describe('trade-labs replay', () => {
  it('prints the verdict, ends with 0 for the same, and gives everything as JSON', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const text = await cli(home, 'replay', `${DAY}-143000Z-scan-open`);
      expect(text.exit).toBe(0);
      expect(text.stdout).toMatch(/Replayed the same: 1 run, \d+ decisions: \d+ same\./);
      const json = JSON.parse((await cli(home, 'replay', '--json')).stdout);
      expect(json.data).toMatchObject({ same: true, damaged: [] });
      expect(json.data.runs[0]).toMatchObject({ slot: 'scan-open', same: true, first: null });
    }));

  it('ends with 20 and the first event that would read otherwise', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      home.configure(`${HOME}sizing: { perTradeFraction: 0.001 }\n`);
      const { exit, stdout } = await cli(home, 'replay', DAY);
      expect(exit).toBe(20);
      expect(stdout).toMatch(/first: intent\.sized [A-Z]+: sized \d+ -> none; /);
      const { data } = JSON.parse((await cli(home, 'replay', DAY, '--json')).stdout);
      expect(data.runs[0].counts.config).toBeGreaterThan(0);
    }));
});

/** A strategy that signals every symbol, by its last change times so much. */
const strategyText = (by: number): string => `export default ({ z }) => ({
  name: 'change',
  description: 'the last change',
  params: z.strictObject({}),
  warmupBars: () => 2,
  inputs: () => ({ atr: 'atr14' }),
  features: () => [{ name: 'change', weight: 1, lo: -0.1, hi: 0.1, inverted: false }],
  evaluate: ({ close }) => ({
    direction: 'long', reason: 'always', features: [${by} * (close(0) / close(1) - 1)],
  }),
});
`;
