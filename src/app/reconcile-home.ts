import { existsSync } from 'node:fs';
import { historyFolder } from '../adapters/file/file-history.ts';
import type { TimeSource } from '../adapters/system/system-timeline.ts';
import { lastSessionClosedBy, newYorkDate, sessionContaining } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { BrokerStatement } from '../domain/account.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import type { Result } from '../domain/result.ts';
import { DAY_MS, type EpochMs, epochMs, type Session } from '../domain/time.ts';
import type { EventDraft, JournalEvent } from '../events/event.ts';
import { fingerprint } from '../events/fingerprint.ts';
import { type Break, bookReconciliation, bookResolution, openBreaks } from '../ledger/breaks.ts';
import type { Reconciliation } from '../ledger/reconcile.ts';
import {
  type Adoption,
  adoptCash,
  adoptSymbol,
  bookFills,
  type CashKind,
  cashAfter,
} from '../ledger/reconcile-adopt.ts';
import { adoptable } from '../ledger/reconcile-rows.ts';
import { compose, type System } from './compose.ts';
import { openHomeLog } from './home-log.ts';
import { withoutHistory } from './home-without-history.ts';
import { Monitors } from './monitors.ts';
import { compareTo, recordReconciliation, runReconcile, type TakeIn } from './reconcile-job.ts';
import { askedTime, type Requester, recordCommand, requesterOf } from './record-command.ts';
import { recordsOf } from './records.ts';
import { takeUpLine } from './take-up-line.ts';
import { homeClock } from './venue.ts';

/** Who looks at which home, and when. */
export interface HomeRequest {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly now: EpochMs;
  /** The time of the machine, where it is not its own. */
  readonly time?: TimeSource;
}

/** What the book is to take over from the broker. */
export interface Corrections {
  readonly symbols: readonly Symbol[];
  /** What a difference of cash is said to have been; null leaves cash alone. */
  readonly cash: CashKind | null;
  /** One execution, `all` that are missing, or null. */
  readonly fills: string | null;
}

/** A comparison, and what of it the book is to take over; handed to a running daemon as it is. */
export interface ReconcileOrder {
  readonly corrections: Corrections;
  /** Nothing is written: not the comparison either. */
  readonly dryRun: boolean;
  /** The digest of the corrections that a person has seen; null agrees to whatever they come to. */
  readonly agreed: string | null;
}

export interface ReconcileOutcome {
  /** As it stands in the end. */
  readonly result: Reconciliation;
  /** What was, or with a dry run would be, journalled to make the book follow. */
  readonly corrected: readonly EventDraft[];
  readonly breaks: readonly Break[];
  /** The digest of what was, or would be, journalled, whenever it is: agreed to by those who have seen it. */
  readonly digest: string;
  /** The file of the comparison; null for a dry run. */
  readonly path: string | null;
}

/** Compares a home with its broker, makes the book follow where a person says so, and compares again. */
export const reconcileHome = (
  request: HomeRequest,
  order: ReconcileOrder,
): Promise<ReconcileOutcome> =>
  withHome(request, (system, monitors) =>
    reconcileIn(system, monitors, order, requesterOf(system, RECONCILE, 'cli')),
  );

const RECONCILE = 'reconcile';

