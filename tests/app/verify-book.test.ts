import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { historyFolder } from '../../src/adapters/file/file-history.ts';
import { SILENT_LOG } from '../../src/adapters/memory/silent-log.ts';
import { SimClock } from '../../src/adapters/sim/sim-clock.ts';
import { compose, type System } from '../../src/app/compose.ts';
import { readBook } from '../../src/app/read-book.ts';
import { verifyBook } from '../../src/app/verify-book.ts';
import { instantOf } from '../../src/calendar/nyse.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { alertDraft } from '../../src/events/alert-draft.ts';
import { type DeskHome, FakeTime, inHome, TABLE } from '../simulation/daemon-world.ts';

const at = (minutes: number) => instantOf(sessionDate('2026-03-05'), minutes);

/** A home after its first scan, opened once more. */
async function traded(home: DeskHome): Promise<System> {
  const until = at(10 * 60);
  await home.live(new FakeTime(at(9 * 60 + 29)), until);
  const loaded = await home.config();
  const clock = new SimClock(until);
  return compose({ home: home.dir, loaded, mode: 'sim', version: '0', clock, log: SILENT_LOG });
}

describe('the books in memory', () => {
  it('that differ from the journal are read anew, written down and told', () =>
    inHome(TABLE, async (home) => {
      const system = await traded(home);
      try {
        expect(await verifyBook(system)).toEqual([]);
        const right = system.book.checkpoint() as { book: Record<string, unknown> };
        const wrong = { ...right, book: { ...right.book, trades: [], cash: 1 } };
        system.book.restore(wrong);
        expect(await verifyBook(system)).toEqual(['cash', 'trades']);
        expect(system.book.openTrades().length).toBeGreaterThan(0);
        expect(await verifyBook(system)).toEqual([]);
      } finally {
        await system.close();
      }
      expect(await home.of('book.healed')).toMatchObject([{ parts: ['cash', 'trades'] }]);
      expect((await home.of('alert.raised')).map(({ code }) => code)).toEqual(['BOOK_HEALED']);
    }));

  it('are left as they are where they went on while the journal was read', () =>
    inHome(TABLE, async (home) => {
      const system = await traded(home);
      try {
        const earlier = `${home.dir}/earlier`;
        cpSync(historyFolder(home.dir), historyFolder(earlier), { recursive: true });
        const said = { level: 'warning', code: 'BROKER_REMARK', message: 'meanwhile' } as const;
        await system.history.append([alertDraft({ at: system.clock.now(), ...said })]);
        expect(await verifyBook({ ...system, home: earlier })).toEqual([]);
        const { book } = await readBook(home.dir);
        expect(system.book.seq).toBe(book.seq);
        expect(system.book.checkpoint()).toEqual(book.checkpoint());
      } finally {
        await system.close();
      }
      expect(await home.of('book.healed')).toEqual([]);
    }));
});
