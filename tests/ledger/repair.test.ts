import { describe, expect, it } from 'vitest';
import type { BrokerOrder } from '../../src/domain/account.ts';
import { usd } from '../../src/domain/money.ts';
import type { Order, OrderStatus } from '../../src/domain/order.ts';
import { epochMs } from '../../src/domain/time.ts';
import type { BookOrder } from '../../src/ledger/book-state.ts';
import type { SymbolProof } from '../../src/ledger/protection.ts';
import { type Breach, nextRepair, type RepairFacts } from '../../src/ledger/repair.ts';
import { AAA, bracketOrders, dateNo, exitOrder, refOf } from './book-drafts.ts';

const [ENTRY, STOP] = bracketOrders() as [Order, Order];
const TARGET: Order = {
  ...STOP,
  orderRef: refOf('target'),
  leg: 'target',
  type: 'limit',
  limitPrice: usd(110),
  stopPrice: null,
  exitReason: 'target',
};
const NOW = epochMs(10_000_000);

const booked = (order: Order, status: OrderStatus = 'working', filledQuantity = 0): BookOrder => ({
  ...order,
  session: dateNo(1),
  payloadHash: '',
  asked: null,
  status,
  filledQuantity,
  submittedAt: NOW,
  endedBy: null,
});

const shown = (order: Order, change: Partial<BrokerOrder> = {}): BrokerOrder => ({
  ...order,
  status: 'working',
  filledQuantity: 0,
  ...change,
});

const PROOF: SymbolProof = {
  symbol: AAA,
  state: 'under',
  owned: 100,
  cover: 0,
  sellable: 0,
  entryRemainder: 0,
  brokerShares: 100,
  orders: [],
  unknown: [],
  foreignOrders: [],
};
const NEW: Breach = { since: NOW, repairs: 0, sales: 0, actedAt: null, asked: null };
const FACTS: RepairFacts = { now: NOW, live: [], stopPrice: usd(95), mark: usd(100) };

const next = (
  proof: Partial<SymbolProof> = {},
  breach: Partial<Breach> = {},
  facts: Partial<RepairFacts> = {},
): string => {
  const { action, quantity, orderRef } = nextRepair(
    { ...PROOF, ...proof },
    { ...NEW, ...breach },
    { ...FACTS, ...facts },
  );
  const leg = orderRef === null ? '' : ` ${orderRef.split('/')[3] ?? orderRef}`;
  return `${action}${quantity === 0 ? '' : ` ${quantity}`}${leg}`;
};
const ago = (seconds: number) => epochMs(NOW - seconds * 1000);

describe('against shares without a stop', () => {
  it('a new stop is sent, once', () => {
    expect(next()).toBe('new_stop 100');
    const sent = { repairs: 1, actedAt: ago(1) };
    expect(next({}, sent)).toBe('wait');
    expect(next({}, { ...sent, actedAt: ago(11) })).toBe('sell 100');
    expect(next({}, { repairs: 1, sales: 1, actedAt: ago(11) })).toBe('alert');
    expect(next({}, { repairs: 1, sales: 1, actedAt: ago(61) })).toBe('sell 100');
  });

  it('they are sold where the price is at or below the stop already, or there is none', () => {
    expect(next({}, {}, { mark: usd(95) })).toBe('sell 100');
    expect(next({}, {}, { mark: usd(94) })).toBe('sell 100');
    expect(next({}, {}, { stopPrice: null })).toBe('sell 100');
    expect(next({}, {}, { mark: null })).toBe('new_stop 100');
  });

  it('a stop that works is enlarged rather than joined by a second', () => {
    const small = { ...STOP, quantity: 60 };
    const proof = { cover: 60, sellable: 60, orders: [shown(small)] };
    expect(next(proof, {}, { live: [booked(small)] })).toBe('resize_stop 100 stop');
  });

  it('a stop that is a day order at the broker is not enlarged', () => {
    const orders = [shown(STOP, { timeInForce: 'DAY' })];
    expect(next({ orders, sellable: 100 }, {}, { live: [booked(STOP)] })).toBe('new_stop 100');
  });

  it('an entry that still buys is ended first', () => {
    const proof = { owned: 40, entryRemainder: 60, orders: [shown(STOP, { status: 'submitted' })] };
    const live = [booked(ENTRY, 'partial', 40), booked(STOP)];
    expect(next(proof, {}, { live })).toBe('end_entry entry');
    const ending = [booked(ENTRY, 'cancel_pending', 40), booked(STOP)];
    expect(next(proof, { actedAt: ago(5) }, { live: ending })).toBe('wait');
    expect(next(proof, { actedAt: ago(61) }, { live: ending })).toBe('alert');
  });

  it('a stop that does not work is withdrawn before another is sent', () => {
    const asleep = [shown(STOP, { status: 'inactive' })];
    expect(next({ orders: asleep }, {}, { live: [booked(STOP)] })).toBe('cancel_excess stop');
  });

  it('a target that lost its stop is withdrawn first: it would sell beside the new one', () => {
    const orders = [shown(TARGET)];
    expect(next({ orders }, {}, { live: [booked(TARGET)] })).toBe('cancel_excess target');
    const other = {
      ...STOP,
      orderRef: refOf('stop', { generation: 2 }),
      ocaGroup: 'other',
      quantity: 60,
    };
    const beside = { cover: 60, orders: [shown(TARGET), shown(other)] };
    const live = [booked(TARGET), booked(other)];
    expect(next(beside, {}, { live })).toBe('cancel_excess target');
    const own = { ...STOP, quantity: 60 };
    const together = { cover: 60, orders: [shown(own), shown(TARGET)] };
    const both = [booked(own), booked(TARGET)];
    expect(next(together, {}, { live: both })).toBe('resize_stop 100 stop');
  });

  it('a stop that is being withdrawn is waited for, not enlarged', () => {
    const orders = [shown(STOP)];
    const live = [booked(STOP, 'cancel_pending')];
    expect(next({ orders }, { actedAt: ago(5) }, { live })).toBe('wait');
    expect(next({ orders }, { since: ago(61) }, { live })).toBe('alert');
  });

  it('a sale on its way is waited for, and a person called where it takes long', () => {
    const live = [booked(exitOrder())];
    expect(next({}, { actedAt: ago(5) }, { live })).toBe('wait');
    expect(next({}, { actedAt: ago(61) }, { live })).toBe('alert');
  });
});

