import { describe, expect, test } from 'vitest';
import { settlesOn } from '../../src/adapters/sim/sim-settlement.ts';
import { usd } from '../../src/domain/money.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { commissionModel } from '../../src/risk/commission.ts';
import {
  AAA,
  bracket,
  exit,
  fives,
  type Prices,
  session,
  type World,
  week,
  world,
} from './sim-world.ts';

const quiet: Prices = [100, 102, 99, 101];
const FIXED = { commission: commissionModel('ibkr-fixed') };

describe('the statement', () => {
  test('ties cash, cost and value to the Micro', async () => {
    const it = world({ daily: { AAA: week(quiet, quiet) } }, FIXED);
    await it.broker.submit(bracket());
    it.day(0);
    // 100 x 100.05 + 1.00 commission; marked at the close of 101.
    expect(await it.statement()).toMatchObject({
      cash: usd(100_000 - 10_005 - 1),
      netLiquidation: usd(89_994 + 10_100),
      positions: [{ symbol: AAA, quantity: 100, averageCost: usd(100.06) }],
    });
    await it.broker.submitOrder(exit());
    it.open(1);
    // 100 x 99.95 less 1.00, SEC 18.40 per million and activity fee.
    const fees = 1 + (9_995 * 18.4) / 1e6 + 0.0119;
    const cash = usd(Number((89_994 + 9_995 - fees).toFixed(6)));
    expect(await it.statement()).toMatchObject({ cash, netLiquidation: cash, positions: [] });
  });

  test('keeps the average cost of the shares that remain when some are sold', async () => {
    const bars = week(quiet, [100, 102, 99, 101, 400]);
    const it = world({ daily: { AAA: bars } }, { ...FIXED, participationFraction: 0.1 });
    await it.broker.submit(bracket());
    it.day(0);
    await it.broker.submitOrder(exit());
    it.day(1);
    expect((await it.statement()).positions).toEqual([
      { symbol: AAA, quantity: 60, averageCost: usd(100.06) },
    ]);
  });

  test('marks at the open once the bar has started, and at the close once it has ended', async () => {
    const it = world({ daily: { AAA: week(quiet, [97, 102, 96, 98]) } });
    await it.broker.submit(bracket());
    it.day(0);
    const value = async () => (await it.statement()).netLiquidation;
    const cash = 100_000 - 10_005;
    expect(await value()).toBe(usd(cash + 10_100));
    it.open(1);
    expect(await value()).toBe(usd(cash + 9_700));
    it.close(1);
    expect(await value()).toBe(usd(cash + 9_800));
    it.day(2);
    expect(await value()).toBe(usd(cash + 9_800));
  });
});

describe('the commission of an order that fills in parts', () => {
  test('is one order’s, however many fills of the day it took', async () => {
    const bar: Prices = [100, 102, 99, 101, 400];
    const bars = {
      daily: { AAA: week(quiet) },
      fives: { 0: fives(0, quiet), 1: fives(1, bar, bar, bar) },
    };
    const it = world(bars, { ...FIXED, participationFraction: 0.1 });
    await it.broker.submit(bracket());
    it.openFive(0, 0);
    await it.broker.submitOrder(exit());
    it.broker.drain();
    for (const i of [0, 1, 2]) it.openFive(1, i);
    const fills = it.broker
      .drain()
      .flatMap((event) => (event.kind === 'filled' ? [event.fill] : []));
    expect(fills.map(({ quantity }) => quantity)).toEqual([40, 40, 20]);
    // 100 shares at 99.95: one minimum, SEC 18.40 per million of 9,995, activity fee.
    const paid = fills.reduce((total, { commission }) => total + (commission ?? 0), 0);
    expect(paid).toBe(usd(Number((1 + 0.183908 + 0.0119).toFixed(6))));
  });

  const inParts = async (...volumes: number[]) => {
    const bars = week(quiet, ...volumes.map((volume): Prices => [100, 102, 99, 101, volume]));
    const it = world({ daily: { AAA: bars } }, { ...FIXED, participationFraction: 0.1 });
    await it.broker.submit(bracket());
    it.day(0);
    await it.broker.submitOrder(exit());
    it.broker.drain();
    it.day(1);
    it.day(2);
    return it.broker
      .drain()
      .flatMap((event) => (event.kind === 'filled' ? [event.fill.commission] : []));
  };

  test('is charged anew on each trading day, as an order that lives overnight is', async () => {
    const [first, second] = await inParts(400, 1000);
    // 40 and 60 shares at 99.95: the minimum each day, SEC 18.40 per million, activity fee.
    expect(first).toBe(usd(Number((1 + 0.073563 + 0.00476).toFixed(6))));
    expect(second).toBe(usd(Number((1 + 0.110345 + 0.00714).toFixed(6))));
  });
});

