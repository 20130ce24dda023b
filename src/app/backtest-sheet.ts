import { streamKey, uniformAt } from '../adapters/sim/synthetic-random.ts';
import type { Session, SessionDate } from '../domain/time.ts';
import { settled } from '../ledger/metrics-trades.ts';
import { MONTE_CARLO_FLOOR, type MonteCarlo, monteCarlo } from '../ledger/monte-carlo.ts';
import type { BacktestHeader } from '../reporting/backtest-input.ts';
import { buildBacktestReport } from '../reporting/backtest-report.ts';
import { SIM_ACCOUNT } from './account-name.ts';
import type { BacktestResult } from './backtest.ts';
import { assumptionsOf, parametersOf } from './backtest-assumptions.ts';
import type { Besides } from './backtest-besides.ts';
import type { BacktestJob } from './backtest-folder.ts';
import { barsIn } from './backtest-range.ts';
import type { BacktestRecord } from './backtest-record.ts';
import { equalWeight } from './equal-weight.ts';
import type { ReadStrategy } from './load-strategy.ts';

/** The tear sheet of a backtest that was played, and what it lacks of what was asked for. */
export function tearSheet(
  job: BacktestJob,
  strategy: ReadStrategy,
  result: BacktestResult,
  record: BacktestRecord,
  { warnings, failed: _told, ...besides }: Besides,
) {
  const { source, loaded } = job;
  const { range, denials, marks, trades, equity } = result;
  const { runs, skipped, ...counts } = result.counts;
  const warmupBars = strategy.definition.warmupBars(strategy.params);
  const played = range.sessions.slice(0, Math.max(0, marks.length - 1));
  const [before] = marks;
  const draws = job.monteCarlo ? drawn(result) : null;
  const tooFew =
    job.monteCarlo && draws === null
      ? [
          `Monte-Carlo needs ${MONTE_CARLO_FLOOR} closed trades, there are ${settled(trades).length}: not drawn`,
        ]
      : [];
  return buildBacktestReport({
    header: headerOf(job, result, strategy.definition.name, played),
    assumptions: assumptionsOf(
      loaded.config,
      source,
      { name: strategy.definition.name, warmupBars },
      job.closeAtEnd,
    ),
    parameters: parametersOf(loaded),
    sessions: played,
    events: record.events,
    marks,
    trades,
    pipeline: {
      scans: runs - skipped,
      failed: record.failedRuns,
      skipped,
      counts,
      excluded: record.excluded,
      ineligible: record.ineligible,
      denials,
    },
    equalWeight:
      before === undefined || played.length === 0
        ? []
        : equalWeight(source, range.symbols, before.session, played, equity[0]?.equity ?? 0),
    monteCarlo: draws,
    ...besides,
    warnings: [
      ...result.warnings,
      ...unscored(result, record),
      ...unsplit(job, played),
      ...tooFew,
      ...warnings,
    ],
  });
}

/** A split that is inside the range may still be outside of what the data, or a halt, left of it. */
function unsplit({ split }: BacktestJob, played: readonly Session[]): string[] {
  const [first, last] = [played[0]?.date ?? '', played.at(-1)?.date ?? ''];
  if (split === undefined || (split > first && split <= last)) return [];
  return [`nothing was played on one side of --split ${split}: neither is measured apart`];
}

/**
 * A strategy whose features are never numbers trades nothing, and would not be told from one that never has a signal.
 */
function unscored({ counts }: BacktestResult, { ineligible }: BacktestRecord): string[] {
  const { undefined_feature: rows = 0 } = ineligible;
  if (counts.scored > 0 || rows === 0) return [];
  return [`no row was ever scored: of ${rows} with a signal a feature was undefined (NaN)`];
}

function headerOf(
  { from, to, split, loaded, version, source }: BacktestJob,
  { end, range, last, signalHash, decisionHash, equity }: BacktestResult,
  strategy: string,
  played: readonly Session[],
): BacktestHeader {
  const [first] = range.sessions;
  const { identity, data } = loaded.config;
  return {
    askedFrom: from,
    askedTo: to,
    split: split ?? null,
    from: first?.date ?? from,
    to: last?.date ?? equity[0]?.session ?? from,
    sessions: played.length,
    status: end.kind,
    ended: endText({ end }),
    mode: 'backtest',
    account: SIM_ACCOUNT,
    identity: identity.name,
    strategy,
    symbols: range.symbols.length,
    bars: end.kind === 'completed' ? range.bars : barsIn(source, range.symbols, played),
    dataLabel: source.label,
    version,
    seed: source.synthetic ? data.synthetic.seed : null,
    configHash: loaded.hash,
    dataHash: range.dataHash,
    signalHash,
    decisionHash,
  };
}

function endText({ end }: Pick<BacktestResult, 'end'>): string | null {
  switch (end.kind) {
    case 'completed':
      return null;
    case 'halted':
      return `halted on ${end.on}: the drawdown limit was reached at its close`;
    case 'interrupted':
      return `interrupted after ${end.on}: partial`;
    case 'failed': {
      const why = end.error instanceof Error ? end.error.message : String(end.error);
      return `failed in ${end.on}: ${why}; partial`;
    }
  }
}

const DRAWS = 1_000;
const DRAW_SEED = 1;
/** Apart from the streams of the synthetic market. */
const STREAM = 979;

/** What chance makes of the trades, each by its return on the equity it was opened with. */
function drawn({ trades, equity }: BacktestResult): MonteCarlo | null {
  const startEquity = equity[0]?.equity ?? 0;
  const before = new Map(equity.map(({ session }, i) => [session, equity[Math.max(0, i - 1)]]));
  const returns = settled(trades).map(({ netPnl, entrySession }) => {
    const base = before.get(entrySession as SessionDate)?.equity ?? startEquity;
    return base > 0 ? netPnl / base : 0;
  });
  const keys = Array.from({ length: DRAWS }, (_, i) => streamKey(DRAW_SEED, `draw ${i}`, STREAM));
  return monteCarlo(returns, startEquity, {
    draws: DRAWS,
    seed: DRAW_SEED,
    uniform: (draw, place) => uniformAt(keys[draw] as number, place),
  });
}
