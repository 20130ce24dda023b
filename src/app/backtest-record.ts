import { dirname } from 'node:path';
import { nodeFileSystem } from '../adapters/file/node-file-system.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import { toUsd } from '../domain/money.ts';
import type { JournalEvent } from '../events/event.ts';
import type { Decision } from '../pipeline/decide.ts';
import type { OpenFile } from '../ports/file-system.ts';
import type { StopRow } from '../reporting/backtest-csv.ts';
import { csvHeader } from '../reporting/csv.ts';
import { DECISION_COLUMNS } from '../reporting/csv-files.ts';
import { decisionLines } from './decision-rows.ts';

/** Characters that are gathered before they are written. */
const BATCH_LENGTH = 1 << 20;

/** What a tear sheet does not ask of the journal: candidates are in decisions.csv, sums are kept besides. */
const LEFT_OUT: ReadonlySet<JournalEvent['type']> = new Set<JournalEvent['type']>([
  'candidates.scored',
  'intent.sized',
  'scan.completed',
  'order.modify_requested',
  'slot.claimed',
  'run.started',
  'run.completed',
]);

/** What a backtest says as it goes, as far as its tear sheet and its tables need it. */
export class BacktestRecord {
  readonly events: JournalEvent[] = [];
  readonly stops: StopRow[] = [];
  readonly excluded: Record<string, number> = {};
  readonly ineligible: Record<string, number> = {};
  failedRuns = 0;
  readonly #decisions: OpenFile;
  #batch: string[] = [csvHeader(DECISION_COLUMNS)];
  #batchLength = 0;
  #slot = '';

  /** Writes the decisions into this file, which must not exist yet. */
  constructor(decisionsFile: string) {
    nodeFileSystem.makeFolder(dirname(decisionsFile));
    this.#decisions = nodeFileSystem.open(decisionsFile, 'create');
  }

  hear(events: readonly JournalEvent[]): void {
    for (const event of events) {
      if (event.type === 'slot.claimed') this.#slot = event.slot;
      if (event.type === 'run.failed') this.failedRuns += 1;
      if (event.type === 'scan.completed') {
        addTo(this.excluded, event.excluded);
        addTo(this.ineligible, event.ineligible);
      }
      if (event.type === 'stop.moved') this.stops.push(stopRow(event));
      if (!LEFT_OUT.has(event.type)) this.events.push(event);
    }
  }

  decide(decision: Decision, snapshot: MarketSnapshot): void {
    for (const line of decisionLines(decision, snapshot, this.#slot)) {
      this.#batch.push(line);
      this.#batchLength += line.length;
    }
    if (this.#batchLength >= BATCH_LENGTH) this.#write();
  }

  close(): void {
    this.#write();
    this.#decisions.sync();
    this.#decisions.close();
  }

  #write(): void {
    const text = Buffer.from(this.#batch.join(''));
    this.#decisions.write(text, this.#decisions.stat().size);
    this.#batch = [];
    this.#batchLength = 0;
  }
}

const stopRow = (event: Extract<JournalEvent, { type: 'stop.moved' }>): StopRow => ({
  session: event.session,
  symbol: event.symbol,
  old: toUsd(event.old),
  new: toUsd(event.new),
});

function addTo(totals: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, n] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + n;
}
