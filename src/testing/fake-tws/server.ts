import { createServer, type Server, type Socket } from 'node:net';
import { pause } from '../../adapters/system/pause.ts';
import { Answers, named, type Reference } from './answers.ts';
import { Exchange } from './exchange.ts';
import { FaultPlan } from './faults.ts';
import { Feed } from './feed.ts';
import type { Token } from './frame.ts';
import { News } from './news.ts';
import { marketRule } from './replies.ts';
import type { Request } from './requests.ts';
import { Session, type SessionHost } from './session.ts';
import { isFinal } from './working-order.ts';

/** What the server is made of. */
export interface FakeTwsOptions extends Reference {
  readonly startingCash: number;
  /** The version it speaks at most: 193, or 178 and 151 for older ones. */
  readonly version: number;
  readonly childArm: 'partial' | 'full';
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** "20260305 09:30:00 US/Eastern" */
  readonly timeText: (at: number) => string;
  readonly commissionDelayMs: number;
}

/** What clients did that no client of ours may do, and how fast they were. */
export interface ClientRecord {
  readonly problems: readonly string[];
  readonly fastestPerSecond: number;
  /** orderRef of every order that was placed first, in order. */
  readonly placed: readonly string[];
}

/** A TWS for tests: the wire protocol over a real socket, with orders that survive their connections. */
export class FakeTws implements SessionHost {
  readonly faults = new FaultPlan();
  /** Changes messages on their way out, to see that a client notices. */
  mutate: ((tokens: readonly Token[]) => readonly Token[]) | null = null;
  readonly exchange: Exchange;
  readonly #options: FakeTwsOptions;
  readonly #feed: Feed;
  readonly #news: News;
  readonly #answers: Answers;
  readonly #sessions = new Set<Session>();
  readonly #problems: string[] = [];
  readonly #placed: string[] = [];
  readonly #positionListeners = new Set<Session>();
  #fastest = 0;
  #server: Server | null = null;
  #port = 0;

