import type { Symbol } from '../domain/market.ts';
import { subtract, timesFraction, timesQuantity, toUsd } from '../domain/money.ts';
import type { OrderIntent } from '../domain/order.ts';
import type { HeldPosition, PortfolioState } from '../domain/portfolio.ts';
import type { Reason } from '../domain/reason.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { RunBudget } from '../risk/budget.ts';
import { belowMinNotional } from '../risk/guards-cost.ts';
import type { EntrySettings, SizingSettings } from '../risk/limits.ts';
import { SymbolSet } from '../risk/symbol-set.ts';
import type { ScoredRow } from './score-table.ts';

type ScaleIn = Pick<EntrySettings, 'scaleIn'>;

/**
 * True for a position that a new signal may add to: it has gained what is asked for, measured in its initial risk, its
 * stop works, and it was not added to too often.
 */
export function mayAdd(position: HeldPosition, { scaleIn }: ScaleIn): boolean {
  const { adds = 0, averagePrice, initialStop, mark, markStale, stop } = position;
  if (scaleIn === undefined || adds >= scaleIn.maxAdds) return false;
  if (initialStop === null || stop === null || markStale) return false;
  const gain = subtract(mark, averagePrice);
  const risk = subtract(averagePrice, initialStop);
  return risk > 0 && gain >= timesFraction(risk, scaleIn.afterR, 'ceil');
}

/** The position that an entry of this symbol would add to; null where it would open one. */
export function addedTo(
  symbol: Symbol,
  { positions }: Pick<PortfolioState, 'positions'>,
  { scaleIn }: ScaleIn,
): HeldPosition | null {
  if (scaleIn === undefined) return null;
  return positions.find((position) => position.symbol === symbol) ?? null;
}

/**
 * The budget of a run that may add: what may be added to is not taken; each addition counts as an entry all the same.
 */
export function budgetWithAdds(
  budget: RunBudget,
  { positions, working }: Pick<PortfolioState, 'positions' | 'working'>,
  settings: ScaleIn,
): RunBudget {
  if (settings.scaleIn === undefined) return budget;
  const closed = positions.filter((position) => !mayAdd(position, settings));
  const taken = SymbolSet.of([...closed, ...working].map(({ symbol }) => symbol));
  return { ...budget, taken };
}

/** The candidate of an addition: under the stop of the position, whatever stop or target a new one would have. */
export const rowOfAdd = (row: ScoredRow, { stop }: HeldPosition): ScoredRow => ({
  ...row,
  stopPrice: stop === null ? null : toUsd(stop),
  targetPrice: null,
});

/** What of an addition leaves the whole position, at its mark, within the limit of one. */
export function withinPosition(
  intent: OrderIntent,
  { mark, quantity }: HeldPosition,
  { equity }: Pick<RunBudget, 'equity'>,
  sizing: SizingSettings,
): Result<OrderIntent, readonly Reason[]> {
  const most = timesFraction(equity, sizing.maxPositionFraction, 'floor');
  const room = subtract(most, timesQuantity(mark, quantity));
  const fits = room > 0 ? Math.floor(room / intent.limitPrice) : 0;
  const added = Math.min(intent.quantity, fits);
  if (added <= 0) {
    const value = toUsd(timesQuantity(mark, quantity));
    return err([{ code: 'POSITION_SIZE', allowed: 0, limit: toUsd(most), value }]);
  }
  const small = belowMinNotional(intent.referencePrice, added, sizing);
  return small === null ? ok({ ...intent, quantity: added, targetPrice: null }) : err([small]);
}
