import type { BarColumns } from '../domain/market.ts';

/** A move below this is never abnormal, however quiet the symbol. */
export const ABNORMAL_FLOOR_FRACTION = 0.2;
/** Nor is one below this many average true ranges of the bar before. */
export const ABNORMAL_ATR_MULTIPLE = 8;

/** A bar that moved further than an ordinary one can: a print error, an unrecorded action, or news. */
export interface AbnormalBar {
  readonly index: number;
  /** Which price moved, measured from the previous close: the open, or the close where the open did not. */
  readonly price: 'open' | 'close';
  readonly changeFraction: number;
  readonly limitFraction: number;
}

/**
 * The abnormal bar at an index, or null: |open / previous close - 1| or |close / previous close - 1| above
 * max(20 %, 8 x ATR14 of the bar before / its close). While ATR14 is undefined (NaN) the 20 % stand alone. The first
 * bar has no previous close. `atr14` belongs to the same columns, which should be adjusted for known actions.
 */
export function abnormalAt(
  { open, close }: BarColumns,
  atr14: Float64Array,
  index: number,
): AbnormalBar | null {
  if (index < 1) return null;
  const previous = close[index - 1] as number;
  const ofRange = (ABNORMAL_ATR_MULTIPLE * (atr14[index - 1] as number)) / previous;
  const limitFraction = ofRange > ABNORMAL_FLOOR_FRACTION ? ofRange : ABNORMAL_FLOOR_FRACTION;
  const atOpen = (open[index] as number) / previous - 1;
  if (Math.abs(atOpen) > limitFraction)
    return { index, price: 'open', changeFraction: atOpen, limitFraction };
  const atClose = (close[index] as number) / previous - 1;
  if (Math.abs(atClose) > limitFraction)
    return { index, price: 'close', changeFraction: atClose, limitFraction };
  return null;
}

/** Every abnormal bar of the columns, in order. */
export function abnormalBars(columns: BarColumns, atr14: Float64Array): AbnormalBar[] {
  const found: AbnormalBar[] = [];
  for (let i = 1; i < columns.length; i++) {
    const bar = abnormalAt(columns, atr14, i);
    if (bar !== null) found.push(bar);
  }
  return found;
}

/**
 * The calendar ordinals of the sessions with an abnormal bar, ascending: a quarantine of n sessions holds at ordinal s
 * while s - the last of them <= n. `ordinals` holds the ordinal of each bar's session.
 */
export const abnormalOrdinals = (
  columns: BarColumns,
  atr14: Float64Array,
  ordinals: Int32Array,
): Int32Array =>
  Int32Array.from(abnormalBars(columns, atr14), ({ index }) => ordinals[index] as number);
