import type { Exchange } from './exchange.ts';
import { isBuy, isFinal, remaining, type WorkingOrder } from './working-order.ts';

/** How the line stood when an order message came in, as the server knows it. */
export type Readiness =
  | 'ready'
  /** Before the client was told its next valid id. */
  | 'no_id'
  /** Before the client had asked for orders, executions and positions over this connection, or after data was lost. */
  | 'unreconciled'
  /** While the server's own line to the market was broken (1100). */
  | 'line_lost';

/** A message of a client that concerns an order. */
export interface OrderMessage {
  readonly at: number;
  readonly kind: 'place' | 'modify' | 'cancel' | 'cancel_all';
  readonly clientId: number;
  readonly orderId: number;
  readonly orderRef: string;
  /** BUY or SELL; empty for cancels. */
  readonly action: string;
  readonly quantity: number;
  readonly readiness: Readiness;
  /** False before the open and after the close. */
  readonly inSession: boolean;
}

/** Shares that were not as they must be: for how long somebody could have mended it, at most so many of them. */
export interface Exposure {
  readonly kind: 'naked' | 'oversold';
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
  readonly shares: number;
  /** The part of that time in which the market was open, the line was whole and a client was connected. */
  readonly openMs: number;
}

/** What the account of the server holds, to be compared with what a client believes. */
export interface ServerBook {
  readonly cash: number;
  readonly positions: Readonly<Record<string, number>>;
  readonly orders: readonly {
    readonly orderRef: string;
    readonly symbol: string;
    readonly action: string;
    readonly quantity: number;
    readonly filled: number;
    readonly state: string;
    /** NaN for an order without one. */
    readonly stopPrice: number;
  }[];
  readonly executions: readonly {
    readonly execId: string;
    readonly orderRef: string;
    readonly side: string;
    readonly shares: number;
    readonly price: number;
    readonly commission: number;
  }[];
}

export interface AuditParts {
  readonly exchange: () => Exchange;
  readonly now: () => number;
  readonly isOpen: (at: number) => boolean;
  /** True while some client could send an order. */
  readonly canAct: () => boolean;
  /** How long shares may be naked or oversold while somebody could mend it. */
  readonly graceMs: number;
}

interface Running {
  readonly from: number;
  readonly openFrom: number;
  shares: number;
}

/** Looks at what clients do with the account, by the server's own book alone. */
export class Audit {
  readonly messages: OrderMessage[] = [];
  readonly exposures: Exposure[] = [];
  readonly #parts: AuditParts;
  readonly #running = new Map<string, Running>();
  #lastLook: number;
  /** How long somebody could have acted, of all the time there was. */
  #openMs = 0;

  constructor(parts: AuditParts) {
    this.#parts = parts;
    this.#lastLook = parts.now();
  }

