import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import { systemFailure } from '../../domain/system-failure.ts';
import type { ChainHead } from '../../events/chain.ts';
import type { FileSystem, OpenFile } from '../../ports/file-system.ts';
import type { Fold } from '../../ports/history.ts';
import { FoldingWalk } from './folding-walk.ts';
import { loadState, STATE_FOLDER } from './history-state.ts';
import { printDamage } from './journal-damage.ts';
import { linesFrom } from './journal-lines.ts';
import { JOURNAL_START, type JournalEnd, type JournalPosition } from './journal-walk.ts';
import { memoryFiles } from './memory-files.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { compactView } from './run-folder-history.ts';
import {
  recordOfLine,
  VIEW_NAMES,
  VIEWS,
  type ViewName,
  type ViewRecord,
  viewPaths,
} from './view-layout.ts';
import { Views } from './views.ts';

/** What a look through a whole history found. */
export interface VerifiedHistory {
  /** Of the last event that can be read. */
  readonly head: ChainHead;
  readonly events: number;
  readonly checkpoints: number;
  /** Records in each view, as the journal tells. */
  readonly records: Readonly<Record<ViewName, number>>;
  /** What should not be: each with its place. None in a sound history. */
  readonly findings: readonly string[];
  /** What may be: losses that were accepted, a step that a crash cut short. */
  readonly notes: readonly string[];
}

/** Steps that are folded before other work gets its turn. */
const STEPS_AT_ONCE = 200;
/** How often the views are compared again where a daemon wrote in between. */
const ATTEMPTS = 5;

/**
 * Reads a whole history: every hash and link, every event against the schema, the checkpoints against the fold, and
 * the views, byte by byte, against what the fold says. Writes nothing anywhere (what the views should be is held in
 * memory), and may run while a daemon writes. Throws what the system says where it does not let a file be read.
 */
export async function verifyHistory(
  folder: string,
  newFold: () => Fold,
  files: FileSystem = nodeFileSystem,
): Promise<VerifiedHistory> {
  const verification = new Verification(folder, newFold(), files);
  try {
    await verification.run();
    return verification.result();
  } finally {
    verification.close();
  }
}

class Verification {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #fold: Fold;
  readonly #walk: FoldingWalk;
  readonly #expected: ExpectedViews;
  readonly #findings: string[] = [];
  readonly #notes: string[] = [];
  #position = JOURNAL_START;
  #known: ChainHead | null = null;
  #events = 0;

