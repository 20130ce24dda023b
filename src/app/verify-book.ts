import { alertDraft } from '../events/alert-draft.ts';
import { canonicalJson } from '../events/fingerprint.ts';
import type { BookState } from '../ledger/book-state.ts';
import type { System } from './compose.ts';
import { readBook } from './read-book.ts';

/**
 * Compares the books in memory with what the journal on the disk says, limits and restrictions included. Where they
 * differ the journal is right: the books are taken from it, and that is written down and told. Resolves with the parts
 * that differed. Books that nobody else could have changed are not compared: those of the past and of rehearsals.
 */
export async function verifyBook(system: System): Promise<readonly string[]> {
  const { book, clock, history, home, rehearsedUntil, writesReports } = system;
  if (!writesReports || rehearsedUntil !== null) return [];
  const { book: folded } = await readBook(home);
  // A job that was given up while it read: its books are those of then, and nobody may go back to them.
  if (folded.seq !== book.seq) return [];
  const parts = differingParts(stateOf(book.checkpoint()), stateOf(folded.checkpoint()));
  if (parts.length === 0) return parts;
  book.restore(folded.checkpoint());
  const at = clock.now();
  const message = `the books in memory differed from the journal in ${parts.join(', ')}; they were read anew`;
  await history.append([
    { type: 'book.healed', at, runId: null, stateSeq: book.seq, parts },
    alertDraft({ at, level: 'critical', code: 'BOOK_HEALED', message }),
  ]);
  return parts;
}

type Parts = Readonly<Record<keyof BookState, unknown>>;

const stateOf = (checkpoint: unknown): Parts => (checkpoint as { book: Parts }).book;

function differingParts(one: Parts, other: Parts): string[] {
  const names = Object.keys({ ...one, ...other }) as (keyof BookState)[];
  return names.filter((name) => canonicalJson(one[name]) !== canonicalJson(other[name])).sort();
}
