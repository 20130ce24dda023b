import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { costOf } from '../../src/ledger/lots.ts';
import { accountMoves } from '../../src/reporting/day-book.ts';
import { lives } from '../arbitraries.ts';
import { Ledger, ledgerWith } from '../ledger/book-builder.ts';
import { bracketSent, filled } from '../ledger/book-drafts.ts';
import { amend, changes, chosen } from '../ledger/corrections.ts';

const movesOf = (ledger: Ledger, afterSeq = 0) =>
  accountMoves({ earlier: [], today: ledger.events, marks: [] }, afterSeq, ledger.events.length);

describe('the bridge of a day on which executions were corrected', () => {
  it('counts what a correction changes on the day it comes, also of a trade that is over', () => {
    const sold = filled('sell', 100, 95);
    const ledger = ledgerWith(100_000).tell(...bracketSent(), filled('buy', 100, 100), sold);
    const dayBefore = ledger.events.length;
    amend(ledger, sold.execId, { price: usd(96), commission: usd(3) }, 0);
    const moves = movesOf(ledger, dayBefore);
    expect(moves.realizedGross).toBe(usd(100));
    expect(moves.commissions).toBe(usd(2));
    expect(moves.realizedOfOpen).toBe(usd(100));
    expect(movesOf(ledger).realizedGross).toBe(usd(-400));
  });

  it('explains all cash, whatever was corrected', () => {
    fc.assert(
      fc.property(lives(), changes, (events, asked) => {
        const ledger = new Ledger().tell(...events);
        chosen(ledger, asked).forEach(({ execId, terms }, i) => {
          amend(ledger, execId, terms, i);
        });
        const { realizedGross, commissions, cash, after } = movesOf(ledger);
        const paidIn = Object.values(cash).reduce((sum, amount) => sum + amount, 0);
        const invested = [...after.values()].reduce((sum, lots) => sum + costOf(lots), 0);
        expect(ledger.book.cash + invested).toBe(paidIn + realizedGross - commissions);
      }),
      { numRuns: 150 },
    );
  });
});
