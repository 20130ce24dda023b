import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bar, columnsFromBars } from '../../src/domain/market.ts';
import { toUsd } from '../../src/domain/money.ts';
import { assertExists } from '../../src/domain/result.ts';
import { type EpochMs, MINUTE_MS } from '../../src/domain/time.ts';
import type { EventDraft } from '../../src/events/event.ts';
import type { EndedTrade } from '../../src/ledger/book-state.ts';
import { excursionOf, type HeldBars } from '../../src/ledger/excursion.ts';
import { ledgerWith } from './book-builder.ts';
import {
  AAA,
  bracketOrders,
  bracketSent,
  exitOrder,
  filled,
  modified,
  refOf,
  sessionNo,
  submitted,
} from './book-drafts.ts';

type Prices = readonly [open: number, high: number, low: number, close: number];

/** Daily bars of session 1 and the following ones. */
function days(...prices: readonly Prices[]): HeldBars {
  const bars = prices.map((bar, n) => barAt(sessionNo(n + 1).openAt, bar));
  const closes = prices.map((_, n) => sessionNo(n + 1).closeAt);
  return heldBars(bars, (i) => closes[i] as EpochMs);
}

/** Five-minute bars of session 1 from its open on. */
function fives(...prices: readonly Prices[]): HeldBars {
  const length = 5 * MINUTE_MS;
  const start = sessionNo(1).openAt;
  const bars = prices.map((bar, n) => barAt(start + n * length, bar));
  return heldBars(bars, (i) => start + (i + 1) * length);
}

const barAt = (time: number, [open, high, low, close]: Prices): Bar => ({
  time,
  open,
  high,
  low,
  close,
  volume: 1000,
});

const heldBars = (bars: readonly Bar[], endOf: (i: number) => number): HeldBars => ({
  columns: columnsFromBars(bars),
  startOf: (i) => (bars[i] as Bar).time,
  endOf,
});

/** 10 AAA with a stop at 95 and a target at 110, after these. */
function ended(...events: readonly EventDraft[]): EndedTrade {
  const terms = { quantity: 10, target: 110 };
  const ledger = ledgerWith(100_000).tell(...bracketSent(terms), ...events);
  return assertExists(ledger.book.ended()[0], 'the trade is flat');
}

const bought = (price: number, session: number, minutes: number) =>
  filled('buy', 10, price, { session, minutes });
/** Minutes after the open that the close is: daily fills inside the bar are stamped there. */
const CLOSE = 390;
const sold = (leg: 'stop' | 'target' | 'exit', price: number, session: number, minutes: number) =>
  filled('sell', 10, price, { ref: refOf(leg), session, minutes });

const inDollars = (trade: EndedTrade, bars: HeldBars): [mae: number, mfe: number] => {
  const { mae, mfe } = excursionOf(trade, bars);
  return [toUsd(mae), toUsd(mfe)];
};

describe('excursions on daily bars', () => {
  it('count the entry bar and those between, of the exit bar only the price of a gap exit', () => {
    // Bought at the first open, stopped at the third one below the stop.
    const trade = ended(bought(100, 1, 0), sold('stop', 93, 3, 0));
    const bars = days([100, 104, 99, 103], [103, 106, 98, 97], [93, 120, 80, 90]);
    expect(inDollars(trade, bars)).toEqual([-70, 60]);
  });

  it('count of the bar a stop was hit in only the price of the stop', () => {
    const trade = ended(bought(100, 1, 0), sold('stop', 94.95, 2, CLOSE));
    expect(inDollars(trade, days([100, 103, 99, 101], [101, 130, 90, 92]))).toEqual([-50.5, 30]);
  });

  it('count nothing but the result where entry and stop share a bar', () => {
    const trade = ended(bought(100, 1, 0), sold('stop', 94.95, 1, CLOSE));
    expect(inDollars(trade, days([100, 130, 80, 85]))).toEqual([-50.5, 0]);
  });

  it('count of the bar a target was reached in only the price of the target', () => {
    const trade = ended(bought(100, 1, 0), sold('target', 110, 2, CLOSE));
    expect(inDollars(trade, days([100, 101, 97, 100], [100, 115, 90, 112]))).toEqual([-30, 100]);
  });

  it('count a whole bar that the position was left at the close of', () => {
    const exit = submitted(exitOrder({ quantity: 10, reason: 'end_of_day' }));
    const trade = ended(exit, bought(100, 1, 0), sold('exit', 101, 2, CLOSE));
    expect(inDollars(trade, days([100, 102, 99, 101], [101, 107, 96, 101]))).toEqual([-40, 70]);
  });

  it('count the day before a market exit at the open whole', () => {
    const exit = submitted(exitOrder({ quantity: 10 }));
    const trade = ended(exit, bought(100, 1, 0), sold('exit', 104, 3, 0));
    const bars = days([100, 102, 99, 101], [101, 108, 96, 105], [104, 140, 60, 100]);
    expect(inDollars(trade, bars)).toEqual([-40, 80]);
  });

  it('follow a trailed stop: the bar it was hit in is left out by its moved price', () => {
    const stop = assertExists(bracketOrders({ quantity: 10 })[1], 'a bracket has a stop');
    const trade = ended(
      bought(100, 1, 0),
      modified(stop, { stop: 103 }),
      sold('stop', 102.95, 2, CLOSE),
    );
    expect(trade.exitReason).toBe('trail');
    expect(inDollars(trade, days([100, 108, 99, 107], [107, 125, 102, 104]))).toEqual([-10, 80]);
  });

  it('leave out bars before the entry and after the exit', () => {
    const trade = ended(bought(100, 2, 0), sold('stop', 94, 3, 0));
    const bars = days([50, 300, 10, 90], [100, 101, 99, 100], [94, 99, 90, 95], [1, 500, 1, 2]);
    expect(inDollars(trade, bars)).toEqual([-60, 10]);
  });

  it('are those of the prices paid where no bar lies between', () => {
    const win = ended(bought(100, 1, 0), sold('target', 112, 2, 0));
    expect(inDollars(win, days())).toEqual([0, 120]);
  });
});

