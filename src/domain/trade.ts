import type { ExitReason } from './order.ts';
import type { Mode } from './run.ts';

/** The finest bars that MAE and MFE were measured on. */
export const RESOLUTIONS = ['1m', '5m', '15m', '30m', '1h', '1d'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/**
 * A round trip, flat to flat, as trades.json keeps it. Prices and amounts are dollars, times ISO UTC, fractions
 * fractions. While a commission is unknown, `commission` and `netPnl` are null.
 */
export interface TradeRecord {
  readonly tradeId: string;
  readonly runId: string;
  readonly symbol: string;
  readonly side: 'long';
  readonly status: 'open' | 'closed';
  /** Shares bought in all. */
  readonly quantity: number;
  readonly entrySession: string;
  readonly entryAt: string;
  /** Average fill, rounded to micros for display; books keep cost and quantity. */
  readonly entryPrice: number;
  readonly initialStop: number | null;
  /** The last stop in force. */
  readonly stop: number | null;
  readonly target: number | null;
  readonly exitSession: string | null;
  readonly exitAt: string | null;
  readonly exitPrice: number | null;
  readonly exitReason: ExitReason | null;
  readonly grossPnl: number | null;
  readonly commission: number | null;
  readonly netPnl: number | null;
  /** Net P&L over (average entry - initial stop) x quantity. */
  readonly rMultiple: number | null;
  /** Worst and best excursion in dollars against the average fill; mae <= 0 <= mfe. */
  readonly mae: number | null;
  readonly mfe: number | null;
  readonly maeR: number | null;
  readonly mfeR: number | null;
  readonly resolution: Resolution | null;
  readonly score: number | null;
  readonly strategy: string;
  readonly signalReason: string;
  readonly strength: number | null;
  readonly mode: Mode;
  readonly account: string;
  readonly entryRef: string;
  readonly exitRef: string | null;
  readonly stopRef: string | null;
}
