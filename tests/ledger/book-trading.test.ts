import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/time.ts';
import { BREAKERS, RESTRICTION_SOURCES } from '../../src/domain/trading-state.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { Book } from '../../src/ledger/book.ts';
import { type TradingView, tradingOf } from '../../src/ledger/trading.ts';
import { NOTHING_OUTSIDE } from '../../src/risk/trading-state.ts';
import { Ledger, ledgerWith } from './book-builder.ts';
import {
  bracketSent,
  cashMoved,
  dateNo,
  draft,
  exitOrder,
  filled,
  minute,
  refOf,
  sessionNo,
  submitted,
} from './book-drafts.ts';

const viewAt = (session: number, minutes = 0): TradingView => ({
  asOf: minute(session, minutes),
  session: dateNo(session),
  dailyLossFraction: 0.02,
  maxDrawdownFraction: 0.1,
  maxConsecutiveLosses: 0,
  lossJudgedAtClose: true,
  outside: NOTHING_OUTSIDE,
});

const told = ({ book }: Ledger, session = 1, minutes = 0): string[] =>
  tradingOf(book, viewAt(session, minutes)).restrictions.map(({ source, detail, state }) =>
    [source, detail, state].filter((part) => part !== '').join(' '),
  );

const changed = (
  source: (typeof RESTRICTION_SOURCES)[number],
  to: 'active' | 'reducing' | 'halted',
  until: number | null = null,
): EventDraft =>
  draft('trading_state.changed', minute(1, 1), {
    source,
    detail: '',
    from: 'active',
    to,
    by: 'me',
    cause: 'why',
    until: until === null ? null : minute(1, until),
  });

const killed = (positions: 'keep' | 'flatten'): EventDraft =>
  draft('kill.engaged', minute(1, 1), { by: 'me', via: 'command', positions, cause: 'why' });

const trippedAt = (breaker: (typeof BREAKERS)[number], until: number | null = null): EventDraft =>
  draft('breaker.tripped', minute(1, 1), {
    breaker,
    state: 'reducing',
    value: 2,
    limit: 1,
    cause: 'why',
    until: until === null ? null : minute(1, until),
  });

const alerted = (message: string, level: 'info' | 'warning' = 'warning'): EventDraft =>
  draft('alert.raised', minute(1, 1), { level, code: 'JOB_FAILED', message });

/** 1,000 AAA bought at 100 without commission in session 1, with a stop at 95. */
const invested = (): Ledger =>
  ledgerWith(200_000).tell(
    ...bracketSent({ quantity: 1000 }),
    filled('buy', 1000, 100, { commission: 0 }),
  );

describe('what restricts trading', () => {
  it('is told with who, when, why and until when, until it is lifted', () => {
    const ledger = ledgerWith(1).tell(changed('pause', 'reducing', 60));
    expect(tradingOf(ledger.book, viewAt(1, 2)).restrictions).toEqual([
      {
        source: 'pause',
        detail: '',
        state: 'reducing',
        since: minute(1, 1),
        by: 'me',
        why: 'why',
        until: minute(1, 60),
      },
    ]);
    expect(told(ledger, 1, 60)).toEqual([]);
    expect(told(ledger.tell(changed('pause', 'active')), 1, 2)).toEqual([]);
  });

  it('is the kill switch until it is cleared, whatever time passes', () => {
    const ledger = ledgerWith(1).tell(killed('flatten'));
    expect(told(ledger, 9)).toEqual(['kill halted']);
    expect(ledger.book.trading.kill).toBe('flatten');
    ledger.tell(draft('kill.cleared', minute(1, 5), { by: 'me', cause: 'looked' }));
    expect(told(ledger)).toEqual([]);
    expect(ledger.book.trading.kill).toBeNull();
  });

  it('is each breaker by itself, and the clock by its own name', () => {
    const ledger = ledgerWith(1).tell(
      trippedAt('slippage', 60),
      trippedAt('stop_outs', 30),
      trippedAt('clock_skew'),
    );
    expect(told(ledger, 1, 10)).toEqual([
      'stale_clock clock_skew reducing',
      'breaker slippage reducing',
      'breaker stop_outs reducing',
    ]);
    expect(told(ledger, 1, 30)).toEqual([
      'stale_clock clock_skew reducing',
      'breaker slippage reducing',
    ]);
  });

  it('is forgotten at the first close after its end', () => {
    const ledger = ledgerWith(1).tell(changed('pause', 'reducing', 60), killed('keep'));
    ledger.mark('close', 1);
    expect([...ledger.book.trading.restrictions.keys()]).toEqual(['kill']);
  });
});

