import type { PeriodJson } from './json.ts';
import * as account from './json-schema-account.ts';
import { backtestReport } from './json-schema-backtest.ts';
import * as operations from './json-schema-operations.ts';
import {
  as,
  count,
  date,
  define,
  definitionsOf,
  flag,
  fraction,
  instant,
  type JsonSchema,
  list,
  number,
  oneOf,
  only,
  orNull,
  text,
} from './json-schema-parts.ts';
import * as trades from './json-schema-trades.ts';
import type { DayRow } from './period-days.ts';
import type { PeriodHeader } from './period-report.ts';
import type { PeriodReturns } from './period-returns.ts';
import { type DailyReport, REPORT_SCHEMA_VERSION, type ReportHeader } from './report.ts';
import type { RollingRow } from './rolling.ts';

const schemaVersion = only(
  REPORT_SCHEMA_VERSION,
  'Raised when a key changes its meaning or goes away',
);
const preliminary = flag('True before the last close: numbers will still change');

/** What every header says of the home. */
const HOME = {
  mode: text('What was traded with: sim, paper, live, backtest or replay'),
  account: text('Account'),
  identity: text('Identity of the home'),
  dataLabel: text('The market behind the numbers'),
  version: text('Version of the program'),
  configHash: text('Fingerprint of the configuration'),
  throughSeq: orNull(
    count('Last event of the journal in this report; null where there is none', 'sequence number'),
  ),
  throughAt: orNull(instant('When that event was written; null where there is none')),
};

const dailyHeader = define<ReportHeader>('DailyHeader', 'Which session of which home', {
  session: date('Session'),
  openAt: instant('Open'),
  closeAt: instant('Close'),
  earlyClose: flag('True where it closes early'),
  ...HOME,
});

const periodHeader = define<PeriodHeader>('PeriodHeader', 'Which span of which home', {
  name: text('Name of the span: "2026-W10", "2026-03"'),
  from: date('First date'),
  to: date('Last date'),
  sessionsBegun: count('That have begun', 'sessions'),
  sessions: count('In the span', 'sessions'),
  ...HOME,
});

/** What stands in the report of a day and in that of a span. */
const COMMON = {
  schemaVersion,
  preliminary,
  attention: list('What a person has to look at, the worst first', operations.attention),
  bridge: as('From equity to equity', account.accountBridge),
  benchmark: orNull(
    as('What the benchmark did; null where the home has none', account.benchmarkReturns),
  ),
  accountState: orNull(
    as('The account at its last mark; null where it was not marked', account.accountState),
  ),
  closedTrades: list('By exit time, then symbol', trades.trade),
  openTrades: list('By symbol', trades.trade),
  tradeSummary: as('What the closed trades earned', account.tradeSummary),
  positions: list('Shares held, by symbol', trades.position),
  execution: as('What became of the orders', trades.execution),
  reconciliation: as('Book against broker', operations.reconciliation),
  operations: as('What the machine and its people did', operations.operations),
  next: orNull(as('The session after; null where the calendar ends', operations.nextSession)),
  equity: list('The account close by close, the close before first', account.equityRow),
  curve: list('Closes on the time-weighted index', account.curveRow),
  notes: list('What the numbers leave out', text('A note')),
};

const dailyReport = define<DailyReport>('DailyReport', 'A session', {
  ...COMMON,
  kind: only('daily', 'What the report is about'),
  sentence: text('The whole day in one line'),
  header: as('Which session of which home', dailyHeader),
  performance: as('What the account earned', account.performance),
  orders: list('Orders alive in the session or executed in it, as they were sent', trades.order),
  filledOrders: list('Orders that were filled in it, one by one', trades.filledOrder),
  runs: list('Its scans in the order they started', operations.runFunnel),
  limits: list('How much of each limit was used', operations.limitRow),
  jobs: list('Its jobs', operations.jobRow),
  intraday: as('The day as the account went through it', trades.intraday),
});

