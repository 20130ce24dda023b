import { EventName, type IBApi } from '@stoqey/ib';
import type { BrokerLink, LinkStanding } from '../../ports/broker-link.ts';
import type { Timeline } from '../../ports/timeline.ts';
import { accountFault, versionFault } from './ib-admission.ts';
import { type Answer, ask, type Question } from './ib-ask.ts';
import {
  type AttemptEnd,
  GOOD_LIFE_MS,
  pauseBeforeAttempt,
  SHORTEST_PAUSE_MS,
} from './ib-attempts.ts';
import { Connectivity, type FarmState } from './ib-connectivity.ts';
import type { IbConnection, IbGateway, IbListener, SendPriority } from './ib-gateway.ts';
import { beat } from './ib-heartbeat.ts';
import { IbLink, isOrderId, type NoLink, RequestIds } from './ib-link.ts';
import { COMPETING_SESSION, type IbNotice, NoticeThrottle } from './ib-notices.ts';
import { Pacing } from './ib-pacing.ts';
import { pauseFor } from './ib-pause.ts';
import { serverTime } from './ib-questions.ts';
import { Standing } from './ib-standing.ts';

/** Where, as whom and how a gateway is kept connected. */
export interface IbGatewayOptions {
  readonly host: string;
  readonly port: number;
  /** Never another: orders can be changed only under the id that placed them. */
  readonly clientId: number;
  /** The account that is to trade. */
  readonly account: string;
  readonly mode: 'paper' | 'live';
  readonly timeline: Timeline;
  /** 0 to 1, by chance: attempts of several clients must not fall together. */
  readonly jitter: () => number;
  /** For each step of a connection; 15 s. */
  readonly stepMs?: number;
  /** Between two questions whether the gateway still answers; 30 s. */
  readonly heartbeatMs?: number;
  /** For an answer to one of these, and to every question that does not say; 10 s. */
  readonly answerMs?: number;
  /** Told every message as it goes over the wire. */
  readonly onWire?: (direction: 'sent' | 'received', tokens: readonly unknown[]) => void;
  /** Told what the gateway says of itself, the same no more than once in a quarter of an hour. */
  readonly onNotice?: (notice: IbNotice) => void;
}

const STEP_MS = 15_000;
const HEARTBEAT_MS = 30_000;
const ANSWER_MS = 10_000;
/** The library could not read a message: what followed from it is not known. */
const UNREADABLE = 505;
/** "Bad message length": the gateway could not read one of ours. */
const BAD_LENGTH = 507;
const READ_ONLY = 321;
/** What the engine is told of at once: it has something to drain. */
const ORDER_NEWS: ReadonlySet<string> = new Set([
  EventName.openOrder,
  EventName.orderStatus,
  EventName.execDetails,
  EventName.commissionReport,
  EventName.position,
]);

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

type Heard = readonly [name: string, args: readonly unknown[]];

class Supervisor implements IbGateway {
  readonly account: string;
  readonly link: BrokerLink;
  readonly #options: IbGatewayOptions;
  readonly #standing: Standing;
  readonly #pacing: Pacing;
  readonly #requestIds = new RequestIds();
  readonly #throttle = new NoticeThrottle();
  readonly #listeners = new Set<IbListener>();
  readonly #connectionListeners = new Set<(connection: IbConnection) => void>();
  readonly #closing = new AbortController();
  #line: Line | null = null;
  #connections = 0;
  #failures = 0;
  #timesHeard = 0;
  #isAway = false;
  /** Aborted to try again at once. */
  #soon = new AbortController();
  #running: Promise<void> | null = null;

