import { BarSizeSetting, EventName, WhatToShow } from '@stoqey/ib';
import { nyseGrid } from '../../bars/nyse-grid.ts';
import { priceFault, TimeRules } from '../../bars/rules.ts';
import { type Bar, type BarColumns, columnsFromBars, type Symbol } from '../../domain/market.ts';
import {
  DAY_MS,
  type EpochMs,
  MINUTE_MS,
  SECOND_MS,
  type SessionDate,
  utcMsToDate,
} from '../../domain/time.ts';
import type { Timeline } from '../../ports/timeline.ts';
import type { IbContracts } from './ib-contracts.ts';
import type { IbGateway } from './ib-gateway.ts';
import { barOf, type HistoryLine, isEndOfHistory } from './ib-history.ts';

export interface IbMinutesOptions {
  readonly gateway: IbGateway;
  readonly contracts: IbContracts;
  readonly line: HistoryLine;
  readonly timeline: Timeline;
  readonly giveUp: AbortSignal;
}

/** How long the bars so far may take. */
const FIRST_BARS_MS = 20_000;
const ASK_AGAIN_MS = MINUTE_MS;
/** The remark that a time zone was not named: it ends nothing. */
const REMARKS = new Set([2_174, 2_176]);

/** The bars of one symbol and session as they are made. */
interface Stream {
  readonly symbol: Symbol;
  readonly date: SessionDate;
  readonly requestId: number;
  readonly connection: number;
  readonly bars: Bar[];
  /** Resolves once the bars so far are there, or will not come. */
  readonly begun: Promise<void>;
  readonly settle: () => void;
  hasBegun: boolean;
  hasEnded: boolean;
  endedAt: EpochMs | null;
  /** The columns that were given out last, while nothing was added. */
  columns: BarColumns | null;
}

/**
 * Bars of a minute, kept up to date by the broker while they are made: for the few symbols that are followed. The bar
 * in progress is among them with its open. What was given out never changes: there are other columns after each change.
 */
export class IbMinutes {
  readonly #options: IbMinutesOptions;
  readonly #streams = new Map<Symbol, Stream>();
  readonly #byRequest = new Map<number, Stream>();
  readonly #unlisten: readonly (() => void)[];

