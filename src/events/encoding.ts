import { z } from 'zod';
import { assert } from '../domain/result.ts';
import { isoUtc } from '../domain/time.ts';
import { instantCodec, moneyCodec } from './codecs.ts';
import { EVENT_PAYLOADS, type EventDraft, JOURNAL_VERSION, perEventType } from './event.ts';
import { jsonText } from './fingerprint.ts';

/**
 * The JSON text of a value of the program, which is not undefined. Made once per event type from the schema itself,
 * because zod's own encoding, and making an object only to turn it into text, cost several times as much, and a
 * backtest writes many events. Whatever a value is, the text is what JSON.stringify makes of it.
 */
type Write = (value: never) => string;

const writeMoney = (amount: number): string => jsonText(amount / 1e6);
const writeInstant = (at: Parameters<typeof isoUtc>[0]): string => `"${isoUtc(at)}"`;

function writerOf(schema: z.core.$ZodType): Write {
  if (schema === moneyCodec) return writeMoney;
  if (schema === instantCodec) return writeInstant;
  if (schema instanceof z.ZodNullable) {
    const inner = writerOf(schema.unwrap());
    return (value) => (value === null ? 'null' : inner(value));
  }
  if (schema instanceof z.ZodOptional) return writerOf(schema.unwrap());
  if (schema instanceof z.ZodArray && holdsCodec(schema.element)) {
    return itemsWriter(writerOf(schema.element));
  }
  if (schema instanceof z.ZodObject && holdsCodec(schema)) {
    const [first] = Object.values(schema.shape);
    assert(
      first !== undefined && !(first instanceof z.ZodOptional),
      'an object begins with a member that is always there',
    );
    const members = membersOf(schema.shape, '{');
    return (value: Members) => `${withMembers('', members, value)}}`;
  }
  assert(!(schema instanceof z.ZodPipe), 'a codec must be known to the encoder');
  return jsonText;
}

const itemsWriter =
  (inner: Write): Write =>
  (values: readonly never[]) => {
    let text = '[';
    for (let i = 0; i < values.length; i++) {
      text += i === 0 ? inner(values[i] as never) : `,${inner(values[i] as never)}`;
    }
    return `${text}]`;
  };

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

type Members = Readonly<Record<string, never>>;

/** A member: what stands in the text before its value, and how that is written. */
interface Member {
  readonly key: string;
  readonly head: string;
  readonly write: Write;
}

/** The members of an object; `opening` stands before the first, a comma before every other. */
const membersOf = (
  shape: Readonly<Record<string, z.core.$ZodType>>,
  opening: '{' | ',',
): readonly Member[] =>
  Object.entries(shape).map(([key, schema], i) => ({
    key,
    head: `${i === 0 ? opening : ','}${JSON.stringify(key)}:`,
    write: writerOf(schema),
  }));

/** The text with every member that has a value behind it. */
function withMembers(before: string, members: readonly Member[], values: Members): string {
  let text = before;
  for (const { key, head, write } of members) {
    const value = values[key];
    if (value !== undefined) text += head + write(value);
  }
  return text;
}

const payloadOf = perEventType((type) => membersOf(EVENT_PAYLOADS[type], ','));

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
  const members = payloadOf(draft.type);
  assert(members !== undefined, `an event has a known type, was ${draft.type}`);
  const { at, runId, type } = draft;
  const run = runId === undefined ? '' : `,"runId":${jsonText(runId)}`;
  const head = `{"v":${JOURNAL_VERSION},"seq":${seq},"at":"${isoUtc(at)}"${run},"type":"${type}"`;
  const text = withMembers(head, members, draft as unknown as Members);
  const tail = step === null ? '' : `,"step":[${step[0]},${step[1]}]`;
  return `${text}${tail},"prev":"${prev}"}`;
}
