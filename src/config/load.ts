import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { type ConfigDocument, readDocument } from './document.ts';
import {
  type Environment,
  NO_ENVIRONMENT,
  readEnvironment,
  type Setting,
  type Switches,
} from './environment.ts';
import { readFlags } from './flags.ts';
import { dotted, failureOf, type Problem } from './problem.ts';
import type { Config } from './schema.ts';
import type { Secrets } from './secrets.ts';
import { type Refusal, validate } from './validate.ts';

/** The inputs of the configuration besides the files of the home. */
export interface ConfigSource {
  /** Absolute. */
  readonly home: string;
  /** Where the person stands: file names in messages are relative to it. Absolute. */
  readonly cwd: string;
  /** --config FILE, absolute; undefined: config/trade-labs.yaml of the home, where it exists. */
  readonly configFile?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True to check a file by itself: neither the environment nor .env is read. */
  readonly fileAlone?: boolean;
  /** Values given on the command line: dotted key to its text, "risk.maxPositions" to "5". */
  readonly flags?: Readonly<Record<string, string>> | undefined;
}

/** The effective configuration of a home and where each value came from. */
export interface LoadedConfig {
  /** Frozen through and through. */
  readonly config: Config;
  /**
   * The configuration file that was read, absolute; undefined where the home has none and the
   * defaults apply.
   */
  readonly file: string | undefined;
  /**
   * Dotted key to 'default', 'FILE:line:col', 'env NAME', '.env NAME' or 'flag'. Lists are one key.
   */
  readonly origins: ReadonlyMap<string, string>;
  /** The same of each row of the lists of maps: "schedule[1]". */
  readonly rowOrigins: ReadonlyMap<string, string>;
  /** SHA-256 in hex of the effective values in canonical order; without secrets and switches. */
  readonly hash: string;
  readonly switches: Switches;
  readonly secrets: Secrets;
  readonly warnings: readonly string[];
}

/** Where a home keeps its configuration. */
export const CONFIG_PATH = join('config', 'trade-labs.yaml');
/** Places where people look for it and this program does not. */
const ELSEWHERE = [
  'trade-labs.yaml',
  'trade-labs.yml',
  join('config', 'trade-labs.yml'),
  join('config', 'trade-labs.json'),
];
const MAX_CONFIG_BYTES = 1 << 20;

/**
 * The configuration of a home: flag over environment over .env over file over default. Throws
 * Failure with every problem at once: CONFIG_INVALID, ENV_INVALID where only the environment is
 * wrong, CONFIG_MISSING where a file or the home itself is not there. Changes nothing.
 */
export async function loadConfig(source: ConfigSource): Promise<LoadedConfig> {
  return configReader(source)(source.flags ?? {});
}

/**
 * The configuration that flags make of file and environment; problems name the option that gave a
 * key: "flag" unless said.
 */
export type ConfigReader = (
  flags: Readonly<Record<string, string>>,
  optionOf?: (key: string) => string,
) => LoadedConfig;

/**
 * Reads file and environment once, and gives the configuration that any flags make of them: for
 * those who compare many. Throws as loadConfig does, for the file at once and for values when asked.
 */
export function configReader(source: ConfigSource): ConfigReader {
  const file = configFileOf(source);
  const document = file === undefined ? undefined : readConfigFile(file, source.cwd);
  const environment = source.fileAlone ? NO_ENVIRONMENT : readEnvironment(source.home, source.env);
  if (document !== undefined && document.tree === undefined) {
    throw failureOf([...document.problems, ...environment.problems]);
  }
  return (flags, optionOf = () => 'flag') => {
    const problems = [...(document?.problems ?? [])];
    const given = readFlags(document?.tree ?? {}, flags, optionOf);
    const settings = [...environment.settings, ...given.settings];
    const validated = validate(withSettings(given.tree, settings));
    if (!validated.ok) {
      problems.push(...validated.refusals.map((refusal) => problemOf(refusal, document, settings)));
    }
    problems.push(...given.problems, ...environment.problems);
    if (problems.length > 0 || !validated.ok) throw failureOf(inReadingOrder(problems));
    const { config } = validated;
    return {
      config: deepFrozen(config),
      file,
      ...originsOf(config, document, settings),
      hash: createHash('sha256').update(canonical(config)).digest('hex'),
      switches: environment.switches,
      secrets: environment.secrets,
      warnings: warningsFor(source, file, config, environment),
    };
  };
}

function configFileOf({ home, configFile }: ConfigSource): string | undefined {
  if (!existsSync(home)) {
    throw new Failure('CONFIG_MISSING', `the home ${home} does not exist`, {
      hint: 'check --home or TRADE_LABS_HOME, or create the folder',
    });
  }
  if (!statSync(home).isDirectory()) {
    throw new Failure('CONFIG_MISSING', `the home ${home} is not a folder`, {
      hint: 'check --home or TRADE_LABS_HOME',
    });
  }
  if (configFile !== undefined) {
    if (existsSync(configFile)) return configFile;
    throw new Failure('CONFIG_MISSING', `there is no configuration file ${configFile}`, {
      hint: 'check --config',
    });
  }
  const usual = join(home, CONFIG_PATH);
  return existsSync(usual) ? usual : undefined;
}

