import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLive, type OrderStatus } from '../../src/domain/order.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { lives } from '../arbitraries.ts';
import { Ledger, ledgerWith } from './book-builder.ts';
import {
  acknowledged,
  BBB,
  bracketOrders,
  bracketSent,
  dateNo,
  draft,
  filled,
  minute,
  modified,
  refOf,
} from './book-drafts.ts';

const ENTRY = refOf('entry');
const AT = minute(1, 5);
const told = {
  acknowledged: acknowledged(ENTRY),
  unknown: draft('order.unknown', AT, { orderRef: ENTRY, cause: 'timeout' }),
  rejected: draft('order.rejected', AT, { orderRef: ENTRY, code: '201', message: 'no' }),
  cancelled: draft('order.cancelled', AT, { orderRef: ENTRY, cause: 'ttl' }),
  expired: draft('order.expired', AT, { orderRef: ENTRY, cause: 'day' }),
  part: filled('buy', 40, 100),
  rest: filled('buy', 60, 100, { minutes: 6 }),
} as const satisfies Record<string, EventDraft>;

/** The entry's status after these, and what of it is filled. */
function after(...names: (keyof typeof told)[]): [OrderStatus | undefined, number | undefined] {
  const ledger = ledgerWith(100_000).tell(...bracketSent(), ...names.map((name) => told[name]));
  const order = ledger.book.order(ENTRY);
  return [order?.status, order?.filledQuantity];
}

describe('an order in the book', () => {
  it('is submitted before anything is known of it, with every term it was sent with', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent());
    const [entry] = bracketOrders();
    expect(ledger.book.order(ENTRY)).toMatchObject({
      ...entry,
      session: dateNo(1),
      status: 'submitted',
      filledQuantity: 0,
      submittedAt: minute(1, 0),
      endedBy: null,
    });
  });

  it.each([
    [['acknowledged'], 'working', 0],
    [['part'], 'partial', 40],
    [['part', 'rest'], 'filled', 100],
    [['part', 'acknowledged'], 'partial', 40],
    [['part', 'rest', 'acknowledged'], 'filled', 100],
    [['cancelled', 'part'], 'cancelled', 40],
    [['part', 'cancelled', 'rest'], 'filled', 100],
    [['expired', 'part', 'rest'], 'filled', 100],
    [['unknown', 'acknowledged'], 'working', 0],
    [['unknown', 'part'], 'partial', 40],
    [['unknown', 'rejected'], 'rejected', 0],
    [['unknown', 'cancelled'], 'cancelled', 0],
    [['cancelled', 'unknown'], 'cancelled', 0],
    [['part', 'rejected'], 'cancelled', 40],
    [['part', 'rest', 'cancelled'], 'filled', 100],
  ] as const)('after %j is %s with %i filled', (names, status, quantity) => {
    expect(after(...names)).toEqual([status, quantity]);
  });

  it('counts a late fill of a cancelled order in cash and shares', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent(), told.cancelled, told.part);
    expect(ledger.book.owned(bracketOrders()[0]?.symbol as never)).toBe(40);
    expect(ledger.trade()).toMatchObject({ status: 'open', quantity: 40, initialStop: 95 });
  });

  it('takes new terms while it may fill, and keeps its own once it has ended', () => {
    const [, stop] = bracketOrders();
    const ledger = ledgerWith(100_000).tell(...bracketSent(), told.part);
    ledger.tell(modified(stop as never, { quantity: 40, stop: 96 }));
    expect(ledger.book.order(refOf('stop'))).toMatchObject({
      quantity: 40,
      stopPrice: 96_000_000,
      status: 'working',
    });
    const cancel = draft('order.cancelled', AT, { orderRef: refOf('stop'), cause: 'oca' });
    ledger.tell(cancel, modified(stop as never, { quantity: 7, stop: 90 }));
    expect(ledger.book.order(refOf('stop'))).toMatchObject({ quantity: 40, stopPrice: 96_000_000 });
    expect(ledger.trade().stop).toBe(96);
  });

  it('is filled where it shrinks to what it has filled', () => {
    const [entry] = bracketOrders();
    const ledger = ledgerWith(100_000).tell(...bracketSent(), told.part);
    ledger.tell(modified(entry as never, { quantity: 40 }));
    expect(ledger.book.order(ENTRY)).toMatchObject({ status: 'filled', quantity: 40 });
  });

  it('that we never sent is never made by messages about it', () => {
    const ledger = ledgerWith(100_000);
    const before = { ...ledger.state, seq: 0 };
    const [entry] = bracketOrders();
    for (const name of ['acknowledged', 'unknown', 'rejected', 'cancelled', 'expired'] as const) {
      ledger.tell(told[name]);
    }
    ledger.tell(modified(entry as never, { quantity: 5 }));
    expect({ ...ledger.state, seq: 0 }).toEqual(before);
  });

  it('is listed among the live ones in the order of submission, of one symbol or of all', () => {
    const ledger = ledgerWith(100_000).tell(
      ...bracketSent({ symbol: BBB }),
      ...bracketSent(),
      told.cancelled,
    );
    const refs = ledger.book.live().map(({ orderRef }) => orderRef);
    const bbb = { symbol: BBB };
    expect(refs).toEqual([refOf('entry', bbb), refOf('stop', bbb), refOf('stop')]);
    expect(ledger.book.live(BBB).map(({ orderRef }) => orderRef)).toEqual(refs.slice(0, 2));
  });

  it('has filled what its executions add up to, whatever else was said', () => {
    fc.assert(
      fc.property(lives(40), (events) => {
        const { state } = new Ledger().tell(...events);
        const sums = new Map<string, number>();
        const seen = new Set<string>();
        for (const event of events) {
          if (event.type !== 'fill.recorded' || seen.has(event.execId)) continue;
          seen.add(event.execId);
          sums.set(event.orderRef, (sums.get(event.orderRef) ?? 0) + event.quantity);
        }
        for (const [ref, order] of state.orders) {
          expect(order.filledQuantity).toBe(sums.get(ref) ?? 0);
          if (order.status === 'filled') {
            expect(order.filledQuantity).toBeGreaterThanOrEqual(order.quantity);
          }
        }
      }),
    );
  });
});

