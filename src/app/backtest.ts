import { SILENT_LOG } from '../adapters/memory/silent-log.ts';
import { BarMarketData, remarksOf } from '../adapters/recorded/bar-market-data.ts';
import { SimClock } from '../adapters/sim/sim-clock.ts';
import { giveWay } from '../adapters/system/give-way.ts';
import { previousSession } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Symbol } from '../domain/market.ts';
import { assertExists } from '../domain/result.ts';
import {
  type EpochMs,
  epochMs,
  MINUTE_MS,
  type Session,
  type SessionDate,
} from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import type { Book } from '../ledger/book.ts';
import type { StrategyDesk } from '../pipeline/desk.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { Log } from '../ports/log.ts';
import { type EquityRow, equityRows } from '../reporting/performance.ts';
import { type BacktestRange, backtestRange } from './backtest-range.ts';
import { type BacktestCounts, Tally } from './backtest-tally.ts';
import { compose, type System, type TradingTerms } from './compose.ts';
import { Engine, type Slot } from './engine.ts';
import { beginSlot, type JobObserver } from './jobs.ts';
import { all } from './records.ts';
import { checkScanSchedule } from './scan-rule.ts';
import { planSession } from './session-plan.ts';
import { universeOf } from './universe-file.ts';
import { markEvent, valueAt } from './valuation.ts';

/** One backtest: the daemon's engine and job table over bars, on a simulated clock. */
export interface BacktestRequest {
  /** Where relative paths of the configuration begin. */
  readonly home: string;
  /** The effective configuration, with what was set for this run. */
  readonly loaded: LoadedConfig;
  readonly version: string;
  /** Open bars; they are only read, so that several backtests may share them. */
  readonly source: BarSource;
  /** What an earlier backtest made of the same bars, range and universe, and may be used again. */
  readonly range?: BacktestRange;
  readonly market?: BarMarketData;
  /** Both included. Bars before `from` are history; nothing is traded before it. */
  readonly from: SessionDate;
  readonly to: SessionDate;
  /** The universe, instead of the configured one or all that the source has. */
  readonly symbols?: readonly Symbol[];
  /** A strategy in place of the configured one. */
  readonly strategy?: StrategyDesk;
  readonly terms?: TradingTerms;
  /** Sells what is held at the end, at the last close less slippage; also where the drawdown ended it. */
  readonly closeAtEnd?: boolean;
  /** A folder for journal and account, replaced if it exists; without it everything stays in memory. */
  readonly runDir?: string;
  readonly log?: Log;
  readonly observer?: JobObserver;
  readonly onEvents?: (events: readonly JournalEvent[]) => void;
  /** Told after each session; `total` is how many there are. */
  readonly onSession?: (done: number, total: number, session: Session) => void;
  /** Ends the backtest after the session that is being played. */
  readonly interrupt?: AbortSignal;
}

/** How a backtest ended. */
export type BacktestEnd =
  | { readonly kind: 'completed' }
  /** The drawdown limit was reached at the close of this session. */
  | { readonly kind: 'halted'; readonly on: SessionDate }
  | { readonly kind: 'interrupted'; readonly on: SessionDate }
  /** Something threw in this session; what was done by then stands. */
  | { readonly kind: 'failed'; readonly on: SessionDate; readonly error: unknown };

/** What a backtest comes to. Dollars and fractions. */
export interface BacktestResult {
  readonly end: BacktestEnd;
  /** What was played, and what the bars in it are. */
  readonly range: BacktestRange;
  /** The last session that was played; null where none was. */
  readonly last: Session | null;
  /** One row a close, that of the session before the first one first. */
  readonly equity: readonly EquityRow[];
  /** The closes that these rows were made from. */
  readonly marks: readonly EventOf<'account.marked'>[];
  /** Closed ones by exit, then symbol; open ones last, by symbol. */
  readonly trades: readonly TradeRecord[];
  readonly counts: BacktestCounts;
  /** How often each reason denied a candidate. */
  readonly denials: Readonly<Record<string, number>>;
  /** SHA-256 over the scans in order, each with its name and its fingerprint. */
  readonly signalHash: string;
  readonly decisionHash: string;
  readonly book: Book;
  /** Events in the journal. */
  readonly lastSeq: number;
  readonly strategy: StrategyDesk;
  readonly warnings: readonly string[];
}

