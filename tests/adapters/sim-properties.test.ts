import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fill } from '../../src/domain/fill.ts';
import type { Bar, Symbol } from '../../src/domain/market.ts';
import { type Micros, microsFromFloat, usd } from '../../src/domain/money.ts';
import { isLive, nextStatus, type Order, type OrderStatus } from '../../src/domain/order.ts';
import { roundToTick } from '../../src/domain/price.ts';
import type { BrokerEvent } from '../../src/ports/broker.ts';
import { commissionModel } from '../../src/risk/commission.ts';
import { AAA, BBB, bracket, exit, session, type World, week, world } from './sim-world.ts';

const SYMBOLS = [AAA, BBB] as const;
const DAYS = 5;
const cents = (from: number, to: number) =>
  fc.integer({ min: from * 100, max: to * 100 }).map((value) => value / 100);

/** A bar whose prices wander between 80 and 120; volumes are small, so that orders fill in parts. */
const day = fc.option(
  fc
    .tuple(cents(80, 120), cents(80, 120), cents(80, 120), cents(80, 120), fc.nat(900))
    .map(
      ([open, a, b, close, volume]) =>
        [open, Math.max(open, a, b, close), Math.min(open, a, b, close), close, volume] as const,
    ),
  { freq: 5, nil: null },
);
const bars: fc.Arbitrary<Bar[]> = fc
  .array(day, { minLength: DAYS, maxLength: DAYS })
  .map((days) => week(...days));

const deed = fc.record({
  day: fc.nat(DAYS - 1),
  afterOpen: fc.boolean(),
  what: fc.constantFrom('enter', 'enter', 'exit', 'cancel', 'trail', 'shrink'),
  symbol: fc.constantFrom(...SYMBOLS),
  quantity: fc.integer({ min: 1, max: 90 }),
  limit: cents(95, 120),
  stop: cents(80, 94),
  target: fc.option(cents(101, 125), { nil: undefined }),
  gtc: fc.boolean(),
});
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

const setting = fc.record({
  bars: fc.tuple(bars, bars),
  deeds: fc.array(deed, { maxLength: 14 }),
  childArm: fc.constantFrom('partial' as const, 'full' as const),
  childFate: fc.constantFrom('kept' as const, 'cancelled' as const),
  participationFraction: fc.constantFrom(undefined, 0.1),
  savedAfter: fc.nat(DAYS),
});
type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

const START = usd(100_000);

/** What an engine might do, sensibly or not; a refusal is fine. */
async function doDeed(it: World, deed: Deed, generation: number): Promise<void> {
  const { symbol, quantity, limit, stop, target, gtc } = deed;
  const { openOrders } = await it.statement();
  const mine = openOrders.filter((order) => order.symbol === symbol);
  const liveStop = mine.find((order) => order.leg === 'stop');
  if (deed.what === 'enter') {
    const asked = bracket({
      symbol,
      quantity,
      limit,
      stop,
      generation,
      ...(target === undefined ? {} : { target }),
    });
    const entry: Order = { ...asked.entry, timeInForce: gtc ? 'GTC' : 'DAY' };
    await it.broker.submit({ ...asked, entry });
  } else if (deed.what === 'exit') {
    const ocaGroup = liveStop?.ocaGroup ?? null;
    const orderRef = `${symbol}/exit/${generation}`;
    await it.broker.submitOrder(exit({ symbol, quantity, ocaGroup, orderRef }));
  } else if (deed.what === 'cancel') {
    const entry = mine.find((order) => order.side === 'buy');
    if (entry) await it.broker.cancel(entry.orderRef);
  } else if (liveStop) {
    const stopPrice = roundToTick(microsFromFloat(stop + 5, 'halfEven'), 'down');
    const change = deed.what === 'trail' ? { stopPrice } : { quantity };
    await it.broker.modify(liveStop.orderRef, change);
  }
}

