import { describe, expect, it } from 'vitest';
import type { BrokerStatement } from '../../src/domain/account.ts';
import { usd } from '../../src/domain/money.ts';
import { openBreaks, unresolved } from '../../src/ledger/breaks.ts';
import { portfolioState } from '../../src/ledger/portfolio-state.ts';
import {
  confirmed,
  LIVE_RULES,
  type Reconciliation,
  reconcile,
  SIMULATED_RULES,
} from '../../src/ledger/reconcile.ts';
import { NOTHING_OUTSIDE } from '../../src/risk/trading-state.ts';
import type { Ledger } from './book-builder.ts';
import { AAA, BBB, dateNo, draft, minute, refOf } from './book-drafts.ts';
import { agreeing, changed, desk, foreign, without } from './reconcile-scenes.ts';

const STOP = refOf('stop');
const at = (minutes: number, seconds = 0) =>
  (minute(2, minutes) + seconds * 1000) as BrokerStatement['at'];

/** The comparison as the journal takes it. */
const completed = ({ at: when, complete, compared, discrepancies }: Reconciliation) =>
  draft('reconcile.completed', when, { complete, compared, discrepancies: [...discrepancies] });

const keys = (ledger: Ledger): string[] => openBreaks(ledger.book.breaks()).map(({ key }) => key);

const fewer = (ledger: Ledger, shares = 90): BrokerStatement => ({
  ...agreeing(ledger),
  positions: [{ symbol: AAA, quantity: shares, averageCost: null }],
});

describe('a break', () => {
  it('opens with the comparison that proves it, and ends with a complete one without it', () => {
    const ledger = desk();
    ledger.tell(completed(reconcile(ledger.book, fewer(ledger))));
    expect(keys(ledger)).toEqual(['quantity AAA']);
    expect(ledger.book.breaks()[0]).toMatchObject({ book: 100, statement: 90, difference: -10 });
    const blind = { ...agreeing(ledger), cash: null };
    ledger.tell(completed(reconcile(ledger.book, blind)));
    expect(keys(ledger)).toEqual(['quantity AAA']);
    ledger.tell(completed(reconcile(ledger.book, agreeing(ledger))));
    expect(ledger.book.breaks()).toEqual([]);
  });

  it('that somebody resolved stays so while its numbers are the same', () => {
    const ledger = desk();
    const resolve = draft('discrepancy.resolved', minute(2, 5), {
      key: 'quantity AAA',
      note: 'transfer of 10 shares under way',
      by: 'cli',
    });
    ledger.tell(completed(reconcile(ledger.book, fewer(ledger))), resolve);
    expect(keys(ledger)).toEqual([]);
    ledger.tell(completed(reconcile(ledger.book, fewer(ledger))));
    expect(keys(ledger)).toEqual([]);
    expect(ledger.book.breaks()[0]?.resolved?.note).toBe('transfer of 10 shares under way');
    ledger.tell(completed(reconcile(ledger.book, fewer(ledger, 80))));
    expect(keys(ledger)).toEqual(['quantity AAA']);
  });

  it('that somebody resolved excuses itself, with its numbers, and no other difference', () => {
    const ledger = desk();
    const { discrepancies } = reconcile(ledger.book, fewer(ledger));
    ledger.tell(
      completed(reconcile(ledger.book, fewer(ledger))),
      draft('discrepancy.resolved', minute(2, 5), {
        key: 'quantity AAA',
        note: 'known',
        by: 'cli',
      }),
    );
    const left = (found: typeof discrepancies) =>
      unresolved(found, ledger.book.breaks()).map(({ kind, symbol }) => `${kind} ${symbol}`);
    expect(left(discrepancies)).toEqual([]);
    expect(left(reconcile(ledger.book, fewer(ledger, 80)).discrepancies)).toEqual(['quantity AAA']);
    const other = discrepancies.map((row) => ({ ...row, symbol: BBB, state: 'pending' as const }));
    expect(left(other)).toEqual(['quantity BBB']);
  });

  it('is remembered by a checkpoint', () => {
    const ledger = desk();
    ledger.tell(completed(reconcile(ledger.book, fewer(ledger))));
    const { book } = desk();
    book.restore(JSON.parse(JSON.stringify(ledger.book.checkpoint())));
    expect(book.breaks()).toEqual(ledger.book.breaks());
  });

  it('is not made of what is pending', () => {
    const ledger = desk();
    const rules = { ...SIMULATED_RULES, graceMs: 10 * 24 * 3_600_000 };
    const result = reconcile(ledger.book, fewer(ledger), rules);
    expect(result.discrepancies.map(({ state }) => state)).toEqual(['pending']);
    ledger.tell(completed(result));
    expect(ledger.book.breaks()).toEqual([]);
  });
});

