import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DaemonNews } from '../../src/app/daemon-parts.ts';
import { instantOf } from '../../src/calendar/nyse.ts';
import { type EpochMs, epochMs, MINUTE_MS, sessionDate } from '../../src/domain/time.ts';
import { type DeskHome, FakeTime, inHome, SMALL, TABLE } from './daemon-world.ts';

const DAY = '2026-03-05';
const at = (time: string, date = DAY): EpochMs =>
  instantOf(sessionDate(date), Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));

const states = async (home: DeskHome) =>
  (await home.of('daemon.state_changed')).map(({ from, to }) => `${from} -> ${to}`);

const signal = (name: 'SIGTERM' | 'SIGHUP') => process.emit(name, name);

/** What a live daemon told, from one time of the day to another. */
async function heard(home: DeskHome, time: FakeTime, until: EpochMs): Promise<DaemonNews[]> {
  const news: DaemonNews[] = [];
  await home.live(time, until, { tell: (one) => news.push(one) });
  return news;
}

describe('the life of a daemon', () => {
  it('goes from starting to stopped, each state in the journal', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('13:00')), at('13:05'));
      expect(await states(home)).toEqual([
        'null -> starting',
        'starting -> running',
        'running -> draining',
        'draining -> stopped',
      ]);
    }));

  it('compares book and broker before anything else', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:29')), at('09:31'));
      const types = (await home.events()).map(({ type }) => type);
      const first = types.indexOf('reconcile.completed');
      expect(first).toBeGreaterThan(types.indexOf('daemon.state_changed'));
      expect(first).toBeLessThan(types.indexOf('slot.claimed'));
    }));

  it('says why it is idle, and until when', () =>
    inHome(TABLE, async (home) => {
      const time = new FakeTime(at('23:30', '2026-11-25'));
      const news = await heard(home, time, at('00:30', '2026-11-26'));
      const idle = news.flatMap((one) => (one.kind === 'idle' ? [one.text] : []));
      expect(idle).toEqual([
        'Market closed since 16:00 ET. Next: warm Fri 2026-11-27 09:15 ET, in 1 d 9 h.',
        'Market closed: Thanksgiving. Next: warm Fri 2026-11-27 09:15 ET, in 1 d 9 h.',
      ]);
    }));

  it('stops in order on SIGTERM, naming what it holds', () =>
    inHome(TABLE, async (home) => {
      const time = new FakeTime(at('09:29'));
      time.at(at('10:00'), () => signal('SIGTERM'));
      const end = await home.live(time, at('23:00'));
      expect(end.cause).toBe('SIGTERM');
      expect(end.held.length).toBeGreaterThan(0);
      expect(time.wallMs() - at('10:00')).toBeLessThan(20_000);
      expect((await states(home)).at(-1)).toBe('draining -> stopped');
    }));

  it('lets a job that hangs go after 20 seconds of stopping', () =>
    inHome(TABLE, async (home) => {
      const time = new FakeTime(at('11:59'));
      time.limitsPass = true;
      const never = new Promise<void>(() => {});
      await home.stuck(time, at('23:00'), never, (daemon) =>
        time.at(at('12:00'), () => setImmediate(() => daemon.stop('SIGTERM'))),
      );
      expect(time.wallMs()).toBeLessThan(at('12:00') + 25_000);
      expect((await home.of('run.failed')).map(({ message }) => message)).toEqual([
        'the process stops',
      ]);
      expect((await states(home)).at(-1)).toBe('draining -> stopped');
    }));

  it('fails when the journal cannot be written, and the next start goes on', () =>
    inHome(TABLE, async (home) => {
      const journal = join(home.dir, 'data/trade_history/journal/2026-03.jsonl');
      const time = new FakeTime(at('09:00'));
      time.at(at('09:20'), () => rmSync(journal));
      await expect(home.live(time, at('10:00'))).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
      writeFileSync(journal, readFileSync(`${journal}.rescued`));
      await home.live(new FakeTime(at('10:00')), at('10:01'));
      expect(await home.missed()).toEqual([
        expect.stringMatching(/^scan-open 09:30 of 2026-03-05: .*the daemon was not running$/),
      ]);
    }));

  it('refuses a home that another process writes', () =>
    inHome(TABLE, async (home) => {
      let refusal: unknown = null;
      const asked = {
        tell: (news: DaemonNews) => {
          if (news.kind !== 'state' || news.state !== 'running') return;
          void home.live(new FakeTime(at('13:00')), at('13:01')).catch((error: unknown) => {
            refusal = error;
          });
        },
      };
      await home.live(new FakeTime(at('13:00')), at('17:30'), asked);
      expect(refusal).toMatchObject({ code: 'HOME_BUSY', exit: 75 });
    }));
});

