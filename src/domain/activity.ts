import type { Micros } from './money.ts';
import type { EpochMs, SessionDate } from './time.ts';

/** What a broker's activity statement says was bought or sold; one order or execution. */
export interface StatedTrade {
  readonly symbol: string;
  /** The date printed, which at brokers of the United States is New York's. */
  readonly date: SessionDate;
  /** Shares, negative for a sale. */
  readonly quantity: number;
  /** What it moved, without commission: negative for a purchase. */
  readonly proceeds: Micros;
  /** Paid, as a positive amount. */
  readonly commission: Micros;
  /** True where it takes an earlier one back: then its signs are the opposite of what it takes back. */
  readonly cancels?: boolean;
  /** When it was; absent where no time is printed. Of an order in several parts it is the one time of its row. */
  readonly filledAt?: EpochMs;
  /** The name the broker's interface gave the execution; absent where it is not printed. */
  readonly execId?: string;
}

/** Money that came or went by itself. */
export interface StatedCash {
  readonly kind: 'dividend' | 'interest' | 'fee' | 'flow';
  readonly date: SessionDate;
  readonly amount: Micros;
  readonly description: string;
}

/** A broker's activity statement of a span of days, in US dollars. */
export interface ActivityStatement {
  readonly account: string | null;
  readonly from: SessionDate;
  readonly to: SessionDate;
  readonly trades: readonly StatedTrade[];
  readonly cash: readonly StatedCash[];
  /** Net asset value before the first day and after the last; null where it is not printed. */
  readonly startValue: Micros | null;
  readonly endValue: Micros | null;
  /** What was left out and why, for a person. */
  readonly warnings: readonly string[];
}
