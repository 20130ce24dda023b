import { connect, type Socket } from 'node:net';
import { type BrokerStatement, unanswered } from '../domain/account.ts';
import type { Bracket, Order } from '../domain/order.ts';
import type { EpochMs } from '../domain/time.ts';
import type {
  Broker,
  BrokerCapabilities,
  BrokerEvent,
  OrderChange,
  SendOutcome,
} from '../ports/broker.ts';
import { linesOf } from './broker-lines.ts';
import type { Call, Question } from './broker-server.ts';

interface Answer {
  readonly id: number;
  readonly result: unknown;
  readonly events: readonly BrokerEvent[];
}

const NO_ANSWER: SendOutcome = { outcome: 'unknown', message: 'the line broke before the answer' };

/** A broker in another process, behind the port. A line that breaks leaves what was sent unknown. */
export class RemoteBroker implements Broker {
  readonly simulated = true;
  readonly account: string;
  readonly capabilities: BrokerCapabilities;
  readonly #line: Line;

  constructor(line: Line, hello: Pick<Broker, 'account' | 'capabilities'>) {
    this.#line = line;
    this.account = hello.account;
    this.capabilities = hello.capabilities;
  }

  submit(bracket: Bracket): Promise<SendOutcome> {
    return this.#send('submit', bracket);
  }
  submitOrder(order: Order): Promise<SendOutcome> {
    return this.#send('submitOrder', order);
  }
  modify(orderRef: string, change: OrderChange): Promise<SendOutcome> {
    return this.#send('modify', orderRef, change);
  }
  cancel(orderRef: string): Promise<SendOutcome> {
    return this.#send('cancel', orderRef);
  }
  async statement(fillsSince: EpochMs): Promise<BrokerStatement> {
    const result = await this.#line.ask('statement', [fillsSince]);
    return (result as BrokerStatement | null) ?? unanswered(this.account, fillsSince);
  }
  drain(): readonly BrokerEvent[] {
    return this.#line.drain();
  }
  /** Moves the market of the serving process, or asks it about itself. */
  control(...args: readonly unknown[]): Promise<unknown> {
    return this.#line.ask('control', args);
  }
  close(): void {
    this.#line.close();
  }

  async #send(call: Call, ...args: readonly unknown[]): Promise<SendOutcome> {
    return ((await this.#line.ask(call, args)) as SendOutcome | null) ?? NO_ANSWER;
  }
}

/** Questions and answers over a socket; a question that is never answered gives null. */
class Line {
  readonly #socket: Socket;
  readonly #open = new Map<number, (result: unknown) => void>();
  #events: BrokerEvent[] = [];
  #asked = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    linesOf(socket, (line) => {
      const { id, result, events } = JSON.parse(line) as Answer;
      this.#events.push(...events);
      this.#open.get(id)?.(result);
      this.#open.delete(id);
    });
    const broken = (): void => {
      for (const resolve of this.#open.values()) resolve(null);
      this.#open.clear();
    };
    socket.on('close', broken);
    socket.on('error', broken);
  }

  ask(call: Question['call'], args: readonly unknown[]): Promise<unknown> {
    this.#asked += 1;
    const question: Question = { id: this.#asked, call, args };
    return new Promise((resolve) => {
      if (!this.#socket.writable) {
        resolve(null);
        return;
      }
      this.#open.set(question.id, resolve);
      this.#socket.write(`${JSON.stringify(question)}\n`);
    });
  }

  drain(): readonly BrokerEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  close(): void {
    this.#socket.end();
  }
}

/** The broker that a process serves at this path. */
export async function connectBroker(path: string): Promise<RemoteBroker> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const line = new Line(socket);
  const hello = await line.ask('hello', []);
  return new RemoteBroker(line, hello as Pick<Broker, 'account' | 'capabilities'>);
}
