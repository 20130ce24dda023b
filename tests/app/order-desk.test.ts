import { describe, expect, it } from 'vitest';
import { sellPart } from '../../src/app/sell-part.ts';
import { usd } from '../../src/domain/money.ts';
import type { CandidateDecision } from '../../src/pipeline/decide.ts';
import { approvedCandidate } from '../../src/testing/rehearsal.ts';
import { session } from '../adapters/sim-world.ts';
import { AAA, date, FLAT, scene } from './desk-scene.ts';

describe('an entry that fills in part', () => {
  it.each(['partial', 'full'] as const)(
    'is ended with its stop on what was bought, stops waking on %s fills',
    async (childArm) => {
      const it = scene({ participation: 0.04, childArm });
      await it.enter();
      await it.bar();
      const [entry] = it.book.live(AAA).filter(({ leg }) => leg === 'entry');
      if (entry !== undefined) await it.desk.endEntry(entry, 'ttl', date);
      await it.desk.takeIn(date);
      await it.look(date);
      expect(it.book.owned(AAA)).toBe(40);
      expect(await it.live()).toEqual(['stop 40 working']);
      expect(await it.proof()).toBe('protected: cover 40 >= owned 40; sellable 40 <= 40');
    },
  );

  it('shrinks its stop before it cancels, so that nothing could ever be oversold', async () => {
    const it = scene({ participation: 0.04 });
    await it.enter();
    await it.bar();
    const [entry] = it.book.live(AAA).filter(({ leg }) => leg === 'entry');
    if (entry === undefined) throw new Error('the entry still works');
    await it.desk.endEntry(entry, 'ttl', date);
    await it.desk.takeIn(date);
    const types = (await it.events()).map(({ type }) => type);
    expect(types.lastIndexOf('order.modified')).toBeLessThan(types.indexOf('order.cancelled'));
  });

  it('leaves through its stop, the rest of the entry withdrawn before', async () => {
    const it = scene({ participation: 0.04 });
    await it.enter();
    await it.bar();
    await it.desk.leave(AAA, 'manual', date, 'manual');
    expect(await it.live()).toEqual(['exit 40 working', 'stop 40 working']);
    await it.bar();
    expect(it.book.owned(AAA)).toBe(0);
    expect(await it.live()).toEqual([]);
  });
});

describe('a change of a working order', () => {
  const moved = { stopPrice: usd(96) };
  const stopOf = (it: ReturnType<typeof scene>) => {
    const stop = it.book.live(AAA).find(({ leg }) => leg === 'stop');
    if (stop === undefined) throw new Error('a stop works');
    return stop;
  };

  it('stands in the journal, old and new, before it is sent, and again when it is in force', async () => {
    const it = scene();
    await it.enter();
    await it.bar();
    const { orderRef } = stopOf(it);
    await it.desk.modify(orderRef, moved, 'trail');
    expect(stopOf(it)).toMatchObject({ stopPrice: usd(95), asked: moved });
    await it.desk.takeIn(date);
    expect(stopOf(it)).toMatchObject({ stopPrice: usd(96), asked: null });
    const told = (await it.events()).filter(({ type }) => type.startsWith('order.modif'));
    expect(told.map(({ type }) => type)).toEqual(['order.modify_requested', 'order.modified']);
    expect(told[0]).toMatchObject({
      old: { quantity: 100, stopPrice: usd(95) },
      new: { quantity: 100, stopPrice: usd(96) },
      cause: 'trail',
    });
  });

  it('that the broker refuses is taken back', async () => {
    const it = scene();
    await it.enter();
    await it.bar();
    const { orderRef } = stopOf(it);
    const { outcome } = await it.desk.modify(orderRef, { stopPrice: usd(96.001) }, 'trail');
    expect(outcome).toBe('rejected');
    expect(stopOf(it)).toMatchObject({ stopPrice: usd(95), asked: null });
    expect((await it.events()).at(-1)).toMatchObject({ type: 'order.modify_refused', orderRef });
  });

  it.each([
    ['was sent', true, usd(96)],
    ['was not', false, usd(95)],
  ])('of which a crash hides whether it %s is told by the next look', async (_how, sent, price) => {
    const it = scene();
    await it.enter();
    await it.bar();
    const { orderRef, quantity, limitPrice, stopPrice } = stopOf(it);
    const old = { quantity, limitPrice, stopPrice };
    await it.write({
      type: 'order.modify_requested',
      at: session(0).openAt,
      runId: null,
      orderRef,
      old,
      new: { ...old, ...moved },
      cause: 'trail',
    });
    if (sent) {
      await it.broker.modify(orderRef, moved);
      it.broker.drain();
    }
    await it.look(date);
    expect(stopOf(it)).toMatchObject({ stopPrice: price, asked: null });
  });
});

