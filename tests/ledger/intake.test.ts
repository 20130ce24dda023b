import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { assertExists, InvariantError } from '../../src/domain/result.ts';
import { epochMs } from '../../src/domain/time.ts';
import { intake, sessionOfFills } from '../../src/ledger/intake.ts';
import type { BrokerEvent } from '../../src/ports/broker.ts';
import { type Ledger, ledgerWith } from './book-builder.ts';
import {
  AAA,
  BBB,
  bracketOrders,
  bracketSent,
  dateNo,
  draft,
  minute,
  refOf,
} from './book-drafts.ts';

const ENTRY = refOf('entry');
const STOP = refOf('stop');
const at = minute(1, 1);

const acknowledged = (orderRef: string): BrokerEvent => ({
  kind: 'acknowledged',
  orderRef,
  brokerId: '7',
  at,
});
const ended = (kind: 'cancelled' | 'expired', orderRef: string): BrokerEvent => ({
  kind,
  orderRef,
  cause: 'day',
  at,
});
const refused = (orderRef: string): BrokerEvent => ({
  kind: 'rejected',
  orderRef,
  code: '201',
  message: 'no margin',
  at,
});
const commission = (execId: string, dollars = 1): BrokerEvent => ({
  kind: 'commission',
  execId,
  commission: usd(dollars),
  at,
});
const changed = (change: Partial<Order>): BrokerEvent => ({
  kind: 'modified',
  order: { ...assertExists(bracketOrders()[1], 'a bracket has a stop'), ...change },
  at,
});

interface Execution {
  readonly ref?: string;
  readonly symbol?: typeof AAA;
  readonly minutes?: number;
  readonly commission?: number | null;
}
const bought = (execId: string, quantity: number, terms: Execution = {}): BrokerEvent =>
  filled('buy', execId, quantity, { ref: ENTRY, ...terms });
const sold = (execId: string, quantity: number, terms: Execution = {}): BrokerEvent =>
  filled('sell', execId, quantity, { ref: STOP, minutes: 60, ...terms });

function filled(
  side: 'buy' | 'sell',
  execId: string,
  quantity: number,
  { ref = '', symbol = AAA, minutes = 1, commission: paid = null }: Execution,
): BrokerEvent {
  const filledAt = minute(1, minutes);
  const price = usd(side === 'buy' ? 100 : 94);
  const fill = { execId, orderRef: ref, symbol, side, quantity, price, filledAt };
  return {
    kind: 'filled',
    fill: { ...fill, commission: paid === null ? null : usd(paid) },
    at: filledAt,
  };
}

const desk = (): Ledger => ledgerWith(100_000).tell(...bracketSent());
/** Takes messages in batches; what was journalled of messages, by type. */
function take(ledger: Ledger, ...batches: BrokerEvent[][]): string[] {
  return batches.flatMap((messages) => {
    const drafts = intake(ledger.book, messages, dateNo(1));
    ledger.tell(...drafts);
    return drafts.flatMap(({ type }) => (type === 'trade.opened' ? [] : type));
  });
}

/** The life of a bracket as a broker tells it, fills and commissions apart. */
const STORY: readonly BrokerEvent[] = [
  acknowledged(ENTRY),
  acknowledged(STOP),
  bought('e1', 40),
  commission('e1', 0.4),
  bought('e2', 60, { minutes: 2, commission: 0.6 }),
  changed({ stopPrice: usd(96) }),
  changed({ stopPrice: usd(97), quantity: 90 }),
  sold('e3', 90, { minutes: 61 }),
  commission('e3', 1.5),
];

const facts = (ledger: Ledger) => {
  const { orders, trades, ending, realized, cash } = ledger.state;
  return { orders: [...orders], trades: [...trades], ending: [...ending], realized, cash };
};

describe('an execution that is told later', () => {
  it('belongs to the session of its day, and where that had none to the one given', () => {
    const sessionAt = sessionOfFills(dateNo(2));
    expect(sessionAt(minute(1, 389))).toBe(dateNo(1));
    const saturday = epochMs(Date.UTC(2024, 0, 6, 15));
    expect(sessionAt(saturday)).toBe(dateNo(2));
    const drafts = intake(desk().book, [bought('e1', 40)], dateNo(2), sessionAt);
    expect(drafts[0]).toMatchObject({ type: 'fill.recorded', session: dateNo(1) });
  });
});

