import { boardRowOf } from '../../bars/board.ts';
import { type MarketSnapshot, spreadBps } from '../../bars/snapshot.ts';
import { newYorkTime } from '../../calendar/nyse.ts';
import type { Symbol } from '../../domain/market.ts';
import { toUsd } from '../../domain/money.ts';
import { type EpochMs, epochMs, MINUTE_MS } from '../../domain/time.ts';
import type { MarketData, SnapshotRequest } from '../../ports/market-data.ts';
import type { LiveQuote, Quotes, QuoteWait } from '../../ports/quotes.ts';

export interface LiveMarketDataOptions {
  readonly now: () => EpochMs;
  /** Older quotes deny an entry: what is waited for is half as old at most. */
  readonly maxQuoteAgeMs: number;
  /** How long after the open the first trades of symbols are waited for. */
  readonly openingWaitMs: number;
  /** Symbols whose quotes are asked for at once: of more, the most active; 90. */
  readonly maxQuoted?: number;
  /** Called before a scan of everything: finds out what everything is. */
  readonly findUniverse?: () => Promise<void>;
}

const MAX_QUOTED = 90;
/** After the open everybody is waited for so long; then only while further symbols keep opening. */
const OPENING_PATIENCE_MS = 5_000;
/** How long quotes of a session that goes on are waited for. */
const QUOTE_WAIT_MS = 5_000;
/** Quotes belong to an instant that is no longer ago than this. */
const NOW_MS = 2 * MINUTE_MS;

/**
 * Bars as a market, with the prices of now laid over them while the session is open. A run waits for the quotes of its
 * symbols and is sealed after that; a valuation takes those that are there. A price is the last trade of the session,
 * or else the middle; a symbol without a live quote keeps its last close, and has no price to trade at.
 */
export class LiveMarketData implements MarketData {
  readonly label: string;
  readonly #bars: MarketData;
  readonly #quotes: Quotes;
  readonly #options: LiveMarketDataOptions;

  constructor(bars: MarketData, quotes: Quotes, options: LiveMarketDataOptions) {
    this.label = bars.label;
    this.#bars = bars;
    this.#quotes = quotes;
    this.#options = options;
  }

  async snapshot(request: SnapshotRequest): Promise<MarketSnapshot> {
    if (request.waitForQuotes !== true) {
      const snapshot = await this.#bars.snapshot(request);
      return this.#isNow(request)
        ? this.#overlay(request, snapshot, this.#quotesOf(snapshot))
        : snapshot;
    }
    if (request.symbols === undefined) await this.findUniverse();
    const before = await this.#bars.snapshot(request);
    const at = this.#instantOf(request);
    if (at < request.session.openAt || at >= request.session.closeAt) return before;
    await this.#waitForQuotes(this.#quoted(before), request, at);
    const asOf = this.#instantOf(request);
    // Taken before anything else is waited for: nothing that is heard after the seal is in the snapshot.
    const quotes = this.#quotesOf(before);
    const sealed = { ...request, asOf };
    return this.#overlay(sealed, await this.#bars.snapshot(sealed), quotes);
  }

  /** Opens the lines of prices that a scan will want, so that they speak by then. */
  async warm(request: SnapshotRequest): Promise<void> {
    const symbols = this.#quoted(await this.#bars.snapshot(request));
    const wait = this.#freshWait(this.#options.now());
    await this.#quotes.prepare(symbols, { ...wait, from: epochMs(0) });
  }

  async findUniverse(): Promise<void> {
    await this.#options.findUniverse?.();
  }

  /** A scheduled instant never comes early, whatever the machine's clock says of it. */
  #instantOf({ asOf }: SnapshotRequest): EpochMs {
    return epochMs(Math.max(asOf, this.#options.now()));
  }

  /** True inside the session, after its open, for an instant that is now: quotes say nothing of another. */
  #isNow({ asOf, session }: SnapshotRequest): boolean {
    const isOpen = asOf > session.openAt && asOf < session.closeAt;
    return isOpen && Math.abs(this.#options.now() - asOf) <= NOW_MS;
  }

  async #waitForQuotes(
    symbols: readonly Symbol[],
    { session: { openAt } }: SnapshotRequest,
    at: EpochMs,
  ): Promise<void> {
    const { openingWaitMs } = this.#options;
    const openingEnd = epochMs(openAt + openingWaitMs);
    if (at < openingEnd) {
      const patientUntil = epochMs(Math.min(openAt + OPENING_PATIENCE_MS, openingEnd));
      await this.#quotes.prepare(symbols, { from: openAt, until: openingEnd, patientUntil });
    }
    // Those who opened first may have said nothing since.
    const now = this.#options.now();
    await this.#quotes.prepare(symbols, this.#freshWait(now));
  }

