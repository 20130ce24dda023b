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
 * Codes that say that an order was not taken: https://interactivebrokers.github.io/tws-api/message_codes.html, the
 * numbers and words of which are beside each.
 */
const REFUSED: ReadonlySet<number> = new Set([
  104, // can't modify a filled order
  105, // order being modified does not match original order
  106, // can't transmit order ID
  107, // cannot transmit incomplete order
  109, // price is out of the range defined by the precautionary settings
  110, // the price does not conform to the minimum price variation
  111, // the TIF and the order type are incompatible
  113, // the TIF option should be set to DAY
  116, // the order cannot be transmitted to a dead exchange
  132, // the order quantity is invalid
  135, // can't find order with ID
  140, // the size value should be an integer
  141, // the price value should be a double
  200, // no security definition has been found
  201, // order rejected
  203, // the security is not available or allowed for this account
  321, // server error when validating an API client request
  355, // order size does not conform to market rule
  382, // order size exceeds the size limit of the precautionary settings
  383, // order value exceeds the value limit of the precautionary settings
  387, // unsupported order type for this exchange and security type
  388, // order size is smaller than the minimum requirement
  403, // invalid order type
  412, // the contract is not available for trading
  434, // the order size cannot be zero
  435, // you must specify an account
  436, // you must specify an allocation
  460, // no trading permissions
  461, // account does not have trading permissions for the product
  463, // you must enter a valid price
  2102, // unable to modify this order as it is still being processed
  10_006, // missing parent order
  10_052, // invalid time in force
  10_243, // fractional-sized order cannot be placed via API
  10_268, // the attribute is not supported
  10_289, // cash quantity is not available for this order
  10_293, // order terms are not available for the account
]);

const ID_USED = 103;
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

/** A parent that is not found: the survivor of a chain is changed without naming it. */
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
