import { type Setting, valueFromText } from './environment.ts';
import { type JsonSchema, schemaAt } from './keys.ts';
import { dotted, type Problem, shown, suggestion } from './problem.ts';
import { DEFAULT_SCHEDULE } from './schedule-schema.ts';

type Tree = Readonly<Record<string, unknown>>;

/** What the flags of a command line say, over the values of a file. */
export interface Flags {
  /** The file's values, and the defaults of which a flag gives a part. */
  readonly tree: Tree;
  readonly settings: readonly Setting[];
  readonly problems: readonly Problem[];
}

/**
 * Dotted keys with their texts as settings. A row of the schedule goes by its name:
 * `schedule.scan-open.top` is the key `top` of the slot `scan-open`. A part of an alternative, such
 * as `sizing.stop.multiple`, is a part of the default where neither file nor flags choose one.
 * Problems point at the option that gave the key.
 */
export function readFlags(
  file: Tree,
  flags: Readonly<Record<string, string>>,
  optionOf: (key: string) => string,
): Flags {
  const tree = withDefaults(file, Object.keys(flags));
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const [key, text] of Object.entries(flags)) {
    const where = optionOf(key);
    const read = NAMES.test(key) ? settingOf(key, text, tree.schedule) : notAKey(key);
    if ('message' in read) problems.push({ ...read, where });
    else settings.push({ ...read, where });
  }
  return { tree, settings, problems };
}

/** The tree with those defaults written out of which a flag gives a part only. */
function withDefaults(file: Tree, keys: readonly string[]): Tree {
  const tree = { ...file };
  for (const [section = '', name = '', part] of keys.map((key) => key.split('.'))) {
    if (section === LIST) tree[LIST] ??= DEFAULT_SCHEDULE;
    const whole = `${section}.${name}`;
    const usual = part === undefined ? undefined : schemaAt([section, name])?.default;
    if (!hasKind(usual) || keys.includes(`${whole}.kind`)) continue;
    const owner = tree[section] ?? {};
    if (!Array.isArray(owner) && typeof owner === 'object')
      tree[section] = { [name]: usual, ...owner };
  }
  return tree;
}

const hasKind = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value;

const LIST = 'schedule';
/** Also keeps out names that objects have by birth. */
const NAMES = /^[A-Za-z][\w-]*(\.[A-Za-z0-9][\w-]*)*$/;

/** The path of a dotted key; undefined where it names a slot that the schedule does not have. */
function pathOf(key: string, schedule: unknown): PropertyKey[] | undefined {
  const [section, name, ...rest] = key.split('.');
  if (section !== LIST || name === undefined || !Array.isArray(schedule)) return key.split('.');
  const index = schedule.findIndex((row) => nameOf(row) === name);
  return index < 0 ? undefined : [section, index, ...rest];
}

const nameOf = (row: unknown): unknown =>
  typeof row === 'object' && row !== null ? (row as { name?: unknown }).name : undefined;

function unknownRow(key: string, schedule: unknown): Unplaced<Problem> {
  const names = (schedule as readonly unknown[])
    .map(nameOf)
    .filter((name) => typeof name === 'string');
  const typed = key.split('.')[1] ?? '';
  const near = suggestion(typed, names);
  return problem(key, `no slot ${shown(typed)}; the schedule has ${names.join(', ')}${near}`);
}

type Unplaced<T> = Omit<T, 'where'>;

const problem = (key: string, message: string): Unplaced<Problem> => ({
  key,
  message,
  source: 'config',
});

const notAKey = (key: string): Unplaced<Problem> =>
  problem(key, `${shown(key)} is not a key such as sizing.perTradeFraction`);

const isSingle = (node: JsonSchema | undefined): boolean =>
  ['string', 'number', 'integer', 'boolean'].includes(node?.type ?? '');

function settingOf(
  key: string,
  text: string,
  schedule: unknown,
): Unplaced<Setting> | Unplaced<Problem> {
  const path = pathOf(key, schedule);
  if (path === undefined) return unknownRow(key, schedule);
  const leaf = path.findIndex((_, i) => i > 0 && isSingle(schemaAt(path.slice(0, i))));
  if (leaf > 0) return problem(key, `${dotted(path.slice(0, leaf))} has no keys below it`);
  try {
    return { path, value: valueFromText(text, path), origin: 'flag' };
  } catch {
    return problem(key, `${shown(text)} is not a list or map such as [a, b] or {a: 1}`);
  }
}
