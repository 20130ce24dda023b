import type { MetricDefinition } from './metrics-definition.ts';

const sessions = (count: number) => ({ count, of: count === 1 ? 'session' : 'sessions' });
const ROUNDED = 'Rounded to six significant decimals.';

/** What the account earned. */
export const RETURN = {
  netChange: {
    group: 'Return',
    label: 'Net P&L',
    formula: 'last equity - first equity - deposits + withdrawals',
    convention: 'Realised and unrealised, after all costs.',
    floor: sessions(1),
    unit: 'usd',
  },
  totalReturn: {
    group: 'Return',
    label: 'Total return',
    formula: 'I_T - 1',
    convention: 'Time-weighted: deposits and withdrawals do not change it.',
    floor: sessions(1),
    unit: 'fraction',
  },
  moneyWeightedReturn: {
    group: 'Return',
    label: 'Money-weighted return',
    formula: 'annual rate at which first equity, flows and last equity have present value 0 (XIRR)',
    convention: `Calendar days over 365, annual. ${ROUNDED}`,
    floor: { count: 30, of: 'calendar days' },
    unit: 'fraction',
  },
  cagr: {
    group: 'Return',
    label: 'CAGR',
    formula:
      'I_T ^ (365 / calendar days) - 1, days from the row before the first session to the last row',
    convention: `Calendar days, as freqtrade; never annualised below a year. ${ROUNDED}`,
    floor: sessions(252),
    unit: 'fraction',
  },
  bestSession: {
    group: 'Return',
    label: 'Best session',
    formula: 'max r_t',
    convention: '',
    floor: sessions(1),
    unit: 'fraction',
  },
  worstSession: {
    group: 'Return',
    label: 'Worst session',
    formula: 'min r_t',
    convention: '',
    floor: sessions(1),
    unit: 'fraction',
  },
  winningSessions: {
    group: 'Return',
    label: 'Winning sessions',
    formula: 'sessions with r_t > 0 / all sessions',
    convention: 'Counts sessions, not trades; see trade win rate.',
    floor: sessions(1),
    unit: 'fraction',
  },
} as const satisfies Record<string, MetricDefinition>;

/** How rough the way was. */
export const RISK = {
  volatility: {
    group: 'Risk',
    label: 'Volatility (annual)',
    formula: 'std(r) x sqrt(252)',
    convention: 'Sample deviation (n - 1), as QuantStats and pyfolio; backtesting.py compounds.',
    floor: sessions(20),
    unit: 'fraction',
  },
  sharpe: {
    group: 'Risk',
    label: 'Sharpe',
    formula: 'mean(e) / std(e) x sqrt(252)',
    convention:
      'Arithmetic mean, sample deviation, as QuantStats and empyrical; a flat curve has none.',
    floor: sessions(20),
    unit: 'ratio',
  },
  sortino: {
    group: 'Risk',
    label: 'Sortino',
    formula: 'mean(e) / sqrt(sum(min(e, 0)^2) / n) x sqrt(252), n = all sessions',
    convention: 'As QuantStats; IBKR uses the deviation of the negative returns alone.',
    floor: sessions(20),
    unit: 'ratio',
  },
  calmar: {
    group: 'Risk',
    label: 'Calmar',
    formula: 'CAGR / |maximum drawdown|',
    convention: `Over the whole period, not 36 months. ${ROUNDED}`,
    floor: sessions(252),
    unit: 'ratio',
  },
  maxDrawdown: {
    group: 'Risk',
    label: 'Maximum drawdown',
    formula: 'min over t of I_t / max(I_0 .. I_t) - 1',
    convention: 'On the time-weighted index, its start included.',
    floor: sessions(1),
    unit: 'fraction',
  },
  currentDrawdown: {
    group: 'Risk',
    label: 'Current drawdown',
    formula: 'I_T / max(I_0 .. I_T) - 1',
    convention: '',
    floor: sessions(1),
    unit: 'fraction',
  },
  sessionsUnderWater: {
    group: 'Risk',
    label: 'Under water now',
    formula: 'sessions since the last peak of the index, 0 at a peak',
    convention: '',
    floor: sessions(1),
    unit: 'sessions',
  },
  longestDrawdown: {
    group: 'Risk',
    label: 'Longest drawdown',
    formula: 'most sessions from a peak to its recovery; one that has not recovered counts to date',
    convention: 'In sessions, not calendar days.',
    floor: sessions(1),
    unit: 'sessions',
  },
  ulcer: {
    group: 'Risk',
    label: 'Ulcer index',
    formula: 'sqrt(sum(drawdown_t^2) / (n - 1))',
    convention: 'Over sessions, as QuantStats.',
    floor: sessions(20),
    unit: 'fraction',
  },
  valueAtRisk: {
    group: 'Risk',
    label: 'VaR 95 % (1 session)',
    formula: '5th percentile of r, linear interpolation between ranks',
    convention: 'Historical; the normal one stands beside it.',
    floor: sessions(60),
    unit: 'fraction',
  },
  valueAtRiskNormal: {
    group: 'Risk',
    label: 'VaR 95 % normal (1 session)',
    formula: 'mean(r) - 1.6448536269514722 x std(r)',
    convention: 'Parametric, as QuantStats.',
    floor: sessions(60),
    unit: 'fraction',
  },
  expectedShortfall: {
    group: 'Risk',
    label: 'Expected shortfall 95 %',
    formula: 'mean of all r <= VaR 95 %',
    convention: 'Of the historical VaR.',
    floor: sessions(60),
    unit: 'fraction',
  },
  skewness: {
    group: 'Risk',
    label: 'Skewness',
    formula: 'n / ((n - 1)(n - 2)) x sum(z^3)',
    convention: 'Corrected for bias, as pandas.',
    floor: sessions(30),
    unit: 'ratio',
  },
  excessKurtosis: {
    group: 'Risk',
    label: 'Excess kurtosis',
    formula: 'n(n + 1) / ((n - 1)(n - 2)(n - 3)) x sum(z^4) - 3(n - 1)^2 / ((n - 2)(n - 3))',
    convention: 'Corrected for bias, as pandas; 0 is normal.',
    floor: sessions(30),
    unit: 'ratio',
  },
  omega: {
    group: 'Risk',
    label: 'Omega (0)',
    formula: 'sum of gains / |sum of losses|',
    convention: 'Threshold 0, on sessions.',
    floor: sessions(60),
    unit: 'ratio',
  },
  tailRatio: {
    group: 'Risk',
    label: 'Tail ratio',
    formula: '|95th percentile of r / 5th percentile of r|',
    convention: 'Linear interpolation.',
    floor: sessions(60),
    unit: 'ratio',
  },
  gainToPain: {
    group: 'Risk',
    label: 'Gain to pain',
    formula: 'sum(r) / |sum of negative r|',
    convention: 'On sessions; the original is monthly.',
    floor: sessions(60),
    unit: 'ratio',
  },
  probabilisticSharpe: {
    group: 'Risk',
    label: 'Probabilistic Sharpe',
    formula:
      'Phi(SR x sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 x SR^2)), SR = mean(e) / std(e) a session',
    convention:
      'Against a true ratio of 0; g3 and raw kurtosis g4 are population moments, std(e) the sample one. Six decimals.',
    floor: sessions(60),
    unit: 'fraction',
  },
} as const satisfies Record<string, MetricDefinition>;

