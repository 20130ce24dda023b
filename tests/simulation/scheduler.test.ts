import { describe, expect, it } from 'vitest';
import { instantOf } from '../../src/calendar/nyse.ts';
import { type EpochMs, epochMs, HOUR_MS, MINUTE_MS, sessionDate } from '../../src/domain/time.ts';
import { type DeskHome, FakeTime, inHome, SMALL, TABLE } from './daemon-world.ts';

/**
 * How the known schedulers fail, measured with fake timers on node-cron 4.2 and 4.6 and croner 11, row by row; each
 * test holds what this one does instead.
 */

const DAY = '2026-03-05';
const at = (time: string, date = DAY): EpochMs =>
  instantOf(sessionDate(date), Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));

const schedule = (...rows: string[]): string =>
  `${SMALL}schedule:\n${rows.map((row) => `  - { ${row} }\n`).join('')}`;

/** Runs a daemon on a machine's time over a part of a day, with what happens to that machine. */
async function day(
  home: DeskHome,
  from: EpochMs,
  until: EpochMs,
  happens: (time: FakeTime) => void = () => {},
): Promise<FakeTime> {
  const time = new FakeTime(from);
  happens(time);
  await home.live(time, until);
  return time;
}

describe('a slot runs at its time, once', () => {
  it.each([
    ['spring', '2026-03-06', '2026-03-09'],
    ['autumn', '2026-10-30', '2026-11-02'],
  ])('on the sessions around the change of the clock in %s', (_, friday, monday) =>
    inHome(schedule('name: a, job: reconcile, at: "30 9 * * 1-5"'), async (home) => {
      await day(home, at('09:00', friday), at('10:00', monday));
      expect(await home.begun()).toEqual([`a 09:30 of ${friday}`, `a 09:30 of ${monday}`]);
      const [first, second] = await home.of('slot.claimed');
      expect((second?.slotAt ?? 0) - (first?.slotAt ?? 0)).toBe(
        3 * 24 * HOUR_MS + (friday < '2026-06-01' ? -1 : 1) * HOUR_MS,
      );
    }),
  );

  it.each([
    ['a time that the clock skips', '"30 2 * * *"', '2026-03-06', '2026-03-09'],
    ['a time that comes twice', '"30 1 * * *"', '2026-10-30', '2026-11-02'],
  ])('where %s falls on a day without a session, and the next day is not lost', (_, text, f, m) =>
    inHome(schedule(`name: a, job: reconcile, at: ${text}`), async (home) => {
      await day(home, at('00:00', f), at('04:00', m));
      expect((await home.begun()).map((slot) => slot.slice(-10))).toEqual([f, m]);
    }),
  );

  it.each(['2026-03-09', '2026-11-02'])('every quarter of an hour of the session of %s', (date) =>
    inHome(schedule('name: a, job: reconcile, at: "*/15 9-15 * * *"'), async (home) => {
      await day(home, at('08:00', date), at('17:00', date));
      expect(await home.begun()).toHaveLength(28);
      expect(await home.missed()).toEqual([]);
    }),
  );

  it('three seconds late, and says so', () =>
    inHome(schedule('name: a, job: scan, at: "09:30"'), async (home) => {
      await day(home, at('09:00'), at('10:00'), (time) =>
        time.at(epochMs(at('09:30') - 500), () => time.pass(3_500)),
      );
      const [claimed] = await home.of('slot.claimed');
      expect(claimed?.lateMs).toBeGreaterThanOrEqual(3_000);
      expect(claimed?.lateMs).toBeLessThan(4_600);
    }));

  it('once, when the clock is set back an hour after it', () =>
    inHome(schedule('name: a, job: scan, at: "09:30"'), async (home) => {
      await day(home, at('09:00'), at('11:00'), (time) => time.step(at('10:15'), -HOUR_MS));
      expect(await home.begun()).toEqual([`a 09:30 of ${DAY}`]);
    }));

  it('once, when a second daemon follows the first the same minute', () =>
    inHome(schedule('name: a, job: scan, at: "09:30"'), async (home) => {
      await day(home, at('09:00'), epochMs(at('09:30') + 5_000));
      await day(home, epochMs(at('09:30') + 10_000), at('10:00'));
      expect(await home.begun()).toEqual([`a 09:30 of ${DAY}`]);
      expect(await home.missed()).toEqual([]);
    }));
});

