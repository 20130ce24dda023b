import { micros, timesFraction, toUsd, ZERO } from '../domain/money.ts';
import type { Guard } from './guards.ts';

/**
 * Daily loss: no entries once the day's loss, realised and not, commissions included, has reached
 * `risk.dailyLossFraction` of the equity at the previous close; and none in the session after a breach that was
 * only seen at the close.
 */
const dailyLoss: Guard = ({ state, limits }) => {
  const limit = timesFraction(state.previousCloseEquity, limits.dailyLossFraction, 'floor');
  const loss = micros(Math.max(ZERO, -state.dayPnl));
  if (state.entriesBlocked !== 'daily_loss' && loss < limit) return null;
  return { code: 'DAILY_LOSS', allowed: 0, limit: toUsd(limit), value: toUsd(loss) };
};

/** Kill switch: no entries while it is engaged; what reduces risk is not asked here and goes on. */
const killSwitch: Guard = ({ state }) =>
  state.entriesBlocked === 'kill_switch'
    ? { code: 'KILL_SWITCH', allowed: 0, limit: null, value: null }
    : null;

/** Protection: no entries while any share is without a working stop, or that is not known; exits go on. */
const unprotected: Guard = ({ state }) =>
  state.entriesBlocked === 'unprotected'
    ? { code: 'UNPROTECTED', allowed: 0, limit: null, value: null }
    : null;

/** Reconcile: no entries while book and broker are known to differ; what reduces risk goes on. */
const reconcileBreak: Guard = ({ state }) =>
  state.entriesBlocked === 'reconcile_break'
    ? { code: 'RECONCILE_BREAK', allowed: 0, limit: null, value: null }
    : null;

/** Drawdown: no entries while the latch of `risk.maxDrawdownFraction` is set. */
const drawdown: Guard = ({ state, limits }) =>
  state.entriesBlocked === 'drawdown'
    ? { code: 'DRAWDOWN', allowed: 0, limit: limits.maxDrawdownFraction, value: -state.drawdown }
    : null;

/** Stale mark: a position that cannot be valued freshly blocks all entries of the slot. */
const staleMark: Guard = ({ state }) => {
  const stale = state.positions.filter((position) => position.markStale).length;
  return stale === 0 ? null : { code: 'STALE_MARK', allowed: 0, limit: 0, value: stale };
};

export const ACCOUNT_GUARDS: readonly Guard[] = [
  killSwitch,
  unprotected,
  reconcileBreak,
  dailyLoss,
  drawdown,
  staleMark,
];
