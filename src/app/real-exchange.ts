import type { BrokerStatement } from '../domain/account.ts';
import type { Symbol } from '../domain/market.ts';
import type { Micros } from '../domain/money.ts';
import type { Bracket, Order } from '../domain/order.ts';
import { assert } from '../domain/result.ts';
import type { EpochMs } from '../domain/time.ts';
import type {
  Broker,
  BrokerCapabilities,
  BrokerEvent,
  OrderChange,
  SendOutcome,
} from '../ports/broker.ts';
import type { Exchange, MarginEstimate, SessionActions } from '../ports/exchange.ts';
import type { Quotes } from '../ports/quotes.ts';

const NOTHING: SessionActions = { splits: [], dividends: [] };

/** What a real broker says of the account beside its statements; null where it does not. */
export interface AccountDesk {
  readonly settledCash: () => Micros | null;
  readonly margin: (order: Order) => Promise<MarginEstimate | null>;
}

/** Of an account that nobody can be asked about. */
export const SILENT_ACCOUNT: AccountDesk = {
  settledCash: () => null,
  margin: () => Promise.resolve(null),
};

/**
 * A real broker as the engine passes time through it: it needs to be told of no instant, and its prices are those of
 * the quotes.
 */
export class RealExchange implements Exchange {
  readonly #broker: Broker;
  readonly #quotes: Pick<Quotes, 'quote'>;
  readonly #account: AccountDesk;

  constructor(broker: Broker, quotes: Pick<Quotes, 'quote'>, account: AccountDesk) {
    assert(!broker.simulated, 'a simulated broker has to be told of time');
    this.#broker = broker;
    this.#quotes = quotes;
    this.#account = account;
  }

  get account(): string {
    return this.#broker.account;
  }
  get simulated(): boolean {
    return this.#broker.simulated;
  }
  get capabilities(): BrokerCapabilities {
    return this.#broker.capabilities;
  }

  submit(bracket: Bracket): Promise<SendOutcome> {
    return this.#broker.submit(bracket);
  }
  submitOrder(order: Order): Promise<SendOutcome> {
    return this.#broker.submitOrder(order);
  }
  modify(orderRef: string, change: OrderChange): Promise<SendOutcome> {
    return this.#broker.modify(orderRef, change);
  }
  cancel(orderRef: string): Promise<SendOutcome> {
    return this.#broker.cancel(orderRef);
  }
  statement(fillsSince: EpochMs): Promise<BrokerStatement> {
    return this.#broker.statement(fillsSince);
  }
  drain(): readonly BrokerEvent[] {
    return this.#broker.drain();
  }

  /** Null for a delayed quote as well: whether a stop was passed is decided by this price. */
  lastPrice(symbol: Symbol): Micros | null {
    const quote = this.#quotes.quote(symbol);
    return quote?.kind === 'live' ? quote.last : null;
  }
  isHalted(symbol: Symbol): boolean {
    return this.#quotes.quote(symbol)?.halted ?? false;
  }
  settledCash(): Micros | null {
    return this.#account.settledCash();
  }
  margin(order: Order): Promise<MarginEstimate | null> {
    return this.#account.margin(order);
  }

  startSession(): SessionActions {
    return NOTHING;
  }
  openBars(): void {}
  closeBars(): void {}
  endOfSession(): void {}
  /** Prices of the close are no market that a real order could meet: the sale waits for the next open. */
  fillAtMark(): void {}
}
