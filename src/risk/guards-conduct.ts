import type { OrderIntent } from '../domain/order.ts';
import type { Guard, GuardInput } from './guards.ts';

/** Orders of an entry's bracket: itself, its stop, and its target where it has one. */
export const ordersOf = ({ targetPrice }: Pick<OrderIntent, 'targetPrice'>): number =>
  targetPrice === null ? 2 : 3;

const ordersOfSymbol = ({ intent, state }: GuardInput) =>
  state.activity.orders.find(({ symbol }) => symbol === intent.symbol);

/**
 * Consecutive losses: `risk.maxConsecutiveLosses` losing trades in a row pause entries to the end of the next session;
 * then losses are counted from zero.
 */
const consecutiveLosses: Guard = ({
  state: { trading },
  limits: { maxConsecutiveLosses: limit },
}) =>
  trading.restrictions.some(({ source }) => source === 'consecutive_losses')
    ? { code: 'CONSECUTIVE_LOSSES', allowed: 0, limit, value: null }
    : null;

/**
 * Day trades: at most `risk.maxDayTrades` trades opened and closed in one session, in five sessions. An entry counts
 * as one until its session is over, because its stop may close it in the same session.
 */
const dayTrades: Guard = ({ budget: { dayTradesLeft: left }, limits: { maxDayTrades: limit } }) =>
  left === null || limit === undefined || left > 0
    ? null
    : { code: 'DAY_TRADES', allowed: 0, limit, value: limit - left };

/** Duplicate entry: two entries of one symbol are sent at least `risk.minEntryIntervalMs` apart. */
const duplicateEntry: Guard = ({ intent, state, limits: { minEntryIntervalMs: limit } }) =>
  limit !== undefined && state.activity.justSent.includes(intent.symbol)
    ? { code: 'DUPLICATE_ENTRY', allowed: 0, limit, value: null }
    : null;

/** Repeated entries: at most `risk.maxEntriesPerSymbol` entries of one symbol are sent in a session. */
const symbolEntries: Guard = ({ intent, state, limits: { maxEntriesPerSymbol: limit } }) => {
  if (limit === undefined) return null;
  const sent = state.activity.entries.find(({ symbol }) => symbol === intent.symbol);
  const value = sent?.count ?? 0;
  return value < limit ? null : { code: 'SYMBOL_ENTRIES', allowed: 0, limit, value };
};

/**
 * Self-trade: no entry while a sell of the symbol works that belongs to no position, such as a stop that was left
 * behind: our buy could meet our own sell.
 */
const oppositeOrder: Guard = (input) => {
  const { budget, intent, state } = input;
  const isHeld = state.positions.some(({ symbol }) => symbol === intent.symbol);
  if (isHeld || budget.taken.has(intent.symbol)) return null;
  const value = ordersOfSymbol(input)?.sells ?? 0;
  return value === 0 ? null : { code: 'OPPOSITE_ORDER', allowed: 0, limit: 0, value };
};

/** Working orders: with the bracket of this entry at most `risk.maxWorkingOrders` orders of ours may still fill. */
const workingOrders: Guard = ({ intent, budget, limits: { maxWorkingOrders: limit } }) => {
  const { ordersLeft: left } = budget;
  if (left === null || limit === undefined || left >= ordersOf(intent)) return null;
  return { code: 'WORKING_ORDERS', allowed: 0, limit, value: limit - left + ordersOf(intent) };
};

/** Working orders of a symbol: at most `risk.maxWorkingOrdersPerSymbol`; brokers have a limit of their own. */
const symbolOrders: Guard = (input) => {
  const limit = input.limits.maxWorkingOrdersPerSymbol;
  if (limit === undefined) return null;
  const { buys, sells } = ordersOfSymbol(input) ?? { buys: 0, sells: 0 };
  const value = buys + sells + ordersOf(input.intent);
  return value <= limit ? null : { code: 'SYMBOL_ORDERS', allowed: 0, limit, value };
};

/** What we did of late, and how often: against orders that run away, repeat themselves or meet each other. */
export const CONDUCT_GUARDS: readonly Guard[] = [
  consecutiveLosses,
  dayTrades,
  duplicateEntry,
  symbolEntries,
  oppositeOrder,
  workingOrders,
  symbolOrders,
];
