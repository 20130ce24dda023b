import { join, resolve } from 'node:path';
import { openBarFolder } from '../adapters/file/bar-folder.ts';
import { barFolderSource } from '../adapters/file/bar-folder-source.ts';
import type { HomeLock } from '../adapters/file/home-lock.ts';
import { RecordingFiles } from '../adapters/file/recording-files.ts';
import type { KeptInMemory } from '../adapters/memory/memory-history.ts';
import { BarMarketData } from '../adapters/recorded/bar-market-data.ts';
import type { SimAccountState } from '../adapters/sim/sim-account-state.ts';
import { machineTime, type TimeSource } from '../adapters/system/system-timeline.ts';
import { nyseGrid } from '../bars/nyse-grid.ts';
import { lastSessionClosedBy } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import type { TickTable } from '../domain/price.ts';
import type { Mode } from '../domain/run.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import type { ChainHead } from '../events/chain.ts';
import type { JournalEvent } from '../events/event.ts';
import { sha256 } from '../events/fingerprint.ts';
import { Book } from '../ledger/book.ts';
import type { StrategyDesk } from '../pipeline/desk.ts';
import type { RunIdentity } from '../pipeline/run.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { BrokerLink } from '../ports/broker-link.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { History, HistoryReader } from '../ports/history.ts';
import type { Log } from '../ports/log.ts';
import type { MarketData } from '../ports/market-data.ts';
import type { Quotes } from '../ports/quotes.ts';
import type { Recordings } from '../ports/recordings.ts';
import type { SizingSettings } from '../risk/limits.ts';
import { SIM_ACCOUNT } from './account-name.ts';
import type { BarLag } from './engine.ts';
import { gateOf } from './gate-of.ts';
import type { GatedBroker } from './gated-broker.ts';
import { loadStrategy } from './load-strategy.ts';
import { lockOf, openAccounts } from './open-accounts.ts';
import type { Period } from './report-span.ts';
import { checkScanData } from './scan-rule.ts';
import { sectorsOf, withSectors } from './sector-file.ts';
import type { SpanReader } from './span-reading.ts';
import { syntheticSourceOf } from './synthetic.ts';
import { universeOf } from './universe-file.ts';
import { LINE_LAG, type Venue, venueKindOf } from './venue.ts';

/** What a process is to be made of. */
export interface Composition {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly mode: Mode;
  /** Of this program. */
  readonly version: string;
  readonly clock: Clock;
  /** The time of the machine, where it is not its own: for what waits on a line. */
  readonly time?: TimeSource;
  /** Leaves a line to broker or prices closed: for what is done with the journal alone. */
  readonly isOffline?: boolean;
  readonly log: Log;
  /** Bars of this folder instead of what the config names. */
  readonly dataDir?: string;
  /** Bars that are open already, instead of either; they may be shared with other compositions. */
  readonly source?: BarSource;
  /** These bars as a market already: it keeps what it computes, and gives every composition the same. */
  readonly market?: BarMarketData;
  /** What scans look at, instead of the configured universe. */
  readonly universe?: readonly Symbol[];
  /** A strategy that is loaded already, instead of the configured one. */
  readonly strategy?: StrategyDesk;
  readonly terms?: TradingTerms;
  /** Symbols that will be asked for: refused here where the data has none of them. */
  readonly symbols?: readonly Symbol[];
  /** Writes into this run folder instead of the home's history, in place of what an earlier run left there. */
  readonly runDir?: string;
  /** Keeps history and account in memory: nothing is written anywhere. */
  readonly inMemory?: KeptInMemory;
  /** The last session that will be asked for, where it is known. */
  readonly until?: Session;
  /** What this process does in the home, for whoever finds it held: "daemon". */
  readonly role?: string;
  /** Begins where another run ended, with its book and its simulated account. */
  readonly startFrom?: StartingState;
  readonly warn?: (message: string) => void;
  /** Told every acknowledged event, for people who watch. */
  readonly onEvents?: (events: readonly JournalEvent[]) => void;
}

/** Terms of trading that no configuration has: to compare with engines that trade by them. */
export interface TradingTerms {
  readonly ticks: TickTable;
  readonly sizing: SizingSettings;
}

/** Where another run ended. */
export interface StartingState {
  readonly book: unknown;
  readonly account: SimAccountState;
}

