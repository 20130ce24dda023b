import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/time.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { storyOfTrade } from '../../src/reporting/why.ts';
import { type Ledger, ledgerWith } from '../ledger/book-builder.ts';
import {
  AAA,
  bracketSent,
  draft,
  exitOrder,
  filled,
  minute,
  submitted,
} from '../ledger/book-drafts.ts';

const terms = { symbol: AAA, owned: 100, sellable: 100, entryRemainder: 0 };
const breached = (minutes: number): EventDraft =>
  draft('protection.breached', minute(1, minutes), {
    ...terms,
    state: 'under',
    cover: 0,
    action: 'new_stop',
  });
const restored = (minutes: number): EventDraft =>
  draft('protection.restored', minute(1, minutes), {
    ...terms,
    state: 'protected',
    cover: 100,
    uncoveredMs: 3_200,
  });

const told = (ledger: Ledger): string[] =>
  storyOfTrade(ledger.trade(), null, ledger.events).steps.map(({ text }) => text);

describe('the story of a trade', () => {
  it('says where its shares were not protected, what was done, and how long that was', () => {
    const ledger = ledgerWith(100_000).tell(
      ...bracketSent(),
      filled('buy', 100, 100, { minutes: 1 }),
      breached(2),
      restored(3),
      filled('sell', 100, 95, { minutes: 60 }),
    );
    const texts = told(ledger.closeTrades());
    expect(texts.filter((text) => text.includes('protected'))).toEqual([
      'not protected (under): cover 0 of 100 owned, sells up to 100; a new stop is sent',
      'protected again: cover 100 of 100 owned, sells up to 100; 3.2 s without a working stop',
    ]);
    const places = ['bought 100', 'not protected', 'protected again', 'sold 100'].map((word) =>
      texts.findIndex((text) => text.startsWith(word)),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places.every((place) => place >= 0)).toBe(true);
  });

  it('says nothing of what befell the symbol before it began and after it ended', () => {
    const ledger = ledgerWith(100_000).tell(
      ...bracketSent(),
      breached(1),
      restored(2),
      filled('buy', 100, 100, { minutes: 5 }),
      filled('sell', 100, 95, { minutes: 60 }),
      breached(61),
    );
    expect(told(ledger).filter((text) => text.includes('protected'))).toEqual([]);
  });

  it('has the sale that ended it, also where the broker, which counts seconds, stamps it before it was sent', () => {
    const exit = exitOrder();
    const ledger = ledgerWith(100_000).tell(
      ...bracketSent(),
      filled('buy', 100, 100, { minutes: 1 }),
      submitted(exit, 1, epochMs(minute(1, 60) + 300)),
      filled('sell', 100, 101, { ref: exit.orderRef, minutes: 60 }),
    );
    expect(ledger.trade()).toMatchObject({ status: 'closed', exitRef: exit.orderRef });
    const texts = told(ledger);
    expect(texts.some((text) => text.startsWith('sent: sell 100, market'))).toBe(true);
    expect(texts.some((text) => text.startsWith('sold 100 at 101'))).toBe(true);
  });

  it('tells a change that was asked for, refused and made, and what a correction said', () => {
    const fill = filled('buy', 100, 100, { minutes: 1 });
    const [, , stop] = bracketSent();
    if (stop?.type !== 'order.submitted') throw new Error('a bracket has a stop');
    const { orderRef } = stop;
    const old = { quantity: 100, limitPrice: null, stopPrice: stop.stopPrice };
    const { execId, symbol, side, session, quantity, price, commission, filledAt } = fill;
    const ledger = ledgerWith(100_000).tell(
      ...bracketSent(),
      fill,
      draft('order.modify_requested', minute(1, 2), {
        orderRef,
        old,
        new: { ...old, quantity: 60 },
        cause: 'scale out',
      }),
      draft('order.modify_refused', minute(1, 2), { orderRef, cause: 'the line is down' }),
      draft('fill.corrected', minute(1, 3), {
        execId,
        orderRef: fill.orderRef,
        symbol,
        side,
        session,
        old: { quantity, price, commission },
        by: [
          {
            execId: 'x',
            quantity,
            price: stop.stopPrice ?? price,
            commission,
            filledAt,
            inferred: false,
          },
        ],
        revision: 1,
        cause: 'corrected by the broker',
      }),
    );
    const texts = told(ledger);
    expect(texts).toContain('asked to change: quantity 100 to 60 (scale out)');
    expect(texts).toContain('not changed: the line is down');
    expect(texts).toContain('corrected: 100 at 100.00 were 100 at 95.00 (corrected by the broker)');
  });
});
