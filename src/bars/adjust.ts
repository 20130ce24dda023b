import { type BarColumns, type CorporateAction, lowerBound } from '../domain/market.ts';
import { assertExists } from '../domain/result.ts';
import { dateToUtcMs, parseSessionDate, type SessionDate } from '../domain/time.ts';

/** Prices on one scale across corporate actions, for indicators only; money always uses the raw bars. */
export interface AdjustedBars {
  readonly columns: BarColumns;
  /**
   * Raw price = adjusted price x scale, bar by bar (to within float rounding). 1 from the last action on. Undefined
   * when no action changes a bar; then `columns` is the raw input itself.
   */
  readonly scale: Float64Array | undefined;
}

/**
 * Bars before each action's exDate brought to the scale of the bars after it: prices are divided by the product of
 * the ratios of all later actions, volumes of splits multiplied by it. A split of value v (new shares per old one)
 * has the ratio v; a dividend or spin-off of d dollars a share has c / (c - d), c being the last raw close before
 * exDate, the proportional method of CRSP (https://www.crsp.org, "Adjusted prices"). An action of a dollar value not
 * below that close changes nothing. Pass the actions of this symbol only, those that shall count.
 *
 * Since ratios of later actions scale all earlier bars alike, quotients of prices (returns, ATR / close) at a bar do
 * not depend on the actions after it; a dollar value at bar i, such as ATR, is brought back by `scale[i]`.
 */
export function backAdjust(raw: BarColumns, actions: readonly CorporateAction[]): AdjustedBars {
  const steps = actions
    .map((action) => stepOf(raw, action))
    .filter((step) => step.before > 0 && step.price !== 1)
    .sort((a, b) => b.before - a.before);
  if (steps.length === 0) return { columns: raw, scale: undefined };
  const scale = new Float64Array(raw.length);
  const shares = new Float64Array(raw.length);
  let price = 1;
  let volume = 1;
  let next = 0;
  for (let i = raw.length - 1; i >= 0; i--) {
    for (let step = steps[next]; step !== undefined && i < step.before; step = steps[next]) {
      price *= step.price;
      volume *= step.volume;
      next += 1;
    }
    scale[i] = price;
    shares[i] = volume;
  }
  return { columns: scaled(raw, scale, shares), scale };
}

/** What one action does to the bars at indexes below `before`. */
interface Step {
  readonly before: number;
  readonly price: number;
  readonly volume: number;
}

function stepOf(raw: BarColumns, action: CorporateAction): Step {
  const exDate = assertExists(parseSessionDate(action.exDate), `bad exDate ${action.exDate}`);
  // Sessions lie within one UTC date, so this bounds intraday bars as exactly as daily ones.
  const before = lowerBound(raw.time.subarray(0, raw.length), dateToUtcMs(exDate));
  if (action.kind === 'split') return { before, price: action.value, volume: action.value };
  const close = raw.close[before - 1] ?? 0;
  const price = close > action.value ? close / (close - action.value) : 1;
  return { before, price, volume: 1 };
}

function scaled(raw: BarColumns, scale: Float64Array, shares: Float64Array): BarColumns {
  const { length } = raw;
  const columns: BarColumns = {
    length,
    time: raw.time.subarray(0, length),
    open: new Float64Array(length),
    high: new Float64Array(length),
    low: new Float64Array(length),
    close: new Float64Array(length),
    volume: new Float64Array(length),
  };
  for (let i = 0; i < raw.length; i++) {
    const divisor = scale[i] as number;
    columns.open[i] = (raw.open[i] as number) / divisor;
    columns.high[i] = (raw.high[i] as number) / divisor;
    columns.low[i] = (raw.low[i] as number) / divisor;
    columns.close[i] = (raw.close[i] as number) / divisor;
    columns.volume[i] = (raw.volume[i] as number) * (shares[i] as number);
  }
  return columns;
}

/** What a share of one session has become by the splits after it, up to and including those of another session. */
export const sharesBecome = (
  actions: readonly CorporateAction[],
  from: SessionDate,
  to: SessionDate,
): number =>
  actions.reduce(
    (shares, { kind, exDate, value }) =>
      kind === 'split' && exDate > from && exDate <= to ? shares * value : shares,
    1,
  );
