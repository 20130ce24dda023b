import { BarMarketData } from '../adapters/recorded/bar-market-data.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import type { Session, SessionDate } from '../domain/time.ts';
import { timeWeighted } from '../ledger/metrics-curve.ts';
import { measureSplit, type TrialResult } from '../ledger/trials.ts';
import type { StrategyDesk } from '../pipeline/desk.ts';
import type { BarSource } from '../ports/bar-source.ts';
import { sessionSpan } from '../reporting/report.ts';
import { runBacktest } from './backtest.ts';
import { type BacktestRange, backtestRange } from './backtest-range.ts';
import { loadStrategy } from './load-strategy.ts';
import { universeOf } from './universe-file.ts';

/** What all trials of a sweep have in common. */
export interface TrialSetting {
  readonly home: string;
  readonly version: string;
  readonly symbols: readonly Symbol[] | null;
  /** The last session of the sweep. */
  readonly last: Session;
}

/**
 * A market keeps every indicator that it was ever asked for, and each strategy with other parameters asks for others:
 * after so many it is made anew, so that a long sweep needs no more memory than a short one.
 */
const MOST_STRATEGIES = 8;
/** More half spreads than these are not kept as markets at a time. */
const MOST_MARKETS = 4;
/** Values of a board above which it is laid out again for every trial: 52 bytes each are kept otherwise. */
const MOST_KEPT = 2_000_000;

/** The bars of a sweep, with all that was computed of them for one trial and serves the next. */
export class TrialBars {
  readonly source: BarSource;
  readonly #until: Session;
  readonly #ranges = new Map<string, Promise<BacktestRange>>();
  readonly #markets = new Map<number, BarMarketData>();
  readonly #strategies = new Set<string>();
  #desk: { readonly key: string; readonly desk: StrategyDesk } | null = null;

  /** The source must be prepared up to `until`. */
  constructor(source: BarSource, until: Session) {
    this.source = source;
    this.#until = until;
  }

  range(from: SessionDate, to: SessionDate, universe: readonly Symbol[] | null) {
    const key = `${from} ${to} ${universe === null ? '*' : universe.join(' ')}`;
    const known = this.#ranges.get(key);
    if (known !== undefined) return known;
    const range = backtestRange(this.source, from, to, universe);
    this.#ranges.set(key, range);
    return range;
  }

  market({ costs, strategy }: Config): BarMarketData {
    const { halfSpreadBps } = costs;
    this.#strategies.add(JSON.stringify(strategy));
    if (this.#strategies.size > MOST_STRATEGIES || this.#markets.size > MOST_MARKETS) {
      this.#markets.clear();
      this.#strategies.clear();
    }
    const known = this.#markets.get(halfSpreadBps);
    if (known !== undefined) return known;
    const market = new BarMarketData(this.source, {
      halfSpreadBps,
      until: this.#until,
      mostKept: MOST_KEPT,
    });
    this.#markets.set(halfSpreadBps, market);
    return market;
  }

  /**
   * The strategy of a trial. What a built-in one said of a row serves the next trial that asks the same; one of a file
   * may remember what it was asked, and begins anew in each.
   */
  async strategy(config: Config, home: string): Promise<StrategyDesk> {
    if (config.strategy.file !== undefined) return loadStrategy(config, home);
    const key = JSON.stringify(config.strategy);
    if (this.#desk?.key !== key) this.#desk = { key, desk: await loadStrategy(config, home) };
    return this.#desk.desk;
  }
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
  bars: TrialBars,
): Promise<TrialResult> {
  const { from, to, config } = task;
  try {
    const universe = symbols ?? universeOf(config, home);
    const { end, equity, trades, decisionHash } = await runBacktest({
      home,
      loaded: asLoaded(task),
      version,
      source: bars.source,
      range: await bars.range(from, to, universe),
      market: bars.market(config),
      strategy: await bars.strategy(config, home),
      from,
      to,
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
export const asLoaded = ({
  config,
  configHash,
}: Pick<TrialTask, 'config' | 'configHash'>): LoadedConfig => ({
  config,
  file: undefined,
  origins: new Map(),
  rowOrigins: new Map(),
  hash: configHash,
  switches: { armed: false, dryRun: false, killSwitch: false, liveAck: undefined },
  secrets: {},
  warnings: [],
});
