import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { type Ledger, ledgerWith } from './book-builder.ts';
import { AAA, bracketSent, cashMoved, dateNo, draft, filled, minute } from './book-drafts.ts';

/** 1,000 AAA bought at 100 without commission, of an account of 100,000: every dollar moves the index by 1 %. */
const invested = (): Ledger =>
  ledgerWith(100_000).tell(
    ...bracketSent({ quantity: 1000 }),
    filled('buy', 1000, 100, { commission: 0 }),
  );

describe('the time-weighted index', () => {
  it('follows the account where nothing is paid in or out', () => {
    const ledger = invested().mark('close', 1, { AAA: 110 }).mark('close', 2, { AAA: 99 });
    expect(ledger.book.lastClose).toMatchObject({
      session: dateNo(2),
      equity: usd(99_000),
      peakIndex: 1.1,
      lossFraction: 0.1,
    });
    expect(ledger.book.lastClose?.index).toBeCloseTo(0.99, 12);
    expect(ledger.book.lastClose?.drawdown).toBeCloseTo(-0.1, 12);
  });

  it('does not let a deposit hide a drawdown, nor a withdrawal make one', () => {
    const hidden = invested()
      .tell(cashMoved('deposit', 50_000, 1))
      .mark('close', 1, { AAA: 91 });
    // 150,000 at the start of the day, 141,000 at its end
    expect(hidden.book.lastClose?.drawdown).toBeCloseTo(-0.06, 12);
    const paid = ledgerWith(100_000)
      .tell(cashMoved('withdrawal', -40_000, 1))
      .mark('close', 1);
    expect(paid.book.lastClose).toMatchObject({ drawdown: 0, lossFraction: 0, index: 1 });
  });

  it('is the same whatever is paid in between days', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 8 }), (deposits) => {
        // Everything stays in cash; a fee of 1 % of the account a day is the only result.
        const ledger = ledgerWith(100_000);
        deposits.forEach((amount, n) => {
          ledger.tell(cashMoved('deposit', amount, n + 1));
          const fee = Math.round(ledger.book.cash / 100) / 1e6;
          ledger.tell(cashMoved('fee', -fee, n + 1)).mark('close', n + 1);
        });
        expect(ledger.book.lastClose?.index).toBeCloseTo(0.99 ** deposits.length, 6);
        expect(ledger.book.lastClose?.peakIndex).toBe(1);
      }),
    );
  });

  it('counts dividends, interest and fees as results', () => {
    const ledger = ledgerWith(100_000).tell(
      cashMoved('dividend', 500, 1),
      cashMoved('fee', -1500, 1),
    );
    ledger.mark('close', 1);
    expect(ledger.book.lastClose).toMatchObject({ index: 0.99, lossFraction: 0.01 });
  });

  it('starts at 1 with the first close, whatever the account is worth', () => {
    expect(ledgerWith(1234).book.lastClose).toMatchObject({ index: 1, drawdown: 0, before: null });
  });

  it('stays a number where the account was empty', () => {
    const ledger = ledgerWith(0)
      .tell(cashMoved('fee', -10, 1))
      .mark('close', 1);
    expect(ledger.book.lastClose).toMatchObject({ index: 1, drawdown: 0, lossFraction: 1 });
    expect(JSON.parse(JSON.stringify(ledger.book.lastClose))).toEqual(ledger.book.lastClose);
  });
});

describe('the drawdown at an equity', () => {
  it('is measured from the peak of the index, flows since the close left out', () => {
    const { book } = invested().mark('close', 1, { AAA: 110 });
    expect(book.drawdownAt(usd(104_500))).toBeCloseTo(-0.05, 12);
    expect(book.drawdownAt(usd(120_000))).toBe(0);
    const flowed = invested()
      .mark('close', 1, { AAA: 110 })
      .tell(cashMoved('deposit', 11_000, 2));
    expect(flowed.book.drawdownAt(usd(121_000))).toBe(0);
    expect(flowed.book.drawdownAt(usd(108_900))).toBeCloseTo(-0.1, 12);
  });

  it('is 0 before the first close, and what the close then says', () => {
    const ledger = invested();
    expect(ledgerWith(0).book.drawdownAt(usd(5))).toBe(0);
    const foretold = ledger.book.drawdownAt(usd(93_000));
    ledger.mark('close', 1, { AAA: 93 });
    expect(ledger.book.lastClose?.drawdown).toBe(foretold);
  });
});

describe('the deepest drawdown', () => {
  it('stays when the account recovers, and when it makes a new peak', () => {
    const ledger = invested().mark('close', 1, { AAA: 88 }).mark('close', 2, { AAA: 99 });
    expect(ledger.book.lastClose?.deepestDrawdown).toBeCloseTo(-0.12, 12);
    expect(ledger.book.lastClose?.drawdown).toBeCloseTo(-0.01, 12);
    ledger.mark('close', 3, { AAA: 130 });
    expect(ledger.book.lastClose).toMatchObject({ drawdown: 0 });
    expect(ledger.book.lastClose?.deepestDrawdown).toBeCloseTo(-0.12, 12);
  });
});