  constructor(options: IbGatewayOptions) {
    this.#options = options;
    this.account = options.account;
    this.#pacing = new Pacing(options.timeline);
    this.#standing = new Standing(
      () => this.#pacing.recheck(),
      (error) => this.#end(failed('a listener of news', error)),
    );
    const standing = this.#standing;
    this.link = {
      get standing() {
        return standing.now;
      },
      start: () => this.#start(),
      confirm: (episode) => standing.confirm(episode),
      onNews: (listener) => standing.onNews(listener),
      expectAway: (isAway) => this.#expectAway(isAway),
      close: () => this.close(),
    };
  }

  get connection(): IbConnection | null {
    return this.#line?.connection ?? null;
  }

  get farms(): ReadonlyMap<string, FarmState> {
    return this.#line?.connectivity.farms ?? new Map();
  }

  nextRequestId(): number {
    return this.#requestIds.next();
  }

  listen(listener: IbListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onConnection(listener: (connection: IbConnection) => void): () => void {
    this.#connectionListeners.add(listener);
    return () => this.#connectionListeners.delete(listener);
  }

  async ask<T>(question: Question<T>, limitMs?: number): Promise<Answer<T>> {
    const line = this.#line;
    if (line === null) {
      return { complete: false, code: null, why: 'there is no connection' };
    }
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

  /** False where nothing was sent. What fails on our own side leaves an instance that cannot be used any more. */
  async #send(
    line: Line,
    priority: SendPriority,
    messages: number,
    send: () => void,
  ): Promise<boolean> {
    const isWelcome = (): boolean => this.#isWelcome(line, priority);
    return this.#pacing.send(priority, messages, isWelcome, () => {
      try {
        send();
      } catch (error) {
        this.#end(failed('sending', error), line);
      }
    });
  }

  #isWelcome(line: Line, priority: SendPriority): boolean {
    if (line !== this.#line || !line.link.isOpen) return false;
    const { state } = this.#standing.now;
    if (priority === 'question') return true;
    // A cancel adds nothing that would have to be known before, and a kill must not wait for it.
    return state === 'ready' || (priority === 'cancel' && state === 'reconciling');
  }

  #start(): Promise<LinkStanding> {
    return new Promise((resolve) => {
      if (this.#running === null) this.#running = this.#run(() => resolve(this.#standing.now));
      else resolve(this.#standing.now);
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#soon.abort();
    this.#end('closed by ourselves');
    await this.#running;
    this.#standing.become('closed', 'closed by ourselves');
  }

  #expectAway(isAway: boolean): void {
    if (this.#isAway === isAway) return;
    this.#isAway = isAway;
    if (!isAway) this.#soon.abort();
  }

  async #run(onFirst: () => void): Promise<void> {
    const { timeline, jitter } = this.#options;
    while (!this.#closing.signal.aborted) {
      const startedAt = timeline.now();
      const end = await this.#attempt(onFirst).catch((error: unknown): AttemptEnd => {
        this.#end(failed('connecting', error));
        return 'failed';
      });
      onFirst();
      if (this.#closing.signal.aborted) return;
      const isGood = timeline.now() - startedAt >= GOOD_LIFE_MS;
      this.#failures = isGood ? 1 : this.#failures + 1;
      const kind = end === 'failed' && this.#isAway ? 'away' : end;
      await this.#rest(pauseBeforeAttempt(kind, this.#failures, jitter()));
    }
    onFirst();
  }

  /** Waits, but for no longer than the shortest pause once somebody knows better. */
  async #rest(ms: number): Promise<void> {
    const { timeline } = this.#options;
    const soon = new AbortController();
    this.#soon = soon;
    await pauseFor(timeline, Math.min(ms, SHORTEST_PAUSE_MS), this.#closing.signal);
    if (this.#closing.signal.aborted || ms <= SHORTEST_PAUSE_MS) return;
    await pauseFor(timeline, ms - SHORTEST_PAUSE_MS, soon.signal);
  }

  /** Connects once, and stays as long as the connection lives. */
  async #attempt(onStanding: () => void): Promise<AttemptEnd> {
    const early: Heard[] = [];
    let line: Line | null = null;
    const onEvent = (name: string, args: readonly unknown[]): void => {
      if (line === null) early.push([name, args]);
      else this.#hear(line, name, args);
    };
    const { host, port, clientId, timeline, stepMs = STEP_MS } = this.#options;
    const opened = await IbLink.open({
      host,
      port,
      clientId,
      timeline,
      stepMs,
      giveUp: this.#closing.signal,
      requestIds: this.#requestIds,
      onEvent,
      onWire: (direction, tokens) => this.#wire(direction, tokens),
    });
    if (!opened.ok) return this.#noLink(opened.why);
    const { link } = opened;
    const fault = versionFault(link) ?? accountFault(link, this.#options);
    if (fault !== null || this.#closing.signal.aborted) {
      link.close();
      await link.closed;
      if (fault !== null) this.#standing.become('refused', `${fault.detail}: ${fault.fix}`);
      return 'refused';
    }
    line = this.#take(link);
    for (const [name, args] of early) this.#hear(line, name, args);
    onStanding();
    await this.#live(line);
    return 'failed';
  }

  #noLink({ cause, message }: NoLink): AttemptEnd {
    const { host, port, clientId } = this.#options;
    if (cause === 'client_id_in_use') {
      const fix = 'stop the other program that uses it, or wait until the gateway forgets us';
      this.#standing.become('refused', `client id ${clientId} is in use: ${fix}`);
      return 'refused';
    }
    if (cause === 'version_unknown') {
      this.#standing.become('refused', `${message}: use a gateway that speaks an older version`);
      return 'refused';
    }
    this.#standing.become('connecting', `${host}:${port}: ${message}`);
    return 'failed';
  }

  #take(link: IbLink): Line {
    this.#connections += 1;
    const { serverVersion, nextValidId } = link;
    const line: Line = {
      link,
      connection: { number: this.#connections, serverVersion, nextValidId },
      connectivity: new Connectivity(),
      over: new AbortController(),
    };
    this.#line = line;
    this.#tellConnection(line);
    if (line === this.#line) this.#standing.begin('a new connection');
    return line;
  }

  #tellConnection(line: Line): void {
    for (const listener of this.#connectionListeners) {
      try {
        listener(line.connection);
      } catch (error) {
        this.#end(failed('a listener of connections', error), line);
      }
    }
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
    if (!this.#closing.signal.aborted) this.#standing.become('connecting', why);
    this.#pacing.recheck();
  }

  #wire(direction: 'sent' | 'received', tokens: readonly unknown[]): void {
    if (direction === 'sent') this.#pacing.onWire();
    this.#options.onWire?.(direction, tokens);
  }

  #hear(line: Line, name: string, args: readonly unknown[]): void {
    // What a connection says after it was given up is not heard: its questions are asked again.
    if (line !== this.#line) return;
    if (name === EventName.currentTime) this.#timesHeard += 1;
    for (const listener of this.#listeners) {
      try {
        listener(name, args, line.connection);
      } catch (error) {
        this.#end(failed('a listener', error), line);
        return;
      }
    }
    if (name === EventName.disconnected) {
      this.#end(line.link.endedBecause ?? 'the connection was lost', line);
    } else if (name === EventName.info) this.#notice(line, args[1] as number, String(args[0]));
    else if (name === EventName.error) this.#error(line, args);
    else if (ORDER_NEWS.has(name)) this.#standing.tell();
  }

  #error(line: Line, [error, code, id]: readonly unknown[]): void {
    const { message } = error as Error;
    if (code === UNREADABLE || code === BAD_LENGTH) {
      this.#end(`a message could not be read: ${message}`, line);
    } else if (code === COMPETING_SESSION) this.#notice(line, code, message);
    if (!isOrderId(id)) return;
    if (code === READ_ONLY && /read.?only/i.test(message)) {
      const fix = 'switch off Read-Only API in the gateway (Configure, API, Settings)';
      this.#standing.become('refused', `the gateway takes no orders, it is read-only: ${fix}`);
    }
    this.#standing.tell();
  }

  #notice(line: Line, code: number, message: string): void {
    const news = line.connectivity.hear(code, message);
    if (news === 'lost') this.#standing.become('degraded', `${message} (${code})`);
    else if (news === 'port_changed') this.#end(`${message} (${code})`, line);
    else if (news === 'restored') this.#standing.begin('the line to the broker was restored');
    else if (news === 'data_lost') {
      this.#tellConnection(line);
      if (line === this.#line)
        this.#standing.begin('the line was restored, subscriptions were lost');
    }
    const about = code === COMPETING_SESSION ? 'competing' : aboutOf(news);
    const notice: IbNotice = { code, message, about };
    if (this.#throttle.lets(notice, this.#options.timeline.now())) this.#options.onNotice?.(notice);
  }
}

const aboutOf = (news: ReturnType<Connectivity['hear']>): IbNotice['about'] => {
  if (news === null) return 'other';
  return news === 'farm' ? 'farm' : 'line';
};

const failed = (what: string, error: unknown): string =>
  `${what} failed: ${error instanceof Error ? error.message : String(error)}`;