/** Everything a run needs, put together once and closed once. */
export interface System {
  readonly home: string;
  /** Where reports go: the home, or the run folder. */
  readonly outputDir: string;
  /** False for runs in the past, whose own report is made at their end. */
  readonly writesReports: boolean;
  readonly config: Config;
  readonly loaded: LoadedConfig;
  /** Whose limits were acknowledged for live trading, where a reload has only made them stricter since. */
  readonly acknowledged?: Config;
  readonly identity: RunIdentity;
  readonly clock: Clock;
  readonly log: Log;
  readonly source: BarSource;
  readonly market: MarketData;
  readonly broker: Exchange;
  /** The line to broker or prices; null where both are simulated. */
  readonly link: BrokerLink | null;
  /** What a person should look at, said by the broker since this was asked last. */
  takeRemarks(): readonly string[];
  /** Prices of now; null where there are none but bars. */
  readonly quotes: Quotes | null;
  /** Says what is held, or has orders at work; for prices that have to be asked for. */
  readonly follow: (symbols: readonly Symbol[]) => void;
  /** How long after their end bars can be had; null where time is simulated, and they are there. */
  readonly lag: BarLag | null;
  /** Lets so much time pass. */
  readonly wait: (ms: number) => Promise<void>;
  /** The broker behind the last gate: everything that is sent goes through it. */
  readonly gate: GatedBroker;
  readonly book: Book;
  readonly history: History;
  readonly reader: HistoryReader;
  /** The last session where they are known beforehand, because time is simulated; else null. */
  readonly rehearsedUntil: Session | null;
  /** Read the history for reports, one after the other of each kind. */
  readonly spans: Readonly<Record<Period, SpanReader>>;
  readonly strategy: StrategyDesk;
  /** Where decisions leave what they saw, where the configuration wants that; null in a run of the past. */
  readonly recordings: Recordings | null;
  /** The symbols that scans look at; null for all that the data has. */
  readonly universe: readonly Symbol[] | null;
  /** Null where the configuration has all of them. */
  readonly terms: TradingTerms | null;
  /** Up to where processes before this one played the exchange: it goes on behind. */
  readonly playedThrough: EpochMs;
  /** Says up to where the exchange has been played, where the account does not say so itself. */
  setPlayed(through: EpochMs): void;
  /** Writes the simulated account down, where it outlives the process. */
  saveAccount(): void;
  /** Why the history can no longer be written, which no process outlives; null while it can. */
  historyFailure(): unknown;
  /** Writes runs.json and trades.json anew from the journal, while steps go on. */
  rebuildViews(): Promise<ChainHead>;
  close(): Promise<void>;
}

/**
 * The one place that turns a mode into adapters. What a mode does not have is refused before anything is opened; a
 * line to a broker is opened only by whoever holds the home.
 */
export async function compose(composition: Composition): Promise<System> {
  const { home, loaded } = composition;
  const kind = venueKindOf(composition);
  const strategy = composition.strategy ?? (await loadStrategy(loaded.config, home));
  const universe = composition.universe ?? universeOf(loaded.config, home);
  const chosen = { strategy, universe };
  if (kind === 'simulated') {
    const source = composition.source ?? openSource(composition);
    const market = composition.market ?? marketOf(source, loaded.config.costs, composition.until);
    return assemble(composition, { ...chosen, source, market, venue: null, lock: null });
  }
  const lock = await lockOf(composition);
  let venue: Venue | null = null;
  try {
    // What speaks with a broker takes twenty megabytes, which a simulation has no use for.
    const { closedVenue, openVenue } = await import('./open-venue.ts');
    venue =
      composition.isOffline === true
        ? closedVenue(composition, kind)
        : await openVenue(composition, kind);
    const { source, market } = venue;
    return await assemble(composition, { ...chosen, source, market, venue, lock });
  } catch (error) {
    await venue?.close();
    await lock.release();
    throw error;
  }
}

/** What a system is made of besides its history and account. */
interface Chosen {
  readonly strategy: StrategyDesk;
  readonly universe: readonly Symbol[] | null;
  readonly source: BarSource;
  readonly market: MarketData;
  /** Null where everything is simulated. */
  readonly venue: Venue | null;
  /** The home's, where it is held already. */
  readonly lock: HomeLock | null;
}

