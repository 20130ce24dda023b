import type { MonteCarlo, Spread } from '../ledger/monte-carlo.ts';
import type { Comparison, RandomPicks } from './backtest-comparison.ts';
import type {
  Assumption,
  BacktestHeader,
  LookAheadCheck,
  ParameterRow,
  SensitivityRow,
} from './backtest-input.ts';
import type { BacktestReport, IntensityEffect, RangePart } from './backtest-report.ts';
import * as account from './json-schema-account.ts';
import { PIPELINE_SHAPE } from './json-schema-operations.ts';
import {
  as,
  count,
  date,
  define,
  flag,
  fraction,
  inR,
  list,
  number,
  oneOf,
  only,
  orNull,
  text,
  usd,
} from './json-schema-parts.ts';
import * as trades from './json-schema-trades.ts';
import { REPORT_SCHEMA_VERSION } from './report.ts';

const header = define<BacktestHeader>('BacktestHeader', 'What was played, with what', {
  askedFrom: date('First date that was asked for'),
  askedTo: date('Last date that was asked for'),
  split: orNull(date('First date out of sample; null where no split was asked for')),
  from: date('First session that was played'),
  to: date('Last session that was played'),
  sessions: count('Played', 'sessions'),
  status: oneOf(['completed', 'halted', 'interrupted', 'failed'], 'How it ended'),
  ended: orNull(text('Why it ended before its time; null where it did not')),
  mode: only('backtest', 'Mode'),
  account: text('Account'),
  identity: text('Identity'),
  strategy: text('Strategy'),
  symbols: count('Symbols with bars', 'symbols'),
  bars: count('Bars that were played', 'bars'),
  dataLabel: text('The market behind the numbers'),
  version: text('Version of the program'),
  seed: orNull(number('Seed of the synthetic market; null for recorded bars', 'none')),
  configHash: text('Fingerprint of the configuration'),
  dataHash: text('Fingerprint of the bars'),
  signalHash: text('Fingerprint of what was found and scored'),
  decisionHash: text('Fingerprint of what was decided'),
});

const assumption = define<Assumption>('Assumption', 'What the simulation takes for granted', {
  about: text('What it is about'),
  text: text('What is assumed'),
});

const parameter = define<ParameterRow>('Parameter', 'A setting and where it came from', {
  key: text('Key of the configuration'),
  value: text('Its value as text'),
  origin: text('Where it came from'),
});

const comparison = define<Comparison>('Comparison', 'A way to have been in the same market', {
  id: oneOf(['strategy', 'equalWeight', 'scaled'], 'Which way, for programs'),
  label: text('Which way, for readers'),
  metrics: as('Its metrics', account.curveMetrics),
  index: list(
    'Growth of 1 at every row of its curve',
    number('Growth of 1 since its first row', 'ratio'),
  ),
});

const randomPicks = define<RandomPicks>(
  'RandomPicks',
  'What picking at random among the same eligible rows would have made of the same slots',
  {
    seeds: count('Random runs', 'runs'),
    ends: list('End equities, ascending', usd('An end equity')),
    p5: usd('5th percentile of the end equities'),
    median: usd('Median of the end equities'),
    p95: usd('95th percentile of the end equities'),
    percentile: fraction('Share of the random runs that ended below the strategy'),
    meanTrades: number('Mean of the closed trades of a random run', 'trades'),
  },
);

const rangePart = define<RangePart>('RangePart', 'A part of the range by itself', {
  from: date('First session'),
  to: date('Last session'),
  metrics: as('Its metrics', account.curveMetrics),
  tradeSummary: as('Its closed trades', account.tradeSummary),
});

const rangeParts = define<NonNullable<BacktestReport['parts']>>('RangeParts', 'A split range', {
  inSample: as('Before the split', rangePart),
  outOfSample: as('From the split on', rangePart),
});

const intensityEffect = define<IntensityEffect>(
  'IntensityEffect',
  'What adaptive size did to the result',
  {
    average: orNull(fraction('Mean of the factor over the sessions; null without one')),
    sumR: inR('Sum of the results of the trades'),
    netPnl: usd('Net result of the trades as they were sized'),
    netPnlAtFull: usd('The same, each over the factor it was sized with'),
  },
);

const spread = (name: string, about: string, of: (which: string) => ReturnType<typeof usd>) =>
  define<Spread>(name, about, {
    p5: of('5th percentile'),
    p50: of('Median'),
    p95: of('95th percentile'),
  });

