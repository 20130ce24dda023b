import { describe, expect, it } from 'vitest';
import { type BrokerOrder, type BrokerStatement, unanswered } from '../../src/domain/account.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { usd } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { epochMs } from '../../src/domain/time.ts';
import { bookingOrder } from '../../src/ledger/booking-order.ts';
import { intake } from '../../src/ledger/intake.ts';
import { adoptStatement } from '../../src/ledger/statement-intake.ts';
import type { BrokerEvent } from '../../src/ports/broker.ts';
import { type Ledger, ledgerWith } from './book-builder.ts';
import {
  AAA,
  bracketOrders,
  bracketSent,
  dateNo,
  exitOrder,
  filled,
  minute,
  submitted,
} from './book-drafts.ts';

const [ENTRY, STOP] = bracketOrders() as [Order, Order];
const NEXT_DAY = minute(2, 0);
const SETTLE_MS = 5_000;
const RULES = { settleMs: SETTLE_MS, showsCompletedOrders: false, session: dateNo(2) };
const WHOLE = { positions: true, openOrders: true, fills: true, completedOrders: true };

/** 100 AAA held at 100 with a stop at 95. */
const held = (): Ledger => ledgerWith(100_000).tell(...bracketSent(), filled('buy', 100, 100));

const stated = (change: Partial<BrokerStatement> = {}): BrokerStatement => ({
  ...unanswered('DU1', NEXT_DAY),
  complete: { ...WHOLE, completedOrders: false },
  ...change,
});
const owns = (quantity: number) => [{ symbol: AAA, quantity, averageCost: null }];

/** Two looks at a broker that says the same each time, so far apart that nothing is on its way. */
function look(ledger: Ledger, change: Partial<BrokerStatement> = {}): string[] {
  const absences = new Map();
  return [NEXT_DAY, epochMs(NEXT_DAY + SETTLE_MS)].flatMap((at) => {
    const drafts = adoptStatement(ledger.book, stated({ ...change, at }), absences, RULES);
    ledger.tell(...drafts);
    return drafts.map(({ type }) => type);
  });
}

const execution = (execId: string, quantity: number, price: number, more: Partial<Fill> = {}) => ({
  execId,
  orderRef: STOP.orderRef,
  symbol: AAA,
  side: 'sell' as const,
  quantity,
  price: usd(price),
  commission: usd(1),
  filledAt: minute(1, 200),
  ...more,
});

/** Takes executions in as the desk does; what was journalled, by type. */
function take(ledger: Ledger, ...fills: Fill[]): string[] {
  const messages = fills.map((fill): BrokerEvent => ({ kind: 'filled', fill, at: NEXT_DAY }));
  const ordered = bookingOrder(ledger.book, [], messages);
  expect(ordered.early).toEqual([]);
  const drafts = intake(ledger.book, ordered.messages, dateNo(2));
  ledger.tell(...drafts);
  return drafts.map(({ type }) => type);
}

