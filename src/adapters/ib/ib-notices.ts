import type { EpochMs } from '../../domain/time.ts';

/** A message of the gateway that belongs to no order, for people who watch. */
export interface IbNotice {
  readonly code: number;
  readonly message: string;
  /**
   * - `farm`: market data, history or contracts are not to be had, or again.
   * - `competing`: another session of the same user has the market data.
   * - `line`: the gateway's own line to the broker.
   * - `other`: anything else that it says of itself.
   */
  readonly about: 'farm' | 'competing' | 'line' | 'other';
}

/** "No market data during competing live session": it comes with every request, for hours. */
export const COMPETING_SESSION = 10_197;
const QUIET_MS = 15 * 60_000;
const MOST_REMEMBERED = 200;

/** Lets the same message through once in a quarter of an hour. */
export class NoticeThrottle {
  readonly #last = new Map<string, EpochMs>();

  lets({ code, message, about }: IbNotice, at: EpochMs): boolean {
    // With its text it would come once for each symbol.
    const key = about === 'competing' ? String(code) : `${code} ${message}`;
    const last = this.#last.get(key);
    if (last !== undefined && at - last >= 0 && at - last < QUIET_MS) return false;
    this.#last.delete(key);
    this.#last.set(key, at);
    const [oldest] = this.#last.keys();
    if (this.#last.size > MOST_REMEMBERED && oldest !== undefined) this.#last.delete(oldest);
    return true;
  }
}
