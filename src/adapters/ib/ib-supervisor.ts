import { EventName, type IBApi } from '@stoqey/ib';
import type { BrokerLink, LinkStanding } from '../../ports/broker-link.ts';
import { type Answer, ask, type Question } from './ib-ask.ts';
import { type AttemptEnd, Attempts } from './ib-attempts.ts';
import { Connectivity } from './ib-connectivity.ts';
import type {
  IbConnection,
  IbGateway,
  IbGatewayOptions,
  IbListener,
  SendPriority,
} from './ib-gateway.ts';
import { beat } from './ib-heartbeat.ts';
import { type IbLink, isOrderId, RequestIds } from './ib-link.ts';
import { Listeners } from './ib-listeners.ts';
import { ibMessage } from './ib-messages.ts';
import { COMPETING_SESSION, type IbNotice, NoticeThrottle, noticeOf } from './ib-notices.ts';
import { openLine } from './ib-opening.ts';
import { isReadOnly } from './ib-order-errors.ts';
import { Pacing } from './ib-pacing.ts';
import { newEnd } from './ib-pause.ts';
import { serverTime } from './ib-questions.ts';
import { Standing } from './ib-standing.ts';

const STEP_MS = 15_000;
const HEARTBEAT_MS = 30_000;
const ANSWER_MS = 10_000;
/** What the engine is told of at once: it has something to drain. */
const ORDER_NEWS: ReadonlySet<string> = new Set([
  EventName.openOrder,
  EventName.orderStatus,
  EventName.execDetails,
  EventName.commissionReport,
  EventName.position,
]);
const BY_OURSELVES = 'closed by ourselves';

/** A gateway that is kept connected from the call of its link's `start` on, until it is closed. */
export const openIbGateway = (options: IbGatewayOptions): IbGateway => new Supervisor(options);

/** A connection in use, and what is known through it. */
interface Line {
  readonly link: IbLink;
  readonly connection: IbConnection;
  readonly connectivity: Connectivity;
  /** Aborted when it is over. */
  readonly over: AbortController;
}

class Supervisor implements IbGateway {
  readonly account: string;
  readonly link: BrokerLink;
  readonly #options: IbGatewayOptions;
  readonly #attempts: Attempts;
  readonly #pacing: Pacing;
  readonly #standing = new Standing(() => this.#stoodOtherwise());
  readonly #requestIds = new RequestIds();
  readonly #throttle = new NoticeThrottle();
  readonly #events = new Listeners<Parameters<IbListener>>((error) => this.#broke(error));
  readonly #connections = new Listeners<[IbConnection]>((error) => this.#broke(error));
  readonly #news = new Listeners<[]>((error) => this.#broke(error));
  readonly #notices = new Listeners<[IbNotice]>((error) => this.#broke(error));
  readonly #closing = new AbortController();
  #onWire: IbGatewayOptions['onWire'];
  #line: Line | null = null;
  #connectionsMade = 0;
  #timesHeard = 0;
  #running: Promise<void> | null = null;

  constructor(options: IbGatewayOptions) {
    const { account, timeline, jitter, onWire, onNotice } = options;
    this.#options = options;
    this.#onWire = onWire;
    if (onNotice !== undefined) this.#notices.add(onNotice);
    this.account = account;
    this.#attempts = new Attempts(timeline, jitter);
    this.#pacing = new Pacing(timeline);
    const standing = this.#standing;
    this.link = {
      get standing() {
        return standing.now;
      },
      start: () => this.#start(),
      confirm: (episode) => standing.confirm(episode),
      onNews: (listener) => this.#news.add(listener),
      expectAway: (isAway) => this.#attempts.expectAway(isAway),
      close: () => this.close(),
    };
  }

  get connection(): IbConnection | null {
    return this.#line?.connection ?? null;
  }

  nextRequestId(): number {
    return this.#requestIds.next();
  }

  listen(listener: IbListener): () => void {
    return this.#events.add(listener);
  }

  onConnection(listener: (connection: IbConnection) => void): () => void {
    return this.#connections.add(listener);
  }

  async ask<T>(question: Question<T>, limitMs?: number): Promise<Answer<T>> {
    const line = this.#line;
    if (line === null) return { complete: false, code: null, why: 'there is no connection' };
    const limits = {
      timeline: this.#options.timeline,
      limitMs: limitMs ?? this.#options.answerMs ?? ANSWER_MS,
      giveUp: line.over.signal,
      pace: (messages: number, send: () => void) => this.#send(line, 'question', messages, send),
    };
    return ask(line.link, limits, question);
  }

  async send(
    priority: SendPriority,
    messages: number,
    send: (api: IBApi) => void,
  ): Promise<boolean> {
    const line = this.#line;
    if (line === null) return false;
    return this.#send(line, priority, messages, () => send(line.link.api));
  }

