import { Failure } from '../../domain/failure.ts';
import type { EventDraft } from '../../events/event.ts';
import { filesOf, type HistoryOptions, lockOf, openHistory } from './file-history.ts';
import { FoldingWalk } from './folding-walk.ts';
import { historyFolder, journalFolder } from './history-folders.ts';
import { forgetState, loadState } from './history-state.ts';
import type { HomeLock } from './home-lock.ts';
import { printDamage } from './journal-damage.ts';
import { repairTail } from './journal-tail.ts';
import { JOURNAL_START, type JournalDamage, type JournalEnd } from './journal-walk.ts';
import { JournalWriter } from './journal-writer.ts';

/** One stretch of events that cannot be read. */
export interface Loss {
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly file: string;
  readonly cause: string;
}

export interface AcceptedLosses {
  readonly losses: readonly Loss[];
  /** Events that the book could not apply because they refer to lost ones. */
  readonly leftOut: readonly string[];
}

/** What a home's journal has lost and nobody accepted yet. Changes nothing. */
export function findLosses(options: HistoryOptions): AcceptedLosses {
  const { losses, leftOut } = survey(options);
  return { losses, leftOut };
}

/**
 * Goes on without events that cannot be read: writes down which, for good, and makes book and views of the rest.
 * Nothing is removed. Throws HISTORY_DAMAGED where the first event is lost, which says whose home it is.
 */
export async function acceptLosses(options: HistoryOptions): Promise<AcceptedLosses> {
  const lock = await lockOf(options);
  try {
    const found = survey(options);
    if (found.losses.length === 0) return found;
    refuseLostBeginning(found.losses);
    journalLosses(options, found);
    await reopen(options, lock);
    return { losses: found.losses, leftOut: found.leftOut };
  } finally {
    await lock?.release();
  }
}

interface Survey extends AcceptedLosses {
  readonly end: JournalEnd;
  /** The highest number that was ever acknowledged, as far as anything tells. */
  readonly lastKnown: number;
}

function survey(options: HistoryOptions): Survey {
  const files = filesOf(options);
  const folder = historyFolder(options.home);
  const damages: JournalDamage[] = [];
  const fold = options.newFold();
  const walk = new FoldingWalk(files, journalFolder(folder), fold, {
    onDamage: (damage) => damages.push(damage),
  });
  const end = walk.run(JOURNAL_START, (event) => {
    fold.apply(event);
  });
  const losses: Loss[] = damages.map((damage) => ({
    fromSeq: damage.fromSeq,
    toSeq: damage.toSeq,
    file: damage.place.file,
    cause: printDamage(damage),
  }));
  const { seq } = end.position.head;
  const known = loadState(files, folder)?.durable.head.seq ?? 0;
  if (known > seq) {
    const cause = `the journal ends with event ${seq}`;
    losses.push({ fromSeq: seq + 1, toSeq: known, file: end.position.file, cause });
  }
  return { losses, leftOut: walk.warnings, end, lastKnown: Math.max(seq, known) };
}

function refuseLostBeginning(losses: readonly Loss[]): void {
  if (losses.every(({ fromSeq }) => fromSeq > 1)) return;
  throw new Failure(
    'HISTORY_DAMAGED',
    'the first event is lost, which says whose history this is',
    {
      hint: 'only a backup can bring it back: trade-labs history restore FILE',
    },
  );
}

/** Numbers are never used twice: the note of the loss comes after the last number that was known. */
function journalLosses(options: HistoryOptions, { end, losses, lastKnown }: Survey): void {
  const files = filesOf(options);
  const journal = journalFolder(historyFolder(options.home));
  const position = repairTail(files, journal, end, options.warn ?? (() => undefined));
  const head = { seq: lastKnown, hash: position.head.hash };
  const writer = new JournalWriter(files, journal, { ...position, head });
  const at = options.clock.now();
  writer.append(
    losses.map((loss): EventDraft => ({ type: 'history.loss_accepted', at, runId: null, ...loss })),
  );
  writer.close();
  forgetState(files, historyFolder(options.home));
}

/** Opens once with a checkpoint, from which every later start goes on. */
export async function reopen(options: HistoryOptions, lock: HomeLock | null): Promise<void> {
  const shared: HomeLock | undefined = lock === null ? undefined : keep(lock);
  const history = await openHistory({
    ...options,
    checkpointEvery: 1,
    ...(shared && { lock: shared }),
  });
  await history.close();
}

/** The same lock, which stays with us when the history is closed. */
const keep = (lock: HomeLock): HomeLock => ({
  assertHeld: () => lock.assertHeld(),
  release: async () => undefined,
});
