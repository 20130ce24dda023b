import { rmSync } from 'node:fs';
import { historyFolder, openHistory } from '../adapters/file/file-history.ts';
import { type HomeLock, lockHome } from '../adapters/file/home-lock.ts';
import { openRunFolderHistory } from '../adapters/file/run-folder-history.ts';
import { loadSimAccount, saveSimAccount } from '../adapters/file/sim-account-file.ts';
import { createMemoryHistory } from '../adapters/memory/memory-history.ts';
import type { SimAccountState } from '../adapters/sim/sim-account-state.ts';
import { createSimBroker, type SimBroker } from '../adapters/sim/sim-broker.ts';
import type { SlippageModel } from '../adapters/sim/sim-slippage.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import { lastSessionClosedBy } from '../calendar/nyse.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { usd, ZERO } from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';
import type { ChainHead } from '../events/chain.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { fingerprint } from '../events/fingerprint.ts';
import { Book } from '../ledger/book.ts';
import type { RunIdentity } from '../pipeline/run.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { History, HistoryReader } from '../ports/history.ts';
import { commissionModel } from '../risk/commission.ts';
import { intensityFactor } from '../risk/intensity.ts';
import type { Composition, StartingState } from './compose.ts';
import { spansOf } from './span-reading.ts';

/** The simulated account's name in journals and reports. */
export const SIM_ACCOUNT = 'SIM-1';

/** Journal and simulated account of a home or run folder, opened together: neither is right without the other. */
export async function openAccounts(
  composition: Composition,
  source: BarSource,
  book: Book,
  owner: Owner,
) {
  const { home, runDir, clock } = composition;
  const role = composition.role ?? 'command';
  const ownsHome = isOfHome(composition);
  const lock = ownsHome ? await lockHome({ home, role, now: systemClock.now() }) : null;
  const store = await openStore(composition, book, owner, lock);
  try {
    const { reader } = store;
    const spans = {
      daily: spansOf(reader, 'daily'),
      weekly: spansOf(reader, 'weekly'),
      monthly: spansOf(reader, 'monthly'),
    };
    // A run in the past writes no reports of its days.
    const hearing = ownsHome ? Object.values(spans) : [];
    const history = observed(store, (events) => {
      for (const span of hearing) span.hear(events);
      composition.onEvents?.(events);
    });
    const saved = ownsHome ? loadSimAccount<SimAccountState>(home) : null;
    refuseLostAccount(composition, book, saved !== null);
    let played = saved?.playedThrough ?? clock.now();
    const save = (): void => {
      if (composition.inMemory !== undefined) return;
      saveSimAccount(runDir ?? home, { account: broker.state(), playedThrough: played });
    };
    const restore = composition.startFrom?.account ?? saved?.account;
    const broker = openBroker(composition, source, restore, ownsHome ? save : null);
    if (composition.startFrom !== undefined) {
      await carryOn(history, book, composition.startFrom, clock);
    } else if (book.seq <= 1) {
      // Before the journal knows of the account: a home whose account is missing is refused.
      save();
      await openAccount(history, composition);
    }
    return {
      broker,
      spans,
      history,
      store,
      setPlayed: (through: EpochMs): void => {
        played = through;
      },
      // A run folder is nobody's before its run ends: its account is written once.
      saveAccount: runDir === undefined ? save : (): void => {},
      historyFailure: () => history.failure(),
      rebuildViews: async (): Promise<ChainHead> => {
        await store.rebuild?.();
        return store.head;
      },
      close: async (): Promise<void> => {
        if (runDir !== undefined) save();
        await history.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** True for the home's own history and account; false for those of a run folder or of a run in memory. */
const isOfHome = ({ runDir, inMemory }: Composition): boolean =>
  runDir === undefined && inMemory === undefined;

function openBroker(
  { loaded, clock, terms }: Composition,
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
    ...(costs.slippageModel === 'fixed' ? {} : { slippage: spreadVolume(costs) }),
    commission: commissionModel(costs.commission),
    ...(costs.participationFraction === undefined
      ? {}
      : { participationFraction: costs.participationFraction }),
    accountKind: sim.account,
    childArm: 'partial',
    ...(terms === undefined ? {} : { ticks: terms.ticks }),
    ...(restore === undefined ? {} : { restore }),
    ...(keep === null ? {} : { keep }),
  });
}

type Owner = Pick<RunIdentity, 'mode' | 'account' | 'version'>;

/** Where the events go. */
type Store = History & {
  readonly reader: HistoryReader;
  readonly head: ChainHead;
  /** A home's: writes its views anew. */
  readonly rebuild?: () => Promise<void>;
};

async function openStore(
  { runDir, inMemory, home, clock, warn }: Composition,
  book: Book,
  owner: Owner,
  lock: HomeLock | null,
): Promise<Store> {
  const common = { ...owner, clock, fold: book };
  if (inMemory !== undefined) {
    const history = createMemoryHistory(book, inMemory);
    await history.append([{ type: 'history.opened', at: clock.now(), runId: null, ...owner }]);
    return history;
  }
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
  onEvents: (events: readonly JournalEvent[]) => void,
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
      onEvents(events);
      return events;
    },
    close: () => history.close(),
    failure: () => failure,
  };
}

/** A journal with trades and no simulated account would let the two tell different stories. */
function refuseLostAccount(composition: Composition, book: Book, hasAccount: boolean): void {
  const { home } = composition;
  if (!isOfHome(composition) || hasAccount || book.seq <= 3) return;
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
export async function openAccount(
  history: History,
  { loaded, clock }: Pick<Composition, 'loaded' | 'clock'>,
): Promise<void> {
  const { capital, intensity, risk } = loaded.config;
  const amount = usd(capital.startingCashUsd);
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
      intensity: intensityFactor([], 0, risk.maxDrawdownFraction, intensity),
      flow: amount,
      marks: [],
    },
  ]);
}

const spreadVolume = ({ halfSpreadBps, volumeImpact }: Config['costs']): SlippageModel => ({
  kind: 'spread_volume',
  halfSpreadBps,
  impact: volumeImpact,
});
