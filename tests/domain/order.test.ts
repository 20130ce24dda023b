import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSymbol, type Symbol } from '../../src/domain/market.ts';
import {
  isLive,
  LEGS,
  nextStatus,
  ORDER_EVENTS,
  ORDER_STATUSES,
  type OrderEventKind,
  type OrderStatus,
  orderRef,
} from '../../src/domain/order.ts';
import { InvariantError } from '../../src/domain/result.ts';
import { sessionDate } from '../../src/domain/time.ts';

const EVENTS = ORDER_EVENTS;
const FINAL = ORDER_STATUSES.filter((status) => !isLive(status));
const statusAfter = (events: readonly OrderEventKind[], from: OrderStatus = 'submitted') =>
  events.reduce(nextStatus, from);
const eventsOf = (maxLength: number) => fc.array(fc.constantFrom(...EVENTS), { maxLength });

describe('the status of an order', () => {
  it('is one of the known ones after any event', () => {
    for (const status of ORDER_STATUSES) {
      for (const event of EVENTS) expect(ORDER_STATUSES).toContain(nextStatus(status, event));
    }
  });

  it('may still fill until it is filled, cancelled, expired, rejected or denied', () => {
    expect(FINAL).toEqual(['filled', 'cancelled', 'expired', 'rejected', 'denied']);
  });

  it('never leaves filled, whatever comes after', () => {
    fc.assert(
      fc.property(eventsOf(8), eventsOf(8), (before, after) => {
        expect(statusAfter([...before, 'completely_filled', ...after])).toBe('filled');
      }),
    );
  });

  it('comes back to life from a final one only by a fill of what was refused, or by a statement', () => {
    const revivals = FINAL.flatMap((status) =>
      EVENTS.filter((event) => isLive(nextStatus(status, event))).map((event) => [status, event]),
    );
    expect(revivals).toEqual([
      ['cancelled', 'found'],
      ['expired', 'found'],
      ['rejected', 'partly_filled'],
      ['rejected', 'found'],
      ['denied', 'partly_filled'],
      ['denied', 'found'],
    ]);
  });

  it('changes from one final status to another only by a fill', () => {
    const changes = FINAL.flatMap((status) =>
      EVENTS.map((event) => ({ status, event, next: nextStatus(status, event) })),
    ).filter(({ status, next }) => !isLive(next) && next !== status);
    expect(changes.length).toBe(4);
    for (const { event, next } of changes)
      expect([event, next]).toEqual(['completely_filled', 'filled']);
  });

  it('is taken as able to fill from the request to cancel until the broker confirms', () => {
    for (const status of ['submitted', 'working', 'partial', 'inactive'] as const) {
      expect(nextStatus(status, 'cancel_requested')).toBe('cancel_pending');
    }
    expect(statusAfter(['acknowledged', 'cancel_requested', 'partly_filled'])).toBe(
      'cancel_pending',
    );
    expect(statusAfter(['acknowledged', 'cancel_requested', 'completely_filled'])).toBe('filled');
    expect(statusAfter(['acknowledged', 'cancel_requested', 'cancelled'])).toBe('cancelled');
    expect(statusAfter(['acknowledged', 'cancel_requested', 'cancel_refused'])).toBe('working');
  });

  it('wakes up from inactive by an acknowledgement, a fill or a statement', () => {
    const inactive = statusAfter(['acknowledged', 'deactivated']);
    expect(inactive).toBe('inactive');
    expect(nextStatus(inactive, 'acknowledged')).toBe('working');
    expect(nextStatus(inactive, 'found')).toBe('working');
    expect(nextStatus(inactive, 'partly_filled')).toBe('partial');
  });

  it('is not brought back by a late acknowledgement', () => {
    for (const status of FINAL) expect(nextStatus(status, 'acknowledged')).toBe(status);
  });

  it('does not fall back from partial by a late acknowledgement, change or repeat', () => {
    for (const event of ['acknowledged', 'modified', 'partly_filled'] as const) {
      expect(nextStatus('partial', event)).toBe('partial');
    }
  });

  it('is cancelled, not rejected, where a part was filled before', () => {
    expect(statusAfter(['acknowledged', 'partly_filled', 'rejected'])).toBe('cancelled');
  });

  it('gets out of unknown by every answer of the broker, and by nothing of our own', () => {
    const ours = ['cancel_requested', 'cancel_refused', 'denied', 'lost'];
    for (const event of EVENTS) {
      expect(nextStatus('unknown', event) === 'unknown').toBe(ours.includes(event));
    }
  });

  it('is unknown only where an order that may fill was lost', () => {
    for (const status of ORDER_STATUSES) {
      expect(nextStatus(status, 'lost')).toBe(isLive(status) ? 'unknown' : status);
    }
  });

  it('takes the same event twice as once', () => {
    fc.assert(
      fc.property(eventsOf(6), fc.constantFrom(...EVENTS), (before, event) => {
        expect(statusAfter([...before, event, event])).toBe(statusAfter([...before, event]));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what a broker says of an order, told badly', () => {
  /** A life as the broker knows it: what is told on the way, and the end it comes to. */
  const lives = [
    { told: ['acknowledged', 'partly_filled', 'completely_filled'], end: 'filled' },
    { told: ['acknowledged', 'modified', 'completely_filled'], end: 'filled' },
    { told: ['acknowledged', 'partly_filled', 'cancelled'], end: 'cancelled' },
    { told: ['acknowledged', 'deactivated', 'acknowledged', 'cancelled'], end: 'cancelled' },
    { told: ['acknowledged', 'cancel_requested', 'cancelled'], end: 'cancelled' },
    { told: ['acknowledged', 'cancel_requested', 'completely_filled'], end: 'filled' },
    { told: ['acknowledged', 'expired'], end: 'expired' },
    { told: ['rejected'], end: 'rejected' },
    { told: ['acknowledged', 'lost', 'cancelled'], end: 'cancelled' },
  ] as const satisfies readonly { told: readonly OrderEventKind[]; end: OrderStatus }[];

  /** The same messages repeated, reordered, and with gaps; the end itself does arrive. */
  const badlyTold = fc.constantFrom(...lives).chain(({ told, end }) => {
    const last = told.at(-1) as OrderEventKind;
    const before = fc.array(fc.constantFrom<OrderEventKind>(...told), { maxLength: 8 });
    return fc
      .tuple(before, before)
      .map(([early, late]) => ({ end, messages: [...early, last, ...late] }));
  });

  it('comes to the end that it has, however often and in whatever order', () => {
    fc.assert(
      fc.property(badlyTold, ({ end, messages }) => {
        // A refusal after a part was filled withdraws the rest; both are over.
        expect(statusAfter(messages)).toBe(end);
      }),
      { numRuns: 3_000 },
    );
  });

  it('never comes back by messages alone from an end, but for fills of what was refused', () => {
    const messages = fc.constantFrom(...EVENTS.filter((kind) => kind !== 'found'));
    fc.assert(
      fc.property(
        fc.constantFrom(...FINAL),
        fc.array(messages, { maxLength: 12 }),
        (end, after) => {
          fc.pre(!after.includes('partly_filled') || (end !== 'rejected' && end !== 'denied'));
          expect(isLive(statusAfter(after, end))).toBe(false);
        },
      ),
    );
  });
});

describe('an orderRef', () => {
  const key = fc.record({
    session: fc.constantFrom('2026-03-05', '2026-03-06').map(sessionDate),
    slot: fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/),
    symbol: fc
      .constantFrom('A', 'BRK/B', 'BRK.B', 'BRK B')
      .map((text) => parseSymbol(text) as Symbol),
    leg: fc.constantFrom(...LEGS),
    generation: fc.integer({ min: 1, max: 12 }),
  });

  it('reads as session, slot, symbol, leg and generation', () => {
    const symbol = parseSymbol('AAPL') as Symbol;
    const session = sessionDate('2026-03-05');
    expect(orderRef({ session, slot: 'scan-open', symbol, leg: 'entry', generation: 1 })).toBe(
      '2026-03-05/scan-open/AAPL/entry/1',
    );
  });

  it('is equal exactly where all its parts are', () => {
    fc.assert(
      fc.property(key, key, fc.boolean(), (a, other, same) => {
        const b = same ? { ...a } : other;
        const equal = (Object.keys(a) as (keyof typeof a)[]).every((part) => a[part] === b[part]);
        expect(orderRef(a) === orderRef(b)).toBe(equal);
      }),
      { numRuns: 2_000 },
    );
  });

  it('counts its generations from 1', () => {
    const symbol = parseSymbol('AAPL') as Symbol;
    const session = sessionDate('2026-03-05');
    for (const generation of [0, -1, 1.5, Number.NaN]) {
      const bad = { session, slot: 'scan-open', symbol, leg: 'stop', generation } as const;
      expect(() => orderRef(bad)).toThrow(InvariantError);
    }
  });
});
