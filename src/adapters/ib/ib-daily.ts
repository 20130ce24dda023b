import { nyseGrid } from '../../bars/nyse-grid.ts';
import { BAD_ROW_MEANINGS, priceFault, TimeRules } from '../../bars/rules.ts';
import { lastSessionClosedBy, ordinalOf } from '../../calendar/nyse.ts';
import {
  type Bar,
  type BarColumns,
  barAt,
  columnsFromBars,
  emptyColumns,
  lowerBound,
  type Symbol,
} from '../../domain/market.ts';
import { DAY_MS, dateToUtcMs, type EpochMs, MINUTE_MS, utcMsToDate } from '../../domain/time.ts';
import type { BadBar } from '../../ports/bar-source.ts';
import type { BarStore } from '../../ports/bar-store.ts';
import type { IbContracts } from './ib-contracts.ts';
import type { HistoryLine } from './ib-history.ts';

export interface IbDailyOptions {
  readonly contracts: IbContracts;
  readonly line: HistoryLine;
  readonly store: BarStore | null;
  readonly now: () => EpochMs;
  /** Years of bars that are asked for where none are known. */
  readonly years: number;
}

/** Days that are asked for again, so that bars which were adjusted or corrected since are noticed. */
const OVERLAP_DAYS = 10;
/** The broker takes days up to a year; from here on everything is asked for again. */
const MOST_DAYS = 300;
/** Closes of the same session that differ by more are prices before and after a split. */
const OTHER_SCALE = 0.005;
/** So long after the close a bar may still change: closing prices are told late. */
const SETTLED_MS = 30 * MINUTE_MS;
const ASK_AGAIN_MS = MINUTE_MS;
const LATE_BAR_MS = 10 * MINUTE_MS;
/** Absent sessions that are told of: older ones change nothing any more. */
const GAPS_WITHIN = 260;

interface Held {
  columns: BarColumns;
  /** The ordinal of the last session that the broker was asked about after its close; -1 for none. */
  through: number;
  /** When the last bar can be relied upon. */
  settledAt: number;
  askAgainAt: number;
}

const NO_BARS = emptyColumns(0);

/** The daily bars of many symbols: only what is missing is asked for. Columns that were given out never change. */
export class IbDaily {
  readonly #options: IbDailyOptions;
  readonly #held = new Map<Symbol, Held>();
  readonly #asking = new Map<Symbol, Promise<void>>();
  readonly #bad = new Map<string, BadBar>();
  readonly #warnings = new Map<Symbol, string>();
  #revision = 0;

  constructor(options: IbDailyOptions) {
    this.#options = options;
  }

  of(symbol: Symbol): BarColumns {
    return this.#held.get(symbol)?.columns ?? NO_BARS;
  }

  /** Counts how often columns were replaced by others. */
  get revision(): number {
    return this.#revision;
  }

  get badBars(): readonly BadBar[] {
    return [...this.#bad.values()];
  }

  /** What is wrong with the bars of these symbols, in words. */
  warningsOf(symbols: ReadonlySet<Symbol>): readonly string[] {
    return [...this.#warnings].flatMap(([symbol, text]) => (symbols.has(symbol) ? [text] : []));
  }

  /** True where bars up to this session are missing and may be asked for now. */
  lacks(symbol: Symbol, ordinal: number): boolean {
    const now = this.#options.now();
    const held = this.#heldOf(symbol);
    if (now < held.askAgainAt) return false;
    return held.through < ordinal || (held.settledAt > 0 && now >= held.settledAt);
  }

  /** Asks for what is missing up to now. Resolves when it is there, or cannot be had. */
  load(symbol: Symbol, urgent: boolean): Promise<void> {
    const asking =
      this.#asking.get(symbol) ??
      this.#loadNow(symbol, urgent).finally(() => {
        this.#asking.delete(symbol);
      });
    this.#asking.set(symbol, asking);
    return asking;
  }

