import { z } from 'zod';
import { LINK_STATES } from '../domain/link.ts';
import { EXIT_REASONS } from '../domain/order.ts';
import { PROTECTION_ACTIONS, PROTECTION_STATES } from '../domain/protection.ts';
import { BROKER_SESSIONS, DAEMON_STATES, MODES, RUN_STATUSES } from '../domain/run.ts';
import { RESOLUTIONS } from '../domain/trade.ts';
import { instantCodec, jsonAsIs, moneyCodec, sessionSchema, symbolSchema } from './codecs.ts';
import { DECISION_PAYLOADS } from './decision-payloads.ts';
import { ORDER_PAYLOADS } from './order-payloads.ts';
import { RECONCILE_PAYLOADS } from './reconcile-payloads.ts';
import { TRADING_PAYLOADS } from './trading-payloads.ts';

/** The version of the journal's lines. Raised with a migration in migrations.ts, never without one. */
export const JOURNAL_VERSION = 1;

const count = z.int().min(0);
const quantity = z.int().positive();
const text = z.string();
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const counts = z.record(z.string(), count);

/** The arithmetic of a proof of protection, in shares. */
const protectionTerms = {
  owned: count,
  cover: count,
  sellable: count,
  entryRemainder: count,
};

/** The payload of each event type. Names are noun.verb in the past; one row a type. */
export const EVENT_PAYLOADS = {
  'history.opened': { mode: z.enum(MODES), account: text, version: text },
  'history.loss_accepted': { fromSeq: count, toSeq: count, file: text, cause: text },
  'daemon.state_changed': {
    from: z.enum(DAEMON_STATES).nullable(),
    to: z.enum(DAEMON_STATES),
    cause: text,
  },
  /** Whether the broker can be spoken to by its own timetable, which is no failure of anybody. */
  'broker.session_changed': {
    from: z.enum(BROKER_SESSIONS),
    to: z.enum(BROKER_SESSIONS),
    window: text,
    until: instantCodec.nullable(),
  },
  /** How the line to the broker stands; each episode is a time that book and broker were to be compared. */
  'link.changed': {
    from: z.enum(LINK_STATES).nullable(),
    to: z.enum(LINK_STATES),
    cause: text,
    episode: count,
  },
  'config.changed': { oldHash: text, newHash: text, keys: z.array(text), cause: text },
  'slot.claimed': {
    session: sessionSchema,
    job: text,
    slot: text,
    slotAt: instantCodec,
    /** How long after its time the slot began; absent when it was on time. */
    lateMs: count.optional(),
  },
  /** A claimed slot without side effects that failed, or was cut off, begins once more. */
  'slot.retried': {
    session: sessionSchema,
    job: text,
    slot: text,
    slotAt: instantCodec,
    attempt: quantity,
    cause: text,
  },
  'slot.missed': {
    session: sessionSchema,
    job: text,
    slot: text,
    slotAt: instantCodec,
    cause: text,
  },
  'run.started': {
    job: text,
    slot: text,
    session: sessionSchema,
    mode: z.enum(MODES),
    account: text,
    identity: text,
    asOf: instantCodec,
    configHash: text,
    version: text,
    /** The market behind the run, for readers; absent in journals of early versions. */
    dataLabel: text.optional(),
    /** The limits in force by name, fractions of equity and counts; absent in journals of early versions. */
    limits: z.record(text, z.number()).optional(),
  },
  ...DECISION_PAYLOADS,
  ...ORDER_PAYLOADS,
  'fill.recorded': {
    execId: text,
    orderRef: text,
    symbol: symbolSchema,
    side: z.enum(['buy', 'sell']),
    quantity,
    price: moneyCodec,
    commission: moneyCodec.nullable(),
    filledAt: instantCodec,
    session: sessionSchema,
    source: z.enum(['broker', 'inferred']),
    /** Of which execution, by its first name, this is a correction, and the how manieth; absent for all others. */
    corrects: z.strictObject({ of: text, revision: quantity }).optional(),
  },
  /** Other executions stand in the place of one that was recorded: none where it never was. */
  'fill.corrected': {
    execId: text,
    orderRef: text,
    symbol: symbolSchema,
    side: z.enum(['buy', 'sell']),
    session: sessionSchema,
    old: z.strictObject({ quantity, price: moneyCodec, commission: moneyCodec.nullable() }),
    by: z.array(
      z.strictObject({
        execId: text,
        quantity,
        price: moneyCodec,
        commission: moneyCodec.nullable(),
        filledAt: instantCodec,
        /** True for what is still inferred of it. */
        inferred: z.boolean(),
      }),
    ),
    /** Corrections of one execution are numbered; 0 where an inferred one is replaced by what it was. */
    revision: count,
    cause: text,
  },
  'commission.recorded': { execId: text, commission: moneyCodec },
  'cash.recorded': {
    kind: z.enum(['deposit', 'withdrawal', 'dividend', 'interest', 'fee']),
    amount: moneyCodec,
    session: sessionSchema,
    note: text,
  },
  'split.applied': {
    symbol: symbolSchema,
    session: sessionSchema,
    /** New shares for one old share. */
    ratio: z.number().positive(),
    quantityBefore: quantity,
    quantityAfter: count,
    cashInLieu: moneyCodec,
  },
  'stop.moved': {
    symbol: symbolSchema,
    orderRef: text,
    session: sessionSchema,
    old: moneyCodec,
    new: moneyCodec,
    cause: z.enum(['trail', 'break_even']),
  },
  'protection.breached': {
    symbol: symbolSchema,
    state: z.enum(PROTECTION_STATES),
    ...protectionTerms,
    /** What is done about it. */
    action: z.enum(PROTECTION_ACTIONS),
  },
  'protection.restored': {
    symbol: symbolSchema,
    state: z.enum(PROTECTION_STATES),
    ...protectionTerms,
    /** How long shares had no working stop. */
    uncoveredMs: count,
  },
  'command.received': {
    requestId: text,
    command: text,
    symbols: z.array(symbolSchema),
    /** Where it came from: the command line itself, or handed over to a running daemon. */
    source: z.enum(['cli', 'handed']),
    principal: text,
    host: text,
  },
  'command.done': { requestId: text, result: text },
  'command.failed': { requestId: text, code: text, message: text },
  'trade.opened': { tradeId: text, symbol: symbolSchema, entryRef: text },
  'trade.closed': {
    tradeId: text,
    symbol: symbolSchema,
    exitReason: z.enum(EXIT_REASONS),
    grossPnl: moneyCodec,
    netPnl: moneyCodec.nullable(),
    rMultiple: z.number().nullable(),
    mae: moneyCodec.nullable(),
    mfe: moneyCodec.nullable(),
    resolution: z.enum(RESOLUTIONS).nullable(),
  },
  'account.marked': {
    session: sessionSchema,
    cause: z.enum(['run', 'close']),
    equity: moneyCodec,
    cash: moneyCodec,
    /**
     * What fills without a commission will cost by the model: equity is less by it already; absent where none lack it.
     */
    estimatedCommissions: moneyCodec.optional(),
    /**
     * What the broker of a real account says that it is worth, at a close: what is not ours counts in. Absent where it
     * did not say, and of a simulated account.
     */
    worth: moneyCodec.optional(),
    exposure: moneyCodec,
    openRisk: moneyCodec,
    unrealized: moneyCodec,
    openEntryCommissions: moneyCodec,
    drawdown: z.number().max(0),
    intensity: z.number(),
    flow: moneyCodec,
    marks: z.array(
      z.strictObject({ symbol: symbolSchema, quantity, mark: moneyCodec, stale: z.boolean() }),
    ),
    /** Close of the configured benchmark on this session; absent where none is configured or it has no bar. */
    benchmark: z
      .strictObject({
        symbol: symbolSchema,
        close: moneyCodec,
        /** New shares for one old share, where this session began with a split. */
        splitRatio: z.number().optional(),
      })
      .optional(),
  },
  'book.checkpointed': { stateSeq: count, stateHash: digest, state: jsonAsIs },
  ...RECONCILE_PAYLOADS,
  'report.written': { period: text, session: sessionSchema, path: text, sha256: digest },
  ...TRADING_PAYLOADS,
  'run.completed': {
    status: z.enum(RUN_STATUSES),
    counts: z.strictObject({
      found: count,
      scored: count,
      selected: count,
      sized: count,
      denied: count,
      approved: count,
      submitted: count,
      filled: count,
    }),
    denials: counts,
    signalHash: digest.nullable(),
    decisionHash: digest.nullable(),
    note: text.nullable(),
  },
  'run.failed': { code: text, message: text },
} as const;

