import { describe, expect, it } from 'vitest';
import { askToLeave } from '../../src/app/ask-to-leave.ts';
import type { CloseResult } from '../../src/app/close-positions.ts';
import { viewDesk } from '../../src/app/desk-view.ts';
import { instantOf } from '../../src/calendar/nyse.ts';
import { type EpochMs, sessionDate } from '../../src/domain/time.ts';
import { type DeskHome, FakeTime, inHome, TABLE } from './daemon-world.ts';

const DAY = '2026-03-05';
const at = (time: string): EpochMs =>
  instantOf(sessionDate(DAY), Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));

async function leave(
  home: DeskHome,
  command: 'close' | 'flatten',
  symbols: readonly string[],
): Promise<{ result: CloseResult; by: string }> {
  const loaded = await home.config();
  return askToLeave({ home: home.dir, loaded, version: '0', now: at('10:00'), command, symbols });
}

/** Time that stands still from 10:00 on until a request is answered; the daemon may be woken all the same. */
function timeThatWaits<T>(ask: () => Promise<T>): { time: FakeTime; answer: () => Promise<T> } {
  const time = new FakeTime(at('09:29'));
  const pass = time.sleep;
  let asked: Promise<T> | null = null;
  let answered: Promise<unknown> | null = null;
  time.at(at('10:00'), () => {
    asked = ask();
    answered = asked
      .catch(() => {})
      .finally(() => {
        answered = null;
      });
  });
  const sleep: FakeTime['sleep'] = async (ms, wake) => {
    if (answered !== null) {
      const woken = new Promise((resolve) => {
        wake.addEventListener('abort', resolve, { once: true });
      });
      await Promise.race([answered, woken]);
    }
    return pass(ms, wake);
  };
  const answer = (): Promise<T> => asked ?? Promise.reject(new Error('nothing was asked'));
  return { time: Object.assign(time, { sleep }), answer };
}

describe('a request to a home whose daemon runs', () => {
  it('is done by the daemon, with the next trades, and written down with who asked', () =>
    inHome(TABLE, async (home) => {
      const { time, answer } = timeThatWaits(() => leave(home, 'flatten', []));
      await home.live(time, at('10:10'));
      const { result, by } = await answer();
      expect(by).toBe('daemon');
      expect(result.positions.length).toBeGreaterThan(0);
      expect(result.isFlat).toBe(false);
      expect(result.armedFor).toBeNull();
      const { book, proofs } = await viewDesk(home.dir);
      expect(book.openTrades()).toEqual([]);
      expect(proofs.every(({ state }) => state === 'none')).toBe(true);
      const [received] = await home.of('command.received');
      expect(received).toMatchObject({ command: 'flatten', source: 'handed' });
      const closed = await home.of('trade.closed');
      expect(new Set(closed.map(({ exitReason }) => exitReason))).toEqual(new Set(['flatten']));
      expect((await home.of('command.done')).length).toBe(1);
    }));

  it('that it cannot do is refused with the reason, and the daemon goes on', () =>
    inHome(TABLE, async (home) => {
      const { time, answer } = timeThatWaits(() => leave(home, 'close', ['NOPE']));
      await home.live(time, at('10:10'));
      await expect(answer()).rejects.toThrow('there is no position in NOPE');
      const states = (await home.of('daemon.state_changed')).map(({ to }) => to);
      expect(states).toEqual(['starting', 'running', 'draining', 'stopped']);
    }));

  it('to a home that nobody holds is done by the command itself', () =>
    inHome(TABLE, async (home) => {
      await home.live(new FakeTime(at('09:29')), at('09:50'));
      const { by, result } = await leave(home, 'flatten', []);
      expect(by).toBe('command');
      expect(result.positions.every(({ orders, left }) => left === 0 || orders.length > 0)).toBe(
        true,
      );
    }));
});
