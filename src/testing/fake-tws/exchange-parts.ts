import type { FakeContract } from './contracts.ts';
import type { FaultPlan } from './faults.ts';
import type { HeldShares } from './holdings.ts';
import type { ExecutionFields } from './replies.ts';
import type { WorkingOrder } from './working-order.ts';

/** An execution with what it cost. */
export interface BookedExecution extends ExecutionFields {
  readonly commission: number;
}

/** What the exchange has to say, as it happens. */
export interface ExchangeListener {
  /** An order is as it is now; `open` where its terms are told again too. */
  changed(order: WorkingOrder, open: boolean): void;
  notice(clientId: number, orderId: number, code: number, text: string, advanced?: string): void;
  executed(execution: BookedExecution, order: WorkingOrder): void;
  moved(held: HeldShares): void;
}

export interface ExchangeOptions {
  readonly account: string;
  readonly contracts: readonly FakeContract[];
  readonly startingCash: number;
  /** When a stop at the parent's side begins to work: at its first fill, or when all of it is filled. */
  readonly childArm: 'partial' | 'full';
  readonly faults: FaultPlan;
  readonly now: () => number;
  /** While orders fill; always where it is not given. */
  readonly isOpen?: (at: number) => boolean;
  /** New York time of an instant as executions carry it. */
  readonly timeText: (at: number) => string;
}