  constructor(options: IbMinutesOptions) {
    this.#options = options;
    const { gateway } = options;
    this.#unlisten = [
      gateway.listen((name, args) => this.#hear(name, args)),
      gateway.onConnection(() => this.#lose()),
    ];
  }

  /**
   * Follows these symbols beside those that are followed through the same session. Resolves when what there is of them
   * is there.
   */
  async follow(symbols: readonly Symbol[], date: SessionDate): Promise<void> {
    for (const stream of this.#streams.values()) {
      if (stream.date === date) continue;
      this.#streams.delete(stream.symbol);
      void this.#end(stream, true);
    }
    await Promise.all(symbols.map((symbol) => this.#stream(symbol, date)));
  }

  /** The bars of a session so far; null where none are followed. */
  of(symbol: Symbol, date: SessionDate): BarColumns | null {
    const stream = this.#streams.get(symbol);
    if (stream?.date !== date || stream.bars.length === 0) return null;
    stream.columns ??= columnsFromBars(stream.bars);
    return stream.columns;
  }

  /** Symbols that should be followed through the session and are not. */
  missing(symbols: readonly Symbol[], date: SessionDate): readonly Symbol[] {
    return symbols.filter((symbol) => {
      const stream = this.#streams.get(symbol);
      return stream?.date !== date || !stream.hasBegun || this.#isOver(stream);
    });
  }

  close(): void {
    for (const stop of this.#unlisten) stop();
    for (const stream of this.#streams.values()) void this.#end(stream, true);
    this.#streams.clear();
  }

  #isOver(stream: Stream): boolean {
    return stream.hasEnded || this.#options.gateway.connection?.number !== stream.connection;
  }

  /** Over a new connection, and where the broker lost what was asked for, no stream goes on. */
  #lose(): void {
    for (const stream of this.#streams.values()) {
      stream.hasEnded = true;
      stream.settle();
    }
    this.#byRequest.clear();
  }

  async #stream(symbol: Symbol, date: SessionDate): Promise<void> {
    const { timeline, giveUp } = this.#options;
    const known = this.#streams.get(symbol);
    if (known !== undefined && !this.#isOver(known)) {
      await timeline.within(known.begun, FIRST_BARS_MS, giveUp);
      return;
    }
    const tooEarly = known?.endedAt != null && timeline.now() < known.endedAt + ASK_AGAIN_MS;
    if (tooEarly && this.#options.gateway.connection?.number === known.connection) return;
    const stream = await this.#begin(symbol, date, known?.bars ?? []);
    if (stream === null) return;
    const limited = await timeline.within(stream.begun, FIRST_BARS_MS, giveUp);
    if (!limited.done) await this.#end(stream, true);
  }

  /** Asks for the bars of a session from its begin on; bars that are known stay until they are there again. */
  async #begin(symbol: Symbol, date: SessionDate, known: readonly Bar[]): Promise<Stream | null> {
    const { gateway, contracts, line, giveUp } = this.#options;
    const contract = contracts.wire(symbol);
    const { connection } = gateway;
    if (contract === null || connection === null) return null;
    if (!(await line.small(FIRST_BARS_MS, giveUp))) return null;
    const other = this.#streams.get(symbol);
    if (other !== undefined && other.date === date && !this.#isOver(other)) return other;
    const requestId = gateway.nextRequestId();
    const bars = known.filter(({ time }) => utcMsToDate(dayStart(time)) === date);
    const stream = streamOf({ symbol, date, requestId, connection: connection.number, bars });
    this.#streams.set(symbol, stream);
    this.#byRequest.set(requestId, stream);
    const wasSent = await gateway.send('question', 1, (api) => {
      // Its subscriptions may have been lost while it waited: nobody would hear or end this one.
      if (stream.hasEnded) return;
      api.reqHistoricalData(
        requestId,
        contract,
        '',
        '1 D',
        BarSizeSetting.MINUTES_ONE,
        WhatToShow.TRADES,
        1,
        2,
        true,
      );
    });
    if (!wasSent) await this.#end(stream, false);
    return stream;
  }

  async #end(stream: Stream, cancel: boolean): Promise<void> {
    const { gateway, timeline } = this.#options;
    const wasOver = this.#isOver(stream);
    stream.hasEnded = true;
    stream.endedAt = timeline.now();
    stream.settle();
    this.#byRequest.delete(stream.requestId);
    if (!cancel || wasOver) return;
    await gateway.send('question', 1, (api) => api.cancelHistoricalData(stream.requestId));
  }

  #hear(name: string, args: readonly unknown[]): void {
    if (name === EventName.error) {
      this.#hearError(args);
      return;
    }
    if (name !== EventName.historicalData && name !== EventName.historicalDataUpdate) return;
    const stream = this.#byRequest.get(args[0] as number);
    if (stream === undefined) return;
    if (name === EventName.historicalData && isEndOfHistory(args)) {
      stream.hasBegun = true;
      stream.settle();
      return;
    }
    add(stream, barOf(args, Number(args[1]) * SECOND_MS));
  }

  #hearError([error, code, requestId]: readonly unknown[]): void {
    const stream = this.#byRequest.get(requestId as number);
    if (stream === undefined || REMARKS.has(code as number)) return;
    const answer = this.#options.line.refused(code as number, (error as Error).message);
    // Before its first trade a symbol has no bars, which is an answer: it is asked for again all the same.
    if (answer.kind === 'none') stream.hasBegun = true;
    void this.#end(stream, false);
  }
}

function streamOf(
  known: Pick<Stream, 'symbol' | 'date' | 'requestId' | 'connection' | 'bars'>,
): Stream {
  let settle: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return {
    ...known,
    begun,
    settle,
    hasBegun: false,
    hasEnded: false,
    endedAt: null,
    columns: null,
  };
}

/** Takes a bar that is new, or that goes on; what is no bar of the session is not taken. */
function add(stream: Stream, bar: Bar): void {
  const { bars, date } = stream;
  const { time, open, high, low, close } = bar;
  const volume = bar.volume > 0 ? bar.volume : 0;
  if (new TimeRules(nyseGrid(), '1m').faultOf(time) !== null) return;
  if (utcMsToDate(dayStart(time)) !== date) return;
  if (priceFault(open, high, low, close, volume) !== null) return;
  let at = bars.length;
  while (at > 0 && (bars[at - 1] as Bar).time >= time) at -= 1;
  const isKnown = bars[at]?.time === time;
  bars.splice(at, isKnown ? 1 : 0, { time, open, high, low, close, volume });
  stream.columns = null;
}

/** A New York session lies within one UTC date. */
const dayStart = (time: number): number => Math.floor(time / DAY_MS) * DAY_MS;
