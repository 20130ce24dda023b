import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpanRecords } from '../../src/app/span-records.ts';
import { usd } from '../../src/domain/money.ts';
import { assertExists } from '../../src/domain/result.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { CorrectingFill } from '../../src/ledger/book-corrections.ts';
import { costOf } from '../../src/ledger/lots.ts';
import { accountMoves } from '../../src/reporting/day-book.ts';
import { buildDailyReport } from '../../src/reporting/report.ts';
import { lives } from '../arbitraries.ts';
import { Ledger, ledgerWith } from '../ledger/book-builder.ts';
import { bracketSent, filled } from '../ledger/book-drafts.ts';
import { amend, changes, chosen } from '../ledger/corrections.ts';
import { periodReport } from './period-days.ts';
import { Story, symbol } from './story.ts';

const movesOf = (ledger: Ledger, afterSeq = 0) =>
  accountMoves({ earlier: [], today: ledger.events, marks: [] }, afterSeq, ledger.events.length);

describe('the bridge of a day on which executions were corrected', () => {
  it('counts what a correction changes on the day it comes, also of a trade that is over', () => {
    const sold = filled('sell', 100, 95);
    const ledger = ledgerWith(100_000).tell(...bracketSent(), filled('buy', 100, 100), sold);
    const dayBefore = ledger.events.length;
    amend(ledger, sold.execId, { price: usd(96), commission: usd(3) }, 0);
    const moves = movesOf(ledger, dayBefore);
    expect(moves.realizedGross).toBe(usd(100));
    expect(moves.commissions).toBe(usd(2));
    expect(moves.realizedOfOpen).toBe(usd(100));
    expect(movesOf(ledger).realizedGross).toBe(usd(-400));
  });

  it('explains all cash, whatever was corrected', () => {
    fc.assert(
      fc.property(lives(), changes, (events, asked) => {
        const ledger = new Ledger().tell(...events);
        chosen(ledger, asked).forEach(({ execId, terms }, i) => {
          amend(ledger, execId, terms, i);
        });
        const { realizedGross, commissions, cash, after } = movesOf(ledger);
        const paidIn = Object.values(cash).reduce((sum, amount) => sum + amount, 0);
        const invested = [...after.values()].reduce((sum, lots) => sum + costOf(lots), 0);
        expect(ledger.book.cash + invested).toBe(paidIn + realizedGross - commissions);
      }),
      { numRuns: 150 },
    );
  });
});

describe('an execution that is corrected on a later day', () => {
  function corrected(when: readonly [string, string] | null): Story {
    const story = new Story();
    const sent = '2026-03-03/scan-open/AAA';
    story.open('2026-03-02', 10_000);
    story.bracket(['2026-03-03', '09:30'], sent, { quantity: 5, limit: 11, stop: 9 });
    story.fill(['2026-03-03', '09:30'], `${sent}/entry/1`, 5, 10);
    const execId = story.fill(['2026-03-03', '10:00'], `${sent}/stop/1`, 5, 9);
    story.mark(['2026-03-03', '16:00'], 'close', {});
    if (when === null) return story;
    const old = assertExists(story.book.execution(execId), 'it was recorded').fill;
    const [, , name] = sent.split('/');
    story.add('fill.corrected', when, {
      execId,
      orderRef: `${sent}/stop/1`,
      symbol: symbol(name ?? ''),
      side: 'sell',
      session: sessionDate('2026-03-03'),
      old: { quantity: 5, price: old.price, commission: old.commission },
      by: [{ ...corrections(old), execId: `${execId}.02`, price: usd(9.5) }],
      revision: 1,
      cause: 'printed again',
    });
    story.mark([when[0], '16:00'], 'close', {});
    return story;
  }
  const corrections = (old: Omit<CorrectingFill, 'inferred'>): CorrectingFill => {
    const { execId, quantity, price, commission, filledAt } = old;
    return { execId, quantity, price, commission, filledAt, inferred: false };
  };

  it('changes nothing in what is said of the day it was filled on', () => {
    const { events } = corrected(null).input('2026-03-03');
    expect(corrected(['2026-03-04', '11:00']).input('2026-03-03').events).toEqual(events);
  });

  it.each([['2026-03-04'], ['2026-03-05']])(
    'is an event of the day it is written down: %s',
    (day) => {
      const built = buildDailyReport(corrected([day, '11:00']).input(day));
      expect(built.bridge.unexplained).toBe(0);
      expect(built.bridge.pnl).toBe(2.5);
    },
  );
});

describe('a round trip that a correction leaves shares in', () => {
  /** Five shares bought and sold, of which the broker says later that only three were sold. */
  function reopened(day: string): Story {
    const story = new Story();
    const sent = '2026-03-03/scan-open/AAA';
    story.open('2026-03-02', 10_000);
    story.bracket(['2026-03-03', '09:30'], sent, { quantity: 5, limit: 11, stop: 9 });
    story.fill(['2026-03-03', '09:30'], `${sent}/entry/1`, 5, 10);
    const execId = story.fill(['2026-03-03', '10:00'], `${sent}/stop/1`, 5, 9);
    if (day > '2026-03-03') story.mark(['2026-03-03', '16:00'], 'close', {});
    const { fill } = assertExists(story.book.execution(execId), 'it was recorded');
    const { quantity, price, commission, filledAt } = fill;
    story.add('fill.corrected', [day, '11:00'], {
      execId,
      orderRef: `${sent}/stop/1`,
      symbol: symbol('AAA'),
      side: 'sell',
      session: sessionDate('2026-03-03'),
      old: { quantity, price, commission },
      by: [{ execId: `${execId}.02`, quantity: 3, price, commission, filledAt, inferred: false }],
      revision: 1,
      cause: 'busted in part',
    });
    story.mark([day, '16:00'], 'close', { AAA: 9.5 });
    return story;
  }

  it.each([['2026-03-03'], ['2026-03-04'], ['2026-03-05']])(
    'is a position again in the report of %s and of the day after',
    (day) => {
      const story = reopened(day);
      const next = day === '2026-03-05' ? '2026-03-06' : '2026-03-05';
      story.mark([next, '16:00'], 'close', { AAA: 9.75 });
      for (const date of [day, next]) {
        const built = buildDailyReport(story.input(date));
        expect(built.bridge.unexplained).toBe(0);
        expect(built.closedTrades).toEqual([]);
        expect(built.positions).toMatchObject([{ symbol: 'AAA', quantity: 2, averagePrice: 10 }]);
        expect(built.attention).toContainEqual(
          expect.objectContaining({ level: 'critical', code: 'UNPROTECTED' }),
        );
      }
    },
  );

  it('is no losing trade any more', () => {
    const records = new SpanRecords(false);
    const { events } = reopened('2026-03-04');
    for (const event of events) records.follow(event, sessionDate('2026-03-04'));
    expect(records.losingStreak).toBe(0);
  });

  it('was bought and sold as the broker says in the end', () => {
    const { metrics } = periodReport(reopened('2026-03-04'), 'weekly', '2026-03-04');
    const equities = [10_000 - 2 - 5, 10_000 - 2 - 50 + 27 + 19];
    const mean = equities.reduce((a, b) => a + b) / 2;
    expect(metrics.span.turnover.value).toBeCloseTo((5 * 10 + 3 * 9) / mean, 9);
  });
});
