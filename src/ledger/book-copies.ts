import type { BookOrder, OpenTrade } from './book-state.ts';

/** A value that was just copied and that nobody else knows yet. */
export type Fresh<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The order again, to be changed. Member by member: to spread an object this wide costs twenty times as much. The type
 * asks for every member, also for one that an order may lack.
 */
export const copyOfOrder = (order: BookOrder): Fresh<Required<BookOrder>> => ({
  orderRef: order.orderRef,
  session: order.session,
  symbol: order.symbol,
  leg: order.leg,
  side: order.side,
  type: order.type,
  quantity: order.quantity,
  limitPrice: order.limitPrice,
  stopPrice: order.stopPrice,
  timeInForce: order.timeInForce,
  parentRef: order.parentRef,
  ocaGroup: order.ocaGroup,
  exitReason: order.exitReason,
  payloadHash: order.payloadHash,
  status: order.status,
  filledQuantity: order.filledQuantity,
  asked: order.asked,
  submittedAt: order.submittedAt,
  endedBy: order.endedBy,
});

/** The open trade again, to be changed, member by member like an order. */
export const copyOfTrade = (trade: OpenTrade): Fresh<Required<OpenTrade>> => ({
  tradeId: trade.tradeId,
  symbol: trade.symbol,
  entryRef: trade.entryRef,
  context: trade.context,
  lots: trade.lots,
  boughtQuantity: trade.boughtQuantity,
  boughtValue: trade.boughtValue,
  soldQuantity: trade.soldQuantity,
  soldValue: trade.soldValue,
  commission: trade.commission,
  unknownCommissions: trade.unknownCommissions,
  realized: trade.realized,
  entryAt: trade.entryAt,
  entrySession: trade.entrySession,
  steps: trade.steps,
  initialStop: trade.initialStop,
  stop: trade.stop,
  stopMoved: trade.stopMoved,
  target: trade.target,
  stopRef: trade.stopRef,
  highestClose: trade.highestClose,
  mark: trade.mark,
  markSession: trade.markSession,
});
