import { currentFile, mainLog, pipelineLog } from '../adapters/system/log-files.ts';
import { followLog } from '../adapters/system/log-following.ts';
import { readLog } from '../adapters/system/log-reading.ts';
import { type EpochMs, parseInstant } from '../domain/time.ts';
import type { LogLevel } from '../ports/log.ts';

/** Levels from the least to the most serious. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Which lines are wanted; all given conditions hold together. */
export interface LogQuery {
  /** This level and more serious ones. */
  readonly level?: LogLevel;
  readonly runId?: string;
  readonly symbol?: string;
  /** At most so many, the newest. */
  readonly last: number;
}

/** One line of the log. */
export interface LogLine {
  readonly at: EpochMs;
  readonly level: LogLevel;
  readonly message: string;
  /** All it holds beside level, time and message. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ShownLogs {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  readonly warnings: readonly string[];
}

/**
 * The newest lines that match, of both logs of a home: by time, and once where both have the line.
 */
export function readLogs(home: string, query: LogQuery): ShownLogs {
  const unreadable = new Map<string, number>();
  const pick = (text: string, file: string): Read | null => {
    const line = parseLine(text);
    if (line === null) unreadable.set(file, (unreadable.get(file) ?? 0) + 1);
    return line !== null && matches(line, query) ? { text, line } : null;
  };
  const ofProgram = readLog(mainLog(home), query.last, pick);
  const known = countOf(ofProgram);
  const alone = readLog(pipelineLog(home), query.last, pick).filter(({ text }) => {
    const left = known.get(text) ?? 0;
    known.set(text, left - 1);
    return left <= 0;
  });
  const lines = [...ofProgram, ...alone]
    .map(({ line }) => line)
    .sort((a, b) => a.at - b.at)
    .slice(-query.last);
  const warnings = [...unreadable].map(
    ([file, count]) => `${file}: ${count} ${count === 1 ? 'line is' : 'lines are'} not log lines`,
  );
  return { lines, warnings };
}

interface Read {
  readonly text: string;
  readonly line: LogLine;
}

function countOf(reads: readonly Read[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of reads) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/**
 * The lines that match, as `readLogs` finds them and then as they are written, until `stop` is
 * aborted.
 */
export async function* followLogs(
  home: string,
  query: LogQuery,
  stop: AbortSignal,
): AsyncGenerator<LogLine> {
  // The log of the program holds every line, those of runs too.
  const followed = followLog(mainLog(home));
  const { lines } = readLogs(home, query);
  yield* lines;
  // What was written between the two calls above comes again.
  const shown = new Set(lines.map((line) => JSON.stringify(line)));
  for await (const text of followed.lines(stop)) {
    const line = parseLine(text);
    if (line === null || !matches(line, query) || shown.has(JSON.stringify(line))) continue;
    shown.clear();
    yield line;
  }
}

/** The file a person can read themselves. */
export const logFileOf = (home: string): string => currentFile(mainLog(home));

/** Null for a line that a crash cut, or that is not of our making. */
function parseLine(text: string): LogLine | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  const { level, time, msg, ...fields } = parsed as Record<string, unknown>;
  const at = typeof time === 'string' ? parseInstant(time) : null;
  const known = LOG_LEVELS.find((name) => name === level);
  if (at === null || known === undefined || typeof msg !== 'string') return null;
  return { at, level: known, message: msg, fields };
}

function matches({ level, fields }: LogLine, query: LogQuery): boolean {
  if (query.level !== undefined && LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(query.level)) {
    return false;
  }
  if (query.runId !== undefined && fields.runId !== query.runId) return false;
  return query.symbol === undefined || isAbout(fields, query.symbol);
}

/** An orderRef names its symbol too: "2026-03-05/scan-open/AAPL/entry/1". */
const isAbout = (fields: LogLine['fields'], symbol: string): boolean =>
  fields.symbol === symbol ||
  (typeof fields.orderRef === 'string' && fields.orderRef.includes(`/${symbol}/`));
