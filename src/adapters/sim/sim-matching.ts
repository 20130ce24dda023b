import type { Symbol } from '../../domain/market.ts';
import { add, type Micros, maxOf, minOf, subtract } from '../../domain/money.ts';
import { roundToTick, type TickTable, tickAt } from '../../domain/price.ts';
import type { EpochMs, Session } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';
import type { Desk, SimAccount } from './sim-account.ts';
import {
  type BarLookUp,
  barEnding,
  barStarting,
  type OpeningBar,
  type WholeBar,
} from './sim-bars.ts';
import { remainingOf, type SimOrder } from './sim-order.ts';
import { lessSlippage, plusSlippage, type SlippageModel, slippageBps } from './sim-slippage.ts';

/** How prices become fills. */
export interface MatchingRules {
  readonly source: BarSource;
  readonly slippage: SlippageModel;
  readonly ticks: TickTable;
  /** The part of a bar's volume our orders may take together; null for no limit. */
  readonly participationFraction: number | null;
}

/** One instant of the market, while it is worked through. */
export interface Moment {
  readonly account: SimAccount;
  readonly rules: MatchingRules;
  readonly at: EpochMs;
  readonly session: Session;
}

interface Traded<B> {
  readonly desk: Desk;
  readonly bar: B;
}

/** The lowest price that trades through a sell limit. */
const through = (limit: Micros, ticks: TickTable): Micros => add(limit, tickAt(limit, ticks));

/** A stop that sells at the market once its price is reached. */
const isStop = ({ order }: SimOrder): boolean =>
  order.type === 'stop' || order.type === 'trailing_stop';
/** The limit at which a sell rests: of a limit order, and of a stop-limit whose stop was reached. */
const restingLimit = ({ order, triggered }: SimOrder): Micros | null =>
  order.type === 'limit' || triggered ? order.limitPrice : null;
const isSell = ({ order }: SimOrder): boolean => order.side === 'sell';

/** Shares the bar can still take; what is left is counted over its open and its inside together. */
function capacityOf({ rules }: Moment, desk: Desk, bar: OpeningBar): number {
  if (rules.participationFraction === null) {
    desk.capacity = null;
    return Number.MAX_SAFE_INTEGER;
  }
  if (desk.capacity?.bar !== bar.startsAt) {
    const left = Math.floor(rules.participationFraction * bar.volume);
    desk.capacity = { bar: bar.startsAt, left };
  }
  return desk.capacity.left;
}

/** Fills what the bar can take. */
function take(
  moment: Moment,
  desk: Desk,
  bar: OpeningBar,
  held: SimOrder,
  wanted: number,
  price: Micros,
): void {
  const quantity = Math.min(wanted, capacityOf(moment, desk, bar));
  if (quantity <= 0) return;
  if (desk.capacity !== null) desk.capacity.left -= quantity;
  moment.account.fill(held, quantity, price, moment.at, moment.session.date);
}

/** What a market sell gets for a price: less slippage for the shares that the bar can take. */
function sold(moment: Moment, desk: Desk, bar: OpeningBar, held: SimOrder, price: Micros): Micros {
  const wanted = Math.min(moment.account.sellableOf(held), desk.quantity);
  const quantity = Math.min(wanted, capacityOf(moment, desk, bar));
  return lessSlippage(price, slippageBps(moment.rules.slippage, quantity, bar.volume));
}

/** Sells as much of an order as is owned. What can find no shares any more is cancelled, never sold short. */
function sell(moment: Moment, desk: Desk, bar: OpeningBar, held: SimOrder, price: Micros): void {
  const wanted = Math.min(moment.account.sellableOf(held), desk.quantity);
  const before = held.filled;
  if (wanted > 0) take(moment, desk, bar, held, wanted, price);
  if (isStop(held)) held.triggered = held.filled - before < wanted;
  const buying = desk.live.some((other) => other.order.side === 'buy');
  if (desk.quantity === 0 && !buying) {
    moment.account.end(held, 'cancelled', 'nothing_to_sell', moment.at);
  }
}

