import { describe, expect, it } from 'vitest';
import { Traded } from '../../src/ledger/traded.ts';
import { ledgerWith } from './book-builder.ts';
import { bracketSent, dateNo, filled } from './book-drafts.ts';
import { amend } from './corrections.ts';

describe('what was bought and sold', () => {
  const sold = filled('sell', 40, 110, { session: 2 });
  const ledger = () => ledgerWith(100_000).tell(...bracketSent(), filled('buy', 100, 100), sold);

  it('counts a part of a position that is still open', () => {
    expect(Traded.of(ledger().events).between(null, null)).toBe(10_000 + 4_400);
  });

  it('is told by the sessions of its executions', () => {
    const traded = Traded.of(ledger().events);
    expect(traded.between(dateNo(1), null)).toBe(4_400);
    expect(traded.between(null, dateNo(1))).toBe(10_000);
    expect(traded.clone().between(dateNo(0), dateNo(2))).toBe(14_400);
  });

  it('counts an execution as it was corrected', () => {
    const corrected = ledger();
    amend(corrected, sold.execId, { quantity: 30 }, 0);
    expect(Traded.of(corrected.events).between(null, null)).toBe(10_000 + 3_300);
  });
});
