/** What a stock trades at. */
export interface Price {
  readonly bid: number;
  readonly ask: number;
  readonly last: number;
  /** Shares since the open. */
  readonly volume: number;
  /** First price of the session. */
  readonly open: number;
  /** When it traded last, in milliseconds since 1970. */
  readonly tradedAt: number;
}

/** The last prices of a scripted market, and how many shares it still takes at each. */
export class Prices {
  readonly #prices = new Map<string, Price>();
  readonly #room = new Map<string, number>();
  readonly #halted = new Set<string>();

  set(symbol: string, price: Price, shares: number = Number.POSITIVE_INFINITY): void {
    this.#prices.set(symbol, price);
    this.#room.set(symbol, shares);
  }

  /** From now on nothing is known of a symbol. */
  forget(symbol: string): void {
    this.#prices.delete(symbol);
  }

  /** Null before the first print, and while trading in the symbol is halted. */
  tradable(symbol: string): Price | null {
    return this.#halted.has(symbol) ? null : this.of(symbol);
  }

  of(symbol: string): Price | null {
    return this.#prices.get(symbol) ?? null;
  }

  halt(symbol: string, halted: boolean): void {
    if (halted) this.#halted.add(symbol);
    else this.#halted.delete(symbol);
  }

  isHalted(symbol: string): boolean {
    return this.#halted.has(symbol);
  }

  /** Takes up to so many shares of what the market has at its last price. */
  take(symbol: string, shares: number): number {
    const taken = Math.min(shares, this.#room.get(symbol) ?? 0);
    this.#room.set(symbol, (this.#room.get(symbol) ?? 0) - taken);
    return taken;
  }

  get symbols(): readonly string[] {
    return [...this.#prices.keys()];
  }
}
