import type { RunCounts } from '../domain/run.ts';
import { describeReason } from '../risk/reasons.ts';
import type { OrderRow } from './day-orders.ts';
import type { Execution, Slippage } from './execution.ts';
import { amount, count, decimals, duration, plural, price, wallTime } from './format.ts';
import type { DecisionRow, RunFunnel } from './funnel.ts';
import { fillsTable } from './markdown-machine.ts';
import { type MarkdownColumn, markdownTable, escapeMarkdown as text } from './markdown-text.ts';
import type { DailyReport } from './report.ts';

const left = (title: string): MarkdownColumn => ({ title });
const right = (title: string): MarkdownColumn => ({ title, align: 'right' });

/** Candidates shown per run: at least so many, and every one that was passed to sizing. */
const TOP_CANDIDATES = 5;

/** What was asked of the broker, what came of it and what it cost. */
export function ordersSection({ orders, execution, filledOrders }: DailyReport): string {
  const lines = executionLines(execution);
  if (orders.length === 0) return lines.slice(0, 3).join('\n');
  return [...lines, '', ordersTable(orders), ...fillsTable(filledOrders)].join('\n');
}

/** Heading, a line on what became of orders, one on what it cost, and the fills that cost most. */
export function executionLines(e: Execution): string[] {
  const summary =
    `Placed ${e.placed}: filled ${e.filled}, partly filled ${e.partlyFilled}, expired ${e.expired},` +
    ` cancelled ${e.cancelled}, rejected ${e.rejected}, working ${e.working}; unknown ${e.unknown};` +
    ` denied before sending ${e.denied}; filled from earlier sessions ${e.earlierFilled}.`;
  const cost =
    `Commissions ${amount(e.commissions)}` +
    `${e.commissionPerShare === null ? '' : ` ($${decimals(e.commissionPerShare, 4)} a share, ${decimals(e.commissionBps)} bps of value)`}` +
    `${e.provisionalFills === 0 ? '' : `, ${plural(e.provisionalFills, 'fill')} without one yet`}.` +
    ` Slippage: entries ${slippage(e.entrySlippage)}, exits ${slippage(e.exitSlippage)}, stops ${slippage(e.stopSlippage)}.` +
    ` Time to fill: median ${duration(e.medianFillMs)}, p95 ${duration(e.p95FillMs)}.`;
  const worst = e.worstFills.map(
    ({ symbol, orderRef, bps }) => `${text(symbol)} ${decimals(bps)} bps (${text(orderRef)})`,
  );
  return [
    '## Orders and execution',
    '',
    summary,
    cost,
    ...(worst.length === 0 ? [] : [`Worst fills: ${worst.join('; ')}.`]),
  ];
}

const slippage = ({ count: n, meanBps, p95Bps }: Slippage): string =>
  n === 0 ? 'n/a (none measured)' : `mean ${decimals(meanBps)}, p95 ${decimals(p95Bps)} bps (${n})`;

function ordersTable(orders: readonly OrderRow[]): string {
  const columns = [
    left('Order'),
    left('Side'),
    left('Type'),
    right('Qty'),
    right('Limit'),
    right('Stop'),
    left('Status'),
    right('Filled'),
    right('At'),
    left('Reason'),
  ];
  const rows = orders.map((order) => [
    text(order.orderRef),
    order.side,
    order.type ?? 'n/a',
    count(order.quantity),
    order.limitPrice === null ? '' : price(order.limitPrice),
    order.stopPrice === null ? '' : price(order.stopPrice),
    order.status,
    String(order.filledQuantity),
    order.averageFillPrice === null ? '' : price(order.averageFillPrice),
    text(order.reason ?? ''),
  ]);
  return markdownTable(columns, rows);
}

/** Each scan from the universe to its fills, and the candidates with their fate. */
export function pipelineSection({ runs }: DailyReport): string {
  const title = '## Pipeline';
  if (runs.length === 0) return `${title}\n\nNo scan ran.`;
  return [title, ...runs.map(runText)].join('\n\n');
}

function runText(run: RunFunnel): string {
  const c = run.counts;
  const stages =
    `${run.universe === null ? '' : `${run.universe} in universe > `}${c.found} found > ${c.scored} scored >` +
    ` ${c.selected} selected > ${c.sized} sized > ${c.denied} denied, ${c.approved} approved >` +
    ` ${c.submitted} submitted > ${c.filled} filled`;
  const shown = run.candidates.filter(
    ({ fate }, i) =>
      i < TOP_CANDIDATES || fate === 'approved' || fate === 'denied' || fate === 'not_sized',
  );
  const guards = guardLines(shown);
  return [
    `### ${text(run.slot)}, ${wallTime(run.startedAt)}, ${run.status}`,
    '',
    `${stages}.`,
    ...histogram('Dropped by the scan', run.excluded),
    ...histogram('Not ranked', run.ineligible),
    ...refusalLines(c, run.denials),
    ...(shown.length === 0 ? [] : ['', candidatesTable(shown)]),
    ...(guards.length === 0 ? [] : ['', ...guards]),
  ].join('\n');
}

