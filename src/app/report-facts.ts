import type { Config } from '../config/schema.ts';
import type { RunFacts } from '../domain/run.ts';
import type { ReportLimits } from '../reporting/report-input.ts';
import type { System } from './compose.ts';

/** The limits of a configuration that a report shows. */
export const reportLimits = ({ risk, sizing }: Config): ReportLimits => ({
  dailyLossFraction: risk.dailyLossFraction,
  hardDailyLossFraction: risk.hardDailyLossFraction,
  maxDrawdownFraction: risk.maxDrawdownFraction,
  maxGrossFraction: risk.maxGrossFraction,
  maxOpenRiskFraction: risk.maxOpenRiskFraction,
  maxPositionFraction: sizing.maxPositionFraction,
  maxPositions: risk.maxPositions,
  maxEntriesPerDay: risk.maxEntriesPerDay,
  ...(risk.maxConsecutiveLosses > 0 ? { maxConsecutiveLosses: risk.maxConsecutiveLosses } : {}),
});

/** What every run writes down, so that an old report made again is the same whatever is configured by then. */
export const runFacts = ({ config, source }: Pick<System, 'config' | 'source'>): RunFacts => ({
  dataLabel: source.label,
  limits: { ...reportLimits(config) },
});

/** Limits as a run wrote them down; null where one that every report shows is missing. */
export function limitsIn(recorded: RunFacts['limits']): ReportLimits | null {
  const {
    dailyLossFraction,
    hardDailyLossFraction,
    maxDrawdownFraction,
    maxGrossFraction,
    maxOpenRiskFraction,
    maxPositionFraction,
    maxPositions,
    maxEntriesPerDay,
    maxConsecutiveLosses,
  } = recorded;
  if (
    dailyLossFraction === undefined ||
    hardDailyLossFraction === undefined ||
    maxDrawdownFraction === undefined ||
    maxGrossFraction === undefined ||
    maxOpenRiskFraction === undefined ||
    maxPositionFraction === undefined ||
    maxPositions === undefined ||
    maxEntriesPerDay === undefined
  ) {
    return null;
  }
  return {
    dailyLossFraction,
    hardDailyLossFraction,
    maxDrawdownFraction,
    maxGrossFraction,
    maxOpenRiskFraction,
    maxPositionFraction,
    maxPositions,
    maxEntriesPerDay,
    ...(maxConsecutiveLosses === undefined ? {} : { maxConsecutiveLosses }),
  };
}
