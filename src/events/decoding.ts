import { z } from 'zod';
import { MAX_MICROS, usd } from '../domain/money.ts';
import { type EpochMs, isoUtc } from '../domain/time.ts';
import { instantCodec, moneyCodec } from './codecs.ts';
import { holds, isCodec } from './encoding.ts';
import { EVENT_PAYLOADS, JOURNAL_VERSION, type JournalEvent, perEventType } from './event.ts';
import type { RawLine } from './migrations.ts';
import { checkOf } from './readable.ts';

/** Stands for a value that is not plainly right. */
const UNSURE = Symbol('unsure');

/**
 * What parsed JSON stands for in the program, or UNSURE. Made once per event type from the schema itself, because zod's
 * own decoding takes several times as long, and a report reads every event of its months. It never says yes where zod
 * says no: what is unusual in any way is left to zod, which also says what is wrong.
 */
type Read = (value: unknown) => unknown;

const MAX_USD = MAX_MICROS / 1e6;
const readMoney: Read = (value) =>
  typeof value === 'number' && Math.abs(value) <= MAX_USD ? usd(value) : UNSURE;

const ISO_LENGTH = '2026-03-05T14:30:00.000Z'.length;
const readInstant: Read = (value) => {
  if (typeof value !== 'string' || value.length !== ISO_LENGTH) return UNSURE;
  const at = Date.parse(value) as EpochMs;
  return Number.isNaN(at) || isoUtc(at) !== value ? UNSURE : at;
};

/** True where what is read is another value than the JSON; zod leaves names out of a record that no object may have. */
const changes = (schema: z.core.$ZodType): boolean =>
  isCodec(schema) || schema instanceof z.ZodRecord;

function readerOf(schema: z.core.$ZodType): Read {
  if (schema === moneyCodec) return readMoney;
  if (schema === instantCodec) return readInstant;
  if (schema instanceof z.ZodRecord) {
    return (value) => {
      const parsed = z.safeParse(schema, value);
      return parsed.success ? parsed.data : UNSURE;
    };
  }
  if (!holds(schema, changes)) {
    const isRight = checkOf(schema);
    return (value) => (isRight(value) ? value : UNSURE);
  }
  if (schema instanceof z.ZodNullable) {
    const inner = readerOf(schema.unwrap());
    return (value) => (value === null ? null : inner(value));
  }
  if (schema instanceof z.ZodOptional) {
    const inner = readerOf(schema.unwrap());
    return (value) => (value === undefined ? undefined : inner(value));
  }
  if (schema instanceof z.ZodArray) return itemsReader(readerOf(schema.element));
  if (schema instanceof z.ZodObject) return objectReader(membersOf(schema.shape));
  return () => UNSURE;
}

function itemsReader(inner: Read): Read {
  return (value) => {
    if (!Array.isArray(value)) return UNSURE;
    const items = value.map(inner);
    return items.includes(UNSURE) ? UNSURE : items;
  };
}

interface Member {
  readonly name: string;
  readonly read: Read;
}

const membersOf = (shape: Readonly<Record<string, z.core.$ZodType>>): readonly Member[] =>
  Object.entries(shape).map(([name, schema]) => ({ name, read: readerOf(schema) }));

/** Every member as its schema has it, and no other. */
function objectReader(members: readonly Member[]): Read {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return UNSURE;
    const given = value as RawLine;
    // A copy keeps the shape of the object, which costs less than to put one together.
    const read: Record<string, unknown> = { ...given };
    let known = 0;
    for (const member of members) {
      const text = given[member.name];
      const meant = member.read(text);
      if (meant === UNSURE) return UNSURE;
      if (!Object.is(meant, text)) read[member.name] = meant;
      if (text !== undefined) known += 1;
    }
    return known === Object.keys(given).length ? read : UNSURE;
  };
}

const DIGEST = /^[0-9a-f]{64}$/;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isTrue =
  (isRight: (value: unknown) => boolean): Read =>
  (value) =>
    isRight(value) ? value : UNSURE;
const readDigest = isTrue((value) => typeof value === 'string' && DIGEST.test(value));

/** The envelope around every payload, as the schema of events has it. */
const ENVELOPE: readonly Member[] = [
  { name: 'v', read: isTrue((value) => value === JOURNAL_VERSION) },
  { name: 'seq', read: isTrue(isCount) },
  { name: 'at', read: readInstant },
  { name: 'runId', read: isTrue((value) => value === null || typeof value === 'string') },
  { name: 'type', read: isTrue((value) => typeof value === 'string') },
  {
    name: 'step',
    read: isTrue(
      (value) =>
        value === undefined || (Array.isArray(value) && value.length === 2 && value.every(isCount)),
    ),
  },
  { name: 'prev', read: readDigest },
  { name: 'hash', read: readDigest },
];

const readerOfType = perEventType((type) =>
  objectReader([...ENVELOPE, ...membersOf(EVENT_PAYLOADS[type])]),
);

/** The event of a line of the current version; null where it takes the schema to tell whether it is one. */
export function plainEvent(line: RawLine): JournalEvent | null {
  const event = readerOfType(line.type)?.(line) ?? UNSURE;
  return event === UNSURE ? null : (event as JournalEvent);
}