/**
 * True for an order that may fill now. Loops over a desk's orders ask it one by one, because a fill may end others;
 * an order that ends leaves its desk in a new list, so the loop goes on over the old one. Where time passes by itself a
 * bar may be looked at after orders were sent that its prices came before.
 */
const ready = ({ account, at }: Moment, held: SimOrder): boolean =>
  held.doneAt === null && held.submittedAt <= at && account.isArmed(held);

/** A stop-limit becomes a limit; at a price of its limit or better it sells at once, as a market order would. */
function stopLimitReached(
  moment: Moment,
  { desk, bar }: Traded<OpeningBar>,
  held: SimOrder,
  price: Micros,
): void {
  held.triggered = true;
  const limit = held.order.limitPrice;
  if (limit === null || price < limit) return;
  sell(moment, desk, bar, held, maxOf(limit, sold(moment, desk, bar, held, price)));
}

/** An open at or below the stop is a gap exit: it fills at the open. */
function gapExits(moment: Moment, { desk, bar }: Traded<OpeningBar>): void {
  for (const held of desk.live) {
    const stop = held.order.stopPrice;
    if (stop === null || (bar.open > stop && !held.triggered) || !ready(moment, held)) continue;
    if (isStop(held)) sell(moment, desk, bar, held, sold(moment, desk, bar, held, bar.open));
    else if (!held.triggered) stopLimitReached(moment, { desk, bar }, held, bar.open);
  }
}

/** Market exits sell at the open; then targets that the open has traded through. */
function openExits(moment: Moment, { desk, bar }: Traded<OpeningBar>): void {
  for (const held of desk.live) {
    if (!isSell(held) || held.order.type !== 'market' || !ready(moment, held)) continue;
    sell(moment, desk, bar, held, sold(moment, desk, bar, held, bar.open));
  }
  for (const held of desk.live) {
    const limit = restingLimit(held);
    if (!isSell(held) || limit === null) continue;
    if (bar.open < through(limit, moment.rules.ticks)) continue;
    if (ready(moment, held)) sell(moment, desk, bar, held, bar.open);
  }
}

/** Why an entry is withdrawn at this open, or null. The band comes first, on the raw open. */
function withdrawal(desk: Desk, bar: OpeningBar, held: SimOrder): 'gap' | 'limit' | null {
  const { band, order } = held;
  if (band !== null && (bar.open < band.lowest || bar.open > band.highest)) return 'gap';
  for (const child of desk.live) {
    if (child.order.parentRef !== order.orderRef || child.order.stopPrice === null) continue;
    if (bar.open <= child.order.stopPrice) return 'gap';
  }
  const beyond = order.limitPrice !== null && bar.open > order.limitPrice;
  return beyond && bar.daily ? 'limit' : null;
}

function entries(moment: Moment, { desk, bar }: Traded<OpeningBar>): void {
  for (const held of desk.live) {
    if (isSell(held) || !ready(moment, held)) continue;
    const cause = withdrawal(desk, bar, held);
    if (cause !== null) {
      moment.account.end(held, 'expired', cause, moment.at);
      continue;
    }
    const { limitPrice } = held.order;
    if (limitPrice !== null && bar.open > limitPrice) continue;
    const quantity = Math.min(remainingOf(held), capacityOf(moment, desk, bar));
    const bps = slippageBps(moment.rules.slippage, quantity, bar.volume);
    const price = plusSlippage(bar.open, bps);
    const capped = limitPrice === null ? price : minOf(price, limitPrice);
    take(moment, desk, bar, held, remainingOf(held), capped);
  }
}

function expireWithoutBar(moment: Moment, desk: Desk): void {
  for (const held of desk.live) {
    if (!isSell(held)) moment.account.end(held, 'expired', 'no_bar', moment.at);
  }
}

function deskBars<B extends OpeningBar>(
  { account, rules, at, session }: Moment,
  find: (source: BarSource, symbol: Symbol, at: EpochMs, session: Session) => BarLookUp<B>,
): { traded: Traded<B>[]; missing: Desk[] } {
  const traded: Traded<B>[] = [];
  const missing: Desk[] = [];
  for (const desk of account.desks.values()) {
    const bar = find(rules.source, desk.symbol, at, session);
    if (bar === 'missing') missing.push(desk);
    else if (bar !== 'not_due') traded.push({ desk, bar });
  }
  return { traded, missing };
}

