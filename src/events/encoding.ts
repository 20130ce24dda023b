import { z } from 'zod';
import { assert } from '../domain/result.ts';
import { isoUtc } from '../domain/time.ts';
import { instantCodec, moneyCodec } from './codecs.ts';
import { EVENT_PAYLOADS, EVENT_TYPES, type EventDraft, JOURNAL_VERSION } from './event.ts';
import { quoted } from './fingerprint.ts';

/**
 * The JSON text of a value of the program; undefined where JSON leaves a member out. Made once per event type from the
 * schema itself, because zod's own encoding, and making an object only to turn it into text, cost several times as
 * much, and a backtest writes many events. Whatever a value is, the text is what JSON.stringify makes of it.
 */
type Write = (value: never) => string | undefined;

const writeMoney = (amount: number): string | undefined => plain(amount / 1e6);
const writeInstant = (at: Parameters<typeof isoUtc>[0]): string => `"${isoUtc(at)}"`;

function writerOf(schema: z.core.$ZodType): Write {
  if (schema === moneyCodec) return writeMoney;
  if (schema === instantCodec) return writeInstant;
  if (schema instanceof z.ZodNullable) {
    const inner = writerOf(schema.unwrap());
    return (value) => (value === null ? 'null' : inner(value));
  }
  if (schema instanceof z.ZodOptional) {
    const inner = writerOf(schema.unwrap());
    return (value) => (value === undefined ? undefined : inner(value));
  }
  if (schema instanceof z.ZodArray && holdsCodec(schema.element)) {
    const inner = writerOf(schema.element);
    return (values: readonly never[]) =>
      `[${values.map((value) => inner(value) ?? 'null').join(',')}]`;
  }
  if (schema instanceof z.ZodObject && holdsCodec(schema)) {
    const members = membersOf(schema.shape);
    return (value: Readonly<Record<string, never>>) => `{${textOf(members, value).slice(1)}}`;
  }
  assert(!(schema instanceof z.ZodPipe), 'a codec must be known to the encoder');
  return plain;
}

export const isCodec = (schema: z.core.$ZodType): boolean =>
  schema === moneyCodec || schema === instantCodec;

/** True for a schema with money or an instant somewhere in it; of all others the values stand in files as they are. */
const holdsCodec = (schema: z.core.$ZodType): boolean => holds(schema, isCodec);

/** True for a schema that is one of those, or has one of them somewhere in it. */
export function holds(
  schema: z.core.$ZodType,
  isOne: (schema: z.core.$ZodType) => boolean,
): boolean {
  if (isOne(schema)) return true;
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return holds(schema.unwrap(), isOne);
  }
  if (schema instanceof z.ZodArray) return holds(schema.element, isOne);
  if (!(schema instanceof z.ZodObject)) return false;
  return Object.values(schema.shape).some((member) => holds(member, isOne));
}

/** JSON.stringify for what events hold most: short text and numbers. */
function plain(value: unknown): string | undefined {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isFinite(value) ? `${value}` : 'null';
  return value === null ? 'null' : JSON.stringify(value);
}

/** A member: its name as it stands in the text, and how its value is written. */
interface Member {
  readonly key: string;
  readonly head: string;
  readonly write: Write;
}

const membersOf = (shape: Readonly<Record<string, z.core.$ZodType>>): readonly Member[] =>
  Object.entries(shape).map(([key, schema]) => ({
    key,
    head: `,${JSON.stringify(key)}:`,
    write: writerOf(schema),
  }));

/** Every member that has a value, each with a comma before it. */
function textOf(members: readonly Member[], values: Readonly<Record<string, never>>): string {
  let text = '';
  for (const { key, head, write } of members) {
    const value = write(values[key] as never);
    if (value !== undefined) text += head + value;
  }
  return text;
}

const PAYLOADS: ReadonlyMap<string, readonly Member[]> = new Map(
  EVENT_TYPES.map((type) => [type, membersOf(EVENT_PAYLOADS[type])]),
);

/**
 * The line of an event up to its hash, as the text of an object: members in the order of the schema. `prev` is the hash
 * of the event before.
 */
export function encodeDraft(
  draft: EventDraft,
  seq: number,
  step: readonly [number, number] | null,
  prev: string,
): string {
  const members = PAYLOADS.get(draft.type);
  assert(members !== undefined, `an event has a known type, was ${draft.type}`);
  const { at, runId, type } = draft;
  const payload = textOf(members, draft as unknown as Readonly<Record<string, never>>);
  const run = plain(runId);
  const head = `{"v":${JOURNAL_VERSION},"seq":${seq},"at":"${isoUtc(at)}"`;
  const middle = `${run === undefined ? '' : `,"runId":${run}`},"type":"${type}"${payload}`;
  const tail = step === null ? '' : `,"step":[${step[0]},${step[1]}]`;
  return `${head}${middle}${tail},"prev":"${prev}"}`;
}
