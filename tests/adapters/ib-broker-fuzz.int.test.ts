import { afterEach, describe, expect, it } from 'vitest';
import { usd } from '../../src/domain/money.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { AAPL, bracket, ENTRY, STOP } from '../contract/orders.ts';
import { Dice, wrongBytes, wrongTokens } from './ib-misspeaking.ts';
import { closeIbWorlds, type IbWorld, ibWorld } from './ib-world.ts';

/** Streams of messages, each from a seed of its own; TRADE_LABS_TEST_LONG tries many more. */
const STREAMS = process.env.TRADE_LABS_TEST_LONG ? 10_000 : 200;
const AT_ONCE = 10;
const EVER = 0 as EpochMs;
const PLACE = 3;
const CANCEL = 4;
/** Where an order message has what is told apart here, at server version 193. */
const FIELDS = { id: 1, action: 16, quantity: 17, orderRef: 26 } as const;

afterEach(closeIbWorlds);

const uncaught: unknown[] = [];
process.on('uncaughtException', (error) => uncaught.push(error));

/** Trades while the server says one thing in so many wrong. */
async function trade(it: IbWorld): Promise<void> {
  await it.broker.submit(bracket);
  it.server.print(AAPL, 100);
  await it.broker.modify(STOP, { stopPrice: usd(96) });
  await it.broker.statement(EVER);
  it.gateway.link.confirm(it.gateway.link.standing.episode);
  it.server.print(AAPL, 94);
  await it.broker.cancel(ENTRY);
  await it.broker.statement(EVER);
}

/** Orders that went out in all streams together: where nothing is sent, nothing wrong is either. */
let ordersSent = 0;

/** What went out that nobody asked for. */
function unasked({ sent }: IbWorld): string[] {
  const faults: string[] = [];
  const bought = new Set<unknown>();
  for (const tokens of sent) {
    if (tokens[0] !== PLACE) continue;
    ordersSent += 1;
    const { id, action, quantity, orderRef } = FIELDS;
    const isEntry = tokens[action] === 'BUY' && tokens[orderRef] === ENTRY;
    const isStop = tokens[action] === 'SELL' && tokens[orderRef] === STOP;
    if (isEntry) bought.add(tokens[id]);
    const isSmall = Number(tokens[quantity]) >= 1 && Number(tokens[quantity]) <= 100;
    if (!(isEntry || isStop) || !isSmall) faults.push(tokens.slice(1, 30).join(' '));
  }
  if (bought.size > 1) faults.push(`bought under the ids ${[...bought].join(', ')}`);
  const orders = sent.filter(([message]) => message === PLACE || message === CANCEL);
  if (orders.length > 40) faults.push(`${orders.length} messages about orders`);
  return faults;
}

async function stream(seed: number): Promise<string[]> {
  const it = await ibWorld();
  const dice = new Dice(seed);
  const often = dice.one([1, 0.5, 0.2, 0.05]);
  const isWrong = (): boolean => dice.next() < often;
  if (seed % 2 === 0)
    it.server.mutate = (tokens) => (isWrong() ? wrongTokens(dice, tokens) : tokens);
  else it.server.garble = (frame) => (isWrong() ? wrongBytes(dice, frame) : frame);
  try {
    await trade(it);
    return unasked(it).map((fault) => `seed ${seed}: ${fault}`);
  } finally {
    await it.close();
  }
}

describe('a gateway that says nonsense', () => {
  it(`ends no process, and has nothing sent that nobody asked for (${STREAMS} streams)`, async () => {
    const faults: string[] = [];
    for (let seed = 0; seed < STREAMS; seed += AT_ONCE) {
      const seeds = Array.from({ length: AT_ONCE }, (_, i) => seed + i);
      const found = await Promise.all(seeds.map(stream));
      faults.push(...found.flat());
      if (uncaught.length > 0) faults.push(`seeds from ${seed}: ${String(uncaught.splice(0))}`);
    }
    expect(faults).toEqual([]);
    expect(ordersSent).toBeGreaterThan(2 * STREAMS);
  }, 7_200_000);

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'is believed again once it speaks properly (seed %i)',
    async (seed) => {
      const it = await ibWorld();
      const dice = new Dice(seed);
      await it.broker.submit(bracket);
      it.server.print(AAPL, 100);
      it.server.garble = (frame) => (dice.next() < 0.3 ? wrongBytes(dice, frame) : frame);
      await it.broker.statement(EVER);
      it.server.garble = null;
      await expect
        .poll(async () => Object.values((await it.broker.statement(EVER)).complete))
        .toEqual([true, true, true, true]);
      const { positions, openOrders } = await it.broker.statement(EVER);
      expect(positions).toMatchObject([{ symbol: AAPL, quantity: 100 }]);
      expect(openOrders).toMatchObject([{ orderRef: STOP, quantity: 100, status: 'working' }]);
    },
  );
});
