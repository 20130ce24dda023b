import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryHistory } from '../../src/adapters/memory/memory-history.ts';
import { BarMarketData } from '../../src/adapters/recorded/bar-market-data.ts';
import { LiveMarketData } from '../../src/adapters/recorded/live-market-data.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { epochMs, MINUTE_MS, SECOND_MS } from '../../src/domain/time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import { type RunOutcome, runPipeline } from '../../src/pipeline/run.ts';
import type { LiveQuote } from '../../src/ports/quotes.ts';
import { MemoryQuotes } from '../../src/testing/memory-quotes.ts';
import { FLAT, plainDesk, sessionOn, settingsWith, sourceOf, wanderers } from './builders.ts';

const SESSION = sessionOn('2014-12-01');
const source = sourceOf(wanderers(4));
const RULES = settingsWith({
  scan: { minActivityUsd: 0 },
  risk: { dailyLossFraction: 0.5, maxOpenRiskFraction: 0.5 },
  allowModelledQuotes: false,
});
const closeOf = (symbol: (typeof source.symbols)[number]): number =>
  source.daily(symbol).close.at(-1) ?? 0;

interface Ran {
  readonly outcome: RunOutcome;
  readonly events: readonly JournalEvent[];
  readonly sent: readonly Order[];
}

/** Half of what lies between bid and ask, at noon. */
const HALF = 0.01;

/**
 * Runs at noon by live quotes around the last close. Before the best candidate is sent `lateMs` pass, and its quote
 * becomes `then`, as fractions of the last price it had: while a person looks at it, or the broker reckons its margin.
 */
async function run(
  lateMs: number,
  then: (before: LiveQuote) => Partial<LiveQuote> | null,
  during: 'review' | 'margin' = 'review',
): Promise<Ran> {
  const asOf = epochMs(SESSION.openAt + 150 * MINUTE_MS);
  let clock: number = asOf;
  const now = () => epochMs(clock);
  const quotes = new MemoryQuotes({
    now,
    pause: (ms) => {
      clock += ms;
      return Promise.resolve();
    },
  });
  for (const symbol of source.symbols) {
    const price = Math.round(closeOf(symbol) * 100) / 100;
    const [bid, ask] = [price - HALF, price + HALF].map((side) =>
      usd(Math.round(side * 100) / 100),
    );
    quotes.put(symbol, {
      bid: bid ?? usd(0),
      ask: ask ?? usd(0),
      last: usd(price),
      at: asOf,
      kind: 'live',
      hasOpened: true,
      halted: false,
      open: usd(price),
      volume: 1,
    });
  }
  const bars = new BarMarketData(source, { halfSpreadBps: 2 });
  const market = new LiveMarketData(bars, quotes, {
    now,
    maxQuoteAgeMs: RULES.entry.maxQuoteAgeMs,
    openingWaitMs: 90_000,
  });
  const history = createMemoryHistory({
    apply: () => [],
    checkpoint: () => null,
    restore: () => {},
  });
  const sent: Order[] = [];
  const timePasses = (symbol: Symbol): void => {
    clock += lateMs;
    const before = quotes.quote(symbol);
    const changes = before === null ? null : then(before);
    quotes.put(
      symbol,
      before === null || changes === null ? null : { ...before, at: now(), ...changes },
    );
  };
  const outcome = await runPipeline(
    {
      identity: {
        mode: 'paper',
        account: 'DU1',
        name: 'desk',
        configHash: '0'.repeat(64),
        version: '1',
      },
      market,
      broker: {
        submit: ({ entry }: { entry: Order }) => {
          sent.push(entry);
          return Promise.resolve({ outcome: 'accepted' });
        },
      } as never,
      history,
      strategy: plainDesk(),
      settings: RULES,
      now,
      portfolio: () => Promise.resolve(FLAT),
      isUsed: () => false,
      exitParts: () => [],
      quotes,
      margin: ({ symbol }) => {
        if (during === 'margin') timePasses(symbol);
        return Promise.resolve({ change: usd(1), after: usd(1), equity: usd(100_000) });
      },
    },
    {
      slot: 'noon',
      slotAt: asOf,
      session: SESSION,
      top: 1,
      dryRun: false,
      review: ({ row }) => {
        if (during === 'review') timePasses(row.symbol);
        return Promise.resolve(true);
      },
    },
  );
  const events: JournalEvent[] = [];
  for await (const event of history.reader.events()) events.push(event);
  return { outcome, events, sent };
}

