import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import type { Fill } from '../../domain/fill.ts';
import { type Micros, toUsd } from '../../domain/money.ts';
import { EXIT_REASONS, LEGS, ORDER_STATUSES, ORDER_TYPES, type Order } from '../../domain/order.ts';
import { type EpochMs, isoUtc } from '../../domain/time.ts';
import { instantCodec, moneyCodec, sessionSchema, symbolSchema } from '../../events/codecs.ts';
import type { BrokerEvent } from '../../ports/broker.ts';
import { type AccountRules, SimAccount } from './sim-account.ts';
import type { SimOrder } from './sim-order.ts';

const count = z.int().min(0);
const quantity = z.int().positive();
const sides = z.enum(['buy', 'sell']);

const order = z.strictObject({
  orderRef: z.string(),
  symbol: symbolSchema,
  leg: z.enum(LEGS),
  side: sides,
  type: z.enum(ORDER_TYPES),
  quantity,
  limitPrice: moneyCodec.nullable(),
  stopPrice: moneyCodec.nullable(),
  trailAmount: moneyCodec.exactOptional(),
  timeInForce: z.enum(['DAY', 'GTC']),
  parentRef: z.string().nullable(),
  ocaGroup: z.string().nullable(),
  exitReason: z.enum(EXIT_REASONS).nullable(),
});

const band = z.strictObject({ lowest: moneyCodec, highest: moneyCodec }).nullable();

const heldOrder = z.strictObject({
  asked: order,
  askedBand: band,
  band,
  brokerId: z.string(),
  submittedAt: instantCodec,
  order,
  status: z.enum(ORDER_STATUSES),
  filled: count,
  fillCount: count,
  openSeen: z.boolean(),
  triggered: z.boolean(),
  highest: moneyCodec.nullable().default(null),
  day: z
    .strictObject({ session: sessionSchema, quantity, value: moneyCodec, charged: moneyCodec })
    .nullable(),
  doneAt: instantCodec.nullable(),
});

const fill = z.strictObject({
  execId: z.string(),
  orderRef: z.string(),
  symbol: symbolSchema,
  side: sides,
  quantity,
  price: moneyCodec,
  commission: moneyCodec.nullable(),
  filledAt: instantCodec,
});

const at = instantCodec;
const orderRef = z.string();
const event = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('acknowledged'),
    orderRef,
    brokerId: z.string().nullable(),
    at,
  }),
  z.strictObject({ kind: z.literal('filled'), fill, at }),
  z.strictObject({
    kind: z.literal('commission'),
    execId: z.string(),
    commission: moneyCodec,
    at,
  }),
  z.strictObject({ kind: z.literal('modified'), order, at }),
  z.strictObject({ kind: z.literal('cancelled'), orderRef, cause: z.string(), at }),
  z.strictObject({ kind: z.literal('expired'), orderRef, cause: z.string(), at }),
  z.strictObject({ kind: z.literal('deactivated'), orderRef, cause: z.string(), at }),
  z.strictObject({ kind: z.literal('cancel_refused'), orderRef, at }),
  z.strictObject({
    kind: z.literal('rejected'),
    orderRef,
    code: z.string(),
    message: z.string(),
    at,
  }),
]);

/** The shape of a simulated account in a file: dollars as numbers, instants as ISO text. */
const SimAccountSchema = z.strictObject({
  version: z.literal(1),
  account: z.string(),
  cash: moneyCodec,
  session: sessionSchema.nullable(),
  nextId: z.int().positive(),
  desks: z.array(
    z.strictObject({
      symbol: symbolSchema,
      quantity: count,
      cost: moneyCodec,
      mark: moneyCodec.nullable(),
      capacity: z.strictObject({ bar: instantCodec, left: count }).nullable(),
      halted: z.boolean().default(false),
    }),
  ),
  working: z.array(heldOrder),
  finished: z.array(heldOrder),
  fills: z.array(fill),
  events: z.array(event),
  unsettled: z.array(z.strictObject({ settlesOn: sessionSchema, amount: moneyCodec })),
  played: z
    .strictObject({
      opens: instantCodec.nullable(),
      closes: instantCodec.nullable(),
      ended: sessionSchema.nullable(),
    })
    .optional(),
});

/** A simulated account as JSON. */
export type SimAccountState = z.input<typeof SimAccountSchema>;

/**
 * The account as JSON; equal accounts give equal JSON. Written member by member, because zod's own encoding costs many
 * times as much, and a simulated account is written down after everything that happens in it.
 */