function readConfigFile(file: string, cwd: string): ConfigDocument {
  const near = relative(cwd, file);
  const label = near === '' || near.startsWith('..') || isAbsolute(near) ? file : near;
  const refuse = (message: string): Failure =>
    failureOf([{ where: `${label}:1:1`, key: '', message, source: 'config' }]);
  let text: string;
  try {
    if (statSync(file).size > MAX_CONFIG_BYTES) throw refuse('is above 1 MiB: not a configuration');
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw refuse(`cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
  return readDocument(text, label);
}

/**
 * The file's values with the settings laid over them. A section that is no map stays, for the
 * schema to refuse.
 */
function withSettings(
  tree: Readonly<Record<string, unknown>>,
  settings: readonly Setting[],
): Record<string, unknown> {
  const merged = structuredClone(tree) as Record<string, unknown>;
  for (const { path, value } of settings) setAt(merged, path, value);
  return merged;
}

function setAt(tree: Record<PropertyKey, unknown>, path: readonly PropertyKey[], value: unknown) {
  const [part, ...rest] = path;
  if (part === undefined || (Array.isArray(tree) && typeof part !== 'number')) return;
  if (rest.length === 0) {
    tree[part] = value;
    return;
  }
  const own = Object.hasOwn(tree, part) ? tree[part] : null;
  const below = own ?? {};
  if (own === null || own === undefined) tree[part] = below;
  if (typeof below === 'object') {
    setAt(below as Record<PropertyKey, unknown>, rest, value);
  }
}

/** The last setting that gives the value at a path, or the whole of which it is a part. */
const settingFor = (
  settings: readonly Setting[],
  path: readonly PropertyKey[],
): Setting | undefined =>
  settings.findLast((setting) => setting.path.every((part, i) => part === path[i]));

/** The last setting below a path that nothing else gives: it alone made what is refused there. */
const settingBelow = (
  settings: readonly Setting[],
  path: readonly PropertyKey[],
): Setting | undefined =>
  settings.findLast((setting) => path.every((part, i) => part === setting.path[i]));

/** The last setting beside a missing value: it made the map in which something is missing. */
const settingBeside = (
  settings: readonly Setting[],
  path: readonly PropertyKey[],
): Setting | undefined =>
  settings.findLast(
    (setting) => path.length > 2 && path.slice(0, -1).every((part, i) => part === setting.path[i]),
  );

/**
 * A refusal with its place: the setting or the line that gave the value, else what contradicts it.
 */
function problemOf(
  { path, atKey, message, against }: Refusal,
  document: ConfigDocument | undefined,
  settings: readonly Setting[],
): Problem {
  const key = dotted(path);
  const inFile = document?.has(path) ?? false;
  const byDefault = !inFile && settingFor(settings, path) === undefined;
  const place = byDefault && against !== undefined ? against : path;
  const setting =
    settingFor(settings, place) ??
    (inFile ? undefined : (settingBelow(settings, place) ?? settingBeside(settings, place)));
  if (setting !== undefined) {
    const source = setting.origin === 'flag' ? 'config' : 'env';
    return { where: setting.where, key, message, source };
  }
  const where = (atKey ? document?.keyAt(path) : document?.valueAt(place)) ?? 'default';
  return { where, key, message, source: 'config' };
}

function inReadingOrder(problems: readonly Problem[]): Problem[] {
  const place = ({ where }: Problem): number => {
    const match = /:(\d+):(\d+)$/.exec(where);
    return match === null ? Number.MAX_SAFE_INTEGER : Number(match[1]) * 100_000 + Number(match[2]);
  };
  const rank = ({ source }: Problem): number => (source === 'config' ? 0 : 1);
  return problems.toSorted((a, b) => rank(a) - rank(b) || place(a) - place(b));
}

function originsOf(
  config: Config,
  document: ConfigDocument | undefined,
  settings: readonly Setting[],
): Pick<LoadedConfig, 'origins' | 'rowOrigins'> {
  const origins = new Map<string, string>();
  const rowOrigins = new Map<string, string>();
  const originOf = (path: readonly PropertyKey[]): string => {
    const inFile = document?.has(path) ? document.valueAt(path) : undefined;
    return settingFor(settings, path)?.origin ?? inFile ?? 'default';
  };
  const visit = (value: unknown, path: readonly string[]): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const entries = Object.entries(value);
      for (const [name, child] of entries) visit(child, [...path, name]);
      if (entries.length > 0) return;
    }
    origins.set(dotted(path), originOf(path));
    const isRows = Array.isArray(value) && value.some((row) => typeof row === 'object');
    if (!isRows) return;
    for (const i of value.keys()) rowOrigins.set(dotted([...path, i]), originOf([...path, i]));
  };
  visit(config, []);
  return { origins, rowOrigins };
}

function warningsFor(
  { home, configFile }: ConfigSource,
  file: string | undefined,
  { broker, ib }: Config,
  { switches }: Environment,
): string[] {
  const strays =
    configFile === undefined ? ELSEWHERE.filter((path) => existsSync(join(home, path))) : [];
  const warnings = strays.map(
    (path) => `${path} is not read; the configuration is ${file ?? join(home, CONFIG_PATH)}`,
  );
  if (broker === 'ib' && ib.account === 'DU1234567') {
    warnings.push('ib.account is still the example DU1234567');
  }
  if (switches.armed && broker === 'sim') {
    warnings.push('TRADE_LABS_ARMED has no effect with the simulated broker');
  }
  return warnings;
}

/** JSON with sorted keys and without blanks: the same values give the same text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, child]) => child !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, child]) => `${JSON.stringify(name)}:${canonical(child)}`);
  return `{${entries.join(',')}}`;
}

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const child of Object.values(value)) deepFrozen(child);
  return Object.freeze(value);
}
