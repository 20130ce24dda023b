import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Micros, micros, usd } from '../../src/domain/money.ts';
import type { Order, OrderIntent } from '../../src/domain/order.ts';
import { withinMargin } from '../../src/pipeline/margin.ts';
import type { MarginEstimate } from '../../src/ports/exchange.ts';
import { sessionOn, settingsWith, sym } from './builders.ts';

const { entry, sizing } = settingsWith({});
const { date } = sessionOn('2014-12-01');

const intent: OrderIntent = {
  symbol: sym('AAA'),
  quantity: 200,
  referencePrice: usd(100),
  limitPrice: usd(100.5),
  stopPrice: usd(90),
  targetPrice: null,
  atr: usd(3),
  terms: {
    equity: usd(100_000),
    intensity: 1,
    riskBudget: usd(500),
    riskPerShare: usd(10),
    byRisk: 200,
    byPosition: 300,
    binding: 'risk',
  },
};

/** The entry after the broker was asked what `approved` shares of it need. */
async function reckoned(estimate: MarginEstimate | null, approved = 200) {
  const asked: Order[] = [];
  const sendable = { intent, verdict: { approved, reasons: [] } };
  const { verdict } = await withinMargin(sendable, {
    ask: (order) => {
      asked.push(order);
      return Promise.resolve(estimate);
    },
    session: date,
    slot: 'noon',
    entry,
    sizing,
  });
  return { asked, verdict };
}

const margin = (change: number, after: number, equity: number): MarginEstimate => ({
  change: usd(change),
  after: usd(after),
  equity: usd(equity),
});

describe('an entry that its broker reckons beforehand', () => {
  it('is asked for with all its shares and its limit price', async () => {
    const { asked, verdict } = await reckoned(margin(10_050, 30_000, 100_000));
    expect(asked).toMatchObject([
      { symbol: 'AAA', side: 'buy', quantity: 200, limitPrice: usd(100.5), type: 'limit' },
    ]);
    expect(verdict).toEqual({ approved: 200, reasons: [] });
  });

  it('is sized down to what the equity with loan still covers', async () => {
    // 10,000 for 200 shares is 50 each; 96,000 are taken, 4,000 are left: 80 shares.
    const { verdict } = await reckoned(margin(10_000, 106_000, 100_000));
    expect(verdict).toEqual({
      approved: 80,
      reasons: [{ code: 'MARGIN', allowed: 80, limit: 4_000, value: 10_000 }],
    });
  });

  it('is denied where what is left is not worth an order', async () => {
    const { verdict } = await reckoned(margin(10_000, 109_700, 100_000));
    expect(verdict.approved).toBe(0);
    expect(verdict.reasons.map(({ code }) => code)).toEqual(['MARGIN', 'MIN_NOTIONAL']);
  });

  it.each([
    ['the account has no room at all', margin(10_000, 130_000, 100_000)],
    ['the account lacks margin although the order needs none', margin(0, 101_000, 100_000)],
  ])('is denied where %s', async (_, estimate) => {
    const { verdict } = await reckoned(estimate);
    expect(verdict).toMatchObject({ approved: 0, reasons: [{ code: 'MARGIN', allowed: 0 }] });
  });

  it('is denied where the broker does not say', async () => {
    const { verdict } = await reckoned(null);
    expect(verdict).toMatchObject({ approved: 0, reasons: [{ code: 'MARGIN_UNKNOWN' }] });
  });

  it('is not asked for where nothing was approved', async () => {
    expect((await reckoned(null, 0)).asked).toEqual([]);
  });

  it('never grows, and never needs more than there is', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: -5_000_000_000, max: 50_000_000_000 }),
        fc.integer({ min: 0, max: 200_000_000_000 }),
        fc.integer({ min: -50_000_000_000, max: 200_000_000_000 }),
        async (approved, change, before, equity) => {
          const after = before + change;
          const estimate = { change: micros(change), after: micros(after), equity: micros(equity) };
          const { verdict } = await reckoned(estimate, approved);
          expect(verdict.approved).toBeLessThanOrEqual(approved);
          if (verdict.approved === 0) return;
          const needed: Micros = micros(Math.floor((change * verdict.approved) / approved));
          expect(before + needed).toBeLessThanOrEqual(equity);
        },
      ),
    ));
});
