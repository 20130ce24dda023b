import { z } from 'zod';
import { parseSymbol } from '../domain/market.ts';
import { MAX_MICROS } from '../domain/money.ts';
import { parseSessionDate } from '../domain/time.ts';
import { instantCodec, moneyCodec, sessionSchema, symbolSchema } from './codecs.ts';
import { EVENT_PAYLOADS, type EventDraft, perEventType } from './event.ts';

/** Tells whether a value of the program can be written and read back under a schema. */
export type Check = (value: unknown) => boolean;

/** The farthest instant that a Date can hold, in milliseconds. */
const MAX_INSTANT = 8_640_000_000_000_000;

const within = (limit: number): Check => {
  return (value) => Number.isSafeInteger(value) && Math.abs(value as number) <= limit;
};
const text = (parse: (value: string) => unknown): Check => {
  return (value) => typeof value === 'string' && parse(value) !== null;
};

const OWN = new Map<z.core.$ZodType, Check>([
  [moneyCodec, within(MAX_MICROS)],
  [instantCodec, within(MAX_INSTANT)],
  [sessionSchema, text(parseSessionDate)],
  [symbolSchema, text(parseSymbol)],
]);

/** The check of a schema, made once: zod decodes what it checks, which takes longer than the write that follows. */
export function checkOf(schema: z.core.$ZodType): Check {
  const own = OWN.get(schema);
  if (own !== undefined) return own;
  if (schema instanceof z.ZodNullable) {
    const inner = checkOf(schema.unwrap());
    return (value) => value === null || inner(value);
  }
  if (schema instanceof z.ZodOptional) {
    const inner = checkOf(schema.unwrap());
    return (value) => value === undefined || inner(value);
  }
  if (schema instanceof z.ZodArray && (schema.def.checks ?? []).length === 0) {
    const inner = checkOf(schema.element);
    return (value) => Array.isArray(value) && value.every(inner);
  }
  if (schema instanceof z.ZodObject) return membersCheck(schema.shape);
  if (schema instanceof z.ZodEnum) {
    const options = new Set<unknown>(schema.options);
    return (value) => options.has(value);
  }
  if (schema instanceof z.ZodString && (schema.def.checks ?? []).length === 0) {
    return (value) => typeof value === 'string';
  }
  return (value) => z.safeParse(schema, value).success;
}

/** Every member as its schema has it, and no other. */
function membersCheck(shape: Readonly<Record<string, z.core.$ZodType>>): Check {
  const members = Object.entries(shape).map(([name, schema]) => ({ name, check: checkOf(schema) }));
  const names = new Set(members.map(({ name }) => name));
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const given = value as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(given)) if (!names.has(name)) return false;
    return members.every(({ name, check }) => check(given[name]));
  };
}

const payloadChecks = perEventType((type) =>
  Object.entries(EVENT_PAYLOADS[type]).map(([name, schema]) => ({
    name,
    check: checkOf(schema),
  })),
);
const isInstant = within(MAX_INSTANT);

/** The name of a member that could not be read back; null where all can. Members of no schema are not written. */
export function unreadableMember(draft: EventDraft): string | null {
  if (!isInstant(draft.at)) return 'at';
  if (draft.runId !== null && typeof draft.runId !== 'string') return 'runId';
  const given = draft as unknown as Readonly<Record<string, unknown>>;
  const checks = payloadChecks(draft.type);
  if (checks === undefined) return 'type';
  for (const { name, check } of checks) if (!check(given[name])) return name;
  return null;
}
