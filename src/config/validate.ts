import type { z } from 'zod';
import { type Contradiction, contradictions, repeatedNames } from './check.ts';
import { allKeys, namesAt } from './keys.ts';
import { dotted, shown, suggestion } from './problem.ts';
import { type Config, configSchema } from './schema.ts';

/** Something the schema or the check between keys refuses. */
export interface Refusal {
  readonly path: readonly PropertyKey[];
  /** True where the key itself is wrong, not its value. */
  readonly atKey: boolean;
  readonly message: string;
  /** The other key of a contradiction: pointed at where this one is a default. */
  readonly against?: readonly PropertyKey[] | undefined;
}

export type Validated =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly refusals: readonly Refusal[] };

/** A configuration is read once or twice in a process: checks compiled for it would cost more than they save. */
const ONCE = { jitless: true };

/**
 * Plain values as a configuration with its defaults, or everything that is wrong with them at once.
 */
export function validate(tree: unknown): Validated {
  const parsed = configSchema.safeParse(tree, ONCE);
  if (parsed.success) {
    const config: Config = parsed.data;
    const refusals = contradictions(config).map(asRefusal);
    return refusals.length === 0 ? { ok: true, config } : { ok: false, refusals };
  }
  const refusals = withoutEchoes(parsed.error.issues.flatMap((issue) => refusalsOf(issue, tree)));
  return { ok: false, refusals: [...refusals, ...contradictionsOfTheRest(tree, refusals)] };
}

const asRefusal = ({ path, against, message }: Contradiction): Refusal => ({
  path,
  against,
  atKey: false,
  message,
});

/** One refusal per path: a value that is out of range needs no second line about its decimals. */
function withoutEchoes(refusals: readonly Refusal[]): Refusal[] {
  const seen = new Set<string>();
  return refusals.filter(({ path }) => {
    const key = JSON.stringify(path);
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * The contradictions among the values that are right in themselves; the wrong ones are left out.
 */
function contradictionsOfTheRest(tree: unknown, refusals: readonly Refusal[]): Refusal[] {
  const rest = structuredClone(tree) as Record<string, unknown>;
  const removed: string[] = [];
  for (const { path } of refusals) {
    const [section, key] = path.map(String);
    if (section === undefined) return [];
    const owner = rest[section];
    const inSection =
      key !== undefined && typeof owner === 'object' && !Array.isArray(owner) && owner;
    if (inSection) delete (inSection as Record<string, unknown>)[key];
    else delete rest[section];
    removed.push(inSection ? `${section}.${key}` : section);
  }
  const touches = (path: readonly PropertyKey[] | undefined): boolean =>
    path !== undefined &&
    removed.some((key) =>
      [path.slice(0, 1), path.slice(0, 2)].some((part) => dotted(part) === key),
    );
  const parsed = configSchema.safeParse(rest, ONCE);
  const schedule = removed.includes('schedule') ? valueIn(tree, ['schedule']) : undefined;
  const found = [
    ...(Array.isArray(schedule) ? repeatedNames(schedule) : []),
    ...(parsed.success ? contradictions(parsed.data) : []).filter(
      ({ path, against }) => !touches(path) && !touches(against),
    ),
  ];
  return found.map(asRefusal);
}

function refusalsOf(issue: z.core.$ZodIssue, tree: unknown): Refusal[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      atKey: true,
      message: `unknown key${elsewhere(key) || suggestion(key, namesAt(issue.path))}`,
    }));
  }
  const value = valueIn(tree, issue.path);
  return [{ path: issue.path, atKey: false, message: messageOf(issue, value) }];
}

/** " Did you mean X?" where another section has a key of this very name. */
function elsewhere(name: string): string {
  const key = allKeys().find((known) => known.endsWith(`.${name}`) && !known.includes('[]'));
  return key === undefined ? '' : `. Did you mean ${key}?`;
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'is missing';
  const was = shown(value);
  if (value === null) return 'is empty; write a value or remove the line';
  if (typeof value === 'number' && !Number.isFinite(value)) return `${was} must be a finite number`;
  if (!/^(Invalid|Too |Unrecognized)/.test(issue.message)) {
    return typeof value === 'string' && issue.message.includes(was)
      ? issue.message
      : `${was} ${issue.message}`;
  }
  switch (issue.code) {
    case 'invalid_type':
      return `${was} must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return `${was} must be at least ${issue.minimum}`;
    case 'too_big':
      return `${was} must be at most ${issue.maximum}`;
    case 'invalid_value':
      return notOneOf(value, issue.values.map(String));
    case 'invalid_union':
      return notOneOf(
        value,
        (issue as { options?: readonly unknown[] }).options?.map(String) ?? [],
      );
    default:
      return `${was}: ${issue.message}`;
  }
}

function notOneOf(value: unknown, names: readonly string[]): string {
  const near = typeof value === 'string' ? suggestion(value, names) : '';
  return `${shown(value)} is not one of ${names.join(', ')}${near}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
};

function valueIn(tree: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (node, part) =>
      typeof node === 'object' && node !== null
        ? (node as Record<PropertyKey, unknown>)[part]
        : undefined,
    tree,
  );
}