describe('a machine that sleeps from 08:00 to 11:00', () => {
  const asleep = (time: FakeTime) => time.suspend(at('08:00'), 3 * HOUR_MS);

  it('is noticed within five seconds of waking', () =>
    inHome(TABLE, async (home) => {
      const time = new FakeTime(at('07:00'));
      asleep(time);
      const heard: { text: string; at: number }[] = [];
      await home.live(time, at('11:30'), {
        tell: (news) => {
          if (news.kind === 'note') heard.push({ text: news.text, at: time.wallMs() });
        },
      });
      expect(heard.map(({ text }) => text)).toEqual([
        'the machine slept, or its clock was set forward, by 3 h',
      ]);
      expect((heard[0]?.at ?? 0) - at('11:00')).toBeLessThanOrEqual(5_000);
    }));

  it('does not scan late, and does the reconcile and the report of the day', () =>
    inHome(TABLE, async (home) => {
      await day(home, at('07:00'), at('18:00'), asleep);
      const cause = 'the machine slept, or its clock was set forward, by 3 h';
      expect(await home.missed()).toEqual([
        expect.stringMatching(
          `^warm 09:15 of ${DAY}: late by 1 h 45 min, 10 min at most: ${cause}`,
        ),
        expect.stringMatching(`^scan-open 09:30 of ${DAY}: late by 1 h 30 min, 2 min at most:`),
      ]);
      expect(await home.begun()).toEqual([
        `scan-midday 12:00 of ${DAY}`,
        `reconcile 16:00 of ${DAY}`,
        `report 17:00 of ${DAY}`,
      ]);
    }));
});

describe('a job that takes two and a half minutes', () => {
  it('is not begun while it runs, every minute or not; what is too late then is missed', () =>
    inHome(schedule('name: a, job: scan, at: "* 10 * * *"'), async (home) => {
      const time = new FakeTime(at('09:55'));
      let running = 0;
      let most = 0;
      await home.live(time, epochMs(at('10:30') - 1), {
        observer: {
          onDecision: () => {
            running += 1;
            most = Math.max(most, running);
            time.pass(2.5 * MINUTE_MS);
            running -= 1;
          },
        },
      });
      expect(most).toBe(1);
      const begun = await home.of('slot.claimed');
      expect(begun.length).toBeGreaterThan(8);
      for (const { lateMs = 0 } of begun) expect(lateMs).toBeLessThanOrEqual(2 * MINUTE_MS);
      const [missed] = await home.of('slot.missed');
      expect(missed?.cause).toMatch(/^late by 3 min, 2 min at most: a was running$/);
      expect(begun.length + (await home.missed()).length).toBe(30);
    }));
});

describe('a daemon that was down', () => {
  it('over a slot misses the scan and catches up with reconcile and report, once', () =>
    inHome(TABLE, async (home) => {
      await day(home, at('09:00'), at('10:00'));
      await day(home, at('20:15'), at('21:00'));
      await day(home, at('21:30'), at('22:00'));
      expect(await home.missed()).toEqual([
        `scan-midday 12:00 of ${DAY}: late by 8 h 15 min, 2 min at most: the daemon was not running`,
      ]);
      expect((await home.begun()).slice(-2)).toEqual([
        `reconcile 16:00 of ${DAY}`,
        `report 17:00 of ${DAY}`,
      ]);
      const late = (await home.of('slot.claimed')).map(({ lateMs }) => lateMs ?? 0);
      expect(late.at(-1)).toBeGreaterThan(3 * HOUR_MS);
      const report = (await home.of('report.written')).filter(({ path }) => path.endsWith('.md'));
      expect(report).toHaveLength(1);
    }));

  it('catches up until the close of the next session, and no longer', () =>
    inHome(schedule('name: a, job: reconcile, at: close'), async (home) => {
      await day(home, at('09:00', '2026-03-02'), at('15:00', '2026-03-02'));
      await day(home, at('15:30', '2026-03-04'), at('17:00', '2026-03-04'));
      expect(await home.missed()).toEqual([
        expect.stringMatching(/^a 16:00 of 2026-03-02: late by 1 d 23 h/),
      ]);
      expect(await home.begun()).toEqual(['a 16:00 of 2026-03-03', 'a 16:00 of 2026-03-04']);
    }));

  it('does not look back before its home was made', () =>
    inHome(TABLE, async (home) => {
      await day(home, at('13:00'), at('14:00'));
      expect(await home.missed()).toEqual([]);
      expect(await home.begun()).toEqual([]);
    }));
});
