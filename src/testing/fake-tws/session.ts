import type { Socket } from 'node:net';
import type { FaultPlan } from './faults.ts';
import { FrameError, FrameReader, frameOf, type Token } from './frame.ts';
import { currentTime, managedAccounts, nextValidId, notice } from './replies.ts';
import { type Request, RequestError, requestOf } from './requests.ts';

/** What a session needs of its server. */
export interface SessionHost {
  readonly ownVersion: number;
  readonly accounts: readonly string[];
  readonly faults: FaultPlan;
  readonly mutate: ((tokens: readonly Token[]) => readonly Token[]) | null;
  readonly garble: ((frame: Buffer) => Buffer) | null;
  now(): number;
  monotonicMs(): number;
  sleep(ms: number): Promise<void>;
  nextId(clientId: number): number;
  /** False while its own line to the market is lost. */
  readonly isLineWhole: boolean;
  /** A client said who it is. */
  begun(clientId: number): void;
  /** False where the client id is in use. */
  admit(session: Session, clientId: number): boolean;
  handle(session: Session, request: Request): void;
  /** What a client did that no client of ours may do: told to whoever checks. */
  misbehaved(problem: string): void;
  ended(session: Session): void;
}

/** Messages a client may send in one second before the server complains. */
const MOST_PER_SECOND = 50;
const COMPLAINTS_BEFORE_CLOSE = 3;
const SLOW_MS = 3_000;
const LATE_ID_MS = 2_000;
const OFFSET_SECONDS = 600;

/** One connection of a client, from its greeting to its end. */
export class Session {
  readonly #socket: Socket;
  readonly #host: SessionHost;
  readonly #reader = new FrameReader();
  #greeted = false;
  #version: number | null = null;
  #clientId: number | null = null;
  #ready = false;
  /** When each message of the last second came. */
  readonly #recent: number[] = [];
  #complaints = 0;
  /** Most messages within any one second so far. */
  fastest = 0;
  /** 1 live, 3 delayed; as the client asked. */
  marketDataType = 1;