describe('a new configuration', () => {
  const reloaded = async (home: DeskHome, yaml: string): Promise<string[]> => {
    const time = new FakeTime(at('10:00'));
    time.at(at('11:00'), () => {
      home.configure(yaml);
      signal('SIGHUP');
    });
    const news = await heard(home, time, at('13:00'));
    return news.flatMap((one) => (one.kind === 'note' ? [one.text] : []));
  };

  it('counts from the next slot on', () =>
    inHome(TABLE, async (home) => {
      const later = TABLE.replace('"12:00"', '"12:30"');
      expect(await reloaded(home, later)).toEqual(['the configuration changed: schedule']);
      expect(await home.begun()).toEqual([`scan-midday 12:30 of ${DAY}`]);
      const [changed] = await home.of('config.changed');
      expect(changed?.keys).toEqual(['schedule']);
      expect(changed?.newHash).toBe((await home.config()).hash);
    }));

  it('that is wrong changes nothing, and says where', () =>
    inHome(TABLE, async (home) => {
      const [text] = await reloaded(home, TABLE.replace('"12:00"', '"25:00"'));
      expect(text).toMatch(
        /^the new configuration is refused, the old one counts: .*trade-labs\.yaml:5:/,
      );
      expect(await home.begun()).toEqual([`scan-midday 12:00 of ${DAY}`]);
    }));

  it('that a start would refuse is refused while it runs too', () =>
    inHome(TABLE, async (home) => {
      const [text] = await reloaded(home, `${TABLE}scan: { rule: gap }\n`);
      expect(text).toContain(`slot scan-open of ${DAY} is too early for scan.rule gap`);
      expect(await home.of('config.changed')).toEqual([]);
    }));

  it('of what the process is built on needs another process', () =>
    inHome(TABLE, async (home) => {
      const [text] = await reloaded(home, TABLE.replace('seed: 1', 'seed: 2'));
      expect(text).toContain('data.synthetic.seed cannot change while it runs');
      expect(await home.of('config.changed')).toEqual([]);
    }));
});

