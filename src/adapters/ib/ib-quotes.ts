import { EventName, type MarketDataType } from '@stoqey/ib';
import { isReadyQuote, PatientWait } from '../../bars/quote-wait.ts';
import { sessionContaining } from '../../calendar/nyse.ts';
import type { Symbol } from '../../domain/market.ts';
import { type EpochMs, epochMs, MINUTE_MS } from '../../domain/time.ts';
import type { LiveQuote, Quotes, QuoteWait } from '../../ports/quotes.ts';
import type { Timeline } from '../../ports/timeline.ts';
import type { IbContracts } from './ib-contracts.ts';
import type { IbGateway } from './ib-gateway.ts';
import { IbLines, type Line } from './ib-lines.ts';
import { COMPETING_SESSION } from './ib-notices.ts';
import { newEnd, pauseFor } from './ib-pause.ts';
import { IbTicks } from './ib-ticks.ts';

export interface IbQuotesOptions {
  readonly gateway: IbGateway;
  readonly contracts: IbContracts;
  readonly timeline: Timeline;
  /** The broker gives a user so many lines at once: 100 unless more are paid for. */
  readonly maxLines?: number;
  readonly onTrouble: (message: string) => void;
}

const MAX_LINES = 100;
/** Live prices where the user has them, else delayed ones, which say so. */
const LIVE_ELSE_DELAYED = 3 as MarketDataType;
const LOOK_MS = 100;
/** How long an open line may be silent before it is asked for anew: most active stocks speak many times a second. */
const LISTEN_MS = 250;
const BEAT_MS = 1_000;
/** A held symbol that nothing is heard of for so long is asked for anew; as long is an answer waited for. */
const QUIET_MS = 10_000;
const REFUSED_MS = 5 * MINUTE_MS;
/** How long another session is left alone that has the prices. */
const COMPETED_MS = 30_000;
const TOO_MANY_LINES = 101;
/** Delayed data are shown; a part is not subscribed; no line of that id to cancel. */
const REMARKS = new Set([10_167, 10_090, 300]);
const TICKS: ReadonlySet<string> = new Set([
  EventName.tickPrice,
  EventName.tickSize,
  EventName.tickGeneric,
  EventName.tickString,
  EventName.marketDataType,
]);

/**
 * Prices of now over a limited number of lines: whoever was not asked for longest gives his up. A line tells only what
 * changes; a symbol whose quote is older than wanted is asked for anew, and says all of it again. What a connection
 * lost is asked for over the next one.
 */
export class IbQuotes implements Quotes {
  readonly #options: IbQuotesOptions;
  readonly #lines: IbLines;
  readonly #byRequest = new Map<number, Line>();
  readonly #closing = newEnd();
  readonly #unlisten: readonly (() => void)[];
  #held: readonly Symbol[] = [];
  /** When anything was heard last, and since when it is not. */
  #heardAt: EpochMs | null = null;
  #silentSince: EpochMs | null = null;
  /** Since when held symbols are looked after in this session. */
  #watchedFrom: EpochMs | null = null;
  #isBeating = false;
  /** False once the broker has told that there is no room for a line beside the one it replaces. */
  #mayBeTwice = true;

  constructor(options: IbQuotesOptions) {
    const { gateway, maxLines = MAX_LINES } = options;
    this.#options = options;
    this.#lines = new IbLines(
      maxLines,
      () => this.#now(),
      (line) => this.#cancel(line),
    );
    this.#unlisten = [
      gateway.listen((name, args) => this.#hear(name, args)),
      gateway.onConnection(() => this.#renewAll()),
    ];
    if (gateway.connection !== null) this.#sayKind();
  }

  get silentSince(): EpochMs | null {
    return this.#silentSince;
  }

  quote(symbol: Symbol): LiveQuote | null {
    return this.#lines.get(symbol)?.ticks.quote(sessionContaining(this.#now())) ?? null;
  }

