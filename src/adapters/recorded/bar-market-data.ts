import { sharesBecome } from '../../bars/adjust.ts';
import { Board, type BoardRow } from '../../bars/board.ts';
import { nyseGrid } from '../../bars/nyse-grid.ts';
import { type SeriesEra, SymbolSeries } from '../../bars/series.ts';
import { SessionColumns } from '../../bars/session-columns.ts';
import type { MarketSnapshot } from '../../bars/snapshot.ts';
import {
  lastSessionClosedBy,
  newYorkTime,
  ordinalAtOrBefore,
  ordinalOf,
  sessionAt,
} from '../../calendar/nyse.ts';
import {
  type BarColumns,
  type CorporateAction,
  lowerBound,
  type Symbol,
  TIMEFRAME_MINUTES,
} from '../../domain/market.ts';
import { assertExists } from '../../domain/result.ts';
import { type EpochMs, MINUTE_MS, type Session, type SessionDate } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';
import type { MarketData, SnapshotRequest } from '../../ports/market-data.ts';
import { isModelledWider, modelledQuote } from './modelled-quote.ts';

/** Earlier sessions that today's volume is compared with. */
const VOLUME_SESSIONS = 20;

export interface BarMarketDataOptions {
  /** Half the spread of the quotes that are modelled around the last visible price. */
  readonly halfSpreadBps: number;
  /**
   * The last session that will be asked for, where that is known: everything is loaded once then. Decisions still see
   * only what had ended at their instant.
   */
  readonly until?: Session;
  /**
   * Values that may be kept of rows that were looked at, for whoever looks at the same ones again; 0 unless given. Each
   * takes 52 bytes.
   */
  readonly mostKept?: number;
  /** True where sessions are asked for in order of time, once: what is behind is not kept. */
  readonly isForward?: boolean;
}

/** Fewer symbols are asked for by name, as those that are held; so many are a universe, which comes again. */
const UNIVERSE_SYMBOLS = 40;

/** The series of a universe. */
interface Shelf {
  readonly symbols: readonly Symbol[];
  readonly upTo: SessionDate;
  readonly revision: number;
  readonly series: readonly SymbolSeries[];
  readonly board: Board;
}

interface LaidOut {
  readonly board?: BoardRow;
  readonly eras: readonly SeriesEra[];
  readonly visible: Int32Array;
  readonly close: Float64Array;
}

/** What a source has said so far, and every row that it takes for no bar. */
export const remarksOf = ({ warnings, badBars }: BarSource): string[] => [
  ...warnings,
  ...badBars.map(({ symbol, where, reason }) => `${symbol} ${where}: ${reason}, taken as no bar`),
];

/** Bars as a market: snapshots are cut from columns that are held once. Quotes are modelled, and say so. */
export class BarMarketData implements MarketData {
  readonly label: string;
  readonly #source: BarSource;
  readonly #options: BarMarketDataOptions;
  /** The symbols of the source, once they were asked for. */
  #known: { readonly symbols: readonly Symbol[]; readonly set: ReadonlySet<Symbol> } | null = null;
  readonly #sessions = new SessionColumns(nyseGrid());
  readonly #series = new Map<Symbol, { raw: BarColumns; series: SymbolSeries }>();
  #shelf: Shelf | null = null;
  /** The universe that was asked for last, and what of it there is. */
  #asked: { readonly symbols: readonly Symbol[]; readonly wanted: readonly Symbol[] } | null = null;
  #warnings: readonly string[] = [];
  #said: readonly string[] | null = null;

  constructor(source: BarSource, options: BarMarketDataOptions) {
    this.label = source.label;
    this.#source = source;
    this.#options = options;
  }