async function assemble(composition: Composition, chosen: Chosen): Promise<System> {
  const { home, loaded, mode, clock, log, time = machineTime } = composition;
  const { config } = loaded;
  const { strategy, universe, source, market, venue, lock } = chosen;
  if (composition.isOffline !== true) checkScanData(config, source);
  if (venue === null) {
    refuseUnknownSymbols(source, composition.symbols ?? universe ?? []);
    // Data that cannot be used is told before anything is written.
    await source.prepare(composition.until ?? lastSessionClosedBy(clock.now()), source.symbols);
  }
  const book = new Book();
  const { version } = composition;
  const account = venue?.exchange == null ? SIM_ACCOUNT : config.ib.account;
  const name = config.identity.name;
  const identity: RunIdentity = { mode, account, name, configHash: loaded.hash, version };
  const opened = await openAccounts(composition, {
    source,
    book,
    owner: { mode, account, version },
    exchange: venue?.exchange ?? null,
    lock,
  });
  const { broker, spans, history, store, close, ...kept } = opened;
  const outputDir = composition.runDir ?? home;
  const writesReports = composition.runDir === undefined && composition.inMemory === undefined;
  const trading = { broker, book, config, source, clock, home, writesReports, loaded, identity };
  return {
    home,
    outputDir,
    writesReports,
    config,
    loaded,
    identity,
    clock,
    log,
    source,
    market,
    broker,
    gate: gateOf(trading, venue !== null, composition.terms),
    book,
    history,
    reader: store.reader,
    spans,
    link: venue?.link ?? null,
    takeRemarks: () => venue?.takeRemarks() ?? [],
    quotes: venue?.quotes ?? null,
    follow: (symbols) => venue?.follow(symbols),
    lag: venue === null ? null : LINE_LAG,
    wait: (ms) => time.sleep(ms, new AbortController().signal),
    rehearsedUntil: composition.until ?? null,
    strategy,
    recordings: keepsRecordings(composition) ? recordingsOf(home) : null,
    universe,
    terms: composition.terms ?? null,
    close: async () => {
      await venue?.close();
      await close();
    },
    ...kept,
  };
}

/** A run in the past can be made again from its bars; what was traded on cannot. */
const keepsRecordings = ({ mode, runDir }: Composition): boolean =>
  mode !== 'backtest' && mode !== 'replay' && runDir === undefined;

/** The recordings of a home. */
export const recordingsOf = (home: string): Recordings =>
  new RecordingFiles(join(home, 'data', 'recordings'));

const marketOf = (
  source: BarSource,
  costs: Config['costs'],
  until: Session | undefined,
): MarketData =>
  new BarMarketData(source, {
    halfSpreadBps: costs.halfSpreadBps,
    // Who knows where it ends goes there once.
    ...(until === undefined ? {} : { until, isForward: true }),
  });

/**
 * The bars that the configuration, or a folder in its place, names; with `only`, no other symbols of a folder. With
 * `keep`, daily bars that were read are kept in the home as columns, for the next process.
 */
export function openSource(
  { home, loaded, dataDir }: Pick<Composition, 'home' | 'loaded' | 'dataDir'>,
  only?: readonly Symbol[],
  keep = false,
): BarSource {
  const { data } = loaded.config;
  const sectors = sectorsOf(loaded, home);
  if (dataDir === undefined && data.source === 'synthetic') {
    return withSectors(syntheticSourceOf(data.synthetic), sectors);
  }
  const dir = dataDir ?? resolve(home, data.barsDir);
  const folder = openBarFolder(dir, nyseGrid(), keep ? cacheOf(home, dir) : null);
  return withSectors(barFolderSource(folder, only), sectors);
}

/** Where a home keeps the columns of a bars folder. */
const cacheOf = (home: string, dir: string): string =>
  join(home, 'data', 'state', 'bars', `${sha256(resolve(dir)).slice(0, 16)}.columns`);

/** Refuses symbols that the source has nothing of. */
export function refuseUnknownSymbols(source: BarSource, symbols: readonly Symbol[]): void {
  const known = new Set(source.symbols);
  const unknown = symbols.filter((symbol) => !known.has(symbol));
  if (unknown.length === 0) return;
  throw new Failure('INPUT_INVALID', `no data of ${unknown.join(', ')}`, {
    details: [`looked in: ${source.label}`],
    hint: `it has, among others: ${source.symbols.slice(0, 5).join(', ')}`,
  });
}