/** The same in a home that is open; whoever asks for corrections is written down. */
export async function reconcileIn(
  system: System,
  monitors: Monitors,
  order: ReconcileOrder,
  requester: Requester,
): Promise<ReconcileOutcome> {
  const { book, broker, clock } = system;
  const at = clock.now();
  const session = sessionContaining(at) ?? lastSessionClosedBy(at);
  // Everything the broker remembers: an execution may be older than the day.
  const since = epochMs(at - broker.capabilities.remembersDays * DAY_MS);
  const statement = await broker.statement(since);
  const corrected = correctionDrafts(system, statement, order.corrections, session);
  const digest = digestOf(corrected);
  const outcome = (result: Reconciliation, path: string | null): ReconcileOutcome => ({
    result,
    corrected,
    breaks: openBreaks(book.breaks()),
    digest,
    path,
  });
  if (order.dryRun) return outcome(compareTo(system, statement), null);
  if (order.agreed !== null && order.agreed !== digest) {
    throw new Failure('INPUT_INVALID', 'book or broker changed while you were asked', {
      hint: 'nothing was written: look again and answer anew',
    });
  }
  if (corrected.length > 0) {
    const { symbols } = order.corrections;
    const commanded = { command: RECONCILE, symbols };
    const write = async (): Promise<void> => {
      await system.history.append(corrected);
      await monitors.takeIn(session.date);
    };
    const tell = (): string => `${corrected.length} events`;
    await recordCommand(system, requester, commanded, write, tell);
  }
  if (!broker.simulated) {
    const until = epochMs(at + PATIENCE_MS);
    const takeIn: TakeIn = (date) => monitors.takeIn(date);
    return outcome(await runReconcile(system, session, at, takeIn, until), null);
  }
  const result = compareTo(system, await broker.statement(since));
  return outcome(result, await recordReconciliation(system, result, session, at));
}

/** How long a person at a terminal waits for differences to settle. */
const PATIENCE_MS = 10_000;

/** What is to be written, but for when. */
const digestOf = (drafts: readonly EventDraft[]): string =>
  fingerprint(drafts.map((draft) => ({ ...draft, at: 0 })));

/** The executions first: what they explain needs no inference. */
function correctionDrafts(
  system: System,
  statement: BrokerStatement,
  { symbols, cash, fills }: Corrections,
  session: Session,
): EventDraft[] {
  const { book, clock } = system;
  const by: Adoption = { at: clock.now(), session: session.date, by: 'cli' };
  const only = fills === 'all' ? null : fills;
  const booked = fills === null ? [] : bookFills(book, statement, by, newYorkDate, only);
  if (fills !== null && only !== null && booked.length === 0) {
    throw new Failure('INPUT_INVALID', `the broker shows no execution ${only} that is missing`, {
      hint: 'trade-labs reconcile shows what is missing',
    });
  }
  refuseTwice(booked, symbols);
  const adopt = (symbol: Symbol): EventDraft[] => agreed(adoptSymbol(book, statement, symbol, by));
  const adopted = symbols.map(adopt);
  const same = symbols.filter((_, i) => adopted[i]?.length === 0);
  if (same.length > 0) throw nothingOf(same.join(', '), system, statement);
  const drafts = [...booked, ...adopted.flat()];
  if (cash === null) return drafts;
  // What the shares moved explains a part of the cash.
  const moved = agreed(adoptCash(cashAfter(book, drafts), statement, cash, by));
  if (moved.length + drafts.length === 0) throw nothingOf('CASH', system, statement);
  return [...drafts, ...moved];
}

/** Adopting looks at the book as it is: of shares that executions are about to move it would move as many again. */
function refuseTwice(booked: readonly EventDraft[], symbols: readonly Symbol[]): void {
  const moved = booked.flatMap((draft) =>
    draft.type === 'fill.recorded' || draft.type === 'fill.corrected' ? [draft.symbol] : [],
  );
  const twice = symbols.find((symbol) => moved.includes(symbol));
  if (twice === undefined) return;
  throw new Failure(
    'INPUT_INVALID',
    `executions of ${twice} are booked with it: not both at once`,
    {
      hint: `trade-labs reconcile --book-fill, then --adopt ${twice} where it still differs`,
    },
  );
}

/** Refuses to adopt what does not differ: a name that was mistyped is told from one that matches. */
function nothingOf(what: string, system: System, statement: BrokerStatement): Failure {
  const known = adoptable(compareTo(system, statement).rows).join(', ');
  return new Failure('INPUT_INVALID', `nothing of ${what} differs: there is nothing to adopt`, {
    details: [known === '' ? 'nothing can be adopted' : `can be adopted: ${known}`],
    hint: 'trade-labs reconcile shows what differs',
  });
}

