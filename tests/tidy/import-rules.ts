import { builtinModules } from 'node:module';
import { type Node, nameOf, type Source } from './source.ts';

const CORE = ['domain', 'calendar', 'indicators', 'bars', 'events', 'risk', 'strategy'] as const;

/**
 * Which folder of src may import which others. Everything points inward; a folder that is not a key may not
 * exist. Type-only imports of ports are allowed to every folder that is given `ports`, and ports hold nothing else.
 */
export const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  calendar: ['domain'],
  indicators: ['domain'],
  bars: ['domain', 'calendar', 'indicators'],
  events: ['domain'],
  risk: ['domain', 'bars'],
  strategy: ['domain', 'bars', 'indicators'],
  ports: ['domain', 'bars', 'events'],
  pipeline: [...CORE, 'ports'],
  ledger: ['domain', 'calendar', 'events', 'risk', 'ports'],
  control: ['domain', 'calendar', 'events', 'risk', 'ledger', 'ports'],
  reporting: [...CORE, 'ledger'],
  config: ['domain', 'calendar', 'indicators', 'risk', 'strategy'],
  adapters: ['domain', 'calendar', 'indicators', 'bars', 'events', 'ports'],
  app: [...CORE, 'ports', 'pipeline', 'ledger', 'control', 'reporting', 'config', 'adapters'],
  cli: [
    'domain',
    'calendar',
    'indicators',
    'bars',
    'events',
    'pipeline',
    'ledger',
    'reporting',
    'config',
    'app',
  ],
  testing: [...CORE, 'ports', 'adapters', 'pipeline', 'ledger', 'config', 'app'],
};

/** What single places may import beyond their folder's row, and why. */
const BESIDES: Readonly<Record<string, readonly string[]>> = {
  // The simulated broker charges by the same fee tables that the guards estimate with.
  'src/adapters/sim/': ['risk'],
  // The process's own clock, which the entry hands to everything else.
  'src/cli/entry.ts': ['adapters/system'],
};

/**
 * Where data comes in from outside; app for the user's own strategy module, and for what another process hands over.
 */
const DECODING = [
  'events/',
  'config/',
  'strategy/',
  'adapters/',
  'cli/',
  'app/load-strategy.ts',
  'app/correct-inferred.ts',
];
const ZOD = [...DECODING.map((place) => `src/${place}`), 'tests/'];

/** Vendor packages and the places that know them; elsewhere the house's own words are used. */
export const VENDORS: Readonly<Record<string, readonly string[]>> = {
  '@stoqey/ib': ['src/adapters/ib/', 'tests/'],
  '@json2csv/plainjs': ['src/reporting/', 'src/cli/'],
  'axe-core': ['tests/'],
  'cli-progress': ['src/cli/'],
  commander: ['src/cli/'],
  'fast-check': ['tests/'],
  'fast-xml-parser': ['src/adapters/file/'],
  hyparquet: ['src/adapters/file/', 'tests/'],
  'hyparquet-writer': ['src/adapters/file/', 'tests/', 'bench/'],
  'ib-tws-api': ['tests/'],
  luxon: ['src/calendar/', 'src/reporting/', 'src/adapters/', 'src/cli/', 'tests/'],
  marked: ['src/reporting/'],
  'node-cron': ['src/calendar/', 'tests/'],
  papaparse: ['src/adapters/file/', 'src/cli/', 'tests/', 'bench/'],
  pino: ['src/adapters/system/'],
  'playwright-core': ['tests/'],
  'proper-lockfile': ['src/adapters/file/'],
  // A peer of the library of Interactive Brokers; nothing of ours uses it.
  rxjs: [],
  vega: ['src/reporting/'],
  'vega-lite': ['src/reporting/'],
  vitest: ['tests/', 'vitest.config.ts'],
  yaml: ['src/config/', 'tests/'],
  zod: ZOD,
};

