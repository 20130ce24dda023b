import type { BrokerOrder, BrokerStatement } from '../domain/account.ts';
import type { Symbol } from '../domain/market.ts';
import { isLive } from '../domain/order.ts';
import type { ProtectionState } from '../domain/protection.ts';
import type { Book } from './book.ts';
import { mostRemaining } from './book-orders.ts';
import type { BookOrder } from './book-state.ts';
import { buyableOf, type OpenQuantity, sellableOf } from './sellable.ts';

/** How one symbol stands, with the numbers it follows from. Quantities in shares. */
export interface SymbolProof {
  readonly symbol: Symbol;
  readonly state: ProtectionState;
  /** Ours, by our book. */
  readonly owned: number;
  /** What live stops of ours at the broker would sell. */
  readonly cover: number;
  /** The most that our working sells could sell. */
  readonly sellable: number;
  /** What our working entries may still buy. */
  readonly entryRemainder: number;
  /** Net position at the broker, foreign shares included; null where the broker has not said it. */
  readonly brokerShares: number | null;
  /** Our live orders as the broker shows them. */
  readonly orders: readonly BrokerOrder[];
  /** Our orders that nobody knows the fate of. */
  readonly unknown: readonly string[];
  /** Orders at the broker that our journal never named: shown, never touched. */
  readonly foreignOrders: readonly BrokerOrder[];
}

/** What an order may still trade; our book has the change of it that nobody has confirmed. */
const openQuantity = (order: BrokerOrder | BookOrder, { asked }: BookOrder): OpenQuantity => ({
  side: order.side,
  ocaGroup: order.ocaGroup,
  remaining: mostRemaining(order, asked),
});

/** True for a stop that sells at the market when its price is reached, whatever the price then is. */
export const isProtectiveStop = ({ side, type, timeInForce }: BrokerOrder | BookOrder): boolean =>
  side === 'sell' && (type === 'stop' || type === 'trailing_stop') && timeInForce === 'GTC';

/**
 * The proof of every symbol that we hold, or have orders in, or that the account holds beside us: live acknowledged
 * stops cover every share, and our sells can sell no more than there is.
 *
 * Cover counts stops that work at the broker and that nobody has asked to cancel. Sellable counts whatever might yet
 * sell: also what waits for its parent, is being cancelled, or has not been answered for. An OCA group counts once.
 */
export function prove(
  book: Book,
  statement: BrokerStatement,
  isHalted: (symbol: Symbol) => boolean,
): SymbolProof[] {
  const known = new Map<Symbol, Known>();
  const of = (symbol: Symbol): Known => {
    let one = known.get(symbol);
    if (one === undefined) {
      one = { orders: [], ours: [], foreignOrders: [], live: [], held: null };
      known.set(symbol, one);
    }
    return one;
  };
  for (const { symbol } of book.openTrades()) of(symbol);
  for (const order of book.live()) of(order.symbol).live.push(order);
  for (const { symbol, quantity } of statement.positions) {
    const one = of(symbol);
    one.held = (one.held ?? 0) + quantity;
  }
  for (const order of statement.openOrders) {
    if (!isLive(order.status)) continue;
    const one = of(order.symbol);
    const ours = book.order(order.orderRef);
    if (ours === null) {
      one.foreignOrders.push(order);
      continue;
    }
    one.orders.push(order);
    one.ours.push(ours);
  }
  return [...known.keys()]
    .sort()
    .map((symbol) => proofOf(symbol, of(symbol), book, statement, isHalted(symbol)));
}

/** What both sides say of one symbol. */
interface Known {
  /** Live orders as the broker shows them: ours, and those that our journal never named. */
  readonly orders: BrokerOrder[];
  readonly foreignOrders: BrokerOrder[];
  /** What our book has of the orders that are ours, one for one. */
  readonly ours: BookOrder[];
  /** Live orders of our book. */
  readonly live: BookOrder[];
  /** Net position at the broker; null where it shows none. */
  held: number | null;
}

function proofOf(
  symbol: Symbol,
  { orders, ours, foreignOrders, live, held }: Known,
  book: Book,
  { complete }: BrokerStatement,
  isHalted: boolean,
): SymbolProof {
  const open: OpenQuantity[] = [];
  let cover = 0;
  for (const [i, order] of orders.entries()) {
    const own = ours[i] as BookOrder;
    open.push(openQuantity(order, own));
    cover += coverOf(order, own);
  }
  for (const order of live) if (!ours.includes(order)) open.push(openQuantity(order, order));
  const numbers = {
    owned: book.owned(symbol),
    cover,
    sellable: sellableOf(open),
    entryRemainder: buyableOf(open),
    brokerShares: complete.positions ? (held ?? 0) : null,
  };
  const unknown = live.filter(({ status }) => status === 'unknown').map(({ orderRef }) => orderRef);
  const isKnown = complete.openOrders && complete.positions && unknown.length === 0;
  const idle = numbers.owned === 0 && open.length === 0;
  const state = idle ? 'none' : isKnown ? stateOf(numbers, isHalted) : 'unknown';
  return {
    symbol,
    state: shorted(numbers) ? 'over' : state,
    ...numbers,
    orders,
    unknown,
    foreignOrders,
  };
}

/** Shares that a stop at the broker covers: those it would sell if its price were met now. */
function coverOf(order: BrokerOrder, { status }: BookOrder): number {
  if (!isProtectiveStop(order)) return 0;
  if (order.status !== 'working' && order.status !== 'partial') return 0;
  return status === 'cancel_pending' ? 0 : Math.max(0, order.quantity - order.filledQuantity);
}

type Numbers = Pick<
  SymbolProof,
  'owned' | 'cover' | 'sellable' | 'entryRemainder' | 'brokerShares'
>;

/** True where the account is short by what we sold: no entry of ours is needed to see that it is wrong. */
const shorted = ({ owned, brokerShares, sellable, entryRemainder }: Numbers): boolean =>
  brokerShares !== null && brokerShares < 0 && owned + sellable + entryRemainder > 0;

function stateOf(numbers: Numbers, isHalted: boolean): ProtectionState {
  const { owned, cover } = numbers;
  if (cover < owned) return 'under';
  if (numbers.sellable > sellLimit(numbers)) return 'over';
  if (owned === 0) return 'pending';
  return isHalted ? 'halted' : 'protected';
}

/** The most that our sells may sell: what is owned and on its way, and without entries no more than the account has. */
export function sellLimit({ owned, entryRemainder, brokerShares }: Numbers): number {
  if (entryRemainder > 0) return owned + entryRemainder;
  return Math.min(owned, Math.max(0, brokerShares ?? owned));
}

/** The proof in one line: "cover 100 >= owned 100; sellable 100 <= 100". */
export function arithmetic(proof: SymbolProof): string {
  const { owned, cover, sellable, entryRemainder } = proof;
  const limit = sellLimit(proof);
  const coverSign = cover >= owned ? '>=' : '<';
  const sellSign = sellable <= limit ? '<=' : '>';
  const buying = entryRemainder > 0 ? ` (${owned} owned and ${entryRemainder} being bought)` : '';
  return `cover ${cover} ${coverSign} owned ${owned}; sellable ${sellable} ${sellSign} ${limit}${buying}`;
}