describe('entries of a session', () => {
  it('are counted as they are sent, whatever becomes of them, and stops are not', () => {
    const ledger = ledgerWith(100_000);
    expect(ledger.book.entriesOf(dateNo(1))).toBe(0);
    ledger.tell(...bracketSent(), told.rejected, ...bracketSent({ symbol: BBB, target: 120 }));
    expect(ledger.book.entriesOf(dateNo(1))).toBe(2);
    expect(ledger.book.entriesOf(dateNo(2))).toBe(0);
  });

  it('are counted anew in the next session', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent(), ...bracketSent({ session: 2 }));
    expect(ledger.book.entriesOf(dateNo(2))).toBe(1);
  });
});

describe('a finished order', () => {
  it('is remembered for ten closes after its end, so that a late fill finds it', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent(), told.expired);
    for (let session = 1; session <= 8; session++) ledger.mark('close', session);
    ledger.tell(filled('buy', 40, 100, { session: 9 }));
    expect(ledger.trade()).toMatchObject({ runId: 'run-1', initialStop: 95, score: 71.5 });
  });

  it('is forgotten then, with its approval; a live one never is', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent(), told.part, told.rest);
    for (let session = 1; session <= 30; session++) ledger.mark('close', session, { AAA: 100 });
    expect(ledger.book.order(ENTRY)).toBeNull();
    expect(ledger.book.approval(ENTRY)).toBeNull();
    expect(ledger.book.order(refOf('stop'))?.status).toBe('submitted');
    ledger.tell(filled('sell', 100, 94, { session: 31 }));
    expect(ledger.trade()).toMatchObject({ status: 'closed', exitReason: 'stop', score: 71.5 });
    ledger.mark('close', 31).mark('close', 32);
    expect(ledger.book.order(refOf('stop'))?.status).toBe('filled');
  });

  it('that comes back to life is remembered from its next end on', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent(), told.cancelled);
    for (let session = 1; session <= 9; session++) ledger.mark('close', session);
    const found = draft('order.found', minute(10, 0), { orderRef: ENTRY, evidence: 'statement' });
    ledger.tell(found).mark('close', 10).tell(told.cancelled);
    for (let session = 11; session <= 20; session++) ledger.mark('close', session);
    expect(ledger.book.order(ENTRY)?.status).toBe('cancelled');
    ledger.mark('close', 21);
    expect(ledger.book.order(ENTRY)).toBeNull();
  });

  it('never takes with it what is open: orders, trades, unknown commissions, runs', () => {
    fc.assert(
      fc.property(lives(), (events) => {
        const ledger = new Ledger().tell(...events);
        const before = ledger.state;
        const last = before.sessions.length === 0 ? '' : (before.sessions.at(-1) as string);
        const start = [...Array(200).keys()].find((n) => dateNo(n) > last) ?? 0;
        for (let n = 0; n < 15; n++) ledger.mark('close', start + n);
        const { state } = ledger;
        const live = [...before.orders.values()].filter(({ status }) => isLive(status));
        for (const order of live) expect(state.orders.get(order.orderRef)).toEqual(order);
        expect([...state.trades.keys()]).toEqual([...before.trades.keys()]);
        for (const [execId, fill] of before.fills) {
          if (!fill.commissionKnown) expect(state.fills.get(execId)).toEqual(fill);
        }
        expect([...state.ending.keys()]).toEqual([...before.ending.keys()]);
        for (const [id, run] of before.runs) {
          if (run.status === 'running') expect(state.runs.get(id)).toEqual(run);
        }
        const done = [...state.orders.values()].filter(({ status }) => !isLive(status));
        expect(done).toEqual([]);
        expect(state.claimedSlots.size).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
