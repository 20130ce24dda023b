import { readFileSync, statSync } from 'node:fs';
import { HORIZON, previousSession, sessionOf } from '../calendar/nyse.ts';
import { Failure } from '../domain/failure.ts';
import {
  DAY_MS,
  dateToUtcMs,
  parseSessionDate,
  type SessionDate,
  utcMsToDate,
} from '../domain/time.ts';
import type { EquityPoint } from '../ledger/metrics-curve.ts';

/** An equity curve as it came from a file. */
export interface EquityFile {
  readonly points: readonly EquityPoint[];
  /** True where the file has returns: equity is then an index, and no amount of money. */
  readonly isIndex: boolean;
  readonly warnings: readonly string[];
}

const MAX_BYTES = 64 * 1024 * 1024;
/** Problems listed before the rest is only counted. */
const MAX_LISTED = 20;
/** A first row of returns is earned on this. */
const INDEX_START = 100;

interface Columns {
  readonly date: number;
  readonly value: number;
  readonly kind: 'equity' | 'return';
  readonly flow: number | null;
}

/**
 * Reads a CSV with the columns `date` (or `session`) and `equity` or `return` (a fraction), optionally `flow`
 * (deposits less withdrawals of the day); others are ignored. The first row of equity is the close before the first
 * return. Throws INPUT_MISSING, or INPUT_INVALID with every problem by file and line.
 */
export function readEquityCurve(path: string, name: string): EquityFile {
  const lines = readText(path, name)
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/);
  const columns = columnsOf(lines[0] ?? '', name);
  const problems: string[] = [];
  const rows: Row[] = [];
  lines.forEach((line, i) => {
    if (i === 0 || line.trim() === '') return;
    const row = rowOf(line, columns, rows.at(-1));
    if (typeof row === 'string') problems.push(`${name}:${i + 1}  ${row}`);
    else rows.push(row);
  });
  if (rows.length === 0 && problems.length === 0) problems.push(`${name}:1  no row of data`);
  if (problems.length > 0) throw invalid(name, problems);
  const isIndex = columns.kind === 'return';
  return {
    points: isIndex ? indexOf(rows) : rows.map(pointOf),
    isIndex,
    warnings: oddities(rows, name),
  };
}

function readText(path: string, name: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) {
    throw new Failure('INPUT_MISSING', `there is no file ${name}`, { hint: 'check --equity-csv' });
  }
  if (stat.size > MAX_BYTES) throw invalid(name, [`${name}  is above 64 MiB: not an equity curve`]);
  return readFileSync(path, 'utf8');
}

function invalid(name: string, problems: readonly string[]): Failure {
  const more = problems.length - MAX_LISTED;
  const details = problems.slice(0, MAX_LISTED);
  return new Failure('INPUT_INVALID', `${name} is not an equity curve`, {
    details: more > 0 ? [...details, `and ${more} more`] : details,
    hint: 'the columns are date,equity or date,return, one row a session, in order of time',
  });
}

function columnsOf(header: string, name: string): Columns {
  const names = cellsOf(header).map((cell) => cell.toLowerCase());
  const find = (...wanted: string[]) => names.findIndex((cell) => wanted.includes(cell));
  const date = find('date', 'session');
  const equity = find('equity');
  const value = equity >= 0 ? equity : find('return');
  if (date < 0 || value < 0) {
    throw invalid(name, [`${name}:1  the header has no ${date < 0 ? 'date' : 'equity or return'}`]);
  }
  const flow = find('flow');
  return { date, value, kind: equity >= 0 ? 'equity' : 'return', flow: flow < 0 ? null : flow };
}

const cellsOf = (line: string): string[] =>
  line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));

interface Row {
  readonly session: SessionDate;
  readonly value: number;
  readonly flow: number;
}

/** A row, or what is wrong with it. */
function rowOf(line: string, columns: Columns, before: Row | undefined): Row | string {
  const cells = cellsOf(line);
  const text = cells[columns.date] ?? '';
  const session = parseSessionDate(text);
  if (session === null) return `not a date: ${JSON.stringify(text.slice(0, 40))}`;
  if (before !== undefined && session <= before.session) {
    return `${session} is not after ${before.session}`;
  }
  const value = numberOf(cells[columns.value]);
  if (value === null) {
    return `not a number: ${JSON.stringify((cells[columns.value] ?? '').slice(0, 40))}`;
  }
  if (columns.kind === 'equity' && value < 0) return `equity is below zero: ${value}`;
  if (columns.kind === 'return' && value < -1) return `a return is below -1: ${value}`;
  const flow = columns.flow === null ? 0 : numberOf(cells[columns.flow]);
  return flow === null ? 'the flow is not a number' : { session, value, flow };
}

const numberOf = (text: string | undefined): number | null =>
  text !== undefined && /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : null;

const pointOf = ({ session, value, flow }: Row): EquityPoint => ({ session, equity: value, flow });

/** Returns as an index that begins on the session before the first of them. */
function indexOf(rows: readonly Row[]): EquityPoint[] {
  const first = (rows[0] as Row).session;
  let equity = INDEX_START;
  const points: EquityPoint[] = [{ session: dayBefore(first), equity, flow: 0 }];
  for (const { session, value } of rows) {
    equity *= 1 + value;
    points.push({ session, equity, flow: 0 });
  }
  return points;
}

const isCovered = (date: SessionDate): boolean => date > HORIZON.from && date <= HORIZON.to;

const dayBefore = (date: SessionDate): SessionDate =>
  isCovered(date) ? previousSession(date).date : utcMsToDate(dateToUtcMs(date) - DAY_MS);

/** Rows that make an annualised statistic wrong, though nothing is wrong with the file. */
function oddities(rows: readonly Row[], name: string): string[] {
  const closed = rows.filter(({ session }) => isCovered(session) && sessionOf(session) === null);
  const days = rows
    .slice(1)
    .map(
      ({ session }, i) => (dateToUtcMs(session) - dateToUtcMs((rows[i] as Row).session)) / DAY_MS,
    )
    .sort((a, b) => a - b);
  const usual = days[Math.floor(days.length / 2)] ?? 1;
  return [
    ...(closed.length > 0
      ? [`${name}: rows on days without a session: ${closed.length}, such as ${closed[0]?.session}`]
      : []),
    ...(usual > 4
      ? [`${name}: rows are ${usual} days apart; annual figures take each row for a session`]
      : []),
  ];
}
