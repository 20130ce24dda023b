import type { MetricValue } from '../ledger/metrics.ts';
import type { Drawdown } from '../ledger/metrics-curve.ts';
import type { MetricDefinition } from '../ledger/metrics-definition.ts';
import {
  type BenchmarkMetricId,
  type CurveMetricId,
  METRICS,
  type MetricId,
  type TradeMetricId,
} from '../ledger/metrics-definitions.ts';
import type { TradeSummary } from '../ledger/metrics-trades.ts';
import { GROUPINGS, type Grouping, type TradeGroup } from '../ledger/statistics.ts';
import type { TrendRow } from '../ledger/trend.ts';
import type { AccountBridge, BridgeRow, RealizedTie } from './account-bridge.ts';
import type { BenchmarkReturns } from './benchmark.ts';
import type { AccountState } from './day-checks.ts';
import {
  as,
  count,
  type Described,
  date,
  define,
  flag,
  fraction,
  keyed,
  list,
  mayBeAbsent,
  number,
  orNull,
  text,
  usd,
} from './json-schema-parts.ts';
import type { CurveRow, EquityRow, Performance } from './performance.ts';

/** The account and its metrics, which every kind of report has. */
const bridgeRow = define<BridgeRow>('BridgeRow', 'One row from equity to equity', {
  id: text('Name of the row for programs'),
  label: text('Name of the row for readers'),
  amount: orNull(usd('Signed as it changes the account; null where it cannot be known')),
});

const realizedTie = define<RealizedTie>(
  'RealizedTie',
  'From the closed trades of the report to the realised row of the bridge',
  {
    closedTrades: usd('Gross result of the closed trades of the report'),
    otherTrades: usd(
      'Trades that ended between the marks and are not in the table, less those in it that ended outside',
    ),
    lessEarlier: usd('Of all these, what was realised before the first mark; negative for a gain'),
    stillOpen: usd('Partial sales of trades that are still open'),
    realizedGross: usd('Sum of the four: the realised row'),
    mismatched: list(
      'Trades whose record says another gross result than their fills',
      text('Reference of the entry order'),
    ),
  },
);

export const accountBridge = define<AccountBridge>(
  'AccountBridge',
  'From equity to equity: every row is counted by itself, none is what is left over',
  {
    rows: orNull(list('The rows in order; null where there are no two marks', bridgeRow)),
    reason: orNull(text('Why rows or amounts are missing; null where none is')),
    from: orNull(text('Where it starts, such as "close of 2026-03-04"')),
    to: orNull(text('Where it ends, such as "close of 2026-03-05"')),
    startEquity: orNull(usd('Equity at the start')),
    endEquity: orNull(usd('Equity at the end')),
    unexplained: orNull(usd('What the rows do not explain')),
    isFinding: flag('True where the unexplained is more than the mode may have'),
    flow: orNull(usd('Deposits less withdrawals')),
    pnl: orNull(usd('End less start less flow')),
    tie: orNull(as('How the realised row follows from the closed trades', realizedTie)),
  },
);

export const accountState = define<AccountState>('AccountState', 'The account at its last mark', {
  cash: usd('Cash'),
  grossExposure: usd('Sum of the absolute values of the positions'),
  openRisk: usd('Loss from the marks if every stop fills at its price'),
  unrealized: usd('Unrealised result of the open positions'),
  openEntryCommissions: usd('Commissions paid to open the positions that are still held'),
  intensity: fraction('Factor that sizes are multiplied with, 1 in full'),
});

export const performance = define<Performance>(
  'Performance',
  'Time-weighted returns; null where there is nothing to measure from',
  {
    day: orNull(fraction('Return of the session')),
    monthToDate: orNull(fraction('Since the month began, or the account where it is younger')),
    yearToDate: orNull(fraction('Since the year began, or the account where it is younger')),
    sinceStart: orNull(fraction('Return since the first row of the account')),
    drawdown: orNull(fraction('Below the highest close so far, <= 0')),
    sessionsUnderWater: orNull(count('Since the last highest close', 'sessions')),
    sessions: count('Sessions with a return', 'sessions'),
  },
);

export const equityRow = define<EquityRow>('EquityRow', 'The account at a close', {
  session: date('Session'),
  equity: usd('Equity'),
  cash: usd('Cash'),
  grossExposure: usd('Sum of the absolute values of the positions'),
  unrealized: usd('Unrealised result of the open positions'),
  openEntryCommissions: usd('Commissions paid to open the positions that are still held'),
  openRisk: usd('Loss from the marks if every stop fills at its price'),
  positions: count('Open positions', 'positions'),
  drawdown: fraction('Time-weighted index over its highest so far, less one; <= 0'),
  intensity: fraction('Factor that sizes are multiplied with, 1 in full'),
  flow: usd('Deposits less withdrawals since the row before'),
});

export const curveRow = define<CurveRow>('CurveRow', 'A close on the time-weighted index', {
  session: date('Session'),
  index: number('Growth of 1 since the first row there is', 'ratio'),
  drawdown: fraction('Below the highest index so far, <= 0'),
  benchmark: orNull(usd("The benchmark's close, splits taken out; null where none was noted")),
});

