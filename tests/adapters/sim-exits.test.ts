import { describe, expect, test } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import { bracket, exit, fives, loneStop, type Prices, session, week, world } from './sim-world.ts';

const quiet: Prices = [100, 102, 99, 101];

/** A position of 100 AAA bought on Monday's open, its stop at 95, then the given days. */
async function held(terms: Parameters<typeof bracket>[0], ...days: readonly (Prices | null)[]) {
  const it = world({ daily: { AAA: week(quiet, ...days) } });
  await it.broker.submit(bracket(terms));
  it.day(0);
  it.story();
  return it;
}

describe('a stop', () => {
  test('inside a bar fills at its price less slippage, stamped at the end of the bar', async () => {
    const it = await held({}, [99, 100, 95, 97]);
    it.day(1);
    expect(it.story()).toEqual(['AAA/stop/1 sells 100 at 94.9525, Tue close']);
  });

  test('is not reached by a low above it', async () => {
    const it = await held({}, [99, 100, 95.01, 97]);
    it.day(1);
    expect(it.story()).toEqual([]);
  });

  test.each([
    [94, '93.953'],
    [95, '94.9525'],
  ])('with an open at %f is a gap exit at the open, stamped there', async (open, price) => {
    const it = await held({}, [open, 100, 90, 97]);
    it.open(1);
    expect(it.story()).toEqual([`AAA/stop/1 sells 100 at ${price}, Tue open`]);
  });

  test('is live in the bar of an entry at its open', async () => {
    const it = world({ daily: { AAA: week([100, 101, 94, 100]) } });
    await it.broker.submit(bracket());
    it.day(0);
    expect(it.story().slice(2)).toEqual([
      'AAA/entry/1 buys 100 at 100.05, Mon open',
      'AAA/stop/1 sells 100 at 94.9525, Mon close',
    ]);
  });

  test('waits through sessions without a bar and then meets the next open', async () => {
    const it = await held({}, null, [99, 99, 99, 99, 0], [93, 94, 92, 93]);
    it.day(1);
    it.day(2);
    expect(it.story()).toEqual([]);
    it.day(3);
    expect(it.story()).toEqual(['AAA/stop/1 sells 100 at 92.9535, Thu open']);
  });

  test('moved by a modify holds at its new price', async () => {
    const it = await held({}, [99, 100, 97, 98]);
    await it.broker.modify('AAA/stop/1', { stopPrice: usd(97.5) });
    it.day(1);
    expect(it.story()).toEqual([
      'AAA/stop/1 is 100 at 97.50',
      'AAA/stop/1 sells 100 at 97.45125, Tue close',
    ]);
  });

  test('moved above the market inside a bar fills at no better than the open of the bar', async () => {
    const it = await held({}, [99, 100, 98, 99]);
    it.open(1);
    await it.broker.modify('AAA/stop/1', { stopPrice: usd(99.5) });
    it.story();
    it.close(1);
    expect(it.story()).toEqual(['AAA/stop/1 sells 100 at 98.9505, Tue close']);
  });

  test('sent on its own protects a position too', async () => {
    const it = await held({}, [99, 100, 95, 97]);
    await it.broker.cancel('AAA/stop/1');
    await it.broker.submitOrder(loneStop());
    it.story();
    it.day(1);
    expect(it.story()).toEqual(['AAA/stop/2 sells 100 at 94.9525, Tue close']);
  });

  test('on intraday bars is stamped at the end of the bar that reached it', async () => {
    const it = world({
      fives: { 0: fives(0, [100, 101, 99, 100], [100, 100, 94, 96], [96, 97, 96, 97]) },
    });
    await it.broker.submit(bracket());
    for (const bar of [0, 1, 2]) {
      it.openFive(0, bar);
      it.closeFive(0, bar);
    }
    expect(it.story().slice(2)).toEqual([
      'AAA/entry/1 buys 100 at 100.05, Mon open',
      'AAA/stop/1 sells 100 at 94.9525, Mon +10m',
    ]);
  });

  test('meets the short last bar of a session', async () => {
    const lastBar = 77;
    const bars = Array.from(
      { length: lastBar + 1 },
      (_, i): Prices => (i === lastBar ? [100, 100, 94, 96] : [100, 101, 99, 100]),
    );
    const it = world({ fives: { 0: fives(0, ...bars) } });
    await it.broker.submit(bracket());
    it.openFive(0, 0);
    it.story();
    it.close(0);
    expect(it.story()).toEqual(['AAA/stop/1 sells 100 at 94.9525, Mon close']);
  });
});

