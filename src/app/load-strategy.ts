import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { parseIndicator } from '../indicators/registry.ts';
import { StrategyDesk } from '../pipeline/desk.ts';
import { featureProblems, frozen, plainDataProblems } from '../strategy/checks.ts';
import { BUILT_IN } from '../strategy/registry.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';

/** A strategy with parameters that it takes. */
export interface ReadStrategy {
  readonly definition: StrategyDefinition;
  readonly params: unknown;
}

/** The configured strategy, ready to be asked. Throws as `readStrategy` does. */
export async function loadStrategy(config: Config, home: string): Promise<StrategyDesk> {
  const { definition, params } = await readStrategy(config, home);
  return new StrategyDesk(definition, params);
}

/**
 * The configured strategy and its parameters. Throws STRATEGY_INVALID, naming every problem, for a name nobody has, a
 * file that is missing, throws or exports something else, and parameters its schema refuses.
 */
export async function readStrategy(config: Config, home: string): Promise<ReadStrategy> {
  const { name, file, params } = config.strategy;
  const definition = file === undefined ? builtIn(name ?? 'momentum') : await fromFile(file, home);
  const parsed = asked(definition, 'params', () => definition.params.safeParse(params));
  if (!parsed.success) {
    throw invalid(
      `strategy ${definition.name} refuses its parameters`,
      parsed.error.issues.map(
        (issue) => `${['strategy.params', ...issue.path].join('.')}: ${issue.message}`,
      ),
      'correct strategy.params in the configuration',
    );
  }
  const taken = frozen(parsed.data);
  const problems = [
    ...plainDataProblems(taken),
    ...asked(definition, 'warmupBars', () => warmupProblems(definition.warmupBars(taken))),
    ...asked(definition, 'inputs', () => inputProblems(definition.inputs(taken))),
    ...asked(definition, 'features', () => featureProblems(definition.features(taken))),
  ];
  if (problems.length === 0) return { definition, params: taken };
  const hint = 'correct the strategy; indicators are listed by: trade-labs bars --help';
  throw invalid(`strategy ${definition.name} cannot be used`, problems, hint);
}

/** Runs a part of the strategy that is a user's code: what it throws is told as its fault. */
function asked<T>({ name }: StrategyDefinition, part: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure('STRATEGY_INVALID', `strategy ${name} failed when it was loaded`, {
      details: [`${part}: ${message}`],
      hint: 'correct the file; nothing was run',
      cause: error,
    });
  }
}

function builtIn(name: string): StrategyDefinition {
  const strategy = BUILT_IN.get(name);
  if (strategy !== undefined) return strategy;
  throw invalid(
    `there is no strategy ${JSON.stringify(name)}`,
    [`built in: ${[...BUILT_IN.keys()].join(', ')}`],
    'set strategy.name to one of these, or strategy.file to a file of your own',
  );
}

async function fromFile(file: string, home: string): Promise<StrategyDefinition> {
  const path = isAbsolute(file) ? file : join(home, file);
  if (!existsSync(path)) {
    throw invalid(`there is no strategy file ${path}`, [], 'check strategy.file');
  }
  let made: unknown;
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
    const make = module.default;
    made = typeof make === 'function' ? (make as (tools: unknown) => unknown)({ z }) : make;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure('STRATEGY_INVALID', `the strategy file ${path} failed to load`, {
      details: [message],
      hint: 'correct the file; nothing was run',
      cause: error,
    });
  }
  return checked(made, path);
}

/** Loose, so that what a strategy keeps beside its contract stays with it. */
const SHAPE = z.looseObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must be a lower-case word'),
  description: z.string(),
  params: z.custom<z.ZodType>(
    (value) => value instanceof z.ZodType,
    'must be a schema made with the z that the file is given',
  ),
  relative: z.boolean().default(false),
  warmupBars: z.custom<() => number>(isFunction, 'must be a function'),
  inputs: z.custom<() => object>(isFunction, 'must be a function'),
  features: z.custom<() => object>(isFunction, 'must be a function'),
  evaluate: z.custom<() => object>(isFunction, 'must be a function'),
});

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function checked(made: unknown, path: string): StrategyDefinition {
  const shape = SHAPE.safeParse(made);
  if (shape.success) return shape.data as unknown as StrategyDefinition;
  throw invalid(
    `the strategy file ${path} does not export a strategy`,
    shape.error.issues.map((issue) => `${issue.path.join('.') || 'default'}: ${issue.message}`),
    'export default ({ z }) => ({ name, params, inputs, features, evaluate, ... })',
  );
}

const warmupProblems = (bars: unknown): string[] =>
  Number.isSafeInteger(bars) && (bars as number) >= 0
    ? []
    : ['warmupBars: must give a whole number of bars'];

function inputProblems(inputs: unknown): string[] {
  if (typeof inputs !== 'object' || inputs === null) {
    return ['inputs: must give indicators by name, such as { slow: "sma200" }'];
  }
  return Object.entries(inputs).flatMap(([name, text]: [string, unknown]) => {
    const spec = parseIndicator(String(text));
    return spec.ok ? [] : [`input ${name}: ${spec.error}`];
  });
}

const invalid = (message: string, details: readonly string[], hint: string): Failure =>
  new Failure('STRATEGY_INVALID', message, { details, hint });
