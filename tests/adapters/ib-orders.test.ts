import { OrderStatus as VendorStatus } from '@stoqey/ib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vendorContract, vendorOrder } from '../../src/adapters/ib/ib-order-encoding.ts';
import { IbOrders } from '../../src/adapters/ib/ib-orders.ts';
import type { IbRemark } from '../../src/adapters/ib/ib-remarks.ts';
import { hasEnded, orderStatusOf } from '../../src/adapters/ib/ib-tracked-order.ts';
import { instantOf } from '../../src/calendar/nyse.ts';
import { usd } from '../../src/domain/money.ts';
import { type EpochMs, sessionDate } from '../../src/domain/time.ts';
import type { BrokerEvent } from '../../src/ports/broker.ts';
import { ENTRY, entry, refsOf, STOP, stop } from '../contract/orders.ts';

const TEN = instantOf(sessionDate('2026-03-05'), 10 * 60);
const AFTER_CLOSE = instantOf(sessionDate('2026-03-05'), 16 * 60 + 1);
const PERM = 900;

/** Orders of client 17: the stop under id 2, its entry under id 1, both just handed over. */
function world(now: EpochMs = TEN) {
  const events: BrokerEvent[] = [];
  const remarks: IbRemark[] = [];
  const asks: string[] = [];
  const orders = new IbOrders({
    account: 'DU1',
    clientId: 17,
    now: () => now,
    tell: (event) => events.push(event),
    remark: (remark) => remarks.push(remark),
    seen: () => undefined,
    ended: () => undefined,
    ask: () => asks.push('asked'),
  });
  const parent = orders.begin(entry, 1);
  const child = orders.begin(stop, 2);
  for (const order of [parent, child]) order.answering = false;
  return { orders, parent, child, events, remarks, asked: () => asks.length };
}
type World = ReturnType<typeof world>;

type Message =
  | { readonly open: string; readonly quantity: number }
  | { readonly status: string; readonly filled: number; readonly held: string }
  | { readonly code: number }
  | { readonly executed: number };

const routing = { account: 'DU1', parentId: 1, transmit: true };

function hear({ orders }: World, message: Message): void {
  if ('open' in message) {
    const told = {
      ...vendorOrder({ ...stop, quantity: message.quantity }, routing),
      permId: PERM,
      clientId: 17,
    };
    orders.open(2, vendorContract(stop.symbol, null), told, {
      status: message.open as VendorStatus,
    });
  } else if ('status' in message) {
    orders.status({
      orderId: 2,
      clientId: 17,
      permId: PERM,
      status: message.status,
      filled: message.filled,
      remaining: 100 - message.filled,
      whyHeld: message.held,
    });
  } else if ('code' in message) orders.message(2, message.code, 'in words');
  else orders.executed(STOP, PERM, message.executed);
}

const statuses = fc.constantFrom(...Object.values(VendorStatus).filter((one) => one !== 'Unknown'));
const messages: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ open: statuses, quantity: fc.constantFrom(100, 60) }),
  fc.record({
    status: statuses,
    filled: fc.constantFrom(0, 40, 100),
    held: fc.constantFrom('', 'child', 'trigger', 'locate'),
  }),
  fc.record({ code: fc.constantFrom(201, 202, 399, 10_147, 10_349, 77_777) }),
  fc.record({ executed: fc.constantFrom(40, 100) }),
);

describe('the progress of an order', () => {
  it('is the same when every message is told twice', () => {
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 12 }), (told) => {
        const once = world();
        for (const message of told) hear(once, message);
        const twice = world();
        for (const message of told.flatMap((one) => [one, one])) hear(twice, message);
        expect(twice.events).toEqual(once.events);
        expect(twice.child).toEqual(once.child);
      }),
    );
  });

  it('never leads back from an end, but from a refusal that was none', () => {
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 12 }), (told) => {
        const it = world();
        let end: string | null = null;
        for (const message of told) {
          hear(it, message);
          if (end !== null && end !== 'rejected') expect(it.child.state).toBe(end);
          if (hasEnded(it.child)) end = it.child.state;
        }
        expect(refsOf(it.events, 'cancelled').length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('counts no fewer shares than before', () => {
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 12 }), (told) => {
        const it = world();
        for (const message of told) {
          const before = it.child.filled;
          hear(it, message);
          expect(it.child.filled).toBeGreaterThanOrEqual(before);
        }
      }),
    );
  });

  it('is that of the recorded sequence of a market order, whose status is told twice', () => {
    const it = world();
    const { child } = it;
    const seen: string[] = [];
    for (const message of [
      { open: 'PreSubmitted', quantity: 100 },
      { status: 'PreSubmitted', filled: 0, held: '' },
      { executed: 100 },
      { open: 'Filled', quantity: 100 },
      { status: 'Filled', filled: 100, held: '' },
      { open: 'Filled', quantity: 100 },
    ]) {
      hear(it, message);
      seen.push(orderStatusOf(child));
    }
    expect(seen).toEqual(['submitted', 'working', 'filled', 'filled', 'filled', 'filled']);
    expect(it.events.map(({ kind }) => kind)).toEqual(['acknowledged']);
  });
});

