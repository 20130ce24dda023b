import type { Order } from '../domain/order.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventDraft } from './event.ts';
import { fingerprint } from './fingerprint.ts';

/** What an orderRef stands for, 64 hex digits: the same reference with another hash is a conflict, never sent. */
export const payloadHash = (order: Order): string =>
  fingerprint({
    orderRef: order.orderRef,
    symbol: order.symbol,
    leg: order.leg,
    side: order.side,
    type: order.type,
    quantity: order.quantity,
    limitPrice: order.limitPrice,
    stopPrice: order.stopPrice,
    trailAmount: order.trailAmount,
    timeInForce: order.timeInForce,
    parentRef: order.parentRef,
    ocaGroup: order.ocaGroup,
    exitReason: order.exitReason,
  });

/** The journal's record of an order that is about to be sent. */
export const submittedDraft = (
  order: Order,
  { at, runId, session }: { at: EpochMs; runId: string | null; session: SessionDate },
): EventDraft => ({
  type: 'order.submitted',
  at,
  runId,
  orderRef: order.orderRef,
  session,
  symbol: order.symbol,
  leg: order.leg,
  side: order.side,
  orderType: order.type,
  quantity: order.quantity,
  limitPrice: order.limitPrice,
  stopPrice: order.stopPrice,
  timeInForce: order.timeInForce,
  parentRef: order.parentRef,
  ocaGroup: order.ocaGroup,
  exitReason: order.exitReason,
  ...(order.trailAmount === undefined ? {} : { trailAmount: order.trailAmount }),
  payloadHash: payloadHash(order),
});
