import { z } from 'zod';
import { EXIT_REASONS, LEGS, ORDER_TYPES } from '../domain/order.ts';
import { moneyCodec, sessionSchema, symbolSchema } from './codecs.ts';

const quantity = z.int().positive();
const text = z.string();
const digest = z.string().regex(/^[0-9a-f]{64}$/);

const orderTerms = z.strictObject({
  quantity,
  limitPrice: moneyCodec.nullable(),
  stopPrice: moneyCodec.nullable(),
});

/** What is journalled of an order, from being written down to its end. */
export const ORDER_PAYLOADS = {
  'order.submitted': {
    orderRef: text,
    session: sessionSchema,
    symbol: symbolSchema,
    leg: z.enum(LEGS),
    side: z.enum(['buy', 'sell']),
    orderType: z.enum(ORDER_TYPES),
    quantity,
    limitPrice: moneyCodec.nullable(),
    stopPrice: moneyCodec.nullable(),
    timeInForce: z.enum(['DAY', 'GTC']),
    parentRef: text.nullable(),
    ocaGroup: text.nullable(),
    exitReason: z.enum(EXIT_REASONS).nullable(),
    /** How far a trailing stop stays below the highest price; absent for every other type. */
    trailAmount: moneyCodec.optional(),
    /** SHA-256 of the terms: under one orderRef nothing else is ever sent. */
    payloadHash: digest,
  },
  'order.denied': { orderRef: text, code: text, message: text },
  'order.cancel_requested': { orderRef: text, cause: text },
  'order.cancel_refused': { orderRef: text },
  'order.deactivated': { orderRef: text, cause: text },
  /** A complete statement of the broker shows the order working. */
  'order.found': { orderRef: text, evidence: text },
  'order.acknowledged': { orderRef: text, brokerId: text.nullable() },
  /** Written down before the broker is asked to change a working order. */
  'order.modify_requested': { orderRef: text, old: orderTerms, new: orderTerms, cause: text },
  'order.modify_refused': { orderRef: text, cause: text },
  'order.modified': { orderRef: text, old: orderTerms, new: orderTerms, cause: text },
  'order.rejected': { orderRef: text, code: text, message: text },
  'order.cancelled': { orderRef: text, cause: text },
  'order.expired': { orderRef: text, cause: text },
  'order.unknown': { orderRef: text, cause: text },
} as const;
