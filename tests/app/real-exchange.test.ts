import { describe, expect, it } from 'vitest';
import { closedBroker } from '../../src/adapters/memory/closed-line.ts';
import { RealExchange, SILENT_ACCOUNT } from '../../src/app/real-exchange.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { epochMs } from '../../src/domain/time.ts';
import type { LiveQuote } from '../../src/ports/quotes.ts';

const AAPL = 'AAPL' as Symbol;

/** The last price of a symbol whose quote is like that; of one without a quote for null. */
function lastPriceAt(kind: LiveQuote['kind'] | null): number | null {
  const quote: LiveQuote | null =
    kind === null
      ? null
      : {
          bid: usd(9.99),
          ask: usd(10.01),
          last: usd(10),
          at: epochMs(0),
          kind,
          hasOpened: true,
          halted: false,
          open: null,
          volume: null,
        };
  const quotes = { quote: () => quote };
  return new RealExchange(closedBroker('DU1234567'), quotes, SILENT_ACCOUNT).lastPrice(AAPL);
}

describe('the last price at a real broker', () => {
  it('is that of a live quote', () => {
    expect(lastPriceAt('live')).toBe(usd(10));
  });

  it('is none where the quote is delayed: shares are sold by it where their stop is gone', () => {
    expect(lastPriceAt('delayed')).toBeNull();
  });

  it('is none without a quote', () => {
    expect(lastPriceAt(null)).toBeNull();
  });
});
