import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BrokerOrder, BrokerStatement } from '../../src/domain/account.ts';
import { usd } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { type EpochMs, epochMs } from '../../src/domain/time.ts';
import type { EventDraft } from '../../src/events/event.ts';
import {
  type Absences,
  adoptStatement,
  statedMessages,
} from '../../src/ledger/statement-intake.ts';
import { Ledger } from './book-builder.ts';
import {
  acknowledged,
  bracketOrders,
  bracketSent,
  dateNo,
  draft,
  filled,
  minute,
} from './book-drafts.ts';

const [ENTRY, STOP] = bracketOrders() as [Order, Order];
const RULES = { settleMs: 5_000, showsCompletedOrders: true, session: dateNo(1) };
const at = (seconds: number): EpochMs => epochMs(minute(1, 0) + seconds * 1000);

const shown = (order: Order, change: Partial<BrokerOrder> = {}): BrokerOrder => ({
  ...order,
  status: 'working',
  filledQuantity: 0,
  ...change,
});

const stated = (seconds: number, change: Partial<BrokerStatement> = {}): BrokerStatement => ({
  account: 'SIM1',
  at: at(seconds),
  cash: usd(0),
  netLiquidation: null,
  positions: [],
  openOrders: [],
  fills: [],
  completedOrders: [],
  complete: { positions: true, openOrders: true, fills: true, completedOrders: true },
  ...change,
});

const lost = (orderRef: string): EventDraft =>
  draft('order.unknown', at(1), { orderRef, cause: 'no answer' });

/** What each of several statements, one after the other, taught a book that sent a bracket and heard nothing. */
function learnt(
  statements: readonly BrokerStatement[],
  events: readonly EventDraft[] = [lost(ENTRY.orderRef), lost(STOP.orderRef)],
): { ledger: Ledger; told: string[][] } {
  const ledger = new Ledger().tell(...bracketSent(), ...events);
  const absences: Absences = new Map();
  const told = statements.map((statement) => {
    const drafts = adoptStatement(ledger.book, statement, absences, RULES);
    ledger.tell(...drafts);
    return drafts.map((one) => {
      const leg = 'orderRef' in one && one.orderRef === ENTRY.orderRef ? 'entry' : 'stop';
      const cause = 'cause' in one ? ` (${one.cause})` : '';
      return `${leg} ${one.type}${cause}`;
    });
  });
  return { ledger, told };
}

describe('an order that nobody answered for', () => {
  it('is found where the broker shows it open, however incomplete it is otherwise', () => {
    const nothing = { positions: false, openOrders: false, fills: false, completedOrders: false };
    const { told, ledger } = learnt([
      stated(2, { openOrders: [shown(ENTRY)], complete: nothing }),
      stated(30, { complete: nothing }),
    ]);
    expect(told).toEqual([['entry order.found'], []]);
    expect(ledger.book.order(STOP.orderRef)?.status).toBe('unknown');
  });

  it('is proved gone by two complete looks so far apart that nothing can be on its way', () => {
    const { told } = learnt([stated(2), stated(6), stated(9), stated(11)]);
    expect(told).toEqual([
      [],
      [],
      [],
      ['entry order.cancelled (never arrived)', 'stop order.cancelled (never arrived)'],
    ]);
  });

  it.each(['openOrders', 'fills', 'completedOrders'] as const)(
    'is not proved gone while the broker does not say all its %s',
    (what) => {
      const whole = { positions: true, openOrders: true, fills: true, completedOrders: true };
      const looks = [6, 60, 600].map((s) => stated(s, { complete: { ...whole, [what]: false } }));
      expect(learnt(looks).told.flat()).toEqual([]);
    },
  );

  it('has the end that the broker shows, once its executions are known', () => {
    const ended = shown(ENTRY, { status: 'cancelled', filledQuantity: 40 });
    const completedOrders = [ended];
    const events = [lost(ENTRY.orderRef)];
    const { told } = learnt([stated(6, { openOrders: [shown(STOP)], completedOrders })], events);
    expect(told[0]).not.toContain('entry order.cancelled (statement)');
    const booked = [...events, filled('buy', 40, 100)];
    const after = learnt([stated(6, { openOrders: [shown(STOP)], completedOrders })], booked);
    expect(after.told[0]).toContain('entry order.cancelled (statement)');
  });
});

describe('an order that we believe in', () => {
  const heard = [acknowledged(ENTRY.orderRef), acknowledged(STOP.orderRef)];

  it('is unknown once the broker shows no sign of it, and gone when it still does not', () => {
    const { told } = learnt([stated(6), stated(12)], heard);
    expect(told).toEqual([
      [
        'entry order.unknown (the statement does not show it)',
        'stop order.unknown (the statement does not show it)',
      ],
      ['entry order.cancelled (never arrived)', 'stop order.cancelled (never arrived)'],
    ]);
  });

  it('is held back, and wakes, as the broker shows it', () => {
    const { told } = learnt(
      [
        stated(6, { openOrders: [shown(ENTRY), shown(STOP, { status: 'inactive' })] }),
        stated(7, { openOrders: [shown(ENTRY), shown(STOP)] }),
      ],
      heard,
    );
    expect(told).toEqual([['stop order.deactivated (statement)'], ['stop order.found']]);
  });

  it('has the terms that the broker shows', () => {
    const { ledger, told } = learnt(
      [stated(6, { openOrders: [shown(ENTRY), shown(STOP, { stopPrice: usd(96) })] })],
      heard,
    );
    expect(told).toEqual([['stop order.modified (statement)']]);
    expect(ledger.book.order(STOP.orderRef)?.stopPrice).toBe(usd(96));
  });

  it('that was over, and works at the broker, works', () => {
    const events = [
      ...heard,
      draft('order.cancelled', at(1), { orderRef: ENTRY.orderRef, cause: 'ttl' }),
    ];
    const { ledger } = learnt([stated(6, { openOrders: [shown(ENTRY), shown(STOP)] })], events);
    expect(ledger.book.order(ENTRY.orderRef)?.status).toBe('working');
  });
});

it('the same statement twice teaches nothing the second time', () => {
  const order = fc.constantFrom(ENTRY, STOP);
  const status = fc.constantFrom('working', 'submitted', 'inactive') as fc.Arbitrary<
    BrokerOrder['status']
  >;
  const open = fc.uniqueArray(
    fc.tuple(order, status).map(([one, is]) => shown(one, { status: is })),
    { selector: ({ orderRef }) => orderRef },
  );
  const events = fc.subarray([
    acknowledged(ENTRY.orderRef),
    lost(ENTRY.orderRef),
    acknowledged(STOP.orderRef),
    lost(STOP.orderRef),
  ]);
  fc.assert(
    fc.property(open, events, (openOrders, before) => {
      const statement = stated(60, { openOrders });
      const { told } = learnt([statement, statement], before);
      expect(told[1]).toEqual([]);
    }),
  );
});

describe('the executions of a statement', () => {
  const bought = { ...filled('buy', 100, 100), corrects: undefined } as never;
  const fillsOf = (ledger: Ledger) =>
    statedMessages(ledger.book, stated(5, { fills: [bought] })).map(({ kind }) => kind);

  it('are told with what they cost where the order is ours', () => {
    expect(fillsOf(new Ledger().tell(...bracketSent()))).toEqual(['filled', 'commission']);
  });

  it('are no news, nor is what they cost, where the order is not ours or long forgotten', () => {
    expect(fillsOf(new Ledger())).toEqual([]);
  });
});