/** Beside an index. */
export const BENCHMARK = {
  alpha: {
    group: 'Benchmark',
    label: 'Alpha (annual)',
    formula: '(mean(e) - beta x mean(eb)) x 252',
    convention:
      'Least squares on sessions both have; eb = benchmark return less the risk-free rate.',
    floor: sessions(60),
    unit: 'fraction',
  },
  beta: {
    group: 'Benchmark',
    label: 'Beta',
    formula: 'cov(e, eb) / var(eb)',
    convention: 'Least squares on sessions both have.',
    floor: sessions(60),
    unit: 'ratio',
  },
  correlation: {
    group: 'Benchmark',
    label: 'Correlation',
    formula: 'cov(r, b) / (std(r) x std(b))',
    convention: 'Pearson.',
    floor: sessions(60),
    unit: 'ratio',
  },
  rSquared: {
    group: 'Benchmark',
    label: 'R squared',
    formula: 'correlation^2',
    convention: '',
    floor: sessions(60),
    unit: 'ratio',
  },
  informationRatio: {
    group: 'Benchmark',
    label: 'Information ratio',
    formula: 'mean(r - b) / std(r - b) x sqrt(252)',
    convention: 'Annualised; QuantStats prints it per session.',
    floor: sessions(60),
    unit: 'ratio',
  },
} as const satisfies Record<string, MetricDefinition>;

/** How much was at stake. */
export const EXPOSURE = {
  timeInMarket: {
    group: 'Exposure',
    label: 'Time in market',
    formula: 'sessions with a position at the close / all sessions',
    convention:
      'Warm-up sessions without trades included; a position opened and closed between two closes is not seen.',
    floor: sessions(1),
    unit: 'fraction',
  },
  averageExposure: {
    group: 'Exposure',
    label: 'Average gross exposure',
    formula: 'mean of sum(|position value|) / equity at the closes',
    convention: 'Warm-up sessions without trades included.',
    floor: sessions(1),
    unit: 'fraction',
  },
  maxExposure: {
    group: 'Exposure',
    label: 'Highest gross exposure',
    formula: 'max of sum(|position value|) / equity at the closes',
    convention: '',
    floor: sessions(1),
    unit: 'fraction',
  },
  turnover: {
    group: 'Exposure',
    label: 'Turnover',
    formula: 'sum(|traded notional|) / mean equity',
    convention: 'Two-way (buys and sells), for the period, not annualised.',
    floor: sessions(1),
    unit: 'ratio',
  },
} as const satisfies Record<string, MetricDefinition>;