async function play(
  setting: Setting,
  andSave: boolean,
): Promise<{ it: World; events: BrokerEvent[] }> {
  const [a, b] = setting.bars;
  const { childArm, childFate, participationFraction } = setting;
  const options = {
    commission: commissionModel('ibkr-fixed'),
    childArm,
    childFate,
    ...(participationFraction === undefined ? {} : { participationFraction }),
  };
  const daily = { daily: { AAA: a, BBB: b } };
  let it = world(daily, options);
  const events: BrokerEvent[] = [];
  const deeds = setting.deeds.map((deed, i) => ({ deed, generation: i + 1 }));
  for (let today = 0; today < DAYS; today += 1) {
    const due = deeds.filter(({ deed }) => deed.day === today);
    it.goTo(session(today).openAt);
    it.broker.startSession(session(today));
    for (const { deed, generation } of due) {
      if (!deed.afterOpen) await doDeed(it, deed, generation);
    }
    it.open(today);
    for (const { deed, generation } of due) if (deed.afterOpen) await doDeed(it, deed, generation);
    it.close(today);
    it.end(today);
    if (andSave && today === setting.savedAfter) {
      it = world(daily, { ...options, restore: JSON.parse(JSON.stringify(it.broker.state())) });
      it.goTo(session(today).closeAt);
    }
    events.push(...it.broker.drain());
  }
  return { it, events };
}

const fillsOf = (events: readonly BrokerEvent[]): Fill[] =>
  events.flatMap((event) => (event.kind === 'filled' ? [event.fill] : []));

/** Every order's status and quantities, folded from events alone. */
function folded(events: readonly BrokerEvent[], asked: ReadonlyMap<string, number>) {
  const orders = new Map<string, { status: OrderStatus; filled: number; quantity: number }>();
  const at = (orderRef: string) => {
    const quantity = asked.get(orderRef) ?? 0;
    const known = orders.get(orderRef) ?? { status: 'submitted' as const, filled: 0, quantity };
    orders.set(orderRef, known);
    return known;
  };
  for (const event of events) {
    if (event.kind === 'commission') continue;
    if (event.kind === 'filled') {
      const order = at(event.fill.orderRef);
      order.filled += event.fill.quantity;
      const whole = order.filled === order.quantity;
      order.status = nextStatus(order.status, whole ? 'completely_filled' : 'partly_filled');
    } else if (event.kind === 'modified') {
      at(event.order.orderRef).quantity = event.order.quantity;
    } else {
      const order = at(event.orderRef);
      order.status = nextStatus(order.status, event.kind);
    }
  }
  return orders;
}

const every = (check: (run: Awaited<ReturnType<typeof play>>, setting: Setting) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(setting, async (given) => check(await play(given, false), given)),
    { numRuns: 300 },
  );

test('cash changes by what was bought and sold, and by commissions, and by nothing else', () =>
  every(async ({ it, events }) => {
    let cash: number = START;
    const shares = new Map<Symbol, number>();
    for (const { side, quantity, price, commission, symbol } of fillsOf(events)) {
      const sign = side === 'buy' ? 1 : -1;
      cash -= sign * quantity * price + (commission as Micros);
      shares.set(symbol, (shares.get(symbol) ?? 0) + sign * quantity);
    }
    const stated = await it.statement();
    expect(stated.cash).toBe(cash);
    const held = [...shares].filter(([, quantity]) => quantity !== 0);
    expect(new Map(stated.positions.map((p) => [p.symbol, p.quantity]))).toEqual(new Map(held));
    const marks = new Map(it.broker.state().desks.map((desk) => [desk.symbol, desk.mark]));
    const value = held.reduce((sum, [symbol, n]) => sum + n * usd(marks.get(symbol) ?? 0), 0);
    expect(stated.netLiquidation).toBe(cash + value);
  }));

