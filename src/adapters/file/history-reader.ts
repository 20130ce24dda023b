import { join } from 'node:path';
import type { RunRecord } from '../../domain/run.ts';
import type { TradeRecord } from '../../domain/trade.ts';
import { decodeLine, soundLine } from '../../events/chain.ts';
import type { JournalEvent } from '../../events/event.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { HistoryReader, RecordQuery } from '../../ports/history.ts';
import { assertNothingRemembered } from './history-home.ts';
import { loadState } from './history-state.ts';
import { assertNothingAcknowledgedLost, damageFailure } from './journal-damage.ts';
import { journalFiles, journalLines, linesFrom } from './journal-lines.ts';
import { acceptedLosses, covers } from './journal-losses.ts';
import {
  JOURNAL_START,
  type JournalPosition,
  type WalkOptions,
  walkJournal,
} from './journal-walk.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { VIEWS, type ViewName } from './view-layout.ts';
import { queryView } from './view-reading.ts';

/** Events decoded before other work gets its turn. */
const EVENTS_AT_ONCE = 1_000;

/** Reads a history folder, that of a home or of a backtest; takes no lock and writes nothing. */
export class FileHistoryReader implements HistoryReader {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #journal: string;

  constructor(files: FileSystem, folder: string) {
    this.#files = files;
    this.#folder = folder;
    this.#journal = join(folder, 'journal');
  }

  runs(query: RecordQuery = {}): AsyncIterable<RunRecord> {
    return this.#query('runs', query) as AsyncIterable<unknown> as AsyncIterable<RunRecord>;
  }

  trades(query: RecordQuery = {}): AsyncIterable<TradeRecord> {
    return this.#query('trades', query) as AsyncIterable<unknown> as AsyncIterable<TradeRecord>;
  }

  #query(name: ViewName, query: RecordQuery) {
    const spec = VIEWS[name];
    const state = loadState(this.#files, this.#folder)?.views[name] ?? null;
    return queryView(this.#files, join(this.#folder, spec.file), spec, state, query);
  }

  async *events(range: Parameters<HistoryReader['events']>[0] = {}): AsyncGenerator<JournalEvent> {
    const { fromSeq = 1, runId, omitKnownStates = false } = range;
    const options = omitKnownStates ? { omitStatesFrom: fromSeq } : {};
    const events = runId === undefined ? this.#from(fromSeq, options) : this.#ofRun(runId);
    let count = 0;
    for (const event of events) {
      if (event.seq >= fromSeq) yield event;
      count += 1;
      if (count % EVENTS_AT_ONCE === 0) await new Promise((resume) => setImmediate(resume));
    }
  }

  /** Throws HISTORY_DAMAGED where the journal is damaged, ends too early or is missing. */
  *#from(seq: number, options: WalkOptions): Generator<JournalEvent> {
    // Read before the journal, which is never behind it, whoever writes meanwhile.
    const state = loadState(this.#files, this.#folder);
    const from = seq <= 1 ? JOURNAL_START : this.#positionBefore(seq);
    for (const item of walkJournal(this.#files, this.#journal, from, options)) {
      if (item.kind === 'step') yield* item.events;
      else if (item.kind === 'damage') {
        const accepted = covers(acceptedLosses(this.#files, this.#journal), item);
        if (!accepted) throw damageFailure(item, this.#journal);
      } else {
        const { seq: last } = item.position.head;
        if (last === 0) assertNothingRemembered(this.#files, this.#folder, state);
        assertNothingAcknowledgedLost(item, state);
      }
    }
  }

  /** Lines of other runs are not even parsed; a run's events are in the files from its date on. */
  *#ofRun(runId: string): Generator<JournalEvent> {
    const needle = `"runId":${JSON.stringify(runId)}`;
    const month = /^\d{4}-\d{2}(?=-\d{2}-)/.exec(runId)?.[0];
    const place = month === undefined ? null : { file: `${month}.jsonl`, offset: 0, line: 1 };
    for (const { text } of journalLines(this.#files, this.#journal, place)) {
      if (!text.includes(needle)) continue;
      const event = decodeLine(text);
      if (event.ok && event.value.runId === runId) yield event.value;
    }
  }

  /** A position at or before an event, by the first lines of the files and then by halves within one. */
  #positionBefore(seq: number): JournalPosition {
    for (const name of [...journalFiles(this.#files, this.#journal)].reverse()) {
      const start = this.#stepNear(name, 0);
      if (start === null || start.head.seq >= seq) continue;
      let low = 0;
      let high = this.#files.stat(join(this.#journal, name))?.size ?? 0;
      let best = start;
      while (high - low > NEAR_BYTES) {
        const middle = Math.floor((low + high) / 2);
        const found = this.#stepNear(name, middle);
        if (found !== null && found.head.seq < seq) {
          best = found;
          low = middle;
        } else {
          high = middle;
        }
      }
      return best;
    }
    return JOURNAL_START;
  }

  /** The first line at or after an offset that begins a step. Its line number is not known and counts from there. */
  #stepNear(name: string, offset: number): JournalPosition | null {
    const file = this.#files.open(join(this.#journal, name), 'read');
    try {
      // What stands before the first newline is the rest of a line, unless we are at the beginning.
      let partial = offset > 0;
      for (const line of linesFrom(file, { file: name, offset, line: 1 })) {
        const sound = partial ? null : soundLine(line.text);
        partial = false;
        if (!sound?.ok || sound.value.stepFrom !== sound.value.seq) continue;
        const { seq, prev } = sound.value;
        return {
          file: name,
          offset: line.offset,
          line: line.line,
          head: { seq: seq - 1, hash: prev },
        };
      }
      return null;
    } finally {
      file.close();
    }
  }
}

/** Closer than this a search by halves ends and reading goes on line by line. */
const NEAR_BYTES = 1 << 16;

/** Reads the history in a folder: `data/trade_history` of a home, or a backtest's run folder. */
export const readHistory = (folder: string, files: FileSystem = nodeFileSystem): HistoryReader =>
  new FileHistoryReader(files, folder);
