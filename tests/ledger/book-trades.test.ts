import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { InvariantError } from '../../src/domain/result.ts';
import { Ledger, ledgerWith } from './book-builder.ts';
import {
  AAA,
  BBB,
  bracketOrders,
  bracketSent,
  draft,
  exitOrder,
  filled,
  minute,
  modified,
  refOf,
  submitted,
} from './book-drafts.ts';

const ENTRY = refOf('entry');
const STOP = refOf('stop');
const TARGET = refOf('target');
const [, STOP_ORDER] = bracketOrders();

/** 100 AAA wanted at 101 with a stop at 95; nothing filled yet. */
const wanted = (): Ledger => ledgerWith(100_000).tell(...bracketSent());
/** 100 AAA at 100, $1 commission. */
const held = (): Ledger => wanted().tell(filled('buy', 100, 100));

describe('a trade', () => {
  it('begins with its first fill and is described by its approval', () => {
    const record = held().trade();
    expect(record).toMatchObject({
      tradeId: ENTRY,
      runId: 'run-1',
      symbol: 'AAA',
      status: 'open',
      quantity: 100,
      entryPrice: 100,
      initialStop: 95,
      stop: 95,
      target: null,
      score: 71.5,
      strategy: 'momentum',
      signalReason: 'momentum_trend',
      entryRef: ENTRY,
      stopRef: STOP,
      exitAt: null,
      netPnl: null,
      commission: 1,
    });
  });

  it('gathers all fills from flat to flat, with average prices', () => {
    const ledger = wanted().tell(
      filled('buy', 30, 100),
      filled('buy', 70, 100.5, { minutes: 1 }),
      filled('sell', 40, 103, { minutes: 50 }),
      filled('sell', 60, 94, { minutes: 70 }),
    );
    expect(ledger.trades.size).toBe(1);
    expect(ledger.trade()).toMatchObject({
      status: 'closed',
      quantity: 100,
      // 30 x 100 + 70 x 100.50 = 10,035
      entryPrice: 100.35,
      // 40 x 103 + 60 x 94 = 9,760
      exitPrice: 97.6,
      grossPnl: -275,
      commission: 4,
      netPnl: -279,
      // 279 / ((100.35 - 95) x 100)
      rMultiple: -0.521495,
      entryAt: '2026-01-21T14:30:00.000Z',
      exitAt: '2026-01-21T15:40:00.000Z',
      exitReason: 'stop',
      exitRef: STOP,
    });
  });

  it('rounds an average price half to even, for display', () => {
    const tell = (a: number, b: number): number =>
      wanted()
        .tell(filled('buy', 1, a), filled('buy', 1, b, { minutes: 1 }))
        .trade().entryPrice;
    expect(tell(10.000001, 10.000002)).toBe(10.000002);
    expect(tell(10, 10.000001)).toBe(10);
  });

  it('realises first in, first out', () => {
    const ledger = wanted().tell(
      filled('buy', 10, 100, { commission: 0.1 }),
      filled('buy', 10, 110, { minutes: 1, commission: 0.2 }),
      filled('sell', 15, 120, { commission: 0.3 }),
    );
    // 15 x 120 - 10 x 100 - 5 x 110 - 0.10 - half of 0.20 - 0.30
    expect(ledger.state.realized).toBe(usd(249.5));
    expect(ledger.book.openLots()).toEqual({
      cost: usd(550),
      commissions: usd(0.1),
      value: usd(600),
    });
  });

  it('sells by the time of the fills, not by the order in which they were told', () => {
    const ledger = wanted().tell(
      filled('buy', 10, 110, { minutes: 1, commission: 0 }),
      filled('buy', 10, 100, { minutes: 0, commission: 0 }),
      filled('sell', 10, 120, { commission: 0 }),
    );
    expect(ledger.state.realized).toBe(usd(200));
    expect(ledger.trade().entryAt).toBe('2026-01-21T14:30:00.000Z');
  });

  it('measures R against the initial stop, wherever the stop is by then', () => {
    const ledger = held().tell(
      modified(STOP_ORDER as never, { stop: 102 }),
      filled('sell', 100, 110, { commission: 1 }),
    );
    expect(ledger.trade()).toMatchObject({ initialStop: 95, stop: 102, netPnl: 998 });
    expect(ledger.trade().rMultiple).toBe(1.996);
  });

  it('has no R without an initial stop, or with one that is not below the entry', () => {
    const [approval, entry] = bracketSent();
    const bare = ledgerWith(100_000).tell(approval as never, entry as never);
    bare.tell(filled('buy', 100, 100), filled('sell', 100, 90));
    expect(bare.trade()).toMatchObject({ netPnl: -1002, rMultiple: null, exitReason: 'manual' });
    const below = wanted().tell(filled('buy', 100, 94), filled('sell', 100, 93));
    expect(below.trade().rMultiple).toBeNull();
  });

  it('is another one where the entry goes on filling after its first shares were stopped out', () => {
    const ledger = wanted().tell(
      filled('buy', 40, 100),
      filled('sell', 40, 94.9),
      filled('buy', 60, 96, { minutes: 61 }),
    );
    expect([...ledger.trades.keys()]).toEqual([ENTRY, `${ENTRY}#2`]);
    expect(ledger.trade(ENTRY)).toMatchObject({ status: 'closed', quantity: 40 });
    expect(ledger.trade(`${ENTRY}#2`)).toMatchObject({ status: 'open', quantity: 60, score: 71.5 });
    ledger.tell(filled('sell', 60, 95, { minutes: 62 })).closeTrades();
    expect(ledger.trade(ENTRY)).toMatchObject({ grossPnl: -204, mae: -3 });
    expect(ledger.trade(`${ENTRY}#2`)).toMatchObject({ grossPnl: -60, mae: -3 });
    expect(ledger.book.ended()).toEqual([]);
  });

  it('cannot sell what is not owned', () => {
    expect(() => wanted().tell(filled('sell', 1, 100))).toThrow(InvariantError);
    expect(() => held().tell(filled('sell', 101, 100))).toThrow(InvariantError);
  });
});

