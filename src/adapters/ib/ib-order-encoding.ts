import {
  type Contract,
  OrderAction,
  SecType,
  type Order as VendorOrder,
  OrderType as VendorType,
} from '@stoqey/ib';
import type { Symbol } from '../../domain/market.ts';
import { type Micros, toUsd } from '../../domain/money.ts';
import type { Order, OrderType } from '../../domain/order.ts';
import { ibSymbolOf } from './ib-symbols.ts';

/** A stock as the broker names it, so that no order can mean another of the same ticker. */
export interface IbStock {
  readonly conId: number;
  readonly symbol: string;
  readonly primaryExchange: string;
}

/** How an order goes out, beyond its own terms. */
export interface Routing {
  readonly account: string;
  /** The id of the entry that it waits for; 0 where it stands for itself. */
  readonly parentId: number;
  /** False holds it back until the last of its chain comes. */
  readonly transmit: boolean;
}

const TYPES: Readonly<Record<OrderType, VendorType>> = {
  market: VendorType.MKT,
  limit: VendorType.LMT,
  stop: VendorType.STP,
  stop_limit: VendorType.STP_LMT,
  trailing_stop: VendorType.TRAIL,
};

/**
 * Orders of a group reduce each other share by share, and only one of them is at an exchange at a time, so that two
 * cannot fill together: https://interactivebrokers.github.io/tws-api/oca.html
 */
const REDUCE_WITH_BLOCK = 2;

/** A US stock, routed by the broker. Without its number it is found by its ticker, classes after a space. */
export const vendorContract = (symbol: Symbol, stock: IbStock | null): Contract => ({
  symbol: stock?.symbol ?? ibSymbolOf(symbol),
  secType: SecType.STK,
  exchange: 'SMART',
  currency: 'USD',
  ...(stock === null ? {} : { conId: stock.conId, primaryExch: stock.primaryExchange }),
});

const dollars = (price: Micros | null | undefined): number | undefined =>
  price === null || price === undefined ? undefined : toUsd(price);

/**
 * The order as the library sends it. A field that is left out goes out empty, and the gateway's presets fill it in: all
 * that could change what is bought or sold, when, and for whom, is said here.
 */
export function vendorOrder(order: Order, { account, parentId, transmit }: Routing): VendorOrder {
  const trails = order.type === 'trailing_stop';
  const trailStopPrice = trails ? dollars(order.stopPrice) : undefined;
  const lmtPrice = dollars(order.limitPrice);
  // The distance of a trailing stop stands where others have the price that they wait for.
  const auxPrice = dollars(trails ? order.trailAmount : order.stopPrice);
  return {
    ...NOTHING_SPECIAL,
    action: order.side === 'buy' ? OrderAction.BUY : OrderAction.SELL,
    orderType: TYPES[order.type],
    totalQuantity: order.quantity,
    ...(lmtPrice === undefined ? {} : { lmtPrice }),
    ...(auxPrice === undefined ? {} : { auxPrice }),
    ...(trailStopPrice === undefined ? {} : { trailStopPrice }),
    tif: order.timeInForce,
    account,
    orderRef: order.orderRef,
    parentId,
    transmit,
    ocaGroup: order.ocaGroup ?? '',
    ocaType: order.ocaGroup === null ? 0 : REDUCE_WITH_BLOCK,
  };
}

/** What an order of ours never is. */
const NOTHING_SPECIAL = {
  // Stops wake up, and orders fill, in regular hours only.
  outsideRth: false,
  includeOvernight: false,
  whatIf: false,
  hidden: false,
  blockOrder: false,
  sweepToFill: false,
  allOrNone: false,
  notHeld: false,
  eTradeOnly: false,
  firmQuoteOnly: false,
  optOutSmartRouting: false,
  // Never past the broker's own checks of price and size.
  overridePercentageConstraints: false,
  solicited: false,
  randomizeSize: false,
  randomizePrice: false,
  isOmsContainer: false,
  discretionaryUpToLimitPrice: false,
  usePriceMgmtAlgo: false,
  autoCancelParent: false,
  dontUseAutoPriceForHedge: false,
  professionalCustomer: false,
  displaySize: 0,
  discretionaryAmt: 0,
  // Which price wakes a stop up: the broker's choice for the exchange.
  triggerMethod: 0,
  // Customer, no short sale, and no exemption from its rules.
  origin: 0,
  shortSaleSlot: 0,
  exemptCode: -1,
  auctionStrategy: 0,
  continuousUpdate: 0,
} as const satisfies Partial<VendorOrder>;