/** Range and market of a backtest, for others of the same bars, range, universe and spread: read and computed once. */
export async function sharedBars(
  request: BacktestRequest,
): Promise<Required<Pick<BacktestRequest, 'range' | 'market'>>> {
  const { source, home, loaded, from, to } = request;
  const universe = request.symbols ?? universeOf(loaded.config, home);
  const range = request.range ?? (await backtestRange(source, from, to, universe));
  const until = assertExists(range.sessions.at(-1), 'a range has sessions');
  const { halfSpreadBps } = loaded.config.costs;
  return { range, market: request.market ?? new BarMarketData(source, { halfSpreadBps, until }) };
}

/** The same, throwing what ended it where something failed. */
export async function runBacktest(request: BacktestRequest): Promise<BacktestResult> {
  const result = await playBacktest(request);
  if (result.end.kind === 'failed') throw result.end.error;
  return result;
}

/**
 * Plays a backtest. Throws Failure before anything is written where it cannot begin: no session or no bar in the range,
 * an unknown symbol, a configuration that the data cannot serve. What fails later ends it, and is in the result.
 */
export async function playBacktest(request: BacktestRequest): Promise<BacktestResult> {
  const { source, home } = request;
  // What restrains a desk of today has no say about the past.
  const switches = { ...request.loaded.switches, killSwitch: false, dryRun: false };
  const loaded: LoadedConfig = { ...request.loaded, switches };
  const universe = request.symbols ?? universeOf(loaded.config, home);
  const range = request.range ?? (await backtestRange(source, request.from, request.to, universe));
  const [first] = range.sessions;
  const last = assertExists(range.sessions.at(-1), 'a range has sessions');
  const opening = assertExists(first, 'a range has sessions');
  checkScanSchedule(loaded.config, opening);
  const clock = new SimClock(epochMs(previousSession(opening.date).closeAt + MINUTE_MS));
  const tally = new Tally();
  const composed = await compose({
    home,
    loaded,
    mode: 'backtest',
    version: request.version,
    clock,
    log: request.log ?? SILENT_LOG,
    source,
    ...(request.market === undefined ? {} : { market: request.market }),
    until: last,
    ...(request.runDir === undefined
      ? { inMemory: 'records' as const }
      : { runDir: request.runDir }),
    ...(request.symbols === undefined ? {} : { symbols: request.symbols }),
    ...(universe === null ? {} : { universe }),
    ...(request.strategy === undefined ? {} : { strategy: request.strategy }),
    ...(request.terms === undefined ? {} : { terms: request.terms }),
    onEvents: (events) => {
      tally.hear(events);
      request.onEvents?.(events);
    },
  });
  // Nobody takes up a backtest that was cut off, so the account is kept once, at the end.
  const system: System = { ...composed, saveAccount: () => {} };
  const played = await playSessions(request, system, clock, range, tally);
  composed.saveAccount();
  await composed.close();
  const marks = tally.marks();
  return {
    ...played,
    range,
    equity: equityRows(marks, opening.date),
    marks,
    trades: sortedTrades(await all(composed.reader.trades())),
    counts: tally.counts(),
    denials: tally.denials,
    signalHash: tally.hashes().signal,
    decisionHash: tally.hashes().decision,
    book: system.book,
    lastSeq: system.book.seq,
    strategy: system.strategy,
    warnings: [...range.warnings, ...remarksOf(source)],
  };
}

const SESSIONS_AT_ONCE = 32;