describe('the reason of an exit', () => {
  const left = (ledger: Ledger, ref: string) =>
    ledger.tell(filled('sell', 100, 101, { ref, session: 2 })).trade().exitReason;

  it('is stop at the initial price', () => {
    expect(left(held(), STOP)).toBe('stop');
  });

  it('is trail once the stop was moved up, by us or by the broker’s word alone', () => {
    const moved = draft('stop.moved', minute(1, 390), {
      symbol: AAA,
      orderRef: STOP,
      session: '2026-01-21' as never,
      old: usd(95),
      new: usd(98),
      cause: 'trail',
    });
    expect(left(held().tell(moved), STOP)).toBe('trail');
    // A crash between the two events leaves the first alone.
    expect(left(held().tell(modified(STOP_ORDER as never, { stop: 98 })), STOP)).toBe('trail');
  });

  it('stays stop where only the quantity of the stop changed', () => {
    expect(left(held().tell(modified(STOP_ORDER as never, { quantity: 100 })), STOP)).toBe('stop');
  });

  it('is target by the target order', () => {
    const ledger = ledgerWith(100_000).tell(
      ...bracketSent({ target: 110 }),
      filled('buy', 100, 100),
    );
    expect(left(ledger, TARGET)).toBe('target');
  });

  it.each(['time', 'signal', 'daily_loss', 'end_of_day', 'data_end', 'flatten'] as const)(
    'is %s where a market exit was sent for that',
    (reason) => {
      const order = exitOrder({ reason });
      expect(left(held().tell(submitted(order)), order.orderRef)).toBe(reason);
    },
  );

  it('is manual by a sale we never sent', () => {
    expect(left(held(), 'tws-17')).toBe('manual');
  });
});

