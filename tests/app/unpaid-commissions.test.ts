import { describe, expect, it } from 'vitest';
import { unpaidCommissions } from '../../src/app/valuation.ts';
import { type Micros, micros, usd, ZERO } from '../../src/domain/money.ts';
import { accountBridge } from '../../src/reporting/account-bridge.ts';
import { type Ledger, ledgerWith } from '../ledger/book-builder.ts';
import {
  bracketSent,
  commissionCame,
  dateNo,
  draft,
  filled,
  minute,
} from '../ledger/book-drafts.ts';

const CONFIG = { costs: { commission: 'ibkr-fixed' } } as never;
const bought = filled('buy', 1_000, 100, { commission: null });
const owed = ({ book }: Ledger): Micros => unpaidCommissions({ book, config: CONFIG });

/** 1,000 AAA bought at 100; nobody has said what that cost. */
const unpaid = (): Ledger => ledgerWith(200_000).tell(...bracketSent({ quantity: 1_000 }), bought);

/** Values the account at 100 a share, less what will have been paid. */
function mark(ledger: Ledger): void {
  const { cash } = ledger.book;
  const estimatedCommissions = owed(ledger);
  ledger.tell(
    draft('account.marked', minute(1, 300), {
      session: dateNo(1),
      cause: 'close',
      equity: micros(cash - estimatedCommissions + usd(100_000)),
      cash,
      ...(estimatedCommissions === 0 ? {} : { estimatedCommissions }),
      exposure: usd(100_000),
      openRisk: ZERO,
      unrealized: ZERO,
      openEntryCommissions: ZERO,
      drawdown: 0,
      intensity: 1,
      flow: ZERO,
      marks: [{ symbol: bought.symbol, quantity: 1_000, mark: usd(100), stale: false }],
    }),
  );
}

describe('a commission that is not known yet', () => {
  it('counts by the model: 1,000 shares at 0.005', () => {
    expect(owed(unpaid())).toBe(usd(5));
  });

  it('counts for a trade that has ended too, and for each fill by itself', () => {
    const paid = filled('sell', 1_000, 110, { commission: 4 });
    expect(owed(unpaid().tell(paid).closeTrades())).toBe(usd(5));
    const owing = filled('sell', 1_000, 110, { commission: null });
    // The fees of a sale come on top of 5.00 each way.
    expect(owed(unpaid().tell(owing).closeTrades())).toBeGreaterThan(usd(10));
  });

  it('counts no more once it is known', () => {
    expect(owed(unpaid().tell(commissionCame(bought.execId, 5.25)))).toBe(ZERO);
  });

  it('leaves nothing unexplained in the bridge, while it is estimated and when it comes', () => {
    const ledger = unpaid();
    mark(ledger);
    ledger.tell(commissionCame(bought.execId, 5.25));
    mark(ledger);
    const [start = null, end = null] = ledger.events
      .filter((event) => event.type === 'account.marked')
      .slice(-2);
    const events = { earlier: [], today: ledger.events, marks: [] };
    const bridge = accountBridge({ start, end }, events, [], 'live');
    expect(bridge.unexplained).toBe(0);
    const rows = new Map(bridge.rows?.map(({ id, amount }) => [id, amount]));
    expect(rows.get('commissions')).toBe(-5.25);
    expect(rows.get('estimatedCommissions')).toBe(5);
  });
});
