import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as nyse from '../../src/calendar/nyse.ts';
import {
  describeTrigger,
  parseTrigger,
  type Trigger,
  triggerInstants,
  triggerText,
} from '../../src/calendar/trigger.ts';
import { type Session, sessionDate } from '../../src/domain/time.ts';

function read(text: string): Trigger {
  const result = parseTrigger(text);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

function refusal(text: string): string {
  const result = parseTrigger(text);
  return result.ok ? `read as ${triggerText(result.value)}` : result.error;
}

function sessionOn(date: string): Session {
  const session = nyse.sessionOf(sessionDate(date));
  if (session === null) throw new Error(`${date} is no session`);
  return session;
}

/**
 * Clocks change on Sundays, when there is no session; this is one all the same, to see what a clock
 * change does.
 */
function imaginarySession(date: string): Session {
  const day = sessionDate(date);
  const [openAt, closeAt] = [nyse.instantOf(day, 570), nyse.instantOf(day, 960)];
  return { date: day, openAt, closeAt, earlyClose: false };
}

const firings = (text: string, session: Session): string[] =>
  triggerInstants(read(text), session).map(nyse.isoNewYork);
const REGULAR = sessionOn('2026-11-25');
const HALF_DAY = sessionOn('2026-11-27');
const anySession = fc.nat({ max: nyse.sessionCount() - 1 }).map(nyse.sessionAt);

describe('triggers relative to the session', () => {
  it('fire at the open or the close, moved by minutes and hours', () => {
    expect(firings('open', REGULAR)).toEqual(['2026-11-25T09:30:00-05:00']);
    expect(firings('close', REGULAR)).toEqual(['2026-11-25T16:00:00-05:00']);
    expect(firings('open+5m', REGULAR)).toEqual(['2026-11-25T09:35:00-05:00']);
    expect(firings('open-30m', REGULAR)).toEqual(['2026-11-25T09:00:00-05:00']);
    expect(firings('close-15m', REGULAR)).toEqual(['2026-11-25T15:45:00-05:00']);
    expect(firings('close+60m', REGULAR)).toEqual(['2026-11-25T17:00:00-05:00']);
    expect(firings('open+1h30m', REGULAR)).toEqual(['2026-11-25T11:00:00-05:00']);
  });

  it('follow an early close and a late open', () => {
    expect(firings('close-15m', HALF_DAY)).toEqual(['2026-11-27T12:45:00-05:00']);
    expect(firings('close+15m', HALF_DAY)).toEqual(['2026-11-27T13:15:00-05:00']);
    expect(firings('open+5m', sessionOn('2002-09-11'))).toEqual(['2002-09-11T12:05:00-04:00']);
  });

  it('every offset that is accepted stays on the date of every session', () => {
    const offset = fc.record({
      anchor: fc.constantFrom('open', 'close'),
      sign: fc.constantFrom('+', '-'),
      minutes: fc.integer({ min: 0, max: 999 }),
    });
    fc.assert(
      fc.property(offset, anySession, ({ anchor, sign, minutes }, session) => {
        const result = parseTrigger(`${anchor}${sign}${minutes}m`);
        expect(result.ok).toBe(
          minutes < 480 || (minutes === 480 && `${anchor}${sign}` !== 'close+'),
        );
        if (!result.ok) return;
        const [at] = triggerInstants(result.value, session);
        expect(nyse.newYorkDate(at ?? session.openAt)).toBe(session.date);
      }),
    );
  });

  it('are refused more than 8 hours away or on another day', () => {
    expect(refusal('close-10h')).toBe('"close-10h" is more than 8 hours from the close');
    expect(refusal('open+8h1m')).toContain('more than 8 hours from the open');
    expect(refusal('close+8h')).toContain('falls on another day');
    expect(read('close-8h')).toEqual({ kind: 'session', anchor: 'close', offsetMinutes: -480 });
    expect(read('open+0m')).toEqual({ kind: 'session', anchor: 'open', offsetMinutes: 0 });
    expect(read('open-0m')).toEqual({ kind: 'session', anchor: 'open', offsetMinutes: 0 });
  });

  it.each(['open+5', 'open5m', 'Open', 'open+', 'open + 5m', 'close-15s', 'opening', 'open+1.5h'])(
    '%s is refused with the ways to write it',
    (text) => {
      expect(refusal(text)).toContain(
        `"${text}" is not a trigger: write "open", "close", "open+5m"`,
      );
    },
  );
});

describe("triggers at a time on New York's clock", () => {
  it('fire at that time of the session date, in winter and in summer', () => {
    expect(firings('09:30', sessionOn('2026-03-06'))).toEqual(['2026-03-06T09:30:00-05:00']);
    expect(firings('09:30', sessionOn('2026-03-09'))).toEqual(['2026-03-09T09:30:00-04:00']);
    expect(firings('00:00', REGULAR)).toEqual(['2026-11-25T00:00:00-05:00']);
    expect(firings('23:59', REGULAR)).toEqual(['2026-11-25T23:59:00-05:00']);
  });

  it('stay what they are on a half day, after its close too', () => {
    expect(firings('15:45', HALF_DAY)).toEqual(['2026-11-27T15:45:00-05:00']);
  });

  it('do not fire in the hour the clock skips and fire once in the hour it repeats', () => {
    const [spring, autumn] = ['2026-03-08', '2026-11-01'].map(imaginarySession);
    if (!spring || !autumn) throw new Error('unreachable');
    expect(firings('02:30', spring)).toEqual([]);
    expect(firings('03:00', spring)).toEqual(['2026-03-08T03:00:00-04:00']);
    expect(firings('01:30', autumn)).toEqual(['2026-11-01T01:30:00-04:00']);
    expect(firings('02:00', autumn)).toEqual(['2026-11-01T02:00:00-05:00']);
  });

  it('are refused unless written HH:MM, with the way to write them', () => {
    expect(refusal('9:30')).toMatch(/"9:30" is not a time of day: .*two digits.*, "09:30"$/);
    expect(refusal('9:30:00')).toMatch(/, "09:30"$/);
    for (const text of ['24:00', '09:60', '09:300', '09:30pm', '09:30-10:00', '99:99']) {
      expect(refusal(text)).toContain(`"${text}" is not a time of day`);
    }
  });
});

describe('triggers by cron text', () => {
  it('fire at each of their times on the days they name, in New York time', () => {
    expect(firings('*/15 10-11 * * 1-5', REGULAR)).toEqual(
      ['10:00', '10:15', '10:30', '10:45', '11:00', '11:15', '11:30', '11:45'].map(
        (time) => `2026-11-25T${time}:00-05:00`,
      ),
    );
    expect(firings('0 10 * * mon', REGULAR)).toEqual([]);
    expect(firings('0 10 * * WED', REGULAR)).toEqual(['2026-11-25T10:00:00-05:00']);
    expect(firings('0 10 25 * *', REGULAR)).toEqual(['2026-11-25T10:00:00-05:00']);
    expect(firings('0 10 * dec *', REGULAR)).toEqual([]);
  });

  it('understand the last day of a month and the nth weekday', () => {
    const days = (text: string): string[] =>
      nyse
        .sessionsBetween(sessionDate('2026-01-01'), sessionDate('2026-06-30'))
        .filter((session) => triggerInstants(read(text), session).length > 0)
        .map((session) => session.date);
    expect(days('0 10 L * *')).toEqual(['2026-03-31', '2026-04-30', '2026-06-30']);
    expect(days('0 10 * * 5#3').slice(0, 3)).toEqual(['2026-01-16', '2026-02-20', '2026-03-20']);
  });

  it('skip and repeat hours on the days the clock changes like a time of day does', () => {
    const [spring, autumn] = ['2026-03-08', '2026-11-01'].map(imaginarySession);
    if (!spring || !autumn) throw new Error('unreachable');
    expect(firings('30 1-3 * * *', spring)).toEqual([
      '2026-03-08T01:30:00-05:00',
      '2026-03-08T03:30:00-04:00',
    ]);
    expect(firings('30 1-2 * * *', autumn)).toEqual([
      '2026-11-01T01:30:00-04:00',
      '2026-11-01T02:30:00-05:00',
    ]);
  });

  it('fire as a plain reading of their fields says, on any session', () => {
    const field = (max: number, from = 0) =>
      fc.uniqueArray(fc.integer({ min: from, max }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        field(59),
        field(23),
        field(5, 1),
        anySession,
        (minutes, hours, weekdays, session) => {
          const trigger = read(`${minutes.join()} ${hours.join()} * * ${weekdays.join()}`);
          const weekday = new Date(`${session.date}T00:00:00Z`).getUTCDay();
          const times = hours
            .flatMap((hour) => minutes.map((minute) => hour * 60 + minute))
            .map((time) => nyse.instantOf(session.date, time))
            .sort((a, b) => a - b);
          expect(triggerInstants(trigger, session)).toEqual(
            weekdays.includes(weekday) ? times : [],
          );
        },
      ),
    );
  });

  it('are refused when they restrict both day of month and weekday', () => {
    expect(refusal('0 10 13 * 5')).toContain('restricts both day of month and weekday');
    expect(refusal('0 10 L * 1-5')).toContain('restricts both day of month and weekday');
    expect(refusal('0 10 */2 * 1#1')).toContain('restricts both day of month and weekday');
    expect(parseTrigger('0 10 */1 * 1-5').ok).toBe(true);
    expect(parseTrigger('0 10 ? * 1-5').ok).toBe(true);
    expect(parseTrigger('0 10 1 * 0-6').ok).toBe(true);
  });

  it('are refused when no session is ever on their days', () => {
    for (const text of ['0 10 * * 0,6', '0 10 25 12 *', '0 10 4 7 *', '0 10 1 1 *']) {
      expect(refusal(text)).toContain('never fires');
    }
    expect(parseTrigger('0 10 29 2 *').ok).toBe(true);
  });

  it('are refused with the field that is wrong', () => {
    expect(refusal('60 10 * * *')).toContain('minute "60"');
    expect(refusal('0 10 * * 8')).toContain('weekday "8"');
    expect(refusal('0 10 31 2 *')).toContain('day of month');
    expect(refusal('0 10 * *')).toContain('has 4 fields');
    expect(refusal('0 0 10 * * 1-5')).toContain('has 6 fields: cron text has five');
    expect(refusal('a b c d e')).toMatch(/minute "a", hour "b"/);
  });
});

describe('any trigger', () => {
  it.each(['', ' ', 'noon', '@daily', '930', 'null'])(
    '%j is refused with the ways to write it',
    (text) => {
      expect(refusal(text)).toContain('a trigger is "open", "close", "open+5m"');
    },
  );

  it('is written as text that reads back to the same trigger', () => {
    const text = fc.oneof(
      fc
        .tuple(fc.constantFrom('open', 'close'), fc.integer({ min: -480, max: 479 }))
        .map(([anchor, m]) => `${anchor}${m < 0 ? '-' : '+'}${Math.abs(m)}m`),
      fc.integer({ min: 0, max: 1439 }).map(nyse.formatMinutes),
      fc.constantFrom('*/15 10-15 * * 1-5', '0   9  1 * *', ' 5 8 * jan,feb * '),
    );
    fc.assert(
      fc.property(text, (written) => {
        const trigger = read(written);
        expect(read(triggerText(trigger))).toEqual(trigger);
      }),
    );
    expect(triggerText(read('open+90m'))).toBe('open+1h30m');
    expect(triggerText(read('close+60m'))).toBe('close+1h');
    expect(triggerText(read('close-15m'))).toBe('close-15m');
  });

  it('describes itself with its session and the time it fires', () => {
    expect(describeTrigger(read('open+5m'), HALF_DAY)).toBe('open+5m of 2026-11-27, 09:35 ET');
    expect(describeTrigger(read('close-15m'), HALF_DAY)).toBe('close-15m of 2026-11-27, 12:45 ET');
    expect(describeTrigger(read('10:30'), HALF_DAY)).toBe('10:30 of 2026-11-27, 10:30 ET');
    expect(describeTrigger(read('0 10,14 * * *'), HALF_DAY)).toBe(
      '0 10,14 * * * of 2026-11-27, 10:00 14:00 ET',
    );
    expect(describeTrigger(read('*/15 10-15 * * *'), HALF_DAY)).toBe(
      '*/15 10-15 * * * of 2026-11-27, 24 times from 10:00 to 15:45 ET',
    );
    expect(describeTrigger(read('0 10 * * 1'), HALF_DAY)).toBe('0 10 * * 1 of 2026-11-27, never');
  });
});