describe('messages of the broker', () => {
  it('are written down in their order, with the session they came in', () => {
    const ledger = desk();
    expect(take(ledger, [...STORY])).toEqual([
      'order.acknowledged',
      'order.acknowledged',
      'fill.recorded',
      'commission.recorded',
      'fill.recorded',
      'order.modified',
      'order.modified',
      'fill.recorded',
      'commission.recorded',
    ]);
    expect(ledger.trade()).toMatchObject({ status: 'open', stop: 97, commission: 2.5 });
    expect(ledger.events.at(-2)).toMatchObject({
      type: 'fill.recorded',
      session: dateNo(1),
      source: 'broker',
    });
  });

  it('are written down once each, however they are repeated and batched', () => {
    const batches = fc.array(fc.array(fc.nat(STORY.length - 1), { maxLength: 6 }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(batches, (repeats) => {
        const once = desk();
        take(once, [...STORY]);
        const often = desk();
        // Each message in its turn, and after it any that came before.
        const told = STORY.map((message, i) => {
          const again = (repeats[i % Math.max(1, repeats.length)] ?? []).filter((n) => n <= i);
          const old = again.map((n) => assertExists(STORY[n], 'told before'));
          return [message, message, ...old.filter(({ kind }) => kind !== 'modified')];
        });
        const types = take(often, ...told.slice(0, 4), told.slice(4).flat());
        expect(types).toHaveLength(STORY.length);
        expect(facts(often)).toEqual(facts(once));
      }),
    );
  });

  it('make the same books in whatever order the messages of a batch come', () => {
    // Of two changes of one order only the later can win, so there is one here.
    const story = STORY.filter((_, i) => i !== 5);
    const order = fc.shuffledSubarray([...story], { minLength: story.length });
    fc.assert(
      fc.property(order, (shuffled) => {
        const inOrder = desk();
        take(inOrder, [...story]);
        const other = desk();
        take(other, shuffled);
        const [a, b] = [facts(inOrder), facts(other)];
        expect(b.cash).toBe(a.cash);
        expect(b.realized).toBe(a.realized);
        expect(other.trade().commission).toBe(inOrder.trade().commission);
        expect(other.book.owned(AAA)).toBe(10);
        expect(other.book.order(ENTRY)).toEqual(inOrder.book.order(ENTRY));
      }),
    );
  });

  it('say nothing of orders we never sent', () => {
    const ledger = desk();
    const foreign = 'tws-17';
    const order = { ...assertExists(bracketOrders()[1], 'a stop'), orderRef: foreign };
    expect(
      take(ledger, [
        acknowledged(foreign),
        ended('cancelled', foreign),
        ended('expired', foreign),
        refused(foreign),
        { kind: 'modified', order, at },
        bought('x1', 5, { ref: foreign }),
        sold('x2', 5, { ref: foreign }),
      ]),
    ).toEqual([]);
  });
});

describe('an acknowledgement', () => {
  it('resolves an order nobody had answered for', () => {
    const lost = draft('order.unknown', at, { orderRef: ENTRY, cause: 'timeout' });
    const ledger = desk().tell(lost);
    expect(take(ledger, [acknowledged(ENTRY)])).toEqual(['order.acknowledged']);
    expect(ledger.book.order(ENTRY)?.status).toBe('working');
  });

  it('after a fill tells nothing', () => {
    expect(take(desk(), [bought('e1', 40), acknowledged(ENTRY)])).toEqual(['fill.recorded']);
  });
});

describe('the end of an order', () => {
  it.each([
    ['twice', [ended('cancelled', ENTRY), ended('cancelled', ENTRY)], ['order.cancelled']],
    ['in two ways', [ended('expired', ENTRY), ended('cancelled', ENTRY)], ['order.expired']],
    ['after a refusal', [refused(ENTRY), ended('cancelled', ENTRY)], ['order.rejected']],
    ['after its last fill', [bought('e', 100), ended('cancelled', ENTRY)], ['fill.recorded']],
  ] as const)('is written down once where it is told %s', (_name, messages, types) => {
    expect(take(desk(), [...messages])).toEqual(types);
    expect(take(desk(), ...messages.map((message) => [message]))).toEqual(types);
  });

  it('does not keep out the fill that comes after it', () => {
    const ledger = desk();
    const types = take(ledger, [ended('cancelled', ENTRY), bought('late', 100)]);
    expect(types).toEqual(['order.cancelled', 'fill.recorded']);
    expect(ledger.book.order(ENTRY)?.status).toBe('filled');
  });
});

describe('a changed order', () => {
  it('is written down with its old and its new terms', () => {
    const [event] = intake(desk().book, [changed({ stopPrice: usd(96) })], dateNo(1));
    expect(event).toMatchObject({
      old: { quantity: 100, stopPrice: usd(95), limitPrice: null },
      new: { quantity: 100, stopPrice: usd(96), limitPrice: null },
    });
  });

  it('is not where it says what is known, also of this very batch', () => {
    const message = changed({ stopPrice: usd(96) });
    expect(take(desk(), [changed({}), message, message])).toEqual(['order.modified']);
  });

  it('is not once the order has ended', () => {
    const ledger = desk();
    expect(take(ledger, [ended('cancelled', STOP), changed({ quantity: 5 })])).toEqual([
      'order.cancelled',
    ]);
  });

  it('cannot be of no share', () => {
    expect(() => take(desk(), [changed({ quantity: 0 })])).toThrow(InvariantError);
  });
});

describe('executions', () => {
  it('of a batch are taken by their time', () => {
    const ledger = desk();
    take(ledger, [sold('s', 40, { minutes: 5 }), bought('b', 40, { minutes: 2 })]);
    expect(ledger.trade()).toMatchObject({ status: 'closed', exitReason: 'stop' });
  });

  it('of the same time stay in the order they were told', () => {
    const ledger = desk();
    take(ledger, [bought('a', 60)]);
    // Left and entered again at the same open.
    ledger.tell(...bracketSent({ generation: 2 }));
    const again = refOf('entry', { generation: 2 });
    take(ledger, [sold('s', 60, { minutes: 9 }), bought('b', 100, { ref: again, minutes: 9 })]);
    expect([...ledger.trades.values()].map(({ status, quantity }) => [status, quantity])).toEqual([
      ['closed', 60],
      ['open', 100],
    ]);
  });

  it('by hand are ours where they sell what we own by then, and not beyond', () => {
    const ledger = desk();
    const byHand = { ref: 'tws-1' };
    const types = take(ledger, [bought('a', 60), bought('b', 40, { minutes: 2 })]);
    const told = take(ledger, [
      sold('before', 1, { ...byHand, minutes: 0 }),
      sold('between', 61, { ...byHand, minutes: 1 }),
      sold('h1', 30, byHand),
      sold('h2', 71, { ...byHand, minutes: 61 }),
      sold('h3', 70, { ...byHand, minutes: 62 }),
      sold('h4', 1, { ...byHand, symbol: BBB }),
    ]);
    expect([...types, ...told]).toEqual(Array(4).fill('fill.recorded'));
    expect(ledger.trade()).toMatchObject({ status: 'closed', exitReason: 'manual' });
  });
});

describe('a commission', () => {
  it('is written down once, and not where the execution brought it', () => {
    const ledger = desk();
    const types = take(
      ledger,
      [bought('a', 40, { commission: 1 }), commission('a'), bought('b', 60)],
      [commission('b'), commission('b')],
      [commission('b'), commission('a')],
    );
    expect(types).toEqual(['fill.recorded', 'fill.recorded', 'commission.recorded']);
    expect(ledger.trade().commission).toBe(2);
  });

  it('is kept where it comes before its execution', () => {
    const ledger = desk();
    take(ledger, [commission('a', 1.5)], [commission('a', 1.5)], [bought('a', 40)]);
    expect(ledger.trade().commission).toBe(1.5);
    expect(ledger.events.filter(({ type }) => type === 'commission.recorded')).toHaveLength(1);
  });
});
