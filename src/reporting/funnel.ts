import { toUsd } from '../domain/money.ts';
import type { Fate, Reason, ReasonCode } from '../domain/reason.ts';
import type { RunCounts, RunRecord } from '../domain/run.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { type ScoredCandidate, scoredCandidates } from '../events/scored-candidates.ts';
import type { OrderRow } from './day-orders.ts';
import { price } from './format.ts';

export type DecisionVerdict = 'approved' | 'reduced' | 'denied';

/** One row of decisions.csv: a candidate the journal names, with every number that decided. Dollars; fractions. */
export interface DecisionRow {
  readonly session: string;
  readonly runId: string;
  readonly slot: string;
  readonly symbol: string;
  readonly scanRank: number;
  readonly activity: number;
  readonly score: number;
  readonly components: Readonly<Record<string, number>>;
  readonly rank: number;
  readonly ref: number;
  readonly atr: number;
  readonly limit: number | null;
  readonly stop: number | null;
  readonly sized: number | null;
  readonly binding: 'risk' | 'position' | null;
  readonly approved: number | null;
  readonly verdict: DecisionVerdict | null;
  readonly fate: Fate;
  /** The first guard that refused, or the one that shrank it most. */
  readonly reason: ReasonCode | null;
  /** Every guard that spoke, with its numbers. */
  readonly reasons: readonly Reason[];
  readonly intensity: number | null;
  readonly equity: number | null;
  /** What became of the entry order: "filled 40 at 228.17", "expired: gap". */
  readonly order: string | null;
}

/** One run of the pipeline, stage by stage. */
export interface RunFunnel {
  readonly runId: string;
  readonly slot: string;
  readonly startedAt: string;
  readonly status: RunRecord['status'];
  /** Symbols the scan looked at; null where it did not complete. */
  readonly universe: number | null;
  readonly rule: string | null;
  readonly counts: RunCounts;
  readonly excluded: Readonly<Record<string, number>>;
  readonly ineligible: Readonly<Record<string, number>>;
  readonly denials: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  readonly signalHash: string | null;
  readonly decisionHash: string | null;
  /** By rank; those the journal names. */
  readonly candidates: readonly DecisionRow[];
}

/** The scans of a session in the order they started, each with its candidates. */
export function funnelsOf(
  runs: readonly RunRecord[],
  today: readonly JournalEvent[],
  orders: readonly OrderRow[],
): RunFunnel[] {
  const byRun = new Map<string, JournalEvent[]>();
  for (const event of today) {
    if (event.runId === null) continue;
    const events = byRun.get(event.runId) ?? [];
    events.push(event);
    byRun.set(event.runId, events);
  }
  const byRef = new Map(orders.map((order) => [order.orderRef, order]));
  return runs
    .filter(({ job }) => job === 'scan')
    .sort((a, b) => textOrder(a.startedAt, b.startedAt) || textOrder(a.runId, b.runId))
    .map((run) => funnelOf(run, byRun.get(run.runId) ?? [], byRef));
}

const textOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function funnelOf(
  run: RunRecord,
  events: readonly JournalEvent[],
  orders: ReadonlyMap<string, OrderRow>,
): RunFunnel {
  const scan = events.find((event) => event.type === 'scan.completed');
  const sized = bySymbol(events.filter((event) => event.type === 'intent.sized'));
  const denied = bySymbol(events.filter((event) => event.type === 'intent.denied'));
  const approved = bySymbol(events.filter((event) => event.type === 'intent.approved'));
  const candidates = events
    .flatMap(scoredCandidates)
    .sort((a, b) => a.rank - b.rank)
    .map((candidate) => {
      const approval = approved.get(candidate.symbol);
      return decisionRow(run, candidate, {
        sized: sized.get(candidate.symbol),
        denied: denied.get(candidate.symbol),
        approved: approval,
        order: approval === undefined ? undefined : orders.get(approval.entryRef),
      });
    });
  return {
    runId: run.runId,
    slot: run.slot,
    startedAt: run.startedAt,
    status: run.status,
    universe: scan?.universe ?? null,
    rule: scan?.rule ?? null,
    counts: run.counts,
    excluded: scan?.excluded ?? {},
    ineligible: scan?.ineligible ?? {},
    denials: run.denials,
    warnings: scan?.warnings ?? [],
    signalHash: run.signalHash,
    decisionHash: run.decisionHash,
    candidates,
  };
}

const bySymbol = <E extends { readonly symbol: string }>(events: readonly E[]): Map<string, E> =>
  new Map(events.map((event) => [event.symbol, event]));

interface Outcome {
  readonly sized: EventOf<'intent.sized'> | undefined;
  readonly denied: EventOf<'intent.denied'> | undefined;
  readonly approved: EventOf<'intent.approved'> | undefined;
  readonly order: OrderRow | undefined;
}

function decisionRow(
  run: RunRecord,
  candidate: ScoredCandidate,
  { sized, denied, approved, order }: Outcome,
): DecisionRow {
  const reasons = denied?.reasons ?? approved?.reasons ?? [];
  const quantity = sized?.quantity ?? denied?.sized ?? approved?.sized ?? null;
  return {
    session: run.session,
    runId: run.runId,
    slot: run.slot,
    symbol: candidate.symbol,
    scanRank: candidate.scanRank,
    activity: candidate.activity,
    score: candidate.score,
    components: candidate.components,
    rank: candidate.rank,
    ref: toUsd(candidate.referencePrice),
    atr: toUsd(candidate.atr),
    limit: sized === undefined ? null : toUsd(sized.limitPrice),
    stop: sized === undefined ? null : toUsd(sized.stopPrice),
    sized: quantity,
    binding: sized?.binding ?? null,
    approved: approved?.approved ?? (denied === undefined ? null : 0),
    verdict: verdictOf(denied, approved),
    fate: candidate.fate,
    reason: reasonOf(reasons),
    reasons,
    intensity: sized?.intensity ?? null,
    equity: sized === undefined ? null : toUsd(sized.equity),
    order: order === undefined ? null : orderText(order),
  };
}

function verdictOf(
  denied: EventOf<'intent.denied'> | undefined,
  approved: EventOf<'intent.approved'> | undefined,
): DecisionVerdict | null {
  if (approved !== undefined) return approved.approved < approved.sized ? 'reduced' : 'approved';
  return denied === undefined ? null : 'denied';
}

/** The reason that allows least; of equals the first, because guards speak in the order of their weight. */
export function reasonOf(reasons: readonly Reason[]): ReasonCode | null {
  let least: Reason | undefined;
  for (const reason of reasons) {
    if (least === undefined || reason.allowed < least.allowed) least = reason;
  }
  return least?.code ?? null;
}

function orderText(order: OrderRow): string {
  if (order.averageFillPrice !== null) {
    const rest =
      order.quantity !== null && order.filledQuantity < order.quantity
        ? ` of ${order.quantity}`
        : '';
    return `filled ${order.filledQuantity}${rest} at ${price(order.averageFillPrice)}`;
  }
  return order.reason === null ? order.status : `${order.status}: ${order.reason}`;
}
