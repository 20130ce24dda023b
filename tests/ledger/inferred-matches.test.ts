import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newYorkDate } from '../../src/calendar/nyse.ts';
import type { ActivityStatement, StatedTrade } from '../../src/domain/activity.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { micros, negate, timesQuantity, usd } from '../../src/domain/money.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { bookingOrder } from '../../src/ledger/booking-order.ts';
import { FillsInForce } from '../../src/ledger/fills-in-force.ts';
import { type InferredMatch, inferredMatches } from '../../src/ledger/inferred-matches.ts';
import { intake } from '../../src/ledger/intake.ts';
import { StatementTie } from '../../src/ledger/statement-import.ts';
import type { BrokerEvent } from '../../src/ports/broker.ts';
import { type Ledger, ledgerWith } from './book-builder.ts';
import { AAA, BBB, bracketSent, dateNo, filled, minute, refOf } from './book-drafts.ts';

const STOP = refOf('stop');

/** Shares that were seen to be gone in a session, hours after the open. */
const gone = (quantity = 100, session = 3, ref = STOP): EventDraft =>
  ({
    ...filled('sell', quantity, 95, {
      session,
      ref,
      minutes: 200,
      commission: null,
      execId: `inferred/${ref}`,
    }),
    source: 'inferred',
  }) as EventDraft;

/** 100 AAA bought in session 1; in session 3 they are gone, and nobody knows more. */
const held = (): Ledger => ledgerWith(100_000).tell(...bracketSent(), filled('buy', 100, 100));
const missed = (): Ledger => held().tell(gone());

/** A sale as a statement prints it; no time unless one is given. */
function sold(quantity: number, price: number, session = 2, at?: EpochMs): StatedTrade {
  const proceeds = timesQuantity(usd(price), quantity);
  return {
    symbol: AAA,
    date: dateNo(session),
    quantity: -quantity,
    proceeds,
    commission: usd(1.25),
    ...(at === undefined ? {} : { filledAt: at }),
  };
}

const BOUGHT: StatedTrade = {
  ...sold(100, 100, 1),
  quantity: 100,
  proceeds: usd(-10_000),
  commission: usd(1),
};

const stated = (trades: readonly StatedTrade[]): ActivityStatement => ({
  account: 'SIM-1',
  from: dateNo(1),
  to: dateNo(6),
  trades: [BOUGHT, ...trades],
  cash: [],
  startValue: null,
  endValue: null,
  warnings: [],
});

function matches(ledger: Ledger, trades: readonly StatedTrade[]): InferredMatch[] {
  const fills = new FillsInForce();
  for (const event of ledger.events) fills.add(event);
  return inferredMatches(fills, stated(trades));
}

/** Books what was found, as the command does. */
function correct(ledger: Ledger, trades: readonly StatedTrade[]): Ledger {
  for (const { fill, by, state } of matches(ledger, trades)) {
    if (state !== 'found') continue;
    const { execId, orderRef, symbol, side, session, quantity, price, commission } = fill;
    expect(ledger.book.canCorrect(execId, by)).toBe(true);
    ledger.tell({
      type: 'fill.corrected',
      at: minute(6, 0),
      runId: null,
      execId,
      orderRef,
      symbol,
      side,
      session,
      old: { quantity, price, commission },
      by: [...by],
      revision: 0,
      cause: 'a statement',
    });
  }
  return ledger;
}

const states = (ledger: Ledger, trades: readonly StatedTrade[]) =>
  matches(ledger, trades).map(({ state }) => state);

function apart(ledger: Ledger, trades: readonly StatedTrade[]): string[] {
  const tie = new StatementTie(stated(trades));
  for (const event of ledger.events) tie.add(event);
  return tie
    .rows()
    .filter(({ what, class: kind }) => kind !== 'match' && !what.startsWith('net asset value'))
    .map(({ what, class: kind }) => `${what}: ${kind}`);
}

