import { rmSync } from 'node:fs';
import { openHistory } from '../adapters/file/file-history.ts';
import { type HomeLock, lockHome } from '../adapters/file/home-lock.ts';
import { openRunFolderHistory } from '../adapters/file/run-folder-history.ts';
import { createMemoryHistory } from '../adapters/memory/memory-history.ts';
import { scrubberFor } from '../adapters/system/scrub.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import { lastSessionClosedBy } from '../calendar/nyse.ts';
import { revealed } from '../config/secrets.ts';
import type { AlertLevel } from '../domain/alert.ts';
import { usd, ZERO } from '../domain/money.ts';
import type { ChainHead } from '../events/chain.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { fingerprint } from '../events/fingerprint.ts';
import { Book } from '../ledger/book.ts';
import type { RunIdentity } from '../pipeline/run.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { History, HistoryReader } from '../ports/history.ts';
import type { Log, LogLevel } from '../ports/log.ts';
import { intensityFactor } from '../risk/intensity.ts';
import { type Beginning, beginningOf } from './account-worth.ts';
import type { Composition, StartingState } from './compose.ts';
import { brokersAccount, isOfHome, simulatedAccount } from './keep-account.ts';
import { spansOf } from './span-reading.ts';

/** What an account is opened with. */
export interface AccountParts {
  readonly source: BarSource;
  readonly book: Book;
  readonly owner: Owner;
  /** A broker with an account of its own; null where the account is simulated here. */
  readonly exchange: Exchange | null;
  /** The home's lock, where it was taken already. */
  readonly lock: HomeLock | null;
}

/** Takes a home for a composition. */
export const lockOf = ({ home, role = 'command' }: Composition): Promise<HomeLock> =>
  lockHome({ home, role, now: systemClock.now() });

/** Journal and account of a home or run folder, opened together: neither is right without the other. */
export async function openAccounts(composition: Composition, parts: AccountParts) {
  const { source, book, owner, exchange } = parts;
  const { runDir, clock } = composition;
  const ownsHome = isOfHome(composition);
  const lock = parts.lock ?? (ownsHome ? await lockOf(composition) : null);
  // What is written before anybody listens is told when they do.
  const early: JournalEvent[] = [];
  let hear = (events: readonly JournalEvent[]): void => {
    early.push(...events);
  };
  const store = await openStore(composition, book, owner, lock, (events) => hear(events));
  try {
    const { reader } = store;
    const spans = {
      daily: spansOf(reader, 'daily'),
      weekly: spansOf(reader, 'weekly'),
      monthly: spansOf(reader, 'monthly'),
    };
    hear = (events) => {
      for (const span of Object.values(spans)) span.hear(events);
    };
    hear(early);
    const history = observed(store, (events) => {
      logAlerts(composition.log, events);
      composition.onEvents?.(events);
    });
    const account =
      exchange === null
        ? simulatedAccount(composition, source, book)
        : brokersAccount(exchange, book, clock);
    const { broker } = account;
    if (composition.startFrom !== undefined) {
      await carryOn(history, book, composition.startFrom, clock);
    } else if (book.seq <= 1) {
      // Before the journal knows of the account: a home whose account is missing is refused.
      account.keep();
      await openAccount(
        history,
        composition,
        exchange === null ? null : await beginningOf(exchange, composition),
      );
    }
    return {
      broker,
      spans,
      history,
      store,
      playedThrough: account.playedThrough,
      setPlayed: account.setPlayed,
      // A run folder is nobody's before its run ends: its account is written once.
      saveAccount: runDir === undefined ? account.keep : (): void => {},
      historyFailure: () => history.failure(),
      rebuildViews: async (): Promise<ChainHead> => {
        await store.rebuild?.();
        return store.head;
      },
      close: async (): Promise<void> => {
        if (runDir !== undefined) account.keep();
        await history.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
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
  { runDir, inMemory, home, loaded, clock, warn }: Composition,
  book: Book,
  owner: Owner,
  lock: HomeLock | null,
  onCommitted: (events: readonly JournalEvent[]) => void,
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
    onCommitted,
    scrub: scrubberFor(revealed(loaded.secrets)).text,
    ...(warn === undefined ? {} : { warn }),
    ...(lock === null ? {} : { lock }),
  });
}

const LOG_LEVELS: Readonly<Record<AlertLevel, LogLevel>> = {
  info: 'info',
  warning: 'warn',
  critical: 'error',
};

/** Whoever looks through the log finds there what called for a person. */
function logAlerts(log: Log, events: readonly JournalEvent[]): void {
  for (const event of events) {
    if (event.type !== 'alert.raised') continue;
    log.write(LOG_LEVELS[event.level], `${event.code}: ${event.message}`, { alert: event.seq });
  }
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

/**
 * The first events of an account: its cash, and the close that its first day is measured against. `stated` is what the
 * broker says; null for a simulated account.
 */
async function openAccount(
  history: History,
  { loaded, clock }: Pick<Composition, 'loaded' | 'clock'>,
  stated: Beginning | null = null,
): Promise<void> {
  const { capital, intensity, risk } = loaded.config;
  const amount = stated?.cash ?? usd(capital.startingCashUsd);
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
      note: `starting cash of the ${stated === null ? 'simulated ' : ''}account`,
    },
    {
      type: 'account.marked',
      at,
      runId: null,
      session,
      cause: 'close',
      equity: amount,
      cash: amount,
      ...(stated === null ? {} : { worth: stated.worth }),
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
