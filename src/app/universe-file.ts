import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { parseSymbol, type Symbol } from '../domain/market.ts';

/**
 * The symbols of `scan.universe`: one a line, `#` begins a comment; null where no file is configured. Throws
 * CONFIG_INVALID with every bad line.
 */
export function universeOf(config: Config, home: string): readonly Symbol[] | null {
  const { universe } = config.scan;
  if (universe === undefined) return null;
  const path = isAbsolute(universe) ? universe : join(home, universe);
  if (!existsSync(path)) {
    throw new Failure('CONFIG_INVALID', `there is no universe file ${path}`, {
      hint: 'check scan.universe; a relative path starts at the home',
    });
  }
  const problems: string[] = [];
  const symbols = new Set<Symbol>();
  readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .forEach((line, i) => {
      const text = line.replace(/#.*/, '').trim();
      if (text === '') return;
      const symbol = parseSymbol(text);
      if (symbol !== null) symbols.add(symbol);
      else problems.push(`${path}:${i + 1}: ${JSON.stringify(text.slice(0, 40))} is not a symbol`);
    });
  if (symbols.size === 0 && problems.length === 0) problems.push(`${path} names no symbol`);
  if (problems.length > 0) {
    throw new Failure('CONFIG_INVALID', 'the universe file is not valid', {
      details: problems,
      hint: 'write one symbol a line, such as AAPL or BRK.B',
    });
  }
  return [...symbols].sort();
}
