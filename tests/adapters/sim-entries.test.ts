import { describe, expect, test } from 'vitest';
import type { EpochMs } from '../../src/domain/time.ts';
import { bracket, fives, session, week, world } from './sim-world.ts';

const quiet = [100, 102, 99, 101] as const;

async function enters(
  prices: readonly [number, number, number, number, number?] | null,
  terms: Parameters<typeof bracket>[0] = {},
): Promise<string[]> {
  const it = world({ daily: { AAA: week(prices) } });
  await it.broker.submit(bracket(terms));
  it.story();
  it.open(0);
  return it.story();
}

describe('an entry at the open of a daily bar', () => {
  test('pays the open and slippage, not rounded to ticks', async () => {
    expect(await enters(quiet)).toEqual(['AAA/entry/1 buys 100 at 100.05, Mon open']);
    expect(await enters([37.13, 38, 37, 38], { stop: 36, limit: 38 })).toEqual([
      'AAA/entry/1 buys 100 at 37.148565, Mon open',
    ]);
  });

  test('rounds half a Micro of slippage to even', async () => {
    // 5 bps are 0.0500005 and 0.0500015: down to 50000 and up to 50002 Micros.
    expect(await enters([100.001, 102, 99, 101])).toEqual([
      'AAA/entry/1 buys 100 at 100.051, Mon open',
    ]);
    expect(await enters([100.003, 102, 99, 101])).toEqual([
      'AAA/entry/1 buys 100 at 100.053002, Mon open',
    ]);
  });

  test('never pays more than its limit', async () => {
    expect(await enters(quiet, { limit: 100.02 })).toEqual([
      'AAA/entry/1 buys 100 at 100.02, Mon open',
    ]);
    expect(await enters(quiet, { limit: 100 })).toEqual([
      'AAA/entry/1 buys 100 at 100.00, Mon open',
    ]);
  });

  test('expires when the open is above the limit, though the bar falls to it', async () => {
    expect(await enters([100.01, 102, 96, 101], { limit: 100 })).toEqual([
      'AAA/entry/1 expired: limit, Mon open',
      'AAA/stop/1 cancelled: parent_ended, Mon open',
    ]);
  });

  test('has no limit as a market order', async () => {
    expect(await enters([104, 105, 103, 104], { limit: null })).toEqual([
      'AAA/entry/1 buys 100 at 104.052, Mon open',
    ]);
  });

  test.each([
    ['above the band', [103.01, 104, 103, 104], { limit: 110, band: [97, 103] }],
    ['below the band', [96.99, 98, 96, 97], { band: [97, 103] }],
    ['at the stop', [95, 98, 94, 97], {}],
    ['below the stop', [94, 98, 93, 97], {}],
    ['above the band and above the limit', [103.01, 104, 103, 104], { band: [97, 103] }],
  ] as const)('expires as a gap when the open is %s', async (_, prices, terms) => {
    expect((await enters(prices, terms))[0]).toBe('AAA/entry/1 expired: gap, Mon open');
  });

  test.each([
    [[103, 104, 103, 104], '103.0515'],
    [[97, 98, 96, 97], '97.0485'],
  ] as const)('still fills at the edge of the band (%j)', async (prices, price) => {
    expect(await enters(prices, { limit: 110, band: [97, 103] })).toEqual([
      `AAA/entry/1 buys 100 at ${price}, Mon open`,
    ]);
  });

  test.each([
    ['has no bar', null],
    ['has a bar without volume', [100, 100, 100, 100, 0]],
  ] as const)('expires when the session %s', async (_, prices) => {
    expect(await enters(prices)).toEqual([
      'AAA/entry/1 expired: no_bar, Mon open',
      'AAA/stop/1 cancelled: parent_ended, Mon open',
    ]);
  });

  test('sent after the open waits, and as a DAY order is gone at the close', async () => {
    const it = world({ daily: { AAA: week(quiet, quiet) } });
    it.open(0);
    await it.broker.submit(bracket());
    it.story();
    it.close(0);
    it.end(0);
    expect(it.story()).toEqual([
      'AAA/entry/1 expired: day, Mon close',
      'AAA/stop/1 cancelled: parent_ended, Mon close',
    ]);
  });

  test('sent at the close belongs to the next session', async () => {
    const it = world({ daily: { AAA: week(quiet, quiet) } });
    it.day(0);
    await it.broker.submit(bracket());
    it.end(0);
    it.story();
    it.open(1);
    expect(it.story()).toEqual(['AAA/entry/1 buys 100 at 100.05, Tue open']);
  });
});

