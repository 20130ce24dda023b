import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { type Ledger, ledgerWith } from './book-builder.ts';
import { bracketSent, commissionCame, filled } from './book-drafts.ts';

/** 100 AAA wanted at 101 with a stop at 95; nothing filled yet. */
const wanted = (): Ledger => ledgerWith(100_000).tell(...bracketSent());

describe('a commission that comes later', () => {
  const buy = filled('buy', 100, 100, { commission: null });
  const sell = filled('sell', 100, 110, { commission: null });

  it('leaves commission, net result and R of the trade unknown until it is there', () => {
    const ledger = wanted().tell(buy, sell).closeTrades();
    const unknown = { grossPnl: 1000, commission: null, netPnl: null, rMultiple: null };
    expect(ledger.trade()).toMatchObject({ ...unknown, mae: -3 });
    ledger.tell(commissionCame(buy.execId, 1));
    expect(ledger.trade()).toMatchObject(unknown);
    ledger.tell(commissionCame(sell.execId, 1.5));
    expect(ledger.trade()).toMatchObject({
      status: 'closed',
      commission: 2.5,
      netPnl: 997.5,
      rMultiple: 1.995,
      mae: -3,
      mfe: 4,
      resolution: '1d',
    });
    expect(ledger.state.realized).toBe(usd(997.5));
    expect(ledger.book.cash).toBe(usd(100_997.5));
  });

  it('gives the closed trade its R for intensity too', () => {
    const ledger = wanted()
      .tell(buy, filled('sell', 100, 110))
      .closeTrades();
    expect(ledger.book.closedTrades()[0]?.netR).toBeNull();
    ledger.tell(commissionCame(buy.execId, 1));
    expect(ledger.book.closedTrades()[0]?.netR).toBe(1.996);
    expect(ledger.state.ending.size).toBe(0);
  });

  it('keeps the trade to be closed where it comes before trade.closed', () => {
    const ledger = wanted().tell(buy, filled('sell', 100, 110), commissionCame(buy.execId, 1));
    expect(ledger.book.ended()).toHaveLength(1);
    ledger.closeTrades();
    expect(ledger.book.ended()).toEqual([]);
    expect(ledger.state.ending.size).toBe(0);
  });

  it('charges the shares sold by then at once, and the others when they are sold', () => {
    const ledger = wanted().tell(buy, filled('sell', 25, 110, { commission: 0 }));
    ledger.tell(commissionCame(buy.execId, 2));
    expect(ledger.state.realized).toBe(usd(249.5));
    expect(ledger.book.openLots().commissions).toBe(usd(1.5));
  });

  it('is placed once, and a second one of the same execution changes nothing', () => {
    const ledger = wanted().tell(buy, commissionCame(buy.execId, 1), commissionCame(buy.execId, 9));
    expect(ledger.book.cash).toBe(usd(100_000 - 10_000 - 1));
  });

  it('waits where it comes before its execution', () => {
    const ledger = wanted().tell(commissionCame(buy.execId, 1.25));
    expect(ledger.book.cash).toBe(usd(100_000));
    ledger.tell(buy);
    expect(ledger.book.cash).toBe(usd(100_000 - 10_000 - 1.25));
    expect(ledger.trade().commission).toBe(1.25);
  });
});
