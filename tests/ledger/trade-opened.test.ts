import { describe, expect, it } from 'vitest';
import { intake } from '../../src/ledger/intake.ts';
import type { BrokerEvent } from '../../src/ports/broker.ts';
import { type Ledger, ledgerWith } from './book-builder.ts';
import { AAA, bracketSent, dateNo, filled, refOf } from './book-drafts.ts';

const ENTRY = refOf('entry');
const desk = (): Ledger => ledgerWith(100_000).tell(...bracketSent());

/** An execution as the broker tells it: of the entry for a buy, of its stop for a sell. */
function told(side: 'buy' | 'sell', quantity: number, minutes: number): BrokerEvent {
  const recorded = filled(side, quantity, side === 'buy' ? 100 : 94, { minutes });
  const { execId, orderRef, symbol, price, commission, filledAt } = recorded;
  const fill = { execId, orderRef, symbol, side, quantity, price, commission, filledAt };
  return { kind: 'filled', fill, at: filledAt };
}

/** The round trips that were written down as opened, in order. */
const opened = (ledger: Ledger): string[] =>
  ledger.events.flatMap((event) => (event.type === 'trade.opened' ? event.tradeId : []));

describe('a round trip', () => {
  it('is opened in the step of its first execution, once, under the name the book gives it', () => {
    const ledger = desk();
    const drafts = intake(ledger.book, [told('buy', 40, 1), told('buy', 60, 2)], dateNo(1));
    expect(drafts.map(({ type }) => type)).toEqual([
      'fill.recorded',
      'trade.opened',
      'fill.recorded',
    ]);
    ledger.tell(...drafts);
    expect(opened(ledger)).toEqual([ledger.book.trade(AAA)?.tradeId]);
  });

  it('that begins anew has a name of its own, in one batch and over many', () => {
    const story = [
      told('buy', 40, 1),
      told('sell', 40, 2),
      told('buy', 30, 3),
      told('sell', 30, 4),
      told('buy', 30, 5),
    ];
    for (const batches of [[story], story.map((message) => [message])]) {
      const ledger = desk();
      for (const batch of batches) ledger.tell(...intake(ledger.book, batch, dateNo(1)));
      expect(opened(ledger)).toEqual([ENTRY, `${ENTRY}#2`, `${ENTRY}#3`]);
      expect([...ledger.trades.keys()]).toEqual(opened(ledger));
    }
  });
});
