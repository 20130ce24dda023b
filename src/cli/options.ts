import { newYorkDate } from '../calendar/nyse.ts';
import { Failure } from '../domain/failure.ts';
import { parseSymbol, type Symbol } from '../domain/market.ts';
import {
  DAY_MS,
  dateToUtcMs,
  parseSessionDate,
  type SessionDate,
  utcMsToDate,
} from '../domain/time.ts';
import type { CommandContext } from './command.ts';

/** The text of an option that takes one. */
export const textOption = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** A count of things to show, such as that of --last. */
export function countOption(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value)) return Number(value);
  const problem =
    typeof value === 'string' && /^[1-9]\d*$/.test(value)
      ? 'is too large a number'
      : 'is not a whole number above 0';
  throw new Failure('USAGE', `${name} ${problem}: ${JSON.stringify(value)}`, {
    hint: `write, for example, ${name} 50`,
  });
}

/** A date in New York: YYYY-MM-DD, today, yesterday, or -5d for five days ago. */
export function dateOption(
  context: CommandContext,
  name: string,
  value: unknown,
): SessionDate | undefined {
  if (value === undefined) return undefined;
  const date = typeof value === 'string' ? dateOf(context, value) : null;
  if (date !== null) return date;
  throw new Failure('USAGE', `${name} is not a date: ${JSON.stringify(value)}`, {
    hint: 'write YYYY-MM-DD, such as 2026-11-27, or today, yesterday, -5d',
  });
}

const NAMED_DAYS: ReadonlyMap<string, number> = new Map([
  ['today', 0],
  ['yesterday', 1],
]);

function dateOf(context: CommandContext, text: string): SessionDate | null {
  const daysAgo = /^-(\d{1,4})d$/.exec(text)?.[1] ?? NAMED_DAYS.get(text);
  if (daysAgo === undefined) return parseSessionDate(text);
  const today = dateToUtcMs(newYorkDate(context.now()));
  return utcMsToDate(today - Number(daysAgo) * DAY_MS);
}

/** One of a list of words. */
export function choiceOption<T extends string>(
  name: string,
  value: unknown,
  choices: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw new Failure('USAGE', `${name} is not known: ${JSON.stringify(value)}`, {
    hint: `write one of: ${choices.join(', ')}`,
  });
}

/** The symbol of an option or argument. */
export function symbolOption(value: unknown): Symbol | undefined {
  if (value === undefined) return undefined;
  const symbol = typeof value === 'string' ? parseSymbol(value) : null;
  if (symbol !== null) return symbol;
  throw new Failure('SYMBOL_INVALID', `not a symbol: ${JSON.stringify(value)}`, {
    hint: 'a symbol is upper case, such as AAPL or BRK.B',
  });
}

/** The symbols of a list between commas. */
export function symbolsOption(value: unknown): Symbol[] | undefined {
  const text = textOption(value);
  return text?.split(',').map((part) => {
    const symbol = parseSymbol(part.trim());
    if (symbol !== null) return symbol;
    throw new Failure('SYMBOL_INVALID', `${JSON.stringify(part)} is not a symbol`, {
      hint: 'write --symbols AAPL,BRK.B',
    });
  });
}

/** Refuses a span that ends before it begins, by the names that its ends were given under. */
export function assertSpan(
  since: SessionDate | undefined,
  until: SessionDate | undefined,
  [first, last]: readonly [string, string] = ['--since', '--until'],
): void {
  if (since === undefined || until === undefined || since <= until) return;
  throw new Failure('USAGE', `${first} ${since} is after ${last} ${until}`, {
    hint: `give the earlier date first: ${first} ${until} ${last} ${since}`,
  });
}

/** Whether CSV goes to standard output: the one place --csv writes to is "-". */
export function csvOption(value: unknown): boolean {
  if (value === undefined) return false;
  if (value === '-') return true;
  throw new Failure('USAGE', `--csv writes to standard output only, was ${JSON.stringify(value)}`, {
    hint: 'write --csv - and send it on: --csv - > file.csv',
  });
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: DAY_MS };

/** A duration in milliseconds: 30m, 2h, 3d. */
export function durationOption(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const [, amount, unit] =
    /^([1-9]\d{0,4})([mhd])$/.exec(typeof value === 'string' ? value : '') ?? [];
  if (amount !== undefined && unit !== undefined) return Number(amount) * (UNIT_MS[unit] as number);
  throw new Failure('USAGE', `${name} is not a duration: ${JSON.stringify(value)}`, {
    hint: 'write 30m, 2h or 3d',
  });
}

/** Numbers of alerts between commas, or all. */
export function alertsOption(value: unknown): readonly number[] | 'all' | undefined {
  if (value === undefined || value === 'all') return value;
  const numbers = typeof value === 'string' ? value.split(',') : [''];
  if (numbers.every((text) => /^[1-9]\d{0,14}$/.test(text))) return numbers.map(Number);
  throw new Failure('USAGE', `--ack takes numbers or all, was ${JSON.stringify(value)}`, {
    hint: 'trade-labs alerts prints the numbers',
  });
}