describe('the loss of a session', () => {
  it('is taken against the equity of the close before, without flows', () => {
    const ledger = invested().tell(cashMoved('deposit', 100_000, 1));
    ledger.mark('close', 1, { AAA: 98 });
    expect(ledger.book.lastClose?.lossFraction).toBe(0.02);
  });

  it('is 0 for a gain', () => {
    expect(invested().mark('close', 1, { AAA: 101 }).book.lastClose?.lossFraction).toBe(0);
  });

  it('counts a position without a fresh mark at its stop', () => {
    const ledger = invested().mark('close', 1, { AAA: 100 }).mark('close', 2);
    // The stop is at 95; the mark stays at 100, and so does the index.
    expect(ledger.book.lastClose).toMatchObject({ lossFraction: 0.05, index: 1, drawdown: 0 });
  });
});

describe('a session that is closed twice', () => {
  it('counts once, with the facts of the second time', () => {
    const once = invested().mark('close', 1, { AAA: 110 }).mark('close', 2, { AAA: 105 });
    const twice = invested()
      .mark('close', 1, { AAA: 110 })
      .mark('close', 2, { AAA: 107 })
      .mark('close', 2, { AAA: 105 });
    expect(twice.book.lastClose).toEqual(once.book.lastClose);
    expect(twice.state.sessions).toEqual(once.state.sessions);
  });

  it('does not forget the loss that blocks the next day', () => {
    const ledger = invested().mark('close', 1, { AAA: 97 }).mark('close', 1, { AAA: 97 });
    expect(ledger.book.lastClose?.lossFraction).toBe(0.03);
  });

  it('counts a flow between the two as one of that session', () => {
    const ledger = invested()
      .mark('close', 1, { AAA: 98 })
      .tell(cashMoved('deposit', 10_000, 1));
    ledger.mark('close', 1, { AAA: 98 });
    // 110,000 at the start, 108,000 at the end
    expect(ledger.book.lastClose?.index).toBeCloseTo(108 / 110, 12);
    expect(ledger.book.lastClose?.flow).toBe(usd(10_000));
    expect(ledger.book.flowSinceClose).toBe(0);
  });
});

describe('a mark', () => {
  it('values the position; only a fresh one of a close tells of a bar of that session', () => {
    const ledger = invested().mark('run', 2, { AAA: 103 });
    expect(ledger.book.trade(AAA)).toMatchObject({ mark: usd(103), markSession: dateNo(1) });
    ledger.mark('close', 2);
    expect(ledger.book.trade(AAA)).toMatchObject({ mark: usd(103), markSession: dateNo(1) });
    ledger.mark('close', 3, { AAA: 104 });
    expect(ledger.book.trade(AAA)).toMatchObject({ mark: usd(104), markSession: dateNo(3) });
  });

  it('raises the highest close at closes alone: neither a fill nor a mark in the day is one', () => {
    const ledger = invested().mark('run', 1, { AAA: 120 }).mark('close', 1, { AAA: 97 });
    expect(ledger.book.trade(AAA)?.highestClose).toBe(usd(97));
    ledger.mark('close', 2, { AAA: 99 }).mark('close', 3, { AAA: 98 });
    expect(ledger.book.trade(AAA)?.highestClose).toBe(usd(99));
  });

  it('tells the intensity in force and since which session', () => {
    const ledger = invested().mark('run', 1, { AAA: 100 }, 0.625);
    expect(ledger.book.intensity).toBe(0.625);
    expect(ledger.book.intensitySession).toBe(dateNo(1));
  });
});

describe('a claimed slot', () => {
  const claim = (session: number) =>
    draft('slot.claimed', minute(session, 0), {
      session: dateNo(session),
      job: 'scan',
      slot: 'scan-open',
      slotAt: minute(session, 0),
    });

  it('stays claimed after closes and a restart, for its own session, name and time', () => {
    const ledger = ledgerWith(1).tell(claim(1)).mark('close', 1).mark('close', 2);
    const { book } = ledgerWith(1);
    book.restore(ledger.book.checkpoint());
    expect(book.isClaimed(dateNo(1), 'scan-open', minute(1, 0))).toBe(true);
    expect(book.isClaimed(dateNo(1), 'scan-open', minute(1, 5))).toBe(false);
    expect(book.isClaimed(dateNo(1), 'scan-midday', minute(1, 0))).toBe(false);
    expect(book.isClaimed(dateNo(2), 'scan-open', minute(2, 0))).toBe(false);
  });

  it('is forgotten after ten closes, when no clock can come back to it', () => {
    const ledger = ledgerWith(1).tell(claim(1));
    for (let session = 1; session <= 10; session++) ledger.mark('close', session);
    expect(ledger.book.isClaimed(dateNo(1), 'scan-open', minute(1, 0))).toBe(true);
    ledger.mark('close', 11);
    expect(ledger.book.isClaimed(dateNo(1), 'scan-open', minute(1, 0))).toBe(false);
  });
});