const decided = ({ outcome }: Ran) => {
  const [candidate] = outcome.decision?.candidates ?? [];
  return {
    quantity: candidate?.verdict.approved ?? 0,
    limitPrice: candidate?.intent?.limitPrice ?? usd(0),
    last: candidate?.referencePrice ?? usd(0),
  };
};

describe('an entry whose quote is not old when it is sent', () => {
  it('is sent as it was decided, whatever its quote has become', async () => {
    const ran = await run(10 * SECOND_MS, () => ({ halted: true }));
    const { quantity, limitPrice } = decided(ran);
    expect(ran.sent).toMatchObject([{ quantity, limitPrice }]);
    expect(ran.outcome.counts).toMatchObject({ approved: 1, submitted: 1 });
  });
});

describe('an entry whose quote has become old before it is sent', () => {
  it('is sent on a newer one, at no more than the ask of now allows', async () => {
    const ran = await run(30 * SECOND_MS, ({ bid, ask }) => ({
      bid: usd((bid - 100_000) / 1e6),
      ask: usd((ask - 100_000) / 1e6),
    }));
    const { limitPrice, quantity } = decided(ran);
    const [order] = ran.sent;
    expect(order?.limitPrice).toBeLessThan(limitPrice);
    expect(order?.quantity).toBe(quantity);
    const approved = ran.events.find((event) => event.type === 'intent.approved');
    expect(approved?.type === 'intent.approved' && approved.limitPrice).toBe(order?.limitPrice);
  });

  it.each([
    ['nobody quotes it any more', () => null, 'NO_OPENING_QUOTE'],
    ['trading in it is halted', () => ({ halted: true }), 'HALTED'],
    ['its quotes are delayed by now', () => ({ kind: 'delayed' as const }), 'QUOTE_DELAYED'],
    [
      'bid and ask lie far apart',
      ({ ask }: LiveQuote) => ({ bid: usd(ask / 2e6) }),
      'SPREAD_TOO_WIDE',
    ],
  ])('is denied where %s, which changes no decision', async (_, then, code) => {
    const ran = await run(30 * SECOND_MS, then);
    const unchanged = await run(0, () => ({}));
    expect(ran.sent).toEqual([]);
    expect(ran.outcome.counts).toMatchObject({ approved: 0, denied: 1, submitted: 0 });
    expect(Object.keys(ran.outcome.denials)).toContain(code);
    const denial = ran.events.find((event) => event.type === 'intent.denied');
    expect(denial?.type === 'intent.denied' && denial.reasons.map((one) => one.code)).toContain(
      code,
    );
    expect(ran.outcome.decision?.decisionHash).toBe(unchanged.outcome.decision?.decisionHash);
  });

  it('is denied all the same where the broker took so long to reckon its margin', async () => {
    const ran = await run(30 * SECOND_MS, () => ({ halted: true }), 'margin');
    expect(ran.sent).toEqual([]);
    expect(Object.keys(ran.outcome.denials)).toContain('HALTED');
  });

  it('never grows: neither shares nor limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -300, max: 300 }),
        fc.integer({ min: 1, max: 40 }),
        async (movedCents, widthCents) => {
          const ran = await run(30 * SECOND_MS, ({ last }) => {
            const bid = last + movedCents * 10_000;
            return { bid: usd(bid / 1e6), ask: usd((bid + widthCents * 10_000) / 1e6) };
          });
          const { quantity, limitPrice } = decided(ran);
          for (const order of ran.sent) {
            expect(order.quantity).toBeLessThanOrEqual(quantity);
            expect(order.limitPrice).toBeLessThanOrEqual(limitPrice);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
