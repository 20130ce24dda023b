import { z } from 'zod';
import { FATES, REASON_CODES } from '../domain/reason.ts';
import { moneyCodec, symbolSchema } from './codecs.ts';

const count = z.int().min(0);
const quantity = z.int().positive();
const text = z.string();
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const counts = z.record(z.string(), count);

const reason = z.strictObject({
  code: z.enum(REASON_CODES),
  allowed: count,
  limit: z.number().nullable(),
  value: z.number().nullable(),
});

/** A row that came near the top of a run: what it scored, and what became of it. */
const scored = {
  symbol: symbolSchema,
  scanRank: quantity,
  rank: quantity,
  activity: z.number(),
  score: z.number().min(0).max(100),
  components: z.record(z.string(), z.number()),
  signalReason: text,
  strength: z.number(),
  referencePrice: moneyCodec,
  atr: moneyCodec,
  fate: z.enum(FATES),
};

/** What a run decided: its scan, each candidate near the top, each proposal and what the guards made of it. */
export const DECISION_PAYLOADS = {
  'scan.completed': {
    rule: text,
    universe: count,
    found: count,
    scored: count,
    /** Symbols the scan dropped, by reason. */
    excluded: counts,
    /** Found rows that were not scored, by reason. */
    ineligible: counts,
    /** SHA-256 of the full score table, which can be recomputed from the same data. */
    tableHash: digest,
    warnings: z.array(text),
  },
  /** The candidates of a run by rank, in one event. */
  'candidates.scored': { candidates: z.array(z.strictObject(scored)) },
  /** One of them, as earlier versions wrote them: readers take both, see scored-candidates.ts. */
  'candidate.scored': scored,
  'intent.sized': {
    symbol: symbolSchema,
    quantity,
    referencePrice: moneyCodec,
    limitPrice: moneyCodec,
    stopPrice: moneyCodec,
    targetPrice: moneyCodec.nullable(),
    atr: moneyCodec,
    equity: moneyCodec,
    intensity: z.number(),
    riskBudget: moneyCodec,
    riskPerShare: moneyCodec,
    byRisk: count,
    byPosition: count,
    binding: z.enum(['risk', 'position']),
    /** Ask less bid of the quote that was decided on, over their middle; absent without a quote. */
    spreadBps: z.number().optional(),
  },
  'intent.denied': { symbol: symbolSchema, sized: count, reasons: z.array(reason) },
  'intent.approved': {
    symbol: symbolSchema,
    entryRef: text,
    sized: quantity,
    approved: quantity,
    referencePrice: moneyCodec,
    limitPrice: moneyCodec,
    stopPrice: moneyCodec,
    targetPrice: moneyCodec.nullable(),
    atr: moneyCodec,
    reasons: z.array(reason),
    score: z.number(),
    strategy: text,
    signalReason: text,
    strength: z.number(),
  },
} as const;
