import { historyFolder } from '../adapters/file/file-history.ts';
import { readHistory } from '../adapters/file/history-reader.ts';
import { loadState } from '../adapters/file/history-state.ts';
import { nodeFileSystem } from '../adapters/file/node-file-system.ts';
import { assertExists } from '../domain/result.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { Book } from '../ledger/book.ts';

/** The book of a home as its journal tells it now, and the events since its last checkpoint. */
export interface BookReading {
  readonly book: Book;
  readonly recent: readonly JournalEvent[];
}

/** Reads the book of a home, also while a daemon writes it: from the last checkpoint where there is one. */
export async function readBook(home: string): Promise<BookReading> {
  const checkpoint = loadState(nodeFileSystem, historyFolder(home))?.checkpoint ?? null;
  return (
    (await readFrom(home, checkpoint?.head.seq ?? 0)) ??
    assertExists(await readFrom(home, 0), START)
  );
}

const START = 'a journal that is read from its start needs no checkpoint';

/**
 * The book after the event of that number, by the checkpoint that follows it; null where that is of another version.
 */
async function readFrom(home: string, seq: number): Promise<BookReading | null> {
  const book = new Book();
  const recent: JournalEvent[] = [];
  for await (const event of readHistory(historyFolder(home)).events({ fromSeq: seq + 1 })) {
    const isFirst = recent.length === 0;
    if (isFirst && seq > 0 && !(event.type === 'book.checkpointed' && restored(book, event))) {
      return null;
    }
    book.apply(event);
    recent.push(event);
  }
  return { book, recent };
}

function restored(book: Book, { state }: EventOf<'book.checkpointed'>): boolean {
  try {
    book.restore(state);
    return true;
  } catch {
    return false;
  }
}