describe('a job that fails', () => {
  const reportOnly = `${SMALL}schedule:\n  - { name: report, job: report, at: close }\n`;

  /** A report folder that is a file until the time: nothing can be written below it. */
  const blocked = (home: DeskHome, time: FakeTime, until: EpochMs): void => {
    const path = join(home.dir, 'reports', 'daily');
    mkdirSync(join(home.dir, 'reports'), { recursive: true });
    writeFileSync(path, 'in the way');
    time.at(until, () => rmSync(path));
  };

  it('before its run began is missed for that reason, and for no other after a restart', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:29')), at('09:40'));
      const gone = Promise.reject(new Error('the data is gone'));
      gone.catch(() => {});
      await home.stuck(new FakeTime(at('09:40')), at('12:05'), gone);
      await home.live(new FakeTime(at('12:06')), at('12:10'));
      expect(await home.missed()).toEqual([`scan-midday 12:00 of ${DAY}: the data is gone`]);
    }));

  it('is begun again after 5 and 30 seconds, and brings nothing down', () =>
    inHome(reportOnly, async (home) => {
      const time = new FakeTime(at('15:00'));
      blocked(home, time, epochMs(at('16:00') + 20_000));
      await home.live(time, at('17:00'));
      const retried = await home.of('slot.retried');
      expect(retried.map(({ attempt }) => attempt)).toEqual([2, 3]);
      expect(retried[0]?.cause).toMatch(/cannot be written/);
      expect(existsSync(join(home.dir, 'reports/daily', DAY, 'report.md'))).toBe(true);
      expect((await states(home)).at(-1)).toBe('draining -> stopped');
    }));

  it('is given up after its attempts, with an alert for each', () =>
    inHome(reportOnly, async (home) => {
      const time = new FakeTime(at('15:00'));
      blocked(home, time, at('18:00'));
      await home.live(time, at('17:00'));
      expect((await home.of('run.failed')).map(({ code }) => code)).toEqual(
        Array.from({ length: 3 }, () => 'CANNOT_WRITE'),
      );
      expect(await home.of('alert.raised')).toHaveLength(3);
    }));

  it('is not repeated where its orders may have left', () =>
    inHome(TABLE, async (home) => {
      const fail = () => {
        throw new Error('out of the blue');
      };
      await home.live(new FakeTime(at('11:59')), at('12:30'), { observer: { onDecision: fail } });
      expect(await home.of('slot.retried')).toEqual([]);
      expect((await home.of('run.failed')).map(({ message }) => message)).toEqual([
        'out of the blue',
      ]);
    }));

  it('past its time limit is abandoned: nothing it does later counts', () =>
    inHome(TABLE, async (home) => {
      const time = new FakeTime(at('11:59'));
      time.limitsPass = true;
      let open = () => {};
      const gate = new Promise<void>((resume) => {
        open = resume;
      });
      time.at(at('12:05'), () => open());
      await home.stuck(time, at('12:30'), gate);
      expect(
        (await home.of('run.failed')).map(({ code, message }) => `${code} ${message}`),
      ).toEqual(['ABANDONED it took more than 2 min']);
      expect((await home.of('alert.raised')).map(({ code }) => code)).toEqual(['JOB_ABANDONED']);
      expect(await home.of('scan.completed')).toEqual([]);
      expect(await home.of('order.submitted')).toEqual([]);
    }));
});

describe('the timetable of a broker', () => {
  const windows = (kind: string, from: string, to: string): string =>
    `${SMALL}brokerWindows:\n  - { name: away, kind: ${kind}, days: [thu], from: "${from}", to: "${to}" }\n` +
    'schedule:\n  - { name: scan, job: scan, at: "12:00" }\n  - { name: report, job: report, at: close }\n';

  it.each([
    ['maintenance', 'maintenance'],
    ['login', 'needs_login'],
  ])('a window of kind %s is a state, journalled with its end', (kind, state) =>
    inHome(windows(kind, '05:00', '06:30'), async (home) => {
      await home.live(new FakeTime(at('04:00')), at('07:00'));
      const changes = await home.of('broker.session_changed');
      expect(changes.map(({ from, to }) => `${from} -> ${to}`)).toEqual([
        `open -> ${state}`,
        `${state} -> open`,
      ]);
      expect(changes[0]?.until).toBe(at('06:30'));
      expect(await home.of('alert.raised')).toEqual([]);
    }),
  );

  it('holds what is caught up until the window ends, and misses what is not', () =>
    inHome(windows('maintenance', '20:00', '21:00'), async (home) => {
      await home.live(new FakeTime(at('09:00')), at('11:00'));
      await home.live(new FakeTime(at('20:10')), at('22:00'));
      const [claimed] = await home.of('slot.claimed');
      expect(claimed?.slot).toBe('report');
      expect(claimed?.lateMs).toBe(5 * 60 * MINUTE_MS);
      expect(await home.missed()).toEqual([
        `scan 12:00 of ${DAY}: maintenance of the broker: away until 21:00 ET`,
      ]);
    }));

  it('refuses a schedule that falls into a window', () =>
    inHome(windows('maintenance', '11:00', '12:30'), async (home) => {
      await expect(home.config()).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        details: [
          expect.stringMatching(/trade-labs\.yaml:5:\d+ .*falls into away, 11:00 to 12:30/),
        ],
      });
    }));
});
