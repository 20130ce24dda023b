import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { instantOf } from '../../src/calendar/nyse.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import { type DeskHome, FakeTime, inHome, SMALL, TABLE } from './daemon-world.ts';

const midnight = (date: string) => instantOf(sessionDate(date), 0);

/** Files of a run by name: the journal and the reports, byte by byte. */
function lasting({ dir }: DeskHome): Map<string, string> {
  const places = ['data/trade_history/journal', 'reports'];
  const files = places.flatMap((place) =>
    readdirSync(join(dir, place), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return new Map(files.sort().map((path) => [path.slice(dir.length), readFileSync(path, 'utf8')]));
}

/** What a daemon's life, and a clock that is slow, may change: when it began, ended and how late it was. */
const comparable = (events: readonly JournalEvent[]) =>
  events
    .filter(({ type }) => type !== 'daemon.state_changed' && type !== 'book.checkpointed')
    .map((event) => {
      const { seq: _seq, prev: _prev, hash: _hash, ...facts } = event;
      return { ...facts, ...('lateMs' in facts ? { lateMs: undefined } : {}) };
    });

describe('one engine, two clocks', () => {
  it('twice the same weeks of the default table give the same bytes', () =>
    inHome(SMALL, (one) =>
      inHome(SMALL, async (other) => {
        for (const home of [one, other]) await home.simulate('2026-03-02', '2026-03-13');
        expect(lasting(one).size).toBeGreaterThan(80);
        expect(lasting(other)).toEqual(lasting(one));
      }),
    ));

  it("the machine's clock, a little late each time, gives the journal of the simulated one", () =>
    inHome(TABLE, (simulated) =>
      inHome(TABLE, async (live) => {
        await simulated.simulate('2026-03-05', '2026-03-06');
        const time = new FakeTime(midnight('2026-03-05'));
        let turn = 0;
        time.latencyMs = () => {
          turn += 1;
          return (turn * 7) % 40;
        };
        await live.live(time, midnight('2026-03-07'));
        const [expected, played] = [await simulated.events(), await live.events()];
        expect(comparable(played)).toEqual(comparable(expected));
        expect(played.some((event) => event.type === 'fill.recorded')).toBe(true);
        const late = (await live.of('slot.claimed')).map(({ lateMs }) => lateMs ?? 0);
        expect(Math.max(...late)).toBeGreaterThan(0);
        expect(Math.max(...late)).toBeLessThan(1_100);
      }),
    ));

  it('a rehearsal that is cut in two gives the slots of one in a piece', () =>
    inHome(TABLE, (whole) =>
      inHome(TABLE, async (parts) => {
        await whole.simulate('2026-03-02', '2026-03-06');
        await parts.simulate('2026-03-02', '2026-03-03');
        await parts.simulate('2026-03-04', '2026-03-06');
        expect(await parts.begun()).toEqual(await whole.begun());
        expect(await parts.missed()).toEqual([]);
      }),
    ));
});
