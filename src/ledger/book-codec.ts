import { assert } from '../domain/result.ts';
import { type BookState, emptyBook } from './book-state.ts';

/** The shape a checkpoint was written in; raised when BookState changes in a way old ones do not fit. */
const CHECKPOINT_VERSION = 7;

const MAPS = [
  'orders',
  'approvals',
  'trades',
  'runs',
  'ending',
  'settled',
  'inferred',
  'fills',
  'earlyCommissions',
  'breaks',
  'breaches',
  'restrictions',
  'alerts',
] as const;

/** The state as JSON: maps as lists of pairs in insertion order, sets as lists. */
export function encodeBook(state: BookState): unknown {
  const encoded: Record<string, unknown> = { ...state };
  for (const key of MAPS) encoded[key] = [...state[key].entries()];
  encoded.claimedSlots = [...state.claimedSlots];
  return structuredClone({ checkpointVersion: CHECKPOINT_VERSION, book: encoded });
}

/** The state of a checkpoint; throws InvariantError on one of another version or shape. */
export function decodeBook(checkpoint: unknown): BookState {
  assert(typeof checkpoint === 'object' && checkpoint !== null, 'a checkpoint is an object');
  const { checkpointVersion, book } = checkpoint as {
    checkpointVersion?: unknown;
    book?: Record<string, unknown>;
  };
  assert(
    checkpointVersion === CHECKPOINT_VERSION,
    `a checkpoint of version ${CHECKPOINT_VERSION}, was ${JSON.stringify(checkpointVersion)}`,
  );
  assert(typeof book === 'object' && book !== null, 'a checkpoint holds a book');
  const empty = emptyBook();
  for (const key of Object.keys(empty)) assert(key in book, `a checkpoint's book has ${key}`);
  const copy = structuredClone(book);
  for (const key of MAPS) {
    assert(Array.isArray(copy[key]), `${key} of a checkpoint is a list`);
    copy[key] = new Map(copy[key] as [string, unknown][]);
  }
  assert(Array.isArray(copy.claimedSlots), 'claimedSlots of a checkpoint is a list');
  copy.claimedSlots = new Set(copy.claimedSlots as string[]);
  return copy as unknown as BookState;
}
