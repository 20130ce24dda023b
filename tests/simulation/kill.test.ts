import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { killFilePath, readKillFile } from '../../src/adapters/file/kill-file.ts';
import { SimClock } from '../../src/adapters/sim/sim-clock.ts';
import { askToKill, askToPause, askToResume } from '../../src/app/ask-to-control.ts';
import { compose } from '../../src/app/compose.ts';
import { carryOutKill } from '../../src/app/kill.ts';
import { Monitors } from '../../src/app/monitors.ts';
import { readBook } from '../../src/app/read-book.ts';
import { tradingSeen } from '../../src/app/trading.ts';
import { instantOf, sessionOf } from '../../src/calendar/nyse.ts';
import { Failure } from '../../src/domain/failure.ts';
import { type EpochMs, type Session, sessionDate } from '../../src/domain/time.ts';
import { type DeskHome, FakeTime, inHome, silent, TABLE, timeThatWaits } from './daemon-world.ts';

const DAY = '2026-03-05';
const at = (time: string, day = DAY): EpochMs =>
  instantOf(sessionDate(day), Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));

const requestOf = async (home: DeskHome, now: EpochMs) => ({
  home: home.dir,
  loaded: await home.config(),
  version: '0',
  now,
});

const kill = (home: DeskHome, positions: 'keep' | 'flatten', now: EpochMs) =>
  askToKill({
    home: home.dir,
    now,
    positions,
    cause: 'test',
    timeoutMs: 30_000,
    open: () => requestOf(home, now),
  });

/** The reasons that the scans of a slot were denied for. */
const denialsOf = async (home: DeskHome, slot: string): Promise<string[]> => {
  const runs = await home.of('run.started');
  const ids = new Set(runs.filter((run) => run.slot === slot).map(({ runId }) => runId));
  return (await home.of('run.completed'))
    .filter(({ runId }) => ids.has(runId))
    .flatMap(({ denials }) => Object.keys(denials));
};

const boughtAfter = async (home: DeskHome, from: EpochMs): Promise<number> =>
  (await home.of('order.submitted')).filter(({ leg, at: sent }) => leg === 'entry' && sent >= from)
    .length;

describe('the kill switch, asked for while a daemon runs', () => {
  it('keeps positions, and lets nothing be entered any more, also by the next daemon', () =>
    inHome(TABLE, async (home) => {
      const { time, answer } = timeThatWaits(at('09:29'), at('10:00'), () =>
        kill(home, 'keep', at('10:00')),
      );
      await home.live(time, at('12:30'));
      const { by, result, undone } = await answer();
      expect({ by, undone }).toEqual({ by: 'daemon', undone: [] });
      expect(result?.held.length).toBeGreaterThan(0);
      expect(result).toMatchObject({ isFlat: false, isProven: true, working: [] });
      await home.live(new FakeTime(at('09:29', '2026-03-06')), at('10:30', '2026-03-06'));
      expect(await boughtAfter(home, at('10:00'))).toBe(0);
      expect((await home.of('kill.engaged')).map(({ via, positions }) => [via, positions])).toEqual(
        [['command', 'keep']],
      );
      const { book } = await readBook(home.dir);
      expect(book.openTrades().length).toBeGreaterThan(0);
      const now = at('10:31', '2026-03-06');
      expect(tradingSeen(home.dir, await home.config(), book, now)).toMatchObject({
        state: 'halted',
        restrictions: [{ source: 'kill', why: 'test' }],
      });
    }));

  it('sells everything where it is told to, and says flat only once the broker does', () =>
    inHome(TABLE, async (home) => {
      const { time, answer } = timeThatWaits(at('09:29'), at('10:00'), () =>
        kill(home, 'flatten', at('10:00')),
      );
      await home.live(time, at('10:10'));
      const { result } = await answer();
      expect(result?.isFlat).toBe(result?.held.length === 0);
      const closed = await home.of('trade.closed');
      expect(new Set(closed.map(({ exitReason }) => exitReason))).toEqual(new Set(['kill']));
      expect((await readBook(home.dir)).book.openTrades()).toEqual([]);
      const again = await kill(home, 'flatten', at('10:11'));
      expect(again).toMatchObject({ by: 'command', result: { isFlat: true, held: [] } });
      expect(await home.of('kill.engaged')).toHaveLength(1);
    }));

  it('is engaged by its file alone, on the next step', () =>
    inHome(TABLE, async (home) => {
      const time = new FakeTime(at('09:00'));
      time.at(at('09:20'), () => {
        mkdirSync(dirname(killFilePath(home.dir)), { recursive: true });
        writeFileSync(killFilePath(home.dir), '');
      });
      await home.live(time, at('09:25'));
      expect(await home.of('kill.engaged')).toMatchObject([{ via: 'file', positions: 'keep' }]);
      await home.live(new FakeTime(at('09:26')), at('12:10'));
      expect(await denialsOf(home, 'scan-open')).toContain('KILL_SWITCH');
      expect(await boughtAfter(home, at('09:20'))).toBe(0);
      expect(await home.of('kill.engaged')).toHaveLength(1);
    }));
});

