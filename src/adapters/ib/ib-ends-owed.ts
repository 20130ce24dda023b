import type { Owed } from './ib-account-questions.ts';
import type { IbGateway } from './ib-gateway.ts';

/** Counts the ends of questions without an id over a connection: those that were given up are answered all the same. */
export class EndsOwed implements Owed {
  /** Counts no more. */
  readonly close: () => void;
  readonly #gateway: Pick<IbGateway, 'connection'>;
  #connection = 0;
  readonly #open = new Map<string, number>();

  constructor(gateway: Pick<IbGateway, 'connection' | 'listen'>) {
    this.#gateway = gateway;
    this.close = gateway.listen((name) => {
      const left = this.#ofConnection().get(name) ?? 0;
      if (left > 0) this.#open.set(name, left - 1);
    });
  }

  sent(end: string): number {
    const open = this.#ofConnection();
    const before = open.get(end) ?? 0;
    open.set(end, before + 1);
    return before;
  }

  #ofConnection(): Map<string, number> {
    const now = this.#gateway.connection?.number ?? 0;
    if (now !== this.#connection) this.#open.clear();
    this.#connection = now;
    return this.#open;
  }
}
