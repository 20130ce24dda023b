import { toUsd } from '../domain/money.ts';
import { type RunRecord, runId } from '../domain/run.ts';
import { isoUtc } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { type Break, openBreaks } from '../ledger/breaks.ts';
import type { AccountBridge } from './account-bridge.ts';
import type { DayOrder } from './day-orders.ts';
import type { ReportLimits } from './report-input.ts';

type Mark = EventOf<'account.marked'>;
type Reconcile = EventOf<'reconcile.completed'>;

/** A limit and how much of it is used. `share` is used over limit. */
export interface LimitRow {
  readonly id: string;
  readonly label: string;
  readonly unit: 'fraction' | 'count';
  readonly used: number | null;
  readonly limit: number;
  readonly share: number | null;
}

/** What limits are held against. */
interface LimitFacts {
  readonly bridge: AccountBridge;
  /** The day's last. */
  readonly mark: Mark | null;
  readonly orders: readonly DayOrder[];
  /** Null where nobody counted. */
  readonly losingStreak: number | null;
}

/** Each limit against the day's last mark and the entries sent. */
export function limitRows(
  limits: ReportLimits,
  { bridge, mark, orders, losingStreak }: LimitFacts,
): LimitRow[] {
  const ofEquity = (amount: number): number | null =>
    mark === null || mark.equity <= 0 ? null : amount / mark.equity;
  const { pnl, startEquity, flow } = bridge;
  const base = (startEquity ?? 0) + (startEquity === 0 ? (flow ?? 0) : 0);
  const loss = pnl === null || base <= 0 ? null : Math.max(0, -pnl) / base;
  const largest =
    mark === null ? 0 : mark.marks.reduce((max, row) => Math.max(max, row.mark * row.quantity), 0);
  const entries = orders.filter((o) => o.isNew && o.submitted?.leg === 'entry').length;
  const row = (
    id: string,
    label: string,
    used: number | null,
    limit: number,
    unit: LimitRow['unit'] = 'fraction',
  ): LimitRow => {
    const share = used === null || limit === 0 ? null : used / limit;
    return { id, label, unit, used, limit, share };
  };
  return [
    row('dailyLoss', 'Loss of the day', loss, limits.dailyLossFraction),
    row('hardDailyLoss', 'Loss of the day, hard', loss, limits.hardDailyLossFraction),
    row(
      'drawdown',
      'Drawdown',
      mark === null ? null : 0 - mark.drawdown,
      limits.maxDrawdownFraction,
    ),
    row('gross', 'Gross exposure', ofEquity(mark?.exposure ?? 0), limits.maxGrossFraction),
    row('openRisk', 'Open risk', ofEquity(mark?.openRisk ?? 0), limits.maxOpenRiskFraction),
    row('position', 'Largest position', ofEquity(largest), limits.maxPositionFraction),
    row('positions', 'Positions', mark?.marks.length ?? null, limits.maxPositions, 'count'),
    row('entries', 'Entries sent', entries, limits.maxEntriesPerDay, 'count'),
    ...(limits.maxConsecutiveLosses === undefined
      ? []
      : [row('losses', 'Losses in a row', losingStreak, limits.maxConsecutiveLosses, 'count')]),
  ];
}

export interface DiscrepancyRow {
  readonly kind: Reconcile['discrepancies'][number]['kind'];
  readonly symbol: string | null;
  readonly orderRef: string | null;
  readonly book: number | null;
  readonly statement: number | null;
  readonly difference: number | null;
  readonly tolerance: number;
  /** `pending`: too young to be called a break; absent on a break. */
  readonly state?: 'pending';
}

/** A proven difference that nobody resolved: while there is one, nothing is entered. */
export interface OpenBreak {
  readonly key: string;
  readonly symbol: string | null;
  readonly kind: DiscrepancyRow['kind'];
  readonly book: number | null;
  readonly statement: number | null;
  readonly since: string;
}

