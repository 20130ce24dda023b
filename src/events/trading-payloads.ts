import { z } from 'zod';
import { ALERT_LEVELS } from '../domain/alert.ts';
import { BREAKERS, RESTRICTION_SOURCES, TRADING_STATES } from '../domain/trading-state.ts';
import { instantCodec, moneyCodec, sessionSchema } from './codecs.ts';

const text = z.string();
const count = z.int().min(0);

/** What restricts trading and what lifts it, what calls a person, and how the size of trades follows results. */
export const TRADING_PAYLOADS = {
  /** One source restricts trading from now on, or does no longer. */
  'trading_state.changed': {
    source: z.enum(RESTRICTION_SOURCES),
    /** Which one of its source; empty where a source is only one. */
    detail: text,
    /** What this source allowed before, and what it allows now. */
    from: z.enum(TRADING_STATES),
    to: z.enum(TRADING_STATES),
    by: text,
    cause: text,
    until: instantCodec.nullable(),
  },
  'kill.engaged': {
    by: text,
    via: z.enum(['command', 'file', 'signal']),
    positions: z.enum(['keep', 'flatten']),
    cause: text,
  },
  'kill.cleared': { by: text, cause: text },
  'breaker.tripped': {
    breaker: z.enum(BREAKERS),
    state: z.enum(['reducing', 'halted']),
    /** What was measured and what is allowed, in the unit of the breaker's key. */
    value: z.number(),
    limit: z.number(),
    cause: text,
    until: instantCodec.nullable(),
  },
  /** From now on the drawdown limit counts from this session's close; reports go on as before. */
  'risk.peak_rebased': {
    session: sessionSchema,
    equity: moneyCodec,
    cause: z.enum(['resume', 'cooldown']),
    by: text,
  },
  'intensity.changed': {
    session: sessionSchema,
    old: z.number(),
    new: z.number(),
    cause: text,
  },
  'alert.raised': {
    level: z.enum(ALERT_LEVELS),
    code: text,
    message: text,
    /** Means nothing after this instant; absent where it stands until it is acknowledged. */
    until: instantCodec.optional(),
  },
  /** Somebody took note: the numbers of the events that raised what was open. */
  'alert.acknowledged': { alerts: z.array(count), by: text },
  /** The books in memory differed in these parts from the journal, and were read from it anew. */
  'book.healed': { stateSeq: count, parts: z.array(text) },
} as const;
