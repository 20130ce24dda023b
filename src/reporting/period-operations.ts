import type { RunCounts, RunRecord } from '../domain/run.ts';
import { NO_COUNTS } from '../domain/run.ts';
import { isoUtc } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import type { Break } from '../ledger/breaks.ts';
import { openBreaks } from '../ledger/breaks.ts';

/** Everything the scans of a week or month did, added up. */
export interface PipelineTotals {
  readonly scans: number;
  readonly failed: number;
  readonly counts: RunCounts;
  readonly excluded: Readonly<Record<string, number>>;
  readonly ineligible: Readonly<Record<string, number>>;
  readonly denials: Readonly<Record<string, number>>;
}

/** How the machine itself did. */
export interface Operations {
  readonly jobsDone: number;
  readonly jobsFailed: number;
  readonly jobsMissed: number;
  /** Slots that began after their time. */
  readonly jobsLate: number;
  readonly alerts: Readonly<Record<string, number>>;
  readonly configChanges: readonly { readonly at: string; readonly keys: readonly string[] }[];
  /** Breaches of the protection proof, and how long shares had no working stop in all. */
  readonly protectionBreaches: number;
  readonly uncoveredMs: number;
  /** Comparisons of book and broker: all, those that matched, those that were incomplete. */
  readonly comparisons: number;
  readonly matched: number;
  readonly incomplete: number;
  readonly openBreaks: number;
  /** What a person did or what nobody asked for. */
  readonly manualExits: number;
  readonly stopsMoved: number;
  readonly stopsWidened: number;
  readonly adoptions: number;
}

export function pipelineTotals(
  runs: readonly RunRecord[],
  today: readonly JournalEvent[],
): PipelineTotals {
  const scans = runs.filter(({ job }) => job === 'scan');
  const completed = today.filter((event) => event.type === 'scan.completed');
  const counts = { ...NO_COUNTS };
  for (const { counts: own } of scans) {
    for (const name of Object.keys(counts) as (keyof RunCounts)[]) counts[name] += own[name];
  }
  return {
    scans: scans.length,
    failed: scans.filter(({ status }) => status === 'failed').length,
    counts,
    excluded: totalOf(completed.map(({ excluded }) => excluded)),
    ineligible: totalOf(completed.map(({ ineligible }) => ineligible)),
    denials: totalOf(scans.map(({ denials }) => denials)),
  };
}

function totalOf(rows: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const row of rows) {
    for (const [name, n] of Object.entries(row)) totals[name] = (totals[name] ?? 0) + n;
  }
  return totals;
}

export function operationsOf(
  runs: readonly RunRecord[],
  today: readonly JournalEvent[],
  breaks: readonly Break[],
  closedTrades: readonly TradeRecord[],
): Operations {
  const of = <T extends JournalEvent['type']>(type: T) =>
    today.filter((event): event is EventOf<T> => event.type === type);
  const jobs = runs.filter(({ job }) => job !== 'report');
  const compared = of('reconcile.completed');
  const moved = of('stop.moved');
  return {
    jobsDone: jobs.filter(({ status }) => status !== 'failed' && status !== 'running').length,
    jobsFailed: jobs.filter(({ status }) => status === 'failed').length,
    jobsMissed: of('slot.missed').length,
    jobsLate: of('slot.claimed').filter(({ lateMs = 0 }) => lateMs > 0).length,
    alerts: totalOf(
      of('alert.raised').flatMap(({ level, code }) => (level === 'info' ? [] : [{ [code]: 1 }])),
    ),
    configChanges: of('config.changed').map(({ at, keys }) => ({ at: isoUtc(at), keys })),
    protectionBreaches: of('protection.breached').length,
    uncoveredMs: of('protection.restored').reduce((all, { uncoveredMs }) => all + uncoveredMs, 0),
    comparisons: compared.length,
    matched: compared.filter(({ complete, discrepancies: d }) => complete && d.length === 0).length,
    incomplete: compared.filter(({ complete }) => !complete).length,
    openBreaks: openBreaks(breaks).length,
    manualExits: closedTrades.filter(({ exitReason }) => exitReason === 'manual').length,
    stopsMoved: moved.length,
    stopsWidened: moved.filter((event) => event.new < event.old).length,
    adoptions: of('discrepancy.adopted').length,
  };
}