  heard(message: Omit<OrderMessage, 'at' | 'inSession'>): void {
    const at = this.#parts.now();
    this.messages.push({ ...message, at, inSession: this.#parts.isOpen(at) });
  }

  /** Called whenever orders, shares, lines or prices changed: what was so since the last look was so until now. */
  look(): void {
    const now = this.#parts.now();
    if (this.#parts.canAct() && this.#parts.isOpen(this.#lastLook)) {
      this.#openMs += Math.max(0, now - this.#lastLook);
    }
    this.#lastLook = now;
    const exchange = this.#parts.exchange();
    for (const { contract, quantity } of exchange.holdings.all()) {
      const { symbol } = contract;
      const { stops } = exchange.cover(symbol);
      this.#note('naked', symbol, quantity < 0 ? -quantity : quantity - stops, now);
      this.#note('oversold', symbol, sellable(exchange, symbol) - owned(exchange, symbol), now);
    }
  }

  #note(kind: Exposure['kind'], symbol: string, shares: number, now: number): void {
    const key = `${kind} ${symbol}`;
    const running = this.#running.get(key);
    if (shares > 0) {
      if (running === undefined)
        this.#running.set(key, { from: now, openFrom: this.#openMs, shares });
      else running.shares = Math.max(running.shares, shares);
      return;
    }
    if (running === undefined) return;
    this.#running.delete(key);
    const exposure = this.#exposure(key, running, now);
    if (exposure.openMs > 0) this.exposures.push(exposure);
  }

  #exposure(key: string, { from, openFrom, shares }: Running, now: number): Exposure {
    const [kind, symbol] = key.split(' ') as [Exposure['kind'], string];
    return { kind, symbol, from, to: now, shares, openMs: this.#openMs - openFrom };
  }

  /** Everything that no client may do, in words; none where all is well. */
  findings(): string[] {
    this.look();
    const running = [...this.#running].map(([key, one]) =>
      this.#exposure(key, one, this.#lastLook),
    );
    const long = [...this.exposures, ...running].filter(
      ({ openMs }) => openMs > this.#parts.graceMs,
    );
    const shorts = this.#parts
      .exchange()
      .holdings.all()
      .filter(({ quantity }) => quantity < 0);
    return [
      ...long.map(
        ({ kind, symbol, shares, openMs }) =>
          `${shares} ${kind} shares of ${symbol} for ${openMs} ms`,
      ),
      ...shorts.map(({ contract, quantity }) => `${contract.symbol} is short ${-quantity}`),
      ...this.messages
        .filter(({ readiness }) => readiness !== 'ready')
        .map(
          ({ kind, orderRef, orderId, readiness }) => `${kind} ${orderRef || orderId} ${readiness}`,
        ),
      ...this.duplicates().map((ref) => `${ref} was accepted more than once`),
    ];
  }

  /** References of orders that stand in the book more than once. */
  duplicates(): string[] {
    const seen = new Map<string, number>();
    for (const { fields } of this.#parts.exchange().book.orders) {
      const ref = fields.orderRef ?? '';
      if (ref !== '') seen.set(ref, (seen.get(ref) ?? 0) + 1);
    }
    return [...seen].filter(([, times]) => times > 1).map(([ref]) => ref);
  }

  book(): ServerBook {
    const { holdings, book, executions } = this.#parts.exchange();
    return {
      cash: holdings.cash,
      positions: Object.fromEntries(
        holdings
          .all()
          .filter(({ quantity }) => quantity !== 0)
          .map(({ contract, quantity }) => [contract.symbol, quantity]),
      ),
      orders: book.orders.map(told),
      executions: executions.map(({ execId, orderRef, side, shares, price, commission }) => ({
        execId,
        orderRef,
        side,
        shares,
        price,
        commission,
      })),
    };
  }
}

const told = (order: WorkingOrder): ServerBook['orders'][number] => ({
  orderRef: order.fields.orderRef ?? '',
  symbol: order.contract.symbol,
  action: order.fields.action ?? '',
  quantity: order.total,
  filled: order.filled,
  state: order.state,
  stopPrice: Number(order.fields.auxPrice || Number.NaN),
});

const isAtWork = (order: WorkingOrder): boolean =>
  !isFinal(order) && order.state !== 'Untransmitted';

/** The most that working sells of a symbol could sell; orders of one group, which reduce each other, count once. */
function sellable({ book }: Exchange, symbol: string): number {
  const groups = new Map<string, number>();
  for (const order of book.orders) {
    if (order.contract.symbol !== symbol || isBuy(order) || !isAtWork(order)) continue;
    const group = order.fields.ocaGroup || `alone ${order.permId}`;
    groups.set(group, Math.max(groups.get(group) ?? 0, remaining(order)));
  }
  return [...groups.values()].reduce((sum, shares) => sum + shares, 0);
}

/** Shares that are held, and that working buys may still bring. */
function owned({ book, holdings }: Exchange, symbol: string): number {
  const buys = book.orders.filter(
    (order) => order.contract.symbol === symbol && isBuy(order) && isAtWork(order),
  );
  return buys.reduce((sum, order) => sum + remaining(order), holdings.quantity(symbol));
}
