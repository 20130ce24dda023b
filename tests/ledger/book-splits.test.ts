import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { type Ledger, ledgerWith } from './book-builder.ts';
import { bracketOrders, bracketSent, filled, modified, splitApplied } from './book-drafts.ts';

const [, STOP_ORDER] = bracketOrders();
/** 100 AAA wanted at 101 with a stop at 95; nothing filled yet. */
const wanted = (): Ledger => ledgerWith(100_000).tell(...bracketSent());
/** 100 AAA at 100, $1 commission. */
const held = (): Ledger => wanted().tell(filled('buy', 100, 100));

describe('a split', () => {
  it('changes shares and prices, not what they cost', () => {
    const ledger = held().tell(splitApplied(4, 100, 400));
    expect(ledger.trade()).toMatchObject({ quantity: 400, entryPrice: 25, stop: 23.75 });
    expect(ledger.book.openLots().cost).toBe(usd(10_000));
    expect(ledger.book.equity()).toBe(usd(100_000 - 1));
    ledger.tell(filled('sell', 400, 27.5, { session: 2 }));
    expect(ledger.trade()).toMatchObject({ grossPnl: 1000, rMultiple: 1.996, exitPrice: 27.5 });
    expect(ledger.trade().exitReason).toBe('stop');
  });

  it('keeps the stop where the broker moved it to with the split', () => {
    const order = { ...STOP_ORDER, stopPrice: usd(95) } as never;
    const ledger = held().tell(splitApplied(3, 100, 300));
    // 95 / 3 = 31.666667, down to the tick
    expect(ledger.trade()).toMatchObject({ stop: 31.66, initialStop: 31.666667 });
    ledger.tell(modified(order, { quantity: 300, stop: 31.66 }));
    expect(ledger.trade().stop).toBe(31.66);
    expect(left(ledger)).toBe('stop');
  });

  const left = (ledger: Ledger) =>
    ledger.tell(filled('sell', 300, 31, { session: 3 })).trade().exitReason;

  it('sells a fraction of a share for cash in lieu', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent({ quantity: 25 }));
    ledger.tell(filled('buy', 25, 100, { commission: 1 }), splitApplied(0.1, 25, 2, 550));
    expect(ledger.book.cash).toBe(usd(98_049));
    // Five of the old shares went, which had cost 500 and a fifth of the commission.
    expect(ledger.state.realized).toBe(usd(49.8));
    expect(ledger.book.openLots()).toMatchObject({ cost: usd(2000), commissions: usd(0.8) });
    ledger.tell(filled('sell', 2, 1000, { session: 2, commission: 0 }));
    expect(ledger.trade()).toMatchObject({ grossPnl: 50, netPnl: 49 });
    expect(ledger.state.realized).toBe(usd(49));
  });

  it('leaves prices and R what they are without it, also where a fraction is sold', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent({ quantity: 25 }));
    ledger.tell(filled('buy', 25, 100, { commission: 0 }), splitApplied(0.1, 25, 2, 550));
    ledger.tell(filled('sell', 2, 1100, { session: 2, commission: 0 }));
    // 25 shares from 100 to 110 with a stop at 95.
    expect(ledger.trade()).toMatchObject({
      quantity: 2,
      entryPrice: 1000,
      initialStop: 950,
      exitPrice: 1100,
      netPnl: 250,
      rMultiple: 2,
    });
  });

  it('takes a fraction out of what was bought first', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent({ quantity: 25 }));
    ledger.tell(
      filled('buy', 10, 100, { commission: 0 }),
      filled('buy', 15, 110, { minutes: 1, commission: 0 }),
      splitApplied(0.1, 25, 2, 550),
    );
    expect(ledger.state.realized).toBe(usd(50));
    expect(ledger.book.openLots().cost).toBe(usd(500 + 1650));
  });

  it('forgets the cost of no lot, however small', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent({ quantity: 30 }));
    for (let n = 0; n < 30; n++) {
      ledger.tell(filled('buy', 1, 100, { minutes: n, commission: 0.35 }));
    }
    ledger.tell(splitApplied(0.1, 30, 3), filled('sell', 3, 1000, { session: 2, commission: 0 }));
    expect(ledger.trade()).toMatchObject({ grossPnl: 0, netPnl: -10.5 });
    expect(ledger.state.realized).toBe(usd(-10.5));
  });

  it('ends the trade where it leaves no whole share', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent({ quantity: 5 }));
    ledger.tell(filled('buy', 5, 100, { commission: 1 }), splitApplied(0.1, 5, 0, 450));
    expect(ledger.book.openTrades()).toEqual([]);
    expect(ledger.trade()).toMatchObject({
      status: 'closed',
      exitReason: 'data_end',
      exitRef: null,
      grossPnl: -50,
      netPnl: -51,
      entryPrice: 100,
      exitPrice: 90,
      rMultiple: -2.04,
    });
    expect(ledger.state.realized).toBe(usd(-51));
    ledger.closeTrades();
    expect(ledger.book.ended()).toEqual([]);
  });

  it('of a symbol we do not hold changes nothing but cash', () => {
    const ledger = wanted().tell(splitApplied(2, 100, 200));
    expect(ledger.trades.size).toBe(0);
    expect(ledger.book.cash).toBe(usd(100_000));
  });
});
