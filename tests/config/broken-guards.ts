import type { Broken } from './broken-values.ts';

/** Limits of guards that are out of their range, or leave nothing to enter. */
export const BROKEN_GUARDS: readonly Broken[] = [
  {
    name: 'a negative limit of an order',
    yaml: 'risk: { maxOrderNotionalUsd: -1, maxOrderShares: -100 }\n',
    says: [
      ['1:30', 'risk.maxOrderNotionalUsd', '-1 must be at least 0'],
      ['1:50', 'risk.maxOrderShares', '-100 must be at least 1'],
    ],
  },
  {
    name: 'limits that are not a number',
    yaml: 'risk:\n  maxCorrelation: .nan\n  maxSectorFraction: .inf\n  minScore: .nan\n',
    says: [
      ['2:19', 'risk.maxCorrelation', 'NaN must be a finite number'],
      ['3:22', 'risk.maxSectorFraction', 'Infinity must be a finite number'],
      ['4:13', 'risk.minScore', 'NaN must be a finite number'],
    ],
  },
  {
    name: 'percents where fractions belong',
    yaml: 'risk:\n  maxSectorFraction: 150\n  maxAtrFraction: 8\n  maxTradeRiskFraction: 1.5\n',
    says: [
      ['2:22', 'risk.maxSectorFraction', 'is above 1; it is a fraction, not percent: write 1.5'],
      ['3:19', 'risk.maxAtrFraction', 'is above 1; it is a fraction, not percent: write 0.08'],
      ['4:25', 'risk.maxTradeRiskFraction', 'is above 1; it is a fraction, not percent'],
    ],
  },
  {
    name: 'fractions and multiples of nothing',
    yaml: 'risk: { maxNetFraction: 0, maxJumpAtr: 0, minRewardOverCosts: 0 }\n',
    says: [
      ['1:25', 'risk.maxNetFraction', '0 must be above 0'],
      ['1:40', 'risk.maxJumpAtr', '0 must be above 0'],
      ['1:63', 'risk.minRewardOverCosts', '0 must be above 0'],
    ],
  },
  {
    name: 'limits beyond their scale',
    yaml: 'risk:\n  maxCorrelation: 1.1\n  minScore: 101\n  maxConsecutiveLosses: 101\n',
    says: [
      ['2:19', 'risk.maxCorrelation', '1.1 must be at most 1'],
      ['3:13', 'risk.minScore', '101 must be at most 100'],
      ['4:25', 'risk.maxConsecutiveLosses', '101 must be at most 100'],
    ],
  },
  {
    name: 'fewer working orders than a bracket has',
    yaml: 'risk: { maxWorkingOrders: 1, maxWorkingOrdersPerSymbol: 1.5 }\n',
    says: [
      ['1:27', 'risk.maxWorkingOrders', '1 must be at least 2'],
      ['1:57', 'risk.maxWorkingOrdersPerSymbol', '1.5 must be a whole number'],
    ],
  },
  {
    name: 'no time, no entry and no trade at all',
    yaml: 'risk:\n  minEntryIntervalMs: 0\n  maxEntriesPerSymbol: 0\n  maxDayTrades: 0\n',
    says: [
      ['2:23', 'risk.minEntryIntervalMs', '0 must be at least 1'],
      ['3:24', 'risk.maxEntriesPerSymbol', '0 must be at least 1'],
      ['4:17', 'risk.maxDayTrades', '0 must be at least 1'],
    ],
  },
  {
    name: 'a volatility band the wrong way round',
    yaml: 'risk: { maxAtrFraction: 0.01, minAtrFraction: 0.02 }\n',
    says: [['1:47', 'risk.minAtrFraction', '0.02 is above maxAtrFraction, 0.01']],
  },
  {
    name: 'a most below the least an order may be worth',
    yaml: 'risk: { maxOrderNotionalUsd: 999, maxRunNotionalUsd: 500 }\n',
    says: [
      ['1:30', 'risk.maxOrderNotionalUsd', '999 is below sizing.minNotionalUsd, 1000'],
      ['1:54', 'risk.maxRunNotionalUsd', '500 is below sizing.minNotionalUsd, 1000'],
    ],
  },
  {
    name: 'a least value raised above the most',
    yaml: 'risk: { maxOrderNotionalUsd: 2000 }\nsizing: { minNotionalUsd: 3000 }\n',
    says: [['1:30', 'risk.maxOrderNotionalUsd', '2000 is below sizing.minNotionalUsd, 3000']],
  },
  {
    name: 'windows without entries that meet',
    yaml: 'entry: { noEntryFirstMinutes: 200, noEntryLastMinutes: 190 }\n',
    says: [['1:31', 'entry.noEntryFirstMinutes', '200 and noEntryLastMinutes, 190, leave nothing']],
  },
];