describe('a stop that is gone with its shares, and no execution of it', () => {
  it('has sold them at its price: booked as inferred, provisional, and a person is told', () => {
    const ledger = held();
    expect(look(ledger)).toEqual(['order.unknown', 'fill.recorded', 'alert.raised']);
    expect(ledger.events.find(({ type }) => type === 'alert.raised')).toMatchObject({
      code: 'FILL_INFERRED',
    });
    expect(ledger.events.filter(({ type }) => type === 'fill.recorded').at(-1)).toMatchObject({
      orderRef: STOP.orderRef,
      source: 'inferred',
      quantity: 100,
      price: usd(95),
      commission: null,
    });
    ledger.closeTrades();
    expect(ledger.trade()).toMatchObject({ status: 'closed', exitReason: 'stop', exitPrice: 95 });
    expect(ledger.trade()).toMatchObject({ grossPnl: -500, commission: null, netPnl: null });
    expect(ledger.book.live(AAA)).toEqual([]);
  });

  it('has sold as many as are missing, and the rest of it was cancelled', () => {
    const ledger = held();
    expect(look(ledger, { positions: owns(40) })).toEqual([
      'order.unknown',
      'fill.recorded',
      'alert.raised',
      'order.cancelled',
    ]);
    expect(ledger.book.owned(AAA)).toBe(40);
  });

  it('was cancelled where all shares are there, and where the broker does not say it', () => {
    const there = held();
    expect(look(there, { positions: owns(100) })).toEqual(['order.unknown', 'order.cancelled']);
    const silent = { positions: false, openOrders: true, fills: true, completedOrders: false };
    const unsaid = held();
    expect(look(unsaid, { complete: silent })).toEqual(['order.unknown', 'order.cancelled']);
    expect(unsaid.book.owned(AAA)).toBe(100);
  });

  it('sold nothing where a sale at the market of the same group is gone too', () => {
    const exit = exitOrder();
    const ledger = held().tell(submitted(exit));
    look(ledger);
    const fills = ledger.events.filter((event) => event.type === 'fill.recorded');
    expect(fills.at(-1)).toMatchObject({ orderRef: exit.orderRef, price: usd(100) });
    expect(ledger.book.order(STOP.orderRef)?.status).toBe('cancelled');
  });

  it('is not gone while the broker shows it', () => {
    const shown: BrokerOrder = { ...STOP, status: 'working', filledQuantity: 0 };
    const ledger = held();
    look(ledger, { openOrders: [shown] });
    expect(ledger.book.owned(AAA)).toBe(100);
  });
});

describe('an order that ended with shares, and no execution of them', () => {
  const ended = (
    order: Order,
    filledQuantity: number,
    status: BrokerOrder['status'] = 'filled',
  ) => ({
    completedOrders: [{ ...order, status, filledQuantity }],
    complete: WHOLE,
  });

  it('has sold them once it is plain that none comes: it is of another day', () => {
    const ledger = held();
    expect(look(ledger, ended(STOP, 100))).toEqual([
      'order.unknown',
      'fill.recorded',
      'alert.raised',
    ]);
    expect(ledger.book.owned(AAA)).toBe(0);
    expect(ledger.book.live(AAA)).toEqual([]);
    expect(take(ledger, execution('x1', 100, 94.5))).toEqual(['fill.corrected']);
  });

  it('has sold no more than the broker says, whatever else is missing', () => {
    const ledger = held();
    look(ledger, ended(STOP, 40, 'cancelled'));
    expect(ledger.book.owned(AAA)).toBe(60);
    expect(ledger.book.order(STOP.orderRef)?.status).toBe('cancelled');
  });

  it('is unknown while the shares are there, and for as long as it bought them', () => {
    const there = held();
    expect(look(there, { ...ended(STOP, 100), positions: owns(100) })).toEqual(['order.unknown']);
    expect(there.book.order(STOP.orderRef)?.status).toBe('unknown');
    const bought = ledgerWith(100_000).tell(...bracketSent());
    const working = [{ ...STOP, status: 'working' as const, filledQuantity: 0 }];
    look(bought, { ...ended(ENTRY, 100), positions: owns(100), openOrders: working });
    expect(bought.book.order(ENTRY.orderRef)?.status).toBe('unknown');
    expect(bought.book.owned(AAA)).toBe(0);
  });
});