describe('a fill that was inferred, and a statement', () => {
  it('is found the day before it was noticed, at its own price, with its commission', () => {
    const [match] = matches(missed(), [sold(100, 94.5, 2, minute(2, 30))]);
    expect(match).toMatchObject({ state: 'found', why: `on ${dateNo(2)}` });
    expect(match?.by).toEqual([
      {
        execId: `statement/${STOP}/1`,
        quantity: 100,
        price: usd(94.5),
        commission: usd(1.25),
        filledAt: minute(2, 30),
        inferred: false,
      },
    ]);
  });

  it('ties to the statement once it is corrected, also on the day it was sold', () => {
    const trades = [sold(100, 94.5)];
    const ledger = missed();
    expect(apart(ledger, trades)).toContain(`AAA sold ${dateNo(2)}: missing`);
    correct(ledger, trades).closeTrades();
    expect(apart(ledger, trades)).toEqual([]);
    expect(ledger.trade()).toMatchObject({ exitPrice: 94.5, grossPnl: -550, netPnl: -552.25 });
    expect(matches(ledger, trades)).toEqual([]);
    expect(ledger.book.inferredFill(STOP)).toBeNull();
  });

  it('takes the name the broker gives the execution', () => {
    const [match] = matches(missed(), [{ ...sold(100, 94.5), execId: '00025b44.01' }]);
    expect(match?.by.map(({ execId }) => execId)).toEqual(['00025b44.01']);
  });

  it('may be a purchase of that session, where shares were taken over', () => {
    const more = filled('buy', 20, 101, { session: 3, minutes: 200, execId: 'adopted/AAA/1' });
    const ledger = held().tell({ ...more, source: 'inferred' } as EventDraft);
    const bought = { ...sold(20, 100.25, 3, minute(3, 5)), quantity: 20, proceeds: usd(-2005) };
    const [match] = matches(ledger, [bought]);
    expect(match).toMatchObject({ state: 'found', by: [{ quantity: 20, price: usd(100.25) }] });
    expect(states(ledger, [{ ...bought, date: dateNo(2), filledAt: minute(2, 5) }])).toEqual([
      'absent',
    ]);
  });

  it('may be several trades that come to its shares', () => {
    const [match] = matches(missed(), [sold(60, 94.5), sold(40, 94)]);
    expect(match?.by.map(({ quantity, price }) => [quantity, price])).toEqual([
      [40, usd(94)],
      [60, usd(94.5)],
    ]);
  });

  it('is no trade that the book has already, nor one that was taken back', () => {
    const ledger = held().tell(filled('sell', 50, 97, { session: 2 }), gone(50));
    const known = { ...sold(50, 97), commission: usd(1) };
    const [match] = matches(ledger, [known, sold(50, 94.5)]);
    expect(match?.by.map(({ price }) => price)).toEqual([usd(94.5)]);
    const back = { ...sold(50, 93), quantity: 50, proceeds: usd(-50 * 93), cancels: true };
    expect(states(ledger, [known, sold(50, 94.5), sold(50, 93), back])).toEqual(['found']);
  });

  it.each([
    ['no trade', []],
    ['fewer shares', [sold(99, 94.5)]],
    ['a trade after the shares were gone', [sold(100, 94.5, 4)]],
    ['a trade later that day', [sold(100, 94.5, 3, minute(3, 201))]],
    ['a trade before they were bought', [sold(100, 94.5, 1, minute(1, -1))]],
    ['a trade of another symbol', [{ ...sold(100, 94.5), symbol: BBB }]],
  ])('is absent where the statement has %s', (_what, trades) => {
    expect(matches(missed(), trades)).toMatchObject([{ state: 'absent', by: [] }]);
  });

  it.each([
    ['trades of the same size', [sold(100, 94.5), sold(100, 94)]],
    ['one trade, or two', [sold(100, 94.5), sold(60, 94), sold(40, 94)]],
    ['the same trade on two days', [sold(100, 94.5, 2), sold(100, 94.5, 3)]],
  ])('is refused where it may be %s', (_what, trades) => {
    expect(matches(missed(), trades)).toMatchObject([{ state: 'ambiguous', by: [] }]);
  });

  it('is refused where another inferred fill may be the same trade', () => {
    const other = `${STOP}-2`;
    const ledger = held().tell(gone(50), gone(50, 3, other));
    const trades = [sold(50, 94.5)];
    expect(states(ledger, trades)).toEqual(['ambiguous', 'ambiguous']);
    expect(states(held().tell(gone(60), gone(40, 3, other)), [sold(60, 94), sold(40, 94)])).toEqual(
      ['found', 'found'],
    );
  });

  it('is refused where the statement lists that day otherwise than the book', () => {
    const ledger = held().tell(filled('sell', 50, 97, { session: 2 }), gone(50));
    expect(states(ledger, [sold(30, 97), sold(50, 94.5)])).toEqual(['ambiguous']);
  });
});