  async snapshot(request: SnapshotRequest): Promise<MarketSnapshot> {
    const { asOf, session } = request;
    const completed = lastSessionClosedBy(asOf);
    const symbols = this.#wanted(request);
    const upTo = this.#options.until ?? completed;
    await this.#source.prepare(upTo, symbols);
    const series = this.#seriesFor(symbols, upTo);
    const sessionOrdinal = ordinalAtOrBefore(session.date);
    const completedOrdinal = ordinalOf(completed.date);
    const inSession = asOf > session.openAt && asOf < session.closeAt;
    const { board, eras, visible, close } = this.#layOut(series, sessionOrdinal, completedOrdinal);
    // Prices of today are written over those of yesterday: of a copy, since the board shows them to others too.
    const reference = inSession ? close.slice() : close;
    const priced = inSession ? this.#priceToday(symbols, request, reference) : null;
    const pricedToday = priced?.includes(1) ?? false;
    const quoted = (i: number): boolean => priced?.[i] !== 0;
    const { halfSpreadBps } = this.#options;
    return {
      asOf,
      session,
      sessionOrdinal,
      completedOrdinal,
      series,
      eras,
      visible,
      reference,
      pricedToday,
      noPrice: inSession && !pricedToday ? this.#noPriceReason(asOf) : null,
      todayOpen: request.todayOpen ? this.#todayOpen(symbols, request) : null,
      relativeVolume: request.relativeVolume ? this.#relativeVolume(symbols, request) : null,
      // Once the session has begun, yesterday's close is no price any more.
      quote: (i) => (quoted(i) ? modelledQuote(reference[i] as number, halfSpreadBps, asOf) : null),
      isWiderThan: (i, maxSpreadBps) =>
        quoted(i) && isModelledWider(reference[i] as number, halfSpreadBps, maxSpreadBps),
      label: this.label,
      synthetic: this.#source.synthetic,
      warnings: this.#warningsNow(),
      ...(board === undefined ? {} : { board }),
    };
  }

