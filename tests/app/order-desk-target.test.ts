import { describe, expect, it } from 'vitest';
import { sellPart } from '../../src/app/sell-part.ts';
import { AAA, date, scene } from './desk-scene.ts';

const held = async () => {
  const it = scene({ target: 110 });
  await it.enter();
  await it.bar();
  return it;
};

describe('a part of a position that has a target', () => {
  it('is sold through a stop of its own size, while the rest keeps its own stop and target', async () => {
    const it = await held();
    await sellPart(it.book, it.desk, { symbol: AAA, quantity: 30 }, date);
    expect(await it.live()).toEqual([
      'exit 30 working',
      'stop 30 working',
      'stop 70 working',
      'target 70 working',
    ]);
    expect(await it.proof()).toBe('protected: cover 100 >= owned 100; sellable 100 <= 100');
    await it.bar();
    expect(await it.live()).toEqual(['stop 70 working', 'target 70 working']);
    expect(await it.proof()).toBe('protected: cover 70 >= owned 70; sellable 70 <= 70');
  });
});

describe('shares that lost their stop and have a target', () => {
  it('get a new stop', async () => {
    const it = await held();
    const stop = it.book.live(AAA).find(({ leg }) => leg === 'stop');
    it.broker.refuseLater(stop?.orderRef ?? '', '201', 'no');
    await it.look(date);
    expect(await it.live()).toEqual(['stop 100 working']);
    expect(await it.proof()).toBe('protected: cover 100 >= owned 100; sellable 100 <= 100');
  });
});