describe('an execution that comes after the statement was booked', () => {
  const execution = (execId: string, quantity: number): Fill => ({
    execId,
    orderRef: STOP,
    symbol: AAA,
    side: 'sell',
    quantity,
    price: usd(94.5),
    commission: usd(1),
    filledAt: minute(2, 30),
  });

  it.each([
    ['at once', [sold(100, 94.5)], [100]],
    ['in parts', [sold(100, 94.5)], [60, 40]],
    ['in parts of the same size', [sold(50, 94.5), sold(50, 94.25)], [50, 50]],
  ])('stands in its place and sells nothing twice, %s', (_how, trades, parts) => {
    const messages = parts.map(
      (quantity, i): BrokerEvent => ({
        kind: 'filled',
        fill: execution(`x${i}`, quantity),
        at: minute(6, 1),
      }),
    );
    for (const batches of [[messages], messages.map((message) => [message])]) {
      // 100 more are held by then: nothing but the names keeps them from being sold.
      const ledger = correct(missed(), trades)
        .closeTrades()
        .tell(...bracketSent({ session: 4 }), filled('buy', 100, 90, { session: 4 }));
      for (const batch of batches) {
        const ordered = bookingOrder(ledger.book, [], batch);
        ledger.tell(...intake(ledger.book, ordered.messages, dateNo(6)));
      }
      expect(ledger.book.owned(AAA)).toBe(100);
      expect(ledger.book.hasFill('x0')).toBe(true);
      expect(ledger.book.inferredFill(STOP)).toBeNull();
    }
  });
});

/** Parts of 100 shares that differ in price, so that each is one of its kind. */
const parts = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 4 }).map((cuts) => {
  const ends = [0, ...cuts.sort((a, b) => a - b), 100];
  return ends.slice(1).map((end, i) => end - (ends[i] as number));
});

describe('a book corrected by a statement, however the shares were sold', () => {
  it('is the book of the same trades booked at once', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 80_000_000, max: 120_000_000 }), (sizes, first) => {
        const trades = sizes.map((quantity, i): StatedTrade => {
          const price = micros(first + i * 10_001);
          const proceeds = timesQuantity(price, quantity);
          return { ...sold(quantity, 1, 2, minute(2, 30)), proceeds };
        });
        const late = missed();
        const [match] = matches(late, trades);
        correct(late, trades).closeTrades();
        const right = trades.map(
          ({ quantity, proceeds, commission }, i) =>
            ({
              ...gone(-quantity),
              execId: `x${i}`,
              price: proceeds / -quantity,
              commission,
              filledAt: minute(2, 30),
              source: 'broker',
            }) as EventDraft,
        );
        const prompt = held()
          .tell(...right)
          .closeTrades();
        expect(match?.by).toHaveLength(sizes.length);
        expect(late.book.cash).toBe(prompt.book.cash);
        expect(late.state.realized).toBe(prompt.state.realized);
        expect(late.trade()).toEqual(prompt.trade());
        expect(late.book.order(STOP)?.filledQuantity).toBe(100);
        expect(newYorkDate(late.book.closedTrades()[0]?.exitAt ?? minute(0, 0))).toBe(dateNo(2));
      }),
      { numRuns: 100 },
    );
  });

  it('changes nothing of the book for trades of others, on whichever side', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { maxLength: 5 }), (sizes) => {
        const noise = sizes.map(
          (quantity): StatedTrade => ({ ...sold(quantity + 1, 50), symbol: BBB }),
        );
        const bought = { ...sold(7, 50), quantity: 7, proceeds: negate(usd(350)) };
        const ledger = correct(missed(), [...noise, bought]);
        expect({ ...ledger.state }).toEqual({ ...missed().state });
      }),
      { numRuns: 30 },
    );
  });
});
