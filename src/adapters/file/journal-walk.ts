import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import { type ChainHead, eventOf, GENESIS, type SoundLine, soundLine } from '../../events/chain.ts';
import { JOURNAL_VERSION, type JournalEvent } from '../../events/event.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { journalLines, type Place, type PlacedLine, printPlace } from './journal-lines.ts';

/** A point between two lines of a journal: where the next one begins and what it must follow. */
export interface JournalPosition extends Place {
  readonly head: ChainHead;
}

export const JOURNAL_START: JournalPosition = { file: '', offset: 0, line: 1, head: GENESIS };

/** Events that were acknowledged together. */
export interface JournalStep {
  readonly kind: 'step';
  readonly events: readonly JournalEvent[];
  readonly start: JournalPosition;
  readonly end: JournalPosition;
}

/**
 * Something that no crash explains: a line that was changed, removed or inserted after it was acknowledged. A write
 * that was cut short ends early, or has blocks of zeros; a last line that has neither was written whole.
 */
export interface JournalDamage {
  readonly kind: 'damage';
  readonly place: Place;
  /** The numbers of the events that cannot be read; none when toSeq is below fromSeq. */
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly problem: string;
}

/** The end of the journal, and what a crash left behind it. */
export interface JournalEnd {
  readonly kind: 'end';
  /** After the last whole step. */
  readonly position: JournalPosition;
  /** A step that was cut short before it was acknowledged, beginning at `position`. */
  readonly torn: { readonly bytes: number; readonly problem: string } | null;
  /** The last line is whole but for its newline. */
  readonly unterminated: boolean;
}

export type JournalItem = JournalStep | JournalDamage | JournalEnd;

export interface WalkOptions {
  /** The state of a checkpoint is null where it is of the event before it, and that is of this number or later. */
  readonly omitStatesFrom?: number;
}

/**
 * Reads a journal from a position on, step by step, and tells what a crash can leave (an unfinished last step)
 * from damage. A step is acknowledged before the next is written, so a crash can only spoil lines of the last one.
 * Throws HISTORY_TOO_NEW at a line of a later version.
 */
export function* walkJournal(
  files: FileSystem,
  folder: string,
  from: JournalPosition = JOURNAL_START,
  options: WalkOptions = {},
): Generator<JournalItem> {
  const walk = new JournalWalk(from, options);
  for (const line of journalLines(files, folder, from.file === '' ? null : from)) {
    yield* walk.take(line);
  }
  const last = walk.last;
  yield* walk.finish(last === null ? 0 : (files.stat(join(folder, last.file))?.size ?? 0));
}

interface Sound {
  readonly line: PlacedLine;
  readonly sound: SoundLine;
}

/** The lines that could not be read since the last good step. */
interface Bad {
  /** The first of them. */
  readonly line: PlacedLine;
  readonly problem: string;
  readonly count: number;
  /** True where a write that was cut short can have left one of them. */
  readonly torn: boolean;
}

/** What a disk leaves of a block that was never written. */
const UNWRITTEN = '\0';

/** The state of one walk: what has been accepted, and what may still turn out to be torn. */
export class JournalWalk {
  last: PlacedLine | null = null;
  #head: ChainHead;
  #start: JournalPosition;
  #pending: JournalEvent[] = [];
  #bad: Bad | null = null;
  /** The sound lines of the same step after the first bad one. */
  #held: Sound[] = [];
  readonly #omitStatesFrom: number;
  /** The last event that was accepted, where states that are known from it are left out. */
  #known: number | null = null;

  constructor(
    from: JournalPosition,
    { omitStatesFrom = Number.POSITIVE_INFINITY }: WalkOptions = {},
  ) {
    this.#head = from.head;
    this.#start = from;
    this.#omitStatesFrom = omitStatesFrom;
  }

  *take(line: PlacedLine): Generator<JournalItem> {
    this.last = line;
    const sound = soundLine(line.text, this.#known);
    if (!sound.ok) {
      const bad = this.#bad ?? { line, problem: sound.error.message, count: 0, torn: false };
      const isTorn = bad.torn || !line.terminated || line.text.includes(UNWRITTEN);
      this.#bad = { ...bad, count: bad.count + 1, torn: isTorn };
      return;
    }
    const item = { line, sound: sound.value };
    if (this.#bad === null) {
      yield* this.#accept(item);
    } else if (sound.value.stepFrom === this.#stepFrom && line.file === this.#bad.line.file) {
      this.#held.push(item);
    } else {
      yield* this.#release();
      yield* this.#accept(item);
    }
  }

  /** The number that the first event of the unfinished or next step has. */
  get #stepFrom(): number {
    return this.#start.head.seq + 1;
  }