  constructor(options: FakeTwsOptions) {
    this.#options = options;
    this.#news = new News({
      account: options.account,
      faults: this.faults,
      exchange: () => this.exchange,
      sessionsOf: (clientId) => this.#sessionsOf(clientId),
      positionListeners: this.#positionListeners,
      commissionDelayMs: options.commissionDelayMs,
    });
    this.exchange = new Exchange({ ...options, faults: this.faults }, this.#news);
    this.#answers = new Answers(this.exchange, this.faults, options);
    this.#feed = new Feed(this.exchange, this.faults);
  }

  /** Listens on loopback; resolves with the port. */
  listen(port = 0): Promise<number> {
    const server = createServer((socket) => this.#connect(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        this.#port = typeof address === 'object' && address !== null ? address.port : 0;
        resolve(this.#port);
      });
    });
  }

  #connect(socket: Socket): void {
    socket.setNoDelay();
    this.#sessions.add(new Session(socket, this));
  }

  async close(): Promise<void> {
    this.drop();
    const server = this.#server;
    this.#server = null;
    if (server !== null) await new Promise((resolve) => server.close(resolve));
  }

  /** Breaks every connection. */
  drop(): void {
    for (const session of this.#sessions) session.drop();
  }

  /** The gateway's own restart: connections broken, nobody answers for a time, untransmitted orders gone. */
  async restart(awayMs: number, rollBackIdsBy = 0): Promise<void> {
    const clients = new Set([...this.#sessions].map(({ clientId }) => clientId));
    await this.close();
    this.exchange.book.forgetUntransmitted();
    for (const client of clients) this.exchange.book.rollBackIds(client, rollBackIdsBy);
    await pause(awayMs);
    await this.listen(this.#port);
  }

  get record(): ClientRecord {
    const speeds = [...this.#sessions].map(({ fastest }) => fastest);
    return {
      problems: this.#problems,
      fastestPerSecond: Math.max(this.#fastest, ...speeds),
      placed: this.#placed,
    };
  }

  get connections(): number {
    return this.#sessions.size;
  }

  /** A message to every client that belongs to no request: 1100, 2104 ... */
  announce(code: number, text: string): void {
    for (const session of this.#sessions) if (session.isReady) session.notice(-1, code, text);
  }

  /** A print of the market: fills what it fills, and tells who watches. */
  print(symbol: string, last: number, around?: Parameters<Exchange['print']>[2]): void {
    this.exchange.print(symbol, last, around);
    this.#feed.tell(symbol);
  }

  get ownVersion(): number {
    return this.#options.version;
  }

  get accounts(): readonly string[] {
    const { account } = this.#options;
    if (this.faults.has('live-account')) return ['U7654321'];
    if (this.faults.has('other-account')) return ['DU9999999'];
    return this.faults.has('several-accounts') ? [account, 'DU8888888'] : [account];
  }

  now(): number {
    return this.#options.now();
  }

  nextId(clientId: number): number {
    return this.exchange.book.nextId(clientId);
  }

  admit(session: Session, clientId: number): boolean {
    return ![...this.#sessions].some((one) => one !== session && one.clientId === clientId);
  }

  misbehaved(problem: string): void {
    this.#problems.push(problem);
  }

  ended(session: Session): void {
    this.#fastest = Math.max(this.#fastest, session.fastest);
    this.#sessions.delete(session);
    this.#positionListeners.delete(session);
    this.#feed.forget(session);
  }

  handle(session: Session, request: Request): void {
    switch (request.kind) {
      case 'placeOrder':
        this.#place(session, request.orderId, request.fields);
        return;
      case 'cancelOrder':
        this.exchange.cancel(session.clientId, request.orderId);
        return;
      case 'globalCancel':
        for (const order of this.exchange.book.orders) {
          if (!isFinal(order)) this.exchange.cancel(order.clientId, order.orderId);
        }
        return;
      case 'currentTime':
        session.answerTime();
        return;
      case 'openOrders':
        this.#news.openOrders(session, session.clientId);
        return;
      case 'allOpenOrders':
        this.#news.openOrders(session, null);
        return;
      case 'completedOrders':
        this.#news.completedOrders(session);
        return;
      case 'executions':
        this.#news.executions(session, request.reqId, request.filter);
        return;
      case 'positions':
        this.#positionListeners.add(session);
        this.#answers.positions(session);
        return;
      case 'cancelPositions':
        this.#positionListeners.delete(session);
        return;
      default:
        this.#look(session, request);
    }
  }

  /** What changes nothing but who watches what. */
  #look(session: Session, request: Request): void {
    switch (request.kind) {
      case 'accountSummary':
        this.#answers.summary(session, request);
        return;
      case 'contractDetails':
        this.#answers.contract(session, request);
        return;
      case 'marketRule':
        session.send(marketRule(request.ruleId));
        return;
      case 'history':
        this.#answers.history(session, request);
        return;
      case 'scanner':
        this.#answers.scan(session, request);
        return;
      case 'marketDataType':
        session.marketDataType = request.type;
        return;
      case 'marketData':
        this.#feed.watch(session, request.reqId, named(request), request.snapshot);
        return;
      case 'cancelMarketData':
        this.#feed.unwatch(session, request.reqId);
        return;
      default:
    }
  }

  #place(session: Session, orderId: number, fields: Readonly<Record<string, string>>): void {
    const isNew = this.exchange.book.find(session.clientId, orderId) === undefined;
    if (!session.isReady) this.misbehaved(`order ${orderId} before the next valid id`);
    if (this.faults.take('drop-order')) {
      session.drop();
      return;
    }
    if (isNew && fields.whatIf !== '1') this.#placed.push(fields.orderRef ?? '');
    if (fields.whatIf === '1' && !this.faults.has('read-only')) {
      this.#answers.margin(session, orderId, fields);
      return;
    }
    if (this.faults.take('drop-before-ack')) session.drop();
    this.exchange.place(session.clientId, orderId, fields);
    if (fields.transmit === '0' && this.faults.take('drop-after-parent')) session.drop();
    if (this.faults.take('message-on-live-order')) {
      session.notice(orderId, 10_349, 'Order TIF was set to DAY based on order preset.');
      session.notice(
        orderId,
        399,
        'Order Message: Warning: Your order will not be placed at the exchange until 09:30',
      );
      session.notice(orderId, 404, 'Order held while securities are located');
    }
  }

  #sessionsOf(clientId: number): Session[] {
    return [...this.#sessions].filter(
      (session) => session.clientId === clientId && session.isReady,
    );
  }
}
