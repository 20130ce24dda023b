import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, micros, usd } from '../../src/domain/money.ts';
import { LIVE_RULES, reconcile } from '../../src/ledger/reconcile.ts';
import { CLASS_OF } from '../../src/ledger/reconcile-rows.ts';
import { lives } from '../arbitraries.ts';
import { Ledger } from './book-builder.ts';
import { AAA, BBB, filled, minute, refOf } from './book-drafts.ts';
import { agreeing, desk, kindsOf, without } from './reconcile-scenes.ts';
import { SEEDS } from './reconcile-seeds.ts';

const STOP = refOf('stop');
describe('book and statement', () => {
  it('agree where both saw the same', () => {
    const result = reconcile(desk().book, agreeing(desk()));
    // One position, three live orders, cash: the entry that has filled is none of them.
    expect(result).toMatchObject({ complete: true, unsaid: [], compared: 5, discrepancies: [] });
    expect(new Set(result.rows.map(({ class: kind }) => kind))).toEqual(new Set(['match']));
  });

  it('agree whatever happened, as long as both saw it and every stop works', () => {
    fc.assert(
      fc.property(lives(40), (events) => {
        const ledger = new Ledger().tell(...events);
        const { discrepancies } = reconcile(ledger.book, agreeing(ledger));
        // What our own stops do not cover is said of any statement.
        expect(discrepancies.filter(({ kind }) => kind !== 'unprotected')).toEqual([]);
      }),
    );
  });

  it.each(SEEDS)('differ by $name, and by nothing else', ({ seed, rows }) => {
    const { complete, discrepancies } = reconcile(desk().book, seed(agreeing(desk())));
    expect(complete).toBe(true);
    expect(discrepancies).toEqual(rows);
  });

  it('differ by both of any two of these, and by nothing else', () => {
    for (const [i, one] of SEEDS.entries()) {
      for (const other of SEEDS.slice(i + 1).filter(({ of }) => of !== one.of)) {
        const { discrepancies } = reconcile(desk().book, one.seed(other.seed(agreeing(desk()))));
        const rows = [...one.rows, ...other.rows];
        expect(discrepancies).toHaveLength(rows.length);
        expect(discrepancies).toEqual(expect.arrayContaining(rows));
      }
    }
  });

  it('differ in every way that there is a name for', () => {
    const seeded = SEEDS.flatMap(({ seed }) =>
      kindsOf(reconcile(desk().book, seed(agreeing(desk()))).discrepancies),
    );
    const late = desk().tell(filled('sell', 100, 95, { commission: null, execId: 'late' }));
    const paid = {
      execId: 'late',
      orderRef: STOP,
      symbol: AAA,
      side: 'sell',
      quantity: 100,
    } as const;
    const unpaid = reconcile(late.book, {
      ...agreeing(late),
      fills: [{ ...paid, price: usd(95), commission: usd(0.77), filledAt: minute(1, 40) }],
    });
    expect(unpaid.discrepancies).toMatchObject([{ kind: 'missing_commission', statement: 0.77 }]);
    const kinds = new Set([...seeded, ...kindsOf(unpaid.discrepancies)]);
    expect([...kinds].sort()).toEqual(Object.keys(CLASS_OF).sort());
  });

  it.each(SEEDS)('explain $name: its class, and what may be done', ({ seed }) => {
    const { rows } = reconcile(desk().book, seed(agreeing(desk())));
    const apart = rows.filter(({ kind }) => kind !== null);
    expect(apart.length).toBeGreaterThan(0);
    for (const { kind, class: named, state, action } of apart) {
      expect(named).toBe(kind === null ? 'match' : CLASS_OF[kind]);
      expect(state).toBe('break');
      expect(action).toMatch(/\w+ \w+/);
    }
  });

  it('differ where a stop is missing by the order and by the shares it leaves alone', () => {
    const { discrepancies } = reconcile(desk().book, without(agreeing(desk()), STOP));
    expect(kindsOf(discrepancies)).toEqual(['missing_stop', 'unprotected']);
  });

  it('do not differ by a cent of cash, nor by executions and zero positions of others', () => {
    const statement = agreeing(desk());
    const fill = {
      execId: 'theirs',
      orderRef: 'tws-17',
      symbol: BBB,
      side: 'buy',
      quantity: 5,
      price: usd(10),
      commission: null,
      filledAt: minute(1, 5),
    } as const;
    const flat = { symbol: BBB, quantity: 0, averageCost: null };
    const { discrepancies } = reconcile(desk().book, {
      ...statement,
      cash: add(statement.cash ?? micros(0), usd(0.01)),
      positions: [...statement.positions, flat],
      fills: [fill],
    });
    expect(discrepancies).toEqual([]);
  });

  it('do not differ by commissions that the broker has charged and not told, as far as a model goes', () => {
    const statement = agreeing(desk());
    const differing = (by: number): string[] => {
      const cash = add(statement.cash ?? micros(0), usd(by));
      const rules = { ...LIVE_RULES, graceMs: 0, inFlightMs: 0, unpaidCommissions: usd(1) };
      return kindsOf(reconcile(desk().book, { ...statement, cash }, rules).discrepancies);
    };
    expect([-1, -2].map(differing)).toEqual([[], []]);
    expect([-2.01, 0.02].map(differing)).toEqual([['cash'], ['cash']]);
  });
});
