import { newYorkDate, sessionOf } from '../../calendar/nyse.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { BrokerEvent } from '../../ports/broker.ts';
import type { IbRemark } from './ib-remarks.ts';
import {
  hasEnded,
  type Refusal,
  type TrackedOrder,
  type TrackedState,
} from './ib-tracked-order.ts';

/**
 * True where a refusal turns out to be none. The broker's own stops wait as `PreSubmitted`, which a late status may say
 * of an order that was refused meanwhile; told with the terms, without a `whyHeld`, it is that of an order that is
 * there.
 */
const isSeenToWork = (status: string, whyHeld: string | null): boolean =>
  status === 'Submitted' || (status === 'PreSubmitted' && whyHeld === null);

/** What the progress of orders is followed with. */
export interface OrderProgressParts {
  readonly now: () => EpochMs;
  readonly tell: (event: BrokerEvent) => void;
  readonly remark: (remark: IbRemark) => void;
  /** An order ended: its children may have to follow. */
  readonly ended: (order: TrackedOrder) => void;
  /** Our orders by name. */
  readonly byRef: ReadonlyMap<string, TrackedOrder>;
}

/**
 * Moves orders through their states. The broker doubles messages, leaves some out, and tells them in any order: none
 * moves an order backwards, and each change is told once.
 */
export class OrderProgress {
  readonly #parts: OrderProgressParts;

  constructor(parts: OrderProgressParts) {
    this.#parts = parts;
  }

  /** A status of the broker; `whyHeld` is null where it was told without. */
  move(tracked: TrackedOrder, status: string, whyHeld: string | null): void {
    switch (status) {
      // The gateway has it, and whoever executes it has not said so: such a stop sells nothing yet.
      case 'ApiPending':
      case 'PendingSubmit':
        if (!hasEnded(tracked) && tracked.state !== 'inactive') this.#acknowledge(tracked);
        return;
      case 'PreSubmitted':
      case 'Submitted':
        this.#live(tracked, status, whyHeld);
        return;
      // It can still fill, and often does.
      case 'PendingCancel':
        if (hasEnded(tracked)) return;
        this.#acknowledge(tracked);
        tracked.state = 'cancelling';
        return;
      case 'Inactive':
        this.#hold(tracked, whyHeld ?? '');
        return;
      case 'ApiCancelled':
      case 'Cancelled':
        this.end(tracked, '');
        return;
      case 'Filled':
        if (!hasEnded(tracked)) this.#finish(tracked, 'filled');
        return;
      default: {
        const { orderRef } = tracked;
        const message = `${orderRef} has a status that is not known: ${status}`;
        this.#parts.remark({ kind: 'unreadable', message, code: null, orderRef });
      }
    }
  }

  #live(tracked: TrackedOrder, status: string, whyHeld: string | null): void {
    const isBack = tracked.state === 'rejected' && isSeenToWork(status, whyHeld);
    if (hasEnded(tracked) && !isBack) return;
    tracked.refusal = null;
    if (tracked.state === 'inactive' || isBack) tracked.acknowledged = false;
    this.#acknowledge(tracked);
    // What was asked to end is not back before the broker says that it did not take that.
    if (tracked.state !== 'cancelling') tracked.state = this.#stateOf(tracked, whyHeld);
  }

  #stateOf({ order, state }: TrackedOrder, whyHeld: string | null): TrackedState {
    if (whyHeld !== null) return whyHeld.includes('child') ? 'waiting' : 'working';
    const { parentRef } = order;
    const parent = parentRef === null ? undefined : this.#parts.byRef.get(parentRef);
    const isAwake = parent === undefined || parent.filled > 0 || state === 'working';
    return isAwake ? 'working' : 'waiting';
  }

  #acknowledge(tracked: TrackedOrder): void {
    if (tracked.acknowledged) return;
    tracked.acknowledged = true;
    const { orderRef, permId } = tracked;
    const brokerId = permId === 0 ? null : String(permId);
    this.#parts.tell({ kind: 'acknowledged', orderRef, brokerId, at: this.#parts.now() });
  }

  #hold(tracked: TrackedOrder, whyHeld: string): void {
    if (hasEnded(tracked) || tracked.state === 'inactive') return;
    tracked.state = 'inactive';
    const cause = whyHeld === '' ? 'held by the broker' : `held by the broker: ${whyHeld}`;
    const { orderRef } = tracked;
    this.#parts.tell({ kind: 'deactivated', orderRef, cause, at: this.#parts.now() });
  }

  /** Shares that executions prove, which may be all that is ever said of an order. */
  filled(tracked: TrackedOrder, shares: number): void {
    if (shares === 0) return;
    const isMore = shares > tracked.filled;
    tracked.filled = Math.max(tracked.filled, shares);
    if (hasEnded(tracked)) {
      if (isMore) this.#parts.ended(tracked);
      return;
    }
    this.#acknowledge(tracked);
    if (shares >= tracked.order.quantity) this.#finish(tracked, 'filled');
    else if (tracked.state !== 'cancelling') tracked.state = 'working';
  }

  /** The broker says that it is over, in these words. */
  end(tracked: TrackedOrder, words: string): void {
    if (hasEnded(tracked)) return;
    const at = this.#parts.now();
    const { orderRef } = tracked;
    const kind = this.#expiredBy(tracked, at) ? 'expired' : 'cancelled';
    const cause = kind === 'expired' ? 'day' : this.#causeOf(tracked, words);
    this.#finish(tracked, kind, () => this.#parts.tell({ kind, orderRef, cause, at }));
  }

  /** An order for the day that nobody withdrew, after the close of that day. */
  #expiredBy({ order, cancelCause }: TrackedOrder, at: EpochMs): boolean {
    if (order.timeInForce !== 'DAY' || cancelCause !== null) return false;
    const session = sessionOf(newYorkDate(at));
    return session !== null && at >= session.closeAt;
  }

  #causeOf({ order, cancelCause }: TrackedOrder, words: string): string {
    if (cancelCause !== null) return cancelCause;
    const { ocaGroup, parentRef } = order;
    for (const other of this.#parts.byRef.values()) {
      const isIts = ocaGroup !== null && other.order.ocaGroup === ocaGroup;
      if (isIts && other.order.orderRef !== order.orderRef && other.filled > 0) return 'oca';
    }
    const parent = parentRef === null ? undefined : this.#parts.byRef.get(parentRef);
    // One that bought something leaves its children at work.
    if (parent !== undefined && hasEnded(parent) && parent.filled === 0) return 'parent_ended';
    return words === '' ? 'by the broker' : words;
  }

  /** The broker's no. Whoever waits for the answer is told by that; nobody waiting, it is an event. */
  refuse(tracked: TrackedOrder, refusal: Refusal): void {
    if (hasEnded(tracked)) return;
    tracked.refusal = refusal;
    const tell = (): void => (tracked.answering ? undefined : this.tellRefusal(tracked));
    this.#finish(tracked, 'rejected', tell);
  }

  /** Tells the refusal of an order, where the answer to whoever sent it was another. */
  tellRefusal({ orderRef, refusal }: TrackedOrder): void {
    if (refusal === null) return;
    const { code, message } = refusal;
    const at = this.#parts.now();
    this.#parts.tell({ kind: 'rejected', orderRef, code: String(code), message, at });
  }

  #finish(tracked: TrackedOrder, state: TrackedState, tell: () => void = () => undefined): void {
    tracked.state = state;
    tell();
    this.#parts.ended(tracked);
  }
}