  #send(line: Line, priority: SendPriority, messages: number, send: () => void): Promise<boolean> {
    const isWelcome = (): boolean => this.#isWelcome(line, priority);
    return this.#pacing.send(priority, messages, isWelcome, () => {
      try {
        send();
      } catch (error) {
        // The library's queue does not go on after that.
        this.#broke(error, line);
      }
    });
  }

  #isWelcome(line: Line, priority: SendPriority): boolean {
    if (line !== this.#line || !line.link.isOpen) return false;
    const { state } = this.#standing.now;
    if (priority === 'question' || priority === 'tidying') return true;
    // A cancel adds nothing that would have to be known before, and a kill must not wait for it.
    return state === 'ready' || (priority === 'cancel' && state === 'reconciling');
  }

  #start(): Promise<LinkStanding> {
    return new Promise((resolve) => {
      const answer = (): void => resolve(this.#standing.now);
      if (this.#running === null) {
        const attempt = (): Promise<AttemptEnd> =>
          this.#attempt(answer)
            .catch((error: unknown): AttemptEnd => {
              this.#broke(error);
              this.#standing.become('connecting', `a failure of our own: ${messageOf(error)}`);
              return 'failed';
            })
            .finally(answer);
        this.#running = this.#attempts.repeat(attempt, this.#closing.signal);
        void this.#running.then(answer);
      } else answer();
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#end(BY_OURSELVES);
    await this.#running;
    this.#standing.become('closed', BY_OURSELVES);
  }

  /** Connects once, and stays as long as the connection lives. */
  async #attempt(onStanding: () => void): Promise<AttemptEnd> {
    const early: (readonly [string, readonly unknown[]])[] = [];
    let line: Line | null = null;
    const opened = await openLine(
      {
        ...this.#options,
        stepMs: this.#options.stepMs ?? STEP_MS,
        giveUp: this.#closing.signal,
        requestIds: this.#requestIds,
        onEvent: (name, args) => {
          if (line === null) early.push([name, args]);
          else this.#hear(line, name, args);
        },
        onWire: (direction, tokens) => this.#wire(direction, tokens),
      },
      this.#options,
    );
    if (!opened.ok) {
      if (!this.#closing.signal.aborted) this.#standing.become(opened.state, opened.cause);
      return opened.state === 'refused' ? 'refused' : 'failed';
    }
    line = this.#take(opened.link);
    for (const [name, args] of early) this.#hear(line, name, args);
    if (this.#closing.signal.aborted) this.#end(BY_OURSELVES);
    onStanding();
    await this.#live(line);
    return 'lost';
  }

  #take(link: IbLink): Line {
    this.#connectionsMade += 1;
    const { serverVersion, nextValidId } = link;
    const line: Line = {
      link,
      connection: { number: this.#connectionsMade, serverVersion, nextValidId },
      connectivity: new Connectivity(),
      over: newEnd(),
    };
    this.#line = line;
    this.#connections.tell(line.connection);
    if (line === this.#line) this.#standing.begin('a new connection');
    return line;
  }

  /** As long as the connection lives. */
  async #live(line: Line): Promise<void> {
    const { timeline, heartbeatMs = HEARTBEAT_MS, answerMs = ANSWER_MS } = this.#options;
    const heart = beat({
      timeline,
      everyMs: heartbeatMs,
      ask: () => this.ask(serverTime(), answerMs),
      answers: () => this.#timesHeard,
      isLineLost: () => line.connectivity.isLost,
      over: line.over.signal,
    });
    if ((await heart) === 'silent') {
      this.#end(`the gateway did not tell the time within ${answerMs / 1_000} s`, line);
    }
    await line.link.closed;
  }

  /** Ends a connection, the one in use by default: from now on it is gone, whatever its socket still does. */
  #end(why: string, line: Line | null = this.#line): void {
    if (line === null) return;
    line.link.close(why);
    if (line !== this.#line) return;
    this.#line = null;
    line.over.abort();
    this.#pacing.recheck();
    if (!this.#closing.signal.aborted) this.#standing.become('connecting', why);
  }

  /** Something of our own failed: what was told and what was not is not known any more. */
  #broke(error: unknown, line: Line | null = this.#line): void {
    this.#end(`a failure of our own: ${messageOf(error)}`, line);
  }

  #stoodOtherwise(): void {
    this.#pacing.recheck();
    this.#news.tell();
  }

  #wire(direction: 'sent' | 'received', tokens: readonly unknown[]): void {
    if (direction === 'sent') this.#pacing.onWire();
    try {
      this.#onWire?.(direction, tokens);
    } catch (error) {
      this.#onWire = undefined;
      const message = `messages are recorded no more: ${(error as Error).message}`;
      this.#notices.tell({ code: 0, message, about: 'info', isTrouble: true, callsPerson: false });
    }
  }

  #hear(line: Line, name: string, args: readonly unknown[]): void {
    // What a connection says after it was given up is not heard: its questions are asked again.
    if (line !== this.#line) return;
    if (name === EventName.currentTime) this.#timesHeard += 1;
    this.#events.tell(name, args, line.connection);
    if (name === EventName.disconnected) {
      this.#end(line.link.endedBecause ?? 'the connection was lost', line);
    } else if (name === EventName.info) this.#notice(line, args[1] as number, String(args[0]));
    else if (name === EventName.error) {
      this.#error(line, args as unknown as [unknown, number, unknown]);
    } else if (ORDER_NEWS.has(name)) this.#news.tell();
  }

  #error(line: Line, [error, code, id]: readonly [unknown, number, unknown]): void {
    const { message } = error as Error;
    if (!isOrderId(id)) {
      const isOver = ibMessage(code).follows === 'connection_ends';
      if (isOver || code === COMPETING_SESSION) this.#notice(line, code, message);
      return;
    }
    if (isReadOnly(code, message)) {
      const fix = 'switch off Read-Only API in the gateway (Configure, API, Settings)';
      this.#standing.become('refused', `the gateway takes no orders, it is read-only: ${fix}`);
    }
    this.#news.tell();
  }

  #notice(line: Line, code: number, message: string): void {
    const follows = line.connectivity.hear(code);
    const notice = noticeOf(code, message);
    if (this.#throttle.lets(notice, this.#options.timeline.now())) this.#notices.tell(notice);
    const said = `${message} (${code})`;
    if (follows === 'line_lost') this.#standing.become('degraded', said);
    else if (follows === 'connection_ends') this.#end(said, line);
    else if (follows === 'line_restored') this.#standing.begin(said);
    else if (follows === 'data_lost') {
      this.#connections.tell(line.connection);
      if (line === this.#line) this.#standing.begin(said);
    }
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