describe('a status', () => {
  const having = (...told: readonly Message[]): World => {
    const it = world();
    for (const message of told) hear(it, message);
    return it;
  };
  const status = (name: string, held = ''): Message => ({ status: name, filled: 0, held });

  it('of a child is that it waits, and that it works once its entry has shares', () => {
    const it = having(status('PreSubmitted', 'child'));
    expect(orderStatusOf(it.child)).toBe('submitted');
    hear(it, status('PreSubmitted', 'trigger'));
    expect(orderStatusOf(it.child)).toBe('working');
  });

  it('of being on its way is that it was taken, and covers nothing until it works', () => {
    const it = having({ open: 'PendingSubmit', quantity: 100 }, status('PendingSubmit'));
    expect(it.events.map(({ kind }) => kind)).toEqual(['acknowledged']);
    expect(orderStatusOf(it.child)).toBe('submitted');
    for (const told of [status('PreSubmitted', 'trigger'), status('PendingSubmit')]) hear(it, told);
    expect(orderStatusOf(it.child)).toBe('working');
    const refused = having(status('PendingSubmit'), { code: 110 });
    expect(orderStatusOf(refused.child)).toBe('rejected');
  });

  it('of being cancelled is not that it is: it can fill', () => {
    const it = having(status('Submitted'), status('PendingCancel'));
    expect(orderStatusOf(it.child)).toBe('cancel_pending');
    expect(hasEnded(it.child)).toBe(false);
    hear(it, { executed: 100 });
    expect(orderStatusOf(it.child)).toBe('filled');
  });

  it('of being inactive holds an order, which may wake up', () => {
    const it = having(status('Submitted'), status('Inactive', 'locate'), status('Submitted'));
    expect(it.events).toMatchObject([
      { kind: 'acknowledged' },
      { kind: 'deactivated', cause: 'held by the broker: locate' },
      { kind: 'acknowledged' },
    ]);
  });

  it('that nobody knows is remarked, and changes nothing', () => {
    const it = having(status('Submitted'), status('Hovering'));
    expect(orderStatusOf(it.child)).toBe('working');
    expect(it.remarks.map(({ message }) => message)).toEqual([
      `${STOP} has a status that is not known: Hovering`,
    ]);
  });

  it('that what was refused works makes the refusal none', () => {
    const it = having({ code: 201 }, status('Submitted'));
    expect(it.events.map(({ kind }) => kind)).toEqual(['rejected', 'acknowledged']);
    expect(orderStatusOf(it.child)).toBe('working');
  });

  it('that a stop waits is late after its refusal, but where it is told with its terms', () => {
    const it = having({ code: 201 }, status('PreSubmitted', 'trigger'));
    expect(orderStatusOf(it.child)).toBe('rejected');
    hear(it, { open: 'Inactive', quantity: 100 });
    expect(orderStatusOf(it.child)).toBe('rejected');
    hear(it, { open: 'PreSubmitted', quantity: 100 });
    hear(it, status('PreSubmitted', 'trigger'));
    expect(orderStatusOf(it.child)).toBe('working');
  });
});