/** Session after session, until the last one or until it may not go on. */
async function playSessions(
  request: BacktestRequest,
  system: System,
  clock: SimClock,
  { sessions }: BacktestRange,
  tally: Tally,
): Promise<Pick<BacktestResult, 'end' | 'last'>> {
  const engine = new Engine(system, clock, clock.now());
  const config = playedConfig(system);
  const watch = watching(request.observer ?? {}, tally);
  let last: Session | null = null;
  let end: BacktestEnd = { kind: 'completed' };
  let current = assertExists(sessions[0], 'a range has sessions');
  try {
    for (const [i, session] of sessions.entries()) {
      current = session;
      const slots = slotsOf(system, config, session, watch, tally);
      const until = slots.reduce((at, slot) => Math.max(at, slot.at), session.closeAt as number);
      await engine.playTo(epochMs(until), slots);
      last = session;
      request.onSession?.(i + 1, sessions.length, session);
      // Signals and what is drawn get their turn.
      if (i % SESSIONS_AT_ONCE === 0) await giveWay();
      if (hasLatched(system)) end = { kind: 'halted', on: session.date };
      else if (request.interrupt?.aborted === true) end = { kind: 'interrupted', on: session.date };
      if (end.kind !== 'completed') break;
    }
    if (request.closeAtEnd === true && last !== null) await sellEverything(system, engine, last);
  } catch (error) {
    end = { kind: 'failed', on: current.date, error };
  }
  return { end, last };
}

/** With scans and reconciliations alone; reports and backups are not of a backtest, nor is warming up. */
const playedConfig = ({ config }: System): Config => ({
  ...config,
  schedule: config.schedule.filter(({ job }) => job === 'scan' || job === 'reconcile'),
});

/** An observer that also counts what scans come to. */
const watching = (observer: JobObserver, tally: Tally): JobObserver => ({
  ...observer,
  onScan: (outcome, slot, at) => {
    tally.count(outcome);
    observer.onScan?.(outcome, slot, at);
  },
});

/** The slots of a session. */
function slotsOf(
  system: System,
  config: Config,
  session: Session,
  observer: JobObserver,
  tally: Tally,
): Slot[] {
  const { source } = system;
  return planSession(config, session).flatMap((slot): Slot[] => {
    const { row, at } = slot;
    if (row.job === 'scan' && source.intraday === null && isInside(at, session)) {
      tally.skip();
      return [];
    }
    return [{ at, session, run: () => beginSlot(system, slot, ON_TIME, observer) }];
  });
}

const ON_TIME = { lateMs: 0, attempt: 1, cause: '' };

/** Between the open and the close daily bars have no price. */
const isInside = (at: EpochMs, { openAt, closeAt }: Session): boolean =>
  at > openAt && at < closeAt;

/** True once the drawdown has ended entries for good: nobody is there to resume. */
const hasLatched = ({ book, config }: System): boolean =>
  config.risk.drawdownCooldownSessions === 0 && book.drawdownLatch !== null;

/** Sells what is held at the last close, less slippage, and values the account once more. */
async function sellEverything(system: System, engine: Engine, last: Session): Promise<void> {
  const { book, broker, history } = system;
  const { desk } = engine.monitors;
  if (book.openTrades().length === 0) return;
  for (const { symbol } of book.openTrades()) {
    const refs = await desk.leave(symbol, 'end', last.date, 'end');
    for (const ref of refs) broker.fillAtMark(ref, last.closeAt, last, true);
  }
  await engine.monitors.takeIn(last.date);
  const state = await valueAt(system, last.closeAt, last);
  await history.append([markEvent(system, state, last, 'close')]);
}

function sortedTrades(trades: readonly TradeRecord[]): TradeRecord[] {
  const key = ({ exitAt, symbol }: TradeRecord): string => `${exitAt ?? '~'} ${symbol}`;
  return [...trades].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
