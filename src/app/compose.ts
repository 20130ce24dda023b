import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openBarFolder } from '../adapters/file/bar-folder.ts';
import { barFolderSource } from '../adapters/file/bar-folder-source.ts';
import { historyFolder, openHistory } from '../adapters/file/file-history.ts';
import { type HomeLock, lockHome } from '../adapters/file/home-lock.ts';
import { openRunFolderHistory } from '../adapters/file/run-folder-history.ts';
import { loadSimAccount, saveSimAccount } from '../adapters/file/sim-account-file.ts';
import { BarMarketData } from '../adapters/recorded/bar-market-data.ts';
import type { SimAccountState } from '../adapters/sim/sim-account-state.ts';
import { createSimBroker, type SimBroker } from '../adapters/sim/sim-broker.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import { lastSessionClosedBy } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { usd, ZERO } from '../domain/money.ts';
import type { Mode } from '../domain/run.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { fingerprint } from '../events/fingerprint.ts';
import { Book } from '../ledger/book.ts';
import type { StrategyDesk } from '../pipeline/desk.ts';
import type { RunIdentity } from '../pipeline/run.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { History, HistoryReader } from '../ports/history.ts';
import type { Log } from '../ports/log.ts';
import { commissionModel } from '../risk/commission.ts';
import { loadStrategy } from './load-strategy.ts';
import { checkScanData } from './scan-rule.ts';
import { syntheticSourceOf } from './synthetic.ts';
import { universeOf } from './universe-file.ts';

/** The simulated account's name in journals and reports. */
export const SIM_ACCOUNT = 'SIM-1';

/** What a process is to be made of. */
export interface Composition {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly mode: Mode;
  /** Of this program. */
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Bars of this folder instead of what the config names. */
  readonly dataDir?: string;
  /** Symbols that will be asked for: refused here where the data has none of them. */
  readonly symbols?: readonly Symbol[];
  /** Writes into this run folder instead of the home's history, in place of what an earlier run left there. */
  readonly runDir?: string;
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
  readonly config: Config;
  readonly loaded: LoadedConfig;
  readonly identity: RunIdentity;
  readonly clock: Clock;
  readonly log: Log;
  readonly source: BarSource;
  readonly market: BarMarketData;
  readonly broker: SimBroker;
  readonly book: Book;
  readonly history: History;
  readonly reader: HistoryReader;
  readonly strategy: StrategyDesk;
  /** The symbols that scans look at; null for all that the data has. */
  readonly universe: readonly Symbol[] | null;
  /** Says up to where the simulated exchange has been played: what a process after this one begins behind. */
  setPlayed(through: EpochMs): void;
  /** Writes the simulated account down, where it outlives the process. */
  saveAccount(): void;
  /** Why the history can no longer be written, which no process outlives; null while it can. */
  historyFailure(): unknown;
  close(): Promise<void>;
}

/**
 * The one place that turns a mode into adapters. Modes that need a broker this build has no adapter for are refused
 * before anything is opened.
 */
export async function compose(composition: Composition): Promise<System> {
  const { home, loaded, mode, clock, log } = composition;
  const { config } = loaded;
  refuseUnsupported(mode);
  const strategy = await loadStrategy(config, home);
  const universe = universeOf(config, home);
  const source = openSource(composition);
  checkScanData(config, source);
  refuseUnknownSymbols(source, composition.symbols ?? universe ?? []);
  // Data that cannot be used is told before anything is written.
  await source.prepare(composition.until ?? lastSessionClosedBy(clock.now()), source.symbols);
  const book = new Book();
  const identity: RunIdentity = {
    mode,
    account: SIM_ACCOUNT,
    name: config.identity.name,
    configHash: loaded.hash,
    version: composition.version,
  };
  const { broker, history, store, ...account } = await openAccounts(composition, source, book, {
    mode,
    account: SIM_ACCOUNT,
    version: composition.version,
  });
  return {
    home,
    outputDir: composition.runDir ?? home,
    config,
    loaded,
    identity,
    clock,
    log,
    source,
    market: new BarMarketData(source, {
      halfSpreadBps: config.costs.halfSpreadBps,
      ...(composition.until === undefined ? {} : { until: composition.until }),
    }),
    broker,
    book,
    history,
    reader: store.reader,
    strategy,
    universe,
    ...account,
    close: () => history.close(),
  };
}