  follow(held: readonly Symbol[]): void {
    this.#held = held;
    this.#lines.hold(held);
    if (held.length === 0 || this.#isBeating) return;
    this.#isBeating = true;
    void this.#beat();
  }

  async prepare(symbols: readonly Symbol[], wait: QuoteWait): Promise<void> {
    const wanted = [...new Set(symbols)];
    const { contracts, timeline } = this.#options;
    await timeline.within(contracts.resolve(wanted), this.#left(wait.until), this.#closing.signal);
    this.#lines.use(wanted);
    this.#lines.giveUpIdle();
    const unasked = wanted.filter((symbol) => this.#lines.get(symbol)?.requestId == null);
    await Promise.all(unasked.map((symbol) => this.#freshen(symbol, wait.from)));
    await this.#listen(wanted, wait);
    await Promise.all(wanted.map((symbol) => this.#freshen(symbol, wait.from)));
    await this.#wait(wanted, wait);
  }

  close(): void {
    this.#closing.abort();
    for (const stop of this.#unlisten) stop();
    for (const line of this.#lines.all()) this.#cancel(line);
  }

  /** Lets lines that are open speak for a moment: asking for them anew costs two messages each. */
  async #listen(wanted: readonly Symbol[], { from, until }: QuoteWait): Promise<void> {
    const { signal } = this.#closing;
    const end = Math.min(until, this.#now() + LISTEN_MS);
    const isHeard = (symbol: Symbol): boolean => {
      const line = this.#lines.get(symbol);
      if (line === undefined || line.requestId === null) return true;
      return (line.ticks.heardAt ?? 0) >= from || (line.askedAt ?? 0) >= from;
    };
    while (!signal.aborted && this.#now() < end && !wanted.every(isHeard)) {
      await pauseFor(this.#options.timeline, LOOK_MS, signal);
    }
  }

  async #wait(wanted: readonly Symbol[], wait: QuoteWait): Promise<void> {
    const patience = new PatientWait(wait);
    const ready = (): number =>
      wanted.filter((symbol) => isReadyQuote(this.quote(symbol), wait.from)).length;
    const { signal } = this.#closing;
    while (!signal.aborted && !patience.isOver(ready(), wanted.length, this.#now())) {
      await pauseFor(this.#options.timeline, LOOK_MS, signal);
    }
  }

  #now(): EpochMs {
    return this.#options.timeline.now();
  }

  #left(until: EpochMs): number {
    return Math.max(0, until - this.#now());
  }

  /** Asks for a symbol that has no line, or whose quote is older; resolves when it was sent. */
  async #freshen(symbol: Symbol, from: EpochMs): Promise<void> {
    const line = this.#lineOf(symbol);
    if (line === null || this.#now() < line.askAgainAt) return;
    const heardAt = line.ticks.heardAt ?? 0;
    const isAsked = line.requestId !== null && (line.askedAt ?? 0) >= from;
    if (line.requestId !== null && (heardAt >= from || isAsked)) return;
    await this.#subscribe(line);
  }

  /** The line of a symbol; null where the broker does not know it, or all lines are held. */
  #lineOf(symbol: Symbol): Line | null {
    return this.#options.contracts.knows(symbol) ? this.#lines.open(symbol) : null;
  }

  /** Asks for a symbol anew: what is known of it stays until all of it was said again. */
  async #subscribe(line: Line, before: number | null = line.requestId): Promise<boolean> {
    const { gateway, contracts } = this.#options;
    const contract = contracts.wire(line.symbol);
    if (contract === null) return false;
    const requestId = gateway.nextRequestId();
    if (line.requestId !== null) this.#byRequest.delete(line.requestId);
    line.requestId = requestId;
    line.askedAt = this.#now();
    line.renewed = IbTicks.after(line.ticks);
    this.#byRequest.set(requestId, line);
    // What waits for the answer need not wait for the end of the line before it, where there is room for both.
    const isRoomy = this.#mayBeTwice && this.#lines.size * 2 <= this.#lines.most;
    const [ahead, behind] = isRoomy ? [null, before] : [before, null];
    line.mayBeTwice = this.#mayBeTwice;
    line.replaces = behind;
    const wasSent = await gateway.send('question', ahead === null ? 1 : 2, (api) => {
      if (ahead !== null) api.cancelMktData(ahead);
      // Meanwhile everything may have been asked for again.
      if (line.requestId === requestId) api.reqMktData(requestId, contract, '', false, false);
    });
    if (behind !== null) void gateway.send('tidying', 1, (api) => api.cancelMktData(behind));
    if (!wasSent && line.requestId === requestId) this.#forget(line);
    return wasSent;
  }

  #forget(line: Line): void {
    if (line.requestId !== null) this.#byRequest.delete(line.requestId);
    line.requestId = null;
    line.renewed = null;
  }

  #cancel(line: Line): void {
    const { requestId } = line;
    this.#forget(line);
    if (requestId === null) return;
    void this.#options.gateway.send('question', 1, (api) => api.cancelMktData(requestId));
  }

  #sayKind(): void {
    void this.#options.gateway.send('question', 1, (api) =>
      api.reqMarketDataType(LIVE_ELSE_DELAYED),
    );
  }

  /** Over a new connection, and where the broker lost what was asked for: everything is asked for again. */
  #renewAll(): void {
    this.#lines.giveUpIdle();
    this.#lines.restore();
    this.#mayBeTwice = true;
    this.#byRequest.clear();
    for (const line of this.#lines.all()) {
      line.requestId = null;
      line.renewed = null;
      line.askAgainAt = 0;
    }
    this.#sayKind();
    for (const line of this.#lines.all()) void this.#subscribe(line);
  }

  #hear(name: string, args: readonly unknown[]): void {
    if (name === EventName.error) {
      this.#hearError(args);
      return;
    }
    if (name === EventName.info && args[1] === COMPETING_SESSION) {
      // Another session of the same user has the prices.
      this.#lines.forgetPrices();
      return;
    }
    if (!TICKS.has(name)) return;
    const line = this.#byRequest.get(args[0] as number);
    if (line === undefined) return;
    const now = this.#now();
    const ticks = line.renewed ?? line.ticks;
    if (!ticks.hear(name, args, now)) return;
    if (name === EventName.tickPrice || name === EventName.tickSize) {
      this.#heardAt = now;
      this.#silentSince = null;
    }
    if (line.renewed?.isTwoSided === true) {
      line.ticks = line.renewed;
      line.renewed = null;
    }
  }

  #hearError([error, code, requestId]: readonly unknown[]): void {
    const line = this.#byRequest.get(requestId as number);
    if (line === undefined || REMARKS.has(code as number)) return;
    const why = (error as Error).message;
    this.#forget(line);
    if (code === TOO_MANY_LINES && line.mayBeTwice) {
      this.#mayBeTwice = false;
      void this.#subscribe(line, line.replaces);
      return;
    }
    line.ticks = new IbTicks();
    line.askAgainAt = this.#now() + REFUSED_MS;
    if (code === COMPETING_SESSION) {
      line.askAgainAt = this.#now() + COMPETED_MS;
      this.#lines.forgetPrices();
    } else if (code === TOO_MANY_LINES) {
      this.#lines.shrink(line);
      this.#options.onTrouble(
        `the broker gives ${this.#lines.most} lines of prices, no more: ${why}`,
      );
    } else this.#options.onTrouble(`no prices of ${line.symbol}: ${why} (${String(code)})`);
  }

  /** Keeps an eye on what is held while the market is open. What fails there is told, and tried again. */
  async #beat(): Promise<void> {
    const { timeline, onTrouble } = this.#options;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#lookAround();
      } catch (error) {
        onTrouble(`held symbols could not be looked after: ${(error as Error).message}`);
      }
      await pauseFor(timeline, BEAT_MS, this.#closing.signal);
    }
  }

  async #lookAround(): Promise<void> {
    const { timeline, contracts } = this.#options;
    const held = [...this.#held];
    if (sessionContaining(this.#now()) !== null && held.length > 0) {
      this.#watchedFrom ??= this.#now();
      await timeline.within(contracts.resolve(held), QUIET_MS, this.#closing.signal);
      await Promise.all(held.map((symbol) => this.#lookAfter(symbol)));
    } else {
      this.#silentSince = null;
      this.#watchedFrom = null;
    }
    this.#lines.giveUpIdle();
  }

  async #lookAfter(symbol: Symbol): Promise<void> {
    const now = this.#now();
    const line = this.#lines.get(symbol);
    if (line !== undefined) line.usedAt = now;
    const quiet = now - Math.max(line?.ticks.heardAt ?? 0, line?.askedAt ?? 0);
    if (line !== undefined && line.requestId !== null && quiet < QUIET_MS) return;
    const wasAsked = line?.requestId != null;
    const asked = this.#lineOf(symbol);
    const canAsk = asked !== null && now >= asked.askAgainAt;
    const wasSent = canAsk && (await this.#subscribe(asked));
    // Asked for before, or not to be asked for; and nothing was heard of anybody else either, since there is a market.
    const speaking = Math.max(this.#heardAt ?? 0, this.#watchedFrom ?? now);
    if (speaking > now - QUIET_MS || (wasSent && !wasAsked)) return;
    this.#silentSince ??= epochMs(wasAsked ? Math.max(now - quiet, speaking) : now);
  }
}
