import { expect } from 'vitest';
import {
  type IbBroker,
  type IbBrokerOptions,
  openIbBroker,
} from '../../src/adapters/ib/ib-broker.ts';
import type { IbGateway } from '../../src/adapters/ib/ib-gateway.ts';
import { serverTime } from '../../src/adapters/ib/ib-questions.ts';
import type { IbRemark } from '../../src/adapters/ib/ib-remarks.ts';
import { openIbGateway } from '../../src/adapters/ib/ib-supervisor.ts';
import { SystemTimeline, type TimeSource } from '../../src/adapters/system/system-timeline.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { type EpochMs, epochMs } from '../../src/domain/time.ts';
import type { BrokerEvent } from '../../src/ports/broker.ts';
import type { FaultName } from '../../src/testing/fake-tws/faults.ts';
import type { FakeTws, FakeTwsOptions } from '../../src/testing/fake-tws/server.ts';
import type { BrokerUnderTest } from '../contract/broker.ts';
import { AAPL, accepted, bracket } from '../contract/orders.ts';
import { WireTime } from '../simulation/wire-time.ts';
import { ACCOUNT, NOW, serve } from '../testing/fake-tws/serving.ts';

export const CLIENT = 17;
/** Before everything. */
export const EVER = 0 as EpochMs;

/** A broker over a gateway over a socket to a server for tests, and the hand on that server. */
export interface IbWorld extends BrokerUnderTest {
  readonly broker: IbBroker;
  readonly gateway: IbGateway;
  readonly server: FakeTws;
  readonly remarks: readonly IbRemark[];
  /** Ids and names of messages as they went out: 3 is an order, 4 a cancellation. */
  readonly sent: readonly (readonly unknown[])[];
  /** The highest id that was written down. */
  readonly highestId: () => number;
  /** Waits until the connection of that number is there, compares, and lets orders through again. */
  readonly reconnected: (number: number) => Promise<void>;
  /** Waits until all that was said so far has been heard. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** Another process over the same account: what this one knew is gone, but for the ids on its disk. */
  readonly restarted: (options?: Partial<IbBrokerOptions>) => Promise<IbWorld>;
}

const opened: IbWorld[] = [];

/** Closes what the tests opened. */
export async function closeIbWorlds(): Promise<void> {
  for (const world of opened.splice(0)) await world.close();
}

interface Made {
  readonly broker?: Partial<IbBrokerOptions>;
  /** How long an answer to a question may take. */
  readonly answerMs?: number;
  readonly server?: Partial<FakeTwsOptions>;
}

/** A connected and compared broker with an empty account. */
export async function ibWorld(made: Made = {}): Promise<IbWorld> {
  const { broker, server: serving, answerMs = 10_000 } = made;
  const time = new WireTime(epochMs(NOW));
  const { server, port } = await serve({ time, now: time.wallMs, ...serving });
  return join({ server, port, time, answerMs, ids: { highest: 0 } }, broker);
}

/** What outlives a process of ours. */
interface Outside {
  readonly server: FakeTws;
  readonly port: number;
  readonly time: TimeSource;
  readonly answerMs: number;
  readonly ids: { highest: number };
}

async function join(outside: Outside, options: Partial<IbBrokerOptions> = {}): Promise<IbWorld> {
  const { server, port, time, answerMs, ids } = outside;
  const timeline = new SystemTimeline({ source: time });
  const over = new AbortController();
  const sent: (readonly unknown[])[] = [];
  const gateway = openIbGateway({
    host: '127.0.0.1',
    port,
    clientId: CLIENT,
    account: ACCOUNT,
    mode: 'paper',
    timeline,
    answerMs,
    jitter: () => 0,
    onWire: (direction, tokens) => {
      if (direction === 'sent') sent.push(tokens);
    },
  });
  const remarks: IbRemark[] = [];
  const broker = openIbBroker(gateway, {
    clientId: CLIENT,
    orderIds: {
      read: () => ids.highest,
      write: (highest) => {
        ids.highest = highest;
      },
    },
    timeline,
    isArmed: () => null,
    giveUp: over.signal,
    onRemark: (remark) => remarks.push(remark),
    ...options,
  });
  const settled = async (): Promise<void> => {
    // What is sent in answer to something is answered for by the second question.
    for (let round = 0; round < 2; round += 1) await gateway.ask(serverTime());
  };
  const compare = async (): Promise<void> => {
    const { episode } = gateway.link.standing;
    await broker.statement(EVER);
    gateway.link.confirm(episode);
  };
  await gateway.link.start();
  await compare();
  const world: IbWorld = {
    broker,
    gateway,
    server,
    remarks,
    sent,
    settled,
    highestId: () => ids.highest,
    heard: async (): Promise<readonly BrokerEvent[]> => {
      await settled();
      return broker.drain();
    },
    trade: async (symbol, price) => {
      server.print(symbol, price);
      await settled();
    },
    reconnected: async (number) => {
      while ((gateway.connection?.number ?? 0) < number) {
        await timeline.reach(epochMs(timeline.now() + 100), over.signal);
      }
      await compare();
    },
    close: async () => {
      over.abort();
      broker.close();
      await gateway.close();
      await server.close();
    },
    restarted: async (again = {}) => {
      broker.close();
      await gateway.close();
      return join(outside, again);
    },
  };
  opened.push(world);
  return world;
}

/** A broker whose server does something wrong from now on. */
export async function faulty(name: FaultName, times?: number): Promise<IbWorld> {
  const it = await ibWorld();
  it.server.faults.set(name, times);
  return it;
}

/** A broker with 100 shares at 100, and their stop at 95. */
export async function withShares(made: Made = {}): Promise<IbWorld> {
  const it = await ibWorld(made);
  expect(await it.broker.submit(bracket)).toEqual(accepted);
  await it.trade(AAPL, 100);
  await it.heard();
  return it;
}

/** The names of open orders by a new statement. */
export const openRefs = async ({ broker }: IbWorld): Promise<string[]> =>
  (await broker.statement(EVER)).openOrders.map(({ orderRef }) => orderRef).toSorted();

export const fillsOf = (events: readonly BrokerEvent[]): Fill[] =>
  events.flatMap((event) => (event.kind === 'filled' ? [event.fill] : []));