describe('the end of an order', () => {
  const cancelled = { orderId: 1, clientId: 17, permId: 899, status: 'Cancelled', filled: 0 };
  const end = { ...cancelled, remaining: 100, whyHeld: '' };

  it('is an expiry where it was for the day, and the day is over', () => {
    const it = world(AFTER_CLOSE);
    it.orders.status(end);
    expect(it.events).toMatchObject([{ kind: 'expired', cause: 'day' }]);
  });

  it('is a withdrawal before that, and where we asked for it', () => {
    const early = world();
    early.orders.status(end);
    expect(early.events).toMatchObject([{ kind: 'cancelled', cause: 'by the broker' }]);
    const asked = world(AFTER_CLOSE);
    asked.parent.cancelCause = 'requested';
    asked.orders.status(end);
    expect(asked.events).toMatchObject([{ kind: 'cancelled', cause: 'requested' }]);
  });

  it('is that of its entry only where that bought nothing', () => {
    for (const [filled, cause] of [
      [0, 'parent_ended'],
      [100, 'by the broker'],
    ] as const) {
      const { orders, events } = world();
      if (filled > 0) orders.executed(ENTRY, 899, filled);
      else orders.status(end);
      orders.status({ ...end, orderId: 2, permId: PERM });
      expect(events.at(-1)).toMatchObject({ kind: 'cancelled', orderRef: STOP, cause });
    }
  });

  it('is told once, whether its status or its message comes first', () => {
    for (const inOrder of [true, false]) {
      const { orders, events } = world();
      const steps = [() => orders.status(end), () => orders.message(1, 202, 'Order Canceled')];
      for (const step of inOrder ? steps : steps.reverse()) step();
      expect(events.map(({ kind }) => kind)).toEqual(['cancelled']);
    }
  });
});

describe('the size of an order', () => {
  it('is what is filled and what remains, however large it was told to be', () => {
    const it = world();
    hear(it, { open: 'Submitted', quantity: 100 });
    // A group took 40 off; terms that are told again say the size that was asked for.
    const known = { orderId: 2, clientId: 17, permId: PERM };
    const left = { status: 'Submitted', filled: 0, remaining: 60, whyHeld: 'trigger' };
    it.orders.status({ ...known, ...left });
    hear(it, { open: 'Submitted', quantity: 100 });
    expect(it.child.order.quantity).toBe(60);
    expect(it.events.filter(({ kind }) => kind === 'modified')).toHaveLength(1);
  });

  it('is what it was changed to', () => {
    const it = world();
    hear(it, { open: 'Submitted', quantity: 100 });
    hear(it, { open: 'Submitted', quantity: 60 });
    expect(it.child.order).toEqual({ ...stop, quantity: 60 });
    expect(it.events.at(-1)).toMatchObject({ kind: 'modified', order: { stopPrice: usd(95) } });
  });
});

describe('a message on the id of an order', () => {
  it('that is in no table concludes nothing, and has the broker asked', () => {
    const it = world();
    hear(it, { status: 'Submitted', filled: 0, held: '' });
    hear(it, { code: 77_777 });
    expect(orderStatusOf(it.child)).toBe('working');
    expect(it.asked()).toBe(1);
    expect(it.remarks).toMatchObject([{ kind: 'order_message', code: 77_777, orderRef: STOP }]);
  });

  it('while a change is asked for refuses the change, and leaves the order', () => {
    const it = world();
    hear(it, { status: 'Submitted', filled: 0, held: '' });
    it.child.changing = true;
    hear(it, { code: 201 });
    expect(orderStatusOf(it.child)).toBe('working');
    expect(it.child.changeRefusal).toEqual({ code: 201, message: 'in words' });
  });

  it('that answers a change which was given up refuses no order that works', () => {
    for (const code of [105, 134, 135, 321, 2_102]) {
      const it = world();
      hear(it, { status: 'Submitted', filled: 0, held: '' });
      hear(it, { code });
      expect(orderStatusOf(it.child)).toBe('working');
      expect(it.asked()).toBe(1);
    }
  });

  it('may be the late refusal of an exchange', () => {
    const it = world();
    hear(it, { status: 'Submitted', filled: 0, held: '' });
    hear(it, { code: 201 });
    expect(orderStatusOf(it.child)).toBe('rejected');
    expect(it.events.at(-1)).toMatchObject({ kind: 'rejected', code: '201', message: 'in words' });
  });

  it('of no order of ours is none of our business', () => {
    const { orders, events } = world();
    expect(orders.message(3, 201, 'in words')).toBe(false);
    expect(events).toEqual([]);
  });
});
