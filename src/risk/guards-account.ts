import { micros, timesFraction, toUsd, ZERO } from '../domain/money.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import type { RestrictionSource } from '../domain/trading-state.ts';
import type { Guard } from './guards.ts';
import { REASON_OF_SOURCE } from './trading-state.ts';

const isRestrictedBy = ({ trading }: PortfolioState, source: RestrictionSource): boolean =>
  trading.restrictions.some((restriction) => restriction.source === source);

/** Trading state: no entries while this source restricts trading; what reduces risk is not asked here and goes on. */
const restrictedBy =
  (source: RestrictionSource): Guard =>
  ({ state }) =>
    isRestrictedBy(state, source)
      ? { code: REASON_OF_SOURCE[source], allowed: 0, limit: null, value: null }
      : null;

/**
 * Daily loss: no entries once the day's loss, realised and not, commissions included, has reached
 * `risk.dailyLossFraction` of the equity at the previous close, for the rest of the session even where the loss
 * recovers; and none in the session after a breach that was only seen at the close.
 */
const dailyLoss: Guard = ({ state, limits }) => {
  const limit = timesFraction(state.previousCloseEquity, limits.dailyLossFraction, 'floor');
  const loss = micros(Math.max(ZERO, -state.dayPnl));
  if (!isRestrictedBy(state, 'daily_loss') && loss < limit) return null;
  return { code: 'DAILY_LOSS', allowed: 0, limit: toUsd(limit), value: toUsd(loss) };
};

/** Drawdown: no entries while the latch of `risk.maxDrawdownFraction` is set. */
const drawdown: Guard = ({ state, limits }) =>
  isRestrictedBy(state, 'drawdown')
    ? { code: 'DRAWDOWN', allowed: 0, limit: limits.maxDrawdownFraction, value: -state.drawdown }
    : null;

/** Stale mark: a position that cannot be valued freshly blocks all entries of the slot. */
const staleMark: Guard = ({ state }) => {
  const stale = state.positions.filter((position) => position.markStale).length;
  return stale === 0 ? null : { code: 'STALE_MARK', allowed: 0, limit: 0, value: stale };
};

export const ACCOUNT_GUARDS: readonly Guard[] = [
  restrictedBy('kill'),
  restrictedBy('disarmed'),
  restrictedBy('stale_clock'),
  restrictedBy('breaker'),
  restrictedBy('pause'),
  restrictedBy('unprotected'),
  restrictedBy('reconcile_break'),
  dailyLoss,
  drawdown,
  staleMark,
];
