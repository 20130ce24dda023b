import { EventName } from '@stoqey/ib';
import type { QuoteKind } from '../../domain/market.ts';
import { type Micros, micros, microsFromFloat } from '../../domain/money.ts';
import { type EpochMs, epochMs, SECOND_MS, type Session } from '../../domain/time.ts';
import type { LiveQuote } from '../../ports/quotes.ts';

type Field = 'bid' | 'ask' | 'last' | 'open' | 'volume' | 'traded';

/** Kinds of ticks by number; the second of a pair is its delayed one. Sizes confirm a price and are not kept. */
const FIELDS: ReadonlyMap<number, Field> = new Map([
  [1, 'bid'],
  [66, 'bid'],
  [2, 'ask'],
  [67, 'ask'],
  [4, 'last'],
  [68, 'last'],
  [14, 'open'],
  [76, 'open'],
  [8, 'volume'],
  [74, 'volume'],
  [45, 'traded'],
  [88, 'traded'],
]);
const SIZES = new Set([0, 3, 5, 69, 70, 71]);
const DELAYED = new Set([66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 88]);
const HALTED = 49;
const LIVE_TYPE = 1;

interface Heard<T> {
  readonly value: T;
  readonly at: EpochMs;
}

/** What the broker said of one symbol over one line. */
export class IbTicks {
  #bid: Micros | null = null;
  #ask: Micros | null = null;
  #last: Heard<Micros> | null = null;
  #open: Heard<Micros> | null = null;
  #volume: Heard<number> | null = null;
  /** When it last traded, as the broker says. */
  #tradedAt: EpochMs | null = null;
  #halted = false;
  #kind: QuoteKind = 'live';
  #heardAt: EpochMs | null = null;

  /** Begins anew, with what does not go stale of an earlier line of the same symbol. */
  static after(earlier: IbTicks | null): IbTicks {
    const ticks = new IbTicks();
    if (earlier === null) return ticks;
    ticks.#last = earlier.#last;
    ticks.#open = earlier.#open;
    ticks.#volume = earlier.#volume;
    ticks.#tradedAt = earlier.#tradedAt;
    ticks.#halted = earlier.#halted;
    ticks.#kind = earlier.#kind;
    return ticks;
  }

  /** When a price was heard or confirmed last. */
  get heardAt(): EpochMs | null {
    return this.#heardAt;
  }

  get isTwoSided(): boolean {
    return this.#bid !== null && this.#ask !== null;
  }

  /** True where anything was told that belongs to a quote. */
  hear(name: string, [, kind, value]: readonly unknown[], now: EpochMs): boolean {
    if (name === EventName.marketDataType) {
      // Frozen prices are those of the last close: as old as delayed ones at least.
      const isLive = kind === LIVE_TYPE;
      if (isLive && this.#kind === 'delayed') this.forgetPrices();
      this.#kind = isLive ? 'live' : 'delayed';
      return true;
    }
    const number = kind as number;
    if (DELAYED.has(number)) this.#kind = 'delayed';
    if (number === HALTED) {
      this.#halted = Number(value) > 0;
      return true;
    }
    const field = FIELDS.get(number);
    if (field === undefined && !SIZES.has(number)) return false;
    if (field !== 'open' && field !== 'volume' && field !== 'traded') this.#heardAt = now;
    if (field !== undefined) this.#take(field, Number(value), now);
    return true;
  }

  /** What was said so far is no price of now; what kind of prices they are, and whether there is a halt, goes on. */
  forgetPrices(): void {
    this.#bid = null;
    this.#ask = null;
    this.#last = null;
    this.#open = null;
    this.#volume = null;
    this.#tradedAt = null;
    this.#heardAt = null;
  }

  #take(field: Field, value: number, now: EpochMs): void {
    switch (field) {
      case 'bid':
        this.#bid = priceOf(value);
        return;
      case 'ask':
        this.#ask = priceOf(value);
        return;
      case 'last':
      case 'open': {
        const price = priceOf(value);
        const heard = price === null ? null : { value: price, at: now };
        if (field === 'open') this.#open = heard;
        else this.#last = heard;
        return;
      }
      case 'volume':
        this.#volume = value >= 0 && Number.isFinite(value) ? { value, at: now } : null;
        return;
      case 'traded':
        if (Number.isSafeInteger(value) && value > 0 && value < LATEST_SECONDS) {
          this.#tradedAt = epochMs(value * SECOND_MS);
        }
    }
  }

  /**
   * The quote in a session; null without both sides. A symbol has opened once the broker names a trade of the session;
   * what was said before the session began says nothing of it. Without a trade of the session the middle stands for the
   * last price.
   */
  quote(session: Session | null): LiveQuote | null {
    if (this.#bid === null || this.#ask === null || this.#heardAt === null) return null;
    const isToday = (at: EpochMs | undefined): boolean =>
      session !== null && at !== undefined && at >= session.openAt;
    const hasOpened = isToday(this.#tradedAt ?? undefined);
    const middle = micros(Math.floor((this.#bid + this.#ask) / 2));
    return {
      bid: this.#bid,
      ask: this.#ask,
      last: hasOpened ? (this.#last?.value ?? middle) : middle,
      at: this.#heardAt,
      kind: this.#kind,
      hasOpened,
      halted: this.#halted,
      open: hasOpened && isToday(this.#open?.at) ? (this.#open?.value ?? null) : null,
      volume: isToday(this.#volume?.at) ? (this.#volume?.value ?? null) : null,
    };
  }
}

/** A price above zero; the broker says -1 or 0 where there is none, and the largest number where it is not set. */
function priceOf(value: number): Micros | null {
  return value > 0 && value < HIGHEST_USD ? microsFromFloat(value, 'halfEven') : null;
}

const HIGHEST_USD = 10_000_000;
/** The year 2286: what lies beyond is no second of a trade. */
const LATEST_SECONDS = 10_000_000_000;
