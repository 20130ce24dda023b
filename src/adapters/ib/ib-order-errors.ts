/**
 * What a message on the id of an order says of it.
 *
 * - `refused`: the order, or the change, was not taken, unless it is seen to work later.
 * - `id_used`: nothing was taken, because the id was used before.
 * - `cancelled`: it was withdrawn.
 * - `cancel_refused`: a cancellation was not taken; whether the order works on has to be asked.
 * - `remark`: it works on, and there is something to know about it.
 * - `unknown`: not in the table. Nothing follows; the broker is asked how the order stands.
 */
export type OrderMessage =
  | 'refused'
  | 'id_used'
  | 'cancelled'
  | 'cancel_refused'
  | 'remark'
  | 'unknown';

/**
 * Codes that say that an order, or a change of one, was not taken:
 * https://interactivebrokers.github.io/tws-api/message_codes.html and what users of the interface report.
 */
const REFUSED: ReadonlySet<number> = new Set(
  [
    [104, 105, 134, 329, 422], // changes: filled, of another order, failed, of type or account
    [2_102], // a change while the order is still being processed
    [106, 107, 133, 145], // cannot be transmitted, is incomplete, failed, has fields that are not valid
    [109, 163, 382, 383], // price or size beyond the precautions in the gateway's settings
    [110, 141, 361, 403], // prices: off their steps, no number, no trigger, no stop
    [140, 160, 355, 388, 434, 10_243], // sizes: no whole number, zero, off their steps, too small
    [111, 113, 10_052], // time in force
    [116, 154, 412], // the exchange is dead, the security halted, the contract not traded
    [135, 358, 405], // the entry is not there, takes no children, or is of another size
    [200, 201, 203], // no such security, rejected for a reason, not allowed for the account
    [320, 321, 323], // the server could not read, validate or process it; 321 also where it is read-only
    [328, 387, 395, 401], // combinations: trailing, type, groups, length
    [132, 435, 436, 460], // no account to clear by, no account, no allocation, no permission
    [438], // the application is locked
    [10_268, 10_269, 10_289, 10_293], // attributes and amounts that are not supported any more
  ].flat(),
);

/** Nothing was taken, and the next id is another. */
export const ID_USED = 103;
const CANCELLED = 202;

/** 10147: not found, or of another client; 10148: it has ended; 136 and 161: not cancellable as it is. */
const CANCEL_REFUSED: ReadonlySet<number> = new Set([136, 161, 10_147, 10_148]);

/** 399: a warning on the order; 404: held while shares to lend are looked for; 10349: a preset set the TIF to DAY. */
const REMARKS: ReadonlySet<number> = new Set([165, 399, 404, 492, 10_349]);
const FIRST_WARNING = 2_100;
const LAST_WARNING = 2_199;

/** 321 is also how an interface that is read-only says no. */
export const isReadOnly = (code: number, message: string): boolean =>
  code === 321 && /read-?only/i.test(message);

/** The only one that ends an order which was seen to work: an exchange may refuse late. */
const REJECTED = 201;

/** True where a refusal can be about an order itself that was seen to work, and not about something asked of it. */
export const endsWorking = (code: number): boolean => code === REJECTED;

/** The entry that a child names is not found: so it is for all children of one that was not taken. */
export const NO_PARENT = 135;

/** What a code on the id of an order says. */
export function orderMessage(code: number): OrderMessage {
  if (code === ID_USED) return 'id_used';
  if (code === CANCELLED) return 'cancelled';
  if (REFUSED.has(code)) return 'refused';
  if (CANCEL_REFUSED.has(code)) return 'cancel_refused';
  const isWarning = code >= FIRST_WARNING && code <= LAST_WARNING;
  return REMARKS.has(code) || isWarning ? 'remark' : 'unknown';
}
