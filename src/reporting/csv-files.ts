import type { IneligibleReason, ReasonCode } from '../domain/reason.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { MetricValue } from '../ledger/metrics.ts';
import { type CsvColumn, type CsvValue, renderCsv } from './csv.ts';
import type { OrderRow } from './day-orders.ts';
import type { FilledOrder } from './execution.ts';
import type { DecisionRow } from './funnel.ts';
import type { EquityRow } from './performance.ts';
import type { DailyReport } from './report.ts';

/** A file of a report: its name in the report's folder, and its text. */
export interface ReportFile {
  readonly name: string;
  readonly text: string;
}

/** What is weighed and averaged, to be read by people. */
const ROUNDED: ReadonlySet<string> = new Set(['score', 'strength']);

/** Columns named after the fields of the row in snake case; scores and strengths with six decimals at most. */
export const named = <Row extends object>(
  fields: readonly (keyof Row & string)[],
): readonly CsvColumn<Row>[] =>
  fields.map((field) => ({
    name: snakeCase(field),
    value: (row) => row[field] as CsvValue,
    ...(ROUNDED.has(field) ? { decimals: 6 } : {}),
  }));

/** "maeR" as "mae_r", "netPnl" as "net_pnl". */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The trade record, then what a table needs besides. */
export const TRADE_COLUMNS = named<TradeRecord>([
  'tradeId',
  'runId',
  'symbol',
  'side',
  'status',
  'quantity',
  'entryAt',
  'entryPrice',
  'initialStop',
  'stop',
  'target',
  'exitAt',
  'exitPrice',
  'exitReason',
  'grossPnl',
  'commission',
  'netPnl',
  'rMultiple',
  'mae',
  'mfe',
  'score',
  'strategy',
  'signalReason',
  'strength',
  'mode',
  'account',
  'entryRef',
  'exitRef',
  'stopRef',
  'entrySession',
  'exitSession',
  'maeR',
  'mfeR',
  'resolution',
]);

export const ORDER_COLUMNS: readonly CsvColumn<OrderRow>[] = [
  ...named<OrderRow>([
    'orderRef',
    'session',
    'symbol',
    'leg',
    'side',
    'type',
    'quantity',
    'limitPrice',
    'stopPrice',
    'status',
    'reason',
    'filledQuantity',
  ]),
  { name: 'avg_fill_price', value: ({ averageFillPrice }) => averageFillPrice },
  ...named<OrderRow>(['submittedAt', 'doneAt']),
];

/** What decisions.csv says of a row of a scan; most is only known of candidates. */
export interface DecisionCells
  extends Pick<
    DecisionRow,
    | 'session'
    | 'slot'
    | 'symbol'
    | 'scanRank'
    | 'activity'
    | 'components'
    | 'limit'
    | 'stop'
    | 'sized'
    | 'binding'
    | 'approved'
    | 'verdict'
    | 'fate'
    | 'intensity'
    | 'equity'
  > {
  readonly score: number | null;
  readonly rank: number | null;
  readonly ref: number | null;
  readonly atr: number | null;
  /** Of a guard, or why the row was not ranked. */
  readonly reason: ReasonCode | IneligibleReason | null;
}

export const DECISION_COLUMNS: readonly CsvColumn<DecisionCells>[] = [
  ...named<DecisionCells>(['session', 'slot', 'symbol', 'scanRank', 'activity', 'score']),
  {
    name: 'components',
    value: ({ components }) => componentsText(Object.keys(components), Object.values(components)),
  },
  ...named<DecisionCells>([
    'rank',
    'ref',
    'atr',
    'limit',
    'stop',
    'sized',
    'binding',
    'approved',
    'verdict',
    'fate',
    'reason',
    'intensity',
    'equity',
  ]),
];

export const EQUITY_COLUMNS = named<EquityRow>([
  'session',
  'equity',
  'cash',
  'grossExposure',
  'unrealized',
  'openEntryCommissions',
  'openRisk',
  'positions',
  'drawdown',
  'intensity',
  'flow',
]);

export const EXECUTION_COLUMNS = named<FilledOrder>([
  'orderRef',
  'symbol',
  'leg',
  'filledQuantity',
  'referencePrice',
  'averageFillPrice',
  'slippageBps',
  'spreadBps',
  'delayMs',
  'commission',
  'commissionBps',
]);

