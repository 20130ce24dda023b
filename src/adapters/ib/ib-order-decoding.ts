import type { Contract, Order as VendorOrder } from '@stoqey/ib';
import type { Symbol } from '../../domain/market.ts';
import { MAX_MICROS, MICROS_PER_USD, type Micros, microsFromFloat } from '../../domain/money.ts';
import {
  type ExitReason,
  type Leg,
  legOfRef,
  type Order,
  type OrderType,
} from '../../domain/order.ts';
import { symbolOfIb } from './ib-symbols.ts';

/** A price or an amount that the broker told; null where it told none, or what cannot be one. */
export function amountOf(value: unknown): Micros | null {
  if (typeof value !== 'number' || !(Math.abs(value) <= MAX_MICROS / MICROS_PER_USD)) return null;
  return microsFromFloat(value, 'halfEven');
}

/** Prices that are not told come as 0 as well. */
const priceOf = (value: unknown): Micros | null => {
  const amount = amountOf(value);
  return amount === 0 ? null : amount;
};

/** The US stock of a contract; null for anything else. */
export function symbolOf({ secType, currency, symbol = '' }: Contract): Symbol | null {
  if (String(secType) !== 'STK' || currency !== 'USD') return null;
  return symbolOfIb(symbol);
}

/** Types that we never send are told as what they come closest to. */
function typeOf(text: string): OrderType {
  if (text.startsWith('TRAIL')) return 'trailing_stop';
  if (text.startsWith('STP')) return text === 'STP LMT' ? 'stop_limit' : 'stop';
  return text.includes('LMT') || text.includes('LOC') || text === 'LIT' ? 'limit' : 'market';
}

/** Why an order of ours sells, as far as its name says. */
const REASONS: Readonly<Record<Leg, ExitReason | null>> = {
  entry: null,
  stop: 'stop',
  target: 'target',
  exit: null,
};

/** An order by what the broker told of it; null where that is no order of whole shares of a US stock. */
export function decodeOrder(
  contract: Contract,
  told: VendorOrder,
  named: { readonly orderRef: string; readonly parentRef: string | null },
): Order | null {
  const symbol = symbolOf(contract);
  const quantity = told.totalQuantity ?? Number.NaN;
  if (symbol === null || !Number.isSafeInteger(quantity) || quantity < 0) return null;
  const side = String(told.action) === 'BUY' ? 'buy' : 'sell';
  const leg = legOfRef(named.orderRef) ?? (side === 'buy' ? 'entry' : 'exit');
  const type = typeOf(String(told.orderType));
  const trails = type === 'trailing_stop';
  const waits = trails || type === 'stop' || type === 'stop_limit';
  const trailAmount = trails ? priceOf(told.auxPrice) : null;
  return {
    orderRef: named.orderRef,
    symbol,
    leg,
    side,
    type,
    quantity,
    limitPrice: type === 'limit' || type === 'stop_limit' ? priceOf(told.lmtPrice) : null,
    stopPrice: waits ? priceOf(trails ? told.trailStopPrice : told.auxPrice) : null,
    ...(trailAmount === null ? {} : { trailAmount }),
    timeInForce: told.tif === 'GTC' ? 'GTC' : 'DAY',
    parentRef: named.parentRef,
    ocaGroup: told.ocaGroup === undefined || told.ocaGroup === '' ? null : told.ocaGroup,
    exitReason: REASONS[leg],
  };
}
