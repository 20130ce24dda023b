import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Symbol } from '../../src/domain/market.ts';
import { ledgerWith } from './book-builder.ts';
import { bracketSent, filled, minute } from './book-drafts.ts';

const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF'] as Symbol[];
const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** In which order sales are told of, and in which minute of the day each was executed. */
const sales = fc.tuple(
  fc.shuffledSubarray(SYMBOLS, { minLength: 1 }),
  fc.array(fc.integer({ min: 1, max: 3 }), {
    minLength: SYMBOLS.length,
    maxLength: SYMBOLS.length,
  }),
);

describe('closed trades', () => {
  it('come by exit time, then symbol, in whatever order their sales are told', () => {
    fc.assert(
      fc.property(sales, ([told, minutes]) => {
        const ledger = ledgerWith(100_000);
        for (const symbol of told) {
          ledger.tell(...bracketSent({ symbol }), filled('buy', 1, 100, { symbol }));
        }
        const expected: [number, string][] = [];
        told.forEach((symbol, i) => {
          const at = minutes[i] as number;
          ledger.tell(filled('sell', 1, 101, { symbol, minutes: at }));
          if (i % 2 === 0) ledger.closeTrades();
          expected.push([minute(1, at), symbol]);
        });
        expected.sort(([a, x], [b, y]) => a - b || byText(x, y));
        const closed = ledger.book.closedTrades();
        return (
          closed.length === expected.length &&
          closed.every(
            ({ exitAt, symbol }, i) => exitAt === expected[i]?.[0] && symbol === expected[i]?.[1],
          )
        );
      }),
    );
  });
});
