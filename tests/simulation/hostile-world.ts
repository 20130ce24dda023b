import {
  createMemoryHistory,
  type MemoryHistory,
} from '../../src/adapters/memory/memory-history.ts';
import { arrayBarSource } from '../../src/adapters/sim/array-bar-source.ts';
import type { ChildArm, ChildFate } from '../../src/adapters/sim/sim-account.ts';
import { createSimBroker, type SimBroker } from '../../src/adapters/sim/sim-broker.ts';
import { streamKey, uniformAt } from '../../src/adapters/sim/synthetic-random.ts';
import type { OrderDesk } from '../../src/app/order-desk.ts';
import { sellPart } from '../../src/app/sell-part.ts';
import { sessionOf } from '../../src/calendar/nyse.ts';
import type { Bar, Symbol } from '../../src/domain/market.ts';
import { micros, usd } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { assertExists } from '../../src/domain/result.ts';
import { type EpochMs, epochMs, MINUTE_MS, sessionDate } from '../../src/domain/time.ts';
import type { EventDraft, JournalEvent } from '../../src/events/event.ts';
import { payloadHash } from '../../src/events/order-events.ts';
import { Book } from '../../src/ledger/book.ts';
import { sendEntry } from '../../src/pipeline/execute.ts';
import type { Broker, OrderChange } from '../../src/ports/broker.ts';
import type { History } from '../../src/ports/history.ts';
import { commissionModel } from '../../src/risk/commission.ts';
import { type FaultRates, seededFaults } from '../../src/testing/faults.ts';
import { FaultyBroker } from '../../src/testing/faulty-broker.ts';
import { approvedCandidate, type Rehearsal, rehearse } from '../../src/testing/rehearsal.ts';

export const SESSION = assertExists(sessionOf(sessionDate('2015-03-02')), 'a session');
export const SYMBOLS = ['AAA', 'BBB', 'CCC'] as Symbol[];
export const STEP_MS = 20_000;
/** The longest that anything is under way between the broker and us. */
const MOST_DELAY_MS = 15_000;
const GRACE_MS = 5_000;
const TTL_MS = 60_000;

/** Thrown where the process is killed. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

export interface Hostility {
  readonly seed: number;
  readonly childArm: ChildArm;
  readonly childFate: ChildFate;
  readonly rates: FaultRates;
}

/** Numbers between 0 and 1 that follow from a seed alone. */
export function chance(seed: number, name: string): () => number {
  const key = streamKey(seed, name, 7);
  let asked = 0;
  return () => {
    asked += 1;
    return uniformAt(key, asked);
  };
}

/** One-minute bars that wander, with gaps in them and small volumes, so that orders fill in parts. */
function wandering(seed: number, symbol: Symbol): Bar[] {
  const next = chance(seed, `bars/${symbol}`);
  const bars: Bar[] = [];
  let price = 100;
  for (let minute = 0; minute < 390; minute += 1) {
    const step = (scale: number): number => Math.round((next() - 0.5) * scale * 100) / 100;
    const open = Math.max(20, price + step(1.5));
    const close = Math.max(20, open + step(2));
    const high = Math.max(open, close) + Math.abs(step(1));
    const low = Math.max(10, Math.min(open, close) - Math.abs(step(1)));
    price = close;
    // Now and then nobody trades.
    if (next() < 0.04) continue;
    const time = SESSION.openAt + minute * MINUTE_MS;
    const volume = Math.floor(next() * 1500);
    const cents = (value: number): number => Math.round(value * 100) / 100;
    bars.push({
      time,
      open: cents(open),
      high: cents(high),
      low: cents(low),
      close: cents(close),
      volume,
    });
  }
  return bars;
}

/** A desk against a broker that behaves as badly as real ones do, over seeded bars. */
export class HostileWorld {
  now: EpochMs = SESSION.openAt;
  readonly sim: SimBroker;
  readonly line: FaultyBroker;
  readonly journal: JournalEvent[] = [];
  /** Steps until the process is killed at the next append or send; null for never. */
  killIn: number | null = null;
  /** True where the broker did not answer completely in this step, or the process was killed in it. */
  isBlind = false;
  #store: MemoryHistory;
  /** Our side, as it lives in one process: what is lost when that process is killed. */
  #process: Rehearsal;
  /** Orders that were to be sent without standing in the journal with these very terms: never any. */
  readonly unwritten: string[] = [];

  constructor({ seed, childArm, childFate, rates }: Hostility) {
    const sessions = Object.fromEntries(
      SYMBOLS.map((symbol) => [
        symbol,
        { daily: [], sessions: { [SESSION.date]: wandering(seed, symbol) } },
      ]),
    );
    const clock = { now: () => this.now };
    this.sim = createSimBroker({
      account: 'SIM1',
      startingCash: usd(1_000_000),
      source: arrayBarSource(sessions, { intraday: '1m' }),
      clock,
      slippageBps: 5,
      commission: commissionModel('ibkr-fixed'),
      accountKind: 'margin',
      participationFraction: 0.1,
      childArm,
      childFate,
    });
    const faults = seededFaults(seed, rates);
    this.line = new FaultyBroker({
      broker: this.sim,
      faults,
      clock,
      mostDelayMs: MOST_DELAY_MS,
    });
    this.#store = createMemoryHistory(new Book());
    this.#process = this.#start(new Book());
  }

  get book(): Book {
    return this.#process.book;
  }
  get desk(): OrderDesk {
    return this.#process.desk;
  }

