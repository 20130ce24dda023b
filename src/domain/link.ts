/**
 * How the line to a broker stands.
 *
 * - `connecting`: no connection, tried again by itself.
 * - `reconciling`: connected and the account is the right one; before book and broker were compared nothing may be sent
 *   but questions and cancels.
 * - `ready`: orders may be sent.
 * - `degraded`: the broker's own line to the market is broken; messages still arrive, and only questions are sent.
 * - `refused`: only a person can mend it: another account, a client id in use, a read-only interface.
 * - `closed`: given up by ourselves.
 */
export const LINK_STATES = [
  'connecting',
  'reconciling',
  'ready',
  'degraded',
  'refused',
  'closed',
] as const;
export type LinkState = (typeof LINK_STATES)[number];
