import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { withDetail } from '../domain/system-failure.ts';
import type { SessionDate } from '../domain/time.ts';
import { fingerprint } from '../events/fingerprint.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { Log } from '../ports/log.ts';
import type { BacktestReport } from '../reporting/backtest-report.ts';
import { type BacktestRequest, type BacktestResult, playBacktest } from './backtest.ts';
import { playBesides } from './backtest-besides.ts';
import { BacktestRecord } from './backtest-record.ts';
import { tearSheet } from './backtest-sheet.ts';
import { readStrategy } from './load-strategy.ts';
import { backtestFiles, writeReportFiles } from './report-files.ts';

/** A backtest with its tear sheet, in a run folder. */
export interface BacktestJob {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly source: BarSource;
  readonly from: SessionDate;
  readonly to: SessionDate;
  readonly symbols?: readonly Symbol[];
  readonly closeAtEnd: boolean;
  /** The run folder; data/backtests/ID of the home unless given. */
  readonly out?: string;
  readonly html: boolean;
  /** Plays the random picks that the strategy is held against. */
  readonly baseline: boolean;
  /** Threads for the random picks; one unless given. */
  readonly workers?: number;
  readonly split?: SessionDate;
  readonly monteCarlo: boolean;
  readonly sensitivity: boolean;
  readonly checkLookAhead: boolean;
  readonly log?: Log;
  readonly interrupt?: AbortSignal;
  /** The configuration with values set besides those of this run. */
  readonly reload: (flags: Readonly<Record<string, string>>) => Promise<LoadedConfig>;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/** A backtest that was written down. */
export interface BacktestOutcome {
  readonly dir: string;
  readonly report: BacktestReport;
  readonly result: BacktestResult;
  readonly files: readonly string[];
  /** True where it was interrupted: in the backtest, or in what was asked for besides. */
  readonly interrupted: boolean;
  /** True where the backtest stands and something that was asked for besides failed. */
  readonly incomplete: boolean;
}

/** What a run folder of a backtest says of itself. */
const RUN_FILE = 'run.json';
const RUN_SCHEMA_VERSION = 1;
/** True while it is played, and of what is left where nothing more could be written. */
const BEGUN = `${JSON.stringify({ kind: 'backtest', status: 'unfinished' }, null, 2)}\n`;

/**
 * Plays a backtest into its run folder, then what was asked for besides, and writes the tear sheet. What fails on the
 * way leaves the folder with everything up to then, marked as partial; it is in `result.end`.
 */
export async function backtestToFolder(job: BacktestJob): Promise<BacktestOutcome> {
  const dir = job.out ?? join(job.home, 'data', 'backtests', idOf(job));
  const strategy = await readStrategy(job.loaded.config, job.home);
  refuseSplitOutside(job);
  if (job.out !== undefined) refuseForeign(job.out);
  const request = requestOf(job);
  let record: BacktestRecord | null = null;
  const recordOf = (): BacktestRecord => {
    if (record !== null) return record;
    // Whatever ends the process, the folder says what it is.
    writeReportFiles(dir, [{ name: RUN_FILE, text: BEGUN }]);
    record = new BacktestRecord(join(dir, 'decisions.csv'));
    return record;
  };
  try {
    const result = await playBacktest({
      ...request,
      runDir: dir,
      onEvents: (events) => recordOf().hear(events),
      observer: { onDecision: (decision, snapshot) => recordOf().decide(decision, snapshot) },
      onSession: (done, total) => job.onProgress?.('sessions', done, total),
    });
    const kept = recordOf();
    kept.close();
    const besides = await playBesides(job, request, result);
    const report = tearSheet(job, strategy, result, kept, besides);
    const files = await backtestFiles(report.report, report.tables, kept.stops, job.html);
    const written = writeReportFiles(dir, [
      ...files,
      { name: RUN_FILE, text: runFile(job, report.report, result) },
    ]);
    return {
      dir,
      report: report.report,
      result,
      files: written.map(({ path }) => path),
      interrupted: job.interrupt?.aborted === true,
      incomplete: besides.failed,
    };
  } catch (error) {
    if (record === null) throw error;
    throw withDetail(error, `${dir} has what was written by then; its ${RUN_FILE} says unfinished`);
  }
}

const requestOf = (job: BacktestJob): BacktestRequest => ({
  home: job.home,
  loaded: job.loaded,
  version: job.version,
  source: job.source,
  from: job.from,
  to: job.to,
  closeAtEnd: job.closeAtEnd,
  ...(job.symbols === undefined ? {} : { symbols: job.symbols }),
  ...(job.log === undefined ? {} : { log: job.log }),
  ...(job.interrupt === undefined ? {} : { interrupt: job.interrupt }),
});

/** The folder's name follows from what is asked, so that the same question writes the same folder again. */
function idOf({ loaded, source, symbols, from, to, closeAtEnd }: BacktestJob): string {
  const key = fingerprint({
    config: loaded.hash,
    data: source.label,
    symbols: symbols ?? null,
    closeAtEnd,
  });
  return `${from}-${to}-${key.slice(0, 8)}`;
}

function refuseSplitOutside({ split, from, to }: BacktestJob): void {
  if (split === undefined || (split > from && split <= to)) return;
  throw new Failure('USAGE', `--split ${split} is not inside ${from} to ${to}`, {
    hint: 'the split is the first date out of sample, after --from',
  });
}

/** A run replaces what stands in its folder, so the folder must be one that a run wrote. */
function refuseForeign(dir: string): void {
  if (!existsSync(dir)) return;
  const names = readdirSync(dir);
  if (names.length === 0 || names.includes(RUN_FILE)) return;
  throw new Failure('CANNOT_WRITE', `${dir} exists and was not written by a backtest`, {
    details: ['a backtest replaces the folder that it is given'],
    hint: 'name a new folder: --out DIR',
  });
}

/** What has to be known to play it again and to compare it. */
function runFile(job: BacktestJob, report: BacktestReport, result: BacktestResult): string {
  const { header } = report;
  const record = {
    kind: 'backtest',
    schemaVersion: RUN_SCHEMA_VERSION,
    ...header,
    closeAtEnd: job.closeAtEnd,
    universe: job.symbols ?? null,
    counts: result.counts,
    denials: result.denials,
    trades: result.trades.length,
    endEquity: result.equity.at(-1)?.equity ?? null,
    lastSeq: result.lastSeq,
    warnings: result.warnings,
    config: job.loaded.config,
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}