describe('a drawdown that reached its limit', () => {
  it('is forgiven by a rebase, and counts from that close on', () => {
    const ledger = invested().mark('close', 1, { AAA: 80 });
    expect(told(ledger, 2)).toEqual(['daily_loss reducing', 'drawdown reducing']);
    ledger.tell(
      draft('risk.peak_rebased', sessionNo(1).closeAt, {
        session: dateNo(1),
        equity: 180_000_000_000 as never,
        cause: 'resume',
        by: 'me',
      }),
    );
    expect(told(ledger, 2)).toEqual(['daily_loss reducing']);
    expect(ledger.book.lastClose).toMatchObject({ limitDrawdown: 0, deepestDrawdown: 0 });
    expect(ledger.book.lastClose?.drawdown).toBeCloseTo(-0.1, 12);
    ledger.mark('close', 2, { AAA: 62.01 });
    expect(ledger.book.lastClose?.limitDrawdown).toBeGreaterThan(-0.1);
    expect(told(ledger, 3)).toEqual(['daily_loss reducing']);
    ledger.mark('close', 3, { AAA: 62 });
    expect(told(ledger, 4)).toEqual(['drawdown reducing']);
  });

  it('is forgiven also where its session is closed once more', () => {
    const ledger = invested().mark('close', 1, { AAA: 100 }).mark('close', 2, { AAA: 80 });
    const rebased = draft('risk.peak_rebased', sessionNo(2).closeAt, {
      session: dateNo(2),
      equity: 180_000_000_000 as never,
      cause: 'cooldown',
      by: 'limits',
    });
    ledger.tell(rebased).mark('close', 2, { AAA: 80 });
    expect(ledger.book.lastClose).toMatchObject({ limitDrawdown: 0, deepestDrawdown: 0 });
  });

  it('is not hidden by a deposit', () => {
    const ledger = invested().mark('close', 1, { AAA: 80 });
    ledger.tell(cashMoved('deposit', 1_000_000, 2)).mark('close', 2, { AAA: 80 });
    expect(ledger.book.lastClose?.limitDrawdown).toBeCloseTo(-0.1, 12);
    expect(told(ledger, 3)).toContain('drawdown reducing');
  });
});

describe('what breakers count', () => {
  const entry = (n: number): EventDraft[] => bracketSent({ generation: n });
  const rejected = (n: number): EventDraft =>
    draft('order.rejected', minute(1, n), {
      orderRef: refOf('entry', { generation: n }),
      code: '201',
      message: 'no',
    });
  const taken = (n: number): EventDraft =>
    draft('order.acknowledged', minute(1, n), {
      orderRef: refOf('entry', { generation: n }),
      brokerId: null,
    });

  it('is rejections of entries in a row: one that is taken ends the row, a trip too', () => {
    const ledger = ledgerWith(100_000).tell(...entry(1), rejected(1), ...entry(2), rejected(2));
    expect(ledger.book.trading.watched.rejections).toBe(2);
    ledger.tell(...entry(3), taken(3));
    expect(ledger.book.trading.watched.rejections).toBe(0);
    ledger.tell(...entry(4), rejected(4), trippedAt('rejections'));
    expect(ledger.book.trading.watched.rejections).toBe(0);
  });

  it('is stops with a loss in a session', () => {
    const ledger = invested().tell(filled('sell', 1000, 94, { ref: refOf('stop'), commission: 0 }));
    expect(ledger.book.trading.watched.stopOuts).toEqual({ session: dateNo(1), count: 1 });
    ledger.tell(trippedAt('stop_outs'));
    expect(ledger.book.trading.watched.stopOuts.count).toBe(0);
  });

  it('is not a sale for another reason', () => {
    const ledger = invested().tell(
      submitted(exitOrder({ quantity: 1000 })),
      filled('sell', 1000, 94, { ref: refOf('exit'), commission: 0 }),
    );
    expect(ledger.book.trading.watched.stopOuts.count).toBe(0);
  });

  it('is what the last gate refused, until a breaker tripped on it', () => {
    const denied = (code: string) =>
      draft('order.denied', minute(1, 1), { orderRef: 'x', code, message: '' });
    const ledger = ledgerWith(1).tell(denied('KILL_SWITCH'));
    expect(ledger.book.trading.watched.refused).toBeNull();
    ledger.tell(denied('ORDER_RATE'));
    expect(ledger.book.trading.watched.refused).toEqual({ code: 'ORDER_RATE', orderRef: 'x' });
    expect(ledger.tell(trippedAt('order_rate')).book.trading.watched.refused).toBeNull();
  });
});

