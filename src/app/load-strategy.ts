import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { parseIndicator } from '../indicators/registry.ts';
import { StrategyDesk } from '../pipeline/desk.ts';
import { BUILT_IN } from '../strategy/registry.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';

/**
 * The configured strategy, ready to be asked. Throws STRATEGY_INVALID, naming every problem, for a name nobody has, a
 * file that is missing, throws or exports something else, and parameters its schema refuses.
 */
export async function loadStrategy(config: Config, home: string): Promise<StrategyDesk> {
  const { name, file, params } = config.strategy;
  const definition = file === undefined ? builtIn(name ?? 'momentum') : await fromFile(file, home);
  const parsed = definition.params.safeParse(params);
  if (!parsed.success) {
    throw invalid(
      `strategy ${definition.name} refuses its parameters`,
      parsed.error.issues.map(
        (issue) => `strategy.params.${issue.path.join('.')}: ${issue.message}`,
      ),
      'correct strategy.params in the configuration',
    );
  }
  refuseUnknownIndicators(definition, parsed.data);
  return new StrategyDesk(definition, parsed.data);
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

const SHAPE = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must be a lower-case word'),
  description: z.string(),
  params: z.custom<z.ZodType>(
    (value) => typeof (value as { safeParse?: unknown } | null)?.safeParse === 'function',
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

function refuseUnknownIndicators(definition: StrategyDefinition, params: unknown): void {
  const problems = Object.entries(definition.inputs(params)).flatMap(([name, text]) => {
    const spec = parseIndicator(text);
    return spec.ok ? [] : [`input ${name}: ${spec.error}`];
  });
  if (problems.length > 0) {
    throw invalid(
      `strategy ${definition.name} asks for unknown indicators`,
      problems,
      'see bars --help',
    );
  }
}

const invalid = (message: string, details: readonly string[], hint: string): Failure =>
  new Failure('STRATEGY_INVALID', message, { details, hint });
