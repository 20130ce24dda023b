import { describe, expect, it } from 'vitest';
import { nextSession } from '../../src/calendar/nyse.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import { assertExists } from '../../src/domain/result.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { UNRESTRICTED } from '../../src/domain/trading-state.ts';
import {
  accountValue,
  type PortfolioView,
  portfolioState,
} from '../../src/ledger/portfolio-state.ts';
import { NOTHING_OUTSIDE } from '../../src/risk/trading-state.ts';
import { Ledger, ledgerWith } from './book-builder.ts';
import {
  AAA,
  BBB,
  bracketOrders,
  bracketSent,
  cashMoved,
  dateNo,
  draft,
  exitOrder,
  filled,
  minute,
  modified,
  refOf,
  SESSIONS,
  submitted,
} from './book-drafts.ts';

interface Seen {
  readonly session?: number;
  /** Fresh prices in dollars. */
  readonly prices?: Readonly<Record<string, number>>;
  readonly stale?: Readonly<Record<string, number>>;
}

const stateOf = (ledger: Ledger, seen: Seen = {}, more: Partial<PortfolioView> = {}) =>
  portfolioState(ledger.book, viewOf(seen, more));

function viewOf({ session = 2, prices = {}, stale = {} }: Seen, more: Partial<PortfolioView> = {}) {
  const marks = new Map<Symbol, { price: ReturnType<typeof usd>; fresh: boolean }>();
  for (const [name, price] of Object.entries(prices)) {
    marks.set(name as Symbol, { price: usd(price), fresh: true });
  }
  for (const [name, price] of Object.entries(stale)) {
    marks.set(name as Symbol, { price: usd(price), fresh: false });
  }
  return {
    session: dateNo(session),
    marks,
    sectorOf: (name: Symbol) => (name === AAA ? 'TECH' : 'UNKNOWN'),
    intensity: 0.625,
    cooldownSessionsAfterStop: 5,
    cooldownSessionsAfterExit: null,
    asOf: minute(session, 0),
    minEntryIntervalMs: null,
    maxConsecutiveLosses: 0,
    availableCash: usd(1_000),
    dailyLossFraction: 0.02,
    maxDrawdownFraction: 0.1,
    outside: NOTHING_OUTSIDE,
    lossJudgedAtClose: true,
    ...more,
  };
}

/** 1,000 AAA bought at 100 without commission in session 1, with a stop at 95. */
const invested = (): Ledger =>
  ledgerWith(200_000).tell(
    ...bracketSent({ quantity: 1000 }),
    filled('buy', 1000, 100, { commission: 0 }),
  );

describe('the account as a decision sees it', () => {
  it('is worth less, and has less to spend, by what commissions will have cost', () => {
    const prices = { AAA: 103 };
    const known = stateOf(invested(), { prices });
    const unknown = stateOf(invested(), { prices }, { estimatedCommissions: usd(7) });
    expect(known.equity - unknown.equity).toBe(usd(7));
    expect(known.dayPnl - unknown.dayPnl).toBe(usd(7));
    expect(known.availableCash - unknown.availableCash).toBe(usd(7));
    expect(unknown.cash).toBe(known.cash);
  });

  it('is worth what a valuation without its limits says', () => {
    const [{ book }, view] = [invested(), viewOf({ prices: { AAA: 103 } })];
    expect(portfolioState(book, view)).toMatchObject(accountValue(book, view));
  });

  it('is valued at the marks that are given', () => {
    const state = stateOf(invested(), { prices: { AAA: 103 } });
    expect(state).toMatchObject({
      equity: usd(203_000),
      cash: usd(100_000),
      previousCloseEquity: usd(200_000),
      dayPnl: usd(3_000),
      intensity: 0.625,
      drawdown: 0,
      trading: UNRESTRICTED,
    });
    expect(state.positions).toMatchObject([
      {
        symbol: AAA,
        quantity: 1000,
        averagePrice: usd(100),
        mark: usd(103),
        markStale: false,
        initialStop: usd(95),
        stop: usd(95),
        entrySession: dateNo(1),
        sessionsHeld: 2,
        highestClose: usd(103),
        sector: 'TECH',
      },
    ]);
  });

  it('leaves flows out of the day’s result', () => {
    const ledger = invested().tell(cashMoved('deposit', 50_000, 1), cashMoved('fee', -10, 1));
    expect(stateOf(ledger, { prices: { AAA: 99 } }).dayPnl).toBe(usd(-1010));
  });

  it('has no result of a day before the first close', () => {
    const state = stateOf(new Ledger().tell(cashMoved('deposit', 5_000)));
    expect(state).toMatchObject({ dayPnl: 0, previousCloseEquity: usd(5_000), drawdown: 0 });
  });

  it('knows the highest close only from closes', () => {
    const ledger = invested().mark('close', 1, { AAA: 98 }).mark('close', 2, { AAA: 97 });
    expect(stateOf(ledger, { session: 3, prices: { AAA: 99 } }).positions[0]?.highestClose).toBe(
      usd(98),
    );
  });

  it('has a stop only while its order may fill', () => {
    const gone = draft('order.cancelled', minute(1, 9), { orderRef: refOf('stop'), cause: 'tws' });
    const [position] = stateOf(invested().tell(gone), { prices: { AAA: 100 } }).positions;
    expect(position).toMatchObject({ stop: null, initialStop: usd(95) });
  });

  it('follows the stop to where the broker says it is', () => {
    const [, stop] = bracketOrders({ quantity: 1000 });
    const ledger = invested().tell(modified(stop as never, { stop: 97 }));
    expect(stateOf(ledger, { prices: { AAA: 100 } }).positions[0]?.stop).toBe(usd(97));
  });
});

