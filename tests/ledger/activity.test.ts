import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Symbol } from '../../src/domain/market.ts';
import { type Micros, usd } from '../../src/domain/money.ts';
import { activityOf, pausingLosses } from '../../src/ledger/activity.ts';
import type { ClosedTrade } from '../../src/ledger/book-state.ts';
import { tradingOf } from '../../src/ledger/trading.ts';
import { NOTHING_OUTSIDE } from '../../src/risk/trading-state.ts';
import { type Ledger, ledgerWith } from './book-builder.ts';
import {
  AAA,
  BBB,
  bracketSent,
  commissionCame,
  dateNo,
  draft,
  filled,
  minute,
  refOf,
} from './book-drafts.ts';

const seen = (
  ledger: Ledger,
  session = 1,
  minutes = 30,
  minEntryIntervalMs: number | null = null,
) =>
  activityOf(ledger.book, {
    asOf: minute(session, minutes),
    session: dateNo(session),
    minEntryIntervalMs,
  });

const desk = (): Ledger => ledgerWith(100_000);

describe('working orders', () => {
  it('are counted by symbol and side while they may fill', () => {
    const ledger = desk().tell(
      ...bracketSent({ symbol: BBB }),
      ...bracketSent({ target: 120 }),
      filled('buy', 100, 100),
    );
    expect(seen(ledger).orders).toEqual([
      { symbol: AAA, buys: 0, sells: 2 },
      { symbol: BBB, buys: 1, sells: 1 },
    ]);
    ledger.tell(filled('sell', 100, 95));
    expect(seen(ledger).orders.filter(({ symbol }) => symbol === AAA)).toEqual([
      { symbol: AAA, buys: 0, sells: 1 },
    ]);
  });

  it('that are unknown count, because they may fill', () => {
    const ledger = desk().tell(
      ...bracketSent(),
      draft('order.unknown', minute(1, 1), { orderRef: refOf('entry'), cause: 'no answer' }),
    );
    expect(seen(ledger).orders).toEqual([{ symbol: AAA, buys: 1, sells: 1 }]);
  });
});

describe('entries', () => {
  const twice = (): Ledger =>
    desk().tell(
      ...bracketSent(),
      draft('order.expired', minute(1, 1), { orderRef: refOf('entry'), cause: 'limit' }),
      ...bracketSent({ generation: 2 }),
      ...bracketSent({ symbol: BBB }),
    );

  it('of a session are counted by symbol, whatever became of them, and of no other session', () => {
    expect(seen(twice()).entries).toEqual([
      { symbol: AAA, count: 2 },
      { symbol: BBB, count: 1 },
    ]);
    expect(seen(twice(), 2).entries).toEqual([]);
  });

  it('that our own last gate denied are not counted: nothing left the house', () => {
    const denied = { code: 'ORDER_RATE', message: 'too fast' } as const;
    const ledger = desk().tell(
      ...bracketSent(),
      draft('order.denied', minute(1, 0), { orderRef: refOf('entry'), ...denied }),
    );
    expect(seen(ledger).entries).toEqual([]);
  });

  it('are recent for as long as the interval lasts, and not at its end', () => {
    const at = (minutes: number) => seen(twice(), 1, minutes, 600_000).justSent;
    expect(at(9.999)).toEqual([AAA, BBB]);
    expect(at(10)).toEqual([]);
    expect(seen(twice(), 1, 1).justSent).toEqual([]);
  });
});

describe('day trades', () => {
  /** Bought in one session and sold in another. */
  const traded = (bought: number, sold: number): Ledger => {
    const terms = { session: bought };
    return desk().tell(
      ...bracketSent(terms),
      filled('buy', 100, 100, { session: bought, ref: refOf('entry', terms) }),
      filled('sell', 100, 94, { session: sold, ref: refOf('stop', terms) }),
    );
  };

  it('are trades opened and closed in one session', () => {
    expect(seen(traded(1, 1)).dayTrades).toBe(1);
    expect(seen(traded(1, 2), 2).dayTrades).toBe(0);
  });

  it('count in the session and the four after it', () => {
    const ledger = traded(1, 1);
    expect([1, 2, 4, 5, 6].map((session) => seen(ledger, session).dayTrades)).toEqual([
      1, 1, 1, 1, 0,
    ]);
  });
});