describe('a target', () => {
  test.each([
    [
      104.01,
      ['AAA/target/1 sells 100 at 104.00, Tue close', 'AAA/stop/1 cancelled: oca, Tue close'],
    ],
    [104, []],
  ])('at 104 with a high of %f', async (high, story) => {
    const it = await held({ target: 104 }, [101, high, 100, 101]);
    it.day(1);
    expect(it.story()).toEqual(story);
  });

  test('fills at a better open, without slippage', async () => {
    const it = await held({ target: 104 }, [105, 106, 90, 101]);
    it.open(1);
    expect(it.story()).toEqual([
      'AAA/target/1 sells 100 at 105.00, Tue open',
      'AAA/stop/1 cancelled: oca, Tue open',
    ]);
  });

  test('is not filled by an open at its price', async () => {
    const it = await held({ target: 104 }, [104, 104, 100, 101]);
    it.day(1);
    expect(it.story()).toEqual([]);
  });

  test('comes after the stop where one bar reaches both', async () => {
    const it = await held({ target: 104 }, [101, 105, 94, 101]);
    it.day(1);
    expect(it.story()).toEqual([
      'AAA/stop/1 sells 100 at 94.9525, Tue close',
      'AAA/target/1 cancelled: oca, Tue close',
    ]);
  });

  test('is live in the bar of an entry at its open', async () => {
    const it = world({ daily: { AAA: week([100, 105, 99, 100]) } });
    await it.broker.submit(bracket({ target: 104 }));
    it.day(0);
    expect(it.story().slice(4)).toEqual([
      'AAA/target/1 sells 100 at 104.00, Mon close',
      'AAA/stop/1 cancelled: oca, Mon close',
    ]);
  });
});

describe('a market exit', () => {
  test('sells at the next open less slippage and takes the stop of its group along', async () => {
    const it = await held({}, quiet);
    await it.broker.submitOrder(exit());
    it.story();
    it.open(1);
    expect(it.story()).toEqual([
      'AAA/exit/1 sells 100 at 99.95, Tue open',
      'AAA/stop/1 cancelled: oca, Tue open',
    ]);
  });

  test('gives way to a gap through the stop at the same open', async () => {
    const it = await held({}, [94, 96, 93, 95]);
    await it.broker.submitOrder(exit());
    it.story();
    it.open(1);
    expect(it.story()).toEqual([
      'AAA/stop/1 sells 100 at 93.953, Tue open',
      'AAA/exit/1 cancelled: oca, Tue open',
    ]);
  });

  test('waits for a bar as good till cancelled', async () => {
    const it = await held({}, null, quiet);
    await it.broker.submitOrder(exit());
    it.story();
    it.day(1);
    expect(it.story()).toEqual([]);
    it.day(2);
    expect(it.story()[0]).toBe('AAA/exit/1 sells 100 at 99.95, Wed open');
  });

  test('can be filled at the last price seen, with slippage or without', async () => {
    for (const [slippage, price] of [
      [true, '100.9495'],
      [false, '101.00'],
    ] as const) {
      const it = await held({}, quiet);
      await it.broker.submitOrder(exit());
      it.story();
      it.broker.fillAtMark('AAA/exit/1', session(0).closeAt, session(0), slippage);
      expect(it.story()).toEqual([
        `AAA/exit/1 sells 100 at ${price}, Mon close`,
        'AAA/stop/1 cancelled: oca, Mon close',
      ]);
    }
  });
});

test('gap exits come before pending exits, and both before entries, over all symbols', async () => {
  const it = world({
    daily: {
      AAA: week(quiet, quiet),
      BBB: week(quiet, quiet),
      CCC: week(quiet, [94, 96, 93, 95]),
    },
  });
  await it.broker.submit(bracket({ symbol: 'BBB' as never }));
  await it.broker.submit(bracket({ symbol: 'CCC' as never }));
  it.day(0);
  await it.broker.submit(bracket());
  await it.broker.submitOrder(exit({ symbol: 'BBB' as never }));
  it.story();
  it.open(1);
  expect(it.story().filter((line) => line.includes(' at '))).toEqual([
    'CCC/stop/1 sells 100 at 93.953, Tue open',
    'BBB/exit/1 sells 100 at 99.95, Tue open',
    'AAA/entry/1 buys 100 at 100.05, Tue open',
  ]);
});
