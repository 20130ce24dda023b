import { describe, expect, test } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { bracket, exit, loneStop, type Prices, type World, week, world } from './sim-world.ts';

const quiet: Prices = [100, 102, 99, 101];
/** A bar that can take 40 of our shares where we may be a tenth of it. */
const thin = (...[open, high, low, close]: readonly number[]): Prices =>
  [open, high, low, close, 400] as never;
const TENTH = { participationFraction: 0.1 };

const quantities = async (it: World): Promise<Record<string, string>> => {
  const { openOrders } = await it.statement();
  return Object.fromEntries(
    openOrders.map((order) => [
      order.orderRef,
      `${order.status} ${order.filledQuantity}/${order.quantity}`,
    ]),
  );
};

describe('where a bar takes only part of an order', () => {
  test('the entry fills in part and its remainder is gone at the close', async () => {
    const it = world({ daily: { AAA: week(thin(100, 102, 99, 101)) } }, TENTH);
    await it.broker.submit(bracket());
    it.story();
    it.day(0);
    expect(it.story()).toEqual([
      'AAA/entry/1 buys 40 at 100.05, Mon open',
      'AAA/entry/1 expired: day, Mon close',
      'AAA/stop/1 is 40 at 95.00',
    ]);
    expect(await quantities(it)).toEqual({ 'AAA/stop/1': 'working 0/40' });
  });

  test('an exit goes on at the next opens, and the stop of its group shrinks with it', async () => {
    const it = world({ daily: { AAA: week(quiet, thin(100, 102, 99, 101), quiet) } }, TENTH);
    await it.broker.submit(bracket());
    it.day(0);
    await it.broker.submitOrder(exit());
    it.story();
    it.day(1);
    expect(it.story()).toEqual([
      'AAA/exit/1 sells 40 at 99.95, Tue open',
      'AAA/stop/1 is 60 at 95.00',
    ]);
    it.day(2);
    expect(it.story()).toEqual([
      'AAA/exit/1 sells 60 at 99.95, Wed open',
      'AAA/stop/1 cancelled: oca, Wed open',
    ]);
  });

  test('a stop that was reached sells its rest at the next open, wherever that is', async () => {
    const it = world({ daily: { AAA: week(quiet, thin(99, 100, 94, 97), quiet) } }, TENTH);
    await it.broker.submit(bracket());
    it.day(0);
    it.story();
    it.day(1);
    it.day(2);
    expect(it.story()).toEqual([
      'AAA/stop/1 sells 40 at 94.9525, Tue close',
      'AAA/stop/1 sells 60 at 99.95, Wed open',
    ]);
  });

  test('open and inside of a bar share what it can take', async () => {
    const it = world({ daily: { AAA: week(thin(100, 102, 94, 101)) } }, TENTH);
    await it.broker.submit(bracket({ quantity: 30 }));
    it.story();
    it.day(0);
    expect(it.story()).toEqual([
      'AAA/entry/1 buys 30 at 100.05, Mon open',
      'AAA/stop/1 sells 10 at 94.9525, Mon close',
    ]);
  });
});

