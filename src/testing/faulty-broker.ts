import type { SimBroker } from '../adapters/sim/sim-broker.ts';
import type { BrokerStatement } from '../domain/account.ts';
import type { Bracket, Order } from '../domain/order.ts';
import type { EpochMs } from '../domain/time.ts';
import type {
  Broker,
  BrokerCapabilities,
  BrokerEvent,
  OrderChange,
  SendOutcome,
} from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import { type Faults, type RequestFate, scriptedFaults } from './faults.ts';

/** What a faulty line to a simulated broker is made of. */
export interface FaultyBrokerOptions {
  readonly broker: SimBroker;
  readonly faults: Faults;
  readonly clock: Clock;
  /** The longest that anything is under way. */
  readonly mostDelayMs: number;
}

interface Pending<T> {
  readonly due: number;
  readonly what: T;
}

const NO_FAULTS = scriptedFaults({});
const NO_ANSWER: SendOutcome = { outcome: 'unknown', message: 'no answer came' };
const NOT_SENT: SendOutcome = { outcome: 'not_sent', message: 'the line is down' };

/** How long an exchange may take to refuse, and a broker to hold an order back. */
const LATER_MS = 30_000;

/**
 * A simulated broker behind a line that loses, repeats, delays and reorders, and behind an exchange that refuses late:
 * everything that real ones do. Whoever drives it calls `settle` as time goes on.
 */
export class FaultyBroker implements Broker {
  readonly simulated = true;
  readonly account: string;
  readonly capabilities: BrokerCapabilities;
  readonly #broker: SimBroker;
  #faults: Faults;
  readonly #clock: Clock;
  readonly #mostDelayMs: number;
  #arriving: Pending<() => void>[] = [];
  #messages: Pending<BrokerEvent>[] = [];
  #isDown = false;
  /** How often each order reached the broker as new: more than once would be an order sent twice. */
  readonly arrivals = new Map<string, number>();

  constructor({ broker, faults, clock, mostDelayMs }: FaultyBrokerOptions) {
    this.account = broker.account;
    this.capabilities = { ...broker.capabilities, settleMs: mostDelayMs };
    this.#broker = broker;
    this.#faults = faults;
    this.#clock = clock;
    this.#mostDelayMs = mostDelayMs;
  }

  /** Ends all misfortunes; what is under way still arrives. */
  calm(): void {
    this.#faults = NO_FAULTS;
  }

  /** Cuts the line, or mends it. While it is cut nothing arrives, and what the broker says is lost. */
  setDown(isDown: boolean): void {
    this.#isDown = isDown;
  }

  /** Lets arrive what is due. */
  settle(): void {
    const now = this.#clock.now();
    const due = this.#arriving.filter((pending) => pending.due <= now);
    this.#arriving = this.#arriving.filter((pending) => pending.due > now);
    for (const { what } of due) what();
    this.#collect();
  }