export function encodeAccount(books: SimAccount): SimAccountState {
  const desks = [...books.desks.values()];
  const { opens, closes, ended } = books.played;
  return {
    version: 1,
    account: books.rules.account,
    cash: toUsd(books.cash),
    session: books.session,
    nextId: books.nextId,
    desks: desks.map(({ symbol, quantity: shares, cost, mark, capacity, halted }) => ({
      symbol,
      quantity: shares,
      cost: toUsd(cost),
      mark: dollars(mark),
      capacity: capacity && { bar: isoUtc(capacity.bar), left: capacity.left },
      halted,
    })),
    working: desks.flatMap((desk) => desk.live.map(encodeHeld)),
    finished: [...books.finished.values()].map(encodeHeld),
    fills: books.fills.map(encodeFill),
    events: books.events.map(encodeEvent),
    unsettled: books.unsettled.map(({ settlesOn, amount }) => ({
      settlesOn,
      amount: toUsd(amount),
    })),
    played: { opens: instant(opens), closes: instant(closes), ended },
  };
}

const dollars = (amount: Micros | null): number | null => (amount === null ? null : toUsd(amount));
const instant = (when: EpochMs | null): string | null => (when === null ? null : isoUtc(when));

const encodeOrder = (asked: Order): SimAccountState['working'][number]['order'] => {
  const { trailAmount, ...rest } = asked;
  return {
    ...rest,
    limitPrice: dollars(asked.limitPrice),
    stopPrice: dollars(asked.stopPrice),
    ...(trailAmount === undefined ? {} : { trailAmount: toUsd(trailAmount) }),
  };
};

const encodeBand = (held: SimOrder['band']): { lowest: number; highest: number } | null =>
  held && { lowest: toUsd(held.lowest), highest: toUsd(held.highest) };

/** Most orders are still what was asked for; then their terms are encoded once. */
function encodeHeld(held: SimOrder): SimAccountState['working'][number] {
  const asked = encodeOrder(held.asked);
  return {
    asked,
    askedBand: encodeBand(held.askedBand),
    band: encodeBand(held.band),
    brokerId: held.brokerId,
    submittedAt: isoUtc(held.submittedAt),
    order: held.order === held.asked ? asked : encodeOrder(held.order),
    status: held.status,
    filled: held.filled,
    fillCount: held.fillCount,
    openSeen: held.openSeen,
    triggered: held.triggered,
    highest: dollars(held.highest),
    day: held.day && {
      session: held.day.session,
      quantity: held.day.quantity,
      value: toUsd(held.day.value),
      charged: toUsd(held.day.charged),
    },
    doneAt: instant(held.doneAt),
  };
}

const encodeFill = (one: Fill): SimAccountState['fills'][number] => ({
  ...one,
  price: toUsd(one.price),
  commission: dollars(one.commission),
  filledAt: isoUtc(one.filledAt),
});

function encodeEvent(told: BrokerEvent): SimAccountState['events'][number] {
  const when = isoUtc(told.at);
  switch (told.kind) {
    case 'filled':
      return { ...told, fill: encodeFill(told.fill), at: when };
    case 'modified':
      return { ...told, order: encodeOrder(told.order), at: when };
    case 'commission':
      return { ...told, commission: toUsd(told.commission), at: when };
    default:
      return { ...told, at: when };
  }
}

/** The account that `encodeAccount` wrote. Throws a Failure on other JSON, and on another account's. */
export function restoreAccount(rules: AccountRules, state: SimAccountState): SimAccount {
  const parsed = z.safeDecode(SimAccountSchema, state);
  if (!parsed.success) {
    throw new Failure('HISTORY_DAMAGED', 'the saved simulated account cannot be read', {
      details: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
      hint: 'restore it from a backup',
      cause: parsed.error,
    });
  }
  const read = parsed.data;
  if (read.account !== rules.account) {
    throw new Failure(
      'HOME_MISMATCH',
      `the saved account is ${read.account}, not ${rules.account}`,
    );
  }
  const books = new SimAccount(rules, read.cash);
  books.session = read.session;
  books.nextId = read.nextId;
  books.fills = read.fills;
  books.events = read.events;
  books.unsettled = read.unsettled;
  if (read.played !== undefined) books.played = { ...read.played };
  for (const held of read.finished) {
    books.orders.set(held.order.orderRef, held);
    books.finished.set(held.order.orderRef, held);
  }
  for (const desk of read.desks) books.desks.set(desk.symbol, { ...desk, live: [] });
  for (const held of read.working) {
    books.orders.set(held.order.orderRef, held);
    books.deskOf(held.order.symbol).live.push(held);
  }
  return books;
}
