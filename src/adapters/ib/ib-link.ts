import { EventName, type IBApi } from '@stoqey/ib';
import type { Timeline } from '../../ports/timeline.ts';
import { guardedInstance } from './ib-instance.ts';

/** Where and as whom to connect, and how long each step may take. */
export interface IbLinkOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: number;
  readonly timeline: Timeline;
  /** For the TCP connection, the version, the accounts and the next id: each of them. */
  readonly stepMs: number;
  /** Given up when this is aborted. */
  readonly giveUp: AbortSignal;
  /** Told every message as it goes over the wire. */
  readonly onWire?: (direction: 'sent' | 'received', tokens: readonly unknown[]) => void;
  /** Told every event of the library from the first on, but for the raw messages. */
  readonly onEvent?: (name: string, args: readonly unknown[]) => void;
  /** Where ids of requests come from, for whoever connects more than once. */
  readonly requestIds?: RequestIds;
}

/** The steps of a connection, in order. */
const LINK_STEPS = ['tcp', 'version', 'accounts', 'next_id'] as const;
export type LinkStep = (typeof LINK_STEPS)[number];

/** Why there is no connection. */
export interface NoLink {
  readonly step: LinkStep;
  /** `timeout` says nothing about the other side; `refused` and `closed` do. */
  readonly cause: 'timeout' | 'refused' | 'closed' | 'client_id_in_use' | 'version_unknown';
  readonly message: string;
}

/** A message that belongs to no request: farms, connectivity, sessions that compete. */
export interface LinkNotice {
  readonly code: number;
  readonly message: string;
}

/** What the library says of a client id that another program uses. */
const CLIENT_ID_IN_USE = 326;
const CONNECT_FAILED = 502;
const UPDATE_TWS = 506;
/** Messages that are kept for whoever looks at them later. */
const MOST_NOTICES = 100;
/** Ids of requests are apart from those of orders: a message about the one is never taken for the other. */
const FIRST_REQUEST_ID = 1_000_000_000;

/** True for the id of an order, as the broker's messages name it; requests have ids of their own, far above. */
export const isOrderId = (id: unknown): id is number =>
  typeof id === 'number' && id >= 0 && id < FIRST_REQUEST_ID;

/** Ids of requests: none comes twice, on whatever connection. */
export class RequestIds {
  #last = FIRST_REQUEST_ID;

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}

export type LinkResult =
  | { readonly ok: true; readonly link: IbLink }
  | { readonly ok: false; readonly why: NoLink };

/**
 * One connection to a gateway, on an instance of the library of its own: an instance whose socket dropped still holds
 * orders that it would send on the next connection, so that none is used twice.
 */
export class IbLink {
  readonly api: IBApi;
  readonly serverVersion: number;
  readonly accounts: readonly string[];
  readonly nextValidId: number;
  /** The last messages that belonged to no request. */
  readonly notices: readonly LinkNotice[];
  readonly #requestIds: RequestIds;
  readonly #hello: Hello;

  private constructor(api: IBApi, hello: Hello, requestIds: RequestIds) {
    this.api = api;
    this.serverVersion = api.serverVersion;
    this.accounts = hello.accounts;
    this.nextValidId = hello.nextId;
    this.notices = hello.notices;
    this.#requestIds = requestIds;
    this.#hello = hello;
  }

  /** Resolves when the connection is gone, whoever ended it. */
  get closed(): Promise<void> {
    return this.#hello.gone;
  }

  /** Why it was ended on this side; null where it was not, or nobody said. */
  get endedBecause(): string | null {
    return this.#hello.endedBecause;
  }

  get isOpen(): boolean {
    return this.api.isConnected;
  }

  /** An id that no other request of this connection has, and no order. */
  nextRequestId(): number {
    return this.#requestIds.next();
  }

  close(because: string | null = null): void {
    this.#hello.endedBecause ??= because;
    this.api.disconnect();
  }