describe('an entry on intraday bars', () => {
  const falling = [
    [100.5, 100.6, 100.01, 100.4],
    [100.4, 100.5, 99.99, 100.2],
    [100.2, 101, 100, 100.9],
  ] as const;

  async function rests(terms: Parameters<typeof bracket>[0], bars: typeof falling = falling) {
    const it = world({ fives: { 0: fives(0, ...bars) } });
    await it.broker.submit(bracket(terms));
    it.story();
    for (const bar of [0, 1, 2]) {
      it.openFive(0, bar);
      it.closeFive(0, bar);
    }
    return it.story();
  }

  test('rests at its limit until a trade through it by one tick, and fills at the limit', async () => {
    expect(await rests({ limit: 100 })).toEqual(['AAA/entry/1 buys 100 at 100.00, Mon +10m']);
  });

  test('is not filled by a trade at its limit', async () => {
    expect(await rests({ limit: 99.99 })).toEqual([]);
  });

  test('fills at a later open that is at or below its limit', async () => {
    const dip = [falling[0], [99.5, 99.8, 99.4, 99.7], falling[2]] as const;
    expect(await rests({ limit: 100 }, dip as never)).toEqual([
      'AAA/entry/1 buys 100 at 99.54975, Mon +5m',
    ]);
  });

  test('waits until it is cancelled', async () => {
    const it = world({ fives: { 0: fives(0, ...falling) } });
    await it.broker.submit(bracket({ limit: 100 }));
    it.openFive(0, 0);
    it.closeFive(0, 0);
    await it.broker.cancel('AAA/entry/1');
    it.story();
    it.openFive(0, 1);
    it.closeFive(0, 1);
    expect(it.story()).toEqual([]);
  });

  test('takes its stop in the bar that filled it, but its target only from the next', async () => {
    const both = [falling[0], [100.4, 106, 94, 100], [105, 106, 104, 105]] as const;
    expect(await rests({ limit: 100, target: 104 }, both as never)).toEqual([
      'AAA/entry/1 buys 100 at 100.00, Mon +10m',
      'AAA/stop/1 sells 100 at 94.9525, Mon +10m',
      'AAA/target/1 cancelled: oca, Mon +10m',
    ]);
    const up = [falling[0], [100.4, 106, 99, 100], [101, 104.01, 100, 102]] as const;
    expect(await rests({ limit: 100, target: 104 }, up as never)).toEqual([
      'AAA/entry/1 buys 100 at 100.00, Mon +10m',
      'AAA/target/1 sells 100 at 104.00, Mon +15m',
      'AAA/stop/1 cancelled: oca, Mon +15m',
    ]);
  });

  test('sent inside a bar takes no price of that bar', async () => {
    const it = world({ fives: { 0: fives(0, ...falling) } });
    it.openFive(0, 1);
    await it.broker.submit(bracket({ limit: 100 }));
    it.story();
    it.closeFive(0, 1);
    expect(it.story()).toEqual([]);
  });

  test('expires when its five minutes have no bar', async () => {
    const it = world({ fives: { 0: fives(0, falling[0], null, falling[2]) } });
    await it.broker.submit(bracket({ limit: 100 }));
    it.openFive(0, 0);
    it.closeFive(0, 0);
    it.story();
    it.openFive(0, 1);
    expect(it.story()[0]).toBe('AAA/entry/1 expired: no_bar, Mon +5m');
  });

  test('of a symbol with daily bars only fills at the session open alone', async () => {
    const it = world({
      fives: { 0: fives(0, ...falling) },
      daily: { AAA: [], BBB: week([50, 51, 49, 50]) },
    });
    await it.broker.submit(bracket({ symbol: 'BBB' as never, limit: 51, stop: 45 }));
    it.story();
    it.openFive(0, 1);
    expect(it.story()).toEqual([]);
    it.broker.openBars(session(0).openAt, session(0));
    expect(it.story()).toEqual(['BBB/entry/1 buys 100 at 50.025, Mon open']);
  });
});

test('an entry that is sent after a bar began fills at the next one, not at prices before it', async () => {
  const it = world({ fives: { 0: fives(0, [100, 101, 99, 100], [100.5, 101, 100, 101]) } });
  it.goTo((session(0).openAt + 1_000) as EpochMs);
  await it.broker.submit(bracket());
  it.story();
  it.broker.openBars(session(0).openAt, session(0));
  expect(it.story()).toEqual([]);
  it.closeFive(0, 0);
  expect(it.story()).toEqual([]);
  it.openFive(0, 1);
  expect(it.story()).toEqual(['AAA/entry/1 buys 100 at 100.55025, Mon +5m']);
});
