import { expect } from 'vitest';
import { createMemoryHistory } from '../../src/adapters/memory/memory-history.ts';
import { type EntryRestriction, GatedBroker, type GateLimits } from '../../src/app/gated-broker.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import type { Bracket, Order } from '../../src/domain/order.ts';
import { assertExists } from '../../src/domain/result.ts';
import { epochMs, sessionDate } from '../../src/domain/time.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { submittedDraft } from '../../src/events/order-events.ts';
import { Book } from '../../src/ledger/book.ts';
import type { OrderChange, SendOutcome } from '../../src/ports/broker.ts';
import { bracket as simBracket, week, world } from '../adapters/sim-world.ts';

export const AAA = 'AAA' as Symbol;
export const SESSION = sessionDate('2015-03-02');
const LIMITS: GateLimits = {
  orderBurst: 100,
  ordersPerSecond: 10,
  maxOrdersPerMinute: 100,
  maxOrdersPerRun: 100,
  maxOrdersPerDay: 100,
};

/** A gate before a simulated broker, a journal, and what reached the broker. */
export function scene(limits: Partial<GateLimits> = {}) {
  const it = world({ daily: { AAA: week([100, 101, 99, 100], [100, 101, 99, 100]) } });
  const book = new Book();
  const history = createMemoryHistory(book);
  const reached: string[] = [];
  let answer: SendOutcome | null = null;
  let now = 1_425_306_600_000;
  let restricted: ReturnType<EntryRestriction> = null;
  let refused: SendOutcome | null = null;
  const broker = Object.assign(Object.create(it.broker) as typeof it.broker, {
    submit: (bracket: Bracket) => {
      reached.push(bracket.entry.orderRef);
      return answer === null ? it.broker.submit(bracket) : Promise.resolve(answer);
    },
    submitOrder: (order: Order) => {
      reached.push(order.orderRef);
      return answer === null ? it.broker.submitOrder(order) : Promise.resolve(answer);
    },
  });
  const gate = new GatedBroker({
    broker,
    book,
    limits: { ...LIMITS, ...limits },
    now: () => epochMs(now),
    knows: (symbol) => symbol === AAA,
    restriction: () => restricted,
    refusal: () => refused,
  });
  const write = (...drafts: EventDraft[]) => history.append(drafts);
  const written = (orders: readonly Order[], approved?: number) => {
    const base = { at: epochMs(now), runId: null, session: SESSION };
    const entry = orders.find(({ leg }) => leg === 'entry');
    const approval =
      entry === undefined || approved === undefined ? [] : [approvalOf(entry, approved)];
    return write(...approval, ...orders.map((order) => submittedDraft(order, base)));
  };
  return {
    ...it,
    gate,
    book,
    reached,
    write,
    written,
    answers: (given: SendOutcome | null) => {
      answer = given;
    },
    refuse: (given: SendOutcome | null) => {
      refused = given;
    },
    restrict: (by: ReturnType<EntryRestriction>) => {
      restricted = by;
    },
    wait: (ms: number) => {
      now += ms;
    },
    /** Writes a bracket down and sends it. */
    async enter(generation = 1, quantity = 100, approved = quantity) {
      const asked = entryOf(generation, quantity);
      await written([asked.entry, asked.stop], approved);
      return gate.submit(asked);
    },
    /** Writes a change down and asks for it. */
    async change(ref: string, change: OrderChange) {
      const known = assertExists(book.order(ref), `${ref} is written down`);
      const { quantity, limitPrice, stopPrice } = known;
      const old = { quantity, limitPrice, stopPrice };
      const asked = { orderRef: ref, old, new: { ...old, ...change }, cause: 'a test' };
      await write({ type: 'order.modify_requested', at: epochMs(now), runId: null, ...asked });
      return gate.modify(ref, change);
    },
    /** Buys 100 at the open, and books it. */
    async hold() {
      await this.enter();
      it.open(0);
      for (const event of it.broker.drain()) {
        if (event.kind === 'filled') {
          const { fill, at } = event;
          const rest = { session: SESSION, source: 'broker' } as const;
          await write({ type: 'fill.recorded', at, runId: null, ...fill, ...rest });
        }
      }
      expect(book.owned(AAA)).toBe(100);
    },
  };
}

export const entryOf = (generation: number, quantity = 100): Bracket => {
  const asked = simBracket({ generation, quantity });
  const ref = (leg: string): string => `${SESSION}/scan-open/AAA/${leg}/${generation}`;
  const entry = { ...asked.entry, orderRef: ref('entry') };
  const stop = { ...asked.stop, orderRef: ref('stop'), parentRef: entry.orderRef };
  return { ...asked, entry, stop };
};

const approvalOf = ({ orderRef, symbol }: Order, approved: number): EventDraft => ({
  type: 'intent.approved',
  at: epochMs(0),
  runId: null,
  symbol,
  entryRef: orderRef,
  sized: approved,
  approved,
  referencePrice: usd(100),
  limitPrice: usd(101),
  stopPrice: usd(95),
  targetPrice: null,
  atr: usd(2),
  reasons: [],
  score: 50,
  strategy: 'test',
  signalReason: 'test',
  strength: 0.5,
});

export const denial = (code: string) => ({ outcome: 'denied', code });