/** Modules of Node that the inner folders use: hashing, and loading a parser when it is first needed. */
const INNER_NODE: Readonly<Record<string, readonly string[]>> = {
  calendar: ['node:module'],
  events: ['node:crypto'],
  ledger: ['node:crypto'],
  pipeline: ['node:crypto'],
  reporting: ['node:crypto'],
};
const OUTER = new Set(['adapters', 'app', 'cli', 'config', 'testing']);

const folderOf = (path: string): string | null => /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
const adapterOf = (path: string): string | null =>
  /^src\/adapters\/([^/]+)\//.exec(path)?.[1] ?? null;

/** Imports of this file that the tables above refuse. */
export function refusedImports(source: Source): string[] {
  return source.imports.flatMap(({ specifier, target, typeOnly, line }) => {
    const refusal =
      target === null
        ? refusedPackage(source.path, specifier)
        : refusedFile(source.path, target, typeOnly);
    return refusal === null ? [] : [`${source.path}:${line} ${refusal}`];
  });
}

function refusedPackage(path: string, specifier: string): string | null {
  const folder = folderOf(path);
  if (builtinModules.includes(specifier)) return `imports ${specifier} without its node: prefix`;
  if (specifier.startsWith('node:')) {
    if (folder === null || OUTER.has(folder)) return null;
    return INNER_NODE[folder]?.includes(specifier) ? null : `imports ${specifier}`;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const places = VENDORS[name];
  if (places === undefined) return `imports ${name}, which no row of VENDORS names`;
  return places.some((place) => path.startsWith(place)) ? null : `imports ${name}`;
}

function refusedFile(path: string, target: string, typeOnly: boolean): string | null {
  const [from, to] = [folderOf(path), folderOf(target)];
  if (!path.startsWith('src/')) return null;
  if (!target.startsWith('src/')) return `imports ${target}, outside src`;
  if (from === null || to === null) return null;
  if (to === 'ports' && !typeOnly) return `imports ${target} as a value; ports are types`;
  if (from === to) {
    const apart = from === 'adapters' && adapterOf(path) !== adapterOf(target);
    return apart ? `imports the adapter ${target}` : null;
  }
  if (FOLDERS[from]?.includes(to)) return null;
  const besides = Object.entries(BESIDES).some(
    ([place, folders]) =>
      path.startsWith(place) && folders.some((folder) => target.startsWith(`src/${folder}/`)),
  );
  return besides ? null : `imports ${target}`;
}

/** Statements of a port that are neither a type nor the import of one. */
export function valuesInPort(source: Source): string[] {
  const body = source.nodes[0]?.body as readonly Node[];
  return body
    .filter((statement) => !isTypeStatement(statement))
    .map(
      (statement) => `${source.path}:${source.lineOf(statement.start)} is no type: ports are types`,
    );
}

function isTypeStatement(node: Node): boolean {
  const kinds = ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration'];
  if (node.type === 'ImportDeclaration') return node.importKind === 'type';
  if (node.type !== 'ExportNamedDeclaration') return kinds.includes(node.type);
  return (
    node.exportKind === 'type' || kinds.includes((node.declaration as Node | null)?.type ?? '')
  );
}

/** Files of src that no chain of imports leads to from the given entries. */
export function unreached(sources: readonly Source[], entries: readonly string[]): string[] {
  const reached = reach(sources, entries);
  return sources.map(({ path }) => path).filter((path) => !reached.has(path));
}

/** The entries and everything they import, however far. */
export function reach(sources: readonly Source[], entries: readonly string[]): ReadonlySet<string> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set(entries);
  // A Set is walked in order of insertion, what is added meanwhile included.
  for (const path of reached) {
    for (const { target } of byPath.get(path)?.imports ?? []) {
      if (target !== null && byPath.has(target)) reached.add(target);
    }
  }
  return reached;
}

/** True where a test does what only a process of its own may do: spawn, change the working directory or the umask. */
export const needsOwnProcess = (source: Source): boolean =>
  source.imports.some(
    ({ specifier, typeOnly }) => specifier === 'node:child_process' && !typeOnly,
  ) ||
  source.nodes.some(
    (node) =>
      node.type === 'CallExpression' &&
      ['process.chdir', 'process.umask'].includes(nameOf(node.callee) ?? ''),
  );
