import type { MetricValue } from '../ledger/metrics.ts';
import { METRICS, type MetricId } from '../ledger/metrics-definitions.ts';
import type { TradeSummary } from '../ledger/metrics-trades.ts';
import type { BacktestReport, RangePart } from './backtest-report.ts';
import { amount, decimals, money, multiple, percent, plural, share } from './format.ts';
import { bridgeSection } from './markdown-account.ts';
import { left, markdownTable, right, escapeMarkdown as text } from './markdown-text.ts';
import { metricText } from './metric-text.ts';

export function backtestLead({ header: h }: BacktestReport): string {
  const seed = h.seed === null ? '' : ` Seed ${h.seed}.`;
  const asked =
    h.askedFrom === h.from && h.askedTo === h.to
      ? ''
      : ` Asked for: ${h.askedFrom} to ${h.askedTo}.`;
  return [
    `**BACKTEST** of ${text(h.strategy)}, desk ${text(h.identity)}. Data: ${text(h.dataLabel)}.${seed}`,
    `${h.from} to ${h.to}, ${plural(h.sessions, 'session')}, ${plural(h.symbols, 'symbol')}, ${h.bars} bars;` +
      ` trade-labs ${text(h.version)}.${asked}`,
    `Config ${h.configHash.slice(0, 12)}, data ${h.dataHash.slice(0, 12)}, signals ${h.signalHash.slice(0, 12)},` +
      ` decisions ${h.decisionHash.slice(0, 12)}.`,
    ...(h.ended === null ? [] : [`**${text(h.ended)}**`]),
  ].join('\n');
}

/** Fills, costs, data: what the numbers take for granted. */
export function assumptionsSection({ assumptions, warnings }: BacktestReport): string {
  const rows = assumptions.map((one) => [text(one.about), text(one.text)]);
  return [
    '## Assumptions',
    '',
    markdownTable([left('About'), left('Assumed')], rows),
    ...(warnings.length === 0 ? [] : ['', '### Warnings', '']),
    ...warnings.map((warning) => `- ${text(warning)}`),
  ].join('\n');
}

export function parametersSection({ parameters }: BacktestReport): string {
  const title = '## Parameters';
  if (parameters.length === 0) return `${title}\n\nEvery parameter has its default.`;
  const rows = parameters.map((row) => [text(row.key), text(row.value), text(row.origin)]);
  const columns = [left('Key'), left('Value'), left('From')];
  return `${title}\n\nUnlike the defaults:\n\n${markdownTable(columns, rows)}`;
}

export function backtestAccount(report: BacktestReport): string {
  const { metrics: m, intensity: i } = report;
  const returns =
    `Return ${metricText('totalReturn', m.totalReturn)}, a year ${metricText('cagr', m.cagr)};` +
    ` drawdown ${metricText('maxDrawdown', m.maxDrawdown)}; exposure ${metricText('averageExposure', m.averageExposure)}` +
    ` on average, ${metricText('maxExposure', m.maxExposure)} at most.`;
  const size =
    i.average === null
      ? ''
      : `\n\nAdaptive size was ${decimals(i.average)} on average: ${money(i.netPnl)} and ${multiple(i.sumR)} R as traded,` +
        ` ${money(i.netPnlAtFull)} at full size. R does not depend on size.`;
  return `${bridgeSection(report, returns)}${size}`;
}

/** Every metric of the curve, and of the halves of a split beside it. */
export function backtestMetrics(report: BacktestReport): string {
  const { metrics, parts, againstEqualWeight: beside } = report;
  const ids = Object.keys(metrics) as (keyof typeof metrics)[];
  const cells = (id: MetricId, all: MetricValue, inside?: MetricValue, outside?: MetricValue) => [
    METRICS[id].label,
    metricText(id, all),
    ...(inside === undefined ? [] : [metricText(id, inside)]),
    ...(outside === undefined ? [] : [metricText(id, outside)]),
    String(all.n),
  ];
  const columns = [
    left('Metric'),
    right('Whole range'),
    ...(parts === null ? [] : [right('In sample'), right('Out of sample')]),
    right('n'),
  ];
  const rows = ids.map((id) =>
    cells(id, metrics[id], parts?.inSample.metrics[id], parts?.outOfSample.metrics[id]),
  );
  const against = (Object.keys(beside) as (keyof typeof beside)[]).map((id) => [
    METRICS[id].label,
    metricText(id, beside[id]),
    String(beside[id].n),
  ]);
  return [
    '## Returns and risk',
    '',
    markdownTable(columns, rows),
    '',
    '### Against equal weight of the same universe',
    '',
    markdownTable([left('Metric'), right('Value'), right('n')], against),
  ].join('\n');
}

