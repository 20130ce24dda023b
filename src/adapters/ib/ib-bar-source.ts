import { lastSessionClosedBy, newYorkDate, ordinalOf, sessionOf } from '../../calendar/nyse.ts';
import type { BarColumns, CorporateAction, Symbol } from '../../domain/market.ts';
import type { Session, SessionDate } from '../../domain/time.ts';
import type { BadBar, BarSource } from '../../ports/bar-source.ts';
import type { BarStore } from '../../ports/bar-store.ts';
import type { Timeline } from '../../ports/timeline.ts';
import type { IbContracts } from './ib-contracts.ts';
import { forEachOf } from './ib-crowd.ts';
import { IbDaily } from './ib-daily.ts';
import type { IbGateway } from './ib-gateway.ts';
import { HistoryLine } from './ib-history.ts';
import { IbMinutes } from './ib-minutes.ts';

export interface IbBarSourceOptions {
  readonly gateway: IbGateway;
  readonly contracts: IbContracts;
  readonly timeline: Timeline;
  readonly giveUp: AbortSignal;
  /** Where daily bars are kept from one process to the next; null for nowhere. */
  readonly store: BarStore | null;
  /** Sector of a symbol; UNKNOWN for all where absent. */
  readonly sectorOf?: (symbol: Symbol) => string;
  /** Years of daily bars that are asked for of a symbol that none are kept of. */
  readonly years?: number;
  readonly onTrouble: (message: string) => void;
}

/** Enough for the slowest indicator of a year, and for its warm-up. */
const YEARS = 2;
const NO_ACTIONS: readonly CorporateAction[] = [];
/** More than the broker answers at once wait at the line, where the urgent ones overtake them. */
const AT_ONCE = 12;

/**
 * Bars of Interactive Brokers: trades of regular hours, adjusted for splits as of when they were asked for. The broker
 * tells no corporate actions: a split shows as another scale of all bars, which are then all asked for again. Daily
 * bars are loaded for the symbols that are asked for, one-minute bars for those that are followed. What was not
 * answered is unknown: the bars stay as they are, `warnings` says so, and it is asked for again.
 */
export class IbBarSource implements BarSource {
  readonly label = 'Interactive Brokers';
  readonly synthetic = false;
  readonly adjustment = 'split';
  readonly intraday = '1m';
  readonly intradayOf = 'today';
  readonly #options: IbBarSourceOptions;
  readonly #daily: IbDaily;
  readonly #minutes: IbMinutes;
  #universe: readonly Symbol[] = [];
  #origin: readonly string[] = [];
  #followed: readonly Symbol[] = [];
  #symbols: readonly Symbol[] = [];
  /** Those of the universe, and those that bars were wanted of last: what is wrong with them is told. */
  #lookedAt: ReadonlySet<Symbol> = new Set();

  constructor(options: IbBarSourceOptions) {
    const { gateway, contracts, timeline, giveUp, store, years = YEARS, onTrouble } = options;
    const line = new HistoryLine(gateway, timeline, onTrouble);
    this.#options = options;
    this.#daily = new IbDaily({ contracts, line, store, now: () => timeline.now(), years });
    this.#minutes = new IbMinutes({ gateway, contracts, line, timeline, giveUp });
  }

  /** What the universe is from now on, and where it is from, in words: it may change from scan to scan. */
  setUniverse(symbols: readonly Symbol[], origin: readonly string[] = []): void {
    this.#universe = symbols;
    this.#origin = origin;
    this.#change();
  }

  /** What is held, or has orders at work, has bars of a minute, and comes first where bars are asked for. */
  follow(symbols: readonly Symbol[]): void {
    this.#followed = symbols;
    this.#change();
  }

  get symbols(): readonly Symbol[] {
    return this.#symbols;
  }

  sectorOf(symbol: Symbol): string {
    return this.#options.sectorOf?.(symbol) ?? 'UNKNOWN';
  }

  async prepare(upTo: Session, wanted: readonly Symbol[]): Promise<void> {
    const { contracts, timeline } = this.#options;
    const closed = lastSessionClosedBy(timeline.now());
    const ordinal = Math.min(ordinalOf(upTo.date), ordinalOf(closed.date));
    const followed = new Set(this.#followed);
    this.#lookedAt = new Set([...this.#symbols, ...wanted]);
    const lacking = wanted.filter((symbol) => this.#daily.lacks(symbol, ordinal));
    lacking.sort((a, b) => Number(followed.has(b)) - Number(followed.has(a)));
    const today = this.#openedToday();
    const minutes =
      today === null
        ? []
        : this.#minutes.missing(
            wanted.filter((symbol) => followed.has(symbol)),
            today.date,
          );
    if (lacking.length === 0 && minutes.length === 0) return;
    await contracts.resolve([...new Set([...lacking, ...minutes])]);
    await Promise.all([
      forEachOf(lacking, AT_ONCE, (symbol) => this.#daily.load(symbol, followed.has(symbol))),
      today === null ? undefined : this.#minutes.follow(minutes, today.date),
    ]);
  }

  daily(symbol: Symbol): BarColumns {
    return this.#daily.of(symbol);
  }

  session(symbol: Symbol, date: SessionDate): BarColumns | null {
    return this.#minutes.of(symbol, date);
  }

  /** None: the broker does not tell them. */
  actions(): readonly CorporateAction[] {
    return NO_ACTIONS;
  }

  get revision(): number {
    return this.#daily.revision;
  }

  get badBars(): readonly BadBar[] {
    return this.#daily.badBars.filter(({ symbol }) => this.#lookedAt.has(symbol));
  }

  get warnings(): readonly string[] {
    const { contracts } = this.#options;
    const lookedAt = this.#lookedAt;
    return [
      ...this.#origin,
      ...contracts.warningsOf(lookedAt),
      ...this.#daily.warningsOf(lookedAt),
    ];
  }

  close(): void {
    this.#minutes.close();
  }

  /** The session of this date, once it has begun: before that there are no bars of it. */
  #openedToday(): Session | null {
    const now = this.#options.timeline.now();
    const session = sessionOf(newYorkDate(now));
    return session !== null && now >= session.openAt ? session : null;
  }

  #change(): void {
    const symbols = [...new Set([...this.#universe, ...this.#followed])].sort();
    const isSame =
      symbols.length === this.#symbols.length &&
      symbols.every((symbol, i) => symbol === this.#symbols[i]);
    if (!isSame) this.#symbols = symbols;
  }
}