describe('the kill switch in a home that nobody holds', () => {
  it('is engaged before the next daemon starts, and cleared only by a person', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:00')), at('09:20'));
      const { by } = await kill(home, 'keep', at('09:21'));
      expect(by).toBe('command');
      expect(readKillFile(home.dir)).toMatchObject({ via: 'command', positions: 'keep' });
      await home.live(new FakeTime(at('09:25')), at('09:40'));
      expect(await denialsOf(home, 'scan-open')).toContain('KILL_SWITCH');
      const order = { clearKill: true, rebasePeak: false, cause: 'looked', at: at('09:41') };
      const plain = await askToResume(await requestOf(home, at('09:41')), {
        ...order,
        clearKill: false,
      });
      expect(plain).toMatchObject({ done: [], after: { state: 'halted' } });
      const cleared = await askToResume(await requestOf(home, at('09:41')), order);
      expect(cleared.after).toEqual({ state: 'active', restrictions: [] });
      expect(existsSync(killFilePath(home.dir))).toBe(false);
      await home.live(new FakeTime(at('11:55')), at('12:10'));
      expect(await boughtAfter(home, at('12:00'))).toBeGreaterThan(0);
    }));

  it('arms sales for the next open where the market is closed, and says that it is not flat', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:29')), at('16:30'));
      const { result } = await kill(home, 'flatten', at('16:31'));
      expect(result).toMatchObject({
        isFlat: false,
        isProven: true,
        armedFor: new Date(at('09:30', '2026-03-06')).toISOString(),
      });
      expect(result?.held.length).toBeGreaterThan(0);
      expect(result?.held.every(({ quantity, leaving }) => quantity === leaving)).toBe(true);
      await home.live(new FakeTime(at('09:29', '2026-03-06')), at('09:40', '2026-03-06'));
      expect((await readBook(home.dir)).book.openTrades()).toEqual([]);
    }));

  it('stands by its file where the home cannot be opened, and says what was not done', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:29')), at('09:40'));
      const now = at('09:41');
      const open = async () => {
        home.configure('mode: nonsense\n');
        return requestOf(home, now);
      };
      const asked = { home: home.dir, now, cause: 'test', timeoutMs: 30_000, open };
      const { by, result, undone } = await askToKill({ ...asked, positions: 'flatten' });
      expect({ by, result }).toEqual({ by: 'file', result: null });
      expect(undone.join()).toContain('positions were not sold');
      expect(readKillFile(home.dir)).toMatchObject({ positions: 'flatten' });
      home.configure(TABLE);
      await home.live(new FakeTime(at('11:55')), at('12:10'));
      expect((await home.of('trade.closed')).map(({ exitReason }) => exitReason)).toContain('kill');
      expect(await boughtAfter(home, now)).toBe(0);
    }));
});

describe('a kill while the history cannot be written', () => {
  it('ends the process that carries it out, however much of it is left', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:29')), at('09:40'));
      const clock = new SimClock(at('09:40'));
      const rest = { mode: 'sim', clock, log: silent } as const;
      const whole = await compose({ ...(await requestOf(home, at('09:40'))), ...rest });
      expect(whole.book.openTrades().length).toBeGreaterThan(0);
      const order = { by: 'test', via: 'file', positions: 'flatten', cause: 'test' } as const;
      await whole.history.append([
        { type: 'kill.engaged', at: at('09:40'), runId: null, ...order },
      ]);
      const full = new Failure('CANNOT_WRITE', 'no space is left');
      const history = { ...whole.history, append: () => Promise.reject(full) };
      const system = { ...whole, history, historyFailure: () => full };
      const session = sessionOf(sessionDate(DAY)) as Session;
      const work = carryOutKill(system, new Monitors(system), session);
      await expect(work).rejects.toBe(full);
      await whole.close();
    }));
});

describe('a pause', () => {
  it('handed to a running daemon holds entries back, and ends by itself', () =>
    inHome(TABLE, async (home) => {
      const asked = async () => {
        const request = await requestOf(home, at('09:20'));
        const order = { cause: 'lunch', until: at('10:00'), at: at('09:20') };
        return askToPause(request, order);
      };
      const { time, answer } = timeThatWaits(at('09:10'), at('09:20'), asked);
      await home.live(time, at('12:10'));
      expect((await answer()).after).toMatchObject({
        state: 'reducing',
        restrictions: [{ source: 'pause', why: 'lunch', until: at('10:00') }],
      });
      expect(await denialsOf(home, 'scan-open')).toContain('PAUSED');
      expect(await boughtAfter(home, at('12:00'))).toBeGreaterThan(0);
    }));

  it('survives a restart until a person resumes', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:00')), at('09:10'));
      const request = await requestOf(home, at('09:11'));
      await askToPause(request, { cause: 'holiday', until: null, at: at('09:11') });
      await home.live(new FakeTime(at('09:25')), at('09:40'));
      expect(await denialsOf(home, 'scan-open')).toContain('PAUSED');
      const order = { clearKill: false, rebasePeak: false, cause: 'back', at: at('09:41') };
      const resumed = await askToResume(await requestOf(home, at('09:41')), order);
      expect(resumed.done).toEqual(['lifted: pause']);
      await home.live(new FakeTime(at('11:55')), at('12:10'));
      expect(await boughtAfter(home, at('12:00'))).toBeGreaterThan(0);
    }));
});
