import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as nyse from '../../src/calendar/nyse.ts';
import { Failure } from '../../src/domain/failure.ts';
import {
  DAY_MS,
  dateToUtcMs,
  type EpochMs,
  epochMs,
  sessionDate,
  utcMsToDate,
} from '../../src/domain/time.ts';

const { HORIZON } = nyse;
const SESSIONS = nyse.sessionsBetween(HORIZON.from, HORIZON.to);
const SPAN_DAYS = (dateToUtcMs(HORIZON.to) - dateToUtcMs(HORIZON.from)) / DAY_MS;
const anySession = fc.nat({ max: SESSIONS.length - 1 }).map((i) => nyse.sessionAt(i));
const anyDay = fc
  .nat({ max: SPAN_DAYS })
  .map((day) => utcMsToDate(dateToUtcMs(HORIZON.from) + day * DAY_MS));
const at = (iso: string): EpochMs => epochMs(Date.parse(iso));

describe('looking sessions up', () => {
  it('numbers and sessions round trip', () => {
    fc.assert(
      fc.property(anySession, (session) => {
        const ordinal = nyse.ordinalOf(session.date);
        expect(nyse.sessionAt(ordinal)).toBe(session);
        expect(nyse.ordinalAtOrBefore(session.date)).toBe(ordinal);
        expect(nyse.sessionOf(session.date)).toBe(session);
      }),
    );
  });

  it('a closed day has no number, and the last session on or before it is an earlier one', () => {
    fc.assert(
      fc.property(anyDay, (date) => {
        const before = nyse.sessionAt(nyse.ordinalAtOrBefore(date));
        expect(before.date <= date).toBe(true);
        expect(nyse.ordinalOf(date) === -1).toBe(before.date < date);
        expect(nyse.ordinalOf(date) === -1).toBe(nyse.sessionOf(date) === null);
      }),
    );
  });

  it('next and previous are strictly after and before, and undo each other', () => {
    const inner = anyDay.filter((date) => date > HORIZON.from && date < HORIZON.to);
    fc.assert(
      fc.property(inner, (date) => {
        const [next, previous] = [nyse.nextSession(date), nyse.previousSession(date)];
        expect(next.date > date && previous.date < date).toBe(true);
        const between = nyse.sessionsBetween(previous.date, next.date).slice(1, -1);
        expect(between).toEqual(nyse.sessionOf(date) === null ? [] : [nyse.sessionOf(date)]);
        if (nyse.sessionOf(date) !== null) {
          expect(nyse.previousSession(next.date).date).toBe(date);
          expect(nyse.nextSession(previous.date).date).toBe(date);
        }
      }),
    );
  });

  it('a span holds the sessions of its dates, both ends included', () => {
    fc.assert(
      fc.property(anyDay, anyDay, (from, to) => {
        expect(nyse.sessionsBetween(from, to)).toEqual(
          SESSIONS.filter((session) => session.date >= from && session.date <= to),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('a session contains its open and not its close', () => {
    fc.assert(
      fc.property(anySession, (session) => {
        const { openAt, closeAt } = session;
        expect(nyse.sessionContaining(openAt)).toBe(session);
        expect(nyse.sessionContaining((closeAt - 1) as EpochMs)).toBe(session);
        expect(nyse.sessionContaining((openAt - 1) as EpochMs)).toBeNull();
        expect(nyse.sessionContaining(closeAt)).toBeNull();
      }),
    );
  });

  it('a session is the last one closed from its close until the next close', () => {
    const inner = anySession.filter((session) => session.date < HORIZON.to);
    fc.assert(
      fc.property(inner, fc.double({ min: 0, max: 1, noNaN: true }), (session, share) => {
        const next = nyse.nextSession(session.date);
        const span = next.closeAt - session.closeAt - 1;
        const instant = (session.closeAt + Math.floor(span * share)) as EpochMs;
        expect(nyse.lastSessionClosedBy(instant)).toBe(session);
        expect(nyse.lastSessionClosedBy(next.closeAt)).toBe(next);
      }),
    );
  });

  it('answers to the end of the last year it knows', () => {
    const silvester = at('2028-12-31T23:00:00-05:00');
    expect(nyse.lastSessionClosedBy(silvester).date).toBe('2028-12-29');
    expect(nyse.sessionContaining(silvester)).toBeNull();
    expect(nyse.sessionContaining(at('1990-01-01T12:00:00-05:00'))).toBeNull();
  });

  it('sessions cannot be changed by who asks for them', () => {
    const session = nyse.sessionAt(0);
    expect(() => Object.assign(session, { earlyClose: true })).toThrow(TypeError);
    expect(nyse.sessionAt(0).earlyClose).toBe(false);
  });
});

describe('beyond the horizon', () => {
  const refusals: Record<string, () => unknown> = {
    sessionOf: () => nyse.sessionOf(sessionDate('2029-01-02')),
    closureOf: () => nyse.closureOf(sessionDate('2029-01-01')),
    specialHoursOf: () => nyse.specialHoursOf(sessionDate('1989-12-29')),
    'sessionsBetween, from': () => nyse.sessionsBetween(sessionDate('1989-12-29'), HORIZON.to),
    'sessionsBetween, to': () => nyse.sessionsBetween(HORIZON.from, sessionDate('2029-01-05')),
    ordinalOf: () => nyse.ordinalOf(sessionDate('1962-01-02')),
    ordinalAtOrBefore: () => nyse.ordinalAtOrBefore(sessionDate('2030-06-03')),
    'sessionAt, before': () => nyse.sessionAt(-1),
    'sessionAt, after': () => nyse.sessionAt(nyse.sessionCount()),
    'sessionAt, between': () => nyse.sessionAt(1.5),
    nextSession: () => nyse.nextSession(HORIZON.to),
    previousSession: () => nyse.previousSession(HORIZON.from),
    sessionContaining: () => nyse.sessionContaining(at('2029-01-02T15:00:00Z')),
    lastSessionClosedBy: () => nyse.lastSessionClosedBy(at('2029-01-02T22:00:00Z')),
    'lastSessionClosedBy, before': () => nyse.lastSessionClosedBy(at('1990-01-02T20:59:59Z')),
    newYorkDate: () => nyse.newYorkDate(at('2029-01-02T15:00:00Z')),
    instantOf: () => nyse.instantOf(sessionDate('2029-01-02'), 570),
  };

  it.each(Object.entries(refusals))('%s refuses and says up to where it is verified', (_, ask) => {
    let thrown: unknown;
    try {
      ask();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Failure);
    const failure = thrown as Failure;
    expect(failure.code).toBe('OUTSIDE_CALENDAR');
    expect(failure.details.join()).toContain('from 1990-01-02 to 2028-12-29');
    expect(failure.hint).toContain('2028-12-29');
  });
});
