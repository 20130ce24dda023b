import { barEnding } from '../adapters/sim/sim-bars.ts';
import { newYorkDate, ordinalAtOrBefore, ordinalOf } from '../calendar/nyse.ts';
import { add, subtract, timesFraction, timesQuantity, toUsd } from '../domain/money.ts';
import type { AccountValue } from '../domain/portfolio.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import type { Restriction } from '../domain/trading-state.ts';
import { alertDraft } from '../events/alert-draft.ts';
import type { EventDraft } from '../events/event.ts';
import { latchesOf } from '../ledger/trading.ts';
import { inForce, restrictionKey } from '../risk/trading-state.ts';
import type { System } from './compose.ts';
import { restrictingLimits } from './trading.ts';
import { unpaidCommissions } from './valuation.ts';

/** Writes down that a source restricts trading from now on. */
const restricted = (at: EpochMs, restriction: Restriction): EventDraft => ({
  type: 'trading_state.changed',
  at,
  runId: null,
  source: restriction.source,
  detail: restriction.detail,
  from: 'active',
  to: restriction.state,
  by: restriction.by,
  cause: restriction.why,
  until: restriction.until,
});

/** The restriction of the day's loss that is in force at an instant; null where none is. */
function lossLatch({ book }: System, at: EpochMs): Restriction | null {
  const known = book.trading.restrictions.get('daily_loss');
  return known !== undefined && inForce(known, at) ? known : null;
}

/**
 * Writes down the limits that the last close reached and that are not written down yet, each with an alert: after
 * every close, and before every run, so that neither a crash between nor a limit that was lowered is forgotten.
 */
export async function latchCloses(system: System): Promise<void> {
  const { book, clock, config, history, source } = system;
  const at = clock.now();
  const drafts: EventDraft[] = [];
  for (const latch of latchesOf(book, restrictingLimits(config, source))) {
    const known = book.trading.restrictions.get(restrictionKey(latch));
    if (!inForce(latch, at) || known?.until === latch.until) continue;
    drafts.push(restricted(at, latch), alertOf(latch, at));
  }
  if (drafts.length > 0) await history.append(drafts);
}

const alertOf = ({ source, why, until }: Restriction, at: EpochMs): EventDraft =>
  source === 'drawdown'
    ? alertDraft({
        at,
        level: 'critical',
        code: 'DRAWDOWN',
        message: `${why}: no entries until it is forgiven`,
      })
    : alertDraft({
        at,
        level: 'warning',
        code: 'DAILY_LOSS',
        message: `${why}: no entries`,
        until,
      });

/** After a close: a drawdown whose time to cool off is over counts from this close on. */
export async function endCooldown(system: System, session: Session): Promise<void> {
  const { book, clock, config, history } = system;
  const cooldown = config.risk.drawdownCooldownSessions;
  const since = book.drawdownLatch?.since ?? null;
  const close = book.lastClose;
  if (cooldown === 0 || since === null || close?.session !== session.date) return;
  const latched = ordinalAtOrBefore(newYorkDate(since));
  if (ordinalOf(session.date) - latched < cooldown) return;
  await history.append([
    {
      type: 'risk.peak_rebased',
      at: clock.now(),
      runId: null,
      session: session.date,
      equity: close.equity,
      cause: 'cooldown',
      by: 'limits',
    },
  ]);
}

/**
 * Writes down that the day's loss reached its limit: nothing is entered for the rest of the session, even where it
 * recovers. With daily bars the loss is judged at the close instead.
 */
export async function latchDayLoss(
  system: System,
  { dayPnl, previousCloseEquity }: Pick<AccountValue, 'dayPnl' | 'previousCloseEquity'>,
  at: EpochMs,
  session: Session,
): Promise<void> {
  const { config, history, source } = system;
  if (source.intraday === null || at >= session.closeAt || lossLatch(system, at) !== null) return;
  const limit = timesFraction(previousCloseEquity, config.risk.dailyLossFraction, 'floor');
  if (-dayPnl < limit) return;
  const why = `the day lost $${toUsd(-dayPnl as typeof dayPnl).toFixed(2)}, the limit is $${toUsd(limit).toFixed(2)}`;
  const latch: Restriction = {
    source: 'daily_loss',
    detail: '',
    state: 'reducing',
    since: at,
    by: 'limits',
    why,
    until: session.closeAt,
  };
  await history.append([restricted(at, latch), alertOf(latch, at)]);
}

/** The smallest loss of the day that would change anything now; null where none would. */
export function decisiveLoss(system: System, at: EpochMs): number | null {
  const { dailyLossFraction, hardDailyLossFraction, onHardDailyLoss } = system.config.risk;
  const isLatched = system.source.intraday === null || lossLatch(system, at) !== null;
  if (!isLatched) return dailyLossFraction;
  return onHardDailyLoss === 'close' ? hardDailyLossFraction : null;
}

/** True where every held symbol has a bar that ended now, and these bars show that the loss is below the limit. */
export function hasNoLoss(
  system: System,
  limitFraction: number,
  at: EpochMs,
  session: Session,
): boolean {
  const { book, source } = system;
  const { lastClose } = book;
  if (lastClose === null) return false;
  let equity = subtract(book.cash, unpaidCommissions(system));
  for (const { symbol } of book.openTrades()) {
    const bar = barEnding(source, symbol, at, session);
    if (typeof bar === 'string') return false;
    equity = add(equity, timesQuantity(bar.close, book.owned(symbol)));
  }
  const loss = subtract(add(lastClose.equity, book.flowSinceClose), equity);
  return loss < timesFraction(lastClose.equity, limitFraction, 'floor');
}