  #freshWait(now: EpochMs): QuoteWait {
    const from = epochMs(now - Math.floor(this.#options.maxQuoteAgeMs / 2));
    return { from, until: epochMs(now + QUOTE_WAIT_MS), patientUntil: now };
  }

  /** Whose quotes are asked for: all, or of too many those that trade most in shares and in dollars, in turn. */
  #quoted(snapshot: MarketSnapshot): readonly Symbol[] {
    const { maxQuoted = MAX_QUOTED } = this.#options;
    const symbols = snapshot.series.map(({ symbol }) => symbol);
    if (symbols.length <= maxQuoted) return symbols;
    const { stretch, row } = boardRowOf(snapshot);
    const [from, to] = [row * symbols.length, (row + 1) * symbols.length];
    const byShares = ranked(symbols, stretch.medianVolume.subarray(from, to));
    const byDollars = ranked(symbols, stretch.medianDollars.subarray(from, to));
    const chosen = new Set<Symbol>();
    for (let i = 0; i < symbols.length && chosen.size < maxQuoted; i += 1) {
      chosen.add(byShares[i] as Symbol);
      if (chosen.size < maxQuoted) chosen.add(byDollars[i] as Symbol);
    }
    return [...chosen].sort();
  }

  #quotesOf({ series }: MarketSnapshot): ReadonlyMap<Symbol, LiveQuote> {
    const quotes = new Map<Symbol, LiveQuote>();
    for (const { symbol } of series) {
      const quote = this.#quotes.quote(symbol);
      if (quote !== null) quotes.set(symbol, quote);
    }
    return quotes;
  }

  #overlay(
    { asOf, todayOpen }: SnapshotRequest,
    bars: MarketSnapshot,
    quotes: ReadonlyMap<Symbol, LiveQuote>,
  ): MarketSnapshot {
    const own = bars.series.map(({ symbol }) => quotes.get(symbol) ?? null);
    const reference = bars.reference.slice();
    let pricedToday = false;
    own.forEach((quote, i) => {
      if (quote === null || quote.kind !== 'live' || !quote.hasOpened) return;
      reference[i] = toUsd(quote.last);
      pricedToday = true;
    });
    const quote = (i: number): LiveQuote | null => own[i] ?? null;
    const isSilent = own.length > 0 && own.every((one) => one === null);
    return {
      ...bars,
      asOf,
      reference,
      pricedToday,
      noPrice: isSilent ? `no quote of any symbol at ${newYorkTime(asOf)} ET` : null,
      todayOpen: todayOpen
        ? Float64Array.from(own, (one) => (one?.open == null ? Number.NaN : toUsd(one.open)))
        : null,
      liveQuotes: true,
      quote,
      isWiderThan: (i, maxSpreadBps) => {
        const one = quote(i);
        return one !== null && spreadBps(one) > maxSpreadBps;
      },
      warnings: [...bars.warnings, ...volumeRemark(bars)],
    };
  }
}

/** The symbols by a value of each, highest first; ties by symbol, those without one last. */
function ranked(symbols: readonly Symbol[], value: Float64Array): Symbol[] {
  const orLowest = (i: number): number => (Number.isNaN(value[i]) ? -1 : (value[i] as number));
  return symbols
    .map((_, i) => i)
    .sort((a, b) => orLowest(b) - orLowest(a) || a - b)
    .map((i) => symbols[i] as Symbol);
}

/** Volume by the minute is compared with earlier sessions, of which a line to a broker has no bars. */
function volumeRemark({ relativeVolume }: MarketSnapshot): readonly string[] {
  if (relativeVolume === null || !relativeVolume.every(Number.isNaN)) return [];
  return ['no symbol has minute bars of earlier sessions: nothing ranks by relative volume'];
}