describe('a position without a fresh mark', () => {
  it('is stale at its last mark, whether an old price is known or none', () => {
    const ledger = invested().mark('close', 1, { AAA: 104 });
    for (const seen of [{}, { stale: { AAA: 104 } }]) {
      const state = stateOf(ledger, seen);
      expect(state.positions[0]).toMatchObject({ mark: usd(104), markStale: true });
      expect(state.equity).toBe(usd(204_000));
    }
  });

  it('counts at the worse of mark and stop in the day’s result', () => {
    const ledger = invested().mark('close', 1, { AAA: 104 });
    expect(stateOf(ledger, { stale: { AAA: 104 } }).dayPnl).toBe(usd(-9_000));
    // Below its stop already, the mark is the worse one.
    expect(stateOf(ledger, { stale: { AAA: 94 } }).dayPnl).toBe(usd(-10_000));
  });
});

describe('entries that may still fill', () => {
  it('count with what is left of them, at limit and stop', () => {
    const ledger = ledgerWith(100_000).tell(
      ...bracketSent({ target: 120 }),
      filled('buy', 30, 100),
      ...bracketSent({ symbol: BBB }),
      draft('order.unknown', minute(1, 1), {
        orderRef: refOf('entry', { symbol: BBB }),
        cause: 'timeout',
      }),
      submitted(exitOrder({ quantity: 30 })),
    );
    const terms = { limitPrice: usd(101), stopPrice: usd(95) };
    expect(stateOf(ledger).working).toEqual([
      { symbol: AAA, remaining: 70, ...terms, sector: 'TECH', unknown: false },
      { symbol: BBB, remaining: 100, ...terms, sector: 'UNKNOWN', unknown: true },
    ]);
  });

  it('at the market count at the price they were approved for, not at their stop', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent({ limit: null, target: 120 }));
    expect(stateOf(ledger).working[0]).toMatchObject({
      limitPrice: usd(101),
      stopPrice: usd(95),
    });
  });

  it('risk their whole value where their stop is gone', () => {
    const gone = draft('order.rejected', minute(1, 1), {
      orderRef: refOf('stop'),
      code: '201',
      message: 'no',
    });
    const ledger = ledgerWith(100_000).tell(...bracketSent({ target: 120 }), gone);
    expect(stateOf(ledger).working[0]?.stopPrice).toBe(0);
  });

  it('are counted for the session they were sent in', () => {
    const ledger = ledgerWith(100_000).tell(...bracketSent(), ...bracketSent({ symbol: BBB }));
    expect(stateOf(ledger, { session: 1 }).entriesToday).toBe(2);
    expect(stateOf(ledger, { session: 2 }).entriesToday).toBe(0);
  });
});