  #start(book: Book): Rehearsal {
    const history: History = {
      append: async (drafts: readonly EventDraft[]) => {
        this.#maybeDie();
        const events = await this.#store.append(drafts);
        for (const event of events) {
          this.journal.push(event);
          book.apply(event);
        }
        this.#maybeDie();
        return events;
      },
      close: async () => {},
    };
    const broker = this.#mortal(book);
    const isHalted = (symbol: Symbol): boolean => this.sim.isHalted(symbol);
    const lastPrice = (symbol: Symbol) => this.sim.lastPrice(symbol);
    const now = (): EpochMs => this.now;
    return rehearse({ book, history, broker, now, graceMs: GRACE_MS, isHalted, lastPrice });
  }

  /** The line, on which a process can be killed before and after everything it sends. */
  #mortal(book: Book): Broker {
    const line = this.line;
    const written = (order: Order): void => {
      const known = book.order(order.orderRef);
      if (known?.payloadHash !== payloadHash(order)) this.unwritten.push(order.orderRef);
    };
    const send = async <T>(act: () => Promise<T>): Promise<T> => {
      this.#maybeDie();
      const answer = await act();
      this.#maybeDie();
      return answer;
    };
    return {
      account: line.account,
      simulated: true,
      capabilities: line.capabilities,
      submit: (bracket) => {
        written(bracket.entry);
        written(bracket.stop);
        return send(() => line.submit(bracket));
      },
      submitOrder: (order) => {
        written(order);
        return send(() => line.submitOrder(order));
      },
      modify: (ref, change) => {
        const known = book.order(ref);
        const asked = known?.asked ?? known;
        const isWritten = Object.entries(change).every(
          ([term, value]) => asked?.[term as keyof OrderChange] === value,
        );
        if (!isWritten) this.unwritten.push(`${ref} as changed`);
        return send(() => line.modify(ref, change));
      },
      cancel: (ref) => send(() => line.cancel(ref)),
      statement: async (since) => {
        const statement = await line.statement(since);
        const { openOrders, positions, fills } = statement.complete;
        if (!openOrders || !positions || !fills) this.isBlind = true;
        return statement;
      },
      drain: () => line.drain(),
    };
  }

  #maybeDie(): void {
    if (this.killIn === null) return;
    this.killIn -= 1;
    if (this.killIn > 0) return;
    this.killIn = null;
    this.isBlind = true;
    throw new Killed('killed');
  }

  /** A new process takes up the journal where the killed one left it. */
  async restart(): Promise<void> {
    const book = new Book();
    for (const event of this.journal) book.apply(event);
    this.#process = this.#start(book);
    await this.desk.recover();
  }

  /** Moves time by one step: bars start and end with their minutes. */
  tick(): void {
    const next = epochMs(this.now + STEP_MS);
    const onMinute = (next - SESSION.openAt) % MINUTE_MS === 0;
    this.now = next;
    this.isBlind = false;
    if (!onMinute) return;
    this.sim.closeBars(next, SESSION);
    this.sim.openBars(next, SESSION);
  }

  /** What the monitors do every so often. */
  async watch(): Promise<void> {
    const { book, desk } = this.#process;
    await desk.takeIn(SESSION.date);
    for (const order of book.live()) {
      const isOver = order.leg === 'entry' && order.submittedAt + TTL_MS <= this.now;
      const isOurs = order.status !== 'cancel_pending' && order.status !== 'unknown';
      if (isOver && isOurs) await desk.endEntry(order, 'ttl', SESSION.date);
    }
    await this.#process.look(SESSION.date);
  }

  /** Buys, unless the symbol is held or has orders. */
  async enter(symbol: Symbol, slot: string, quantity: number, isMarket: boolean): Promise<void> {
    const { book, context } = this.#process;
    if (book.owned(symbol) > 0 || book.live(symbol).length > 0) return;
    const reference = micros(this.#mark(symbol));
    const limit = micros(reference + 500_000);
    const stop = micros(reference - 1_500_000);
    const sending = context(SESSION.date, slot);
    const type = isMarket ? 'market' : 'marketable-limit';
    // Every other size has a target too: near, so that it is met now and then.
    const target = quantity % 2 === 0 ? { target: micros(reference + 2_000_000) } : {};
    const prices = { reference, limit, stop, ...target };
    const candidate = approvedCandidate({ symbol, quantity, ...prices });
    await sendEntry(candidate, { ...sending, entry: { ...sending.entry, type } });
  }

  async leave(symbol: Symbol): Promise<void> {
    await this.desk.leave(symbol, 'manual', SESSION.date, 'manual');
  }

  async sellHalf(symbol: Symbol): Promise<void> {
    const half = Math.floor(this.book.owned(symbol) / 2);
    if (this.book.live(symbol).some(({ leg }) => leg === 'exit' || leg === 'entry')) return;
    if (half > 0) await sellPart(this.book, this.desk, { symbol, quantity: half }, SESSION.date);
  }

  async raiseStop(symbol: Symbol): Promise<void> {
    for (const stop of this.book.live(symbol)) {
      if (stop.leg !== 'stop' || stop.stopPrice === null) continue;
      await this.desk.modify(
        stop.orderRef,
        { stopPrice: micros(stop.stopPrice + 200_000) },
        'trail',
      );
    }
  }

  #mark(symbol: Symbol): number {
    const desk = this.sim.state().desks.find((one) => one.symbol === symbol);
    return desk?.mark == null ? 100_000_000 : Math.round(desk.mark * 100) * 10_000;
  }
}
