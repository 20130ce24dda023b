import type { Symbol } from './market.ts';
import type { Micros } from './money.ts';
import type { Side } from './order.ts';
import type { EpochMs } from './time.ts';

/** One execution. `execId` is the broker's key: the same one is booked once, whatever is delivered how often. */
export interface Fill {
  readonly execId: string;
  readonly orderRef: string;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly quantity: number;
  readonly price: Micros;
  /** Null while the broker has not reported it yet: unknown is not zero. */
  readonly commission: Micros | null;
  readonly filledAt: EpochMs;
  /** Absent unless it corrects another. */
  readonly corrects?: Correction;
}

/** Brokers correct an execution under a new name: all corrections say the first name and their number, from 1. */
export interface Correction {
  readonly of: string;
  readonly revision: number;
}
