import { describe, expect, it } from 'vitest';
import { instantOf } from '../../src/calendar/nyse.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { FakeTime, inHome, TABLE } from './daemon-world.ts';

const at = (hours: number, minutes: number) =>
  instantOf(sessionDate('2026-03-05'), hours * 60 + minutes);

describe('a clock that somebody sets back', () => {
  it('by more than is tolerated holds entries back, for an hour of open market', () =>
    inHome(TABLE, async (home) => {
      const time = new FakeTime(at(9, 0));
      time.step(at(9, 20), -60_000);
      await home.live(time, at(9, 40));
      expect(await home.of('breaker.tripped')).toMatchObject([
        { breaker: 'clock_skew', state: 'reducing', value: 60_000, until: at(10, 30) },
      ]);
      const denials = (await home.of('run.completed')).flatMap((run) => Object.keys(run.denials));
      expect(denials).toContain('STALE_CLOCK');
    }));

  it('by less, or forward as a sleep would, holds nothing back', () =>
    inHome(TABLE, async (home) => {
      const time = new FakeTime(at(9, 0));
      time.step(at(9, 10), -5_000);
      time.suspend(at(9, 15), 60_000);
      await home.live(time, at(9, 40));
      expect(await home.of('breaker.tripped')).toEqual([]);
      const sent = (await home.of('order.submitted')).filter(({ leg }) => leg === 'entry');
      expect(sent.length).toBeGreaterThan(0);
    }));
});
