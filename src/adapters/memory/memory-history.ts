import type { RunRecord } from '../../domain/run.ts';
import type { TradeRecord } from '../../domain/trade.ts';
import { type ChainHead, GENESIS, sealStep } from '../../events/chain.ts';
import { type EventDraft, JOURNAL_VERSION, type JournalEvent } from '../../events/event.ts';
import type { Fold, History, HistoryReader, RecordQuery } from '../../ports/history.ts';

/** A history that lives as long as its process. Same numbers and hashes as on disk. */
export interface MemoryHistory extends History {
  readonly reader: HistoryReader;
  readonly head: ChainHead;
  readonly lastSeq: number;
  /** The journal as it would stand in a file; empty where records alone are kept. */
  readonly lines: readonly string[];
}

/**
 * What a history in memory keeps. `records`: runs and trades only, for one of many backtests; its events are numbered
 * but not checked, chained or kept, and reading them gives none.
 */
export type KeptInMemory = 'all' | 'records';

/** An empty history in memory over a fold. */
export function createMemoryHistory(fold: Fold, keep: KeptInMemory = 'all'): MemoryHistory {
  const events: JournalEvent[] = [];
  const lines: string[] = [];
  const runs = new Map<string, RunRecord>();
  const trades = new Map<string, TradeRecord>();
  let head = GENESIS;
  let closed = false;

  function append(drafts: readonly EventDraft[]): readonly JournalEvent[] {
    if (closed) throw new Error('the history is closed');
    const step = keep === 'all' ? sealStep(drafts, head, { check: true }) : number(drafts, head);
    head = step.head;
    if (keep === 'all') {
      events.push(...step.events);
      lines.push(...step.lines);
    }
    for (const event of step.events) {
      for (const change of fold.apply(event)) {
        if (change.view === 'runs') runs.set(change.key, change.record);
        else trades.set(change.key, change.record);
      }
    }
    return step.events;
  }

  return {
    append: async (drafts) => append(drafts),
    close: async () => {
      closed = true;
    },
    get head() {
      return head;
    },
    get lastSeq() {
      return head.seq;
    },
    lines,
    reader: {
      runs: (query) => select(runs.values(), query, ({ session }) => session),
      trades: (query) => select(trades.values(), query, ({ entrySession }) => entrySession),
      async *events({ fromSeq = 1, runId } = {}) {
        for (const event of events) {
          if (event.seq >= fromSeq && (runId === undefined || event.runId === runId)) yield event;
        }
      },
    },
  };
}

/** The events of a step with their numbers, without a chain. */
function number(drafts: readonly EventDraft[], { seq, hash }: ChainHead) {
  const place = { v: JOURNAL_VERSION, prev: hash, hash };
  const events = drafts.map(
    (draft, i) => ({ ...draft, ...place, seq: seq + 1 + i }) as JournalEvent,
  );
  return { events, lines: [], head: { seq: seq + drafts.length, hash } };
}

async function* select<R extends object>(
  records: Iterable<R>,
  query: RecordQuery = {},
  dateOf: (record: R) => string,
): AsyncGenerator<R> {
  const { last, since, until, ...members } = query;
  const wanted = Object.entries(members).filter(([, value]) => value !== undefined);
  const found = [...records].filter(
    (record) =>
      wanted.every(([name, value]) => (record as Record<string, unknown>)[name] === value) &&
      (since === undefined || dateOf(record) >= since) &&
      (until === undefined || dateOf(record) <= until),
  );
  yield* last === undefined ? found : found.slice(Math.max(0, found.length - last));
}