const returns = define<PeriodReturns>(
  'PeriodReturns',
  'Time-weighted returns; null where the history does not reach back',
  {
    span: orNull(fraction('Of the week or month')),
    monthToDate: orNull(fraction('Since the month began')),
    threeMonths: orNull(fraction('Over three months')),
    sixMonths: orNull(fraction('Over six months')),
    yearToDate: orNull(fraction('Since the year began')),
    oneYear: orNull(fraction('Over one year')),
    sinceStart: orNull(fraction('Since the first row of the account')),
    drawdown: orNull(fraction('Below the highest close so far at the end, <= 0')),
    deepest: orNull(fraction('The same at the deepest close of the span, <= 0')),
    sessionsUnderWater: orNull(count('Since the last highest close', 'sessions')),
    from: orNull(date('First session of the account')),
  },
);

const dayRow = define<DayRow>('Day', 'A session of the span', {
  session: date('Session'),
  pnl: orNull(number('Equity change less deposits and withdrawals', 'USD')),
  return: orNull(fraction('Time-weighted return')),
  equity: orNull(number('Equity at the close', 'USD')),
  flow: orNull(number('Deposits less withdrawals', 'USD')),
  drawdown: orNull(fraction('Below the highest close so far, <= 0')),
  trades: count('That ended in it, with a known result', 'trades'),
  wins: count('Of these, with a gain', 'trades'),
  losses: count('Of these, with a loss', 'trades'),
  netProfit: number('Their net result', 'USD'),
  sumR: number('Sum of their results', 'R'),
  ordersPlaced: count('Sent', 'orders'),
  commissions: number('Paid for executions', 'USD'),
  entrySlippage: as('Entries against the reference price of the decision', trades.slippage),
  openRisk: orNull(number('Loss from the marks if every stop fills at its price', 'USD')),
  positions: orNull(count('Open at the close', 'positions')),
});

const rollingRow = define<RollingRow>('RollingRow', 'The half year that ends at a session', {
  session: date('Its last session'),
  volatility: orNull(fraction('Annual volatility')),
  sharpe: orNull(number('Sharpe ratio', 'ratio')),
  beta: orNull(number('Beta against the benchmark; null without one', 'ratio')),
});

const metrics = define<PeriodJson['metrics']>('PeriodMetrics', 'Metrics of two spans', {
  span: as('Of the week or month', account.curveMetrics),
  sinceStart: as('Since the first row of the account', account.curveMetrics),
});

const periodReport = define<PeriodJson>('PeriodReport', 'A week or month', {
  ...COMMON,
  kind: oneOf(['weekly', 'monthly'], 'What the report is about'),
  sentence: text('The whole span in one line'),
  header: as('Which span of which home', periodHeader),
  returns: as('What the account earned', returns),
  days: list('Its sessions, oldest first', dayRow),
  trend: list('This span and up to four before it, oldest first', account.trendRow),
  entries: list('Closed trades by weekday and hour of the entry', trades.entryCell),
  groups: as('Closed trades group by group', account.groups),
  metrics: as('Metrics of the curve', metrics),
  drawdowns: list('Up to ten since the start, the deepest first', account.drawdown),
  months: list('Since the start, oldest first', account.trendRow),
  rolling: list('Of a month: half years of 126 sessions', rollingRow),
  pipeline: as('What the scans did together', operations.pipelineTotals),
});

/** The JSON Schema of report.json: one of three shapes, told apart by `kind`. */
export function reportJsonSchema(): JsonSchema {
  const kinds = [dailyReport, periodReport, backtestReport];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `report.json of Trade Labs, version ${REPORT_SCHEMA_VERSION}`,
    description:
      'Money is in US dollars, fractions are fractions (0.01 is 1 %), times are ISO 8601 in UTC, sessions are New York dates. Null is written out; a key that may be absent is not required.',
    oneOf: kinds.map(({ json }) => json),
    $defs: definitionsOf(kinds),
  };
}

/** docs/report-schema.json. */
export const reportSchemaText = (): string => `${JSON.stringify(reportJsonSchema(), null, 2)}\n`;