describe('a part of a position', () => {
  it('is sold through a stop of its own size, while the rest keeps its own', async () => {
    const it = scene();
    await it.enter();
    await it.bar();
    await sellPart(it.book, it.desk, { symbol: AAA, quantity: 30 }, date);
    expect(await it.live()).toEqual(['exit 30 working', 'stop 30 working', 'stop 70 working']);
    expect(await it.proof()).toBe('protected: cover 100 >= owned 100; sellable 100 <= 100');
    await it.bar();
    expect(await it.live()).toEqual(['stop 70 working']);
    expect(await it.proof()).toBe('protected: cover 70 >= owned 70; sellable 70 <= 70');
  });

  it('that is no part is not sold', async () => {
    const it = scene();
    await it.enter();
    await it.bar();
    for (const quantity of [0, -1, 100, 101])
      await sellPart(it.book, it.desk, { symbol: AAA, quantity }, date);
    expect(await it.live()).toEqual(['stop 100 working']);
  });

  it('and then all of it can leave, each share once', async () => {
    const it = scene();
    await it.enter();
    await it.bar();
    await sellPart(it.book, it.desk, { symbol: AAA, quantity: 30 }, date);
    await it.desk.leave(AAA, 'flatten', date, 'flatten');
    await it.desk.leave(AAA, 'flatten', date, 'flatten');
    const exits = (await it.live()).filter((line) => line.startsWith('exit'));
    expect(exits).toEqual(['exit 30 working', 'exit 70 working']);
    await it.bar();
    expect(it.book.owned(AAA)).toBe(0);
  });
});

describe('shares that lost their stop', () => {
  it('get a new one at the last journalled price, and both moments are written down', async () => {
    const it = scene();
    await it.enter();
    await it.bar();
    it.broker.refuseLater(it.book.live(AAA)[0]?.orderRef ?? '', '201', 'no');
    await it.desk.takeIn(date);
    await it.look(date);
    expect(await it.live()).toEqual(['stop 100 working']);
    expect(it.book.live(AAA)[0]).toMatchObject({ stopPrice: usd(95), parentRef: null });
    const told = (await it.events()).flatMap((event) =>
      event.type === 'protection.breached' ? [event.action] : [event.type],
    );
    expect(told).toContain('new_stop');
    expect(told.at(-1)).toBe('protection.restored');
  });

  it('get it once the line takes it, and are not sold for a repair that never left', async () => {
    const it = scene({ requests: ['clean', 'not_sent', 'not_sent', 'not_sent'] });
    await it.enter();
    await it.bar();
    it.broker.refuseLater(it.book.live(AAA)[0]?.orderRef ?? '', '201', 'no');
    await it.look(date);
    expect(await it.live()).toEqual([]);
    const alerts = (await it.events()).filter(({ type }) => type === 'alert.raised');
    expect(alerts).toMatchObject([{ code: 'UNPROTECTED' }]);
    // Minutes pass.
    await it.bar();
    expect(await it.live()).toEqual(['stop 100 working']);
    expect(it.book.owned(AAA)).toBe(100);
  });

  it('are sold where the price has passed it already, and a person is called', async () => {
    const it = scene({ bars: [FLAT, [94, 94.5, 93, 94, 1_000], FLAT] });
    await it.enter();
    await it.bar();
    const stop = it.book.live(AAA)[0]?.orderRef ?? '';
    it.broker.setHeld(stop, true, 'held');
    it.openFive(0, 1);
    it.broker.refuseLater(stop, '201', 'no');
    await it.desk.takeIn(date);
    await it.look(date);
    expect(await it.live()).toEqual(['exit 100 working']);
    const alerts = (await it.events()).filter(({ type }) => type === 'alert.raised');
    expect(alerts).toMatchObject([{ code: 'UNPROTECTED', level: 'critical' }]);
    await it.bar();
    await it.bar();
    expect(it.book.owned(AAA)).toBe(0);
  });
});

describe('an order that contradicts itself', () => {
  const intentOf = (change: object): Partial<CandidateDecision> => {
    const prices = { reference: usd(100), limit: usd(101), stop: usd(95) };
    const { intent } = approvedCandidate({ symbol: AAA, quantity: 100, ...prices });
    return { intent: { ...intent, ...change } as CandidateDecision['intent'] };
  };

  it.each([
    ['no shares', { verdict: { approved: 0, reasons: [] } }, 'not_sent'],
    ['less than none', { verdict: { approved: -5, reasons: [] } }, 'not_sent'],
    ['half a share', { verdict: { approved: 0.5, reasons: [] } }, 'denied'],
    ['a stop above its entry', intentOf({ stopPrice: usd(102) }), 'denied'],
    ['a price off the grid', intentOf({ limitPrice: usd(100.123) }), 'denied'],
    ['a stop off the grid', intentOf({ stopPrice: usd(95.001) }), 'denied'],
  ])('such as one for %s is denied with its reason, and nothing is sent', async (_, change, is) => {
    const it = scene();
    expect(await it.enter(100, change)).toBe(is);
    expect((await it.statement()).openOrders).toEqual([]);
    const types = (await it.events()).map(({ type }) => type);
    expect(types).toEqual(is === 'denied' ? ['intent.denied'] : []);
  });
});
