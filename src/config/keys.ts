import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The parts of JSON Schema that the configuration uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
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

/** The schema at a path, or undefined where no such key exists. Numbers and "[]" step into lists. */
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
