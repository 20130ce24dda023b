import { isNode, type Node, nameOf, type Source } from './source.ts';

export const MAX_FUNCTION_LINES = 75;
export const MAX_FILE_LINES = 320;

/** A name that must not be used, where it still may be, and why it is refused elsewhere. */
interface Ban {
  readonly name: RegExp;
  readonly only: readonly string[];
  /** Where the rule holds; all of src and the entry unless said. */
  readonly within?: readonly string[];
  readonly why: string;
}

/** All that reaches a decision, the synthetic market or a hash: the same bits on every engine. */
const DECIDING = [
  ...['domain', 'calendar', 'indicators', 'bars', 'strategy', 'pipeline', 'risk', 'events'].map(
    (folder) => `src/${folder}/`,
  ),
  'src/adapters/sim/',
];
const SYSTEM = ['src/adapters/system/', 'src/testing/'];
const ENTRIES = ['trade-labs.ts', 'src/cli/entry.ts', 'src/cli/world.ts', 'src/cli/main.ts'];

const BANS: readonly Ban[] = [
  {
    name: /^(Date\.now|performance\.(now|timeOrigin|mark|measure)|process\.(hrtime|uptime)(\.\w+)?|DateTime\.(now|local|utc))$/,
    only: SYSTEM,
    why: 'time comes from the clock port',
  },
  {
    name: /^(set(Timeout|Interval)|node:timers(\/promises)?)$/,
    only: SYSTEM,
    why: 'waiting goes through the clock port',
  },
  // To give way for a turn is no waiting, but only an adapter has anybody to give way to.
  {
    name: /^(setImmediate|queueMicrotask|process\.nextTick)$/,
    only: ['src/adapters/', 'src/testing/'],
    why: 'only adapters give way to the event loop',
  },
  {
    name: /^(Math\.random|crypto\.getRandomValues|randomBytes|randomInt|randomUUID)$/,
    only: SYSTEM,
    why: 'chance comes from a seed',
  },
  {
    name: /^(process\.env|node:process)$/,
    only: ['src/config/', ...ENTRIES],
    why: 'the environment is read by the configuration',
  },
  { name: /^console\.\w+$/, only: [], why: 'output goes through the command or the log' },
  {
    name: /(^|\.)localeCompare$|^Intl\.\w+$|\.toLocale\w*String$/,
    only: ['src/cli/'],
    why: 'the host decides what it gives',
  },
  {
    name: /^Math\.(pow|exp|expm1|log|log2|log10|log1p|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|cbrt|hypot)$/,
    only: [],
    within: DECIDING,
    why: 'engines disagree in its last bit',
  },
];

const isUnder = (path: string, places: readonly string[]): boolean =>
  places.some((place) => path.startsWith(place));

const PROGRAM = ['src/', 'trade-labs.ts'];

/** Uses of names that belong elsewhere. */
export function bannedNames(source: Source): string[] {
  const bans = BANS.filter(
    ({ only, within }) => isUnder(source.path, within ?? PROGRAM) && !isUnder(source.path, only),
  );
  return source.nodes.flatMap((node) => {
    const name = usedName(node, isUnder(source.path, DECIDING));
    const ban = name === null ? undefined : bans.find((rule) => rule.name.test(name));
    return ban === undefined ? [] : [`${place(source, node)} uses ${name}: ${ban.why}`];
  });
}

function usedName(node: Node, deciding: boolean): string | null {
  switch (node.type) {
    case 'MemberExpression':
      return nameOf(node) ?? `.${nameOf(node.property)}`;
    case 'NewExpression': {
      const argless = (node.arguments as unknown[]).length === 0;
      return nameOf(node.callee) === 'Date' && argless ? 'Date.now' : null;
    }
    case 'CallExpression':
      return nameOf(node.callee) === 'Date' ? 'Date.now' : nameOfPlainCall(node);
    case 'ImportSpecifier':
      return nameOf(node.imported);
    case 'ImportDeclaration':
      return nameOf(node.source);
    case 'BinaryExpression':
      return deciding && node.operator === '**' ? 'Math.pow' : null;
    case 'AssignmentExpression':
      return deciding && node.operator === '**=' ? 'Math.pow' : null;
    default:
      return null;
  }
}

