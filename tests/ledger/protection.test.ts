import { describe, expect, it } from 'vitest';
import type { BrokerOrder, BrokerStatement } from '../../src/domain/account.ts';
import { usd } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { arithmetic, prove, type SymbolProof } from '../../src/ledger/protection.ts';
import { loneStop } from '../../src/pipeline/bracket.ts';
import { Ledger } from './book-builder.ts';
import {
  AAA,
  acknowledged,
  bracketOrders,
  bracketSent,
  draft,
  exitOrder,
  filled,
  minute,
  submitted,
} from './book-drafts.ts';

const [ENTRY, STOP] = bracketOrders() as [Order, Order];

const shown = (order: Order, change: Partial<BrokerOrder> = {}): BrokerOrder => ({
  ...order,
  status: 'working',
  filledQuantity: 0,
  ...change,
});

interface Scene {
  readonly bought?: number;
  readonly events?: readonly EventDraft[];
  readonly open?: readonly BrokerOrder[];
  /** Shares in the account, of each contract where several go by the name; those that are ours unless said. */
  readonly account?: number | readonly number[];
  readonly silent?: boolean;
  readonly halted?: boolean;
}

/** The proof of AAA after a bracket on 100 of it was sent and so many were bought. */
function proofOf({
  bought = 0,
  events = [],
  open = [],
  account,
  silent,
  halted,
}: Scene): SymbolProof {
  const ledger = new Ledger().tell(
    ...bracketSent(),
    acknowledged(ENTRY.orderRef),
    acknowledged(STOP.orderRef),
  );
  if (bought > 0) ledger.tell(filled('buy', bought, 100));
  ledger.tell(...events);
  const complete = silent !== true;
  const statement: BrokerStatement = {
    account: 'SIM1',
    at: minute(1, 1),
    cash: usd(0),
    netLiquidation: null,
    positions: [account ?? ledger.book.owned(AAA)]
      .flat()
      .map((quantity) => ({ symbol: AAA, quantity, averageCost: null })),
    openOrders: open,
    fills: [],
    completedOrders: [],
    complete: { positions: complete, openOrders: complete, fills: complete, completedOrders: true },
  };
  const found = prove(ledger.book, statement, () => halted ?? false);
  return found.find(({ symbol }) => symbol === AAA) as SymbolProof;
}

const partly = (filledQuantity: number): BrokerOrder =>
  shown(ENTRY, { filledQuantity, status: filledQuantity === 0 ? 'working' : 'partial' });
const over = draft('order.cancelled', minute(1, 1), { orderRef: ENTRY.orderRef, cause: 'ttl' });
const asleep = shown(STOP, { status: 'submitted' });

