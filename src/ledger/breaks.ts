import type { Symbol } from '../domain/market.ts';
import type { EpochMs } from '../domain/time.ts';
import type { EventOf } from '../events/event.ts';

export type Discrepancy = EventOf<'reconcile.completed'>['discrepancies'][number];

/** A difference between book and statement that was proven, as the book remembers it. Amounts are dollars. */
export interface Break {
  /** "quantity AAPL", "stop_price AAPL 2026-03-05/scan-open/AAPL/stop/1", "cash". */
  readonly key: string;
  readonly kind: Discrepancy['kind'];
  readonly symbol: Symbol | null;
  readonly orderRef: string | null;
  readonly book: number | null;
  readonly statement: number | null;
  readonly difference: number | null;
  readonly foundAt: EpochMs;
  readonly lastSeenAt: EpochMs;
  /** Null while it is open; afterwards what a person said of these very numbers. */
  readonly resolved: { readonly at: EpochMs; readonly note: string; readonly by: string } | null;
}

/** Breaks by their key: all that comparisons and resolutions change of a book. */
interface WithBreaks {
  readonly breaks: Map<string, Break>;
}

/** What a difference is about, whatever its numbers: the same one found again is the same break. */
export const breakKey = ({
  kind,
  symbol,
  orderRef,
}: {
  readonly kind: Discrepancy['kind'];
  readonly symbol: string | null;
  readonly orderRef: string | null;
}): string => [kind, symbol, orderRef].filter((part) => part !== null).join(' ');

/** The breaks that nobody resolved: while there is one, nothing is entered. */
export const openBreaks = (breaks: readonly Break[]): Break[] =>
  breaks.filter(({ resolved }) => resolved === null);

/**
 * What a comparison found and no person took note of, with these very numbers: pending or proven, nothing is scanned.
 */
export function unresolved(
  found: readonly Discrepancy[],
  breaks: readonly Break[],
): readonly Discrepancy[] {
  const known = new Map(breaks.map((one) => [one.key, one]));
  return found.filter((row) => {
    const one = known.get(breakKey(row));
    const isNoted = one !== undefined && one.resolved !== null;
    return !isNoted || one.book !== row.book || one.statement !== row.statement;
  });
}

/**
 * Takes in a comparison: its breaks open; one that a person resolved stays so while its numbers are the same. A
 * complete comparison that no longer finds a break ends it; an incomplete one proves nothing is gone.
 */
export function bookReconciliation(
  state: WithBreaks,
  { at, complete, discrepancies }: EventOf<'reconcile.completed'>,
): void {
  const seen = new Set<string>();
  for (const row of discrepancies) {
    const key = breakKey(row);
    seen.add(key);
    if (row.state !== 'pending') state.breaks.set(key, found(row, key, at, state.breaks.get(key)));
  }
  if (!complete) return;
  for (const key of state.breaks.keys()) if (!seen.has(key)) state.breaks.delete(key);
}

function found(row: Discrepancy, key: string, at: EpochMs, known: Break | undefined): Break {
  const { kind, symbol, orderRef, book, statement, difference } = row;
  const isSame = known?.book === book && known.statement === statement;
  return {
    key,
    kind,
    symbol,
    orderRef,
    book,
    statement,
    difference,
    foundAt: known?.foundAt ?? at,
    lastSeenAt: at,
    resolved: isSame ? known.resolved : null,
  };
}

/** Takes in what a person said of a break; of one that is not there nothing is remembered. */
export function bookResolution(
  state: WithBreaks,
  { at, key, note, by }: EventOf<'discrepancy.resolved'>,
): void {
  const known = state.breaks.get(key);
  if (known !== undefined) state.breaks.set(key, { ...known, resolved: { at, note, by } });
}