describe('the stop of an entry that filled in part', () => {
  const partly = async (childArm: 'partial' | 'full') => {
    const bars = week(thin(100, 102, 94, 101), thin(100, 102, 99, 101));
    const it = world({ daily: { AAA: bars } }, { participationFraction: 0.2, childArm });
    const asked = bracket({ quantity: 140 });
    await it.broker.submit({ ...asked, entry: { ...asked.entry, timeInForce: 'GTC' } });
    it.story();
    it.open(0);
    return it;
  };

  test('is working at once where children wake with the first share', async () => {
    const it = await partly('partial');
    expect(await quantities(it)).toEqual({
      'AAA/entry/1': 'partial 80/140',
      'AAA/stop/1': 'working 0/140',
    });
  });

  test('sleeps where children wake with the whole entry', async () => {
    const it = await partly('full');
    expect(await quantities(it)).toEqual({
      'AAA/entry/1': 'partial 80/140',
      'AAA/stop/1': 'submitted 0/140',
    });
    it.close(0);
    it.open(1);
    expect(it.story()).toEqual([
      'AAA/entry/1 buys 80 at 100.05, Mon open',
      'AAA/entry/1 buys 60 at 100.05, Tue open',
    ]);
    expect(await quantities(it)).toEqual({ 'AAA/stop/1': 'working 0/140' });
  });

  test('sells no more than is owned, and goes on guarding what may still come', async () => {
    const bars = week(thin(100, 102, 99, 101), [94.5, 96, 94, 95]);
    const it = world({ daily: { AAA: bars } }, TENTH);
    const asked = bracket();
    await it.broker.submit({ ...asked, entry: { ...asked.entry, timeInForce: 'GTC' } });
    it.story();
    it.open(0);
    it.close(0);
    it.open(1);
    expect(it.story()).toEqual([
      'AAA/entry/1 buys 40 at 100.05, Mon open',
      'AAA/stop/1 sells 40 at 94.45275, Tue open',
      'AAA/entry/1 expired: gap, Tue open',
      'AAA/stop/1 cancelled: parent_ended, Tue open',
    ]);
    expect((await it.statement()).positions).toEqual([]);
  });

  test.each([
    ['kept', ['AAA/entry/1 cancelled: requested, Mon open', 'AAA/stop/1 is 40 at 95.00']],
    [
      'cancelled',
      [
        'AAA/entry/1 cancelled: requested, Mon open',
        'AAA/stop/1 cancelled: parent_ended, Mon open',
      ],
    ],
  ] as const)('is %s when the remainder is cancelled, as configured', async (childFate, story) => {
    const it = world({ daily: { AAA: week(thin(100, 102, 99, 101)) } }, { ...TENTH, childFate });
    await it.broker.submit(bracket());
    it.open(0);
    it.story();
    await it.broker.cancel('AAA/entry/1');
    expect(it.story()).toEqual(story);
  });

  test('stays as it is when it was shrunk before the remainder was cancelled', async () => {
    const it = world({ daily: { AAA: week(thin(100, 102, 99, 101)) } }, TENTH);
    await it.broker.submit(bracket());
    it.open(0);
    await it.broker.modify('AAA/stop/1', { quantity: 40 });
    it.story();
    await it.broker.cancel('AAA/entry/1');
    expect(it.story()).toEqual(['AAA/entry/1 cancelled: requested, Mon open']);
    expect(await quantities(it)).toEqual({ 'AAA/stop/1': 'working 0/40' });
  });

  test('awake only for a complete entry, it wakes when a part is all there will be', async () => {
    const bars = week(thin(100, 102, 99, 101), [99, 100, 94, 97]);
    const it = world({ daily: { AAA: bars } }, { ...TENTH, childArm: 'full' });
    await it.broker.submit(bracket());
    it.day(0);
    it.story();
    it.day(1);
    expect(it.story()).toEqual(['AAA/stop/1 sells 40 at 94.9525, Tue close']);
  });

  test('and target reduce each other to what the entry bought', async () => {
    const it = world({ daily: { AAA: week(thin(100, 105, 99, 101)) } }, TENTH);
    await it.broker.submit(bracket({ quantity: 60, target: 104 }));
    it.open(0);
    await it.broker.cancel('AAA/entry/1');
    expect(await quantities(it)).toEqual({
      'AAA/stop/1': 'working 0/40',
      'AAA/target/1': 'working 0/40',
    });
  });
});

test('the stop of one bracket leaves the shares of another alone', async () => {
  const it = world(
    { daily: { AAA: week(quiet, [100, 102, 99, 101, 400], [90, 91, 89, 90]) } },
    TENTH,
  );
  await it.broker.submit(bracket({ stop: 80 }));
  it.day(0);
  const second = bracket({ generation: 2, band: [70, 130], limit: 120 });
  await it.broker.submit({ ...second, entry: { ...second.entry, timeInForce: 'GTC' } });
  it.day(1);
  it.story();
  it.open(2);
  expect(it.story()).toEqual([
    'AAA/stop/2 sells 40 at 89.955, Wed open',
    'AAA/entry/2 expired: gap, Wed open',
    'AAA/stop/2 cancelled: parent_ended, Wed open',
  ]);
  expect(await quantities(it)).toEqual({ 'AAA/stop/1': 'working 0/100' });
});

