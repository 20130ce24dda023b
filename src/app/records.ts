import { historyFolder } from '../adapters/file/file-history.ts';
import { readHistory } from '../adapters/file/history-reader.ts';
import { loadSimAccount } from '../adapters/file/sim-account-file.ts';
import type { SimAccountState } from '../adapters/sim/sim-account-state.ts';
import type { RunRecord } from '../domain/run.ts';
import type { EpochMs } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { HistoryReader, RecordQuery } from '../ports/history.ts';

/** The history of a home for reading; takes no lock, so a daemon may be writing it. */
export const recordsOf = (home: string): HistoryReader => readHistory(historyFolder(home));

/** Records that match, oldest first. */
export interface Records<T> {
  readonly records: readonly T[];
  /** True where more match than `last` let through. */
  readonly cut: boolean;
  /** True where the home has no record of this kind at all. */
  readonly none: boolean;
}

export const queryRuns = (home: string, query: RecordQuery): Promise<Records<RunRecord>> =>
  recordsFrom(query, (asked) => recordsOf(home).runs(asked));

export const queryTrades = (home: string, query: RecordQuery): Promise<Records<TradeRecord>> =>
  recordsFrom(query, (asked) => recordsOf(home).trades(asked));

/**
 * The instant up to which a home knows what happened: that of the simulated exchange where it has one, which may have
 * been played through long ago, else now.
 */
export const knownUntil = (home: string, now: EpochMs): EpochMs => {
  const played = loadSimAccount<SimAccountState>(home)?.playedThrough ?? now;
  return played < now ? played : now;
};

async function recordsFrom<T>(
  query: RecordQuery,
  ask: (query: RecordQuery) => AsyncIterable<T>,
): Promise<Records<T>> {
  const { last } = query;
  const found = await all(ask(last === undefined ? query : { ...query, last: last + 1 }));
  const cut = last !== undefined && found.length > last;
  const none = found.length === 0 && (await all(ask({ last: 1 }))).length === 0;
  return { records: cut ? found.slice(1) : found, cut, none };
}

/** Everything an iteration gives, as a list. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