describe('cooling down', () => {
  /** The session before Presidents' Day, 2026-02-16. */
  const friday = SESSIONS.findIndex(({ date }) => date === '2026-02-13');
  const left = (ref?: string): Ledger => {
    const ledger = ledgerWith(100_000).tell(
      ...bracketSent({ session: friday }),
      submitted(exitOrder({ session: friday }), friday),
      filled('buy', 100, 100, { session: friday, ref: refOf('entry', { session: friday }) }),
    );
    const stop = ref ?? refOf('stop', { session: friday });
    return ledger.tell(filled('sell', 100, 94, { session: friday, ref: stop }));
  };

  it('blocks the day of the stop and five calendar sessions after it, over a holiday', () => {
    const ledger = left();
    expect(dateNo(friday + 1)).toBe('2026-02-17');
    const cool = [0, 1, 2, 3, 4, 5, 6].map(
      (days) => stateOf(ledger, { session: friday + days }).coolingDown.length,
    );
    expect(cool).toEqual([1, 1, 1, 1, 1, 1, 0]);
  });

  it('follows a trail as well, and no other exit', () => {
    expect(
      stateOf(left(refOf('exit', { session: friday })), { session: friday }).coolingDown,
    ).toEqual([]);
    const moved = ledgerWith(100_000).tell(...bracketSent(), filled('buy', 100, 100));
    const [, stop] = bracketOrders();
    moved.tell(modified(stop as never, { stop: 99 }), filled('sell', 100, 98.9));
    expect(moved.trade().exitReason).toBe('trail');
    expect(stateOf(moved).coolingDown).toEqual([AAA]);
  });

  it('names a symbol once, in order', () => {
    const ledger = ledgerWith(100_000);
    for (const [n, name] of [BBB, AAA, BBB].entries()) {
      const terms = { symbol: name, generation: n + 1 };
      const [entry, stop] = [refOf('entry', terms), refOf('stop', terms)];
      const at = { symbol: name, minutes: n * 2 };
      ledger.tell(...bracketSent(terms), filled('buy', 100, 100, { ...at, ref: entry }));
      ledger.tell(filled('sell', 100, 94, { symbol: name, minutes: n * 2 + 1, ref: stop }));
    }
    expect(stateOf(ledger).coolingDown).toEqual([AAA, BBB]);
  });
});

/** Who blocks entries, in the order in which they are told. */
const blockedBy = ({ trading }: ReturnType<typeof stateOf>): string[] =>
  trading.restrictions.map(({ source }) => source);

describe('entries are off', () => {
  /** Closed session 1 with this price of AAA; 1 dollar is half a percent of the account. */
  const closedAt = (price: number): Ledger => invested().mark('close', 1, { AAA: price });

  it('in the session after a loss that reached the limit at its close, and in that one alone', () => {
    const ledger = closedAt(96);
    const blocks = [2, 3].map((session) => blockedBy(stateOf(ledger, { session })));
    expect(blocks).toEqual([['daily_loss'], []]);
    expect(blockedBy(stateOf(closedAt(96.01)))).toEqual([]);
    expect(blockedBy(stateOf(ledger, {}, { lossJudgedAtClose: false }))).toEqual([]);
  });

  it('in the next session also where a holiday lies between', () => {
    const friday = SESSIONS.findIndex(({ date }) => date === '2026-02-13');
    const ledger = invested()
      .mark('close', friday - 1, { AAA: 100 })
      .mark('close', friday, { AAA: 95 });
    expect(nextSession(sessionDate('2026-02-13')).date).toBe('2026-02-17');
    expect(blockedBy(stateOf(ledger, { session: friday + 1 }))).toContain('daily_loss');
  });

  it('once the drawdown has reached its limit, and stay off when the account recovers', () => {
    const ledger = closedAt(80);
    expect(blockedBy(stateOf(ledger))).toContain('drawdown');
    ledger.mark('close', 2, { AAA: 81 }).mark('close', 3, { AAA: 99 });
    const state = stateOf(ledger, { session: 4, prices: { AAA: 99 } });
    expect(blockedBy(state)).toEqual(['drawdown']);
    expect(state.drawdown).toBeCloseTo(-0.005, 12);
    expect(blockedBy(stateOf(closedAt(80.01)))).not.toContain('drawdown');
  });

  it('while the kill switch is set, whatever else holds', () => {
    expect(
      blockedBy(stateOf(closedAt(80), {}, { outside: { ...NOTHING_OUTSIDE, killSwitch: true } })),
    ).toContain('kill');
    expect(
      blockedBy(stateOf(ledgerWith(1), {}, { outside: { ...NOTHING_OUTSIDE, killSwitch: true } })),
    ).toContain('kill');
  });

  it('for no reason of its own in a new account', () => {
    expect(blockedBy(stateOf(ledgerWith(100_000), { session: 1 }))).toEqual([]);
  });
});

describe('closed trades', () => {
  it('are kept by exit time, then symbol, with their R', () => {
    const ledger = ledgerWith(100_000);
    for (const name of [BBB, AAA]) {
      ledger.tell(...bracketSent({ symbol: name }), filled('buy', 100, 100, { symbol: name }));
    }
    const sold = (name: Symbol, price: number) => filled('sell', 100, price, { symbol: name });
    ledger.tell(sold(BBB, 110), sold(AAA, 94));
    const closed = ledger.book.closedTrades();
    expect(closed.map(({ symbol: name }) => name)).toEqual([AAA, BBB]);
    expect(closed.map(({ netR }) => netR)).toEqual([-602 / 500, 998 / 500]);
    expect(assertExists(closed[0], 'a trade').exitReason).toBe('stop');
  });
});
