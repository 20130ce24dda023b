import { z } from 'zod';
import { assert } from '../domain/result.ts';
import { isoUtc } from '../domain/time.ts';
import { instantCodec, moneyCodec } from './codecs.ts';
import { EVENT_PAYLOADS, EVENT_TYPES, type EventDraft, JOURNAL_VERSION } from './event.ts';

/**
 * Turns a value of the program into what files hold; null where both are the same. Made once per event type from
 * the schema itself, because zod's own encoding costs several times as much and a backtest writes many events.
 */
type Encode = ((value: never) => unknown) | null;

function encoderOf(schema: z.core.$ZodType): Encode {
  if (schema === moneyCodec) return (amount: number) => amount / 1e6;
  if (schema === instantCodec) return isoUtc;
  if (schema instanceof z.ZodNullable) {
    const inner = encoderOf(schema.unwrap());
    return inner && ((value) => (value === null ? null : inner(value)));
  }
  if (schema instanceof z.ZodOptional) {
    const inner = encoderOf(schema.unwrap());
    return inner && ((value) => (value === undefined ? undefined : inner(value)));
  }
  if (schema instanceof z.ZodArray) {
    const inner = encoderOf(schema.element);
    return inner && ((values: readonly never[]) => values.map((value) => inner(value)));
  }
  if (schema instanceof z.ZodObject) return objectEncoder(schema.shape);
  assert(!(schema instanceof z.ZodPipe), 'a codec must be known to the encoder');
  return null;
}

function objectEncoder(shape: Readonly<Record<string, z.core.$ZodType>>): Encode {
  const fields = Object.entries(shape).map(([key, schema]) => ({ key, encode: encoderOf(schema) }));
  if (fields.every(({ encode }) => encode === null)) return null;
  return (value: Readonly<Record<string, never>>) => {
    const encoded: Record<string, unknown> = {};
    for (const { key, encode } of fields) {
      const member = value[key] as never;
      encoded[key] = encode === null ? member : encode(member);
    }
    return encoded;
  };
}

const PAYLOAD_FIELDS = new Map(
  EVENT_TYPES.map((type) => [
    type as string,
    Object.entries(EVENT_PAYLOADS[type]).map(([key, schema]) => ({
      key,
      encode: encoderOf(schema),
    })),
  ]),
);

/** The line of an event without its place in the chain: members in the order of the schema. */
export function encodeDraft(
  draft: EventDraft,
  seq: number,
  step: readonly [number, number] | null,
): Record<string, unknown> {
  const fields = PAYLOAD_FIELDS.get(draft.type);
  assert(fields, `an event has a known type, was ${draft.type}`);
  const line: Record<string, unknown> = {
    v: JOURNAL_VERSION,
    seq,
    at: isoUtc(draft.at),
    runId: draft.runId,
    type: draft.type,
  };
  for (const { key, encode } of fields) {
    const member = (draft as unknown as Record<string, never>)[key] as never;
    line[key] = encode === null ? member : encode(member);
  }
  if (step) line.step = step;
  return line;
}