/**
 * Everything that happens at the opens of bars starting now, over all symbols in this order: gap exits, pending
 * exits, entries. A symbol without a bar keeps its exits and stops waiting and loses its entries.
 */
export function matchOpens(moment: Moment): void {
  const { traded, missing } = deskBars(moment, barStarting);
  for (const { desk, bar } of traded) {
    desk.mark = bar.open;
    desk.halted = false;
    for (const held of desk.live) held.openSeen ||= held.submittedAt <= moment.at;
  }
  for (const pair of traded) gapExits(moment, pair);
  for (const pair of traded) openExits(moment, pair);
  for (const pair of traded) entries(moment, pair);
  for (const { desk, bar } of traded) trail(moment, desk, bar.open);
  for (const desk of missing) {
    desk.halted = true;
    expireWithoutBar(moment, desk);
  }
}

/** Lifts trailing stops below a new high; it takes effect from the next price on. */
function trail({ account, rules, at }: Moment, desk: Desk, high: Micros): void {
  for (const held of desk.live) {
    const { trailAmount, stopPrice } = held.order;
    if (trailAmount === undefined || stopPrice === null || !account.isArmed(held)) continue;
    held.highest = maxOf(held.highest ?? high, high);
    if (trailAmount >= held.highest) continue;
    const lifted = roundToTick(subtract(held.highest, trailAmount), 'down', rules.ticks);
    if (lifted > stopPrice) account.replace(held, { ...held.order, stopPrice: lifted }, at);
  }
}

/** Stops that the bar reached. Returns stop-limits that it turned into limits. */
function stopsInside(moment: Moment, { desk, bar }: Traded<WholeBar>): ReadonlySet<SimOrder> {
  const turned = new Set<SimOrder>();
  for (const held of desk.live) {
    const stop = held.order.stopPrice;
    if (stop === null || held.triggered || bar.low > stop || !ready(moment, held)) continue;
    const reached = minOf(bar.open, stop);
    if (isStop(held)) sell(moment, desk, bar, held, sold(moment, desk, bar, held, reached));
    else {
      stopLimitReached(moment, { desk, bar }, held, reached);
      turned.add(held);
    }
  }
  return turned;
}

function targetsInside(
  moment: Moment,
  { desk, bar }: Traded<WholeBar>,
  turned: ReadonlySet<SimOrder>,
): void {
  for (const held of desk.live) {
    const limit = restingLimit(held);
    if (!isSell(held) || limit === null || turned.has(held)) continue;
    if (bar.high < through(limit, moment.rules.ticks)) continue;
    if (held.openSeen && ready(moment, held)) sell(moment, desk, bar, held, limit);
  }
}

/**
 * Resting entry limits: a trade through by one tick fills at the limit. True when one filled. A daily bar finds none:
 * there an entry that did not fill at the open has expired.
 */
function entriesInside(moment: Moment, { desk, bar }: Traded<WholeBar>): boolean {
  let filled = false;
  for (const held of desk.live) {
    const limit = held.order.limitPrice;
    if (isSell(held) || limit === null) continue;
    if (bar.low > subtract(limit, tickAt(limit, moment.rules.ticks))) continue;
    if (!held.openSeen || !ready(moment, held)) continue;
    const before = held.filled;
    take(moment, desk, bar, held, remainingOf(held), limit);
    filled ||= held.filled > before;
  }
  return filled;
}

/**
 * Everything that happened inside the bars ending now, stamped at their end. Within a bar the order of prices is
 * unknown, so the worse one is taken: the stop before the target, and after an entry inside the bar the stop at once
 * but the target only from the next bar.
 */
export function matchInside(moment: Moment): void {
  for (const pair of deskBars(moment, barEnding).traded) {
    // A stop-limit that is reached inside this bar rests from the next one: which came first is not known.
    targetsInside(moment, pair, stopsInside(moment, pair));
    if (entriesInside(moment, pair)) stopsInside(moment, pair);
    trail(moment, pair.desk, pair.bar.high);
    pair.desk.mark = pair.bar.close;
  }
}