  constructor(socket: Socket, host: SessionHost) {
    this.#socket = socket;
    this.#host = host;
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => host.ended(this));
  }

  get version(): number {
    return this.#version ?? this.#host.ownVersion;
  }

  get clientId(): number {
    return this.#clientId ?? -1;
  }

  /** True once it has got its next valid id: what comes before is no order. */
  get isReady(): boolean {
    return this.#ready;
  }

  #take(bytes: Buffer): void {
    const { faults } = this.#host;
    if (faults.has('mute')) return;
    try {
      if (!this.#greeted) {
        const greeted = this.#reader.takeGreeting(bytes);
        if (greeted === null) return;
        if (!greeted) throw new FrameError('no greeting');
        this.#greeted = true;
        for (const tokens of this.#reader.push(Buffer.alloc(0))) this.#hear(tokens);
        return;
      }
      for (const tokens of this.#reader.push(bytes)) this.#hear(tokens);
    } catch (error) {
      const isProtocol = error instanceof FrameError || error instanceof RequestError;
      if (!isProtocol) throw error;
      this.#host.misbehaved(error.message);
      this.#socket.destroy();
    }
  }

  #hear(tokens: readonly string[]): void {
    // What came in the same piece as the message that broke the line is lost with it.
    if (this.#socket.destroyed) return;
    if (this.#version === null) {
      this.#agree(tokens[0] ?? '');
      return;
    }
    if (!this.#paces()) return;
    const request = requestOf(this.#version, tokens);
    if (request.kind === 'startApi') this.#start(request.clientId);
    else if (this.#clientId === null) this.#host.misbehaved(`${request.kind} before START_API`);
    else if (this.#host.faults.has('slow-answers')) {
      void this.#host.sleep(SLOW_MS).then(() => this.#host.handle(this, request));
    } else this.#host.handle(this, request);
  }

  /** "v100..193": the client's versions; ours is answered where the client knows it. */
  #agree(range: string): void {
    const most = Number(/^v\d+\.\.(\d+)/.exec(range)?.[1]);
    if (!Number.isSafeInteger(most)) throw new FrameError(`no range of versions: ${range}`);
    const { ownVersion, faults } = this.#host;
    // A server that is too new for the client says its own version all the same.
    this.#version = ownVersion > 193 ? ownVersion : Math.min(ownVersion, most);
    if (faults.has('no-version')) return;
    const time = new Date(this.#host.now()).toISOString().slice(0, 19).replace('T', ' ');
    this.send([this.#version, `${time.replaceAll('-', '')} GMT`]);
  }

  #start(clientId: number): void {
    const { faults, accounts } = this.#host;
    this.#clientId = clientId;
    this.#host.begun(clientId);
    if (faults.take('client-id-in-use') || !this.#host.admit(this, clientId)) {
      const text =
        'Unable connect as the client id is already in use. Retry with a unique client id.';
      this.notice(-1, 326, text);
      this.#socket.end();
      return;
    }
    if (!faults.has('no-accounts')) this.send(managedAccounts(accounts));
    if (faults.take('late-next-id')) void this.#host.sleep(LATE_ID_MS).then(() => this.#begin());
    else if (!faults.has('no-next-id')) this.#begin();
  }

  #begin(): void {
    this.#ready = true;
    this.tellNextId();
    if (!this.#host.isLineWhole) {
      this.notice(-1, 2110, 'Connectivity between TWS and server is broken.');
      return;
    }
    for (const [code, farm] of [
      [2104, 'Market data farm connection is OK:usfarm'],
      [2106, 'HMDS data farm connection is OK:ushmds'],
      [2158, 'Sec-def data farm connection is OK:secdefnj'],
    ] as const) {
      this.notice(-1, code, farm);
    }
  }

  /** False where the client is thrown out for its speed. */
  #paces(): boolean {
    const now = this.#host.monotonicMs();
    const fresh = this.#recent.findIndex((at) => at > now - 1_000);
    this.#recent.splice(0, fresh === -1 ? this.#recent.length : fresh);
    this.#recent.push(now);
    this.fastest = Math.max(this.fastest, this.#recent.length);
    if (this.#recent.length <= MOST_PER_SECOND) return !this.#socket.destroyed;
    this.#recent.length = 0;
    this.#complaints += 1;
    this.#host.misbehaved('more than 50 messages in a second');
    this.notice(-1, 100, 'Max rate of messages per second has been exceeded');
    if (this.#complaints < COMPLAINTS_BEFORE_CLOSE) return true;
    this.#socket.destroy();
    return false;
  }

  tellNextId(): void {
    this.send(nextValidId(this.#host.nextId(this.clientId)));
  }

  answerTime(): void {
    const offset = this.#host.faults.has('clock-offset') ? OFFSET_SECONDS : 0;
    this.send(currentTime(Math.floor(this.#host.now() / 1_000) + offset));
  }

  notice(id: number, code: number, text: string, advanced?: string): void {
    this.send(notice(this.version, id, code, text, advanced));
  }

  send(tokens: readonly Token[]): void {
    const { faults } = this.#host;
    if (this.#socket.destroyed || faults.has('mute')) return;
    if (faults.take('garbage-length')) this.#socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]));
    if (faults.take('long-length')) this.#socket.write(Buffer.from([0x00, 0x10, 0x00, 0x00]));
    if (faults.take('unknown-message')) this.#socket.write(frameOf([9_999, 1, 'nothing']));
    const whole = frameOf(this.#host.mutate?.(tokens) ?? tokens);
    const frame = this.#host.garble?.(whole) ?? whole;
    if (faults.take('drop-mid-frame')) {
      this.#socket.write(frame.subarray(0, frame.length >> 1));
      this.#socket.destroy();
      return;
    }
    if (!faults.has('byte-by-byte')) this.#socket.write(frame);
    else for (const byte of frame) this.#socket.write(Buffer.of(byte));
  }

  /** Closes at once, as a connection that breaks. */
  drop(): void {
    this.#socket.destroy();
  }
}