/** Journal and simulated account of a home or run folder, opened together: neither is right without the other. */
async function openAccounts(composition: Composition, source: BarSource, book: Book, owner: Owner) {
  const { home, runDir, clock } = composition;
  const role = composition.role ?? 'command';
  const lock = runDir === undefined ? await lockHome({ home, role, now: systemClock.now() }) : null;
  const store = await openStore(composition, book, owner, lock);
  try {
    const history = observed(store, composition.onEvents);
    const saved = runDir === undefined ? loadSimAccount<SimAccountState>(home) : null;
    refuseLostAccount(composition, book, saved !== null);
    let played = saved?.playedThrough ?? clock.now();
    const save = (): void =>
      saveSimAccount(runDir ?? home, { account: broker.state(), playedThrough: played });
    const restore = composition.startFrom?.account ?? saved?.account;
    const broker = openBroker(composition, source, restore, runDir === undefined ? save : null);
    if (composition.startFrom !== undefined) {
      await carryOn(history, book, composition.startFrom, clock);
    } else if (book.seq <= 1) {
      // Before the journal knows of the account: a home whose account is missing is refused.
      save();
      await openAccount(history, composition);
    }
    return {
      broker,
      history,
      store,
      setPlayed: (through: EpochMs): void => {
        played = through;
      },
      saveAccount: save,
      historyFailure: () => history.failure(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function openBroker(
  { loaded, clock }: Composition,
  source: BarSource,
  restore: SimAccountState | undefined,
  keep: (() => void) | null,
): SimBroker {
  const { capital, costs, sim } = loaded.config;
  return createSimBroker({
    account: SIM_ACCOUNT,
    startingCash: usd(capital.startingCashUsd),
    source,
    clock,
    slippageBps: costs.slippageBps,
    commission: commissionModel(costs.commission),
    ...(costs.participationFraction === undefined
      ? {}
      : { participationFraction: costs.participationFraction }),
    accountKind: sim.account,
    childArm: 'partial',
    ...(restore === undefined ? {} : { restore }),
    ...(keep === null ? {} : { keep }),
  });
}

function refuseUnsupported(mode: Mode): void {
  if (mode !== 'paper' && mode !== 'live') return;
  throw new Failure('CONFIG_INVALID', `mode ${mode} needs Interactive Brokers`, {
    details: ['this version trades with the simulated broker only'],
    hint: 'set mode: sim in config/trade-labs.yaml',
  });
}

/** The bars that the configuration, or a folder in its place, names. */
export function openSource({
  home,
  loaded,
  dataDir,
}: Pick<Composition, 'home' | 'loaded' | 'dataDir'>): BarSource {
  const { data } = loaded.config;
  if (dataDir === undefined && data.source === 'synthetic') {
    return syntheticSourceOf(data.synthetic);
  }
  return barFolderSource(openBarFolder(dataDir ?? join(home, data.barsDir)));
}

function refuseUnknownSymbols(source: BarSource, symbols: readonly Symbol[]): void {
  const known = new Set(source.symbols);
  const unknown = symbols.filter((symbol) => !known.has(symbol));
  if (unknown.length === 0) return;
  throw new Failure('INPUT_INVALID', `no data of ${unknown.join(', ')}`, {
    details: [`looked in: ${source.label}`],
    hint: `it has, among others: ${source.symbols.slice(0, 5).join(', ')}`,
  });
}

type Owner = Pick<RunIdentity, 'mode' | 'account' | 'version'>;

async function openStore(
  { runDir, home, clock, warn }: Composition,
  book: Book,
  owner: Owner,
  lock: HomeLock | null,
) {
  const common = { ...owner, clock, fold: book };
  if (runDir !== undefined) {
    rmSync(runDir, { recursive: true, force: true });
    return openRunFolderHistory({ ...common, dir: runDir });
  }
  return openHistory({
    ...common,
    home,
    newFold: () => new Book(),
    ...(warn === undefined ? {} : { warn }),
    ...(lock === null ? {} : { lock }),
  });
}

/** The history, telling what it acknowledged, and remembering why it could not go on. */
function observed(
  history: History,
  onEvents: Composition['onEvents'],
): History & { failure(): unknown } {
  let failure: unknown = null;
  return {
    append: async (drafts) => {
      let events: readonly JournalEvent[];
      try {
        events = await history.append(drafts);
      } catch (error) {
        failure ??= error;
        throw error;
      }
      onEvents?.(events);
      return events;
    },
    close: () => history.close(),
    failure: () => failure,
  };
}

/** A journal with trades and no simulated account would let the two tell different stories. */
function refuseLostAccount({ home, runDir }: Composition, book: Book, hasAccount: boolean): void {
  if (runDir !== undefined || hasAccount || book.seq <= 3) return;
  throw new Failure('HISTORY_MISMATCH', 'the simulated account of this home is missing', {
    details: [`${historyFolder(home)} has a history, data/state/sim-account.json is not there`],
    hint: 'restore the file from a backup, or begin in another folder: --home DIR',
  });
}

/** Takes over another run's book; the journal of the new run begins with it. */
async function carryOn(
  history: History,
  book: Book,
  from: StartingState,
  clock: Clock,
): Promise<void> {
  book.restore(from.book);
  const state = book.checkpoint();
  await history.append([
    {
      type: 'book.checkpointed',
      at: clock.now(),
      runId: null,
      stateSeq: book.seq,
      stateHash: fingerprint(state),
      state: state as JsonValue,
    },
  ]);
}

type JsonValue = EventOf<'book.checkpointed'>['state'];

/** The first events of an account: its cash, and the close that its first day is measured against. */
async function openAccount(history: History, { loaded, clock }: Composition): Promise<void> {
  const amount = usd(loaded.config.capital.startingCashUsd);
  const at = clock.now();
  const session = lastSessionClosedBy(at).date;
  await history.append([
    {
      type: 'cash.recorded',
      at,
      runId: null,
      kind: 'deposit',
      amount,
      session,
      note: 'starting cash of the simulated account',
    },
    {
      type: 'account.marked',
      at,
      runId: null,
      session,
      cause: 'close',
      equity: amount,
      cash: amount,
      exposure: ZERO,
      openRisk: ZERO,
      unrealized: ZERO,
      openEntryCommissions: ZERO,
      drawdown: 0,
      intensity: 1,
      flow: amount,
      marks: [],
    },
  ]);
}
