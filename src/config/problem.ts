import { Failure } from '../domain/failure.ts';

/** One thing wrong with the configuration or the environment. */
export interface Problem {
  /** "config/trade-labs.yaml:4:3", "env TRADE_LABS_MODE", ".env:2:1", "flag", or the option that it was. */
  readonly where: string;
  /** Dotted key, "schedule[0].at"; empty where the whole file is meant. */
  readonly key: string;
  readonly message: string;
  readonly source: 'config' | 'env';
}

/**
 * All problems as one failure, a line each. The code is ENV_INVALID where only the environment is
 * wrong.
 */
export function failureOf(problems: readonly Problem[]): Failure {
  const code = problems.every(({ source }) => source === 'env') ? 'ENV_INVALID' : 'CONFIG_INVALID';
  const subject = code === 'ENV_INVALID' ? 'environment' : 'configuration';
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const whereWidth = Math.max(...problems.map(({ where }) => where.length));
  const keyWidth = Math.max(...problems.map(({ key }) => key.length));
  return new Failure(code, `${count} in the ${subject}; nothing was started or changed`, {
    details: problems.map(({ where, key, message }) => {
      const place = where.padEnd(whereWidth);
      return [place, ...(keyWidth === 0 ? [] : [key.padEnd(keyWidth)]), message].join('  ');
    }),
    hint: 'trade-labs config explain KEY says what a key takes',
  });
}

/** ["schedule", 0, "at"] as "schedule[0].at". */
export const dotted = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number'
        ? `${text}[${part}]`
        : text === ''
          ? String(part)
          : `${text}.${String(part)}`,
    '',
  );

/** A value as it may stand in a message: short, on one line. */
export function shown(value: unknown): string {
  // JSON has no infinity: it would read null.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** " Did you mean X?" where a name is near enough to be a slip, else nothing. */
export function suggestion(typed: string, names: Iterable<string>): string {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(typed.length * 0.4)) + 1;
  for (const name of names) {
    const distance = editDistance(typed.toLowerCase(), name.toLowerCase());
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best === undefined ? '' : `. Did you mean ${best}?`;
}

/** Levenshtein's distance with swaps of neighbours counted once (optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 12) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
