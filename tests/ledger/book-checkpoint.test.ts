import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../src/domain/result.ts';
import { canonicalJson } from '../../src/events/chain.ts';
import { Book } from '../../src/ledger/book.ts';
import { lives } from '../arbitraries.ts';
import { ledgerWith } from './book-builder.ts';
import { bracketSent, filled } from './book-drafts.ts';

/** As the journal keeps a checkpoint: text, read back. */
const written = (book: Book): unknown => JSON.parse(canonicalJson(book.checkpoint()));
const stateText = (book: Book): string => canonicalJson(book.checkpoint());

describe('a checkpoint of the book', () => {
  it('goes on as if the events before it had been read, wherever it was taken', () => {
    fc.assert(
      fc.property(lives(), fc.double({ min: 0, max: 1, noNaN: true }), (events, where) => {
        const cut = Math.round(where * events.length);
        const whole = new Book();
        const before = new Book();
        const after = new Book();
        const changes = events.map((event) => whole.apply(event));
        for (const event of events.slice(0, cut)) before.apply(event);
        after.restore(written(before));
        const rest = events.slice(cut).map((event) => after.apply(event));
        expect(rest).toEqual(changes.slice(cut));
        expect(stateText(after)).toBe(stateText(whole));
      }),
      { numRuns: 150 },
    );
  });

  it('is the same text for the same state, and loses nothing as text', () => {
    fc.assert(
      fc.property(lives(), (events) => {
        const [one, other] = [new Book(), new Book()];
        for (const event of events) one.apply(event);
        other.restore(one.checkpoint());
        expect(written(one)).toEqual(one.checkpoint());
        expect(stateText(other)).toBe(stateText(one));
      }),
    );
  });

  it('does not change when the book goes on', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent());
    const checkpoint = ledger.book.checkpoint();
    const text = JSON.stringify(checkpoint);
    ledger.tell(filled('buy', 100, 100)).mark('close', 1, { AAA: 101 });
    expect(JSON.stringify(checkpoint)).toBe(text);
  });

  it('may be restored twice, each book going its own way', () => {
    const checkpoint = ledgerWith(100_000)
      .tell(...bracketSent())
      .book.checkpoint();
    const [one, other] = [new Book(), new Book()];
    one.restore(checkpoint);
    other.restore(checkpoint);
    one.apply(
      ledgerWith(1)
        .tell(...bracketSent(), filled('buy', 100, 100))
        .events.at(-1) as never,
    );
    expect(one.openTrades()).toHaveLength(1);
    expect(other.openTrades()).toEqual([]);
  });

  it('is refused where it is none, or of another version, and the book stays as it was', () => {
    const { book } = ledgerWith(100_000);
    const before = stateText(book);
    const sound = book.checkpoint() as { book: Record<string, unknown> };
    const { cash: _, ...lacking } = sound.book;
    const refused: unknown[] = [null, 'a book', {}, { ...sound, checkpointVersion: 1 }];
    refused.push({ ...sound, book: null }, { ...sound, book: lacking });
    for (const state of refused) expect(() => book.restore(state)).toThrow(InvariantError);
    expect(stateText(book)).toBe(before);
  });

  it('is refused where a part of it has another shape', () => {
    const checkpoint = ledgerWith(100_000).book.checkpoint() as { book: object };
    for (const part of ['orders', 'fills', 'claimedSlots']) {
      const broken = { ...checkpoint, book: { ...checkpoint.book, [part]: {} } };
      expect(() => new Book().restore(broken)).toThrow(InvariantError);
    }
  });
});
