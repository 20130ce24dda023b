import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeAtomic } from '../adapters/file/atomic-file.ts';
import { nodeFileSystem } from '../adapters/file/node-file-system.ts';
import { newYorkDate, newYorkTime } from '../calendar/nyse.ts';
import type { BrokerStatement } from '../domain/account.ts';
import {
  type EpochMs,
  epochMs,
  isoUtc,
  MINUTE_MS,
  type Session,
  type SessionDate,
} from '../domain/time.ts';
import { type Discrepancy, openBreaks } from '../ledger/breaks.ts';
import {
  confirmed,
  LIVE_RULES,
  type Reconciliation,
  reconcile,
  SIMULATED_RULES,
} from '../ledger/reconcile.ts';
import type { System } from './compose.ts';
import { unpaidCommissions } from './valuation.ts';

/** How far apart two reads of the broker must be to prove a difference together. */
const APART_MS = 5_000;

/** How long book and broker may take to agree before what differs is called a break. */
export const SETTLE_MS = 15_000;

/** How long after the close a difference that is still young is looked at again. */
const UNTIL_AFTER_CLOSE_MS = 10 * MINUTE_MS;

/** Writes down what the broker said: a fill during a comparison would look like a difference otherwise. */
export type TakeIn = (session: SessionDate) => Promise<void>;

/** For simulated brokers: what they say was taken in before anything is compared. */
export const ALL_TOLD: TakeIn = () => Promise.resolve();

/**
 * Compares the book with the broker's statement, journals the result and writes it to
 * reports/reconciliation/YYYY-MM-DDTHHMM.json, so that a second one the same day erases nothing. What a broker shows
 * that is no simulation is read until nothing is pending, at the latest until `until`.
 */
export async function runReconcile(
  system: System,
  session: Session,
  at: EpochMs,
  takeIn: TakeIn,
  until: EpochMs = epochMs(session.closeAt + UNTIL_AFTER_CLOSE_MS),
): Promise<Reconciliation> {
  const result = await compared(system, session, takeIn, until);
  await journalReconciliation(system, result);
  if (system.writesReports) writeReconciliation(system, result, session, at);
  return result;
}

/**
 * The same beside the schedule, again and again: written down only where it is news. `before` is what was found last.
 * Resolves with what is found now: `before` itself where that is the same.
 */
export async function compareAgain(
  system: System,
  session: Session,
  { at, takeIn, until }: { readonly at: EpochMs; readonly takeIn: TakeIn; readonly until: EpochMs },
  before: readonly Discrepancy[],
): Promise<readonly Discrepancy[]> {
  const result = await compared(system, session, takeIn, until);
  const { discrepancies } = result;
  if (isDeepStrictEqual(discrepancies, before)) return before;
  await journalReconciliation(system, result);
  if (discrepancies.length > 0) writeReconciliation(system, result, session, at);
  return discrepancies;
}

function compared(
  system: System,
  session: Session,
  takeIn: TakeIn,
  until: EpochMs,
): Promise<Reconciliation> {
  const { broker, clock, wait } = system;
  const read = async () => {
    const statement = await broker.statement(session.openAt);
    await takeIn(session.date);
    return compareTo(system, statement);
  };
  return broker.simulated
    ? read()
    : compareUntilSettled(read, { now: () => clock.now(), wait, until });
}

/** The comparison by the rules of the broker that is connected. */
export function compareTo({ book, broker, config }: System, statement: BrokerStatement) {
  const rules = broker.simulated ? SIMULATED_RULES : LIVE_RULES;
  const foreignExpected = config.capital.maxUsd !== undefined;
  const unpaid = unpaidCommissions({ book, config });
  return reconcile(book, statement, { ...rules, foreignExpected, unpaidCommissions: unpaid });
}

/** How a comparison is repeated. */
export interface Patience {
  readonly now: () => EpochMs;
  readonly wait: (ms: number) => Promise<void>;
  /** No further read begins after this. */
  readonly until: EpochMs;
}

/**
 * Reads until nothing is pending any more: at least once, and twice, 5 s apart, before anything is called a break. What
 * is still pending when the time is over stays pending.
 */
export async function compareUntilSettled(
  read: () => Promise<Reconciliation>,
  { now, wait, until }: Patience,
): Promise<Reconciliation> {
  let before = await read();
  if (before.discrepancies.length === 0) return before;
  for (;;) {
    await wait(APART_MS);
    const after = await read();
    const result = confirmed(before, after, APART_MS);
    const isSettled = result.discrepancies.every(({ state }) => state !== 'pending');
    if (isSettled || now() + APART_MS > until) return result;
    before = after;
  }
}

/** Journals a comparison and writes its file; gives the file's path. */
export async function recordReconciliation(
  system: System,
  result: Reconciliation,
  session: Session,
  at: EpochMs,
): Promise<string> {
  await journalReconciliation(system, result);
  return writeReconciliation(system, result, session, at);
}

async function journalReconciliation(
  { clock, history }: System,
  result: Reconciliation,
): Promise<void> {
  await history.append([
    {
      type: 'reconcile.completed',
      at: clock.now(),
      runId: null,
      complete: result.complete,
      compared: result.compared,
      discrepancies: [...result.discrepancies],
    },
  ]);
}

function writeReconciliation(
  { book, identity, outputDir }: System,
  result: Reconciliation,
  session: Session,
  at: EpochMs,
): string {
  const dir = join(outputDir, 'reports', 'reconciliation');
  nodeFileSystem.makeFolder(dir);
  const path = unusedPath(
    dir,
    `${newYorkDate(at)}T${newYorkTime(at).slice(0, 5).replace(':', '')}`,
  );
  const content = {
    schemaVersion: 2,
    session: session.date,
    at: isoUtc(at),
    account: identity.account,
    complete: result.complete,
    unsaid: result.unsaid,
    compared: result.compared,
    rows: result.rows,
    positions: result.positions,
    openBreaks: openBreaks(book.breaks()).map(({ key, foundAt }) => ({
      key,
      foundAt: isoUtc(foundAt),
    })),
  };
  writeAtomic(nodeFileSystem, path, `${JSON.stringify(content, null, 2)}\n`);
  return path;
}

/** "2026-03-05T1600.json", and "2026-03-05T1600-2.json" for a second one in the same minute. */
function unusedPath(dir: string, name: string): string {
  let path = join(dir, `${name}.json`);
  for (let n = 2; existsSync(path); n += 1) path = join(dir, `${name}-${n}.json`);
  return path;
}
