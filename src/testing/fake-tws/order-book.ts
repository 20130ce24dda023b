import type { FakeContract } from './contracts.ts';
import {
  isBuy,
  isFinal,
  parentOf,
  priceOf,
  remaining,
  type WorkingOrder,
} from './working-order.ts';

/** Not at any exchange: not yet, or not for long. */
const AWAY: ReadonlySet<string> = new Set(['Untransmitted', 'PendingSubmit', 'PendingCancel']);

/** Every order that ever came, and the ids that were given out. */
export class OrderBook {
  readonly orders: WorkingOrder[] = [];
  readonly contracts: readonly FakeContract[];
  readonly #childArm: 'partial' | 'full';
  readonly #nextIds = new Map<number, number>();

  constructor(contracts: readonly FakeContract[], childArm: 'partial' | 'full') {
    this.contracts = contracts;
    this.#childArm = childArm;
  }

  nextId(clientId: number): number {
    return this.#nextIds.get(clientId) ?? 1;
  }

  /** Ids are given out once, in order. */
  useId(clientId: number, orderId: number): void {
    this.#nextIds.set(clientId, orderId + 1);
  }

  /** As after a restart that forgot the last ids it gave out. */
  rollBackIds(clientId: number, by: number): void {
    this.#nextIds.set(clientId, Math.max(1, this.nextId(clientId) - by));
  }

  find(clientId: number, orderId: number): WorkingOrder | undefined {
    return this.orders.findLast((one) => one.clientId === clientId && one.orderId === orderId);
  }

  contractOf({ conId, symbol }: Readonly<Record<string, string>>): FakeContract | undefined {
    return this.contracts.find(
      (one) => String(one.conId) === conId || (Number(conId || 0) === 0 && one.symbol === symbol),
    );
  }

  /** True while the parent has not filled as far as it must before its children work. */
  waits(order: WorkingOrder): boolean {
    const parentId = parentOf(order);
    if (parentId === 0) return false;
    const parent = this.find(order.clientId, parentId);
    if (parent === undefined) return false;
    const armed = this.#childArm === 'partial' ? parent.filled > 0 : parent.state === 'Filled';
    // A parent that ended after a part was filled leaves its children to what it bought.
    return !(armed || (isFinal(parent) && parent.filled > 0));
  }

  /** What was never transmitted does not survive a restart. */
  forgetUntransmitted(): void {
    for (let i = this.orders.length - 1; i >= 0; i -= 1) {
      if (this.orders[i]?.state === 'Untransmitted') this.orders.splice(i, 1);
    }
  }

  /** Shares that working stops of a symbol would sell. */
  stopShares(symbol: string): number {
    const stops = this.orders.filter(
      (one) =>
        one.contract.symbol === symbol &&
        !isFinal(one) &&
        !AWAY.has(one.state) &&
        !isBuy(one) &&
        !this.waits(one) &&
        !Number.isNaN(priceOf(one, 'auxPrice')),
    );
    return stops.reduce((sum, one) => sum + remaining(one), 0);
  }
}
