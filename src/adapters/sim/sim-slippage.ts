import { add, type Micros, subtract, timesBps } from '../../domain/money.ts';
import { assert } from '../../domain/result.ts';

/** How far a simulated market fill is from the price it met. */
export type SlippageModel =
  | { readonly kind: 'fixed'; readonly bps: number }
  /**
   * Half the spread, plus what an order moves the price by the share of the bar's volume that it takes. The square
   * law and its usual factor of 0.1 are those of Zipline's VolumeShareSlippage (zipline.finance.slippage).
   */
  | { readonly kind: 'spread_volume'; readonly halfSpreadBps: number; readonly impact: number };

const MAX_BPS = 10_000;

/** Throws on a model that could turn a price into nothing. */
export function assertSlippage(model: SlippageModel): void {
  const bps = model.kind === 'fixed' ? model.bps : model.halfSpreadBps;
  assert(bps >= 0 && bps < MAX_BPS, 'slippage lies in 0..10000 bps');
  assert(model.kind === 'fixed' || model.impact >= 0, 'an impact is not negative');
}

/** Slippage of a fill in basis points: of so many shares in a bar of such a volume. */
export function slippageBps(model: SlippageModel, quantity: number, barVolume: number): number {
  if (model.kind === 'fixed') return model.bps;
  const share = barVolume > 0 ? Math.min(1, quantity / barVolume) : 1;
  return Math.min(MAX_BPS - 1, model.halfSpreadBps + model.impact * share * share * MAX_BPS);
}

/** What a buyer pays. */
export const plusSlippage = (price: Micros, bps: number): Micros =>
  add(price, timesBps(price, bps));

/** What a seller gets. */
export const lessSlippage = (price: Micros, bps: number): Micros =>
  subtract(price, timesBps(price, bps));
