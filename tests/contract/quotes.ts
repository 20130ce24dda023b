import { describe, expect, test } from 'vitest';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { type EpochMs, epochMs, SECOND_MS } from '../../src/domain/time.ts';
import type { Quotes, QuoteWait } from '../../src/ports/quotes.ts';

/** Quotes without any price yet, in a session that has begun, and a hand on their market. */
export interface QuotesUnderTest {
  readonly quotes: Quotes;
  readonly now: () => EpochMs;
  /** Lets the symbol trade at this price in this session, a cent around it. */
  readonly trade: (symbol: Symbol, price: number) => void;
  readonly halt: (symbol: Symbol) => void;
  readonly pass: (ms: number) => Promise<void>;
}

const AAPL = 'AAPL' as Symbol;
const MSFT = 'MSFT' as Symbol;
const TSLA = 'TSLA' as Symbol;

/** What everybody keeps who gives prices of now. Every test gets a market of its own. */
export function keepsQuotes(open: () => Promise<QuotesUnderTest>): void {
  const wait = ({ now }: QuotesUnderTest, until: number, patient = 0): QuoteWait => ({
    from: epochMs(now() - SECOND_MS),
    until: epochMs(now() + until),
    patientUntil: epochMs(now() + patient),
  });

  describe('a quote', () => {
    test('is what the market has once it was prepared, stamped when it was heard', async () => {
      const under = await open();
      under.trade(AAPL, 10);
      const before = under.now();
      await under.quotes.prepare([AAPL], wait(under, 5_000));
      expect(under.quotes.quote(AAPL)).toMatchObject({
        bid: usd(9.99),
        ask: usd(10.01),
        last: usd(10),
        kind: 'live',
        hasOpened: true,
        halted: false,
        open: usd(10),
      });
      expect(under.quotes.quote(AAPL)?.at).toBeGreaterThanOrEqual(before);
      expect(under.quotes.quote(AAPL)?.at).toBeLessThanOrEqual(under.now());
    });

    test('follows the market', async () => {
      const under = await open();
      under.trade(AAPL, 10);
      await under.quotes.prepare([AAPL], wait(under, 5_000));
      await under.pass(SECOND_MS);
      under.trade(AAPL, 11);
      await under.pass(SECOND_MS);
      expect(under.quotes.quote(AAPL)).toMatchObject({ last: usd(11), open: usd(10) });
    });

    test('is none for what nobody quotes, and for what nobody asked for', async () => {
      const under = await open();
      await under.quotes.prepare([AAPL], wait(under, 5_000));
      expect([under.quotes.quote(AAPL), under.quotes.quote(MSFT)]).toEqual([null, null]);
    });

    test('says that trading is halted', async () => {
      const under = await open();
      under.trade(AAPL, 10);
      await under.quotes.prepare([AAPL], wait(under, 5_000));
      under.halt(AAPL);
      under.trade(AAPL, 10.5);
      await under.pass(SECOND_MS);
      expect(under.quotes.quote(AAPL)?.halted).toBe(true);
    });
  });

  describe('a wait', () => {
    test('is over as soon as all have opened', async () => {
      const under = await open();
      const from = under.now();
      const waiting = under.quotes.prepare([AAPL, MSFT], wait(under, 60_000, 30_000));
      await under.pass(5_000);
      under.trade(AAPL, 10);
      await under.pass(5_000);
      under.trade(MSFT, 20);
      await waiting;
      expect(under.now() - from).toBeGreaterThanOrEqual(10_000);
      expect(under.now() - from).toBeLessThan(12_000);
      expect(under.quotes.quote(MSFT)?.last).toBe(usd(20));
    });

    test('is held up by no straggler once two seconds have brought in nobody', async () => {
      const under = await open();
      const from = under.now();
      under.trade(AAPL, 10);
      const waiting = under.quotes.prepare([AAPL, MSFT, TSLA], wait(under, 60_000, 5_000));
      await under.pass(4_000);
      under.trade(MSFT, 20);
      await waiting;
      expect(under.now() - from).toBeGreaterThanOrEqual(6_000);
      expect(under.now() - from).toBeLessThan(8_000);
      expect(under.quotes.quote(TSLA)).toBeNull();
    });

    test('ends in any case', async () => {
      const under = await open();
      const from = under.now();
      await under.quotes.prepare([AAPL], wait(under, 20_000, 60_000));
      expect(under.now() - from).toBeGreaterThanOrEqual(20_000);
      expect(under.now() - from).toBeLessThan(22_000);
    });
  });
}