describe('what was inferred', () => {
  it('is corrected by its execution: book, results and record follow', () => {
    const ledger = held();
    look(ledger);
    ledger.closeTrades();
    expect(take(ledger, execution('x1', 100, 94.5))).toEqual(['fill.corrected']);
    ledger.closeTrades();
    expect(ledger.trade()).toMatchObject({ exitPrice: 94.5, grossPnl: -550, netPnl: -552 });
    expect(ledger.book.cash).toBe(usd(100_000 - 552));
    expect(ledger.book.hasFill('x1')).toBe(true);
  });

  it('is corrected part by part, in one batch or in several, and never sold twice', () => {
    const parts = [execution('x1', 40, 94.75), execution('x2', 60, 94)] as const;
    const [one, other] = parts;
    const repeated = [one, one, other, one];
    for (const batches of [[parts], [[one], [other]], [repeated], repeated.map((part) => [part])]) {
      const ledger = held();
      look(ledger);
      const told = batches.flatMap((fills) => take(ledger, ...fills));
      expect(told).toEqual(['fill.corrected', 'fill.corrected']);
      expect(ledger.book.owned(AAA)).toBe(0);
      expect(ledger.book.inferredFill(STOP.orderRef)).toBeNull();
      ledger.closeTrades();
      expect(ledger.trade()).toMatchObject({ exitPrice: 94.3, netPnl: -573 });
      expect(take(ledger, ...parts)).toEqual([]);
    }
  });

  it('is remembered until it is corrected, however long that takes', () => {
    const ledger = held();
    look(ledger);
    ledger.closeTrades();
    for (let session = 2; session < 20; session += 1) ledger.mark('close', session);
    expect(take(ledger, execution('x1', 100, 94.5))).toEqual(['fill.corrected']);
    ledger.closeTrades();
    expect(ledger.trade()).toMatchObject({ netPnl: -552 });
  });
});

describe('an execution that the broker corrects', () => {
  const first = execution('x.01', 100, 94);
  const second = execution('x.02', 100, 94.25, { corrects: { of: 'x.01', revision: 1 } });
  const third = execution('x.03', 100, 94.5, { corrects: { of: 'x.01', revision: 2 } });

  it.each([
    ['in their order', [first, second, third], 3],
    ['in one batch with a correction that comes too late', [first, third, second], 2],
    ['the correction before what it corrects', [third, first, second], 1],
    ['each twice', [first, first, second, second, third, third], 3],
  ])('ends as the last correction says, told %s', (_how, fills, events) => {
    for (const batches of [[fills], fills.map((fill) => [fill])]) {
      const ledger = held();
      const told = batches.flatMap((batch) => take(ledger, ...batch));
      expect(told).toHaveLength(events);
      ledger.closeTrades();
      expect(ledger.trade()).toMatchObject({ status: 'closed', exitPrice: 94.5, netPnl: -552 });
      expect(ledger.book.cash).toBe(usd(100_000 - 552));
    }
  });

  it('costs what is told for it, which is not known before', () => {
    const ledger = held();
    const paid = (execId: string, dollars: number): string[] => {
      const told = { kind: 'commission', execId, commission: usd(dollars), at: NEXT_DAY } as const;
      const drafts = intake(ledger.book, [told], dateNo(2));
      ledger.tell(...drafts);
      return drafts.map(({ type }) => type);
    };
    take(ledger, first);
    ledger.closeTrades();
    take(ledger, { ...second, commission: null });
    ledger.closeTrades();
    expect(ledger.trade()).toMatchObject({ exitPrice: 94.25, commission: null, netPnl: null });
    expect(ledger.book.cash).toBe(usd(100_000 - 576));
    expect(paid('x.01', 1)).toEqual([]);
    expect(paid('x.02', 1.05)).toEqual(['commission.recorded']);
    ledger.closeTrades();
    expect(ledger.trade()).toMatchObject({ commission: 2.05, netPnl: -577.05 });
    expect(ledger.book.cash).toBe(usd(100_000 - 577.05));
  });

  it('to what cannot have been calls a person, once, and changes nothing', () => {
    const ledger = held();
    const bought = ledger.events.find((event) => event.type === 'fill.recorded');
    if (bought?.type !== 'fill.recorded') throw new Error('100 were bought');
    take(ledger, first);
    const less = {
      ...execution('b.02', 99, 100, { corrects: { of: bought.execId, revision: 1 } }),
      side: 'buy' as const,
      orderRef: bought.orderRef,
    };
    expect(take(ledger, less)).toEqual(['alert.raised']);
    expect(take(ledger, less)).toEqual([]);
    expect(ledger.book.cash).toBe(usd(100_000 - 602));
  });
});
