import type { OrderAmending } from './ib-order-amending.ts';
import type { IbOrders } from './ib-orders.ts';
import { hasEnded, isAnswered, type TrackedOrder } from './ib-tracked-order.ts';

/** What chains are looked after with. */
export interface ChainCareParts {
  readonly orders: IbOrders;
  readonly amending: OrderAmending;
  /** Chains whose fate was not known, by the name of the entry; those that are settled are taken out. */
  readonly broken: Map<string, readonly TrackedOrder[]>;
}

/**
 * Keeps entries and their stops together where the broker does not: an entry whose stop never arrived, or was refused
 * later, is withdrawn, and the stop and target of an entry that ended filled in part are for what it bought, no more.
 */
export class ChainCare {
  readonly #parts: ChainCareParts;
  /** Entries that ended with shares, or without, and whose children may not know it. */
  readonly #ended = new Set<TrackedOrder>();
  /** Entries whose stop was refused: what they would still buy has none. */
  readonly #bare = new Set<TrackedOrder>();
  /** Shares of an entry that its children are for. */
  readonly #followed = new Map<TrackedOrder, number>();
  /** Children that were seen to be for no more than their entry bought: their size is others' to change. */
  readonly #fitted = new Set<TrackedOrder>();

  constructor(parts: ChainCareParts) {
    this.#parts = parts;
  }

  /** An order ended, or what it filled is known better: its children follow, and an entry does not outlive its stop. */
  settle(entry: TrackedOrder): void {
    this.#refuseWithout(entry);
    const isWhole = entry.state === 'filled' && !this.#ended.has(entry);
    const children = this.#parts.orders.childrenOf(entry.orderRef);
    if (isWhole || children.length === 0) return;
    this.#ended.add(entry);
    // Unfilled, it takes its children along by itself; filled in part, that is not certain.
    if (entry.filled > 0) this.#resize(entry, children);
  }

  /**
   * The entry of a stop that was refused. While both are on their way, whoever sends them ends the chain as a whole.
   */
  #refuseWithout({ order, state, answering }: TrackedOrder): void {
    if (state !== 'rejected' || order.leg !== 'stop' || order.parentRef === null) return;
    const entry = this.#parts.orders.byRef(order.parentRef);
    if (entry === undefined) return;
    this.#bare.add(entry);
    if (!answering) this.#withdrawBare(entry);
  }

  #withdrawBare(entry: TrackedOrder): void {
    const stops = this.#parts.orders
      .childrenOf(entry.orderRef)
      .filter((child) => child.order.leg === 'stop' && !hasEnded(child));
    if (hasEnded(entry) || stops.length > 0) this.#bare.delete(entry);
    else if (entry.state !== 'cancelling') {
      void this.#parts.amending.withdraw(entry, 'its stop was refused');
    }
  }

  /**
   * Children are for what is left of what the entry bought. They grow by what it turns out to have bought beyond that,
   * and by nothing else: what sales of their group took off them stays off, and what was added to them stays on.
   */
  #resize(entry: TrackedOrder, children: readonly TrackedOrder[]): void {
    const growth = entry.filled - (this.#followed.get(entry) ?? entry.filled);
    this.#followed.set(entry, entry.filled);
    const sold = children.reduce((shares, { filled }) => shares + filled, 0);
    const left = entry.filled - sold;
    for (const child of children) {
      if (hasEnded(child) || !child.acknowledged || child.state === 'cancelling') continue;
      const now = child.order.quantity;
      const most = Math.min(child.asked?.quantity ?? now, now + growth);
      const isFitted = this.#fitted.has(child);
      const quantity = isFitted ? now + growth : Math.min(most, child.filled + left);
      if (quantity === now) this.#fitted.add(child);
      else if (isFitted || left > 0) void this.#fit(child, quantity);
      else void this.#parts.amending.withdraw(child, 'parent_ended');
    }
  }

  async #fit(child: TrackedOrder, quantity: number): Promise<void> {
    const { outcome } = await this.#parts.amending.modify(child.orderRef, { quantity });
    if (outcome === 'accepted') this.#fitted.add(child);
  }

  /** Everything that is open was just shown: what is not whole by now is mended. */
  mend(): void {
    for (const [name, chain] of this.#parts.broken) {
      const [entry, ...others] = chain as [TrackedOrder, ...TrackedOrder[]];
      const isWhole = others.every((one) => isAnswered(one) || one.state === 'inactive');
      if (isWhole || hasEnded(entry)) this.#parts.broken.delete(name);
      else void this.#withdrawBroken(name, entry);
    }
    for (const entry of this.#bare) this.#withdrawBare(entry);
    for (const entry of this.#ended) this.#mendEnded(entry);
  }

  async #withdrawBroken(name: string, entry: TrackedOrder): Promise<void> {
    const { outcome } = await this.#parts.amending.withdraw(entry, 'its stop never arrived');
    if (outcome !== 'not_sent') this.#parts.broken.delete(name);
  }

  #mendEnded(entry: TrackedOrder): void {
    const children = this.#parts.orders.childrenOf(entry.orderRef);
    const living = children.filter((child) => !hasEnded(child));
    if (living.length === 0) {
      this.#ended.delete(entry);
      this.#followed.delete(entry);
      for (const child of children) this.#fitted.delete(child);
    } else if (entry.filled > 0) this.#resize(entry, children);
    else for (const child of living) void this.#parts.amending.withdraw(child, 'parent_ended');
  }
}
