import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The parts of JSON Schema that the configuration uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

let derived: JsonSchema | undefined;

/** The schema that editors read, derived from the one that decides. */
export function jsonSchema(): JsonSchema {
  derived ??= z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema;
  return derived;
}

const alternatives = (node: JsonSchema): readonly JsonSchema[] =>
  node.oneOf ?? node.anyOf ?? [node];

/** The keys that may stand below a node, whichever alternative is chosen. */
const propertiesOf = (node: JsonSchema): ReadonlyMap<string, JsonSchema> =>
  new Map(alternatives(node).flatMap(({ properties }) => Object.entries(properties ?? {})));

/**
 * The schema at a path, or undefined where no such key exists. Numbers and "[]" step into lists.
 */
export function schemaAt(path: readonly PropertyKey[]): JsonSchema | undefined {
  let node: JsonSchema | undefined = jsonSchema();
  for (const part of path) {
    if (typeof part === 'number' || part === '[]') node = node.items;
    else node = propertiesOf(node).get(String(part)) ?? freeEntry(node);
    if (node === undefined) return undefined;
  }
  return node;
}

const freeEntry = ({ additionalProperties }: JsonSchema): JsonSchema | undefined =>
  typeof additionalProperties === 'object' ? additionalProperties : undefined;

/** The names that may stand at a path. */
export const namesAt = (path: readonly PropertyKey[]): string[] => {
  const node = schemaAt(path);
  return node === undefined ? [] : [...propertiesOf(node).keys()];
};

/** Every dotted key that holds a value, "risk.maxPositions"; rows of lists as "schedule[].at". */
export function allKeys(node: JsonSchema = jsonSchema(), prefix = ''): string[] {
  const own = prefix === '' || node.properties !== undefined ? [] : [prefix];
  const below = [...propertiesOf(node)].flatMap(([name, child]) =>
    allKeys(child, prefix === '' ? name : `${prefix}.${name}`),
  );
  const rows = node.items === undefined ? [] : allKeys(node.items, `${prefix}[]`);
  return [...own, ...below, ...rows.filter((key) => !key.endsWith('[]'))];
}

/** "clientId" as "CLIENT_ID". */
const upperSnake = (name: string): string => name.replace(/([A-Z])/g, '_$1').toUpperCase();

/** "RSI_LENGTH" as "rsiLength". */
const camel = (name: string): string =>
  name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The variable that sets a key: ib.clientId is TRADE_LABS_IB__CLIENT_ID. */
export const variableOf = (key: string): string =>
  `TRADE_LABS_${key.split('.').map(upperSnake).join('__')}`;

/** The path a variable sets, or undefined where it names no key. */
export function pathOfVariable(name: string): string[] | undefined {
  const path: string[] = [];
  for (const part of name.replace(/^TRADE_LABS_/, '').split('__')) {
    const key = namesAt(path).find((candidate) => upperSnake(candidate) === part);
    if (key !== undefined) path.push(key);
    else if (part !== '' && schemaAt([...path, camel(part)]) !== undefined) path.push(camel(part));
    else return undefined;
  }
  return path;
}

/** The schema as the file that stands beside the configuration. */
export const schemaText = (): string => `${JSON.stringify(jsonSchema(), null, 2)}\n`;

/** What there is to say of one key. */
export interface KeyMeaning {
  readonly key: string;
  readonly description: string;
  readonly unit: string | null;
  /** Null where the key is off or absent unless set. */
  readonly default: unknown;
  /** "0 to 1", "sim, paper, live", "at least 1": what may be written. */
  readonly takes: string;
  /** The variable that sets it; null for rows of lists. */
  readonly variable: string | null;
  /** The keys below, where it is a section. */
  readonly keys: readonly string[];
}

/**
 * The meaning of a dotted key ("risk.maxPositions", "schedule[0].at"), or undefined where there is
 * no such key.
 */
export function meaningOf(key: string): KeyMeaning | undefined {
  const general = key.replace(/\[\d*\]/g, '[]');
  const path = general.split('.').flatMap((part) => {
    const name = part.replaceAll('[]', '');
    return [...(name === '' ? [] : [name]), ...(part.endsWith('[]') ? ['[]'] : [])];
  });
  const node = schemaAt(path);
  if (node === undefined || path.length === 0) return undefined;
  const below = allKeys().filter((other) => /^(\.|\[\])/.test(other.slice(general.length)));
  return {
    key: general,
    description: node.description ?? '',
    unit: node.unit ?? null,
    default: node.default ?? null,
    takes: takenBy(node),
    variable: general.includes('[]') ? null : variableOf(general),
    keys: below.filter((other) => other.startsWith(general)),
  };
}

/** In words, what a key takes. */
function takenBy(node: JsonSchema): string {
  const options = node.oneOf ?? node.anyOf;
  if (options !== undefined) return options.map(takenBy).join(', or ');
  if (node.enum !== undefined) return node.enum.join(', ');
  if (node.const !== undefined) return node.const;
  if (node.type === 'object' && node.properties !== undefined) {
    const parts = Object.entries(node.properties).map(([name, child]) =>
      child.const === undefined ? name : `${name}: ${child.const}`,
    );
    return `{ ${parts.join(', ')} }`;
  }
  if (node.type === 'array') return `a list of ${takenBy(node.items ?? {})}`;
  const kind = KINDS[node.type ?? ''] ?? 'any value';
  const least = node.exclusiveMinimum ?? node.minimum;
  const from =
    least === undefined ? '' : `${node.exclusiveMinimum === undefined ? 'from' : 'above'} ${least}`;
  const most =
    node.maximum === undefined || node.maximum >= Number.MAX_SAFE_INTEGER
      ? ''
      : `to ${node.maximum}`;
  return [kind, from, most].filter((part) => part !== '').join(' ');
}

const KINDS: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'keys with values',
};