  /** What is visible of each series, and its last close. A universe that is asked for again gets a board. */
  #layOut(
    series: readonly SymbolSeries[],
    sessionOrdinal: number,
    completedOrdinal: number,
  ): LaidOut {
    if (series === this.#shelf?.series) {
      const board = this.#shelf.board.rowAt({ sessionOrdinal, completedOrdinal });
      const from = board.row * series.length;
      const to = from + series.length;
      const { eras, visible, close } = board.stretch;
      return {
        board,
        eras: eras[board.row] as readonly SeriesEra[],
        visible: visible.subarray(from, to),
        close: close.subarray(from, to),
      };
    }
    const eras: SeriesEra[] = [];
    const visible = new Int32Array(series.length);
    const close = new Float64Array(series.length);
    for (const [i, one] of series.entries()) {
      const era = one.eraAt(sessionOrdinal);
      const bars = era.visibleThrough(completedOrdinal);
      eras.push(era);
      visible[i] = bars;
      close[i] = era.columns.close[bars - 1] ?? Number.NaN;
    }
    return { eras, visible, close };
  }

  /** What the source has said so far, made anew only when it says more. */
  #warningsNow(): readonly string[] {
    const { warnings, badBars } = this.#source;
    if (this.#said !== warnings || this.#warnings.length !== warnings.length + badBars.length) {
      this.#said = warnings;
      this.#warnings = remarksOf(this.#source);
    }
    return this.#warnings;
  }

  /**
   * The series of these symbols. Those of a universe are kept while nothing later is asked for, since bars that were
   * given out never change.
   */
  #seriesFor(symbols: readonly Symbol[], upTo: Session): readonly SymbolSeries[] {
    const { revision = 0 } = this.#source;
    const shelf = this.#shelf;
    if (shelf?.symbols === symbols && shelf.upTo === upTo.date && shelf.revision === revision) {
      return shelf.series;
    }
    const series = symbols.map((symbol) => this.#seriesOf(symbol));
    if (symbols === this.#source.symbols || symbols === this.#asked?.wanted) {
      const { until, mostKept = 0 } = this.#options;
      const board = new Board(series, until === undefined ? -1 : ordinalOf(until.date), mostKept);
      this.#shelf = { symbols, upTo: upTo.date, revision, series, board };
    }
    return series;
  }

  #wanted({ symbols: asked }: SnapshotRequest): readonly Symbol[] {
    const { symbols } = this.#source;
    if (asked === undefined) return symbols;
    if (this.#known?.symbols !== symbols) {
      this.#known = { symbols, set: new Set(symbols) };
      this.#asked = null;
    }
    if (this.#asked?.symbols === asked) return this.#asked.wanted;
    const known = this.#known.set;
    const wanted = [...new Set(asked)].filter((symbol) => known.has(symbol)).sort();
    if (asked.length >= UNIVERSE_SYMBOLS) this.#asked = { symbols: asked, wanted };
    return wanted;
  }

  #seriesOf(symbol: Symbol): SymbolSeries {
    const raw = this.#source.daily(symbol);
    const known = this.#series.get(symbol);
    if (known !== undefined && known.raw === raw) return known.series;
    const series = new SymbolSeries(
      symbol,
      this.#source.sectorOf(symbol),
      raw,
      this.#sessions,
      unadjusted(this.#source, symbol),
      this.#options.isForward,
    );
    this.#series.set(symbol, { raw, series });
    return series;
  }

  /** Replaces references by the last bar of today that has ended; 1 for the symbols that have one. */
  #priceToday(
    symbols: readonly Symbol[],
    { asOf, session }: SnapshotRequest,
    reference: Float64Array,
  ): Uint8Array {
    const priced = new Uint8Array(symbols.length);
    symbols.forEach((symbol, i) => {
      const bars = this.#source.session(symbol, session.date);
      const last = bars === null ? -1 : this.#lastEnded(bars, asOf, session);
      if (bars === null || last < 0) return;
      priced[i] = 1;
      reference[i] = bars.close[last] as number;
    });
    return priced;
  }

  /** The index of the last bar with volume that ended by the instant, -1 for none. */
  #lastEnded(bars: BarColumns, asOf: EpochMs, session: Session): number {
    // Bars that start at the instant or later cannot have ended.
    for (let i = lowerBound(bars.time, asOf) - 1; i >= 0; i--) {
      if (this.#endOf(bars, i, session) <= asOf && (bars.volume[i] as number) > 0) return i;
    }
    return -1;
  }

  /** The last bar of a session may be short. */
  #endOf(bars: BarColumns, i: number, session: Session): number {
    return Math.min((bars.time[i] as number) + this.#barLengthMs(), session.closeAt);
  }

  #barLengthMs(): number {
    const timeframe = assertExists(this.#source.intraday, 'only asked for with intraday bars');
    return TIMEFRAME_MINUTES[timeframe] * MINUTE_MS;
  }

  #noPriceReason(asOf: EpochMs): string {
    const at = newYorkTime(asOf).slice(0, 5);
    return this.#source.intraday === null
      ? `no price at ${at} ET: daily bars have one at the open only`
      : `no price at ${at} ET: no intraday bar of this session has ended by then`;
  }

  /** The open of today's first traded bar, once that bar has ended. */
  #todayOpen(symbols: readonly Symbol[], { asOf, session }: SnapshotRequest): Float64Array {
    return Float64Array.from(symbols, (symbol) => {
      const bars = this.#source.session(symbol, session.date);
      if (bars === null) return Number.NaN;
      const first = bars.volume.findIndex((volume) => volume > 0);
      const seen = first >= 0 && this.#endOf(bars, first, session) <= asOf;
      return seen ? (bars.open[first] as number) : Number.NaN;
    });
  }

  /**
   * Today's volume so far over the mean of the same minutes in the earlier sessions that have bars, in today's shares.
   */
  #relativeVolume(symbols: readonly Symbol[], { asOf, session }: SnapshotRequest): Float64Array {
    const ordinal = ordinalOf(session.date);
    const elapsedMs = asOf - session.openAt;
    const earlier = Array.from({ length: VOLUME_SESSIONS }, (_, i) => sessionAt(ordinal - 1 - i));
    return Float64Array.from(symbols, (symbol) => {
      const today = this.#volumeWithin(symbol, session, elapsedMs);
      const actions = unadjusted(this.#source, symbol);
      let total = 0;
      let sessions = 0;
      for (const one of earlier) {
        const volume = this.#volumeWithin(symbol, one, elapsedMs);
        if (volume === null) continue;
        total += volume * sharesBecome(actions, one.date, session.date);
        sessions += 1;
      }
      return today === null || total === 0 ? Number.NaN : today / (total / sessions);
    });
  }

  #volumeWithin(symbol: Symbol, session: Session, elapsedMs: number): number | null {
    const bars = this.#source.session(symbol, session.date);
    if (bars === null) return null;
    let total = 0;
    for (let i = 0; i < bars.length; i++) {
      if (this.#endOf(bars, i, session) > session.openAt + elapsedMs) break;
      total += bars.volume[i] as number;
    }
    return total;
  }
}

/** The actions that the prices do not contain yet. */
function unadjusted(source: BarSource, symbol: Symbol): readonly CorporateAction[] {
  if (source.adjustment === 'total') return [];
  const actions = source.actions(symbol);
  return source.adjustment === 'none' ? actions : actions.filter(({ kind }) => kind !== 'split');
}
