import { createServer, type Server, type Socket } from 'node:net';
import type { SimBroker } from '../adapters/sim/sim-broker.ts';
import type { Broker } from '../ports/broker.ts';
import { linesOf } from './broker-lines.ts';

/** The calls of the port that go over the line. */
const CALLS = ['submit', 'submitOrder', 'modify', 'cancel', 'statement'] as const;
export type Call = (typeof CALLS)[number];

/** A question, one JSON line. `control` is for whoever drives the market, not for a desk. */
export interface Question {
  readonly id: number;
  readonly call: Call | 'hello' | 'control';
  readonly args: readonly unknown[];
}

/** What the serving process offers beside the port. */
export interface ServedBroker {
  readonly broker: SimBroker;
  readonly control: (args: readonly unknown[]) => unknown;
}

/**
 * Serves a broker to other processes over a socket, so that it lives on when they die. What it has to say goes with
 * the next answer to anybody; what was said to a process that died is lost, as at a real broker.
 */
export function serveBroker(path: string, served: ServedBroker): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    linesOf(socket, (line) => void answer(socket, served, JSON.parse(line) as Question));
  });
  return new Promise((resolve) => {
    server.listen(path, () => resolve(server));
  });
}

async function answer(socket: Socket, served: ServedBroker, question: Question): Promise<void> {
  const result = await resultOf(served, question);
  const events = question.call === 'control' ? [] : served.broker.drain();
  if (socket.writable) socket.write(`${JSON.stringify({ id: question.id, result, events })}\n`);
}

function resultOf({ broker, control }: ServedBroker, { call, args }: Question): unknown {
  if (call === 'control') return control(args);
  if (call === 'hello') {
    const { account, capabilities } = broker;
    return { account, capabilities } satisfies Pick<Broker, 'account' | 'capabilities'>;
  }
  const act = broker[call].bind(broker) as (...given: readonly unknown[]) => unknown;
  return act(...args);
}
