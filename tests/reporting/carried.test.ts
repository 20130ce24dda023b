import { describe, expect, it } from 'vitest';
import { readDailyReport } from '../../src/app/report-job.ts';
import { spansOf } from '../../src/app/span-reading.ts';
import { sessionOf } from '../../src/calendar/nyse.ts';
import { usd } from '../../src/domain/money.ts';
import { assertExists } from '../../src/domain/result.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import { Book } from '../../src/ledger/book.ts';
import type { DailyReport } from '../../src/reporting/report.ts';
import { busyDay } from './days.ts';
import { clock, FACTS, Story, symbol } from './story.ts';

const DAY = '2026-03-05';

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

const read = (events: readonly JournalEvent[], date = DAY): Promise<DailyReport> =>
  readDailyReport({
    spans: spansOf(
      { events: () => each(events), runs: () => each([]), trades: () => each([]) },
      'daily',
    ),
    session: assertExists(sessionOf(sessionDate(date)), 'a session'),
    asOf: clock(date, '17:00'),
    limits: FACTS.limits,
    dataLabel: FACTS.dataLabel,
  });

/** A journal that begins with the book another one came to before an event, and goes on as that one did. */
function goesOn(events: readonly JournalEvent[], from: number): JournalEvent[] {
  const book = new Book();
  for (const event of events.slice(0, from)) book.apply(event);
  const first = assertExists(events[0], 'a journal has a first event');
  const last = assertExists(events[from - 1], 'something was before');
  const checkpoint = {
    ...first,
    type: 'book.checkpointed',
    seq: 2,
    at: last.at,
    stateSeq: book.seq,
    stateHash: '0'.repeat(64),
    state: book.checkpoint(),
  } as unknown as JournalEvent;
  const rest = events.slice(from).map((event, i) => ({ ...event, seq: i + 3 }));
  return [first, checkpoint, ...rest];
}

/** What a day's report says of the account, apart from how long its history is. */
const said = ({ bridge, positions, orders, closedTrades, openTrades, attention }: DailyReport) => ({
  bridge: { ...bridge, from: null },
  positions,
  orders,
  closedTrades,
  openTrades,
  attention,
});

describe('a journal that begins with the book of another', () => {
  const whole = busyDay().events;
  const firstOfDay = whole.findIndex(({ at }) => at >= clock(DAY, '09:00'));

  it('reports a day as the journal does that has everything', async () => {
    const report = await read(goesOn(whole, firstOfDay));
    expect(report.bridge.unexplained).toBe(0);
    expect(said(report)).toEqual(said(await read(whole)));
  });

  it('counts from what the book was worth, and holds what it held', async () => {
    const begun = whole.slice(0, firstOfDay);
    const story = new Story();
    for (const event of begun) story.book.apply(event);
    const report = await read(goesOn(begun, begun.length), '2026-03-05');
    expect(report.positions).toMatchObject([{ symbol: 'NVDA', quantity: 25, stopQuantity: 25 }]);
    expect(report.openTrades).toMatchObject([{ symbol: 'NVDA', status: 'open' }]);
  });

  it('keeps splits of what was carried', async () => {
    const story = new Story();
    story.open('2026-03-02', 100_000);
    story.bracket(['2026-03-03', '09:30'], '2026-03-03/scan-open/NVDA', {
      quantity: 25,
      limit: 143.3,
      stop: 136.5,
    });
    story.fill(['2026-03-03', '09:30:01'], '2026-03-03/scan-open/NVDA/entry/1', 25, 141.9);
    story.mark(['2026-03-03', '16:00'], 'close', { NVDA: 143.2 });
    story.add('split.applied', ['2026-03-04', '09:30'], {
      symbol: symbol('NVDA'),
      session: sessionDate('2026-03-04'),
      ratio: 2,
      quantityBefore: 25,
      quantityAfter: 50,
      cashInLieu: usd(0),
    });
    story.mark(['2026-03-04', '16:00'], 'close', { NVDA: 71.7 });
    const from = story.events.length;
    story.fill([DAY, '10:00'], '2026-03-03/scan-open/NVDA/stop/1', 50, 70);
    story.closeTrades([DAY, '16:00']);
    story.mark([DAY, '16:00'], 'close', {});
    const report = await read(goesOn(story.events, from));
    expect(report.bridge).toMatchObject({ unexplained: 0, tie: { mismatched: [] } });
    // The story's broker says nothing of the stop at the split price.
    const { orders: _, ...rest } = said(report);
    expect(said(await read(story.events))).toMatchObject(rest);
  });
});
