import type { Quote } from '../domain/market.ts';
import {
  add,
  type Micros,
  micros,
  microsFromFloat,
  minOf,
  subtract,
  timesBps,
  timesFraction,
  timesFractions,
  toUsd,
  ZERO,
} from '../domain/money.ts';
import type { EntryBand, OrderIntent, SizingTerms } from '../domain/order.ts';
import { DEFAULT_TICKS, roundToTick, type TickTable, tickAt } from '../domain/price.ts';
import type { Reason } from '../domain/reason.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { leastRiskPerShare } from '../risk/guards.ts';
import { belowMinNotional } from '../risk/guards-cost.ts';
import type { EntrySettings, SizingSettings } from '../risk/limits.ts';
import type { ScoredRow } from './score-table.ts';

/** What sizing needs beside the row. Prices in dollars as the bars have them. */
export interface SizingInput {
  readonly reference: number;
  readonly atr: number;
  /** A fresh price of this session, null while the session has none. */
  readonly quote: Quote | null;
  readonly equity: Micros;
  readonly intensity: number;
  readonly sizing: SizingSettings;
  readonly entry: EntrySettings;
  /** Target in multiples of the risk per share; null for none. */
  readonly targetR: number | null;
}

/**
 * A proposal from a ranked row: stop, risk per share, and the quantity that risks the budget, at the last visible
 * price. The limit price never enters size or stop. An error lists why nothing can be proposed.
 */
export function size(row: ScoredRow, input: SizingInput): Result<OrderIntent, readonly Reason[]> {
  if (!(input.reference > 0) || !(input.atr > 0)) return err([reason('NO_PRICE', null, null)]);
  const reference = microsFromFloat(input.reference, 'halfEven');
  const atr = microsFromFloat(input.atr, 'halfEven');
  // A strategy's price may be any number: what is no stop is not rounded to one.
  if (row.stopPrice !== null && row.stopPrice >= input.reference) {
    return err([reason('STOP_NOT_BELOW_ENTRY', input.reference, row.stopPrice)]);
  }
  const stop = stopPrice(row, reference, input);
  if (stop === null || stop <= 0) return err([reason('STOP_MISSING', null, null)]);
  const riskPerShare = subtract(reference, stop);
  const least = leastRiskPerShare(reference, atr);
  if (riskPerShare < least) {
    return err([reason('STOP_TOO_CLOSE', toUsd(least), toUsd(riskPerShare))]);
  }
  const terms = sizingTerms(reference, riskPerShare, input);
  const quantity = input.sizing.shares ?? Math.min(terms.byRisk, terms.byPosition);
  const limitPrice = entryLimit(reference, input.quote, input.entry, input.sizing.ticks);
  if (quantity <= 0) return err([notOneShare(terms, limitPrice, input.sizing)]);
  const small = belowMinNotional(reference, quantity, input.sizing);
  if (small !== null) return err([small]);
  return ok({
    symbol: row.symbol,
    quantity,
    referencePrice: reference,
    limitPrice,
    stopPrice: stop,
    targetPrice: targetPrice(row, reference, riskPerShare, input),
    atr,
    terms,
  });
}

const reason = (code: Reason['code'], limit: number | null, value: number | null): Reason => ({
  code,
  allowed: 0,
  limit,
  value,
});

/** The strategy's own stop wins; else ATR or percent below the reference. Stops round down to the tick. */
function stopPrice(row: ScoredRow, reference: Micros, input: SizingInput): Micros | null {
  const { stop, ticks = DEFAULT_TICKS } = input.sizing;
  if (row.stopPrice !== null) {
    if (row.stopPrice <= 0) return null;
    return roundToTick(microsFromFloat(row.stopPrice, 'floor'), 'down', ticks);
  }
  if (stop.kind === 'strategy') return null;
  if (stop.kind === 'none') return tickAt(ZERO, ticks);
  const distance =
    stop.kind === 'atr'
      ? microsFromFloat(stop.multiple * input.atr, 'halfEven')
      : timesFraction(reference, stop.fraction, 'halfEven');
  return distance >= reference ? null : roundToTick(subtract(reference, distance), 'down', ticks);
}

function sizingTerms(reference: Micros, riskPerShare: Micros, input: SizingInput): SizingTerms {
  const { equity, intensity, sizing } = input;
  const riskBudget = timesFractions(equity, sizing.perTradeFraction, intensity, 'floor');
  const byRisk = Math.max(0, Math.floor(riskBudget / riskPerShare));
  const room = timesFraction(equity, sizing.maxPositionFraction, 'floor');
  const byPosition = Math.max(0, Math.floor(room / reference));
  const binding = byRisk <= byPosition ? 'risk' : 'position';
  return { equity, intensity, riskBudget, riskPerShare, byRisk, byPosition, binding };
}

/** Why not even one share can be had: it would risk more than the budget, or be more than a position may be. */
function notOneShare(
  { equity, riskBudget, riskPerShare, byRisk }: SizingTerms,
  limitPrice: Micros,
  { maxPositionFraction }: SizingSettings,
): Reason {
  if (byRisk === 0) return reason('QUANTITY_ZERO', toUsd(riskBudget), toUsd(riskPerShare));
  const room = timesFraction(equity, maxPositionFraction, 'floor');
  return reason('POSITION_SIZE', toUsd(room), toUsd(limitPrice));
}

/** The strategy's own target wins; else the configured multiple of the risk, rounded up to the tick. */
function targetPrice(
  row: ScoredRow,
  reference: Micros,
  riskPerShare: Micros,
  { targetR, sizing: { ticks = DEFAULT_TICKS } }: SizingInput,
): Micros | null {
  if (row.targetPrice !== null) {
    return roundToTick(microsFromFloat(row.targetPrice, 'ceil'), 'up', ticks);
  }
  if (targetR === null) return null;
  return roundToTick(add(reference, timesFraction(riskPerShare, targetR, 'halfEven')), 'up', ticks);
}

/**
 * The most we would pay: the ask plus an offset while today has a price, never above the collar over the reference;
 * before that the collar alone. Buy limits round down to the tick.
 */
export function entryLimit(
  reference: Micros,
  quote: Quote | null,
  entry: EntrySettings,
  ticks: TickTable = DEFAULT_TICKS,
): Micros {
  const collar = add(reference, timesFraction(reference, entry.collarFraction, 'floor'));
  if (quote === null) return roundToTick(collar, 'down', ticks);
  const offered = add(quote.ask, timesBps(quote.ask, entry.offsetBps));
  return roundToTick(minOf(offered, collar), 'down', ticks);
}

/** The opening prints at which an entry is still wanted: the reference plus and minus the smaller gap allowance. */
export function entryBand(intent: OrderIntent, entry: EntrySettings): EntryBand {
  const byPrice = timesFraction(intent.referencePrice, entry.gapFraction, 'floor');
  const byAtr = microsFromFloat(entry.gapAtr * toUsd(intent.atr), 'halfEven');
  const allowance = minOf(byPrice, byAtr);
  return {
    lowest: micros(intent.referencePrice - allowance),
    highest: micros(intent.referencePrice + allowance),
  };
}
