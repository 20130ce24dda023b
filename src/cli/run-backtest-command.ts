import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import type { BacktestOutcome } from '../app/backtest-folder.ts';
import { backtestToFolder } from '../app/backtest-folder.ts';
import { openSource } from '../app/compose.ts';
import { configReader } from '../config/load.ts';
import { EXIT, Failure } from '../domain/failure.ts';
import { withDetail } from '../domain/system-failure.ts';
import type { SessionDate } from '../domain/time.ts';
import type { MetricValue } from '../ledger/metrics.ts';
import type { BacktestReport } from '../reporting/backtest-report.ts';
import { amount, decimals, percent, share } from '../reporting/format.ts';
import { metricText } from '../reporting/metric-text.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { dateOption, symbolsOption, textOption } from './options.ts';
import { packageVersion } from './package-version.ts';
import { type Progress, showProgress } from './progress.ts';
import { settingsOf, strategyOf } from './settings-option.ts';

type Options = Readonly<Record<string, unknown>>;

/** Plays a backtest into its run folder and says what it came to. */
export async function runBacktestCommand(
  context: CommandContext,
  options: Options,
): Promise<CommandOutcome> {
  const began = context.now();
  const from = needed('--from', dateOption(context, '--from', options.from));
  const to = needed('--to', dateOption(context, '--to', options.to));
  const split = dateOption(context, '--split', options.split);
  const symbols = symbolsOption(options.symbols);
  const data = textOption(options.data);
  const out = textOption(options.out);
  const set = { ...strategyOf(context, options), ...settingsOf(options.set) };
  const read = configReader(context.configSource);
  const loaded = read(set);
  const { home } = context;
  const dataDir = data === undefined ? {} : { dataDir: resolve(context.cwd, data) };
  const stages = new Stages(context);
  const isSet = (name: string): boolean => options[name] === true;
  let outcome: BacktestOutcome;
  let played = began;
  try {
    outcome = await backtestToFolder({
      home,
      loaded,
      version: packageVersion(),
      source: openSource({ home, loaded, ...dataDir }, symbols, true),
      from,
      to,
      ...(symbols === undefined ? {} : { symbols }),
      ...(out === undefined ? {} : { out: resolve(context.cwd, out) }),
      ...(split === undefined ? {} : { split }),
      closeAtEnd: isSet('closeAtEnd'),
      html: isSet('html'),
      baseline: isSet('baseline') || (isSet('html') && options.baseline !== false),
      workers: availableParallelism(),
      monteCarlo: isSet('monteCarlo'),
      sensitivity: isSet('sensitivity'),
      checkLookAhead: isSet('checkLookahead'),
      interrupt: context.interrupt,
      reload: async (flags) => read({ ...set, ...flags }),
      onProgress: (stage, done, total) => {
        // What is played besides would make the backtest look slow.
        if (stage === 'sessions') played = context.now();
        stages.to(stage, done, total);
      },
    });
  } finally {
    await stages.end();
  }
  return outcomeOf(context, outcome, played - began, loaded.warnings);
}

function needed(name: string, date: SessionDate | undefined): SessionDate {
  if (date !== undefined) return date;
  throw new Failure('USAGE', `backtest needs ${name}`, {
    hint: 'write --from 2015-01-02 --to 2017-12-29',
  });
}

/** One progress after the other, each under the name of what it counts. */
class Stages {
  readonly #context: CommandContext;
  #stage = '';
  #shown: Promise<Progress> | null = null;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  to(stage: string, done: number, total: number): void {
    if (stage !== this.#stage) {
      void this.end();
      this.#stage = stage;
      this.#shown = showProgress(this.#context, stage);
    }
    void this.#tell(done, total);
  }

  async #tell(done: number, total: number): Promise<void> {
    (await this.#shown)?.to(done, total);
  }

  async end(): Promise<void> {
    const ended = this.#shown;
    this.#shown = null;
    (await ended)?.end();
  }
}

