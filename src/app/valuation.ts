import type { MarketSnapshot } from '../bars/snapshot.ts';
import { lastSessionClosedBy, ordinalOf } from '../calendar/nyse.ts';
import type { Config } from '../config/schema.ts';
import { lowerBound, type Symbol } from '../domain/market.ts';
import {
  add,
  type Micros,
  maxOf,
  microsFromFloat,
  minOf,
  subtract,
  sum,
  timesQuantity,
  ZERO,
} from '../domain/money.ts';
import type { AccountValue, PortfolioState } from '../domain/portfolio.ts';
import { dateToUtcMs, type EpochMs, MINUTE_MS, type Session } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import type { ActivityView } from '../ledger/activity.ts';
import type { ClosedTrade } from '../ledger/book-state.ts';
import {
  accountValue,
  type Mark,
  type PortfolioView,
  portfolioState,
  type ValueView,
} from '../ledger/portfolio-state.ts';
import { commissionModel } from '../risk/commission.ts';
import { intensityFactor, settleIntensity } from '../risk/intensity.ts';
import { worthAtClose } from './account-worth.ts';
import { watchEquity } from './breaker-watch.ts';
import type { System } from './compose.ts';
import { tradingView } from './trading.ts';

/** The account of a system, valued at an instant of a session with what is visible then. */
export async function valueAt(
  system: System,
  asOf: EpochMs,
  session: Session,
): Promise<AccountValue> {
  return accountValue(
    system.book,
    valueView(system, session, await marksAt(system, asOf, session)),
  );
}

/** The same, with everything else that a decision of the session may look at. */
export async function portfolioAt(
  system: System,
  asOf: EpochMs,
  session: Session,
): Promise<PortfolioState> {
  const { book, broker, config } = system;
  const marks = await marksAt(system, asOf, session);
  return portfolioState(book, {
    // A broker may have said it before the last entry.
    availableCash: minOf(broker.settledCash(session.date) ?? book.cash, book.cash),
    ...valueView(system, session, marks),
    ...activityLimits(config, asOf, session),
    ...tradingView(system, asOf, session.date),
  });
}

/** How the book of a system is valued in a session. */
const valueView = (system: System, session: Session, marks: ValueView['marks']): ValueView => ({
  session: session.date,
  marks,
  sectorOf: (symbol) => system.source.sectorOf(symbol),
  estimatedCommissions: unpaidCommissions(system),
  intensity: sessionIntensity(system, session),
});

/** What fills whose commission is not known yet will have cost by the configured model. */
export function unpaidCommissions({ book, config }: Pick<System, 'book' | 'config'>): Micros {
  const unpaid = book.unpaidFills();
  if (unpaid.length === 0) return ZERO;
  const model = commissionModel(config.costs.commission);
  return sum(
    unpaid.map(({ quantity, price, side, session }) =>
      model.estimate(quantity, price, side, session),
    ),
  );
}

/** When a book is looked at, and how far back limits look. */
export const activityLimits = (
  { risk }: Config,
  asOf: EpochMs,
  { date }: Session,
): ActivityView &
  Pick<
    PortfolioView,
    'cooldownSessionsAfterStop' | 'cooldownSessionsAfterExit' | 'maxConsecutiveLosses'
  > => ({
  asOf,
  session: date,
  minEntryIntervalMs: risk.minEntryIntervalMs ?? null,
  maxConsecutiveLosses: risk.maxConsecutiveLosses,
  cooldownSessionsAfterStop: risk.cooldownSessionsAfterStop,
  cooldownSessionsAfterExit: risk.cooldownSessionsAfterExit ?? null,
});

/** The last visible price of every held symbol; stale where its last bar is older than the last completed session. */
async function marksAt(
  system: System,
  asOf: EpochMs,
  session: Session,
): Promise<ReadonlyMap<Symbol, Mark>> {
  const marks = new Map<Symbol, Mark>();
  const asked = system.book.openTrades().map(({ symbol }) => symbol);
  for (const symbol of benchmarkOf(system)) if (!asked.includes(symbol)) asked.push(symbol);
  if (asked.length === 0) return marks;
  const last = lastSessionClosedBy(asOf);
  const snapshot = await system.market.snapshot({
    asOf,
    // Splits and dividends are booked at the open: before it the book still has the shares of the session before.
    session: asOf < session.openAt ? last : session,
    symbols: asked,
    todayOpen: false,
    relativeVolume: false,
  });
  const completed = ordinalOf(last.date);
  snapshot.series.forEach((series, i) => {
    const price = snapshot.reference[i] as number;
    if (!(price > 0)) return;
    const own = snapshot.eras[i]?.ordinals[(snapshot.visible[i] as number) - 1];
    marks.set(series.symbol, {
      price: microsFromFloat(price, 'halfEven'),
      fresh: isFresh(snapshot, i, own === completed),
    });
  });
  return marks;
}

/** A mark from a live quote is fresh for so long: a held symbol's is asked for anew after ten seconds. */
const FRESH_MARK_MS = MINUTE_MS;

/** Whether the price of a series is one that the account may be valued by. */
function isFresh(snapshot: MarketSnapshot, index: number, isCompleted: boolean): boolean {
  // Where there are prices of now, that of yesterday is none any more.
  if (snapshot.liveQuotes === true) {
    const quote = snapshot.quote(index);
    const isLive = quote?.kind === 'live' && quote.hasOpened === true;
    return isLive && snapshot.asOf - quote.at <= FRESH_MARK_MS;
  }
  // A halted symbol has no price of today while others have one.
  return isCompleted || (snapshot.pricedToday && snapshot.quote(index) !== null);
}

