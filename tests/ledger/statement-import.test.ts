import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIbkrActivity } from '../../src/adapters/file/ibkr-activity.ts';
import { readIbkrFlex } from '../../src/adapters/file/ibkr-flex.ts';
import type { ActivityStatement, StatedTrade } from '../../src/domain/activity.ts';
import { add, type Micros, negate, timesQuantity, toUsd, usd } from '../../src/domain/money.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import { StatementTie, type TieRow } from '../../src/ledger/statement-import.ts';
import { activityCsv } from './activity-scenes.ts';
import { type Ledger, ledgerWith } from './book-builder.ts';
import { BBB, bracketSent, cashMoved, commissionCame, dateNo, filled } from './book-drafts.ts';
import { corrected, correction, type Recorded } from './corrections.ts';
import { flexXml } from './flex-scenes.ts';

/** A week: bought, a part of it sold, another symbol with a late commission, a dividend and a fee. */
function week(): Ledger {
  const bbb = { symbol: BBB };
  return ledgerWith(100_000)
    .tell(
      ...bracketSent(),
      filled('buy', 60, 100, { commission: 0.6 }),
      filled('buy', 40, 100.05, { commission: 0.4, minutes: 1 }),
      ...bracketSent({ ...bbb, session: 2 }),
      filled('buy', 100, 50.123457, {
        ...bbb,
        ref: `${dateNo(2)}/scan-open/BBB/entry/1`,
        session: 2,
        commission: null,
        execId: 'late',
      }),
      commissionCame('late', 1.23, 3),
      filled('sell', 100, 95, { session: 3, commission: 1.31 }),
      cashMoved('dividend', 25, 3),
      cashMoved('fee', -1.5, 4),
    )
    .mark('close', 6, { BBB: 51 });
}

/** The statement that a broker would send of a journal. */
function statedOf(events: readonly JournalEvent[], ledger: Ledger) {
  const commissions = new Map<string, Micros>();
  for (const event of events) {
    if (event.type === 'commission.recorded') commissions.set(event.execId, event.commission);
  }
  const trades = events.flatMap((event): StatedTrade[] => {
    if (event.type !== 'fill.recorded') return [];
    const value = timesQuantity(event.price, event.quantity);
    const isBuy = event.side === 'buy';
    return [
      {
        symbol: event.symbol,
        date: event.session,
        quantity: isBuy ? event.quantity : -event.quantity,
        proceeds: isBuy ? negate(value) : value,
        commission: event.commission ?? commissions.get(event.execId) ?? usd(0),
      },
    ];
  });
  const cash = events.flatMap((event) =>
    event.type === 'cash.recorded' && event.session > dateNo(0)
      ? [
          {
            kind: event.kind === 'dividend' ? ('dividend' as const) : ('fee' as const),
            date: event.session,
            amount: event.amount,
            description: event.note,
          },
        ]
      : [],
  );
  return { trades, cash, end: toUsd(ledger.book.lastClose?.equity ?? usd(0)) };
}

const tied = (text: string, ledger = week()): TieRow[] =>
  tiedTo(readIbkrActivity(text, 'x.csv'), ledger);

function tiedTo(statement: ActivityStatement, ledger: Ledger): TieRow[] {
  const tie = new StatementTie(statement);
  for (const event of ledger.events) tie.add(event);
  return tie.rows();
}

const apart = (rows: readonly TieRow[]) =>
  rows.filter(({ class: kind }) => kind !== 'match').map((row) => `${row.what}: ${row.class}`);

