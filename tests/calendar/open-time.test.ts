import { describe, expect, it } from 'vitest';
import { instantOf } from '../../src/calendar/nyse.ts';
import { openTimeAfter } from '../../src/calendar/open-time.ts';
import { sessionDate } from '../../src/domain/time.ts';

const at = (date: string, time: string) =>
  instantOf(sessionDate(date), Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
const HOUR = 3_600_000;

describe('an hour of open market', () => {
  it('inside a session is an hour', () => {
    expect(openTimeAfter(at('2026-03-05', '10:00'), HOUR)).toBe(at('2026-03-05', '11:00'));
  });

  it('from the close on is an hour after the next open', () => {
    expect(openTimeAfter(at('2026-03-05', '16:00'), HOUR)).toBe(at('2026-03-06', '10:30'));
    expect(openTimeAfter(at('2026-03-05', '15:30'), HOUR)).toBe(at('2026-03-06', '10:00'));
    expect(openTimeAfter(at('2026-03-05', '08:00'), HOUR)).toBe(at('2026-03-05', '10:30'));
    expect(openTimeAfter(at('2026-03-05', '15:00'), HOUR)).toBe(at('2026-03-06', '09:30'));
  });

  it('leaves out weekends and holidays, and follows an early close', () => {
    expect(openTimeAfter(at('2026-03-06', '16:00'), HOUR)).toBe(at('2026-03-09', '10:30'));
    // Thanksgiving 2026 is November 26, and the day after closes at 13:00.
    expect(openTimeAfter(at('2026-11-25', '16:00'), HOUR)).toBe(at('2026-11-27', '10:30'));
    expect(openTimeAfter(at('2026-11-27', '12:30'), HOUR)).toBe(at('2026-11-30', '10:00'));
  });

  it('is at least one session in longer times', () => {
    expect(openTimeAfter(at('2026-03-05', '10:00'), 7 * HOUR)).toBe(at('2026-03-06', '10:30'));
  });
});
