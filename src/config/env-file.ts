import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from './problem.ts';

/** One line NAME=VALUE of an .env file. */
export interface EnvEntry {
  readonly value: string;
  readonly line: number;
}

export interface EnvFile {
  readonly entries: ReadonlyMap<string, EnvEntry>;
  readonly problems: readonly Problem[];
}

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;

/**
 * Reads the .env of a home, if there is one. It may hold secrets, so others must not be able to
 * read it; a name that stands twice is refused, because readers disagree about which one counts.
 * Values are taken as they are: quotes around them are removed, nothing is substituted.
 */
export function readEnvFile(home: string): EnvFile {
  const path = join(home, '.env');
  try {
    const { mode } = statSync(path);
    const { entries, problems } = parseEnvText(readFileSync(path, 'utf8'));
    if (process.platform === 'win32' || (mode & 0o077) === 0) return { entries, problems };
    const octal = (mode & 0o777).toString(8).padStart(4, '0');
    return {
      entries,
      problems: [
        envProblem('.env', '', `can be read by others (mode ${octal}): chmod 600 ${path}`),
        ...problems,
      ],
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { entries: new Map(), problems: [] };
    return {
      entries: new Map(),
      problems: [envProblem('.env', '', `cannot be read (${code ?? String(error)})`)],
    };
  }
}

/** The lines of an .env text; every problem with its line and column, never with the value. */
export function parseEnvText(text: string): EnvFile {
  const entries = new Map<string, EnvEntry>();
  const problems: Problem[] = [];
  text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .forEach((content, index) => {
      const line = index + 1;
      const where = `.env:${line}:${Math.max(1, content.search(/\S/) + 1)}`;
      if (/^\s*(#.*)?$/.test(content)) return;
      const match = LINE.exec(content);
      if (match === null) {
        problems.push(envProblem(where, '', 'is not NAME=VALUE'));
        return;
      }
      const name = match[1] as string;
      const value = unquoted(match[2] as string);
      const first = entries.get(name);
      if (value === undefined)
        problems.push(envProblem(where, name, 'has a quote that is not closed'));
      if (first === undefined) entries.set(name, { value: value ?? '', line });
      else
        problems.push(
          envProblem(where, name, `stands twice, first on line ${first.line}; keep one`),
        );
    });
  return { entries, problems };
}

/**
 * The value without its quotes, or without a comment after it; undefined where a quote is not
 * closed.
 */
function unquoted(text: string): string | undefined {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return text.replace(/(^|\s+)#.*$/, '');
  const end = text.indexOf(quote, 1);
  if (end < 0 || !/^\s*(#.*)?$/.test(text.slice(end + 1))) return undefined;
  return text.slice(1, end);
}

export const envProblem = (where: string, key: string, message: string): Problem => ({
  where,
  key,
  message,
  source: 'env',
});
