import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import type { SessionDate } from '../domain/time.ts';
import { timeWeighted } from '../ledger/metrics-curve.ts';
import { measureSplit, type TrialResult } from '../ledger/trials.ts';
import type { BarSource } from '../ports/bar-source.ts';
import { sessionSpan } from '../reporting/report.ts';
import { runBacktest } from './backtest.ts';

/** What all trials of a sweep have in common. */
export interface TrialSetting {
  readonly home: string;
  readonly version: string;
  readonly symbols: readonly Symbol[] | null;
}

/** One backtest of a sweep. Plain data: it can be sent to a thread. */
export interface TrialTask {
  /** The combination and, when walking forward, the window: "17", "w3/17", "w3/test". */
  readonly name: string;
  readonly config: Config;
  readonly configHash: string;
  readonly from: SessionDate;
  readonly to: SessionDate;
  /** The first session that is set aside; null for none. */
  readonly split: SessionDate | null;
  readonly keepReturns: boolean;
}

/**
 * Runs one trial in memory. The same task gives the same result, in whichever thread and order. What a trial's own
 * configuration, strategy or data does wrong is its result; it stops no other trial.
 */
export async function runTrial(
  task: TrialTask,
  { home, version, symbols }: TrialSetting,
  source: BarSource,
): Promise<TrialResult> {
  try {
    const { end, equity, trades, decisionHash } = await runBacktest({
      home,
      loaded: asLoaded(task),
      version,
      source,
      from: task.from,
      to: task.to,
      ...(symbols === null ? {} : { symbols }),
    });
    return {
      outcome: 'done',
      haltedOn: end.kind === 'halted' ? end.on : null,
      ...measureSplit(equity, trades, task.split, sessionSpan),
      decisionHash,
      ...(task.keepReturns ? { returns: timeWeighted(equity).returns } : {}),
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { outcome: 'failed', reason: [error.message, ...error.details].join('; ') };
  }
}

/** Secrets and switches of the environment have no part in a trial: it reaches nothing but memory. */
const asLoaded = ({ config, configHash }: TrialTask): LoadedConfig => ({
  config,
  file: undefined,
  origins: new Map(),
  hash: configHash,
  switches: { armed: false, dryRun: false, killSwitch: false, liveAck: undefined },
  secrets: {},
  warnings: [],
});
