import { z } from 'zod';
import { symbolSchema } from './codecs.ts';

/** What book and statement can differ in. */
export const DISCREPANCY_KINDS = [
  'quantity',
  'missing_order',
  'orphan_order',
  'stop_price',
  'missing_fill',
  'cash',
  'unprotected',
  'missing_stop',
  'orphan_stop',
  'limit_price',
  'missing_commission',
  'foreign_position',
  'foreign_order',
  'foreign_fill',
] as const;

const discrepancy = z.strictObject({
  kind: z.enum(DISCREPANCY_KINDS),
  symbol: symbolSchema.nullable(),
  orderRef: z.string().nullable(),
  book: z.number().nullable(),
  statement: z.number().nullable(),
  tolerance: z.number(),
  difference: z.number().nullable(),
  /** `pending`: young, or with an order in flight, and no break yet; absent on a break. */
  state: z.enum(['pending']).optional(),
});

/** What is written when book and statement are compared, and when a person acts on what that showed. */
export const RECONCILE_PAYLOADS = {
  'reconcile.completed': {
    complete: z.boolean(),
    compared: z.int().min(0),
    discrepancies: z.array(discrepancy),
  },
  /** A person made the book follow the statement in one respect; the events beside it say how. */
  'discrepancy.adopted': {
    kind: z.string(),
    symbol: symbolSchema.nullable(),
    book: z.number().nullable(),
    statement: z.number().nullable(),
    note: z.string(),
    by: z.string(),
  },
  /** A person took note of a difference: it blocks nothing any more while its numbers stay. */
  'discrepancy.resolved': { key: z.string(), note: z.string(), by: z.string() },
} as const;
