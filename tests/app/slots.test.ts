import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlannedSlot, planSession } from '../../src/app/session-plan.ts';
import { backoffMs, type Circumstances, judgeSlot } from '../../src/app/slots.ts';
import { durationText } from '../../src/app/words.ts';
import { sessionOf } from '../../src/calendar/nyse.ts';
import { validate } from '../../src/config/validate.ts';
import { assertExists } from '../../src/domain/result.ts';
import { epochMs, HOUR_MS, MINUTE_MS, sessionDate } from '../../src/domain/time.ts';

const defaults = validate({});
if (!defaults.ok) throw new Error('the defaults are valid');
const session = assertExists(sessionOf(sessionDate('2026-03-05')), 'a session');
const slots = planSession(defaults.config, session);
const slotOf = (name: string): PlannedSlot =>
  assertExists(
    slots.find(({ row }) => row.name === name),
    name,
  );
const judge = (slot: PlannedSlot, lateMs: number, given: Partial<Circumstances> = {}) => {
  const now = epochMs(slot.at + lateMs);
  const usual = { now, window: null, delay: 'why', noEntries: null, closesAt: null };
  return judgeSlot(slot, { ...usual, ...given });
};

describe('a slot', () => {
  it('begins within the lateness of its law, whatever its job', () => {
    fc.assert(
      fc.property(fc.constantFrom(...slots), fc.nat(), (slot, ms) => {
        const lateMs = ms % (slot.law.maxLatenessMs + 1);
        expect(judge(slot, lateMs)).toEqual({ kind: 'begin', lateMs });
      }),
    );
  });

  it('that is early begins as on time: a clock that was set back makes no lateness', () => {
    expect(judge(slotOf('report'), -HOUR_MS)).toEqual({ kind: 'begin', lateMs: 0 });
  });

  it('of a scan is missed a moment after that, and one that is caught up is not', () => {
    expect(judge(slotOf('scan-open'), 2 * MINUTE_MS).kind).toBe('begin');
    expect(judge(slotOf('scan-open'), 2 * MINUTE_MS + 1)).toEqual({
      kind: 'miss',
      cause: 'late by 2 min, 2 min at most: why',
    });
    const report = slotOf('report');
    expect(judge(report, 5 * HOUR_MS).kind).toBe('begin');
    const nextClose = Date.UTC(2026, 2, 6, 21);
    expect(judge(report, nextClose - report.at - 1).kind).toBe('begin');
    expect(judge(report, nextClose - report.at).kind).toBe('miss');
  });

  it('of a scan is missed where no entries may be sent; other jobs go on', () => {
    expect(judge(slotOf('scan-open'), 0, { noEntries: 'books differ' })).toEqual({
      kind: 'miss',
      cause: 'books differ',
    });
    expect(judge(slotOf('reconcile'), 0, { noEntries: 'books differ' }).kind).toBe('begin');
  });

  it('of a report waits until the close is valued; other jobs do not', () => {
    const closesAt = epochMs(session.closeAt + 15 * MINUTE_MS);
    const waits = { kind: 'hold', until: closesAt };
    expect(judge(slotOf('report'), 0, { closesAt })).toEqual(waits);
    expect(judge(slotOf('backup'), 0, { closesAt }).kind).toBe('begin');
  });

  it('is begun again after longer and longer waits', () => {
    expect([1, 2, 3, 4, 9].map(backoffMs)).toEqual([5_000, 30_000, 180_000, 180_000, 180_000]);
  });
});

it.each([
  [999, '0 s'],
  [59_999, '59 s'],
  [120_000, '2 min'],
  [150_000, '2 min 30 s'],
  [5_460_000, '1 h 31 min'],
  [93_600_000, '1 d 2 h'],
])('%d ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
