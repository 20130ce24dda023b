import { describe, expect, it } from 'vitest';
import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { epochMs } from '../../src/domain/time.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { loneStop, marketOrder } from '../../src/pipeline/bracket.ts';
import { AAA, denial, entryOf, SESSION, scene } from './gate-scene.ts';

describe('the last gate', () => {
  it('lets through what was approved and written down', async () => {
    const it = scene();
    expect(await it.enter()).toEqual({ outcome: 'accepted' });
    expect(it.reached).toEqual([`${SESSION}/scan-open/AAA/entry/1`]);
  });

  it('stops entries while trading is restricted, and nothing that reduces risk', async () => {
    const it = scene();
    await it.hold();
    it.restrict({ code: 'KILL_SWITCH', message: 'a person said so' });
    expect(await it.enter(2)).toEqual({ ...denial('KILL_SWITCH'), message: 'a person said so' });
    const ref = `${SESSION}/scan-open/AAA/stop/1`;
    expect(await it.change(ref, { stopPrice: usd(96) })).toEqual({ outcome: 'accepted' });
    const ocaGroup = it.book.order(ref)?.ocaGroup ?? null;
    const sale = marketOrder(`${SESSION}/flatten/AAA/exit/1`, {
      symbol: AAA,
      side: 'sell',
      quantity: 100,
      exitReason: 'kill',
      ocaGroup,
    });
    await it.written([sale]);
    expect(await it.gate.submitOrder(sale)).toEqual({ outcome: 'accepted' });
    expect(await it.gate.cancel(ref)).toEqual({ outcome: 'accepted' });
    it.restrict(null);
    expect(await it.enter(3)).toEqual({ outcome: 'accepted' });
  });

  it('lets nothing at all through while the broker may not be spoken to', async () => {
    const it = scene();
    await it.hold();
    const away = { outcome: 'not_sent', message: 'the broker is away' } as const;
    it.refuse(away);
    const sent = it.reached.length;
    const ref = `${SESSION}/scan-open/AAA/stop/1`;
    expect(await it.enter(2)).toEqual(away);
    expect(await it.change(ref, { stopPrice: usd(96) })).toEqual(away);
    expect(await it.gate.cancel(ref)).toEqual(away);
    expect(it.reached).toHaveLength(sent);
    it.refuse(null);
    expect(await it.enter(3)).toEqual({ outcome: 'accepted' });
  });

  it('stops what was not written down', async () => {
    const it = scene();
    expect(await it.gate.submit(entryOf(1))).toMatchObject(denial('NOT_JOURNALLED'));
    expect(await it.gate.cancel('nothing')).toMatchObject(denial('NOT_JOURNALLED'));
    expect(await it.gate.modify('nothing', {})).toMatchObject(denial('NOT_JOURNALLED'));
    expect(it.reached).toEqual([]);
  });

  it('stops other terms under a name that stands for something already', async () => {
    const it = scene();
    const asked = entryOf(1);
    await it.written([asked.entry, asked.stop], 200);
    const other = { ...asked, entry: { ...asked.entry, quantity: 150 } };
    expect(await it.gate.submit(other)).toMatchObject(denial('PAYLOAD_CONFLICT'));
    const lower = { ...asked, stop: { ...asked.stop, stopPrice: usd(90) } };
    expect(await it.gate.submit(lower)).toMatchObject(denial('PAYLOAD_CONFLICT'));
    expect(it.reached).toEqual([]);
  });

  it('takes the same again as the same, and sends it once', async () => {
    const it = scene();
    await it.enter();
    expect(await it.gate.submit(entryOf(1))).toEqual({ outcome: 'accepted' });
    expect(it.reached).toHaveLength(1);
  });

  it('never sends again what was not answered, and does what was not sent', async () => {
    const it = scene();
    const asked = entryOf(1);
    await it.written([asked.entry, asked.stop], 100);
    it.answers({ outcome: 'not_sent', message: 'down' });
    expect(await it.gate.submit(asked)).toMatchObject({ outcome: 'not_sent' });
    it.answers({ outcome: 'unknown', message: 'no answer' });
    expect(await it.gate.submit(asked)).toMatchObject({ outcome: 'unknown' });
    it.answers(null);
    expect(await it.gate.submit(asked)).toMatchObject({ outcome: 'unknown' });
    expect(it.reached).toHaveLength(2);
  });

  it('never sends what a process before it left unanswered', async () => {
    const it = scene();
    const asked = entryOf(1);
    await it.written([asked.entry, asked.stop], 100);
    const unknown = (orderRef: string): EventDraft => ({
      type: 'order.unknown',
      at: epochMs(0),
      runId: null,
      orderRef,
      cause: 'restart',
    });
    await it.write(unknown(asked.entry.orderRef), unknown(asked.stop.orderRef));
    expect(await it.gate.submit(asked)).toMatchObject({ outcome: 'unknown' });
    expect(it.reached).toEqual([]);
  });

  it('buys no more than was approved', async () => {
    const it = scene();
    expect(await it.enter(1, 100, 99)).toMatchObject(denial('CONSERVATION'));
    await it.enter(2);
    const ref = `${SESSION}/scan-open/AAA/entry/2`;
    expect(await it.change(ref, { quantity: 101 })).toMatchObject(denial('CONSERVATION'));
    const buy = {
      symbol: AAA,
      side: 'buy',
      quantity: 5,
      exitReason: null,
      ocaGroup: null,
    } as const;
    const alone = { ...marketOrder('x', buy), leg: 'entry' } as const;
    await it.written([alone]);
    expect(await it.gate.submitOrder(alone)).toMatchObject(denial('CONSERVATION'));
  });

  it('sends no entry that is larger than one order may be, whatever was approved', async () => {
    expect(await scene({ maxOrderShares: 100 }).enter(1, 100)).toEqual({ outcome: 'accepted' });
    const small = scene({ maxOrderShares: 99 });
    expect(await small.enter(1, 100)).toMatchObject(denial('ORDER_SHARES'));
    // The entry of 100 has its limit at 101.
    const cheap = scene({ maxOrderNotionalUsd: 10_100 });
    expect(await cheap.enter(1, 100)).toEqual({ outcome: 'accepted' });
    const dear = scene({ maxOrderNotionalUsd: 10_099.99 });
    expect(await dear.enter(1, 100)).toMatchObject(denial('ORDER_NOTIONAL'));
    expect([...small.reached, ...dear.reached]).toEqual([]);
  });

  it('sells no more than is owned and on its way', async () => {
    const it = scene();
    await it.hold();
    const sell = (ref: string, quantity: number, ocaGroup: string | null = null): Order => {
      const terms = { symbol: AAA, side: 'sell', quantity, exitReason: 'manual' } as const;
      return marketOrder(ref, { ...terms, ocaGroup });
    };
    const group = it.book.live(AAA).find(({ leg }) => leg === 'stop')?.ocaGroup ?? null;
    for (const [name, order, ok] of [
      ['beside the stop', sell('a', 1), false],
      ['more than owned, in the group of the stop', sell('b', 101, group), false],
      ['a second stop', loneStop('c', AAA, 1, usd(95)), false],
      ['all of it, in the group of the stop', sell('d', 100, group), true],
    ] as const) {
      await it.written([order]);
      const { outcome } = await it.gate.submitOrder(order);
      expect(outcome, name).toBe(ok ? 'accepted' : 'denied');
      if (!ok) {
        const { orderRef } = order;
        const denied = { orderRef, code: 'OVERSELL', message: '' };
        await it.write({ type: 'order.denied', at: epochMs(0), runId: null, ...denied });
      }
    }
  });

  it.each([
    ['zero shares', { quantity: 0 }, 'QUANTITY_ZERO'],
    ['less than none', { quantity: -5 }, 'QUANTITY_ZERO'],
    ['half a share', { quantity: 0.5 }, 'QUANTITY_ZERO'],
    ['a price off the grid', { limitPrice: usd(101.001) }, 'PRICE_OFF_TICK'],
    ['a stop above the entry', { limitPrice: usd(94) }, 'STOP_NOT_BELOW_ENTRY'],
    ['a symbol that is not known', { symbol: 'ZZZ' as Symbol }, 'SYMBOL_UNKNOWN'],
  ])('sends nothing of %s', async (_, change, code) => {
    const it = scene();
    const asked = entryOf(1);
    const symbol = 'symbol' in change ? { symbol: change.symbol } : {};
    const entry = { ...asked.entry, ...change };
    const odd = { ...asked, entry, stop: { ...asked.stop, ...symbol } };
    if (code === 'SYMBOL_UNKNOWN') await it.written([odd.entry, odd.stop], 100);
    expect(await it.gate.submit(odd)).toMatchObject(denial(code));
    expect(it.reached).toEqual([]);
  });

  it('holds entries to the orders of a minute, a run and a day, whatever strategies want', async () => {
    const perMinute = scene({ maxOrdersPerMinute: 3 });
    expect((await perMinute.enter(1)).outcome).toBe('accepted');
    expect(await perMinute.enter(2)).toMatchObject(denial('ORDERS_PER_MINUTE'));
    perMinute.wait(61_000);
    expect((await perMinute.enter(3)).outcome).toBe('accepted');
    const perRun = scene({ maxOrdersPerRun: 3 });
    await perRun.enter(1);
    perRun.wait(61_000);
    expect(await perRun.enter(2)).toMatchObject(denial('ORDERS_PER_RUN'));
    const perDay = scene({ maxOrdersPerDay: 3 });
    await perDay.enter(1);
    perDay.wait(61_000);
    expect(await perDay.enter(2)).toMatchObject(denial('ORDERS_PER_DAY'));
    const fast = scene({ orderBurst: 4 });
    expect((await fast.enter(1)).outcome).toBe('accepted');
    expect(await fast.enter(2)).toMatchObject(denial('ORDER_RATE'));
  });

  it('changes no order but as it was written down', async () => {
    const it = scene();
    await it.hold();
    const stop = it.book.live(AAA).find(({ leg }) => leg === 'stop')?.orderRef ?? '';
    const unwritten = { stopPrice: usd(96) };
    expect(await it.gate.modify(stop, unwritten)).toMatchObject(denial('NOT_JOURNALLED'));
    expect((await it.change(stop, unwritten)).outcome).toBe('accepted');
    expect(await it.gate.modify(stop, { stopPrice: usd(97) })).toMatchObject(
      denial('NOT_JOURNALLED'),
    );
  });

  it('counts a stop that may have grown by what it may have grown to', async () => {
    const it = scene();
    await it.hold();
    const stop = it.book.live(AAA).find(({ leg }) => leg === 'stop')?.orderRef ?? '';
    // The stop was asked to shrink and nobody knows whether it did.
    await it.write({
      type: 'order.modify_requested',
      at: epochMs(0),
      runId: null,
      orderRef: stop,
      old: { quantity: 100, limitPrice: null, stopPrice: usd(95) },
      new: { quantity: 60, limitPrice: null, stopPrice: usd(95) },
      cause: 'a test',
    });
    const part = loneStop(`${SESSION}/protect/AAA/stop/2`, AAA, 40, usd(95));
    await it.written([part]);
    expect(await it.gate.submitOrder(part)).toMatchObject(denial('OVERSELL'));
  });

  it('holds back no exit for its rate', async () => {
    const it = scene({
      maxOrdersPerDay: 2,
      maxOrdersPerMinute: 2,
      maxOrdersPerRun: 2,
      orderBurst: 4,
    });
    await it.hold();
    const group = it.book.live(AAA).find(({ leg }) => leg === 'stop')?.ocaGroup ?? null;
    const stop = it.book.live(AAA).find(({ leg }) => leg === 'stop')?.orderRef ?? '';
    for (let i = 0; i < 20; i += 1) {
      const change = { stopPrice: usd(95 + i / 100) };
      expect((await it.change(stop, change)).outcome).toBe('accepted');
    }
    const terms = { symbol: AAA, side: 'sell', quantity: 100, exitReason: 'manual' } as const;
    const exit = marketOrder(`${SESSION}/scan-open/AAA/exit/1`, { ...terms, ocaGroup: group });
    await it.written([exit]);
    expect((await it.gate.submitOrder(exit)).outcome).toBe('accepted');
  });
});
