import { createServer, type Server, type Socket } from 'node:net';
import { machineTime, type TimeSource } from '../../adapters/system/system-timeline.ts';
import { Answers, type Reference } from './answers.ts';
import { Audit } from './audit.ts';
import { BarFeed } from './bar-feed.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeListener } from './exchange-parts.ts';
import { FaultPlan } from './faults.ts';
import { Feed } from './feed.ts';
import type { Token } from './frame.ts';
import { Line } from './line.ts';
import { News } from './news.ts';
import { RequestDesk } from './request-desk.ts';
import type { Request } from './requests.ts';
import { Session, type SessionHost } from './session.ts';
import type { WorkingOrder } from './working-order.ts';

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
  /** By which it waits; the machine's where none is given. */
  readonly time?: Pick<TimeSource, 'monotonicMs' | 'sleep'>;
  /** While the market is open; always where it is not given. */
  readonly isOpen?: (at: number) => boolean;
  /** How long shares may be without a stop while somebody could mend it. */
  readonly graceMs?: number;
}

const GRACE_MS = 15_000;
/** The line is back, and what was subscribed is lost. */
const DATA_LOST = 1101;
/** "20260305" of "20260305 09:30:00 US/Eastern" */
const DATE_LENGTH = 8;

/** What clients did that no client of ours may do, and how fast they were. */
export interface ClientRecord {
  readonly problems: readonly string[];
  readonly fastestPerSecond: number;
  /** orderRef of every order that was placed first, in order. */
  readonly placed: readonly string[];
  /** The client id of every connection that was begun, in order. */
  readonly clientIds: readonly number[];
}

/** A TWS for tests: the wire protocol over a real socket, with orders that survive their connections. */
export class FakeTws implements SessionHost {
  readonly faults = new FaultPlan();
  /** Changes messages on their way out, to see that a client notices. */
  mutate: ((tokens: readonly Token[]) => readonly Token[]) | null = null;
  /** Changes the bytes of a message on their way out: what comes is no message any more, or several. */
  garble: ((frame: Buffer) => Buffer) | null = null;
  readonly exchange: Exchange;
  readonly audit: Audit;
  readonly #options: FakeTwsOptions;
  readonly #time: Pick<TimeSource, 'monotonicMs' | 'sleep'>;
  readonly #line: Line;
  readonly #feed: Feed;
  readonly #barFeed: BarFeed;
  readonly #news: News;
  readonly #desk: RequestDesk;
  readonly #sessions = new Set<Session>();
  readonly #problems: string[] = [];
  readonly #clientIds: number[] = [];
  readonly #positionListeners = new Set<Session>();
  #fastest = 0;
  #server: Server | null = null;
  #port = 0;

  constructor(options: FakeTwsOptions) {
    this.#options = options;
    this.#time = options.time ?? machineTime;
    this.#line = new Line(options.now);
    this.#news = new News({
      account: options.account,
      faults: this.faults,
      exchange: () => this.exchange,
      sessionsOf: (clientId) => this.#sessionsOf(clientId),
      positionListeners: this.#positionListeners,
      commissionDelayMs: options.commissionDelayMs,
      sleep: (ms) => this.sleep(ms),
      today: () => options.timeText(options.now()).slice(0, DATE_LENGTH),
    });
    this.exchange = new Exchange({ ...options, faults: this.faults }, this.#listener());
    this.audit = new Audit({
      exchange: () => this.exchange,
      now: options.now,
      isOpen: options.isOpen ?? (() => true),
      canAct: () => this.#line.isWhole && [...this.#sessions].some(({ isReady }) => isReady),
      graceMs: options.graceMs ?? GRACE_MS,
    });
    this.#feed = new Feed(this.exchange, this.faults);
    this.#barFeed = new BarFeed(options.current ?? (() => null), this.faults);
    this.#desk = new RequestDesk({
      exchange: this.exchange,
      faults: this.faults,
      news: this.#news,
      answers: new Answers(this.exchange, this.faults, options, this.#barFeed),
      feed: this.#feed,
      barFeed: this.#barFeed,
      line: this.#line,
      audit: this.audit,
      positionListeners: this.#positionListeners,
    });
  }

  /** What happens at the exchange is told to clients, and looked at. */
  #listener(): ExchangeListener {
    return {
      changed: (order, open) => {
        this.#news.changed(order, open);
        this.audit.look();
      },
      notice: (...said) => this.#news.notice(...said),
      executed: (execution, order) => this.#news.executed(execution, order),
      moved: (held) => {
        this.#news.moved(held);
        this.audit.look();
      },
    };
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
    await this.sleep(awayMs);
    await this.listen(this.#port);
  }

  get record(): ClientRecord {
    const speeds = [...this.#sessions].map(({ fastest }) => fastest);
    return {
      problems: this.#problems,
      fastestPerSecond: Math.max(this.#fastest, ...speeds),
      placed: this.#desk.placed,
      clientIds: this.#clientIds,
    };
  }

  get connections(): number {
    return this.#sessions.size;
  }

  /** Lines of prices from now on, of which other programs of the user may take some; 100 at first. */
  set marketDataLines(lines: number) {
    this.#feed.lines = lines;
  }

  /** A message to every client that belongs to no request: 1100, 2104 ... */
  announce(code: number, text: string): void {
    this.audit.look();
    this.#line.announced(code);
    if (code === DATA_LOST) {
      this.#feed.lose();
      this.#barFeed.lose();
    }
    for (const session of this.#sessions) if (session.isReady) session.notice(-1, code, text);
  }

  /** A print of the market: fills what it fills, and tells who watches. */
  print(symbol: string, last: number, around?: Parameters<Exchange['print']>[2]): void {
    this.audit.look();
    this.exchange.print(symbol, last, around);
    this.#feed.tell(symbol);
  }

  /** Tells whoever has a history kept up to date how the bar that is being made stands. */
  tellBars(): void {
    this.#barFeed.tell();
  }

  /** The close of a session: day orders end. */
  endDay(): void {
    this.audit.look();
    this.exchange.endDay();
    this.audit.look();
  }

  /** A stop or any other order is gone, and nobody was told. */
  vanish(order: WorkingOrder): void {
    this.exchange.vanish(order);
    this.audit.look();
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

  monotonicMs(): number {
    return this.#time.monotonicMs();
  }

  sleep(ms: number): Promise<void> {
    return this.#time.sleep(ms, new AbortController().signal);
  }

  nextId(clientId: number): number {
    return this.exchange.book.nextId(clientId);
  }

  admit(session: Session, clientId: number): boolean {
    return ![...this.#sessions].some((one) => one !== session && one.clientId === clientId);
  }

  get isLineWhole(): boolean {
    return this.#line.isWhole;
  }

  begun(clientId: number): void {
    this.#clientIds.push(clientId);
  }

  misbehaved(problem: string): void {
    this.#problems.push(problem);
  }

  ended(session: Session): void {
    this.audit.look();
    this.#fastest = Math.max(this.#fastest, session.fastest);
    this.#sessions.delete(session);
    this.#positionListeners.delete(session);
    this.#feed.forget(session);
    this.#barFeed.forget(session);
  }

  handle(session: Session, request: Request): void {
    this.#desk.take(session, request);
  }

  #sessionsOf(clientId: number): Session[] {
    return [...this.#sessions].filter(
      (session) => session.clientId === clientId && session.isReady,
    );
  }
}