  /** A later step exists, so the bad lines were acknowledged once: damage. */
  *#release(): Generator<JournalItem> {
    const held = this.#held;
    this.#held = [];
    for (const item of held) yield* this.#accept(item);
  }

  *#accept({ line, sound }: Sound): Generator<JournalItem> {
    const expected = this.#head.seq + 1;
    const bad = this.#bad;
    this.#bad = null;
    if (sound.seq < expected) {
      const problem = `is out of sequence: ${sound.seq} after ${this.#head.seq}`;
      yield { kind: 'damage', place: line, fromSeq: expected, toSeq: expected - 1, problem };
      return;
    }
    if (sound.seq > expected) {
      yield* this.#flush(line);
      const problem = bad?.problem ?? 'follows lines that are missing';
      const place = bad?.line ?? line;
      yield { kind: 'damage', place, fromSeq: expected, toSeq: sound.seq - 1, problem };
      this.#head = { seq: sound.seq - 1, hash: sound.prev };
      this.#start = { file: line.file, offset: line.offset, line: line.line, head: this.#head };
    } else if (bad !== null) {
      const problem = `${bad.problem} (a line between events)`;
      yield { kind: 'damage', place: bad.line, fromSeq: expected, toSeq: expected - 1, problem };
    } else if (sound.prev !== this.#head.hash) {
      const problem = 'does not follow the line before, which was changed';
      const seq = expected - 1;
      yield { kind: 'damage', place: line, fromSeq: seq, toSeq: seq, problem };
    }
    const event = eventOf(sound);
    this.#head = { seq: sound.seq, hash: sound.hash };
    if (!event.ok) {
      if (event.error.kind === 'too_new') throw tooNew(line, event.error.message);
      yield* this.#flush(line);
      const problem = event.error.message;
      yield { kind: 'damage', place: line, fromSeq: sound.seq, toSeq: sound.seq, problem };
      this.#start = this.#after(line);
      return;
    }
    this.#pending.push(event.value);
    if (sound.seq >= this.#omitStatesFrom) this.#known = sound.seq;
    if (sound.seq >= sound.stepTo) yield* this.#flush(line, this.#after(line));
  }

  /** Ends the pending step, whole or, next to damage, with what is left of it. */
  *#flush(line: PlacedLine, end?: JournalPosition): Generator<JournalItem> {
    const after = end ?? {
      file: line.file,
      offset: line.offset,
      line: line.line,
      head: this.#head,
    };
    if (this.#pending.length > 0) {
      yield { kind: 'step', events: this.#pending, start: this.#start, end: after };
      this.#pending = [];
    }
    this.#start = after;
  }

  #after(line: PlacedLine): JournalPosition {
    return { file: line.file, offset: line.end, line: line.line + 1, head: this.#head };
  }

  /** What is left at the end of the last file may be torn; what is left at the end of an older one is damage. */
  *finish(lastFileSize: number): Generator<JournalItem> {
    const { last } = this;
    if (this.#bad?.torn === false) yield* this.#endInDamage();
    const spoiled = this.#bad?.line ?? (this.#pending.length > 0 ? last : null);
    if (spoiled === null || last === null) {
      const unterminated = last !== null && !last.terminated;
      yield { kind: 'end', position: this.#start, torn: null, unterminated };
      return;
    }
    const problem = this.#bad?.problem ?? 'is the last of an unfinished step';
    if (spoiled.file !== last.file) {
      const seq = this.#head.seq + 1;
      yield { kind: 'damage', place: spoiled, fromSeq: seq, toSeq: seq, problem };
      const position = this.#after(last);
      yield { kind: 'end', position, torn: null, unterminated: !last.terminated };
      return;
    }
    // A step never spans files: one that begins a file begins at its first byte.
    const position =
      this.#start.file === spoiled.file
        ? this.#start
        : { file: spoiled.file, offset: 0, line: 1, head: this.#start.head };
    const torn = {
      bytes: lastFileSize - position.offset,
      problem: `${printPlace(spoiled)} ${problem}`,
    };
    yield { kind: 'end', position, torn, unterminated: false };
  }

  /** The last lines were written whole, and are not what was written. */
  *#endInDamage(): Generator<JournalItem> {
    yield* this.#release();
    const { last } = this;
    const bad = this.#bad;
    if (bad === null || last === null) return;
    this.#bad = null;
    const { seq, step } = this.#pending.at(-1) ?? {};
    const fromSeq = this.#head.seq + 1;
    const [part, parts] = step ?? [1, 1];
    const toSeq = Math.max(fromSeq + bad.count - 1, (seq ?? 0) - part + parts);
    yield* this.#flush(bad.line);
    yield { kind: 'damage', place: bad.line, fromSeq, toSeq, problem: bad.problem };
    this.#head = { seq: toSeq, hash: this.#head.hash };
    this.#start = this.#after(last);
  }
}

function tooNew(line: PlacedLine, problem: string): Failure {
  return new Failure(
    'HISTORY_TOO_NEW',
    `the history was written by a newer Trade Labs: ${printPlace(line)} ${problem}`,
    {
      details: [`this program reads versions up to ${JOURNAL_VERSION}`],
      hint: 'install the newer version again, or restore a backup made before it: trade-labs history restore FILE',
    },
  );
}