/** Net R of so many of the last closed trades that have one, oldest first. */
function lastResults(closed: readonly ClosedTrade[], count: number): number[] {
  const results: number[] = [];
  for (let i = closed.length - 1; i >= 0 && results.length < count; i--) {
    const netR = closed[i]?.netR ?? null;
    if (netR !== null) results.push(netR);
  }
  return results.reverse();
}

/** The share of the risk budget in force in a session: set once, before its first scan, from what was known by then. */
export function sessionIntensity(system: System, session: Session): number {
  const { book, config } = system;
  if (book.intensitySession === session.date && book.intensity !== null) return book.intensity;
  const netR = lastResults(book.closedTrades(), config.intensity.window);
  const drawdown = -book.limitDrawdown;
  const limit = config.risk.maxDrawdownFraction;
  const computed = intensityFactor(netR, drawdown, limit, config.intensity);
  return settleIntensity(book.intensity, computed, config.intensity);
}

/**
 * What a valuation writes down as one step: a share of the risk budget that is another than before, what the account
 * is worth, and a breaker that trips on it.
 */
export const markDrafts = (
  system: System,
  state: AccountValue,
  session: Session,
  cause: 'run' | 'close',
  worth: Micros | null = null,
): EventDraft[] => [
  ...intensityDrafts(system, state, session),
  markEvent(system, state, session, cause, worth),
  ...watchEquity(system, state),
];

/** The same at a close, with what the broker of a real account says. */
export async function closeDrafts(system: System, session: Session): Promise<EventDraft[]> {
  const state = await valueAt(system, session.closeAt, session);
  return markDrafts(system, state, session, 'close', await worthAtClose(system));
}

function intensityDrafts(
  system: System,
  { intensity }: AccountValue,
  session: Session,
): EventDraft[] {
  const old = system.book.intensity;
  if (old === null || old === intensity) return [];
  const change = { session: session.date, old, new: intensity, cause: intensityCause(system) };
  return [{ type: 'intensity.changed', at: system.clock.now(), runId: null, ...change }];
}

/** What the share of the risk budget follows from now. */
function intensityCause({ book, config }: System): string {
  const { enabled, window } = config.intensity;
  if (!enabled) return 'intensity.enabled is false';
  const recent = lastResults(book.closedTrades(), window);
  const mean = recent.reduce((total, r) => total + r, 0) / Math.max(1, recent.length);
  const results =
    recent.length < window
      ? `${recent.length} of ${window} trades closed`
      : `the last ${window} trades made ${mean.toFixed(2)} R on average`;
  const drawdown = -book.limitDrawdown * 100;
  const limit = config.risk.maxDrawdownFraction * 100;
  return `${results}, drawdown ${drawdown.toFixed(2)} % of ${limit.toFixed(2)} %`;
}

/** What reports compare the account with; none where the configuration or the data has none. */
function benchmarkOf({ config, source }: System): Symbol[] {
  const { benchmark } = config.report;
  return benchmark !== undefined && source.symbols.includes(benchmark) ? [benchmark] : [];
}

/** The benchmark's close of a session; nothing where it has no bar of it. */
function benchmarkMark(
  system: System,
  { date }: Session,
): Pick<Extract<EventDraft, { type: 'account.marked' }>, 'benchmark'> {
  const [symbol] = benchmarkOf(system);
  if (symbol === undefined) return {};
  const bars = system.source.daily(symbol);
  const midnight = dateToUtcMs(date);
  const at = lowerBound(bars.time, midnight);
  const close = bars.close[at];
  if (bars.time[at] !== midnight || close === undefined || !(close > 0)) return {};
  const ratio = system.source
    .actions(symbol)
    .filter(({ kind, exDate }) => kind === 'split' && exDate === date)
    .reduce((product, { value }) => product * value, 1);
  const split = ratio === 1 ? {} : { splitRatio: ratio };
  return { benchmark: { symbol, close: microsFromFloat(close, 'halfEven'), ...split } };
}

/** The journal's record of what the account is worth: by our book, and by its broker where that said it. */
export function markEvent(
  system: System,
  state: AccountValue,
  session: Session,
  cause: 'run' | 'close',
  worth: Micros | null = null,
): EventDraft {
  const { book } = system;
  const lots = book.openLots();
  const estimated = unpaidCommissions(system);
  let exposure = ZERO;
  for (const { mark, quantity } of state.positions) {
    exposure = add(exposure, timesQuantity(mark, quantity));
  }
  return {
    type: 'account.marked',
    at: system.clock.now(),
    runId: null,
    session: session.date,
    cause,
    equity: state.equity,
    cash: state.cash,
    ...(estimated === 0 ? {} : { estimatedCommissions: estimated }),
    ...(worth === null ? {} : { worth }),
    exposure,
    openRisk: openRiskOf(state),
    unrealized: subtract(exposure, lots.cost),
    openEntryCommissions: lots.commissions,
    drawdown: book.drawdownAt(state.equity),
    intensity: state.intensity,
    flow: book.flowSinceClose,
    marks: state.positions.map(({ symbol, quantity, mark, markStale }) => ({
      symbol,
      quantity,
      mark,
      stale: markStale,
    })),
    ...(cause === 'close' ? benchmarkMark(system, session) : {}),
  };
}

/** The loss if every stop filled at its price; a position without a stop counts with its whole value. */
function openRiskOf({ positions }: AccountValue): Micros {
  let total = ZERO;
  for (const { mark, stop, quantity } of positions) {
    const perShare = maxOf(ZERO, subtract(mark, stop ?? ZERO));
    total = add(total, timesQuantity(perShare, quantity));
  }
  return total;
}
