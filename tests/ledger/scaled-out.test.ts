import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { unrealizedOf } from '../../src/ledger/book-records.ts';
import type { OpenTrade } from '../../src/ledger/book-state.ts';
import { entryPriceOf, heldPriceOf } from '../../src/ledger/book-trades.ts';
import { accountValue } from '../../src/ledger/portfolio-state.ts';
import { type Ledger, ledgerWith } from './book-builder.ts';
import {
  AAA,
  acknowledged,
  bracketOrders,
  bracketSent,
  dateNo,
  draft,
  exitOrder,
  filled,
  minute,
  modified,
  refOf,
  submitted,
} from './book-drafts.ts';

const [, OWN] = bracketOrders() as [Order, Order];
/** The stop that goes with the part that is sold, in a group of its own. */
const PART: Order = {
  ...OWN,
  orderRef: refOf('stop', { generation: 2 }),
  quantity: 50,
  parentRef: null,
  ocaGroup: 'part',
};
const EXIT: Order = { ...exitOrder(), quantity: 50, ocaGroup: 'part' };

/** 100 AAA bought at 100 with a stop at 95, of which half is asked to be sold. */
const selling = (): Ledger =>
  ledgerWith(100_000).tell(
    ...bracketSent(),
    acknowledged(OWN.orderRef),
    filled('buy', 100, 100),
    modified(OWN, { quantity: 50 }),
    submitted(PART),
    acknowledged(PART.orderRef),
    submitted(EXIT),
    acknowledged(EXIT.orderRef),
  );

const cancelled = (orderRef: string) =>
  draft('order.cancelled', minute(2, 0), { orderRef, cause: 'oca' });

const stopOf = (ledger: Ledger) =>
  accountValue(ledger.book, {
    session: dateNo(2),
    marks: new Map([[AAA, { price: usd(106), fresh: true }]]),
    sectorOf: () => 'UNKNOWN',
    intensity: 1,
  }).positions[0]?.stop;

describe('a position of which a part was sold through a stop of its own', () => {
  const sold = () =>
    selling().tell(
      filled('sell', 50, 105, { ref: EXIT.orderRef, session: 2 }),
      cancelled(PART.orderRef),
    );

  it('is still under the stop of the rest', () => {
    expect(stopOf(selling())).toBe(usd(95));
    expect(stopOf(sold())).toBe(usd(95));
  });

  it('is under the price that stop is moved to', () => {
    expect(stopOf(sold().tell(modified({ ...OWN, quantity: 50 }, { stop: 98 })))).toBe(usd(98));
  });

  it('is under none once that stop works no more either', () => {
    expect(stopOf(sold().tell(cancelled(OWN.orderRef)))).toBeNull();
  });

  it('is not under the stop of an entry that has bought nothing yet', () => {
    const ledger = sold().tell(cancelled(OWN.orderRef), ...bracketSent({ generation: 3 }));
    expect(stopOf(ledger)).toBeNull();
  });

  it('is shown at the average of the shares still held, from which its result counts', () => {
    const ledger = ledgerWith(100_000).tell(
      ...bracketSent(),
      filled('buy', 50, 100),
      filled('buy', 50, 110, { minutes: 1 }),
      filled('sell', 50, 115, { ref: EXIT.orderRef, session: 2 }),
    );
    const [trade] = ledger.book.openTrades() as [OpenTrade];
    expect(heldPriceOf(trade)).toBe(usd(110));
    expect(unrealizedOf({ ...trade, mark: usd(112) })).toBe(usd(100));
    expect(entryPriceOf(trade)).toBe(usd(105));
  });
});
