import fc from 'fast-check';
import type { Symbol } from '../src/domain/market.ts';
import { type Micros, micros } from '../src/domain/money.ts';
import type { Order } from '../src/domain/order.ts';
import type { EventDraft, EventOf, JournalEvent } from '../src/events/event.ts';
import type { BookOrder } from '../src/ledger/book-state.ts';
import { type Ledger, ledgerWith } from './ledger/book-builder.ts';
import {
  AAA,
  BBB,
  bracketSent,
  cashMoved,
  dateNo,
  draft,
  exitOrder,
  minute,
  modified,
  refOf,
  runBegan,
  runEnded,
  submitted,
} from './ledger/book-drafts.ts';

/** A price in dollars with whole cents. */
export const cents = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: Math.round(min * 100), max: Math.round(max * 100) }).map((n) => n / 100);

const names = fc.constantFrom(AAA, BBB);
const share = fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 100 }));
const pick = fc.nat(1_000);
const exits = fc.constantFrom('stop' as const, 'target' as const, 'exit' as const, 'hand' as const);

/** What may happen to an account, and the terms it happens on. Dollars; a share is in percent. */
interface Acts {
  enter: { name: Symbol; quantity: number; target: boolean };
  answer: { pick: number; kind: 'acknowledged' | 'unknown' | 'rejected' | 'cancelled' | 'expired' };
  buy: { pick: number; share: number; price: number; commission: number | null };
  sell: {
    name: Symbol;
    how: 'stop' | 'target' | 'exit' | 'hand';
    share: number;
    price: number;
    commission: number | null;
  };
  repeat: { pick: number };
  commission: { pick: number; dollars: number };
  change: { pick: number; stop: number; quantity: number };
  split: { name: Symbol; ratio: number };
  cash: { kind: EventOf<'cash.recorded'>['kind']; dollars: number };
  mark: { cause: 'run' | 'close'; closes: number; prices: { AAA?: number; BBB?: number } };
  finish: Record<never, never>;
  run: { ends: boolean };
}
type ActKind = keyof Acts;
type Act = { [K in ActKind]: { readonly do: K } & Acts[K] }[ActKind];

const price = cents(20, 200);
const quantity = fc.integer({ min: 1, max: 300 });
/** A commission in dollars with up to six decimals; as `commission`, null while the broker has not told it. */
const dollars = fc.integer({ min: 0, max: 3_000_000 }).map((n) => n / 1e6);
const commission = fc.option(dollars, { freq: 3 });
const ACTS: { readonly [K in ActKind]: fc.Arbitrary<Acts[K]> } = {
  enter: fc.record({ name: names, quantity, target: fc.boolean() }),
  answer: fc.record({
    pick,
    kind: fc.constantFrom('acknowledged', 'unknown', 'rejected', 'cancelled', 'expired'),
  }),
  buy: fc.record({ pick, share, price, commission }),
  sell: fc.record({ name: names, how: exits, share, price, commission }),
  repeat: fc.record({ pick }),
  commission: fc.record({ pick, dollars }),
  change: fc.record({ pick, stop: cents(20, 150), quantity }),
  split: fc.record({ name: names, ratio: fc.constantFrom(2, 3, 1.5, 0.5, 0.1, 0.333333) }),
  cash: fc.record({
    kind: fc.constantFrom('deposit', 'withdrawal', 'dividend', 'interest', 'fee'),
    dollars: cents(0.01, 500),
  }),
  mark: fc.record({
    cause: fc.constantFrom('run', 'close', 'close'),
    closes: fc.integer({ min: 1, max: 4 }),
    prices: fc.record({ AAA: price, BBB: price }, { requiredKeys: [] }),
  }),
  finish: fc.constant({}),
  run: fc.record({ ends: fc.boolean() }),
};

const act = (kind: ActKind, weight: number) => ({
  weight,
  arbitrary: (ACTS[kind] as fc.Arbitrary<object>).map((terms) => ({ do: kind, ...terms }) as Act),
});

