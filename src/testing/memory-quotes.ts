import { isReadyQuote, PatientWait } from '../bars/quote-wait.ts';
import type { Symbol } from '../domain/market.ts';
import type { EpochMs } from '../domain/time.ts';
import type { LiveQuote, Quotes, QuoteWait } from '../ports/quotes.ts';

export interface MemoryQuotesOptions {
  readonly now: () => EpochMs;
  /** Lets time pass; what is waited for has to be put while it does. */
  readonly pause: (ms: number) => Promise<void>;
}

const LOOK_MS = 100;

/** Quotes that somebody puts here: for tests, and for embedding the engine over a feed of one's own. */
export class MemoryQuotes implements Quotes {
  readonly #options: MemoryQuotesOptions;
  readonly #quotes = new Map<Symbol, LiveQuote>();
  silentSince: EpochMs | null = null;

  constructor(options: MemoryQuotesOptions) {
    this.#options = options;
  }

  /** What is known of a symbol from now on; null for nothing. */
  put(symbol: Symbol, quote: LiveQuote | null): void {
    if (quote === null) this.#quotes.delete(symbol);
    else this.#quotes.set(symbol, quote);
  }

  quote(symbol: Symbol): LiveQuote | null {
    return this.#quotes.get(symbol) ?? null;
  }

  /** Nothing: what is put here is there. */
  follow(): void {}

  async prepare(symbols: readonly Symbol[], wait: QuoteWait): Promise<void> {
    const { now, pause } = this.#options;
    const patience = new PatientWait(wait);
    const ready = (): number =>
      symbols.filter((symbol) => isReadyQuote(this.quote(symbol), wait.from)).length;
    while (!patience.isOver(ready(), symbols.length, now())) await pause(LOOK_MS);
  }
}
