/**
 * How a symbol stands against the one promise: no share without a working stop.
 *
 * - `none`: no shares of ours and nothing that could make some. `pending`: not proved yet, and not due to be.
 * - `protected`: live stops cover every share, and our sells cannot sell more than there is.
 * - `over`: our sells could sell more than we own. `under`: shares without a working stop.
 * - `halted`: covered by an accepted stop that cannot execute now.
 * - `unknown`: the broker has not said enough to tell.
 */
export const PROTECTION_STATES = [
  'none',
  'pending',
  'protected',
  'over',
  'under',
  'unknown',
  'halted',
] as const;
export type ProtectionState = (typeof PROTECTION_STATES)[number];

/** What is done about a breach, in the order in which it is tried. */
export const PROTECTION_ACTIONS = [
  'wait',
  'query',
  'end_entry',
  'new_stop',
  'resize_stop',
  'cancel_excess',
  'sell',
  'buy_back',
  'alert',
] as const;
export type ProtectionAction = (typeof PROTECTION_ACTIONS)[number];
