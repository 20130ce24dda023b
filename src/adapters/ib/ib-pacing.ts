import type { Timeline } from '../../ports/timeline.ts';
import type { SendPriority } from './ib-gateway.ts';
import { pauseFor } from './ib-pause.ts';

/**
 * Messages in any one second, of all kinds. The broker takes 50, and breaks the connection of whoever goes on beyond:
 * https://interactivebrokers.github.io/tws-api/order_limitations.html
 */
export const MOST_PER_SECOND = 45;
/** A second, and the millisecond by which two readings of a clock in whole ones may deceive. */
const WINDOW_MS = 1_001;
/** Messages that tidying up leaves free in every second: for orders that may come at any time. */
const TIDYING_LEAVES = 20;
const PRIORITIES: readonly SendPriority[] = ['cancel', 'order', 'question', 'tidying'];

interface Waiting {
  readonly messages: number;
  /** False once it must not be sent any more. */
  readonly isWelcome: () => boolean;
  readonly send: () => void;
  readonly settle: (sent: boolean) => void;
}

/**
 * Holds messages back so that no second has more than the broker takes. Cancels go before orders, orders before
 * questions, and tidying up comes last; a chain of messages is never torn apart, and never overtaken by what is less
 * urgent.
 */
export class Pacing {
  readonly #timeline: Timeline;
  readonly #queues: Readonly<Record<SendPriority, Waiting[]>> = {
    cancel: [],
    order: [],
    question: [],
    tidying: [],
  };
  /** When the last messages were sent, oldest first; no more than fit into a second. */
  #sentAt: number[] = [];
  /** Messages that the chain being sent has brought onto the wire; null between chains. */
  #onWire: number | null = null;
  #alarm: { readonly at: number; readonly off: AbortController } | null = null;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /**
   * Calls `send`, which throws nothing, once so many messages fit: at once where they do now. Answers false, and never
   * calls it, where it was not welcome when its turn came, or at a `recheck` before.
   */
  send(
    priority: SendPriority,
    messages: number,
    isWelcome: () => boolean,
    send: () => void,
  ): Promise<boolean> {
    if (messages > MOST_PER_SECOND || !isWelcome()) return Promise.resolve(false);
    return new Promise((settle) => {
      this.#queues[priority].push({ messages, isWelcome, send, settle });
      this.#drain();
    });
  }

  /** Told each message that goes over the wire, whoever sent it: what was not reserved counts as well. */
  onWire(): void {
    if (this.#onWire === null) this.#count(1);
    else this.#onWire += 1;
  }

  /** Gives up all that is not welcome any more. */
  recheck(): void {
    for (const priority of PRIORITIES) {
      const queue = this.#queues[priority];
      const refused = queue.filter(({ isWelcome }) => !isWelcome());
      if (refused.length === 0) continue;
      queue.splice(0, queue.length, ...queue.filter((one) => !refused.includes(one)));
      for (const { settle } of refused) settle(false);
    }
    this.#drain();
  }

  #drain(): void {
    // A chain that sends from within another would go between its messages.
    while (this.#onWire === null) {
      const priority = PRIORITIES.find((one) => this.#queues[one].length > 0);
      const queue = priority === undefined ? undefined : this.#queues[priority];
      const next = queue?.[0];
      if (queue === undefined || next === undefined) {
        this.#silence();
        return;
      }
      const waitMs = this.#waitMs(next.messages + (priority === 'tidying' ? TIDYING_LEAVES : 0));
      if (waitMs > 0) {
        this.#wakeIn(waitMs);
        return;
      }
      queue.shift();
      this.#run(next);
    }
  }

  #run({ messages, isWelcome, send, settle }: Waiting): void {
    if (!isWelcome()) {
      settle(false);
      return;
    }
    this.#onWire = 0;
    send();
    this.#count(Math.max(messages, this.#onWire));
    this.#onWire = null;
    settle(true);
  }

  #count(messages: number): void {
    const now = this.#timeline.now();
    for (let one = 0; one < messages; one += 1) this.#sentAt.push(now);
    this.#sentAt = this.#sentAt.slice(-MOST_PER_SECOND);
  }

  /** Until so many more messages fit into the second before. */
  #waitMs(messages: number): number {
    const now = this.#timeline.now();
    // A clock that was set back says nothing of when they were sent: at worst it was just now.
    if ((this.#sentAt.at(-1) ?? now) > now) this.#sentAt = this.#sentAt.map(() => now);
    const inTheWay = this.#sentAt[this.#sentAt.length + messages - MOST_PER_SECOND - 1];
    return inTheWay === undefined ? 0 : Math.max(0, inTheWay + WINDOW_MS - now);
  }

  #wakeIn(waitMs: number): void {
    const at = this.#timeline.now() + waitMs;
    if (this.#alarm !== null && this.#alarm.at <= at) return;
    this.#silence();
    const off = new AbortController();
    this.#alarm = { at, off };
    void pauseFor(this.#timeline, waitMs, off.signal).then(() => {
      if (off.signal.aborted) return;
      this.#alarm = null;
      this.#drain();
    });
  }

  #silence(): void {
    this.#alarm?.off.abort();
    this.#alarm = null;
  }
}