  /** Connects step by step. A step that takes too long ends it, and the socket is really closed. */
  static async open(options: IbLinkOptions): Promise<LinkResult> {
    const { host, port, clientId, timeline, stepMs, giveUp, onWire, onEvent } = options;
    const onBroken = (why: string): void => {
      hello.broken(why);
      api.disconnect();
    };
    const api = guardedInstance({ host, port, clientId, onBroken });
    const hello = new Hello(api);
    if (onEvent !== undefined) {
      api.on(EventName.all, (name: string, args: unknown[]) => {
        if (name !== EventName.sent && name !== EventName.received) onEvent(name, args);
      });
    }
    if (onWire !== undefined) {
      api.on(EventName.sent, (tokens: unknown[]) => onWire('sent', tokens));
      api.on(EventName.received, (tokens: unknown[]) => onWire('received', tokens));
    }
    api.connect(clientId);
    for (const step of LINK_STEPS) {
      const reached = await timeline.within(hello.reached(step), stepMs, giveUp);
      const why = reached.done ? reached.value : timedOut(step, stepMs);
      if (why === null) continue;
      abandon(api);
      return { ok: false, why };
    }
    return { ok: true, link: new IbLink(api, hello, options.requestIds ?? new RequestIds()) };
  }
}

const timedOut = (step: LinkStep, stepMs: number): NoLink => ({
  step,
  cause: 'timeout',
  message: `no ${STEP_WORDS[step]} within ${stepMs / 1_000} s`,
});

const STEP_WORDS: Readonly<Record<LinkStep, string>> = {
  tcp: 'connection',
  version: 'answer to the greeting',
  accounts: 'list of accounts',
  next_id: 'next order id',
};

/** While it is connecting, the library's `disconnect` leaves the socket open: it is closed once it is there. */
function abandon(api: IBApi): void {
  api.removeAllListeners();
  const close = (): void => {
    api.disconnect();
  };
  api.once(EventName.connected, close);
  api.once(EventName.server, close);
  // Without a listener the emitter would lose an error, and nothing else.
  api.on(EventName.error, () => undefined);
  api.disconnect();
}

/** Hears what a gateway says while a connection is made. */
class Hello {
  accounts: readonly string[] = [];
  nextId = 0;
  readonly notices: LinkNotice[] = [];
  /** Resolves when the socket is closed. */
  readonly gone: Promise<void>;
  endedBecause: string | null = null;
  readonly #steps = new Map<LinkStep, Step>(LINK_STEPS.map((step) => [step, newStep()]));
  #last: LinkStep = 'tcp';

  constructor(api: IBApi) {
    api.once(EventName.sent, () => this.#did('tcp'));
    api.once(EventName.server, () => this.#did('version'));
    api.on(EventName.managedAccounts, (list: string) => {
      this.accounts = list.split(',').filter((account) => account !== '');
      this.#did('accounts');
    });
    api.on(EventName.nextValidId, (id: number) => {
      this.nextId = Math.max(this.nextId, id);
      this.#did('next_id');
    });
    api.on(EventName.info, (message: string, code: number) => {
      this.notices.push({ code, message });
      if (this.notices.length > MOST_NOTICES) this.notices.shift();
      if (code === CLIENT_ID_IN_USE) this.#failed('client_id_in_use', message);
    });
    api.on(EventName.error, (error: Error, code: number) => {
      if (code === CONNECT_FAILED) this.#failed('refused', error.message);
      if (code === UPDATE_TWS) this.#failed('version_unknown', error.message);
    });
    this.gone = new Promise((resolve) => {
      api.once(EventName.disconnected, () => {
        this.#failed('closed', this.endedBecause ?? 'the connection was closed');
        resolve();
      });
    });
  }

  /** Something inside the library failed: the first cause is the one that counts. */
  broken(why: string): void {
    this.endedBecause ??= why;
    this.#failed('closed', why);
  }

  /** Null when the step was taken, else why it never will be. */
  reached(step: LinkStep): Promise<NoLink | null> {
    return (this.#steps.get(step) as Step).promise;
  }

  #did(step: LinkStep): void {
    const next = LINK_STEPS[LINK_STEPS.indexOf(step) + 1];
    if (next !== undefined && LINK_STEPS.indexOf(next) > LINK_STEPS.indexOf(this.#last)) {
      this.#last = next;
    }
    this.#steps.get(step)?.resolve(null);
  }

  #failed(cause: NoLink['cause'], message: string): void {
    for (const step of this.#steps.values()) step.resolve({ step: this.#last, cause, message });
  }
}

interface Step {
  readonly promise: Promise<NoLink | null>;
  readonly resolve: (why: NoLink | null) => void;
}

function newStep(): Step {
  let resolve: Step['resolve'] = () => undefined;
  const promise = new Promise<NoLink | null>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
