/**
 * The words a JSON Schema is written in. Each part carries the type that it describes, and the compiler holds the two
 * equal: a key that the schema lacks, or that is null, absent or of another kind against its type, is a type error.
 */
import { assert } from '../domain/result.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

declare const describes: unique symbol;

/** A schema, and the definitions that it refers to. */
interface Part {
  readonly json: JsonSchema;
  readonly uses: readonly Definition[];
}

/** A schema for the values of T, and for no others: T is compared both ways. */
export interface Described<T> extends Part {
  readonly [describes]?: (value: T) => T;
}

/** A schema that stands once, under `$defs`, and is referred to by its name. */
interface Definition extends Part {
  readonly name: string;
}

/** A key that may be absent. */
interface Absentable<T> {
  readonly mayBeAbsent: Described<T>;
}

/** A part for every key of T. */
export type Shape<T> = {
  readonly [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K>
    ? Absentable<Exclude<T[K], undefined>>
    : Described<T[K]>;
};

const part = <T>(json: JsonSchema, uses: readonly Definition[] = []): Described<T> => ({
  json,
  uses,
});

export const text = (about: string): Described<string> =>
  part({ type: 'string', description: `${about}.` });

/** A date in New York, "2026-03-05". */
export const date = <T extends string = string>(about: string): Described<T> =>
  part({ type: 'string', format: 'date', description: `${about}.` });

/** An instant in UTC, "2026-03-05T14:30:00.000Z". */
export const instant = (about: string): Described<string> =>
  part({ type: 'string', format: 'date-time', description: `${about}.` });

export const flag = (about: string): Described<boolean> =>
  part({ type: 'boolean', description: `${about}.` });

/** A number and what it is counted in. */
export const number = (about: string, unit: string): Described<number> =>
  part({ type: 'number', description: measured(about, unit) });

/** A whole number from 0 on. */
export const count = (about: string, unit: string): Described<number> =>
  part({ type: 'integer', minimum: 0, description: measured(about, unit) });

const measured = (about: string, unit: string): string => `${about}. Unit: ${unit}.`;

export const usd = (about: string): Described<number> => number(about, 'USD');
export const price = (about: string): Described<number> => number(about, 'USD a share');
/** 0.01 is 1 %. */
export const fraction = (about: string): Described<number> => number(about, 'fraction');
export const bps = (about: string): Described<number> => number(about, 'basis points');
export const inR = (about: string): Described<number> => number(about, 'R');

export const oneOf = <const V extends string>(values: readonly V[], about: string): Described<V> =>
  part({ type: 'string', enum: values, description: `${about}.` });

export const only = <const V extends string | number>(value: V, about: string): Described<V> =>
  part({ const: value, description: `${about}.` });

/** The same, or null. */
export function orNull<T>({ json, uses }: Described<T>): Described<T | null> {
  const { $ref, type, enum: values, description } = json;
  if ($ref !== undefined) {
    return part(
      { anyOf: [{ $ref }, { type: 'null' }], ...(description ? { description } : {}) },
      uses,
    );
  }
  assert(typeof type === 'string', 'what may be null has one type');
  const nullable = { ...json, type: [type, 'null'] };
  return part(Array.isArray(values) ? { ...nullable, enum: [...values, null] } : nullable, uses);
}

export const mayBeAbsent = <T>(value: Described<T>): Absentable<T> => ({ mayBeAbsent: value });

export const list = <T>(about: string, { json, uses }: Described<T>): Described<readonly T[]> =>
  part({ type: 'array', items: json, description: `${about}.` }, uses);

/** Whole numbers by keys that the journal gives. */
export const counts = (about: string, unit: string): Described<Readonly<Record<string, number>>> =>
  part({
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 0, description: measured('How many', unit) },
    description: `${about}.`,
  });

/** Numbers by keys that the configuration gives. */
export const numbers = (
  about: string,
  value: Described<number>,
): Described<Readonly<Record<string, number>>> =>
  part({ type: 'object', additionalProperties: value.json, description: `${about}.` });

/** An object under a name: these keys, no others. */
export function define<T>(name: string, about: string, shape: Shape<T>): Described<T> {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  const uses: Definition[] = [];
  for (const [key, value] of Object.entries(shape) as [string, Part | { mayBeAbsent: Part }][]) {
    const isRequired = !('mayBeAbsent' in value);
    const own = isRequired ? value : value.mayBeAbsent;
    properties[key] = own.json;
    uses.push(...own.uses);
    if (isRequired) required.push(key);
  }
  const description = `${about}.`;
  const json = { type: 'object', description, properties, required, additionalProperties: false };
  return part({ $ref: `#/$defs/${name}` }, [{ name, json, uses }]);
}

/** An object of the same kind of value under each of some keys. */
export const keyed = <K extends string, V>(
  name: string,
  about: string,
  keys: readonly K[],
  of: (key: K) => Described<V>,
): Described<Readonly<Record<K, V>>> =>
  define(
    name,
    about,
    Object.fromEntries(keys.map((key) => [key, of(key)])) as unknown as Shape<Record<K, V>>,
  );

/** A defined part, with what it is at this place. */
export const as = <T>(about: string, { json, uses }: Described<T>): Described<T> =>
  part({ ...json, description: `${about}.` }, uses);

/** Every definition that some parts refer to, each once, those they need after them. */
export function definitionsOf(parts: readonly Part[]): Record<string, JsonSchema> {
  const found: Record<string, JsonSchema> = {};
  const add = ({ name, json, uses }: Definition): void => {
    const known = found[name];
    assert(known === undefined || known === json, `one definition is named ${name}`);
    if (known !== undefined) return;
    found[name] = json;
    uses.forEach(add);
  };
  for (const { uses } of parts) uses.forEach(add);
  return found;
}
