import { describe, expect, it } from 'vitest';
import { stricterLoss } from '../../src/app/account-worth.ts';
import { type Micros, micros, usd, ZERO } from '../../src/domain/money.ts';
import type { CloseMark } from '../../src/ledger/book-state.ts';

const LIMIT = { dailyLossFraction: 0.02 };
/** Our book was worth 100,000 at the last close and has lost 500: 1,500 are left. */
const OURS = { previousCloseEquity: usd(100_000), dayPnl: usd(-500) };

/** A book whose account was worth this at the last close, by its broker. */
const bookOf = (worth: number | null, flowSinceClose: Micros = ZERO) => ({
  lastClose: (worth === null ? {} : { worth: usd(worth) }) as CloseMark,
  flowSinceClose,
});

describe('the loss of a day', () => {
  it("is the account's where that leaves less of its own limit than our book's leaves of ours", () => {
    const account = { previousCloseEquity: usd(150_000), dayPnl: usd(-1_600) };
    expect(stricterLoss(OURS, usd(148_400), bookOf(150_000), LIMIT)).toEqual(account);
    const small = { previousCloseEquity: usd(60_000), dayPnl: usd(0) };
    expect(stricterLoss(OURS, usd(60_000), bookOf(60_000), LIMIT)).toEqual(small);
  });

  it("is our book's where the account has more left, and where both have the same", () => {
    expect(stricterLoss(OURS, usd(149_000), bookOf(150_000), LIMIT)).toBe(OURS);
    expect(stricterLoss(OURS, usd(148_500), bookOf(150_000), LIMIT)).toBe(OURS);
  });

  it('takes no deposit for a gain, and no withdrawal for a loss', () => {
    const paidIn = bookOf(150_000, usd(5_000));
    expect(stricterLoss(OURS, usd(153_000), paidIn, LIMIT).dayPnl).toBe(usd(-2_000));
    const paidOut = bookOf(150_000, usd(-5_000));
    expect(stricterLoss(OURS, usd(145_000), paidOut, LIMIT)).toBe(OURS);
  });

  it("is our book's where the broker has not said what the account is, or was, worth", () => {
    expect(stricterLoss(OURS, null, bookOf(150_000), LIMIT)).toBe(OURS);
    expect(stricterLoss(OURS, micros(1), bookOf(null), LIMIT)).toBe(OURS);
    expect(stricterLoss(OURS, micros(1), { lastClose: null, flowSinceClose: ZERO }, LIMIT)).toBe(
      OURS,
    );
  });
});