/** Strategy, equal weight, scaled, and random picks. */
export function comparisonSection({ comparisons, randomPicks, metrics }: BacktestReport): string {
  const columns = [
    left('What'),
    right('Return'),
    right('A year'),
    right('Volatility'),
    right('Sharpe'),
    right('Drawdown'),
  ];
  const rows = comparisons.map(({ label, metrics: m }) => [
    text(label),
    metricText('totalReturn', m.totalReturn),
    metricText('cagr', m.cagr),
    metricText('volatility', m.volatility),
    metricText('sharpe', m.sharpe),
    metricText('maxDrawdown', m.maxDrawdown),
  ]);
  const random =
    randomPicks === null
      ? 'Random picks were not played: add --baseline.'
      : `Of ${randomPicks.seeds} seeded runs that picked at random among the same eligible rows, with the same exits` +
        ` and costs, ${share(randomPicks.percentile)} ended below the strategy: 5th percentile ${amount(randomPicks.p5)},` +
        ` median ${amount(randomPicks.median)}, 95th percentile ${amount(randomPicks.p95)},` +
        ` ${decimals(randomPicks.meanTrades, 0)} closed trades each on average.`;
  const edge =
    metrics.totalReturn.value === null
      ? ''
      : '\n\nNo edge is claimed: judge the strategy against these.';
  return `## Beside other ways to have been there\n\n${markdownTable(columns, rows)}\n\n${random}${edge}`;
}

export function splitSection({ parts, header: { split } }: BacktestReport): string {
  const title = '## In sample and out of sample';
  if (parts === null) {
    const why = split === null ? 'add --split DATE' : `nothing was played on one side of ${split}`;
    return `${title}\n\nNot split: ${why}.`;
  }
  const { inSample, outOfSample } = parts;
  const row = (label: string, cell: (part: RangePart) => string) => [
    label,
    cell(inSample),
    cell(outOfSample),
  ];
  const trade =
    (id: keyof TradeSummary['metrics']) =>
    ({ tradeSummary }: RangePart): string =>
      metricText(id, tradeSummary.metrics[id]);
  const rows = [
    row('Sessions', ({ from, to }) => `${from} to ${to}`),
    row('Return', ({ metrics }) => metricText('totalReturn', metrics.totalReturn)),
    row('A year', ({ metrics }) => metricText('cagr', metrics.cagr)),
    row('Sharpe', ({ metrics }) => metricText('sharpe', metrics.sharpe)),
    row('Drawdown', ({ metrics }) => metricText('maxDrawdown', metrics.maxDrawdown)),
    row('Trades', ({ tradeSummary }) => String(tradeSummary.closed)),
    row('Win rate', trade('winRate')),
    row('Expectancy, R', trade('expectancyR')),
    row('Profit factor', trade('profitFactor')),
  ];
  const columns = [left(''), right('In sample'), right('Out of sample')];
  return `${title}\n\n${markdownTable(columns, rows)}`;
}

/** Every metric of the trades. All of them are long, so there is no split by side. */
export function tradeMetricsSection({ tradeSummary: s }: BacktestReport): string {
  const ids = Object.keys(s.metrics) as (keyof typeof s.metrics)[];
  const rows = ids.map((id) => [
    METRICS[id].label,
    metricText(id, s.metrics[id]),
    String(s.metrics[id].n),
  ]);
  const columns = [left('Metric'), right('Value'), right('n')];
  return `## Trades in numbers\n\n${markdownTable(columns, rows)}\n\nAll trades are long.`;
}

export function monteCarloSection({ monteCarlo: m }: BacktestReport): string {
  const title = '## What chance makes of these trades';
  if (m === null)
    return `${title}\n\nNot drawn: --monte-carlo asks for it, and it needs 20 closed trades.`;
  const columns = [left(''), right('5th percentile'), right('Median'), right('95th percentile')];
  const { endEquity: e, maxDrawdown: d } = m;
  const rows = [
    ['End equity', amount(e.p5), amount(e.p50), amount(e.p95)],
    ['Deepest drawdown', share(d.p5), share(d.p50), share(d.p95)],
  ];
  return [
    title,
    '',
    `${m.draws} draws of ${m.trades} trades with replacement, seed ${m.seed}; each trade earns its own return on the` +
      ` equity it was opened with, one after the other.`,
    '',
    markdownTable(columns, rows),
    '',
    `${share(m.lossProbability)} of the draws ended below the start.`,
  ].join('\n');
}

export function sensitivitySection({ sensitivity }: BacktestReport): string {
  const title = '## One step to either side';
  if (sensitivity === null) return `${title}\n\nNot played: add --sensitivity.`;
  const columns = [
    left('Parameter'),
    right('Value'),
    right('Return'),
    right('Drawdown'),
    right('Sharpe'),
    right('Trades'),
    left('Played'),
  ];
  const rows = sensitivity.map((row) => [
    text(row.key),
    `${text(row.value)}${row.isBase ? ' (as played)' : ''}`,
    percent(row.totalReturn),
    share(row.maxDrawdown),
    decimals(row.sharpe),
    String(row.trades),
    row.haltedOn === null ? 'to the end' : `up to ${row.haltedOn}, the drawdown limit`,
  ]);
  return `${title}\n\n${markdownTable(columns, rows)}`;
}

export function lookAheadSection({ lookAhead }: BacktestReport): string {
  const title = '## Look-ahead';
  if (lookAhead === null) {
    return `${title}\n\nNot checked in this run: add --check-lookahead. Views of a strategy end at the decision.`;
  }
  const { cuts, decisionsCompared, firstDifference } = lookAhead;
  const how =
    `${decisionsCompared} decisions were made again on data that ends, and on data that is scrambled, after` +
    ` ${cuts.join(', ')}`;
  return firstDifference === null
    ? `${title}\n\n${how}: none changed.`
    : `${title}\n\n**${how}: ${text(firstDifference.runId)} changed on ${firstDifference.data} data (cut ${firstDifference.cut}).` +
        ` Something looks into the future.**`;
}
