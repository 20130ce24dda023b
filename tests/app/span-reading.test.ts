import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ReportSpan, spanOf } from '../../src/app/report-span.ts';
import { type SpanReader, spansOf } from '../../src/app/span-reading.ts';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { type Session, sessionDate } from '../../src/domain/time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import type { HistoryReader } from '../../src/ports/history.ts';
import { inHome, SMALL, TABLE } from '../simulation/daemon-world.ts';

/** A journal in memory that counts what is read of it. */
function journalOf(events: readonly JournalEvent[]) {
  const read = { count: 0 };
  const reader: HistoryReader = {
    async *events({ fromSeq = 1 } = {}) {
      for (const event of events) {
        if (event.seq < fromSeq) continue;
        read.count += 1;
        await Promise.resolve();
        yield event;
      }
    },
    async *runs() {},
    async *trades() {},
  };
  return { reader, read };
}

const day = (spans: SpanReader, { date }: Session) => spans.read(date, date);

const whole = (spans: SpanReader, { last, sessions }: ReportSpan) =>
  spans.read(sessions[0]?.date ?? last.date, last.date);

/** What the journal holds when the report of a session is made: nothing after its evening. */
const upTo = (events: readonly JournalEvent[], closeAt: number): JournalEvent[] =>
  events.filter(({ at }) => at <= closeAt + 3_600_000);

describe('days read one after the other', () => {
  it('are what each is when it is read from the beginning, and each event is read once', () =>
    inHome(TABLE, async (home) => {
      await home.simulate('2026-03-02', '2026-03-20');
      const events = await home.events();
      const growing: JournalEvent[] = [];
      const { reader, read } = journalOf(growing);
      const follower = spansOf(reader, 'daily');
      for (const session of sessionsBetween(sessionDate('2026-03-02'), sessionDate('2026-03-20'))) {
        const known = upTo(events, session.closeAt);
        growing.push(...known.slice(growing.length));
        const followed = await day(follower, session);
        const alone = await day(spansOf(journalOf(growing).reader, 'daily'), session);
        expect(followed, session.date).toEqual(alone);
        expect(followed?.runs.length, session.date).toBeGreaterThan(3);
      }
      expect(read.count).toBe(growing.length);
    }));

  it('can be told instead of read', () =>
    inHome(TABLE, async (home) => {
      await home.simulate('2026-03-05', '2026-03-06');
      const events = await home.events();
      const { reader, read } = journalOf(events);
      const told = spansOf(reader, 'daily');
      told.hear(events);
      const [thursday, friday] = sessionsBetween(
        sessionDate('2026-03-05'),
        sessionDate('2026-03-06'),
      );
      for (const session of [thursday, friday]) {
        if (session === undefined) continue;
        const alone = await day(spansOf(journalOf(events).reader, 'daily'), session);
        expect(await day(told, session)).toEqual(alone);
      }
      expect(read.count).toBe(0);
    }));

  it('do not open a journal of which everything was told', () =>
    inHome(TABLE, async (home) => {
      await home.simulate('2026-03-05', '2026-03-05');
      const events = await home.events();
      const [session] = sessionsBetween(sessionDate('2026-03-05'), sessionDate('2026-03-05'));
      if (session === undefined) throw new Error('a session');
      const closed: HistoryReader = {
        events: () => {
          throw new Error('the journal was opened');
        },
        runs: async function* () {},
        trades: async function* () {},
      };
      const told = spansOf(closed, 'daily');
      told.hear(events);
      const alone = await day(spansOf(journalOf(events).reader, 'daily'), session);
      expect(await told.read(session.date, session.date, events.length)).toEqual(alone);
    }));

  it('are read from the beginning when an earlier one is asked for', () =>
    inHome(TABLE, async (home) => {
      await home.simulate('2026-03-05', '2026-03-06');
      const { reader } = journalOf(await home.events());
      const [thursday, friday] = sessionsBetween(
        sessionDate('2026-03-05'),
        sessionDate('2026-03-06'),
      );
      if (thursday === undefined || friday === undefined) return;
      const days = spansOf(reader, 'daily');
      await day(days, friday);
      expect(await day(days, thursday)).toEqual(await day(spansOf(reader, 'daily'), thursday));
    }));

  it('are nothing where nothing is recorded', async () => {
    const [session] = sessionsBetween(sessionDate('2026-03-05'), sessionDate('2026-03-05'));
    if (session === undefined) throw new Error('a session');
    expect(await day(spansOf(journalOf([]).reader, 'daily'), session)).toBeNull();
  });
});

describe('weeks and months read one after the other', () => {
  it.each(['weekly', 'monthly'] as const)('are what each is from the beginning: %s', (kind) =>
    inHome(TABLE, async (home) => {
      await home.simulate('2026-01-20', '2026-03-06');
      const events = await home.events();
      const { reader, read } = journalOf(events);
      const follower = spansOf(reader, kind);
      const sessions = sessionsBetween(sessionDate('2026-01-20'), sessionDate('2026-03-06'));
      const spans = sessions.flatMap(({ date, closeAt }) => {
        const span = spanOf(date, kind, closeAt);
        return span?.sessions.at(-1)?.date === date ? [span] : [];
      });
      expect(spans.length).toBeGreaterThan(1);
      for (const span of spans) {
        const alone = await whole(spansOf(journalOf(events).reader, kind), span);
        expect(await whole(follower, span), span.name).toEqual(alone);
        expect(alone?.runs.length, span.name).toBeGreaterThan(10);
      }
      expect(read.count).toBe(events.length);
    }),
  );

  it('a month ties from the marks of the close before it, twenty sessions ago', () =>
    inHome(SMALL, async (home) => {
      await home.simulate('2026-01-20', '2026-02-27');
      const report = readFileSync(join(home.dir, 'reports/monthly/2026-02/report.md'), 'utf8');
      expect(report).toMatch(/\| Change of unrealised +\| +[-+]\$/);
      expect(report).toMatch(/\| Unexplained +\| +\$0\.00 \|/);
    }));
});