/** "trend=0.750000;near_high=0.912345". */
export function componentsText(names: readonly string[], values: readonly number[]): string {
  let text = '';
  for (let i = 0; i < names.length; i++) {
    text += `${i === 0 ? '' : ';'}${names[i]}=${(values[i] as number).toFixed(6)}`;
  }
  return text;
}

/** The tables of a daily report. Closed trades first, by exit; open ones after, by symbol. */
export function renderCsvFiles(report: DailyReport): ReportFile[] {
  const decisions = report.runs.flatMap(({ candidates }) => candidates);
  return [
    { name: 'report.csv', text: renderCsv(FACT_COLUMNS, reportFacts(report)) },
    {
      name: 'trades.csv',
      text: renderCsv(TRADE_COLUMNS, [...report.closedTrades, ...report.openTrades]),
    },
    { name: 'orders.csv', text: renderCsv(ORDER_COLUMNS, report.orders) },
    { name: 'decisions.csv', text: renderCsv(DECISION_COLUMNS, decisions) },
    { name: 'equity.csv', text: renderCsv(EQUITY_COLUMNS, report.equity) },
    { name: 'executions.csv', text: renderCsv(EXECUTION_COLUMNS, report.filledOrders) },
  ];
}

/** One line of report.csv. */
export interface Fact {
  readonly section: string;
  readonly metric: string;
  readonly value: CsvValue;
}

export const FACT_COLUMNS = named<Fact>(['section', 'metric', 'value']);

/** The single numbers and texts of the report, in its order. */
function reportFacts(report: DailyReport): Fact[] {
  const { tradeSummary } = report;
  return [
    ...openingFacts(report),
    ...scalars('performance', report.performance),
    ...scalars('benchmark', report.benchmark ?? {}),
    ...scalars('account', report.accountState ?? {}),
    ...scalars('trades', tradeSummary),
    ...metricFacts('trades', tradeSummary.metrics),
    ...scalars('execution', report.execution),
    ...slippageFacts(report),
    ...scalars('operations', report.operations),
    ...report.runs.flatMap(({ slot, counts }) => scalars(`run ${slot}`, counts)),
    ...report.limits.map(({ id, used }) => ({
      section: 'limits_used',
      metric: snakeCase(id),
      value: used,
    })),
    ...scalars('reconciliation', report.reconciliation),
  ];
}

/** What every report of days begins with. */
export const openingFacts = (
  report: Pick<DailyReport, 'sentence' | 'preliminary' | 'attention' | 'bridge'> & {
    readonly header: object;
  },
): Fact[] => [
  { section: 'report', metric: 'sentence', value: report.sentence },
  { section: 'report', metric: 'preliminary', value: report.preliminary },
  ...scalars('report', report.header),
  ...report.attention.map(({ code, text }) => ({
    section: 'attention',
    metric: code,
    value: text,
  })),
  ...bridgeFacts(report.bridge),
  { section: 'bridge', metric: 'pnl', value: report.bridge.pnl },
];

/** The account from its start to its end. */
export const bridgeFacts = (
  bridge: Pick<DailyReport['bridge'], 'startEquity' | 'endEquity' | 'rows' | 'unexplained'>,
): Fact[] => [
  { section: 'bridge', metric: 'start_equity', value: bridge.startEquity },
  ...(bridge.rows ?? []).map(({ id, amount }) => ({
    section: 'bridge',
    metric: snakeCase(id),
    value: amount,
  })),
  { section: 'bridge', metric: 'unexplained', value: bridge.unexplained },
  { section: 'bridge', metric: 'end_equity', value: bridge.endEquity },
];

/** Metrics as lines: the value of each, or why there is none. */
export const metricFacts = (
  section: string,
  metrics: Readonly<Record<string, MetricValue>>,
): Fact[] =>
  Object.entries(metrics).map(([id, { value, reason }]) => ({
    section,
    metric: snakeCase(id),
    value: value ?? reason,
  }));

export function slippageFacts({ execution }: Pick<DailyReport, 'execution'>): Fact[] {
  return [
    ...scalars('entry_slippage', execution.entrySlippage),
    ...scalars('exit_slippage', execution.exitSlippage),
    ...scalars('stop_slippage', execution.stopSlippage),
  ];
}

/** The fields of an object that are no objects themselves. */
export function scalars(section: string, values: object): Fact[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value !== null && typeof value === 'object'
      ? []
      : [{ section, metric: snakeCase(name), value: value as CsvValue }],
  );
}
