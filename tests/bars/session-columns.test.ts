import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nyseGrid } from '../../src/bars/nyse-grid.ts';
import { SessionColumns } from '../../src/bars/session-columns.ts';
import { DAY_MS, dateToUtcMs, sessionDate } from '../../src/domain/time.ts';

const START = dateToUtcMs(sessionDate('2016-11-01'));
const DAYS = 60;

/** Stamps of some days on end, weekends and holidays among them, without those that are left out. */
const stamps = fc
  .record({
    from: fc.integer({ min: 0, max: DAYS }),
    length: fc.integer({ min: 0, max: DAYS }),
    leftOut: fc.uniqueArray(fc.integer({ min: 0, max: 2 * DAYS }), { maxLength: 3 }),
  })
  .map(({ from, length, leftOut }) =>
    Float64Array.from(
      Array.from({ length }, (_, i) => from + i).filter((day) => !leftOut.includes(day)),
      (day) => START + day * DAY_MS,
    ),
  );

describe('columns of sessions', () => {
  it('are those of every stamp by itself, whatever was asked for before', () => {
    fc.assert(
      fc.property(fc.array(stamps, { maxLength: 8 }), (asked) => {
        const sessions = new SessionColumns(nyseGrid());
        for (const times of asked) {
          const alone = [...times].map((time) => nyseGrid().ordinalOfTime(time));
          expect([...sessions.ordinalsOf(times)]).toEqual(alone);
        }
      }),
    );
  });

  it('are held once for symbols with bars on the same days, also for one that came later', () => {
    const sessions = new SessionColumns(nyseGrid());
    const days = Float64Array.from({ length: DAYS }, (_, day) => START + day * DAY_MS);
    const all = sessions.ordinalsOf(days);
    expect(sessions.ordinalsOf(days.slice()).buffer).toBe(all.buffer);
    expect(sessions.ordinalsOf(days.slice(20)).buffer).toBe(all.buffer);
    expect(sessions.ordinalsOf(days.filter((_, day) => day !== 30)).buffer).not.toBe(all.buffer);
  });
});
