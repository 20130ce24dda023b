import fc from 'fast-check';
import { usd } from '../../src/domain/money.ts';
import type { EventDraft, EventOf, JournalEvent } from '../../src/events/event.ts';
import type { CorrectingFill } from '../../src/ledger/book-corrections.ts';
import type { Ledger } from './book-builder.ts';
import { draft, minute } from './book-drafts.ts';

export type Recorded = EventOf<'fill.recorded'>;

/** The event that puts others in the place of a recorded execution. */
export function correction(
  old: Pick<Recorded, 'execId' | 'orderRef' | 'symbol' | 'side' | 'session'>,
  inForce: Pick<Recorded, 'quantity' | 'price' | 'commission'>,
  by: readonly CorrectingFill[],
  revision = 1,
): EventDraft {
  const { execId, orderRef, symbol, side, session } = old;
  const { quantity, price, commission } = inForce;
  return draft('fill.corrected', minute(1, 300), {
    execId,
    orderRef,
    symbol,
    side,
    session,
    old: { quantity, price, commission },
    by: [...by],
    revision,
    cause: 'a test',
  });
}

export const corrected = (old: Recorded, change: Partial<CorrectingFill>): CorrectingFill => ({
  execId: `${old.execId}.02`,
  quantity: old.quantity,
  price: old.price,
  commission: old.commission,
  filledAt: old.filledAt,
  inferred: false,
  ...change,
});

/** Prices and commissions that differ from what was recorded, for some of the executions of a life. */
export const changes = fc.array(
  fc.record({
    pick: fc.nat(),
    price: fc.integer({ min: 1, max: 400 }),
    commission: fc.integer({ min: 0, max: 9 }),
  }),
  { minLength: 1, maxLength: 6 },
);

export interface Change {
  readonly execId: string;
  readonly terms: { readonly price: Recorded['price']; readonly commission: Recorded['price'] };
}

/** The last change of each execution that the book still remembers. */
export function chosen(
  told: Ledger,
  asked: readonly { pick: number; price: number; commission: number }[],
): Change[] {
  const known = told.events.filter(
    (event): event is JournalEvent & Recorded =>
      event.type === 'fill.recorded' && told.book.execution(event.execId) !== null,
  );
  return asked.flatMap(({ pick, price, commission }) => {
    const fill = known[pick % Math.max(1, known.length)];
    if (fill === undefined) return [];
    return { execId: fill.execId, terms: { price: usd(price), commission: usd(commission) } };
  });
}

/** Corrects an execution of a ledger, for the how manieth time. */
export function amend(
  ledger: Ledger,
  execId: string,
  terms: Partial<CorrectingFill>,
  times: number,
): void {
  const inForce = ledger.book.execution(execId)?.fill;
  const old = ledger.events.find(
    (event) => event.type === 'fill.recorded' && event.execId === execId,
  );
  if (inForce === undefined || old?.type !== 'fill.recorded') return;
  const by = corrected(old, {
    quantity: inForce.quantity,
    ...terms,
    execId: `${execId}.${times + 2}`,
  });
  ledger.tell(correction(old, inForce, [by], times + 1));
}