const nameOfPlainCall = (node: Node): string | null =>
  isNode(node.callee) && node.callee.type === 'Identifier' ? nameOf(node.callee) : null;

/** `any` by assertion, and non-null assertions in the program, where a check with a message belongs. */
export function looseTypes(source: Source): string[] {
  return source.nodes.flatMap((node) => {
    const any =
      node.type === 'TSAsExpression' && (node.typeAnnotation as Node).type === 'TSAnyKeyword';
    const bang = node.type === 'TSNonNullExpression' && isUnder(source.path, PROGRAM);
    if (any) return [`${place(source, node)} asserts any`];
    return bang ? [`${place(source, node)} asserts non-null without saying why`] : [];
  });
}

const SUITES = new Set(['it', 'test', 'describe', 'suite', 'bench']);

/** Tests that run alone, never, or not yet: `.only`, `.skip` without a condition, `.todo`, `.fails`, xit. */
export function suspendedTests(source: Source): string[] {
  return source.nodes.flatMap((node) => {
    if (node.type !== 'CallExpression') return [];
    const name = nameOf(node.callee) ?? nameOf((node.callee as Node).callee) ?? '';
    const [suite = '', ...rest] = name.split('.');
    const suspended = rest.some((word) => ['only', 'skip', 'todo', 'fails'].includes(word));
    return (SUITES.has(suite) && suspended) || /^x(it|test|describe)$/.test(name)
      ? [`${place(source, node)} calls ${name}`]
      : [];
  });
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Functions longer than a reader holds in the head. */
export const longFunctions = (source: Source): string[] =>
  source.nodes
    .filter((node) => FUNCTIONS.has(node.type))
    .map((node) => ({ node, lines: source.lineOf(node.end) - source.lineOf(node.start) + 1 }))
    .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
    .map(({ node, lines }) => `${place(source, node)} is a function of ${lines} lines`);

export function longFile({ path, text }: { path: string; text: string }): string[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return lines > MAX_FILE_LINES ? [`${path} has ${lines} lines`] : [];
}

/** Words that mark unfinished work, silence a checker, or mean nothing to a reader elsewhere. */
const WORDS: readonly { readonly name: RegExp; readonly except: readonly string[] }[] = [
  { name: /\b(FIXME|TODO|XXX|HACK)\b/, except: [] },
  { name: /@ts-(ignore|nocheck|expect-error)/, except: [] },
  { name: /(?<![\w.$}])\/(work|home|root|Users)\/\w|[A-Z]:\\Users/, except: ['tests/'] },
  { name: /(?<![\w/$}])\/tmp\b/, except: ['tests/'] },
  { name: /registry\.npmjs|registry\.yarnpkg|deb\.debian\.org|archive\.ubuntu/, except: [] },
  { name: /shared\/(DESIGN|SEMANTICS|reference)|\b(SEMANTICS|DESIGN)\.md\b/, except: [] },
  { name: /\b(DESIGN|SEMANTICS) \d/, except: [] },
  { name: /\bhelper session|\bissue #?\d/i, except: [] },
];

/** Lines of any text that hold a word of the list above. */
export function unwelcomeWords({ path, text }: { path: string; text: string }): string[] {
  const words = WORDS.filter(({ except }) => !isUnder(path, except));
  return text.split('\n').flatMap((line, index) => {
    const found = words.map(({ name }) => name.exec(line)?.[0]).find((word) => word !== undefined);
    return found === undefined ? [] : [`${path}:${index + 1} says ${found}`];
  });
}

const place = (source: Source, node: Node): string => `${source.path}:${source.lineOf(node.start)}`;
