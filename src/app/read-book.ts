import { historyFolder } from '../adapters/file/file-history.ts';
import { readHistory } from '../adapters/file/history-reader.ts';
import { loadState } from '../adapters/file/history-state.ts';
import { nodeFileSystem } from '../adapters/file/node-file-system.ts';
import type { JournalEvent } from '../events/event.ts';
import { Book } from '../ledger/book.ts';

/** The book of a home as its journal tells it now, and the events since its last checkpoint. */
export interface BookReading {
  readonly book: Book;
  readonly recent: readonly JournalEvent[];
}

/** Reads the book of a home, also while a daemon writes it: from the last checkpoint where there is one. */
export async function readBook(home: string): Promise<BookReading> {
  const folder = historyFolder(home);
  const checkpoint = loadState(nodeFileSystem, folder)?.checkpoint ?? null;
  const fromSeq = (checkpoint?.head.seq ?? 0) + 1;
  const book = new Book();
  const recent: JournalEvent[] = [];
  for await (const event of readHistory(folder).events({ fromSeq })) {
    if (event.type === 'book.checkpointed') book.restore(event.state);
    book.apply(event);
    recent.push(event);
  }
  return { book, recent };
}