describe('alerts', () => {
  const open = ({ book }: Ledger) => [...book.trading.alerts.values()];

  it('stay open until somebody takes note, the same one once with how often', () => {
    const ledger = ledgerWith(1).tell(alerted('a'), alerted('b'), alerted('a'));
    expect(open(ledger).map(({ message, times }) => [message, times])).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
    const [b] = open(ledger);
    ledger.tell(draft('alert.acknowledged', minute(1, 2), { alerts: [b?.id ?? 0], by: 'me' }));
    expect(open(ledger).map(({ message }) => message)).toEqual(['a']);
  });

  it('that only inform call nobody', () => {
    expect(open(ledgerWith(1).tell(alerted('a', 'info')))).toEqual([]);
  });

  it('are kept up to a hundred, the newest', () => {
    const many = Array.from({ length: 130 }, (_, n) => alerted(`n${n}`));
    const kept = open(ledgerWith(1).tell(...many));
    expect(kept).toHaveLength(100);
    expect(kept[0]?.message).toBe('n30');
  });
});

describe('a restart', () => {
  const drafts: fc.Arbitrary<EventDraft> = fc.oneof(
    fc
      .tuple(
        fc.constantFrom(...RESTRICTION_SOURCES),
        fc.constantFrom('active', 'reducing', 'halted'),
        fc.option(fc.integer({ min: 2, max: 300 })),
      )
      .map(([source, to, until]) => changed(source, to, until)),
    fc.constantFrom('keep', 'flatten').map(killed),
    fc.constant(draft('kill.cleared', minute(1, 3), { by: 'me', cause: '' })),
    fc
      .tuple(fc.constantFrom(...BREAKERS), fc.option(fc.integer({ min: 2, max: 300 })))
      .map(([breaker, until]) => trippedAt(breaker, until)),
    fc.constantFrom('a', 'b', 'c').map((message) => alerted(message)),
    fc
      .array(fc.integer({ min: 1, max: 30 }))
      .map((alerts) => draft('alert.acknowledged', minute(1, 4), { alerts, by: 'me' })),
    fc
      .constantFrom('ORDER_RATE', 'CONSERVATION', 'KILL_SWITCH')
      .map((code) => draft('order.denied', minute(1, 1), { orderRef: 'x', code, message: '' })),
  );

  it('forgets nothing: the journal, or a checkpoint and what follows, gives the state before it', () => {
    fc.assert(
      fc.property(fc.array(drafts, { maxLength: 30 }), fc.nat({ max: 30 }), (all, cut) => {
        const ledger = new Ledger().tell(...all).mark('close', 1);
        const replayed = new Book();
        const resumed = new Book();
        const before = new Ledger().tell(...all.slice(0, cut));
        resumed.restore(JSON.parse(JSON.stringify(before.book.checkpoint())));
        ledger.events.forEach((event, i) => {
          replayed.apply(event);
          if (i >= before.events.length) resumed.apply(event);
        });
        expect(replayed.checkpoint()).toEqual(ledger.book.checkpoint());
        expect(resumed.checkpoint()).toEqual(ledger.book.checkpoint());
        const view = { ...viewAt(1, 2), asOf: epochMs(minute(1, 2)) };
        expect(tradingOf(resumed, view)).toEqual(tradingOf(ledger.book, view));
      }),
    );
  });
});