describe('while an order of the symbol is unknown', () => {
  it('nothing is sent: the broker is asked for half a minute, then a person is called', () => {
    const proof = { state: 'unknown', unknown: [STOP.orderRef] } as const;
    expect(next(proof)).toBe('query');
    expect(next(proof, { since: ago(29) })).toBe('query');
    expect(next(proof, { since: ago(30) })).toBe('alert');
    expect(next({ unknown: [STOP.orderRef] })).toBe('query');
  });
});

describe('against sells beyond what is owned', () => {
  const over = (sellable: number, owned: number, orders: readonly Order[]) => ({
    state: 'over' as const,
    owned,
    cover: owned,
    sellable,
    brokerShares: owned,
    orders: orders.map((one) => shown(one)),
  });

  it('a stop without shares is withdrawn, and one that is too large shrunk', () => {
    const live = [booked(STOP)];
    expect(next(over(100, 0, [STOP]), {}, { live })).toBe('cancel_excess 100 stop');
    expect(next(over(100, 40, [STOP]), {}, { live })).toBe('resize_stop 40 stop');
  });

  it('of a stop and its target each is shrunk once, the target before', () => {
    const orders = [STOP, TARGET];
    const both = [booked(STOP), booked(TARGET)];
    expect(next(over(100, 60, orders), {}, { live: both })).toBe('resize_stop 60 target');
    const half = [booked(STOP), booked({ ...TARGET, quantity: 60 })];
    expect(next(over(100, 60, orders), {}, { live: half })).toBe('resize_stop 60 stop');
  });

  it('what stands outside the groups of stops goes before them', () => {
    const alone = { ...exitOrder(), ocaGroup: null };
    const live = [booked(alone), booked(STOP)];
    expect(next(over(200, 100, [STOP, alone]), {}, { live })).toBe('cancel_excess 100 exit');
  });

  it('what is being withdrawn is waited for', () => {
    const live = [booked(STOP, 'cancel_pending')];
    expect(next(over(100, 0, [STOP]), { actedAt: ago(5) }, { live })).toBe('wait');
    expect(next(over(100, 0, [STOP]), { actedAt: ago(61) }, { live })).toBe('alert');
  });
});

it('what an order does not do is asked of it again after a pause, and something else at once', () => {
  const proof = { owned: 40, entryRemainder: 60, orders: [shown(STOP, { status: 'submitted' })] };
  const facts = { live: [booked(ENTRY, 'partial', 40), booked(STOP)] };
  const asked = `end_entry 0 ${ENTRY.orderRef}`;
  expect(next(proof, { asked, actedAt: ago(4) }, facts)).toBe('wait');
  expect(next(proof, { asked, actedAt: ago(5) }, facts)).toBe('end_entry entry');
  expect(next(proof, { asked: 'cancel_excess 0 other', actedAt: ago(4) }, facts)).toBe(
    'end_entry entry',
  );
});

it('a short position is bought back at once, and only once', () => {
  const short = { state: 'over', owned: 40, brokerShares: -60 } as const;
  expect(next(short)).toBe('buy_back 60');
  const back = { ...exitOrder(), side: 'buy', orderRef: refOf('exit') } as const;
  expect(next(short, { actedAt: ago(1) }, { live: [booked(back)] })).toBe('wait');
});