const monteCarlo = define<MonteCarlo>(
  'MonteCarlo',
  'What chance alone could have made of the same trades, drawn with replacement',
  {
    draws: count('Draws', 'draws'),
    trades: count('In each draw', 'trades'),
    seed: number('Seed of the draws', 'none'),
    endEquity: as('End equities', spread('EndEquities', 'End equities of the draws', usd)),
    maxDrawdown: as(
      'Deepest falls, <= 0; the 5th percentile is the deep end',
      spread('DeepestFalls', 'Deepest falls of the draws', fraction),
    ),
    lossProbability: fraction('Share of the draws that ended below their start'),
    drawdowns: list('Deepest fall of every draw, ascending', fraction('A deepest fall, <= 0')),
  },
);

const sensitivityRow = define<SensitivityRow>('Sensitivity', 'The same with one setting changed', {
  key: text('Key of the configuration'),
  value: text('Its value as text'),
  isBase: flag('True for the value that was played'),
  totalReturn: orNull(fraction('Time-weighted return')),
  maxDrawdown: orNull(fraction('Deepest fall below the highest close, <= 0')),
  sharpe: orNull(number('Sharpe ratio', 'ratio')),
  trades: count('Closed', 'trades'),
  haltedOn: orNull(date('Session in which the drawdown limit ended it; null where it did not')),
});

const firstDifference = define<NonNullable<LookAheadCheck['firstDifference']>>(
  'LookAheadDifference',
  'A decision that differed when the future was changed',
  {
    runId: text('Run of the decision'),
    cut: date('Last session whose bars were left as they were'),
    data: oneOf(['truncated', 'scrambled'], 'What was done to the bars after it'),
  },
);

const lookAhead = define<LookAheadCheck>(
  'LookAheadCheck',
  'Whether decisions change when only the future does',
  {
    cuts: list('Sessions after which the bars were changed', date('A session')),
    decisionsCompared: count('Compared', 'decisions'),
    firstDifference: orNull(as('The first that differed; null where none did', firstDifference)),
  },
);

const pipeline = define<BacktestReport['pipeline']>(
  'BacktestPipeline',
  'What the scans of the range did together',
  { ...PIPELINE_SHAPE, skipped: count('That were skipped', 'scans') },
);

/** A tear sheet: what `renderBacktestJson` writes. */
export const backtestReport = define<BacktestReport>('BacktestReport', 'A backtest', {
  schemaVersion: only(REPORT_SCHEMA_VERSION, 'Raised when a key changes its meaning or goes away'),
  kind: only('backtest', 'What the report is about'),
  sentence: text('The whole backtest in one line'),
  header: as('What was played, with what', header),
  assumptions: list('What the simulation takes for granted', assumption),
  parameters: list('Settings that are not left at their default', parameter),
  bridge: as('From the first equity to the last', account.accountBridge),
  accountState: orNull(as('The account at the end; null without a mark', account.accountState)),
  metrics: as('Metrics of the curve', account.curveMetrics),
  tradeSummary: as('The closed trades', account.tradeSummary),
  againstEqualWeight: as('Against the equal weight of its universe', account.benchmarkMetrics),
  comparisons: list('Other ways to have been in the same market', comparison),
  randomPicks: orNull(as('Against picks at random; null where not asked for', randomPicks)),
  parts: orNull(as('Before and after the split; null where one side has no session', rangeParts)),
  intensity: as('What adaptive size did', intensityEffect),
  groups: as('The closed trades group by group', account.groups),
  months: list('Months, oldest first', account.trendRow),
  drawdowns: list('The deepest falls, the deepest first', account.drawdown),
  closedTrades: list('By exit time, then symbol', trades.trade),
  openTrades: list('By symbol', trades.trade),
  positions: list('Held at the end, by symbol', trades.position),
  execution: as('What became of the orders', trades.execution),
  pipeline: as('What the scans did together', pipeline),
  monteCarlo: orNull(as('What chance could have made; null where not asked for', monteCarlo)),
  sensitivity: orNull(
    list('The same with one setting changed; null where not asked for', sensitivityRow),
  ),
  lookAhead: orNull(as('The check for look-ahead; null where not asked for', lookAhead)),
  equity: list('The account at every close', account.equityRow),
  curve: list('The closes on the time-weighted index', account.curveRow),
  warnings: list('What to be careful about', text('A warning')),
  notes: list('What the numbers leave out', text('A note')),
});