describe('stop and target of an open trade', () => {
  it('follow the changes of their own orders, also in the record', () => {
    const ledger = ledgerWith(100_000).tell(
      ...bracketSent({ target: 110 }),
      filled('buy', 100, 100),
    );
    const [, stop, target] = bracketOrders({ target: 110 });
    ledger.tell(modified(stop as never, { stop: 97.5 }));
    expect(ledger.trade()).toMatchObject({ stop: 97.5, initialStop: 95, target: 110 });
    ledger.tell(modified(target as never, { limit: 112 }));
    expect(ledger.trade()).toMatchObject({ stop: 97.5, target: 112 });
  });

  it('follow a stop that replaces the first', () => {
    const replacement = {
      ...(STOP_ORDER as NonNullable<typeof STOP_ORDER>),
      orderRef: refOf('stop', { generation: 2 }),
      parentRef: null,
      stopPrice: usd(96),
    };
    const ledger = held().tell(submitted(replacement));
    expect(ledger.trade()).toMatchObject({
      stop: 96,
      stopRef: replacement.orderRef,
      initialStop: 95,
    });
  });

  it('do not follow the bracket of a later entry in the same symbol, nor another symbol', () => {
    const ledger = held().tell(...bracketSent({ generation: 2, stop: 80 }));
    ledger.tell(...bracketSent({ symbol: BBB, stop: 70 }));
    const [, other] = bracketOrders({ generation: 2, stop: 80 });
    ledger.tell(modified(other as never, { stop: 81 }));
    expect(ledger.trade()).toMatchObject({ stop: 95, stopRef: STOP });
  });

  it('are written to the record once for a change that is told twice', () => {
    const ledger = held().tell(modified(STOP_ORDER as never, { stop: 97 }));
    const moved = draft('stop.moved', minute(1, 390), {
      symbol: AAA,
      orderRef: STOP,
      session: '2026-01-21' as never,
      old: usd(95),
      new: usd(97),
      cause: 'break_even',
    });
    expect(ledger.book.apply({ ...moved, seq: 99 } as never)).toEqual([]);
  });
});

describe('a book that was cut off before trade.closed', () => {
  it('still names the trade to be closed, also after a restart', () => {
    const ledger = held().tell(filled('sell', 100, 110));
    const again = new Ledger();
    again.book.restore(ledger.book.checkpoint());
    expect(again.book.ended().map(({ trade }) => trade.tradeId)).toEqual([ENTRY]);
    again.closeTrades();
    expect(again.book.ended()).toEqual([]);
    expect(again.trade()).toMatchObject({ status: 'closed', netPnl: 998, mae: -3, mfe: 4 });
  });
});

describe('open trades', () => {
  const symbols = ({ book }: Ledger): string[] => book.openTrades().map(({ symbol }) => symbol);

  it('come in the order of their symbols, as they are opened and closed', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent(), ...bracketSent({ symbol: BBB }));
    expect(symbols(ledger)).toEqual([]);
    ledger.tell(filled('buy', 100, 100, { symbol: BBB }));
    expect(symbols(ledger)).toEqual(['BBB']);
    ledger.tell(filled('buy', 100, 100));
    expect(symbols(ledger)).toEqual(['AAA', 'BBB']);
    ledger.tell(filled('sell', 100, 100));
    expect(symbols(ledger)).toEqual(['BBB']);
  });

  it('are those of now where one was closed and another opened since they were asked for', () => {
    const ledger = held().tell(...bracketSent({ symbol: BBB }));
    expect(symbols(ledger)).toEqual(['AAA']);
    ledger.tell(filled('sell', 100, 100), filled('buy', 50, 20, { symbol: BBB }));
    expect(symbols(ledger)).toEqual(['BBB']);
    expect(ledger.book.openTrades()[0]?.boughtQuantity).toBe(50);
  });

  it('are those of the checkpoint after it was taken up', () => {
    const ledger = held();
    const again = ledgerWith(1).tell(
      ...bracketSent({ symbol: BBB }),
      filled('buy', 1, 1, { symbol: BBB }),
    );
    expect(symbols(again)).toEqual(['BBB']);
    again.book.restore(ledger.book.checkpoint());
    expect(symbols(again)).toEqual(['AAA']);
    expect(again.book.openTrades()).toEqual(ledger.book.openTrades());
  });
});