  constructor(folder: string, fold: Fold, files: FileSystem) {
    this.#files = files;
    this.#folder = folder;
    this.#fold = fold;
    this.#expected = expectedViews(files, folder);
    this.#walk = new FoldingWalk(files, join(folder, 'journal'), fold, {
      onDamage: (damage) => {
        const finding = printDamage(damage);
        // Damage at the end is met again with each look at the views.
        if (!this.#findings.includes(finding)) this.#findings.push(finding);
      },
    });
  }

  async run(): Promise<void> {
    this.#known = loadState(this.#files, this.#folder)?.durable.head ?? null;
    const known = this.#known?.seq ?? 0;
    const end = await this.#read();
    if (end === null) return;
    if (end.torn !== null) {
      this.#notes.push(`${end.torn.problem}: never acknowledged, the next start cuts it`);
    }
    const { seq } = this.#position.head;
    if (seq < known) {
      this.#findings.push(`the journal ends with event ${seq}, but ${known} were acknowledged`);
    }
    const { seen, agreed, last } = this.#walk.checkpoints;
    if (!last) {
      this.#findings.push(
        'the last checkpoint differs from the events before it: trade-labs history rebuild',
      );
    } else if (agreed < seen) {
      this.#notes.push(`${seen - agreed} older checkpoints are of another version of the book`);
    }
    await this.#compareViews();
  }

  /** Folds on from where it stands; null where the fold refused an event, which is a finding. */
  async #read(): Promise<JournalEnd | null> {
    const steps = this.#walk.steps(this.#position, (event) => {
      this.#events += 1;
      if (event.seq === this.#known?.seq && event.hash !== this.#known.hash) {
        this.#findings.push(`event ${event.seq} is not the one that was acknowledged here`);
      }
      for (const change of this.#fold.apply(event))
        this.#expected.put(change.view, change.key, change.record);
    });
    for (let count = 1; ; count += 1) {
      let next: IteratorResult<JournalPosition, JournalEnd>;
      try {
        next = steps.next();
      } catch (error) {
        // A file that the system does not let us read says nothing of what is in it, nor one of a newer program.
        if (systemFailure(error) !== null || isTooNew(error)) throw error;
        const after = this.#position.head.seq;
        this.#findings.push(
          `the book refuses an event after ${after}: ${(error as Error).message}`,
        );
        return null;
      }
      if (next.done) return next.value;
      this.#position = next.value;
      if (count % STEPS_AT_ONCE === 0) await new Promise((resume) => setImmediate(resume));
    }
  }

  /** A daemon may be between an event and its view: a difference counts when it stays. */
  async #compareViews(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.#expected.settle();
      const differences = VIEW_NAMES.flatMap((name) => this.#expected.difference(name) ?? []);
      if (differences.length === 0) return;
      if (attempt === ATTEMPTS) {
        this.#findings.push(...differences);
        return;
      }
      await new Promise((resume) => setImmediate(resume));
      await this.#read();
    }
  }

  result(): VerifiedHistory {
    return {
      head: this.#position.head,
      events: this.#events,
      checkpoints: this.#walk.checkpoints.seen,
      records: { runs: this.#expected.records('runs'), trades: this.#expected.records('trades') },
      findings: this.#findings,
      notes: [...this.#notes, ...this.#walk.warnings],
    };
  }

  close(): void {
    this.#expected.close();
  }
}

const isTooNew = (error: unknown): boolean =>
  error instanceof Failure && error.code === 'HISTORY_TOO_NEW';

/** What the views should be, gathered from the fold. */
interface ExpectedViews {
  put(name: ViewName, key: string, record: ViewRecord): void;
  records(name: ViewName): number;
  /** Called before differences are asked for. */
  settle(): void;
  /** Where the view on disk departs from it, in words; null where it does not. */
  difference(name: ViewName): string | null;
  close(): void;
}

/** A run folder has no state folder: its views were written once, without slack. */
function expectedViews(files: FileSystem, folder: string): ExpectedViews {
  const inHome = files.list(join(folder, STATE_FOLDER)) !== null;
  return inHome ? expectedInHome(files, folder) : expectedInRunFolder(files, folder);
}

function expectedInHome(files: FileSystem, folder: string): ExpectedViews {
  const inMemory = memoryFiles();
  const views = new Views(inMemory, folder, () => undefined).begin(VIEW_NAMES, '');
  return {
    put: (view, key, record) => views.apply({ view, key, record } as Parameters<Views['apply']>[0]),
    records: (name) => views.get(name)?.records ?? 0,
    settle: () => views.settle(),
    difference: (name) => {
      const { file } = VIEWS[name];
      const expected = inMemory.open(viewPaths(folder, VIEWS[name]).view, 'read');
      return differenceOf(files, join(folder, file), expected, file);
    },
    close: () => views.close(),
  };
}

function expectedInRunFolder(files: FileSystem, folder: string): ExpectedViews {
  const records = { runs: new Map<string, ViewRecord>(), trades: new Map<string, ViewRecord>() };
  return {
    put: (view, key, record) => {
      records[view].set(key, record);
    },
    records: (name) => records[name].size,
    settle: () => undefined,
    difference: (name) => {
      const { file } = VIEWS[name];
      const expected = Buffer.from(compactView(name, records[name]));
      const path = join(folder, file);
      if (files.stat(path) === null) return `${file} is missing`;
      const found = files.open(path, 'read');
      try {
        return firstDifference(found, memoryFile(expected), file);
      } finally {
        found.close();
      }
    },
    close: () => undefined,
  };
}

function differenceOf(
  files: FileSystem,
  path: string,
  expected: OpenFile,
  file: string,
): string | null {
  if (files.stat(path) === null) return `${file} is missing: trade-labs history rebuild`;
  const found = files.open(path, 'read');
  try {
    return firstDifference(found, expected, file);
  } finally {
    found.close();
  }
}

type Readable = Pick<OpenFile, 'read' | 'stat'>;

const memoryFile = (content: Buffer): Readable => ({
  read: (into, position) => content.copy(into, 0, position, position + into.length),
  stat: () => ({ size: content.length, inode: 0, device: 0, modifiedMs: 0, mode: 0, kind: 'file' }),
});

function firstDifference(found: Readable, expected: Readable, file: string): string | null {
  const chunks = [Buffer.alloc(1 << 20), Buffer.alloc(1 << 20)] as const;
  for (let at = 0; ; ) {
    const [a, b] = [found.read(chunks[0], at), expected.read(chunks[1], at)];
    if (a === 0 && b === 0) return null;
    if (a !== b || !chunks[0].subarray(0, a).equals(chunks[1].subarray(0, b))) break;
    at += a;
  }
  const lines = linesFrom(expected as OpenFile, { file, offset: 0, line: 1 });
  for (const { text, line } of linesFrom(found as OpenFile, { file, offset: 0, line: 1 })) {
    const should = lines.next();
    const shouldText = should.done ? null : should.value.text;
    if (text === shouldText) continue;
    return `${file}:${line} differs from the journal${whose(shouldText ?? text)}: trade-labs history rebuild`;
  }
  return `${file} ends too early: trade-labs history rebuild`;
}

/** " (trade T-17)", where the line names one. */
function whose(text: string): string {
  try {
    const record = recordOfLine(text);
    const key = record?.tradeId ?? record?.runId;
    return typeof key === 'string' ? ` (${key})` : '';
  } catch {
    return '';
  }
}
