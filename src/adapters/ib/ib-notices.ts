import type { EpochMs } from '../../domain/time.ts';
import { type IbConsequence, type IbSubject, ibMessage } from './ib-messages.ts';

/** A message of the gateway that belongs to no order, for people who watch. */
export interface IbNotice {
  /** 0 for what we say ourselves. */
  readonly code: number;
  readonly message: string;
  readonly about: IbSubject;
  /** True where something does not work that did, or should. */
  readonly isTrouble: boolean;
  /** True where only a person can mend it. */
  readonly callsPerson: boolean;
}

const HARMLESS: ReadonlySet<IbConsequence> = new Set([
  'nothing',
  'line_restored',
  'data_lost',
  'farm_ok',
  'farm_idle',
]);

/** "No market data during competing live session": it comes with every request, for hours. */
export const COMPETING_SESSION = 10_197;

/** What a message says to people who watch. */
export function noticeOf(code: number, message: string): IbNotice {
  const { about, follows } = ibMessage(code);
  const callsPerson = follows === 'person' || code === COMPETING_SESSION;
  return { code, message, about, isTrouble: !HARMLESS.has(follows), callsPerson };
}

const QUIET_MS = 15 * 60_000;
const MOST_REMEMBERED = 200;

/** Lets the same message through once in a quarter of an hour. */
export class NoticeThrottle {
  readonly #last = new Map<string, EpochMs>();

  lets({ code, message }: IbNotice, at: EpochMs): boolean {
    // With its text it would come once for each symbol.
    const key = code === COMPETING_SESSION ? String(code) : `${code} ${message}`;
    const last = this.#last.get(key);
    if (last !== undefined && at >= last && at - last < QUIET_MS) return false;
    this.#last.delete(key);
    this.#last.set(key, at);
    const [oldest] = this.#last.keys();
    if (this.#last.size > MOST_REMEMBERED && oldest !== undefined) this.#last.delete(oldest);
    return true;
  }
}
