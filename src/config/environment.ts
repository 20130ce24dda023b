import { readFileSync } from 'node:fs';
import { readFlow } from './document.ts';
import { type EnvEntry, envProblem, readEnvFile } from './env-file.ts';
import { allKeys, type JsonSchema, pathOfVariable, schemaAt, variableOf } from './keys.ts';
import { dotted, type Problem, shown, suggestion } from './problem.ts';
import { SECRET_NAMES, Secret, type SecretName, type Secrets } from './secrets.ts';

/**
 * Which way each switch of the environment stands; the strictest of these and the journal's state
 * wins.
 */
export interface Switches {
  /** TRADE_LABS_ARMED: orders may reach a real broker. */
  readonly armed: boolean;
  /** TRADE_LABS_DRY_RUN: plans everything, places nothing. */
  readonly dryRun: boolean;
  /** TRADE_LABS_KILL_SWITCH: no entries, whatever else is said. */
  readonly killSwitch: boolean;
  /** TRADE_LABS_LIVE_ACK: the acknowledged ACCOUNT:HASH, where one is given. */
  readonly liveAck: string | undefined;
}

/** A key set from outside the file. */
export interface Setting {
  /** Numbers are rows of a list. */
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
  /** 'env NAME', '.env NAME' or 'flag'. */
  readonly origin: string;
  /** What a message points at. */
  readonly where: string;
}

export interface Environment {
  readonly settings: readonly Setting[];
  readonly switches: Switches;
  readonly secrets: Secrets;
  readonly problems: readonly Problem[];
}

/** An environment that says nothing. */
export const NO_ENVIRONMENT: Environment = {
  settings: [],
  switches: { armed: false, dryRun: false, killSwitch: false, liveAck: undefined },
  secrets: {},
  problems: [],
};

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
  readonly where: string;
}

const PREFIX = 'TRADE_LABS_';
const SWITCHES = ['TRADE_LABS_ARMED', 'TRADE_LABS_DRY_RUN', 'TRADE_LABS_KILL_SWITCH'] as const;
const SPECIAL = new Set<string>([
  'TRADE_LABS_HOME',
  'TRADE_LABS_LIVE_ACK',
  ...SWITCHES,
  ...SECRET_NAMES.flatMap((name) => [name, `${name}_FILE`]),
]);
/** Read by the tests of this program, which run it with their own environment. */
const TEST_PREFIX = 'TRADE_LABS_TEST_';

/**
 * All that the environment and the .env of a home say, the environment first. Empty variables count
 * as unset. Names that start with TRADE_LABS_ and mean nothing are problems: a misspelt limit must
 * not be ignored.
 */
export function readEnvironment(
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): Environment {
  const file = readEnvFile(home);
  const variables = new Map<string, Variable>();
  for (const [name, entry] of file.entries) addFromFile(variables, name, entry);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === '') continue;
    const origin = `env ${name}`;
    variables.set(name, { name, value, origin, where: origin });
  }
  const problems = [...file.problems];
  const homeInFile = file.entries.get('TRADE_LABS_HOME');
  if (homeInFile !== undefined) {
    const message = 'cannot stand here, the home decides which .env is read: set it in the shell';
    problems.push(envProblem(`.env:${homeInFile.line}:1`, 'TRADE_LABS_HOME', message));
  }
  const settings: Setting[] = [];
  for (const variable of variables.values()) {
    if (!variable.name.startsWith(PREFIX) || SPECIAL.has(variable.name)) continue;
    if (variable.name.startsWith(TEST_PREFIX)) continue;
    const setting = settingOf(variable);
    if ('message' in setting) problems.push(setting);
    else settings.push(setting);
  }
  return {
    settings,
    switches: readSwitches(variables, problems),
    secrets: readSecrets(variables, problems),
    problems,
  };
}

function addFromFile(variables: Map<string, Variable>, name: string, entry: EnvEntry): void {
  if (entry.value === '') return;
  const where = `.env:${entry.line}:1`;
  variables.set(name, { name, value: entry.value, origin: `.env ${name}`, where });
}

function settingOf({ name, value, origin, where }: Variable): Setting | Problem {
  const path = pathOfVariable(name);
  if (path === undefined) {
    const known = [...SPECIAL, ...allKeys().map(variableOf)].filter((key) =>
      key.startsWith(PREFIX),
    );
    const near = suggestion(
      name.slice(PREFIX.length),
      known.map((key) => key.slice(PREFIX.length)),
    ).replace('mean ', `mean ${PREFIX}`);
    return envProblem(where, name, `unknown variable${near}`);
  }
  try {
    return { path, value: valueFromText(value, path), origin, where };
  } catch {
    return envProblem(
      where,
      dotted(path),
      `${shown(value)} is not a list or map such as [a, b] or {a: 1}`,
    );
  }
}

/**
 * Text as the kind of value its key takes; left as text where it is not one, for the schema to say
 * so.
 */
export function valueFromText(text: string, path: readonly PropertyKey[]): unknown {
  const trimmed = text.trim();
  const node: JsonSchema = schemaAt(path) ?? {};
  switch (node.type) {
    case 'string':
      return dotted(path) === 'mode' ? trimmed.toLowerCase() : trimmed;
    case 'number':
    case 'integer':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : text;
    case 'boolean':
      return booleanFromText(trimmed) ?? text;
    case 'array':
      return trimmed.startsWith('[') ? readFlow(trimmed) : trimmed.split(/\s*,\s*/);
    default:
      return readFlow(trimmed);
  }
}

function booleanFromText(text: string): boolean | undefined {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  return undefined;
}

function readSwitches(variables: ReadonlyMap<string, Variable>, problems: Problem[]): Switches {
  const read = (name: (typeof SWITCHES)[number]): boolean => {
    const variable = variables.get(name);
    if (variable === undefined) return false;
    const value = booleanFromText(variable.value.trim());
    if (value === undefined) {
      problems.push(envProblem(variable.where, name, `${shown(variable.value)} must be 0 or 1`));
    }
    return value ?? false;
  };
  return {
    armed: read('TRADE_LABS_ARMED'),
    dryRun: read('TRADE_LABS_DRY_RUN'),
    killSwitch: read('TRADE_LABS_KILL_SWITCH'),
    liveAck: variables.get('TRADE_LABS_LIVE_ACK')?.value.trim(),
  };
}

function readSecrets(variables: ReadonlyMap<string, Variable>, problems: Problem[]): Secrets {
  const secrets: Partial<Record<SecretName, Secret>> = {};
  for (const name of SECRET_NAMES) {
    const direct = variables.get(name);
    const file = variables.get(`${name}_FILE`);
    if (direct !== undefined && file !== undefined) {
      problems.push(envProblem(file.where, `${name}_FILE`, `and ${name} are both set; keep one`));
    }
    if (direct !== undefined) secrets[name] = new Secret(direct.value);
    else if (file !== undefined) {
      try {
        secrets[name] = new Secret(readFileSync(file.value, 'utf8').trim());
      } catch (error) {
        const reason = (error as NodeJS.ErrnoException).code ?? String(error);
        problems.push(envProblem(file.where, `${name}_FILE`, `cannot be read (${reason})`));
      }
    }
  }
  return secrets;
}