const metricValue = define<MetricValue>('MetricValue', 'A metric, or why there is none', {
  value: orNull(
    number(
      'The metric; null below the sample it needs, or where it means nothing',
      'that of the metric',
    ),
  ),
  n: count('What the value rests on', 'sessions or trades'),
  reason: mayBeAbsent(text('Why there is no value; only where it is null')),
});

const UNITS: Readonly<Record<MetricDefinition['unit'], string>> = {
  usd: 'USD',
  fraction: 'fraction',
  ratio: 'ratio',
  r: 'R',
  sessions: 'sessions',
  days: 'days',
  trades: 'trades',
};

const metricsOf = <Id extends MetricId>(name: string, about: string, ids: readonly Id[]) =>
  keyed<Id, MetricValue>(name, about, ids, (id) => {
    const { label, formula, unit } = METRICS[id];
    return as(`${label}: ${formula}. Unit: ${UNITS[unit]}`, metricValue);
  });

const idsIn = (...groups: readonly MetricDefinition['group'][]): readonly MetricId[] =>
  (Object.keys(METRICS) as MetricId[]).filter((id) => groups.includes(METRICS[id].group));

export const curveMetrics = metricsOf(
  'CurveMetrics',
  'The metrics of a curve of equity',
  idsIn('Return', 'Risk', 'Exposure') as readonly CurveMetricId[],
);

export const benchmarkMetrics = metricsOf(
  'BenchmarkMetrics',
  'The metrics of a curve against another, on sessions both have',
  idsIn('Benchmark') as readonly BenchmarkMetricId[],
);

const tradeMetrics = metricsOf(
  'TradeMetrics',
  'The metrics of closed trades',
  idsIn('Trades') as readonly TradeMetricId[],
);

export const tradeSummary = define<TradeSummary>('TradeSummary', 'What closed trades earned', {
  closed: count('Closed trades with a known result', 'trades'),
  wins: count('Of these, with a gain', 'trades'),
  draws: count('Of these, nearer to zero than half a cent', 'trades'),
  losses: count('Of these, with a loss', 'trades'),
  provisional: count('Closed, but a commission is missing: in no other number', 'trades'),
  metrics: as('Their metrics', tradeMetrics),
});

const tradeGroup = define<TradeGroup>('TradeGroup', 'The trades of one group', {
  key: text('What they have in common: "AAPL", "trail", "Mon", "09:00", "2-5 sessions"'),
  summary: as('What they earned', tradeSummary),
});

const BY: Readonly<Record<Grouping, string>> = {
  symbol: 'By symbol',
  strategy: 'By strategy',
  exit: 'By reason of the exit',
  weekday: 'By weekday of the entry',
  hour: 'By hour of the entry, New York',
  holding: 'By sessions held',
};

export const groups: Described<Readonly<Record<Grouping, readonly TradeGroup[]>>> = keyed(
  'TradeGroups',
  'The closed trades group by group',
  GROUPINGS,
  (by) => list(BY[by], tradeGroup),
);

export const trendRow = define<TrendRow>('TrendRow', 'A week or month of the history', {
  key: text('Name of the span: "2026-W10", "2026-03"'),
  sessions: count('Sessions with a return', 'sessions'),
  return: orNull(fraction('Time-weighted; null where no session of it has a return')),
  pnl: orNull(usd('Equity change less deposits and withdrawals; null without a return')),
  drawdown: orNull(fraction('Deepest fall below the highest close so far, <= 0')),
  trades: as('The trades that ended in it', tradeSummary),
});

export const drawdown = define<Drawdown>('Drawdown', 'A fall from the highest close so far', {
  peak: date('Session of the highest close'),
  valley: date('Session of the lowest close after it'),
  recovered: orNull(date('Session that closed at the peak again; null while it lasts')),
  depth: fraction('Fall from peak to valley, < 0'),
  sessionsDown: count('From the peak to the valley', 'sessions'),
  sessionsToRecover: orNull(count('From valley to recovery; null while it lasts', 'sessions')),
  sessions: count('From the peak to the recovery, or to date', 'sessions'),
});

export const benchmarkReturns = define<BenchmarkReturns>(
  'BenchmarkReturns',
  'What a benchmark did: price changes, splits taken out, without dividends',
  {
    symbol: text('Symbol of the benchmark'),
    span: orNull(fraction('Since the close before the session, week or month of the report')),
    monthToDate: orNull(fraction('Since the month began')),
    threeMonths: orNull(fraction('Over three months')),
    sixMonths: orNull(fraction('Over six months')),
    yearToDate: orNull(fraction('Since the year began')),
    oneYear: orNull(fraction('Over one year')),
    sinceStart: orNull(fraction('Since the first close that was written down')),
    from: date('Session of the first close that was written down'),
    metrics: as("The account's curve against it", benchmarkMetrics),
  },
);