describe('a month tied to the broker’s statement', () => {
  const stated = () => statedOf(week().events, week());

  it('ties in every figure where both saw the same', () => {
    const rows = tied(activityCsv(stated()));
    expect(apart(rows)).toEqual([]);
    expect(rows.map(({ what }) => what)).toEqual([
      ...['AAA bought 2026-01-21', 'AAA sold 2026-01-23', 'BBB bought 2026-01-22'].flatMap(
        (name) => [name, `${name}, value`, `${name}, commission`],
      ),
      'commissions',
      'dividends less tax',
      'interest',
      'fees',
      'deposits less withdrawals',
      'net asset value at the start',
      'net asset value at the end',
    ]);
    expect(rows.find(({ what }) => what === 'commissions')).toMatchObject({ book: 3.54 });
  });

  it('ties in the same figures, whichever form the statement has', () => {
    const flex = readIbkrFlex(flexXml(stated()), 'x.xml');
    expect(tiedTo(flex, week())).toEqual(tied(activityCsv(stated())));
  });

  it('ties where the broker took a trade back that the book never had', () => {
    const flex = readIbkrFlex(
      flexXml({
        ...stated(),
        moreTrades: [
          '<Trade assetCategory="STK" symbol="CCC" tradeDate="20260122" buySell="BUY" quantity="7" proceeds="-70" ibCommission="-1" />',
          '<Trade assetCategory="STK" symbol="CCC" tradeDate="20260122" buySell="BUY (Ca.)" quantity="-7" proceeds="70" ibCommission="1" />',
        ].map((trade) => trade.replace(' />', ' levelOfDetail="EXECUTION" />')),
      }),
      'x.xml',
    );
    expect(apart(tiedTo(flex, week()))).toEqual([]);
  });

  it('ties with what corrected an execution, the last correction counting', () => {
    const ledger = week();
    const wrong = ledger.events.find(
      (event): event is Recorded & JournalEvent =>
        event.type === 'fill.recorded' && event.side === 'sell',
    );
    if (wrong === undefined) throw new Error('something was sold');
    const right = stated();
    const first = corrected(wrong, { price: usd(94), execId: 'second' });
    const second = corrected(wrong, { price: usd(95.25), execId: 'third' });
    ledger.tell(correction(wrong, wrong, [first]), correction(wrong, first, [second], 2));
    const rows = tied(activityCsv(right), ledger);
    expect(apart(rows)).toEqual(['AAA sold 2026-01-23, value: price']);
    expect(rows.find(({ what }) => what === 'AAA sold 2026-01-23, value')).toMatchObject({
      book: 9_525,
      statement: 9_500,
    });
  });

  it('finds a commission that differs, in its group and in the sum', () => {
    const { trades, ...rest } = stated();
    const dearer = trades.map((trade, i) =>
      i === 0 ? { ...trade, commission: add(trade.commission, usd(0.5)) } : trade,
    );
    expect(apart(tied(activityCsv({ ...rest, trades: dearer })))).toEqual([
      'AAA bought 2026-01-21, commission: price',
      'commissions: price',
    ]);
  });

  it('finds trades that one side does not have, and quantities that differ', () => {
    const { trades, ...rest } = stated();
    const other = { ...(trades[0] as StatedTrade), symbol: 'ZZZ' };
    const changed = trades.map((trade) =>
      trade.quantity < 0 ? { ...trade, quantity: trade.quantity + 1 } : trade,
    );
    const found = apart(tied(activityCsv({ ...rest, trades: [...changed.slice(0, -1), other] })));
    expect(found).toContain('ZZZ bought 2026-01-21: missing');
    expect(found.some((row) => row.endsWith('orphan') || row.endsWith('quantity'))).toBe(true);
  });

  it('finds dividends, fees and net asset values that differ', () => {
    const { cash, ...rest } = stated();
    const rows = tied(activityCsv({ ...rest, cash: cash.slice(1), start: 99_000, end: 1 }));
    expect(apart(rows)).toEqual([
      'dividends less tax: price',
      'net asset value at the start: price',
      'net asset value at the end: price',
    ]);
    expect(rows.find(({ what }) => what === 'dividends less tax')).toMatchObject({
      book: 25,
      statement: 0,
      difference: -25,
    });
  });

  it('never loses a difference in shares, whichever group is changed by how much', () => {
    const { trades, ...rest } = stated();
    fc.assert(
      fc.property(fc.nat(trades.length - 1), fc.integer({ min: 1, max: 500 }), (at, more) => {
        const changed = trades.map((trade, i) =>
          i === at
            ? { ...trade, quantity: trade.quantity + (trade.quantity > 0 ? more : -more) }
            : trade,
        );
        const rows = tied(activityCsv({ ...rest, trades: changed }));
        const wrong = rows.filter(({ class: kind }) => kind === 'quantity');
        expect(wrong.map(({ difference }) => difference)).toEqual([more]);
      }),
      { numRuns: 40 },
    );
  });
});