export type EventType = keyof typeof EVENT_PAYLOADS;
export const EVENT_TYPES = Object.keys(EVENT_PAYLOADS) as readonly EventType[];

const isEventType = (type: unknown): type is EventType =>
  typeof type === 'string' && Object.hasOwn(EVENT_PAYLOADS, type);

/**
 * What is made of the schema of a type, made when an event of it first comes up: most commands meet few of them.
 * Undefined for what is no type.
 */
export function perEventType<T>(make: (type: EventType) => T): (type: unknown) => T | undefined {
  const made = new Map<unknown, T>();
  return (type) => {
    const known = made.get(type);
    if (known !== undefined || !isEventType(type)) return known;
    const one = make(type);
    made.set(type, one);
    return one;
  };
}

const envelope = <T extends EventType>(type: T) =>
  z.strictObject({
    v: z.literal(JOURNAL_VERSION),
    seq: z.int().positive(),
    at: instantCodec,
    runId: text.nullable(),
    type: z.literal(type),
    ...EVENT_PAYLOADS[type],
    /** [i, n]: the i-th of n events written as one step, which is there whole or not at all; absent when n is 1. */
    step: z.tuple([quantity, quantity]).optional(),
    prev: digest,
    hash: digest,
  });

type EnvelopeOf<T extends EventType> = T extends EventType ? ReturnType<typeof envelope<T>> : never;

const unionOfTypes = () =>
  z.discriminatedUnion(
    'type',
    EVENT_TYPES.map((type) => envelope(type)) as unknown as [EnvelopeOf<EventType>],
  );
let union: ReturnType<typeof unionOfTypes> | undefined;

/** One line of the journal: the only definition, from which types and the JSON schema derive. */
export function eventSchema(): ReturnType<typeof unionOfTypes> {
  union ??= unionOfTypes();
  return union;
}

/** An event as the journal acknowledged it. */
export type JournalEvent = { [T in EventType]: z.output<EnvelopeOf<T>> }[EventType];
export type EventOf<T extends EventType> = Extract<JournalEvent, { type: T }>;

type Draft<E> = E extends unknown ? Omit<E, 'v' | 'seq' | 'step' | 'prev' | 'hash'> : never;

/** An event before the journal gave it its number and its place in the chain. */
export type EventDraft = Draft<JournalEvent>;
