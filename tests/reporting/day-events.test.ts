import { describe, expect, it } from 'vitest';
import { nextSession, previousSession } from '../../src/calendar/nyse.ts';
import { usd } from '../../src/domain/money.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { collectDay } from '../../src/reporting/day-events.ts';
import { Story } from './story.ts';

function collected(story: Story, date: string) {
  const session = sessionDate(date);
  const collector = collectDay(session, previousSession(session).date);
  for (const event of story.events) collector.add(event);
  return collector.result();
}

const alert = (story: Story, when: readonly [string, string]) =>
  story.add('alert.raised', when, { level: 'info', code: 'X', message: when.join(' ') });

/** A round trip that ended, a position whose commission is unknown, and so many closes after theirs. */
function pastTrades(closes: number): Story {
  const story = new Story();
  const sent = '2026-03-03/scan-open';
  story.open('2026-03-02', 10_000);
  story.bracket(['2026-03-03', '09:30'], `${sent}/AAA`, { quantity: 5, limit: 11, stop: 9 });
  story.fill(['2026-03-03', '09:30'], `${sent}/AAA/entry/1`, 5, 10);
  story.fill(['2026-03-03', '10:00'], `${sent}/AAA/stop/1`, 5, 9);
  story.bracket(['2026-03-03', '09:30'], `${sent}/BBB`, { quantity: 5, limit: 11, stop: 9 });
  story.fill(['2026-03-03', '09:30'], `${sent}/BBB/entry/1`, 5, 10, null);
  story.closeTrades(['2026-03-03', '10:00']);
  let session = '2026-03-03';
  story.mark([session, '16:00'], 'close', { BBB: 10 });
  for (let i = 0; i < closes; i += 1) {
    session = nextSession(sessionDate(session)).date;
    story.mark([session, '16:00'], 'close', { BBB: 10 });
  }
  story.cash([session, '18:00'], 'dividend', 3, 'after the mark, before the day');
  return story;
}

describe('the events of a day', () => {
  it('take in the weekend before it and end at midnight in New York', () => {
    const story = new Story();
    alert(story, ['2026-03-06', '23:59']);
    alert(story, ['2026-03-07', '12:00']);
    alert(story, ['2026-03-09', '23:59']);
    alert(story, ['2026-03-10', '00:00']);
    const { today, earlier } = collected(story, '2026-03-09');
    expect(today.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(earlier).toEqual([]);
  });

  it('belong to the session they name, or to that of their run, before the clock is asked', () => {
    const story = new Story();
    story.startRun(['2026-03-05', '16:00'], 'reconcile', 'reconcile');
    alert(story, ['2026-03-06', '00:01']);
    story.endRun(['2026-03-06', '00:02']);
    story.cash(['2026-03-06', '09:00'], 'fee', -1, 'next day');
    const { today } = collected(story, '2026-03-05');
    expect(today.map(({ type }) => type)).toEqual([
      'slot.claimed',
      'run.started',
      'alert.raised',
      'run.completed',
    ]);
  });

  it('keep of the past what is still open', () => {
    const { earlier, marks } = collected(pastTrades(0), '2026-03-05');
    const ofBbb = earlier.filter((event) => !('symbol' in event) || event.symbol === 'BBB');
    expect(ofBbb.map(({ type }) => type)).toEqual([
      'order.submitted',
      'order.acknowledged',
      'fill.recorded',
      'cash.recorded',
    ]);
    expect(marks.map(({ session }) => session)).toEqual(['2026-03-02', '2026-03-03']);
  });

  it('keep the executions of a round trip that is over as long as the book may correct them', () => {
    const remembered = (closes: number): boolean => {
      const story = pastTrades(closes);
      const { earlier } = collected(story, '2026-03-31');
      const isKept = earlier.some((event) => 'symbol' in event && event.symbol === 'AAA');
      expect(isKept).toBe(story.book.execution('x1') !== null);
      return isKept;
    };
    expect(remembered(9)).toBe(true);
    expect(remembered(10)).toBe(false);
  });

  it('prefer the mark of the close to any other of its session', () => {
    const story = new Story();
    story.mark(['2026-03-05', '09:31'], 'run', {});
    story.mark(['2026-03-05', '16:00'], 'close', {}, { equityError: 5 });
    story.mark(['2026-03-05', '16:30'], 'run', {}, { equityError: 9 });
    expect(collected(story, '2026-03-05').marks.map(({ equity }) => equity)).toEqual([usd(5)]);
  });
});