describe('beyond a wire', () => {
  const live = (statement: BrokerStatement, when: BrokerStatement['at'], ledger = desk()) =>
    reconcile(ledger.book, { ...statement, at: when }, LIVE_RULES);
  const states = ({ rows }: Reconciliation) =>
    rows.filter(({ kind }) => kind !== null).map(({ kind, state }) => `${kind} ${state}`);

  it('a difference on a symbol that changed in the last 30 s is pending, cash with it', () => {
    const ledger = desk();
    const statement = { ...fewer(ledger), cash: usd(1) };
    const fill = {
      execId: 'new',
      orderRef: STOP,
      symbol: AAA,
      side: 'sell' as const,
      quantity: 10,
      price: usd(95),
      commission: null,
      filledAt: at(0),
    };
    const young = { ...statement, fills: [fill] };
    expect(states(live(young, at(0, 29)))).toEqual([
      'quantity pending',
      'missing_fill pending',
      'cash pending',
    ]);
    // The entry of BBB was never answered for: only that keeps cash waiting by then.
    expect(states(live(young, at(0, 30)))).toEqual([
      'quantity break',
      'missing_fill break',
      'cash break',
    ]);
  });

  it('an order in flight keeps its symbol pending, and no other', () => {
    const ledger = desk().tell(
      draft('order.unknown', minute(1, 2), {
        orderRef: refOf('entry', { symbol: BBB }),
        cause: 'timeout',
      }),
    );
    const statement = without(fewer(ledger), refOf('entry', { symbol: BBB }));
    const soon = reconcile(ledger.book, { ...statement, at: minute(1, 9) }, LIVE_RULES);
    expect(states(soon)).toEqual(['quantity break', 'missing_order pending']);
    const later = reconcile(ledger.book, { ...statement, at: minute(1, 10) }, LIVE_RULES);
    expect(states(later)).toEqual(['quantity break', 'missing_order break']);
  });

  it('two complete reads 5 s apart make a break, of what both of them show', () => {
    const first = live(fewer(desk()), at(0));
    const moved = { ...fewer(desk()), cash: usd(1) };
    expect(states(confirmed(first, live(moved, at(0, 5)), 5000))).toEqual([
      'quantity break',
      'cash pending',
    ]);
    expect(states(confirmed(first, live(fewer(desk()), at(0, 4)), 5000))).toEqual([
      'quantity pending',
    ]);
    expect(states(confirmed(first, live(fewer(desk(), 80), at(0, 9)), 5000))).toEqual([
      'quantity pending',
    ]);
    const blind = { ...fewer(desk()), cash: null };
    expect(states(confirmed(first, live(blind, at(0, 9)), 5000))).toEqual(['quantity pending']);
    expect(states(confirmed(first, live(agreeing(desk()), at(0, 9)), 5000))).toEqual([]);
  });

  it('foreign shares are no break where they are expected', () => {
    const statement = {
      ...agreeing(desk()),
      positions: [...agreeing(desk()).positions, { symbol: BBB, quantity: 7, averageCost: null }],
    };
    const rules = { ...SIMULATED_RULES, foreignExpected: true };
    const { rows, discrepancies, positions } = reconcile(desk().book, statement, rules);
    expect(discrepancies).toEqual([]);
    expect(rows.find(({ class: kind }) => kind === 'foreign')).toMatchObject({
      state: 'information',
      statement: 7,
    });
    expect(positions).toMatchObject([
      { symbol: AAA, book: 100, statement: 100, averagePrice: 100, mark: 100, unrealized: 0 },
      { symbol: BBB, book: 0, statement: 7, averagePrice: null },
    ]);
  });

  it('an average cost further off than a cent and a basis point is shown, and proves nothing', () => {
    const costing = (dollars: number) => ({
      ...agreeing(desk()),
      positions: [{ symbol: AAA, quantity: 100, averageCost: usd(dollars) }],
    });
    // 100 shares at 100.00 and 1.00 of commission.
    const found = (dollars: number) => {
      const { rows, discrepancies } = reconcile(desk().book, costing(dollars));
      expect(discrepancies).toEqual([]);
      return rows.find(({ subject }) => subject === 'average cost');
    };
    expect(found(100.02)).toMatchObject({ class: 'match', book: 100.01, tolerance: 0.010001 });
    expect(found(100.03)).toMatchObject({ class: 'price', state: 'information', action: null });
  });
});

describe('every row that differs', () => {
  it('says what a person may do about it', () => {
    const theirs = foreign({ orderRef: '2026-01-02/scan-open/BBB/stop/1', type: 'stop' });
    const moved = changed(agreeing(desk()), STOP, { stopPrice: usd(90) });
    const statement = { ...moved, openOrders: [...moved.openOrders, theirs], cash: usd(3) };
    const { rows } = reconcile(desk().book, statement);
    const actions = rows.filter(({ kind }) => kind !== null);
    expect(actions.map(({ kind }) => kind)).toEqual(['stop_price', 'orphan_stop', 'cash']);
    for (const { action } of actions) expect(action).toMatch(/--adopt|cancel/);
    for (const row of rows.filter(({ kind }) => kind === null)) expect(row.action).toBeNull();
  });
});

describe('while a break is open', () => {
  it('nothing is entered; resolved, it blocks no more', () => {
    const ledger = desk();
    const blocked = () =>
      portfolioState(ledger.book, {
        session: dateNo(2),
        marks: new Map(),
        sectorOf: () => 'UNKNOWN',
        availableCash: ledger.book.cash,
        intensity: 1,
        cooldownSessionsAfterStop: 5,
        cooldownSessionsAfterExit: null,
        asOf: minute(2, 0),
        minEntryIntervalMs: null,
        maxConsecutiveLosses: 0,
        dailyLossFraction: 0.02,
        maxDrawdownFraction: 0.1,
        outside: NOTHING_OUTSIDE,
        lossJudgedAtClose: true,
      }).trading.restrictions.map(({ source }) => source);
    expect(blocked()).toEqual([]);
    ledger.tell(completed(reconcile(ledger.book, fewer(ledger))));
    expect(blocked()).toEqual(['reconcile_break']);
    const said = { key: 'quantity AAA', note: 'known', by: 'cli' };
    ledger.tell(draft('discrepancy.resolved', minute(2, 5), said));
    expect(blocked()).toEqual([]);
  });
});
