import { existsSync } from 'node:fs';
import { historyFolder } from '../adapters/file/file-history.ts';
import { loadSimAccount } from '../adapters/file/sim-account-file.ts';
import type { SimAccountState } from '../adapters/sim/sim-account-state.ts';
import { SimClock } from '../adapters/sim/sim-clock.ts';
import { lastSessionClosedBy, newYorkDate, sessionContaining } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { BrokerStatement } from '../domain/account.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import type { Result } from '../domain/result.ts';
import { DAY_MS, type EpochMs, epochMs, type Session } from '../domain/time.ts';
import type { EventDraft, JournalEvent } from '../events/event.ts';
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
import { compose, type System } from './compose.ts';
import { openHomeLog } from './home-log.ts';
import { Monitors } from './monitors.ts';
import { compareTo, recordReconciliation, runReconcile } from './reconcile-job.ts';
import { recordsOf } from './records.ts';

/** Who looks at which home, and when. */
export interface HomeRequest {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly now: EpochMs;
}

/** What the book is to take over from the broker. */
export interface Corrections {
  readonly symbols: readonly Symbol[];
  /** What a difference of cash is said to have been; null leaves cash alone. */
  readonly cash: CashKind | null;
  /** One execution, `all` that are missing, or null. */
  readonly fills: string | null;
}

export interface ReconcileRequest extends HomeRequest {
  readonly corrections: Corrections;
  /** Nothing is written: not the comparison either. */
  readonly dryRun: boolean;
  /** Shown what would be journalled; false leaves everything as it is. */
  readonly confirm: (drafts: readonly EventDraft[]) => Promise<boolean>;
}

export interface ReconcileOutcome {
  /** As it stands in the end. */
  readonly result: Reconciliation;
  /** What was, or with a dry run would be, journalled to make the book follow. */
  readonly corrected: readonly EventDraft[];
  readonly breaks: readonly Break[];
  /** The file of the comparison; null for a dry run. */
  readonly path: string | null;
}

/** Compares a home with its broker, makes the book follow where a person says so, and compares again. */
export async function reconcileHome(request: ReconcileRequest): Promise<ReconcileOutcome> {
  return withHome(request, async (system, session, at) => {
    const { book, broker, history } = system;
    // Everything the broker remembers: an execution may be older than the day.
    const since = epochMs(at - broker.capabilities.remembersDays * DAY_MS);
    const statement = await broker.statement(since);
    if (request.dryRun) {
      const corrected = correctionDrafts(system, statement, request.corrections, session);
      const result = compareTo(system, statement);
      return { result, corrected, breaks: openBreaks(book.breaks()), path: null };
    }
    const corrected = await correct(system, statement, request, session);
    if (corrected.length > 0) {
      await history.append(corrected);
      await new Monitors(system).takeIn(session.date);
    }
    if (!broker.simulated) {
      const result = await runReconcile(system, session, at);
      return { result, corrected, breaks: openBreaks(book.breaks()), path: null };
    }
    const result = compareTo(system, await broker.statement(since));
    const path = await recordReconciliation(system, result, session, at);
    return { result, corrected, breaks: openBreaks(book.breaks()), path };
  });
}

async function correct(
  system: System,
  statement: BrokerStatement,
  { corrections, confirm }: ReconcileRequest,
  session: Session,
): Promise<readonly EventDraft[]> {
  const drafts = correctionDrafts(system, statement, corrections, session);
  return drafts.length > 0 && (await confirm(drafts)) ? drafts : [];
}

/** The executions first: what they explain needs no inference. */
function correctionDrafts(
  { book, clock }: System,
  statement: BrokerStatement,
  { symbols, cash, fills }: Corrections,
  session: Session,
): EventDraft[] {
  const by: Adoption = { at: clock.now(), session: session.date, by: 'cli' };
  const only = fills === 'all' ? null : fills;
  const booked = fills === null ? [] : bookFills(book, statement, by, newYorkDate, only);
  if (fills !== null && only !== null && booked.length === 0) {
    throw new Failure('INPUT_INVALID', `the broker shows no execution ${only} that is missing`, {
      hint: 'trade-labs reconcile shows what is missing',
    });
  }
  const drafts = [
    ...booked,
    ...symbols.flatMap((symbol) => agreed(adoptSymbol(book, statement, symbol, by))),
  ];
  if (cash === null) return drafts;
  // What the shares moved explains a part of the cash.
  return [...drafts, ...agreed(adoptCash(cashAfter(book, drafts), statement, cash, by))];
}

function agreed(drafts: Result<EventDraft[], string>): EventDraft[] {
  if (drafts.ok) return drafts.value;
  throw new Failure('INPUT_INVALID', drafts.error, { hint: 'trade-labs reconcile' });
}

/** Opens a home as the daemon would, at the instant it was played through, and closes it whatever happens. */
async function withHome<T>(
  { home, loaded, version, now }: HomeRequest,
  work: (system: System, session: Session, at: EpochMs) => Promise<T>,
): Promise<T> {
  if (!existsSync(historyFolder(home))) throw nothingThere(home);
  const played = loadSimAccount<SimAccountState>(home)?.playedThrough;
  const clock = new SimClock(played ?? now);
  const log = await openHomeLog(home, loaded);
  const system = await compose({ home, loaded, mode: loaded.config.mode, version, clock, log });
  try {
    const at = clock.now();
    return await work(system, sessionContaining(at) ?? lastSessionClosedBy(at), at);
  } finally {
    await system.close();
    await log.close();
  }
}

const nothingThere = (home: string): Failure =>
  new Failure('RECORD_UNKNOWN', `${home} has no history`, { hint: 'first: trade-labs demo' });

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

export interface Resolution extends HomeRequest {
  /** The break's key, or `all`. */
  readonly key: string;
  readonly note: string;
}

/** Takes note of open breaks: entries go on while their numbers stay. Throws where there is none of that name. */
export async function resolveBreaks(request: Resolution): Promise<readonly Break[]> {
  return withHome(request, async ({ book, history, clock }) => {
    const open = openBreaks(book.breaks());
    const meant = request.key === 'all' ? open : open.filter(({ key }) => key === request.key);
    if (meant.length === 0) {
      throw new Failure('RECORD_UNKNOWN', `no open break is called ${request.key}`, {
        details: open.map(({ key }) => `open: ${key}`),
        hint: 'trade-labs breaks',
      });
    }
    await history.append(
      meant.map(({ key }) => ({
        type: 'discrepancy.resolved' as const,
        at: clock.now(),
        runId: null,
        key,
        note: request.note,
        by: 'cli',
      })),
    );
    return meant;
  });
}