describe('a symbol is', () => {
  it('pending while its entry works and nothing is owned', () => {
    const proof = proofOf({ open: [partly(0), asleep] });
    expect(proof).toMatchObject({ state: 'pending', owned: 0, sellable: 100, entryRemainder: 100 });
  });

  it('protected where live stops cover every share', () => {
    expect(proofOf({ bought: 100, open: [shown(STOP)] })).toMatchObject({
      state: 'protected',
      owned: 100,
      cover: 100,
      sellable: 100,
    });
  });

  it('protected by a stop of 100 with 40 owned and 60 still being bought, and no longer after', () => {
    const open = [shown(STOP)];
    expect(proofOf({ bought: 40, open: [partly(40), ...open] }).state).toBe('protected');
    expect(proofOf({ bought: 40, open, events: [over] }).state).toBe('over');
  });

  it.each([
    ['that waits for its parent', { status: 'submitted' }],
    ['that the broker holds back', { status: 'inactive' }],
    ['that is being cancelled', { status: 'cancel_pending' }],
    ['of a day', { timeInForce: 'DAY' }],
    ['with a limit under it', { type: 'stop_limit', limitPrice: usd(94) }],
    ['for fewer shares', { quantity: 99 }],
  ] as const)('under by a stop %s', (_, change) => {
    expect(proofOf({ bought: 100, open: [shown(STOP, change)] }).state).toBe('under');
  });

  it('under by a stop that we asked to cancel, whatever the broker shows', () => {
    const asked = { orderRef: STOP.orderRef, cause: 'manual' };
    const events = [draft('order.cancel_requested', minute(1, 1), asked)];
    expect(proofOf({ bought: 100, events, open: [shown(STOP)] }).state).toBe('under');
  });

  it('over where stops and exits outside their group could sell too much', () => {
    const alone = { ...exitOrder(), ocaGroup: null };
    const events = [submitted(alone), acknowledged(alone.orderRef)];
    const open = [shown(STOP), shown(alone)];
    expect(proofOf({ bought: 100, events, open })).toMatchObject({ state: 'over', sellable: 200 });
    const joined = exitOrder();
    const inGroup = [submitted(joined), acknowledged(joined.orderRef)];
    const both = [shown(STOP), shown(joined)];
    expect(proofOf({ bought: 100, events: inGroup, open: both })).toMatchObject({
      state: 'protected',
      sellable: 100,
    });
  });

  it('over where a stop is left of a position that is gone', () => {
    const sale = exitOrder();
    const events = [submitted(sale), filled('sell', 100, 101, { ref: sale.orderRef })];
    const proof = proofOf({ bought: 100, events, open: [shown(STOP)] });
    expect(proof).toMatchObject({ state: 'over', owned: 0, sellable: 100 });
  });

  it('over where the account has fewer shares than we would sell, or is short', () => {
    const open = [shown(STOP)];
    expect(proofOf({ bought: 100, open, account: 60 }).state).toBe('over');
    expect(proofOf({ bought: 100, open, account: 160 }).state).toBe('protected');
    expect(proofOf({ bought: 100, open, account: [60, 100] }).state).toBe('protected');
    expect(proofOf({ bought: 40, open: [partly(40), shown(STOP)], account: -60 }).state).toBe(
      'over',
    );
  });

  it('unknown while an order of it is, or the broker has not said all', () => {
    const lost = { orderRef: STOP.orderRef, cause: 'no answer' };
    const events = [draft('order.unknown', minute(1, 1), lost)];
    const proof = proofOf({ bought: 100, events, open: [] });
    expect(proof).toMatchObject({ state: 'unknown', unknown: [STOP.orderRef], sellable: 100 });
    expect(proofOf({ bought: 100, open: [shown(STOP)], silent: true }).state).toBe('unknown');
  });

  it('halted where an accepted stop cannot execute', () => {
    expect(proofOf({ bought: 100, open: [shown(STOP)], halted: true }).state).toBe('halted');
  });

  it('none where nothing of it is ours; what others have there is shown and not counted', () => {
    const theirs = { ...loneStop('theirs', AAA, 70, usd(90)), orderRef: 'theirs' };
    const gone = { orderRef: STOP.orderRef, cause: 'parent' };
    const events = [over, draft('order.cancelled', minute(1, 1), gone)];
    const proof = proofOf({ events, open: [shown(theirs)], account: 70 });
    expect(proof).toMatchObject({
      state: 'none',
      owned: 0,
      cover: 0,
      sellable: 0,
      brokerShares: 70,
    });
    expect(proof.foreignOrders.map(({ orderRef }) => orderRef)).toEqual(['theirs']);
  });

  it('not covered by the stops of others', () => {
    const theirs = { ...loneStop('theirs', AAA, 100, usd(95)), orderRef: 'theirs' };
    const proof = proofOf({ bought: 100, open: [shown(theirs)] });
    expect(proof).toMatchObject({ cover: 0, owned: 100, state: 'under' });
  });
});

describe('the arithmetic of a proof', () => {
  it('reads as what must hold, and shows what does not', () => {
    const sound = proofOf({ bought: 100, open: [shown(STOP)] });
    expect(arithmetic(sound)).toBe('cover 100 >= owned 100; sellable 100 <= 100');
    const buying = proofOf({ bought: 40, open: [partly(40), asleep] });
    expect(arithmetic(buying)).toBe(
      'cover 0 < owned 40; sellable 100 <= 100 (40 owned and 60 being bought)',
    );
  });
});