  #heldOf(symbol: Symbol): Held {
    let held = this.#held.get(symbol);
    if (held === undefined) {
      const columns = this.#options.store?.read(symbol) ?? NO_BARS;
      held = { columns, through: lastOrdinal(columns), settledAt: 0, askAgainAt: 0 };
      this.#held.set(symbol, held);
    }
    return held;
  }

  async #loadNow(symbol: Symbol, urgent: boolean): Promise<void> {
    const held = this.#heldOf(symbol);
    const fresh = await this.#ask(symbol, this.#durationFor(held), urgent);
    if (fresh === null) return;
    const merged = merge(held.columns, fresh);
    if (merged !== null) {
      this.#take(symbol, held, merged);
      return;
    }
    const whole = await this.#ask(symbol, this.#allYears(), urgent);
    if (whole === null) return;
    this.#take(symbol, held, columnsFromBars(whole));
  }

  /** The completed good bars of that time; empty where there are none, null where that is not known. */
  async #ask(symbol: Symbol, duration: string, urgent: boolean): Promise<readonly Bar[] | null> {
    const { contracts, line, now } = this.#options;
    const contract = contracts.wire(symbol);
    if (contract === null) {
      this.#isUnknown(symbol, contracts.refusal(symbol) ?? 'the broker was not asked for it yet');
      return null;
    }
    const askedAt = now();
    const answer = await line.daily(
      { what: `daily bars of ${symbol}`, contract, duration },
      urgent,
    );
    if (answer.kind === 'unknown') {
      this.#isUnknown(symbol, answer.why);
      return null;
    }
    const held = this.#heldOf(symbol);
    const last = lastSessionClosedBy(askedAt);
    const settledAt = last.closeAt + SETTLED_MS;
    held.through = ordinalOf(last.date);
    held.settledAt = askedAt < settledAt ? settledAt : 0;
    held.askAgainAt = 0;
    this.#warnings.delete(symbol);
    if (answer.kind === 'none') return [];
    // The session that goes on has a bar already, which is none yet.
    const end = dateToUtcMs(last.date);
    return this.#judged(
      symbol,
      answer.bars.filter(({ time }) => !(time > end)),
    );
  }

  #isUnknown(symbol: Symbol, why: string): void {
    this.#heldOf(symbol).askAgainAt = this.#options.now() + ASK_AGAIN_MS;
    this.#warnings.set(symbol, `daily bars of ${symbol} are not up to date: ${why}`);
  }

  #judged(symbol: Symbol, bars: readonly Bar[]): Bar[] {
    const times = new TimeRules(nyseGrid(), '1d');
    return bars.filter(({ time, open, high, low, close, volume }) => {
      const fault = times.faultOf(time) ?? priceFault(open, high, low, close, volume);
      if (fault === null) return true;
      const where = Number.isFinite(time) ? utcMsToDate(time) : 'a bar without a date';
      const reason = BAD_ROW_MEANINGS[fault];
      this.#bad.set(`${symbol} ${where}`, { symbol, where, reason });
      return false;
    });
  }

  #take(symbol: Symbol, held: Held, columns: BarColumns): void {
    if (!isSame(held.columns, columns)) {
      held.columns = columns;
      this.#revision += 1;
    }
    // The last session may have no bar because the broker is late with it.
    const isLate = lastOrdinal(held.columns) < held.through;
    if (isLate && held.settledAt === 0) held.settledAt = this.#options.now() + LATE_BAR_MS;
    const gaps = gapsOf(held.columns);
    if (gaps !== null) this.#warnings.set(symbol, `${symbol} has no daily bar of ${gaps}`);
    const { store } = this.#options;
    if (store === null) return;
    const kept = held.settledAt > 0 ? withoutLast(held.columns, held.through) : held.columns;
    if (kept.length > 0 && !store.write(symbol, kept)) {
      this.#warnings.set(symbol, `daily bars of ${symbol} could not be kept for the next start`);
    }
  }

  #allYears(): string {
    return `${this.#options.years} Y`;
  }

  #durationFor({ columns }: Held): string {
    const last = columns.time[columns.length - 1];
    if (last === undefined) return this.#allYears();
    const days = Math.ceil((this.#options.now() - last) / DAY_MS) + OVERLAP_DAYS;
    return days > MOST_DAYS ? this.#allYears() : `${days} D`;
  }
}

/**
 * Fresh bars in place of those that are known of the same time. Null where they do not go together: nothing is common,
 * or the oldest common session has prices of another scale, since a split was worked into all of them.
 */
function merge(known: BarColumns, fresh: readonly Bar[]): BarColumns | null {
  const [first] = fresh;
  if (first === undefined) return known;
  if (known.length === 0) return columnsFromBars(fresh);
  const from = lowerBound(known.time.subarray(0, known.length), first.time);
  if (from === 0) return columnsFromBars(fresh);
  if (known.time[from] !== first.time) return null;
  if (Math.abs(first.close / (known.close[from] as number) - 1) > OTHER_SCALE) return null;
  return columnsFromBars([...Array.from({ length: from }, (_, i) => barAt(known, i)), ...fresh]);
}

function isSame(a: BarColumns, b: BarColumns): boolean {
  const names = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
  return (
    a.length === b.length &&
    names.every((name) => a[name].every((value, i) => Object.is(value, b[name][i])))
  );
}

function lastOrdinal({ time, length }: BarColumns): number {
  const last = time[length - 1];
  return last === undefined ? -1 : nyseGrid().ordinalOfTime(last);
}

/** The bars without that of a session which may still change. */
function withoutLast(columns: BarColumns, ordinal: number): BarColumns {
  if (lastOrdinal(columns) < ordinal) return columns;
  return columnsFromBars(Array.from({ length: columns.length - 1 }, (_, i) => barAt(columns, i)));
}

/** Sessions of the last year between bars that have none, in words; null for none. */
function gapsOf({ time, length }: BarColumns): string | null {
  const grid = nyseGrid();
  let count = 0;
  let last = 0;
  for (let i = Math.max(1, length - GAPS_WITHIN); i < length; i += 1) {
    const before = grid.ordinalOfTime(time[i - 1] as number);
    const missing = grid.ordinalOfTime(time[i] as number) - before - 1;
    if (missing > 0) last = time[i] as number;
    count += missing;
  }
  if (count === 0) return null;
  const sessions = count === 1 ? 'one session' : `${count} sessions`;
  return `${sessions} of the last year, the last before ${utcMsToDate(last)}`;
}
