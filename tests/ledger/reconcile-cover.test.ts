import { describe, expect, it } from 'vitest';
import type { BrokerOrder, BrokerStatement } from '../../src/domain/account.ts';
import { usd } from '../../src/domain/money.ts';
import { isLive } from '../../src/domain/order.ts';
import { reconcile } from '../../src/ledger/reconcile.ts';
import { AAA, BBB, draft, exitOrder, minute, refOf, submitted } from './book-drafts.ts';
import { agreeing, changed, desk, foreign, kindsOf, without } from './reconcile-scenes.ts';

const STOP = refOf('stop');

describe('shares', () => {
  const cover = (change: Partial<BrokerOrder>) =>
    kindsOf(reconcile(desk().book, changed(agreeing(desk()), STOP, change)).discrepancies);

  it('are covered by our standing stop at work, in part or whole', () => {
    expect(cover({ status: 'working' })).toEqual([]);
    expect(cover({ status: 'partial' })).toEqual([]);
  });

  it.each([
    [{ status: 'unknown' }, []],
    [{ timeInForce: 'DAY' }, []],
    [{ side: 'buy' }, []],
    [{ type: 'limit' }, []],
    [{ quantity: 99 }, ['quantity']],
    [{ status: 'cancelled' }, ['missing_stop']],
  ] as const)('are not by one of %j', (change, others) => {
    expect(cover(change)).toEqual([...others, 'unprotected']);
  });

  it('are not covered by somebody else’s stop', () => {
    const theirs = foreign({ symbol: AAA, type: 'stop', stopPrice: usd(95), leg: 'stop' });
    const statement = without(agreeing(desk()), STOP);
    const found = reconcile(desk().book, {
      ...statement,
      openOrders: [...statement.openOrders, theirs],
    });
    expect(kindsOf(found.discrepancies)).toEqual(['foreign_order', 'missing_stop', 'unprotected']);
  });
});

describe('a statement that is not complete', () => {
  /** Everything is missing, and the broker says that it could not say. */
  const silent: BrokerStatement = {
    ...agreeing(desk()),
    cash: null,
    positions: [],
    openOrders: [],
    fills: [],
    complete: { positions: false, openOrders: false, fills: false, completedOrders: false },
  };

  it('proves nothing, and says so', () => {
    expect(reconcile(desk().book, silent)).toMatchObject({
      complete: false,
      unsaid: ['positions', 'open orders', 'executions', 'cash'],
      compared: 0,
      discrepancies: [],
    });
  });

  it('is compared as far as it is complete, and is not called complete', () => {
    const parts = ['positions', 'openOrders', 'fills'] as const;
    for (const part of parts) {
      const statement = agreeing(desk());
      const complete = { ...statement.complete, [part]: false };
      const result = reconcile(desk().book, { ...statement, [part]: [], complete });
      expect(result.complete).toBe(false);
      expect(result.discrepancies).toEqual([]);
    }
    const result = reconcile(desk().book, { ...agreeing(desk()), cash: null });
    expect(result).toMatchObject({ complete: false, discrepancies: [] });
  });

  it('still shows what the complete part of it tells', () => {
    const complete = { ...silent.complete, positions: true };
    const { discrepancies } = reconcile(desk().book, { ...silent, complete });
    expect(kindsOf(discrepancies)).toEqual(['quantity']);
  });
});

describe('an order of ours nobody answered for', () => {
  it('is missing where a complete statement does not show it', () => {
    const entry = refOf('entry', { symbol: BBB });
    const lost = draft('order.unknown', minute(1, 2), { orderRef: entry, cause: 'timeout' });
    const ledger = desk().tell(lost, submitted(exitOrder()));
    const statement = without(without(agreeing(ledger), entry), refOf('exit'));
    const { discrepancies } = reconcile(ledger.book, statement);
    expect(discrepancies.map(({ orderRef }) => orderRef)).toEqual([entry, refOf('exit')]);
    expect(ledger.book.live().filter(({ status }) => isLive(status))).toHaveLength(4);
  });
});