  submit(bracket: Bracket): Promise<SendOutcome> {
    const orders = bracket.target === null ? [] : [bracket.target];
    const refs = [bracket.entry, bracket.stop, ...orders].map(({ orderRef }) => orderRef);
    return this.#request(refs, () => this.#broker.submit(bracket), {
      parted: () => this.#broker.submitOrder(bracket.entry),
      partedRefs: refs.slice(0, 1),
    });
  }

  submitOrder(order: Order): Promise<SendOutcome> {
    return this.#request([order.orderRef], () => this.#broker.submitOrder(order));
  }

  modify(orderRef: string, change: OrderChange): Promise<SendOutcome> {
    return this.#change(orderRef, () => this.#broker.modify(orderRef, change));
  }

  cancel(orderRef: string): Promise<SendOutcome> {
    return this.#change(orderRef, () => this.#broker.cancel(orderRef));
  }

  async statement(fillsSince: EpochMs): Promise<BrokerStatement> {
    this.settle();
    const whole = await this.#broker.statement(fillsSince);
    const fate = this.#isDown ? 'failed' : this.#faults.answer();
    if (fate === 'clean') return whole;
    const nothing = { positions: [], openOrders: [], fills: [], completedOrders: [] };
    const isFailed = fate === 'failed' || this.#faults.pick(2) === 0;
    const complete = { positions: false, openOrders: false, fills: false, completedOrders: false };
    if (isFailed) return { ...whole, ...nothing, cash: null, netLiquidation: null, complete };
    const { openOrders, fills } = whole;
    const half = Math.floor(openOrders.length / 2);
    return {
      ...whole,
      openOrders: openOrders.slice(0, half),
      fills: fills.slice(Math.floor(fills.length / 2)),
      completedOrders: [],
      complete: { ...complete, positions: true },
    };
  }

  drain(): readonly BrokerEvent[] {
    this.settle();
    const now = this.#clock.now();
    const ready = this.#messages.filter(({ due }) => due <= now);
    this.#messages = this.#messages.filter(({ due }) => due > now);
    return ready.map(({ what }) => what);
  }

  async #request(
    refs: readonly string[],
    arrive: () => Promise<SendOutcome>,
    part?: { readonly parted: () => Promise<SendOutcome>; readonly partedRefs: readonly string[] },
  ): Promise<SendOutcome> {
    const fate = this.#fate();
    const land = (orders: readonly string[], act: () => Promise<SendOutcome>) => {
      for (const ref of orders) this.arrivals.set(ref, (this.arrivals.get(ref) ?? 0) + 1);
      return act();
    };
    switch (fate) {
      case 'not_sent':
        return NOT_SENT;
      case 'lost':
        return NO_ANSWER;
      case 'late':
        this.#later(() => void land(refs, arrive), this.#mostDelayMs);
        return NO_ANSWER;
      case 'parted':
        if (part !== undefined) await land(part.partedRefs, part.parted);
        return NO_ANSWER;
      case 'unanswered':
        await land(refs, arrive);
        this.#collect();
        return NO_ANSWER;
      default: {
        const answer = await land(refs, arrive);
        if (answer.outcome === 'accepted') this.#trouble(fate, refs);
        this.#collect();
        return answer;
      }
    }
  }

  /** What befalls an order after it was accepted. */
  #trouble(fate: RequestFate, refs: readonly string[]): void {
    const ref = refs[this.#faults.pick(refs.length)];
    if (ref === undefined) return;
    if (fate === 'refused_later') {
      const refuse = () => this.#broker.refuseLater(ref, 'EXCHANGE', 'refused by the exchange');
      this.#later(refuse, LATER_MS);
    }
    if (fate === 'held') {
      this.#broker.setHeld(ref, true, 'held by the broker');
      this.#later(() => this.#broker.setHeld(ref, false, ''), LATER_MS);
    }
  }

  /** A change or cancellation: what is accepted may take its time, and may come too late. */
  async #change(orderRef: string, act: () => Promise<SendOutcome>): Promise<SendOutcome> {
    const fate = this.#fate();
    if (fate === 'not_sent') return NOT_SENT;
    if (fate === 'lost' || fate === 'parted') return NO_ANSWER;
    if (fate === 'late' || fate === 'held') {
      this.#later(() => void this.#overdue(orderRef, act), this.#mostDelayMs);
      return fate === 'late' ? NO_ANSWER : { outcome: 'accepted' };
    }
    const answer = await act();
    this.#collect();
    return fate === 'unanswered' ? NO_ANSWER : answer;
  }

  async #overdue(orderRef: string, act: () => Promise<SendOutcome>): Promise<void> {
    const { outcome } = await act();
    if (outcome === 'accepted') return;
    const at = this.#clock.now();
    this.#messages.push({ due: at, what: { kind: 'cancel_refused', orderRef, at } });
  }

  #fate(): RequestFate {
    if (!this.#isDown) return this.#faults.request();
    return this.#faults.pick(2) === 0 ? 'not_sent' : 'lost';
  }

  #later(what: () => void, most: number): void {
    this.#arriving.push({ due: this.#clock.now() + this.#faults.delayMs(most), what });
  }

  /** Takes over what the broker said, as far as the line lets it through. */
  #collect(): void {
    const now = this.#clock.now();
    for (const what of this.#broker.drain()) {
      const fate = this.#isDown ? 'dropped' : this.#faults.message();
      if (fate === 'dropped') continue;
      const due = fate === 'delayed' ? now + this.#faults.delayMs(this.#mostDelayMs) : now;
      const commission = what.kind === 'filled' ? what.fill.commission : null;
      if (fate === 'unpaid' && what.kind === 'filled' && commission !== null) {
        const { fill, at } = what;
        const { execId } = fill;
        const paid = now + this.#faults.delayMs(this.#mostDelayMs);
        this.#messages.push({ due, what: { ...what, fill: { ...fill, commission: null } } });
        this.#messages.push({ due: paid, what: { kind: 'commission', execId, commission, at } });
        continue;
      }
      this.#messages.push({ due, what });
      if (fate === 'repeated') {
        this.#messages.push({ due: now + this.#faults.delayMs(this.#mostDelayMs), what });
      }
    }
  }
}