/** Closed trades in order, as "session:result in dollars". */
const closed = (...trades: readonly (readonly [session: number, result: number])[]) =>
  trades.map(
    ([session, result], i): ClosedTrade => ({
      tradeId: `t${i}`,
      symbol: 'AAA' as Symbol,
      entrySession: dateNo(0),
      exitAt: minute(session, i),
      exitSession: dateNo(session),
      exitReason: 'stop',
      netR: null,
      result: usd(result),
    }),
  );

const paused = (trades: readonly ClosedTrade[], most: number, ...sessions: readonly number[]) =>
  sessions.map((session) => pausingLosses(trades, most, dateNo(session)));

describe('losses in a row', () => {
  const three = closed([1, -5], [2, -1], [3, -0.01]);

  it('pause the rest of the session of the last one and the whole next, at the limit', () => {
    expect(paused(three, 3, 3, 4, 5)).toEqual([3, 3, 0]);
    expect(paused(three, 4, 3, 4)).toEqual([0, 0]);
    expect(paused(three.slice(0, 2), 3, 3)).toEqual([0]);
  });

  it('are off at 0', () => {
    expect(paused(three, 0, 3, 4)).toEqual([0, 0]);
  });

  it('begin anew after a trade that lost nothing', () => {
    expect(paused(closed([1, -5], [1, -5], [1, 0], [2, -5], [2, -5]), 3, 2)).toEqual([0]);
    expect(paused(closed([1, -5], [1, -5], [1, 9], [2, -5], [2, -5], [3, -5]), 3, 3)).toEqual([3]);
  });

  it('begin at zero after the pause: what ends in it is not counted', () => {
    const inPause = closed([1, -1], [1, -1], [1, -1], [2, -1], [2, -1]);
    expect(paused([...inPause, ...closed([3, -1])], 2, 2, 3)).toEqual([2, 0]);
    expect(paused([...inPause, ...closed([3, -1], [3, -1])], 2, 3, 4, 5)).toEqual([2, 2, 0]);
  });

  it('are known from the book, late commissions included', () => {
    const ledger = desk().tell(
      ...bracketSent(),
      filled('buy', 100, 100, { commission: null, execId: 'b' }),
      filled('sell', 100, 100.01, { commission: 0 }),
    );
    expect(pausingLosses(ledger.book.closedTrades(), 1, dateNo(1))).toBe(0);
    ledger.tell(commissionCame('b', 2));
    expect(ledger.book.closedTrades().map(({ result }) => result)).toEqual([usd(-1) as Micros]);
    expect(pausingLosses(ledger.book.closedTrades(), 1, dateNo(1))).toBe(1);
  });

  it('restrict trading in the sessions that they pause', () => {
    const ledger = desk().tell(...bracketSent(), filled('buy', 100, 100), filled('sell', 100, 95));
    const sources = (session: number, most: number) =>
      tradingOf(ledger.book, {
        asOf: minute(session, 90),
        session: dateNo(session),
        dailyLossFraction: 0.5,
        maxDrawdownFraction: 0.5,
        maxConsecutiveLosses: most,
        lossJudgedAtClose: true,
        outside: NOTHING_OUTSIDE,
      }).restrictions.map(({ source }) => source);
    expect([1, 2, 3].map((session) => sources(session, 1))).toEqual([
      ['consecutive_losses'],
      ['consecutive_losses'],
      [],
    ]);
    expect(sources(1, 2)).toEqual([]);
  });

  it('never pause more with a higher limit over trades that all lost', () => {
    const sessions = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(sessions, fc.integer({ min: 1, max: 30 }), (ends, session) => {
        const trades = closed(
          ...ends.toSorted((a, b) => a - b).map((end): [number, number] => [end, -1]),
        );
        const lost = ends.filter((end) => end <= session).length;
        const until = trades.filter(({ exitSession }) => exitSession <= dateNo(session));
        expect(pausingLosses(until, lost + 1, dateNo(session))).toBe(0);
        const last = Math.max(...ends.filter((end) => end <= session));
        const expected = lost > 0 && session - last <= 1 ? lost : 0;
        expect(pausingLosses(until, Math.max(1, lost), dateNo(session))).toBe(expected);
      }),
    );
  });
});
