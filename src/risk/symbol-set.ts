import type { Symbol } from '../domain/market.ts';

/**
 * Symbols, each once. Adding one gives another set and leaves this one as it is; along a chain of additions all sets
 * share their contents, so that an addition costs the same however many there are.
 */
export class SymbolSet {
  readonly size: number;
  readonly #order: Symbol[];
  readonly #places: Map<Symbol, number>;

  private constructor(order: Symbol[], places: Map<Symbol, number>) {
    this.#order = order;
    this.#places = places;
    this.size = order.length;
  }

  static of(symbols: Iterable<Symbol>): SymbolSet {
    const places = new Map<Symbol, number>();
    for (const symbol of symbols) if (!places.has(symbol)) places.set(symbol, places.size);
    return new SymbolSet([...places.keys()], places);
  }

  has(symbol: Symbol): boolean {
    return (this.#places.get(symbol) ?? this.size) < this.size;
  }

  with(symbol: Symbol): SymbolSet {
    if (this.has(symbol)) return this;
    // Another set was made of this one already: the two go their own ways.
    if (this.#order.length > this.size) return SymbolSet.of([...this.list(), symbol]);
    this.#places.set(symbol, this.size);
    this.#order.push(symbol);
    return new SymbolSet(this.#order, this.#places);
  }

  /** In the order in which they were added. */
  list(): Symbol[] {
    return this.#order.slice(0, this.size);
  }
}