test('sells never exceed what is owned, at any moment', () =>
  every(async ({ events }) => {
    const owned = new Map<Symbol, number>();
    for (const { side, quantity, symbol } of fillsOf(events)) {
      const now = (owned.get(symbol) ?? 0) + (side === 'buy' ? quantity : -quantity);
      expect(now).toBeGreaterThanOrEqual(0);
      owned.set(symbol, now);
    }
  }));

test('a bracket and the exits in its group never sell more than its entry bought', () =>
  every(async ({ events }, { deeds }) => {
    fc.pre(deeds.filter((deed) => deed.what === 'enter' && deed.symbol === AAA).length === 1);
    const fills = fillsOf(events).filter((fill) => fill.symbol === AAA);
    const total = (side: string) =>
      fills.filter((fill) => fill.side === side).reduce((sum, fill) => sum + fill.quantity, 0);
    expect(total('sell')).toBeLessThanOrEqual(total('buy'));
  }));

test('entries never pay more than their limit, and each execId is told once', () =>
  every(async ({ events }, { deeds }) => {
    const fills = fillsOf(events);
    expect(new Set(fills.map((fill) => fill.execId)).size).toBe(fills.length);
    for (const { orderRef, price, side } of fills) {
      const asked = deeds[Number(orderRef.split('/')[2]) - 1];
      if (side === 'buy') expect(price).toBeLessThanOrEqual(usd(asked?.limit ?? 0));
    }
  }));

test('the events alone say which orders are open, and how far each is filled', () =>
  every(async ({ it, events }) => {
    const { working, finished } = it.broker.state();
    const asked = new Map(
      [...working, ...finished].map((o) => [o.asked.orderRef, o.asked.quantity]),
    );
    const orders = folded(events, asked);
    const open = [...orders].filter(([, order]) => isLive(order.status));
    const { openOrders } = await it.statement();
    expect(new Map(openOrders.map((o) => [o.orderRef, [o.filledQuantity, o.quantity]]))).toEqual(
      new Map(open.map(([ref, { filled, quantity }]) => [ref, [filled, quantity]])),
    );
  }));

test('stops alone cover to the share what is owned and what entries may still bring', () =>
  every(async ({ it }, { deeds, childFate }) => {
    fc.pre(childFate === 'kept' && !deeds.some(({ what }) => what === 'exit' || what === 'shrink'));
    const { openOrders, positions } = await it.statement();
    for (const symbol of SYMBOLS) {
      const mine = openOrders.filter((order) => order.symbol === symbol);
      const left = (orders: typeof mine) =>
        orders.reduce((sum, order) => sum + order.quantity - order.filledQuantity, 0);
      const owned = positions.find((position) => position.symbol === symbol)?.quantity ?? 0;
      const stops = left(mine.filter((order) => order.leg === 'stop'));
      expect(stops).toBe(owned + left(mine.filter((order) => order.side === 'buy')));
    }
  }));

test('children end with their entry: nothing is left when all else was cancelled', () =>
  every(async ({ it }) => {
    for (const { orderRef, parentRef } of (await it.statement()).openOrders) {
      if (parentRef === null) await it.broker.cancel(orderRef);
    }
    const { openOrders, positions } = await it.statement();
    const owned = new Map(positions.map((position) => [position.symbol, position.quantity]));
    for (const order of openOrders) {
      expect(order.quantity - order.filledQuantity).toBeLessThanOrEqual(
        owned.get(order.symbol) ?? 0,
      );
      await it.broker.cancel(order.orderRef);
    }
    expect((await it.statement()).openOrders).toEqual([]);
  }));

test('an account saved and restored on any evening goes on the same', () =>
  fc.assert(
    fc.asyncProperty(setting, async (given) => {
      const straight = await play(given, false);
      const saved = await play(given, true);
      expect(saved.events).toEqual(straight.events);
      expect(saved.it.broker.state()).toEqual(straight.it.broker.state());
    }),
    { numRuns: 100 },
  ));
