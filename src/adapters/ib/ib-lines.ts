import type { Symbol } from '../../domain/market.ts';
import { type EpochMs, MINUTE_MS } from '../../domain/time.ts';
import { IbTicks } from './ib-ticks.ts';

/** One symbol's place among those that are watched. */
export interface Line {
  readonly symbol: Symbol;
  /** The last ticks that were a quote, or those that are to become one. */
  ticks: IbTicks;
  /** What a renewed subscription says, until it is a quote. */
  renewed: IbTicks | null;
  requestId: number | null;
  /** The request in whose place this one came while both were open; null where none was. */
  replaces: number | null;
  /** True where it was asked for while lines could be open twice: then too many may have been for that alone. */
  mayBeTwice: boolean;
  askedAt: EpochMs | null;
  usedAt: EpochMs;
  /** Counts the times that lines were wanted: those of the same time do not take lines from each other. */
  usedIn: number;
  /** Not asked for before this instant: the broker refused. */
  askAgainAt: number;
}

/** A line that nobody has asked for in so long is given up. */
const IDLE_MS = 15 * MINUTE_MS;

/** The lines of prices that a user has: as many as the broker gives, and the held symbols keep theirs. */
export class IbLines {
  readonly #lines = new Map<Symbol, Line>();
  readonly #now: () => EpochMs;
  /** Told each line that is given up. */
  readonly #onGivenUp: (line: Line) => void;
  readonly #configured: number;
  #most: number;
  #held: ReadonlySet<Symbol> = new Set();
  #times = 0;

  constructor(most: number, now: () => EpochMs, onGivenUp: (line: Line) => void) {
    this.#configured = most;
    this.#most = most;
    this.#now = now;
    this.#onGivenUp = onGivenUp;
  }

  get most(): number {
    return this.#most;
  }

  get size(): number {
    return this.#lines.size;
  }

  hold(symbols: readonly Symbol[]): void {
    this.#held = new Set(symbols);
  }

  get(symbol: Symbol): Line | undefined {
    return this.#lines.get(symbol);
  }

  all(): Iterable<Line> {
    return this.#lines.values();
  }

  /** The line of a symbol, a new one where it has none; null where all lines are held or wanted just now. */
  open(symbol: Symbol): Line | null {
    const known = this.#lines.get(symbol);
    if (known !== undefined) return known;
    while (this.#lines.size >= this.#most) if (!this.#giveUpOldest()) return null;
    const line: Line = {
      symbol,
      ticks: new IbTicks(),
      renewed: null,
      requestId: null,
      replaces: null,
      mayBeTwice: true,
      askedAt: null,
      usedAt: this.#now(),
      usedIn: this.#times,
      askAgainAt: 0,
    };
    this.#lines.set(symbol, line);
    return line;
  }

  /** Notes that these are wanted now. */
  use(symbols: readonly Symbol[]): void {
    const now = this.#now();
    this.#times += 1;
    for (const symbol of symbols) {
      const line = this.#lines.get(symbol);
      if (line === undefined) continue;
      line.usedAt = now;
      line.usedIn = this.#times;
    }
  }

  /** What was heard last of any symbol is no price of now. */
  forgetPrices(): void {
    for (const { ticks, renewed } of this.#lines.values()) {
      ticks.forgetPrices();
      renewed?.forgetPrices();
    }
  }

  giveUp(line: Line): void {
    this.#lines.delete(line.symbol);
    this.#onGivenUp(line);
  }

  giveUpIdle(): void {
    const now = this.#now();
    for (const line of this.#lines.values()) {
      if (!this.#held.has(line.symbol) && now - line.usedAt >= IDLE_MS) this.giveUp(line);
    }
  }

  /** The broker gives no more than there are without this one. */
  shrink(refused: Line): void {
    this.giveUp(refused);
    this.#most = Math.max(1, this.#lines.size);
  }

  /** As many as were configured: whoever else had the others may have given them back. */
  restore(): void {
    this.#most = this.#configured;
  }

  #giveUpOldest(): boolean {
    let oldest: Line | null = null;
    for (const line of this.#lines.values()) {
      if (this.#held.has(line.symbol) || line.usedIn === this.#times) continue;
      if (oldest === null || line.usedAt < oldest.usedAt) oldest = line;
    }
    if (oldest === null) return false;
    this.giveUp(oldest);
    return true;
  }
}
