import { BarMarketData } from '../adapters/recorded/bar-market-data.ts';
import { sessionOf } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Symbol } from '../domain/market.ts';
import type { RunRecord } from '../domain/run.ts';
import type { SessionDate } from '../domain/time.ts';
import type { EventOf } from '../events/event.ts';
import { Book } from '../ledger/book.ts';
import { portfolioState } from '../ledger/portfolio-state.ts';
import { eligibilityOf } from '../pipeline/decide.ts';
import { type ScanSettings, scan, scanExclusion } from '../pipeline/scan.ts';
import { score } from '../pipeline/score.ts';
import type { ScoreTable } from '../pipeline/score-table.ts';
import type { HistoryReader } from '../ports/history.ts';
import { NOTHING_OUTSIDE } from '../risk/trading-state.ts';
import { openSource } from './compose.ts';
import { loadStrategy } from './load-strategy.ts';
import { restrictingLimits } from './trading.ts';
import { universeOf } from './universe-file.ts';
import { activityLimits } from './valuation.ts';

/** What a past scan is counted again from. */
export interface RecountRequest {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly reader: HistoryReader;
  readonly run: RunRecord;
  readonly symbol: Symbol;
}

/**
 * Where a symbol stood in a scan whose journal names only the best: the scan is computed again from the same data,
 * and believed only where its digest is the journal's. A sentence each.
 */
export async function recount(request: RecountRequest): Promise<readonly string[]> {
  const { home, loaded, run, symbol } = request;
  if (run.mode === 'backtest') return ['The data of a run in the past is not kept with the home.'];
  if (run.configHash !== loaded.hash) {
    return ['It cannot be recomputed: the configuration has changed since this run.'];
  }
  const past = await pastOf(request);
  const session = sessionOf(run.session as SessionDate);
  if (past === null || session === null) return [];
  const { config } = loaded;
  const source = openSource({ home, loaded });
  const market = new BarMarketData(source, { halfSpreadBps: config.costs.halfSpreadBps });
  const universe = universeOf(config, home);
  const snapshot = await market.snapshot({
    asOf: past.started.asOf,
    session,
    ...(universe === null ? {} : { symbols: universe }),
    todayOpen: config.scan.rule === 'gap',
    relativeVolume: config.scan.rule === 'relative_volume',
  });
  const state = portfolioState(past.book, {
    ...activityLimits(config, past.started.asOf, session),
    marks: new Map(),
    sectorOf: (name) => source.sectorOf(name),
    availableCash: past.book.cash,
    intensity: 1,
    ...restrictingLimits(config, source),
    outside: NOTHING_OUTSIDE,
  });
  const strategy = await loadStrategy(config, home);
  const eligibility = eligibilityOf(state, config);
  const table = score(snapshot, scan(snapshot, config.scan), strategy, eligibility);
  if (table.tableHash !== past.scan.tableHash) {
    return [
      'Recomputed from the data as it is now, the table has another digest: the data has changed, or the run was asked for some symbols only.',
    ];
  }
  const index = snapshot.series.findIndex((series) => series.symbol === symbol);
  return [
    `Recomputed from the same data, the score table has the journal's digest.`,
    index < 0 || (snapshot.visible[index] ?? 0) === 0
      ? `${symbol} is not in the data of that session.`
      : standing(symbol, table, scanExclusion(snapshot, index, config.scan), () =>
          rankOf(scan(snapshot, withoutCut(config.scan)).rows, index),
        ),
  ];
}

const withoutCut = (settings: ScanSettings): ScanSettings => ({
  ...settings,
  rows: Number.MAX_SAFE_INTEGER,
});

const rankOf = (rows: Int32Array, index: number): string =>
  `${rows.indexOf(index) + 1} of ${rows.length}`;

/** Where the symbol stood, in one sentence. */
function standing(
  symbol: Symbol,
  table: ScoreTable,
  excluded: string | null,
  rank: () => string,
): string {
  if (excluded !== null) return `${symbol} was dropped by the scan: ${excluded}.`;
  const at = table.rows.findIndex((row) => row.symbol === symbol);
  const row = table.rows[at];
  if (row === undefined) return `${symbol} was below the cut, rank ${rank()} by activity.`;
  if (row.ineligible !== null) {
    return `${symbol} was found, rank ${row.scanRank} by activity, and not eligible: ${row.ineligible}.`;
  }
  const place = table.ranking.indexOf(at) + 1;
  return `${symbol} scored ${row.score.toFixed(2)}, rank ${place} of ${table.ranking.length}.`;
}

interface Past {
  readonly book: Book;
  readonly started: EventOf<'run.started'>;
  readonly scan: EventOf<'scan.completed'>;
}

/** The book as the run found it, and what the run wrote down of its scan; null where it has no scan. */
async function pastOf({ reader, run }: RecountRequest): Promise<Past | null> {
  const book = new Book();
  let started: EventOf<'run.started'> | null = null;
  for await (const event of reader.events()) {
    if (started === null) book.apply(event);
    if (event.runId !== run.runId) continue;
    if (event.type === 'run.started') started = event;
    if (event.type === 'scan.completed' && started !== null) return { book, started, scan: event };
  }
  return null;
}