describe('a split', () => {
  const split = (value: number) => [
    { symbol: AAA, exDate: session(1).date, kind: 'split', value } as const,
  ];

  async function splitBy(value: number, after: Prices, quantity = 101): Promise<World> {
    const it = world({ daily: { AAA: week(quiet, after) }, actions: split(value) });
    await it.broker.submit(bracket({ quantity, stop: 95.01, target: 110.01 }));
    it.day(0);
    it.story();
    return it;
  }

  test('moves shares, stop and target to the new terms before the open', async () => {
    const it = await splitBy(2, [50, 51, 47.6, 50]);
    expect(it.broker.startSession(session(1)).splits).toEqual([
      {
        symbol: AAA,
        exDate: session(1).date,
        ratio: 2,
        quantityBefore: 101,
        quantityAfter: 202,
        cashInLieu: 0,
      },
    ]);
    // Half of 95.01 is 47.505, down to the tick; half of 110.01 is 55.005, up to it.
    expect(it.story()).toEqual(['AAA/stop/1 is 202 at 47.50', 'AAA/target/1 is 202 at 55.01']);
    const { netLiquidation } = await it.statement();
    expect(netLiquidation).toBe(usd(100_000 - 101 * 100.05 + 101 * 101));
    it.day(1);
    expect(it.story()).toEqual([]);
  });

  test('pays a fraction of a share in cash at the last mark', async () => {
    const it = await splitBy(0.5, [200, 202, 198, 200]);
    const [applied] = it.broker.startSession(session(1)).splits;
    // 50.5 shares at 202: half a share is 101.
    expect(applied).toMatchObject({ quantityAfter: 50, cashInLieu: usd(101) });
    expect(it.story()).toEqual(['AAA/stop/1 is 50 at 190.02', 'AAA/target/1 is 50 at 220.02']);
    const { cash, netLiquidation } = await it.statement();
    expect(cash).toBe(usd(100_000 - 101 * 100.05 + 101));
    expect(netLiquidation).toBe(usd(100_000 - 101 * 100.05 + 101 * 101));
  });

  test('that leaves no whole share ends the position and its orders', async () => {
    const it = await splitBy(0.001, [100_000, 100_000, 100_000, 100_000]);
    it.broker.startSession(session(1));
    expect(it.story()).toEqual([
      'AAA/stop/1 cancelled: split, Tue open',
      'AAA/target/1 cancelled: split, Tue open',
    ]);
    expect((await it.statement()).positions).toEqual([]);
    expect((await it.statement()).cash).toBe(usd(100_000 - 101 * 100.05 + 101 * 101));
  });

  test('of one in three given with six decimals keeps whole shares whole', async () => {
    const it = await splitBy(0.333333, [300, 303, 297, 300], 99);
    expect(it.broker.startSession(session(1)).splits).toMatchObject([
      { quantityAfter: 33, cashInLieu: 0 },
    ]);
  });

  test('happens once, at the open where nobody began the session', async () => {
    const it = await splitBy(2, [50, 51, 49, 50]);
    it.open(1);
    expect(it.story()).toHaveLength(2);
    expect(it.broker.startSession(session(1)).splits).toEqual([]);
    it.day(2);
    expect((await it.statement()).positions).toMatchObject([{ quantity: 202 }]);
  });

  test('that fell on sessions when the account slept is caught up', async () => {
    const it = await splitBy(2, [50, 51, 49, 50]);
    expect(it.broker.startSession(session(3)).splits).toHaveLength(1);
  });
});

