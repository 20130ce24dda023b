import { ordinalOf } from '../calendar/nyse.ts';
import type { Symbol } from '../domain/market.ts';
import type { ExitReason } from '../domain/order.ts';
import type { AccountValue } from '../domain/portfolio.ts';
import { MINUTE_MS, type Session } from '../domain/time.ts';
import type { System } from './compose.ts';
import type { OrderDesk } from './order-desk.ts';

/** Exits that daily bars can only make at the close, and positions whose data ended. */
export async function leaveAtClose(
  system: System,
  desk: OrderDesk,
  { positions }: AccountValue,
  session: Session,
): Promise<void> {
  for (const { symbol, markStale } of positions) {
    const reason = markStale
      ? endOfData(system, symbol, session)
      : endOfDay(system, symbol, session);
    if (reason === null) continue;
    const refs = await desk.leave(symbol, reason, session.date, 'monitor');
    for (const ref of refs) {
      system.broker.fillAtMark(ref, session.closeAt, session, reason !== 'data_end');
    }
  }
  await desk.takeIn(session.date);
}

function endOfData({ book, config }: System, symbol: Symbol, session: Session): ExitReason | null {
  const trade = book.trade(symbol);
  const without = trade === null ? 0 : ordinalOf(session.date) - ordinalOf(trade.markSession);
  return without >= config.risk.dataEndSessions ? 'data_end' : null;
}

/** What asks for an exit inside the session, where its bar has no price between the open and the close. */
function endOfDay(system: System, symbol: Symbol, session: Session): ExitReason | null {
  const { flatBeforeClose, maxHoldingMinutes } = system.config.exits;
  if (!flatBeforeClose && maxHoldingMinutes === 0) return null;
  if (!hasOneBar(system, symbol, session)) return null;
  if (flatBeforeClose) return 'end_of_day';
  const entryAt = system.book.trade(symbol)?.entryAt ?? session.closeAt;
  return entryAt + maxHoldingMinutes * MINUTE_MS <= session.closeAt ? 'time' : null;
}

const hasOneBar = ({ broker, source }: System, symbol: Symbol, { date }: Session): boolean =>
  source.intraday === null || (broker.simulated && source.session(symbol, date) === null);