function outcomeOf(
  context: CommandContext,
  { dir, report, result, files, interrupted, incomplete }: BacktestOutcome,
  elapsedMs: number,
  warnings: readonly string[],
): CommandOutcome {
  const folder = relative(context.cwd, dir) || '.';
  const { end, range } = result;
  const { bars } = report.header;
  if (end.kind === 'failed') {
    const where = `what was played is in ${folder}, marked partial`;
    throw withDetail(end.error, `the backtest ended in ${end.on}; ${where}`);
  }
  const isFound = report.lookAhead !== null && report.lookAhead.firstDifference !== null;
  const metrics = { ...report.metrics, ...report.tradeSummary.metrics };
  return {
    data: {
      runDir: dir,
      from: report.header.from,
      to: report.header.to,
      status: report.header.status,
      haltedOn: end.kind === 'halted' ? end.on : null,
      symbols: range.symbols.length,
      sessions: report.header.sessions,
      bars,
      barsPerSecond: elapsedMs > 0 ? Math.round((bars / elapsedMs) * 1_000) : null,
      trades: result.trades.length,
      counts: result.counts,
      metrics: Object.fromEntries(Object.entries(metrics).map(([id, { value }]) => [id, value])),
      configHash: report.header.configHash,
      dataHash: report.header.dataHash,
      signalHash: report.header.signalHash,
      decisionHash: report.header.decisionHash,
      lookAhead: report.lookAhead,
      files,
    },
    text: textOf(report, folder, files),
    warnings: [...warnings, ...report.warnings],
    ...(interrupted
      ? { exit: EXIT.INTERRUPTED }
      : isFound
        ? { exit: EXIT.FINDINGS }
        : incomplete
          ? { exit: EXIT.PARTIAL }
          : {}),
  };
}

function textOf(report: BacktestReport, folder: string, files: readonly string[]): string {
  const { header: h, metrics: m, tradeSummary: s, comparisons, randomPicks, pipeline } = report;
  const line = (name: string, text: string): string => `  ${name.padEnd(13)} ${text}`;
  const short = (hash: string): string => hash.slice(0, 12);
  const { metrics: t } = s;
  const main = files.find((path) => path.endsWith('report.html')) ?? 'report.md';
  const lines = [
    report.sentence,
    '',
    line(
      'Returns',
      `${metricText('cagr', m.cagr)} a year, volatility ${metricText('volatility', m.volatility)}, Sharpe ${metricText('sharpe', m.sharpe)}, deepest drawdown ${metricText('maxDrawdown', m.maxDrawdown)}`,
    ),
    line(
      'Trades',
      `${s.closed} closed, win rate ${metricText('winRate', t.winRate)}, profit factor ${metricText('profitFactor', t.profitFactor)}, expectancy ${inR(t.expectancyR)}, commissions ${amount(t.commissions.value)}`,
    ),
    line(
      'Scans',
      `${pipeline.scans} decided, ${pipeline.skipped} without a price; ${pipeline.counts.found} found, ${pipeline.counts.scored} scored, ${pipeline.counts.denied} denied, ${pipeline.counts.filled} filled`,
    ),
    line(
      'Beside it',
      comparisons
        .filter(({ id }) => id !== 'strategy')
        .map(({ label, metrics }) => `${label}: ${percent(metrics.totalReturn.value)}`)
        .join('; ') || 'no symbol has a bar in the first session',
    ),
    ...(randomPicks === null
      ? []
      : [
          line(
            'Random picks',
            `${share(randomPicks.percentile)} of ${randomPicks.seeds} ended below it, median ${amount(randomPicks.median)}`,
          ),
        ]),
    ...(report.monteCarlo === null
      ? []
      : [
          line(
            'Monte-Carlo',
            `drawdown ${share(report.monteCarlo.maxDrawdown.p5)} at the 5th percentile, ${share(report.monteCarlo.lossProbability)} of the draws lose`,
          ),
        ]),
    ...(report.parts === null
      ? []
      : [
          line(
            'Out of sample',
            `${metricText('totalReturn', report.parts.outOfSample.metrics.totalReturn)} from ${report.parts.outOfSample.from}, Sharpe ${decimals(report.parts.outOfSample.metrics.sharpe.value)}; in sample ${decimals(report.parts.inSample.metrics.sharpe.value)}`,
          ),
        ]),
    ...lookAheadLines(report, line),
    '',
    'Assumed:',
    ...report.assumptions.map(({ about, text }) => line(about, text)),
    '',
    `Data ${short(h.dataHash)}  config ${short(h.configHash)}  decisions ${short(h.decisionHash)}${h.seed === null ? '' : `  seed ${h.seed}`}`,
    '',
    line('Tear sheet', `${folder}/${main.slice(main.lastIndexOf('/') + 1)}`),
    line('Tables', `${folder}/{trades,equity,orders,decisions,stops}.csv`),
  ];
  return lines.join('\n');
}

const inR = (expectancy: MetricValue): string => {
  const text = metricText('expectancyR', expectancy);
  return expectancy.value === null ? text : `${text} R`;
};

function lookAheadLines(
  { lookAhead }: BacktestReport,
  line: (name: string, text: string) => string,
): string[] {
  if (lookAhead === null) return [];
  const { decisionsCompared, firstDifference } = lookAhead;
  return [
    line(
      'Look-ahead',
      firstDifference === null
        ? `none: ${decisionsCompared} decisions stayed the same on changed futures`
        : `FOUND: ${firstDifference.runId} changed on ${firstDifference.data} data after ${firstDifference.cut}`,
    ),
  ];
}
