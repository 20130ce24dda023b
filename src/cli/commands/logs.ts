import type { LogLine, LogQuery } from '../../app/show-logs.ts';
import { newYorkDate, newYorkTime } from '../../calendar/nyse.ts';
import { Failure } from '../../domain/failure.ts';
import { isoUtc } from '../../domain/time.ts';
import type { CommandContext, CommandOutcome, CommandSpec } from '../command.ts';
import { visible } from '../errors.ts';
import { choiceOption, countOption, symbolOption, textOption } from '../options.ts';

/** Lines shown unless more are asked for, or one run. */
const LAST_LINES = 100;

/** `trade-labs logs`: what the system told, in words for people. */
export const logs: CommandSpec = {
  path: 'logs',
  group: 'Inspect',
  summary: "Show the log in New York's time, newest lines last",
  examples: [
    { line: 'trade-labs logs -f', does: 'go on as lines are written; Ctrl-C ends it' },
    { line: 'trade-labs logs --level warn --last 20', does: 'what went wrong lately' },
    { line: 'trade-labs logs --run RUN', does: 'everything about one run' },
  ],
  configure: (command) => {
    command
      .option('-f, --follow', 'go on as lines are written')
      .option('--run <run>', 'lines of one run only')
      .option('--level <level>', 'this level and more serious: debug, info, warn, error')
      .option('--symbol <symbol>', 'lines about one symbol only')
      .option('--last <count>', `how many lines (default: ${LAST_LINES}, or all of a run)`);
  },
  stopsItself: true,
  run: async (context, _args, options) => {
    const app = await import('../../app/show-logs.ts');
    const level = choiceOption('--level', options.level, app.LOG_LEVELS);
    const runId = textOption(options.run);
    const symbol = symbolOption(options.symbol);
    const last =
      countOption('--last', options.last) ??
      (runId === undefined ? LAST_LINES : Number.MAX_SAFE_INTEGER);
    const query: LogQuery = {
      last,
      ...(level === undefined ? {} : { level }),
      ...(runId === undefined ? {} : { runId }),
      ...(symbol === undefined ? {} : { symbol }),
    };
    if (options.follow === true) return follow(context, query, app);
    const { lines, warnings } = app.readLogs(context.home, query);
    const isFiltered = level !== undefined || runId !== undefined || symbol !== undefined;
    const text =
      lines.length > 0
        ? lines.map((line) => lineText(line, context.verbose)).join('\n')
        : isFiltered && app.readLogs(context.home, { last: 1 }).lines.length > 0
          ? 'No lines match.'
          : `No log yet in ${app.logFileOf(context.home)}: the daemon, pipeline and demo write it.`;
    return { data: { lines: lines.map(dataOf) }, text, warnings };
  },
};

async function follow(
  context: CommandContext,
  query: LogQuery,
  app: typeof import('../../app/show-logs.ts'),
): Promise<CommandOutcome> {
  if (context.json) {
    throw new Failure('USAGE', '--follow never ends, so it is no JSON document', {
      hint: `tail -F ${app.logFileOf(context.home)} gives the lines as JSON`,
    });
  }
  for await (const line of app.followLogs(context.home, query, context.interrupt)) {
    context.stdout(`${lineText(line, context.verbose)}\n`);
  }
  return { data: {}, text: '' };
}

/** Fields with a place of their own in a line, or no interest for a person. */
const PLACED = new Set(['module', 'pid', 'err']);

/** "2026-03-05 09:30:00.123  WARN   pipeline: the quote is old  symbol=AAPL", times of New York. */
function lineText({ at, level, message, fields }: LogLine, verbose: boolean): string {
  const time = `${newYorkDate(at)} ${newYorkTime(at)}.${isoUtc(at).slice(20, 23)}`;
  const module = typeof fields.module === 'string' ? `${fields.module}: ` : '';
  const rest = Object.entries(fields)
    .filter(([name]) => !PLACED.has(name))
    .map(([name, value]) => `${name}=${valueText(value)}`);
  const head = `${time}  ${level.toUpperCase().padEnd(5)}  ${oneLine(module + message)}`;
  return [[head, ...rest].join('  '), ...errorLines(fields.err, verbose)].join('\n');
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return oneLine(/\s/.test(text) ? JSON.stringify(text) : text);
}

/** The error and its causes, a line each; with -v the stacks. */
function errorLines(error: unknown, verbose: boolean): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { type, message, stack, cause } = error as Record<string, unknown>;
  const hasStack = verbose && typeof stack === 'string' && stack !== '';
  const told = hasStack ? stack.split('\n') : [`${String(type)}: ${oneLine(String(message))}`];
  return [...told.map((line) => `    ${visible(line)}`), ...errorLines(cause, verbose)];
}

const oneLine = (text: string): string => visible(text).replace(/[\t\n]+/g, ' ');

const dataOf = ({ at, level, message, fields }: LogLine): unknown => ({
  ...fields,
  time: isoUtc(at),
  level,
  msg: message,
});