/** Book against statement, by the last comparison of the session. */
export interface Reconciliation {
  readonly status: 'matched' | 'differs' | 'pending' | 'incomplete' | 'none';
  readonly at: string | null;
  readonly compared: number;
  readonly discrepancies: readonly DiscrepancyRow[];
  /** Comparisons of the session, and how many of those before the last one found something. */
  readonly comparisons: number;
  readonly earlierFindings: number;
  /** At the end of the day, whichever day they were found on. */
  readonly openBreaks: readonly OpenBreak[];
}

export function reconciliationOf(
  today: readonly JournalEvent[],
  breaks: readonly Break[],
): Reconciliation {
  const all = today.filter((event): event is Reconcile => event.type === 'reconcile.completed');
  const last = all.at(-1);
  const earlier = all.slice(0, -1).filter(({ discrepancies }) => discrepancies.length > 0);
  return {
    status: last === undefined ? 'none' : statusOf(last),
    at: last === undefined ? null : isoUtc(last.at),
    compared: last?.compared ?? 0,
    discrepancies: (last?.discrepancies ?? []).map(({ state, ...row }) =>
      state === undefined ? row : { ...row, state },
    ),
    comparisons: all.length,
    earlierFindings: earlier.length,
    openBreaks: openBreaks(breaks).map(({ key, symbol, kind, book, statement, foundAt }) => ({
      key,
      symbol,
      kind,
      book,
      statement,
      since: isoUtc(foundAt),
    })),
  };
}

function statusOf({ complete, discrepancies }: Reconcile): Reconciliation['status'] {
  if (discrepancies.some(({ state }) => state === undefined)) return 'differs';
  if (discrepancies.length > 0) return 'pending';
  return complete ? 'matched' : 'incomplete';
}

/** One scheduled job of the session. */
export interface JobRow {
  readonly job: string;
  readonly slot: string;
  /** When it was due; null for a run that was asked for by hand. */
  readonly dueAt: string | null;
  readonly startedAt: string | null;
  readonly tookMs: number | null;
  readonly status: RunRecord['status'] | 'missed';
  readonly note: string | null;
}

/** Runs and missed slots by time. A report cannot report its own run. */
export function jobRows(runs: readonly RunRecord[], today: readonly JournalEvent[]): JobRow[] {
  const dueAt = new Map<string, string>();
  const notes = new Map<string | null, string | null>();
  const missed: JobRow[] = [];
  for (const event of today) {
    if (event.type === 'run.completed') notes.set(event.runId, event.note);
    if (event.type === 'slot.claimed') {
      const { session, slotAt, slot } = event;
      dueAt.set(runId(session, slotAt, slot), isoUtc(slotAt));
    }
    if (event.type === 'slot.missed') {
      const { job, slot, slotAt, cause } = event;
      const never = { startedAt: null, tookMs: null, status: 'missed' as const };
      missed.push({ job, slot, dueAt: isoUtc(slotAt), ...never, note: cause });
    }
  }
  const ran = runs
    .filter(({ job }) => job !== 'report')
    .map((run): JobRow => {
      const { job, slot, startedAt, finishedAt, status, error } = run;
      return {
        job,
        slot,
        dueAt: dueAt.get(run.runId) ?? null,
        startedAt,
        tookMs: finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt),
        status,
        note: error ?? notes.get(run.runId) ?? null,
      };
    });
  const time = ({ startedAt, dueAt }: JobRow) => startedAt ?? dueAt ?? '';
  return [...ran, ...missed].sort((a, b) =>
    time(a) === time(b) ? (a.slot < b.slot ? -1 : 1) : time(a) < time(b) ? -1 : 1,
  );
}

/** Money and exposure at the day's last mark, dollars. */
export interface AccountState {
  readonly cash: number;
  readonly grossExposure: number;
  readonly openRisk: number;
  readonly unrealized: number;
  readonly openEntryCommissions: number;
  readonly intensity: number;
}

export const accountState = (mark: Mark | null): AccountState | null =>
  mark === null
    ? null
    : {
        cash: toUsd(mark.cash),
        grossExposure: toUsd(mark.exposure),
        openRisk: toUsd(mark.openRisk),
        unrealized: toUsd(mark.unrealized),
        openEntryCommissions: toUsd(mark.openEntryCommissions),
        intensity: mark.intensity,
      };
