import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MAX_MICROS } from '../../src/domain/money.ts';
import { decodeLine, GENESIS, sealStep } from '../../src/events/chain.ts';
import { instantCodec, moneyCodec, sessionSchema, symbolSchema } from '../../src/events/codecs.ts';
import { plainEvent } from '../../src/events/decoding.ts';
import {
  EVENT_PAYLOADS,
  EVENT_TYPES,
  type EventDraft,
  type EventType,
  eventSchema,
} from '../../src/events/event.ts';

/** From 1970 to 2100, in milliseconds. */
const instant = fc.integer({ min: 0, max: 4_102_444_800_000 });
const micros = fc.integer({ min: -MAX_MICROS, max: MAX_MICROS });
const sessions = fc
  .integer({ min: 0, max: 40_000 })
  .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
const symbols = fc.stringMatching(/^[A-Z][A-Z0-9]{0,9}([.\-/ ][A-Z0-9]{1,4})?$/);
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', '\u2028', ''),
);
const OWN = new Map<z.core.$ZodType, fc.Arbitrary<unknown>>([
  [moneyCodec, micros],
  [instantCodec, instant],
  [sessionSchema, sessions],
  [symbolSchema, symbols],
]);

/** Any value of the program's own that the schema takes; JSON does not keep -0. */
function valuesOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const own = OWN.get(schema);
  if (own !== undefined) return own;
  if (schema instanceof z.ZodNullable) return fc.option(valuesOf(schema.unwrap()), { nil: null });
  if (schema instanceof z.ZodArray) return fc.array(valuesOf(schema.element), { maxLength: 4 });
  if (schema instanceof z.ZodObject) return membersOf(schema.shape);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodRecord) {
    const keys = texts.filter((key) => key !== '__proto__');
    return fc.dictionary(keys, valuesOf(schema.valueType), { noNullPrototype: true });
  }
  if (schema instanceof z.ZodNumber) return numbersOf(schema);
  if (schema instanceof z.ZodString) {
    const isDigest = schema.safeParse('a'.repeat(64)).success && !schema.safeParse('a').success;
    return isDigest ? fc.stringMatching(/^[0-9a-f]{64}$/) : texts;
  }
  // What is left is JSON itself: the state of a checkpoint.
  return fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
}

function numbersOf(schema: z.ZodNumber): fc.Arbitrary<number> {
  const min = Math.max(schema.minValue ?? 0, -Number.MAX_SAFE_INTEGER);
  const max = Math.min(schema.maxValue ?? 0, Number.MAX_SAFE_INTEGER);
  const isWhole = !schema.safeParse(Math.max(min, 0) + (max <= 0 ? -0.5 : 0.5)).success;
  const numbers = isWhole
    ? fc.integer({ min: Math.max(min, schema.safeParse(0).success ? 0 : 1), max })
    : fc.double({ min, max, noNaN: true, noDefaultInfinity: true });
  return numbers.map((number) => (Object.is(number, -0) ? 0 : number));
}

function membersOf(shape: Readonly<Record<string, z.core.$ZodType>>): fc.Arbitrary<object> {
  const members = Object.entries(shape);
  const optional = members.filter(([, schema]) => schema instanceof z.ZodOptional);
  const values = members.map(([name, schema]) => [
    name,
    valuesOf(schema instanceof z.ZodOptional ? schema.unwrap() : schema),
  ]);
  const requiredKeys = members
    .map(([name]) => name)
    .filter((name) => !optional.some(([key]) => key === name));
  return fc.record(Object.fromEntries(values) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys,
    noNullPrototype: true,
  });
}

const draftsOf = (type: EventType): fc.Arbitrary<EventDraft> =>
  fc
    .tuple(membersOf(EVENT_PAYLOADS[type]), instant, fc.option(texts, { nil: null }))
    .map(([payload, at, runId]) => ({ type, at, runId, ...payload }) as unknown as EventDraft);

/** Values that hardly any member may have. */
const wrongValue = fc.constantFrom<unknown[]>(
  Number.NaN,
  Number.POSITIVE_INFINITY,
  0.5,
  -1,
  9e15,
  '',
  'x',
  '2026-02-30',
  'aapl',
  null,
  undefined,
  true,
  [],
  {},
  [1],
  { a: 1 },
  [{ symbol: 'AAPL' }],
);

describe('an event written and read back', () => {
  it.each(EVENT_TYPES)('is the same event, whatever it says: %s', (type) => {
    fc.assert(
      fc.property(fc.array(draftsOf(type), { minLength: 1, maxLength: 3 }), (drafts) => {
        const step = sealStep(drafts, GENESIS, { check: false });
        const read = step.lines.map((line) => decodeLine(line.slice(0, -1)));
        expect(read).toEqual(step.events.map((event) => ({ ok: true, value: event })));
      }),
      { numRuns: 60 },
    );
  });

  it.each(EVENT_TYPES)(
    'is read by short cuts as the schema reads it, or not by them: %s',
    (type) => {
      const names = fc.constantFrom('v', 'seq', 'at', 'runId', 'step', 'prev', 'x', '__proto__');
      const members = fc.constantFrom(...Object.keys(EVENT_PAYLOADS[type]));
      const change = fc.tuple(fc.oneof(names, members), wrongValue);
      fc.assert(
        fc.property(draftsOf(type), change, (draft, [name, value]) => {
          const [line = ''] = sealStep([draft], GENESIS, { check: false }).lines;
          const right = JSON.parse(line) as Record<string, unknown>;
          const { data = null } = eventSchema().safeParse(right);
          expect(plainEvent(right)).toStrictEqual(data);
          const spoiled = JSON.parse(JSON.stringify({ ...right, [name]: value })) as typeof right;
          const event = plainEvent(spoiled);
          if (event !== null) expect(event).toStrictEqual(eventSchema().parse(spoiled));
        }),
        { numRuns: 150 },
      );
    },
  );

  it.each(EVENT_TYPES)('stands in the journal as JSON writes it: %s', (type) => {
    fc.assert(
      fc.property(draftsOf(type), (draft) => {
        const [line = ''] = sealStep([draft], GENESIS, { check: false }).lines;
        expect(`${JSON.stringify(JSON.parse(line))}\n`).toBe(line);
      }),
      { numRuns: 60 },
    );
  });

  it.each(EVENT_TYPES)(
    'is written exactly when it could be read, also when it is wrong: %s',
    (type) => {
      const names = ['at', 'runId', ...Object.keys(EVENT_PAYLOADS[type])];
      fc.assert(
        fc.property(draftsOf(type), fc.constantFrom(...names), wrongValue, (draft, name, value) => {
          const spoiled = { ...draft, [name]: value } as EventDraft;
          expect(isWritten(spoiled)).toBe(isRead(spoiled));
        }),
        { numRuns: 150 },
      );
    },
  );
});

const isWritten = (draft: EventDraft): boolean => {
  try {
    sealStep([draft], GENESIS, { check: true });
    return true;
  } catch {
    return false;
  }
};

/** Without the check a line is made of anything, or cannot be made at all. */
const isRead = (draft: EventDraft): boolean => {
  try {
    const { lines, events } = sealStep([draft], GENESIS, { check: false });
    const read = decodeLine(lines[0]?.slice(0, -1) ?? '');
    return read.ok && isDeepStrictEqual(read.value, present(events[0]));
  } catch {
    return false;
  }
};

/** An event without members that are undefined: a file does not have them. */
const present = (event: object | undefined): object =>
  Object.fromEntries(Object.entries(event ?? {}).filter(([, value]) => value !== undefined));