describe('what is refused', () => {
  const opened = async (): Promise<World> => {
    const it = world({ daily: { AAA: week(quiet, quiet) } });
    await it.broker.submit(bracket());
    it.open(0);
    it.story();
    return it;
  };

  test.each([
    ['a second stop outside the group of the first', loneStop({ ocaGroup: null })],
    ['an exit outside the group of the stop', exit({ ocaGroup: null })],
    ['an exit of more than is owned', exit({ quantity: 101 })],
    ['a sale of a symbol that is not held', exit({ symbol: 'BBB' as never })],
  ])('%s, because sells would exceed what is owned', async (_, order) => {
    const it = await opened();
    expect(await it.broker.submitOrder(order)).toMatchObject({
      outcome: 'rejected',
      code: 'OVERSELL',
    });
    expect(it.story()).toEqual([]);
    expect(await quantities(it)).toEqual({ 'AAA/stop/1': 'working 0/100' });
  });

  test('a stop raised above what is owned', async () => {
    const it = await opened();
    expect(await it.broker.modify('AAA/stop/1', { quantity: 101 })).toMatchObject({
      code: 'OVERSELL',
    });
  });

  test.each([
    ['a fraction of a share', exit({ quantity: 0.5 })],
    ['no shares', exit({ quantity: 0 })],
    ['a price off the tick grid', loneStop({ stopPrice: usd(95.001) })],
    ['a stop without a price', loneStop({ stopPrice: null })],
    ['a market order with a price', exit({ limitPrice: usd(100) })],
  ])('%s', async (_, order) => {
    const it = await opened();
    expect(await it.broker.submitOrder(order)).toMatchObject({ code: 'INVALID' });
  });

  test('a bracket whose stop is not below its limit, or belongs to something else', async () => {
    const it = world({});
    const sound = bracket();
    const other = { ...sound, stop: { ...sound.stop, parentRef: 'BBB/entry/1' } };
    for (const unsound of [bracket({ stop: 101 }), other]) {
      expect(await it.broker.submit(unsound)).toMatchObject({ code: 'INVALID' });
    }
    expect(it.story()).toEqual([]);
  });

  test('a bracket sent again with another band', async () => {
    const it = await opened();
    expect(await it.broker.submit(bracket({ band: [90, 110] }))).toMatchObject({
      code: 'CONFLICT',
    });
  });

  test('changes that do not fit the order', async () => {
    const it = await opened();
    for (const change of [{ limitPrice: usd(95) }, { quantity: 0 }, { stopPrice: usd(95.001) }]) {
      expect(await it.broker.modify('AAA/stop/1', change)).toMatchObject({ code: 'INVALID' });
    }
    expect(await it.broker.modify('AAA/entry/1', { quantity: 50 })).toMatchObject({
      code: 'NOT_WORKING',
    });
  });
});

test('a stop ends with its entry where an exit of its group has sold what there was', async () => {
  const it = world({ daily: { AAA: week(thin(100, 102, 99, 101), [100.6, 102, 99, 101]) } }, TENTH);
  const asked = bracket({ limit: 100.5 });
  await it.broker.submit({ ...asked, entry: { ...asked.entry, timeInForce: 'GTC' } });
  it.day(0);
  await it.broker.submitOrder(exit({ quantity: 60 }));
  it.story();
  it.open(1);
  expect(it.story()).toEqual([
    'AAA/exit/1 sells 40 at 100.5497, Tue open',
    'AAA/stop/1 is 60 at 95.00',
    'AAA/entry/1 expired: limit, Tue open',
    'AAA/stop/1 cancelled: parent_ended, Tue open',
  ]);
});

test('a sell without shares left is cancelled, never short', async () => {
  const it = world({ daily: { AAA: week(thin(100, 102, 99, 101), quiet) } }, TENTH);
  await it.broker.submit(bracket());
  it.open(0);
  await it.broker.submitOrder(exit());
  await it.broker.cancel('AAA/entry/1');
  it.story();
  it.day(1);
  expect(it.story()).toEqual([
    'AAA/exit/1 sells 40 at 99.95, Tue open',
    'AAA/stop/1 cancelled: oca, Tue open',
    'AAA/exit/1 cancelled: nothing_to_sell, Tue open',
  ]);
  expect(await quantities(it)).toEqual({});
});