/** What became of the candidates that were selected and not approved: nothing where all were. */
export function refusalLines(
  { selected, denied, approved }: RunCounts,
  denials: Readonly<Record<string, number>>,
): string[] {
  const reasons = Object.values(denials).reduce((sum, n) => sum + n, 0);
  const label = reasons > denied ? 'Denied, some for more than one reason' : 'Denied';
  return [
    ...histogram('Not sized', { slots_full: selected - denied - approved }),
    ...histogram(label, denials),
  ];
}

/** "Denied: OPEN_RISK 3, LIQUIDITY 1.", the most frequent first; nothing where there is nothing. */
export function histogram(label: string, counts: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(counts)
    .filter(([, n]) => n > 0)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  if (entries.length === 0) return [];
  return [`${label}: ${entries.map(([reason, n]) => `${text(reason)} ${n}`).join(', ')}.`];
}

function candidatesTable(candidates: readonly DecisionRow[]): string {
  const columns = [
    right('Rank'),
    left('Symbol'),
    right('Score'),
    left('Components'),
    right('Ref'),
    right('Sized'),
    right('Approved'),
    left('Fate'),
    left('Outcome'),
  ];
  const rows = candidates.map((row) => [
    String(row.rank),
    text(row.symbol),
    decimals(row.score),
    text(
      Object.entries(row.components)
        .map(([name, value]) => `${name} ${decimals(value)}`)
        .join(', '),
    ),
    price(row.ref),
    row.sized === null ? '' : String(row.sized),
    row.approved === null ? '' : String(row.approved),
    text(row.fate),
    text(row.order ?? outcomeOf(row)),
  ]);
  return markdownTable(columns, rows);
}

const WHY_NOT: Readonly<Partial<Record<DecisionRow['fate'], string>>> = {
  not_selected: 'below the number of candidates taken',
  slots_full: 'no free position',
  not_sized: 'no quantity',
  ineligible: 'not eligible',
};

const outcomeOf = ({ fate, reason }: DecisionRow): string => reason ?? WHY_NOT[fate] ?? '';

/** Every guard that spoke, with its numbers: tables stay narrow when the sentences stand below them. */
const guardLines = (candidates: readonly DecisionRow[]): string[] =>
  candidates.flatMap(({ symbol, verdict, reasons }) =>
    reasons.map(
      (reason) =>
        `- ${text(symbol)} ${verdict ?? ''}: ${text(describeReason(reason))} (${reason.code}).`,
    ),
  );

/** Book against statement. */
export function reconcileSection({
  reconciliation: r,
}: Pick<DailyReport, 'reconciliation'>): string {
  const title = '## Reconciliation';
  if (r.status === 'none') return `${title}\n\nNot done in this session.`;
  const outcome = {
    matched: 'all matched',
    differs: `${plural(r.discrepancies.length, 'difference')}`,
    pending: `${plural(r.discrepancies.length, 'difference')} too young to be called one`,
    incomplete: 'incomplete: the broker did not answer everything, nothing is proven',
  }[r.status];
  const earlier =
    r.earlierFindings === 0
      ? ''
      : ` ${plural(r.earlierFindings, 'earlier comparison')} of the session found differences.`;
  const stops =
    r.openBreaks.length === 0
      ? ''
      : ` ${plural(r.openBreaks.length, 'break is', 'breaks are')} open: nothing is entered until they are resolved.`;
  const line = `${wallTime(r.at)}: ${plural(r.compared, 'item')} compared, ${outcome}.${earlier}${stops}`;
  if (r.discrepancies.length === 0) return [title, '', line].join('\n');
  const columns = [
    left('Kind'),
    left('Symbol'),
    left('Order'),
    right('Book'),
    right('Broker'),
    right('Difference'),
    right('Tolerance'),
  ];
  const rows = r.discrepancies.map((row) => [
    `${text(row.kind)}${row.state === undefined ? '' : ', pending'}`,
    text(row.symbol ?? ''),
    text(row.orderRef ?? ''),
    row.book === null ? 'none' : String(row.book),
    row.statement === null ? 'none' : String(row.statement),
    row.difference === null ? 'n/a' : String(row.difference),
    String(row.tolerance),
  ]);
  return [title, '', line, '', markdownTable(columns, rows)].join('\n');
}

/** Scheduled work of the session. */
export function jobsSection({ jobs }: DailyReport): string {
  const title = '## Jobs';
  if (jobs.length === 0) return `${title}\n\nNone ran.`;
  const columns = [
    left('Slot'),
    left('Job'),
    right('Due'),
    right('Started'),
    right('Took'),
    left('Status'),
    left('Note'),
  ];
  const rows = jobs.map((job) => [
    text(job.slot),
    text(job.job),
    job.dueAt === null ? '' : wallTime(job.dueAt),
    job.startedAt === null ? '' : wallTime(job.startedAt),
    job.tookMs === null ? '' : duration(job.tookMs),
    job.status,
    text(job.note ?? ''),
  ]);
  return [title, '', markdownTable(columns, rows)].join('\n');
}
