import { BarMarketData } from '../adapters/recorded/bar-market-data.ts';
import { createSimBroker } from '../adapters/sim/sim-broker.ts';
import { SimClock } from '../adapters/sim/sim-clock.ts';
import type { System } from '../app/compose.ts';
import { DayReader } from '../app/day-reading.ts';
import { Engine } from '../app/engine.ts';
import { GatedBroker } from '../app/gated-broker.ts';
import { openAccount, SIM_ACCOUNT } from '../app/open-accounts.ts';
import { pipelineParts } from '../app/parts.ts';
import { PeriodReader } from '../app/period-reading.ts';
import { all } from '../app/records.ts';
import { markEvent, portfolioAt } from '../app/valuation.ts';
import { sessionOf } from '../calendar/nyse.ts';
import { NO_ENVIRONMENT } from '../config/environment.ts';
import type { LoadedConfig } from '../config/load.ts';
import { type Config, configSchema } from '../config/schema.ts';
import type { Symbol } from '../domain/market.ts';
import { type Micros, micros, toUsd } from '../domain/money.ts';
import type { TickTable } from '../domain/price.ts';
import { epochMs, MINUTE_MS, type Session, utcMsToDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { JournalEvent } from '../events/event.ts';
import { Book } from '../ledger/book.ts';
import type { StrategyDesk } from '../pipeline/desk.ts';
import { runPipeline } from '../pipeline/run.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { Log } from '../ports/log.ts';
import { type CommissionSpec, commissionModel } from '../risk/commission.ts';
import type { SizingSettings } from '../risk/limits.ts';
import { createMemoryHistory } from './memory-history.ts';

/**
 * Settings under which other engines can be compared with this one to the cent: prices to a millionth of a dollar,
 * no slippage, no limit but the cash, one decision a session at its open, and everything sold at the last close.
 */
export interface ReferenceProfile {
  readonly startingCash: Micros;
  readonly commission: CommissionSpec;
  /** Most of the equity in one position. */
  readonly cashFraction: number;
  /** A fixed number of shares; or what risks this part of the equity to the stop. */
  readonly size:
    | { readonly kind: 'shares'; readonly shares: number }
    | { readonly kind: 'risk'; readonly fraction: number };
  /** Multiples of ATR14 below the last close; null for no stop that a price could reach. */
  readonly stopAtr: number | null;
}

/** What a play leaves behind. Dollars. */
export interface PlayedBars {
  readonly trades: readonly TradeRecord[];
  /** Equity at each close, the last one after everything was sold. */
  readonly equity: readonly { readonly session: string; readonly equity: number }[];
  readonly events: readonly JournalEvent[];
}

const TICKS: TickTable = [{ from: micros(0), tick: micros(1) }];

/**
 * Plays the engine over the daily bars of a source, in memory: the same scan, sizing, guards, gate, simulated broker,
 * book and monitors as in every other mode, under a reference profile.
 */
export async function playBars(
  source: BarSource,
  strategy: StrategyDesk,
  profile: ReferenceProfile,
): Promise<PlayedBars> {
  const sessions = sessionsWithBars(source);
  const [first] = sessions;
  const last = sessions.at(-1);
  if (first === undefined || last === undefined) return { trades: [], equity: [], events: [] };
  const clock = new SimClock(epochMs(first.openAt - MINUTE_MS));
  const { system, trades, events } = await assemble(source, strategy, profile, clock);
  const engine = new Engine(system, clock, clock.now());
  await system.source.prepare(last, source.symbols);
  for (const session of sessions) {
    await engine.playTo(session.closeAt, [
      { at: session.openAt, session, run: () => decideAt(system, session, profile) },
    ]);
  }
  await sellEverything(system, engine, last);
  return {
    trades: await all(trades()),
    events: await all(events()),
    equity: await equityOf(events()),
  };
}

/** Sessions in which any symbol of the source has a bar. */
function sessionsWithBars(source: BarSource): Session[] {
  const times = new Set<number>();
  for (const symbol of source.symbols) {
    const { time, length } = source.daily(symbol);
    for (let i = 0; i < length; i += 1) times.add(time[i] as number);
  }
  return [...times].sort((a, b) => a - b).flatMap((time) => sessionOf(utcMsToDate(time)) ?? []);
}

async function decideAt(
  system: System,
  session: Session,
  profile: ReferenceProfile,
): Promise<void> {
  const parts = pipelineParts(system, session.date);
  const settings = { ...parts.settings, sizing: sizingOf(profile) };
  await runPipeline(
    { ...parts, settings, ticks: TICKS },
    {
      slot: 'open',
      slotAt: session.openAt,
      session,
      top: system.source.symbols.length,
      dryRun: false,
    },
  );
}

const sizingOf = (profile: ReferenceProfile): SizingSettings => ({
  perTradeFraction: profile.size.kind === 'risk' ? profile.size.fraction : 1,
  maxPositionFraction: profile.cashFraction,
  minNotionalUsd: 0,
  stop: profile.stopAtr === null ? { kind: 'none' } : { kind: 'atr', multiple: profile.stopAtr },
  ...(profile.size.kind === 'shares' ? { shares: profile.size.shares } : {}),
  ticks: TICKS,
});

/** Sells what is held at the last close, and values the account once more. */
async function sellEverything(system: System, engine: Engine, last: Session): Promise<void> {
  const { book, broker, history } = system;
  const { desk } = engine.monitors;
  for (const { symbol } of book.openTrades()) {
    const refs = await desk.leave(symbol, 'end', last.date, 'end');
    for (const ref of refs) broker.fillAtMark(ref, last.closeAt, last, false);
  }
  await engine.monitors.takeIn(last.date);
  const state = await portfolioAt(system, last.closeAt, last);
  await history.append([markEvent(system, state, last, 'close')]);
}

async function equityOf(events: AsyncIterable<JournalEvent>): Promise<PlayedBars['equity']> {
  const equity = new Map<string, number>();
  for await (const event of events) {
    if (event.type === 'account.marked' && event.cause === 'close') {
      equity.set(event.session, toUsd(event.equity));
    }
  }
  return [...equity].map(([session, value]) => ({ session, equity: value }));
}

/** The configuration in which nothing but the profile decides. */
function configOf(profile: ReferenceProfile): Config {
  return configSchema.parse({
    capital: { startingCashUsd: toUsd(profile.startingCash) },
    schedule: [],
    scan: { minPriceUsd: 0, minActivityUsd: 0, maxSpreadBps: 10_000, rows: 10_000 },
    entry: {
      type: 'market',
      collarFraction: 0,
      gapFraction: 1,
      gapAtr: 100,
      noEntryLastMinutes: 0,
    },
    exits: { trail: { kind: 'none' }, maxHoldingSessions: 0 },
    risk: {
      maxOpenRiskFraction: 1,
      maxPositions: 1_000,
      maxEntriesPerDay: 1_000,
      maxAdvFraction: 1,
      dailyLossFraction: 1,
      hardDailyLossFraction: 1,
      onHardDailyLoss: 'keep',
      maxDrawdownFraction: 1,
      cooldownSessionsAfterStop: 0,
      quarantineSessions: 0,
      dataEndSessions: 100_000,
    },
    intensity: { enabled: false },
    costs: { commission: profile.commission, slippageBps: 0, halfSpreadBps: 0 },
  });
}

async function assemble(
  source: BarSource,
  strategy: StrategyDesk,
  profile: ReferenceProfile,
  clock: SimClock,
) {
  const config = configOf(profile);
  const book = new Book();
  const store = createMemoryHistory(book);
  const now = () => clock.now();
  const broker = createSimBroker({
    account: SIM_ACCOUNT,
    startingCash: profile.startingCash,
    source,
    clock,
    slippageBps: 0,
    commission: commissionModel(profile.commission),
    accountKind: 'margin',
    ticks: TICKS,
    childArm: 'partial',
  });
  const symbols = new Set<Symbol>(source.symbols);
  const knows = (symbol: Symbol): boolean => symbols.has(symbol);
  const limits = config.risk;
  const system: System = {
    home: '',
    outputDir: '',
    config,
    loaded: loadedOf(config),
    identity: {
      mode: 'backtest',
      account: SIM_ACCOUNT,
      name: 'reference',
      configHash: '0'.repeat(64),
      version: '0',
    },
    clock,
    log: SILENT,
    source,
    market: new BarMarketData(source, { halfSpreadBps: 0 }),
    broker,
    gate: new GatedBroker({ broker, book, limits, now, knows, ticks: TICKS }),
    book,
    history: store,
    reader: store.reader,
    days: new DayReader(store.reader),
    periods: { weekly: new PeriodReader(store.reader), monthly: new PeriodReader(store.reader) },
    rehearsedUntil: null,
    strategy,
    universe: null,
    setPlayed: () => {},
    saveAccount: () => {},
    historyFailure: () => null,
    close: async () => {},
  };
  await openAccount(store, system);
  return { system, trades: () => store.reader.trades(), events: () => store.reader.events() };
}

const loadedOf = (config: Config): LoadedConfig => ({
  config,
  file: undefined,
  origins: new Map(),
  hash: '0'.repeat(64),
  switches: NO_ENVIRONMENT.switches,
  secrets: NO_ENVIRONMENT.secrets,
  warnings: [],
});

const SILENT: Log = {
  write: () => {},
  failure: () => {},
  child: () => SILENT,
  close: async () => {},
};
