import { CONNECTION } from './ibkr-connection.ts';
import { MARKET } from './ibkr-market.ts';
import { ORDER_STATES } from './ibkr-orders.ts';

/** A behaviour of Interactive Brokers that a client has to be safe against, and what holds ours to it. */
export interface Requirement {
  readonly words: string;
  /** Where it is done, in src/. */
  readonly code: readonly string[];
  /** Files in tests/, and titles of tests in them. */
  readonly tests: readonly (readonly [file: string, title: string])[];
  /** What of it is not done, or done otherwise, and why. */
  readonly not?: string;
}

/** In the order of their numbers, from R1 on. */
export const REQUIREMENTS: readonly Requirement[] = [...CONNECTION, ...ORDER_STATES, ...MARKET];