describe('excursions on five-minute bars', () => {
  it('leave out the bar an entry was filled inside of', () => {
    // A limit reached inside the first bar is stamped at its end.
    const trade = ended(bought(100, 1, 5), sold('stop', 93, 1, 15));
    const bars = fives(
      [101, 140, 60, 100],
      [100, 102, 98, 101],
      [101, 103, 97, 100],
      [93, 99, 90, 95],
    );
    expect(inDollars(trade, bars)).toEqual([-70, 30]);
  });

  it('count the bar an entry was filled at the open of', () => {
    const trade = ended(bought(100, 1, 5), sold('stop', 94.95, 1, 15));
    const bars = fives([101, 140, 60, 100], [100, 104, 98, 101], [101, 120, 94, 95]);
    expect(inDollars(trade, bars)).toEqual([-50.5, 40]);
  });

  it('leave out the bar that an exit between its ends happened in', () => {
    const trade = ended(bought(100, 1, 0), sold('stop', 96, 1, 7));
    expect(inDollars(trade, fives([100, 103, 99, 101], [101, 150, 50, 99]))).toEqual([-40, 30]);
  });

  it('count a bar whose high touched the target without trading through it', () => {
    // The target fills at the next open above it; the bar before was held whole.
    const trade = ended(bought(100, 1, 0), sold('target', 110.2, 1, 5));
    expect(inDollars(trade, fives([100, 110.005, 98, 109], [110.2, 112, 90, 111]))).toEqual([
      -20, 102,
    ]);
  });
});

describe('excursions of a trade in parts', () => {
  it('are taken of all shares against the average prices', () => {
    const trade = ended(
      filled('buy', 4, 100, { minutes: 0 }),
      filled('buy', 6, 105, { minutes: 1 }),
      filled('sell', 5, 104, { ref: refOf('target'), session: 2, minutes: 0 }),
      filled('sell', 5, 96, { ref: refOf('stop'), session: 2, minutes: 1 }),
    );
    // Average entry 103, exit 100; the day of the entry goes from 98 to 107.
    expect(inDollars(trade, days([100, 107, 98, 105]))).toEqual([-50, 40]);
  });
});

describe('excursions of any trade', () => {
  const price = fc.integer({ min: 9_600, max: 10_900 }).map((n) => n / 100);
  const day = fc
    .tuple(price, price, price, price)
    .map(([a, b, c, d]): Prices => [a, Math.max(a, b, c, d), Math.min(a, b, c, d), d]);

  it('hold its result between them, mae at most 0 and mfe at least 0', () => {
    fc.assert(
      fc.property(
        fc.array(day, { minLength: 1, maxLength: 8 }),
        price,
        price,
        (bars, buy, sell) => {
          const exit = submitted(exitOrder({ quantity: 10 }));
          const trade = ended(exit, bought(buy, 1, 0), sold('exit', sell, bars.length, CLOSE));
          const [mae, mfe] = inDollars(trade, days(...bars));
          const lowest = Math.min(buy, sell, ...bars.map(([, , low]) => low));
          const highest = Math.max(buy, sell, ...bars.map(([, high]) => high));
          expect(mae).toBeCloseTo(10 * (lowest - buy), 6);
          expect(mfe).toBeCloseTo(10 * (highest - buy), 6);
          expect(trade.trade.symbol).toBe(AAA);
        },
      ),
    );
  });
});