describe('a cash account', () => {
  test('may spend the proceeds of a sale only when it has settled', async () => {
    const it = world({ daily: { AAA: week(quiet, quiet) } }, { accountKind: 'cash' });
    await it.broker.submit(bracket());
    it.day(0);
    await it.broker.submitOrder(exit());
    it.day(1);
    const { cash } = await it.statement();
    const proceeds = usd(100 * 99.95);
    // Sold on Tuesday, T+3: to be used on Friday.
    expect(it.broker.settledCash(session(3).date)).toBe((cash as number) - proceeds);
    expect(it.broker.settledCash(session(4).date)).toBe(cash);
    for (const day of [2, 3, 4]) it.day(day);
    expect(it.broker.state().unsettled).toEqual([]);
  });

  test.each([
    ['2017-09-01', '2017-09-07'],
    ['2017-09-05', '2017-09-07'],
    ['2024-05-24', '2024-05-29'],
    ['2024-05-28', '2024-05-29'],
    ['2014-12-30', '2015-01-05'],
  ])('settles a trade of %s on %s', (trade, settles) => {
    expect(settlesOn(sessionDate(trade))).toBe(settles);
  });

  test('is the exception: a margin account spends at once', async () => {
    const it = world({ daily: { AAA: week(quiet, quiet) } });
    await it.broker.submit(bracket());
    it.day(0);
    await it.broker.submitOrder(exit());
    it.day(1);
    expect(it.broker.settledCash(session(1).date)).toBe((await it.statement()).cash);
  });
});

describe('an account that was saved', () => {
  const bars = { daily: { AAA: week(quiet, [100, 102, 99, 101, 400], [94, 96, 93, 95]) } };
  const options = { ...FIXED, participationFraction: 0.1 };

  test('goes on as if nothing had happened', async () => {
    const first = world(bars, options);
    await first.broker.submit(bracket());
    first.day(0);
    await first.broker.submitOrder(exit());
    first.day(1);
    const state = JSON.parse(JSON.stringify(first.broker.state()));
    const second = world(bars, { ...options, startingCash: usd(1), restore: state });
    second.goTo(session(1).closeAt);
    expect(second.broker.state()).toEqual(state);
    expect(await second.statement()).toEqual(await first.statement());
    first.day(2);
    second.day(2);
    expect(second.broker.drain()).toEqual(first.broker.drain());
    expect(second.broker.state()).toEqual(first.broker.state());
  });

  test('still knows the orders it was sent', async () => {
    const first = world(bars, options);
    await first.broker.submit(bracket());
    first.day(0);
    const second = world(bars, { ...options, restore: first.broker.state() });
    second.broker.drain();
    expect(await second.broker.submit(bracket())).toEqual({ outcome: 'accepted' });
    expect(second.story()).toEqual([]);
  });

  test('holds dollars as numbers and instants as text', async () => {
    const it = world(bars, options);
    await it.broker.submit(bracket());
    it.day(0);
    const { cash, fills } = it.broker.state();
    expect(cash).toBe(89_994);
    expect(fills).toMatchObject([
      { price: 100.05, commission: 1, filledAt: '2015-03-02T14:30:00.000Z' },
    ]);
  });

  test('is not taken for another account', () => {
    const state = world({}).broker.state();
    expect(() => world({}, { account: 'SIM2', restore: state })).toThrow('SIM1');
  });

  test('is refused where it was damaged, and the fault is named', () => {
    const state = world({}).broker.state();
    const damaged = { ...state, cash: 'much' } as never;
    expect(() => world({}, { restore: damaged })).toThrow(
      expect.objectContaining({
        code: 'HISTORY_DAMAGED',
        details: [expect.stringContaining('cash')],
      }),
    );
  });

  test('forgets what ended more than thirty days ago', async () => {
    const it = world(bars, FIXED);
    await it.broker.submit(bracket());
    it.day(0);
    await it.broker.cancel('AAA/stop/1');
    const friday = session(4);
    const month = 42 * 86_400_000;
    it.broker.endOfSession({ ...friday, closeAt: (friday.closeAt + month) as never });
    const { finished, fills } = it.broker.state();
    expect([finished, fills]).toEqual([[], []]);
    expect((await it.statement()).positions).toMatchObject([{ quantity: 100 }]);
  });
});
