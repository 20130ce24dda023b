import { describe, expect, it } from 'vitest';
import { scaledTime } from '../../src/adapters/system/scaled-time.ts';
import { SystemTimeline } from '../../src/adapters/system/system-timeline.ts';
import { type Played, type PlayRequest, playRecording } from '../../src/app/play-recording.ts';
import { epochMs, sessionDate } from '../../src/domain/time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import { run } from '../cli/fake-world.ts';
import { type DeskHome, FakeTime, inHome } from './daemon-world.ts';

const DAY = '2026-03-05';
const HOME = `data: { synthetic: { seed: 1, symbols: 40 } }
schedule:
  - { name: scan-open,   job: scan, at: "09:30", top: 5 }
  - { name: scan-midday, job: scan, at: "12:00", top: 3 }
  - { name: reconcile,   job: reconcile, at: close }
`;
const never = new AbortController().signal;
const SPEED = 10_000;

const play = async (home: DeskHome, changes: Partial<PlayRequest> = {}): Promise<Played> =>
  playRecording({
    home: home.dir,
    loaded: await home.config(),
    session: sessionDate(DAY),
    rules: 'today',
    speed: SPEED,
    interrupt: never,
    onEvent: () => {},
    onReplay: () => {},
    time: new FakeTime(epochMs(0)),
    ...changes,
  });

describe('scaled time', () => {
  it('passes so many times as fast, from the instant it begins at', async () => {
    const machine = new FakeTime(epochMs(5_000));
    const time = scaledTime(epochMs(1_000_000), 60, machine);
    machine.pass(1_000);
    expect([time.wallMs(), time.monotonicMs()]).toEqual([1_060_000, 60_000]);
    await time.sleep(30_000, never);
    expect([machine.monotonicMs(), time.wallMs()]).toEqual([1_500, 1_090_000]);
  });

  it('takes a sixtieth of the time to reach an instant at 60x', async () => {
    const machine = new FakeTime(epochMs(0));
    const timeline = new SystemTimeline({ source: scaledTime(epochMs(0), 60, machine) });
    expect(await timeline.reach(epochMs(3_600_000), never)).toBe('reached');
    expect(machine.monotonicMs()).toBeCloseTo(60_000, 3);
  });
});

describe('a recorded session that is played', () => {
  it('tells each event of its journal at its time, and decides each run again', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const time = new FakeTime(epochMs(0));
      const told: { readonly event: JournalEvent; readonly passedMs: number }[] = [];
      const decided: boolean[] = [];
      const played = await play(home, {
        time,
        onEvent: (event) => told.push({ event, passedMs: time.monotonicMs() * SPEED }),
        onReplay: ({ same }) => decided.push(same),
      });
      const opens = Date.UTC(2026, 2, 5, 14, 30);
      const journal = (await home.events()).filter(({ at }) => at >= Date.UTC(2026, 2, 5, 5));
      expect(told.map(({ event }) => event.seq)).toEqual(journal.map(({ seq }) => seq));
      for (const { event, passedMs } of told) {
        expect(passedMs).toBeGreaterThanOrEqual(event.at - opens - 1);
      }
      expect([played.complete, decided]).toEqual([true, [true, true]]);
    }));

  it('stops between two events when it is asked to', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const stop = new AbortController();
      const heard: string[] = [];
      const played = await play(home, {
        interrupt: stop.signal,
        onEvent: ({ type }) => {
          heard.push(type);
          if (type === 'run.completed') stop.abort();
        },
      });
      expect([played.complete, played.events]).toEqual([false, heard.length]);
      expect(heard.filter((type) => type === 'run.completed')).toHaveLength(1);
    }));

  it('changes nothing', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const before = (await home.events()).length;
      await play(home);
      expect((await home.events()).length).toBe(before);
    }));
});

describe('trade-labs replay --speed', () => {
  it('narrates the session with what each run is decided as now, and ends with its verdict', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      const argv = ['replay', DAY, '--speed', '1000000x', '--home', home.dir];
      const { exit, stdout, stderr } = await run(argv, { cwd: home.dir });
      expect(exit).toBe(0);
      expect(stdout).toMatch(
        /^\d+ events of 2026-03-05 played, 2 runs decided again: the same\.$/m,
      );
      expect(stderr).toMatch(/09:30 ET {2}scan-open +39 found/);
      expect(stderr.match(/replay {4}decided again: the same/g)).toHaveLength(2);
      expect(stderr).toContain('bought');
    }));

  it('ends with 20 where a run is decided otherwise now', () =>
    inHome(HOME, async (home) => {
      await home.simulate(DAY, DAY);
      home.configure(`${HOME}sizing: { perTradeFraction: 0.001 }\n`);
      const argv = ['replay', DAY, '--speed', '1000000', '--home', home.dir];
      const { exit, stderr } = await run(argv, { cwd: home.dir });
      expect([exit, stderr]).toEqual([
        20,
        expect.stringContaining('DIFFERENT, first intent.sized'),
      ]);
    }));

  it.each([
    [[DAY, '--speed', '0'], '--speed takes more than 0'],
    [[DAY, '--speed', 'fast'], '--speed takes more than 0'],
    [['--speed', '60x'], 'none is named'],
    [[DAY, '--speed', '60x'], 'no run of the session'],
  ])('refuses %j', (options, message) =>
    inHome(HOME, async (home) => {
      const { exit, stderr } = await run(['replay', ...options, '--home', home.dir]);
      expect([exit, stderr]).toEqual([2, expect.stringContaining(message)]);
    }),
  );
});