/**
 * The life of an account as a journal: brackets sent and answered in any way, filled in parts, also after their end;
 * executions repeated, commissions late, orders changed, splits, cash, marks, closes, runs that end or do not.
 */
export const lives = (maxLength = 60): fc.Arbitrary<readonly JournalEvent[]> =>
  fc
    .array(
      fc.oneof(
        act('enter', 5),
        act('answer', 4),
        act('buy', 8),
        act('sell', 9),
        act('repeat', 2),
        act('commission', 3),
        act('change', 2),
        act('split', 1),
        act('cash', 2),
        act('mark', 4),
        act('finish', 3),
        act('run', 1),
      ),
      { maxLength, size: 'max' },
    )
    .map((acts) => {
      const narrator = new Narrator();
      for (const each of acts) narrator.play(each);
      return narrator.ledger.events;
    });

/** Makes events of acts, leaving out what cannot happen: nothing is sold that is not owned. */
class Narrator {
  readonly ledger: Ledger = ledgerWith(100_000);
  #session = 1;
  #minute = 0;
  #serial = 0;
  readonly #orders: Order[] = [];

  play(each: Act): void {
    this.#minute += 1;
    (this[each.do] as (terms: Act) => void).call(this, each);
  }

  #tell(...drafts: readonly EventDraft[]): void {
    this.ledger.tell(...drafts);
    for (const each of drafts) {
      if (each.type !== 'order.submitted') continue;
      const order = this.ledger.book.order(each.orderRef);
      if (order !== null) this.#orders.push(order);
    }
  }

  enter({ name, quantity: asked, target }: Acts['enter']): void {
    this.#serial += 1;
    const place = { session: this.#session, generation: this.#serial };
    const terms = { ...place, symbol: name, quantity: asked, runId: `run-${this.#serial % 3}` };
    this.#tell(...bracketSent(target ? { ...terms, target: 210 } : terms));
  }

  answer({ pick: n, kind }: Acts['answer']): void {
    const order = this.#orderNo(n);
    if (order === null) return;
    const { orderRef } = order;
    const payload = { acknowledged: { brokerId: null }, rejected: { code: '201', message: 'no' } };
    const more = kind in payload ? payload[kind as 'rejected'] : { cause: 'test' };
    this.#tell(
      draft(`order.${kind}` as 'order.cancelled', this.#at, { orderRef, ...more } as never),
    );
  }

  buy({ pick: n, share: part, ...deal }: Acts['buy']): void {
    const entries = [...this.ledger.state.orders.values()].filter(
      (order) => order.leg === 'entry' && order.filledQuantity < order.quantity,
    );
    const order = entries[n % entries.length];
    if (order === undefined) return;
    const left = order.quantity - order.filledQuantity;
    this.#fill(order, 'buy', Math.ceil((left * part) / 100), deal);
  }

  sell({ name, how, share: part, ...deal }: Acts['sell']): void {
    const owned = this.ledger.book.owned(name);
    if (owned === 0) return;
    const sold = Math.ceil((owned * part) / 100);
    if (how === 'exit') {
      this.#serial += 1;
      const place = { session: this.#session, generation: this.#serial };
      this.#tell(submitted(exitOrder({ ...place, symbol: name, quantity: sold }), this.#session));
    }
    const orders = [...this.ledger.state.orders.values()].reverse();
    const order = orders.find(({ symbol, leg }) => symbol === name && leg === how);
    const byHand = { orderRef: 'by-hand', symbol: name };
    this.#fill(order ?? byHand, 'sell', sold, deal);
  }

  #fill(
    { orderRef, symbol }: Pick<BookOrder, 'orderRef' | 'symbol'>,
    side: 'buy' | 'sell',
    shares: number,
    deal: Pick<Acts['buy'], 'price' | 'commission'>,
  ): void {
    this.#serial += 1;
    this.#tell(
      draft('fill.recorded', this.#at, {
        execId: `exec-${this.#serial}`,
        orderRef,
        symbol,
        side,
        quantity: shares,
        price: fromDollars(deal.price),
        commission: deal.commission === null ? null : fromDollars(deal.commission),
        filledAt: this.#at,
        session: dateNo(this.#session),
        source: 'broker',
      }),
    );
  }

  repeat({ pick: n }: Acts['repeat']): void {
    // Brokers repeat what is not too old; the book remembers ten sessions.
    const fills = this.#fills().filter(({ session }) => session >= dateNo(this.#recent));
    const fill = fills[n % fills.length];
    if (fill !== undefined) this.#tell({ ...fill, at: this.#at });
  }

  commission({ pick: n, dollars: told }: Acts['commission']): void {
    const known = this.#fills();
    // One in four comes before its execution, or for one that never comes.
    const next = `exec-${this.#serial + 1 + (n % 3)}`;
    const execId = n % 4 === 0 ? next : known[n % Math.max(1, known.length)]?.execId;
    if (execId === undefined) return;
    this.#tell(draft('commission.recorded', this.#at, { execId, commission: fromDollars(told) }));
  }

  change({ pick: n, ...terms }: Acts['change']): void {
    const order = this.#orderNo(n);
    if (order === null) return;
    this.#tell(modified(order, order.leg === 'stop' ? terms : { quantity: terms.quantity }));
  }

  split({ name, ratio }: Acts['split']): void {
    const before = this.ledger.book.owned(name);
    const trade = this.ledger.book.trade(name);
    if (trade === null) return;
    const exact = before * ratio;
    const after = Math.floor(exact + 0.01);
    const paid = Math.round(Math.max(0, exact - after) * (trade.mark / ratio));
    this.#tell(
      draft('split.applied', this.#at, {
        symbol: name,
        session: dateNo(this.#session),
        ratio,
        quantityBefore: before,
        quantityAfter: after,
        cashInLieu: micros(paid),
      }),
    );
  }

  cash({ kind, dollars }: Acts['cash']): void {
    const isPaid = kind === 'withdrawal' || kind === 'fee';
    this.#tell(cashMoved(kind, isPaid ? -dollars : dollars, this.#session));
  }

  mark({ cause, closes, prices }: Acts['mark']): void {
    if (cause === 'run') this.ledger.mark(cause, this.#session, prices);
    else for (let n = 0; n < closes; n++) this.#close(prices);
  }

  #close(prices: Acts['mark']['prices']): void {
    this.ledger.mark('close', this.#session, prices);
    this.#session += 1;
    this.#minute = 0;
  }

  finish(): void {
    this.ledger.closeTrades();
  }

  run({ ends }: Acts['run']): void {
    this.#serial += 1;
    const id = `run-${this.#serial % 3}`;
    const slot = { session: dateNo(this.#session), job: 'scan', slot: `slot-${this.#serial}` };
    this.#tell(draft('slot.claimed', this.#at, { ...slot, slotAt: this.#at }));
    this.#tell(runBegan(id, this.#session));
    if (ends) this.#tell(runEnded(id, {}, this.#session));
  }

  get #at() {
    return minute(this.#session, this.#minute);
  }

  get #recent(): number {
    return Math.max(0, this.#session - 9);
  }

  #fills(): EventOf<'fill.recorded'>[] {
    return this.ledger.events.filter((event) => event.type === 'fill.recorded');
  }

  #orderNo(n: number): Order | null {
    const foreign = { ...exitOrder(), orderRef: refOf('exit', { generation: 99 }) };
    return [...this.#orders, foreign][n % (this.#orders.length + 1)] ?? null;
  }
}

/** Dollars with at most six decimals, whatever a division made of the last one. */
const fromDollars = (dollars: number): Micros => micros(Math.round(dollars * 1e6));