function agreed(drafts: Result<EventDraft[], string>): EventDraft[] {
  if (drafts.ok) return drafts.value;
  throw new Failure('INPUT_INVALID', drafts.error, { hint: 'trade-labs reconcile' });
}

/** Opens a home as the daemon would, at the instant it was played through, and closes it whatever happens. */
const withHome = <T>(request: HomeRequest, work: HomeWork<T>): Promise<T> =>
  inHome(request, work, false);

/** The same for what is done with the journal alone: no line to a broker is opened for it. */
export const withJournal = <T>(request: HomeRequest, work: HomeWork<T>): Promise<T> =>
  inHome(request, work, true);

type HomeWork<T> = (system: System, monitors: Monitors) => Promise<T>;

async function inHome<T>(
  { home, loaded, version, now, time }: HomeRequest,
  work: HomeWork<T>,
  isOffline: boolean,
): Promise<T> {
  if (!existsSync(historyFolder(home))) throw withoutHistory(home);
  const clock = homeClock(home, loaded, now, time);
  const log = await openHomeLog(home, loaded);
  try {
    const { mode } = loaded.config;
    const own = { home, loaded, mode, version, clock, log, isOffline };
    const system = await compose({ ...own, ...(time === undefined ? {} : { time }) });
    try {
      const monitors = new Monitors(system);
      const at = clock.now();
      const session = sessionContaining(at) ?? lastSessionClosedBy(at);
      if (!isOffline) await takeUpLine(system, monitors, session);
      return await work(system, monitors);
    } finally {
      await system.close();
    }
  } finally {
    await log.close();
  }
}

/** The breaks of a home by its journal alone, open ones and resolved; also while a daemon runs. */
export async function breaksOf(home: string): Promise<readonly Break[]> {
  const state = { breaks: new Map<string, Break>() };
  for await (const event of recordsOf(home).events()) foldBreaks(state, event);
  return [...state.breaks.values()];
}

function foldBreaks(state: { breaks: Map<string, Break> }, event: JournalEvent): void {
  if (event.type === 'reconcile.completed') bookReconciliation(state, event);
  else if (event.type === 'discrepancy.resolved') bookResolution(state, event);
}

export interface Resolution {
  /** The break's key, or `all`. */
  readonly key: string;
  readonly note: string;
}

const RESOLVE = 'breaks resolve';

/** Takes note of open breaks: entries go on while their numbers stay. Throws where there is none of that name. */
export const resolveBreaks = (
  request: HomeRequest,
  resolution: Resolution,
): Promise<readonly Break[]> =>
  withJournal(request, (system) =>
    resolveIn(system, resolution, requesterOf(system, RESOLVE, 'cli', request.now)),
  );

/** The same in a home that is open; whoever asks is written down. */
export async function resolveIn(
  system: System,
  { key: asked, note }: Resolution,
  requester: Requester,
): Promise<readonly Break[]> {
  const { book, history } = system;
  const open = openBreaks(book.breaks());
  const meant = asked === 'all' ? open : open.filter(({ key }) => key === asked);
  if (meant.length === 0) {
    throw new Failure('RECORD_UNKNOWN', `no open break is called ${asked}`, {
      details: open.map(({ key }) => `open: ${key}`),
      hint: 'trade-labs breaks',
    });
  }
  const write = async (): Promise<readonly Break[]> => {
    const at = askedTime(system, requester.askedAt);
    const base = { type: 'discrepancy.resolved', at, runId: null } as const;
    await history.append(meant.map(({ key }) => ({ ...base, key, note, by: 'cli' })));
    return meant;
  };
  const symbols = [...new Set(meant.flatMap(({ symbol }) => symbol ?? []))];
  const tell = (): string => meant.map(({ key }) => key).join(', ');
  return recordCommand(system, requester, { command: RESOLVE, symbols }, write, tell);
}
