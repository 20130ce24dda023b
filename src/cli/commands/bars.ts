import { resolve } from 'node:path';
import type { ShowBarsRequest, ShownBars } from '../../app/show-bars.ts';
import { Failure } from '../../domain/failure.ts';
import { parseSymbol, type Symbol, TIMEFRAMES, type Timeframe } from '../../domain/market.ts';
import {
  type EpochMs,
  isoUtc,
  parseSessionDate,
  type SessionDate,
  utcMsToDate,
} from '../../domain/time.ts';
import type { IndicatorSpec } from '../../indicators/registry.ts';
import type { CommandContext, CommandOutcome, CommandSpec } from '../command.ts';
import { renderTable, type TableColumn } from '../table.ts';

/** `trade-labs bars SYMBOL`: bars as the system sees them, with indicators beside them. */
export const bars: CommandSpec = {
  path: 'bars',
  group: 'Data',
  summary: 'Show bars of a symbol, with indicators',
  examples: [
    { line: 'trade-labs bars AAPL --with sma50,atr14', does: 'the last sessions' },
    {
      line: 'trade-labs bars AAPL --from 2017-01-03 --to 2017-01-31 --data DIR',
      does: 'a span, from a folder of bar files',
    },
    {
      line: 'trade-labs bars AAPL --with rsi14 --csv > aapl.csv',
      does: 'every bar in full precision',
    },
  ],
  configure: (command) => {
    command
      .argument('<symbol>', 'such as AAPL or BRK.B')
      .option('--timeframe <timeframe>', TIMEFRAMES.join(', '), '1d')
      .option('--data <dir>', 'folder of bar files (default: the market of the configuration)')
      .option('--with <indicators>', 'names with their periods, such as sma20,atr14,rsi14')
      .option('--from <date>', 'first session shown, YYYY-MM-DD')
      .option('--to <date>', 'last session shown')
      .option('--last <count>', `how many bars at most (default: ${TABLE_ROWS} in a table)`)
      .option('--csv', 'CSV in full precision; an undefined value is an empty cell');
  },
  run: async (context, [symbolText = ''], options) => {
    const symbol = symbolArgument(symbolText);
    const timeframe = timeframeOption(options.timeframe ?? '1d');
    const last = lastOption(options.last);
    const request = {
      symbol,
      timeframe,
      indicators: await indicatorsOption(options.with),
      from: dateOption('--from', options.from),
      to: dateOption('--to', options.to),
    };
    const { isoNewYork } = await import('../../calendar/nyse.ts');
    const shown = await shownBars(context, options.data, request);
    const stamp = (time: number) =>
      timeframe === '1d' ? utcMsToDate(time) : isoNewYork(time as EpochMs);
    const view = { symbol, timeframe, shown, stamp };
    const isTable = options.csv !== true && !context.json;
    const isOpenEnded = request.from === undefined && last === undefined;
    const start = startFor(shown, last ?? (isTable && isOpenEnded ? TABLE_ROWS : undefined));
    return {
      data: dataOf(view, start),
      text: options.csv === true ? csvOf(view, start) : tableOf(view, start, context.columns),
      warnings: shown.warnings,
    } satisfies CommandOutcome;
  },
};

const TABLE_ROWS = 20;

interface View {
  readonly symbol: Symbol;
  readonly timeframe: Timeframe;
  readonly shown: ShownBars;
  readonly stamp: (time: number) => string;
}

function symbolArgument(text: string): Symbol {
  const symbol = parseSymbol(text);
  if (symbol !== null) return symbol;
  throw new Failure('SYMBOL_INVALID', `not a symbol: ${JSON.stringify(text)}`, {
    hint: 'a symbol is upper case, such as AAPL or BRK.B',
  });
}

function timeframeOption(value: unknown): Timeframe {
  const timeframe = TIMEFRAMES.find((known) => known === value);
  if (timeframe !== undefined) return timeframe;
  throw new Failure('USAGE', `--timeframe is not known: ${JSON.stringify(value)}`, {
    hint: `write one of: ${TIMEFRAMES.join(', ')}`,
  });
}

function dateOption(name: string, value: unknown): SessionDate | undefined {
  if (value === undefined) return undefined;
  const date = typeof value === 'string' ? parseSessionDate(value) : null;
  if (date !== null) return date;
  throw new Failure('USAGE', `${name} is not a date: ${JSON.stringify(value)}`, {
    hint: 'write a date of the calendar as YYYY-MM-DD, such as 2026-11-27',
  });
}

function lastOption(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new Failure('USAGE', `--last is not a whole number above 0: ${JSON.stringify(value)}`, {
    hint: 'write, for example, --last 50',
  });
}

/** Every indicator asked for; all names that are wrong are told at once. */
async function indicatorsOption(value: unknown): Promise<readonly IndicatorSpec[]> {
  if (typeof value !== 'string') return [];
  const { parseIndicator } = await import('../../indicators/registry.ts');
  const parsed = value.split(',').map((name) => parseIndicator(name));
  const problems = parsed.flatMap((result) => (result.ok ? [] : [result.error]));
  if (problems.length > 0) {
    throw new Failure('USAGE', `--with ${JSON.stringify(value)} cannot be read`, {
      details: problems,
      hint: 'name indicators with their periods in bars: --with sma20,atr14,rsi14',
    });
  }
  return parsed.flatMap((result) => (result.ok ? [result.value] : []));
}

/** Bars of --data, else of the market that the configuration names. */
async function shownBars(
  context: CommandContext,
  data: unknown,
  request: ShowBarsRequest,
): Promise<ShownBars> {
  const { showBarsOf } = await import('../../app/show-bars.ts');
  if (typeof data === 'string') return showBarsOf(resolve(context.cwd, data), request);
  const { config } = await context.config();
  if (config.data.source === 'bars') {
    return showBarsOf(resolve(context.home, config.data.barsDir), request);
  }
  const { showSyntheticBars } = await import('../../app/show-synthetic-bars.ts');
  return showSyntheticBars(config.data.synthetic, context.now(), request);
}

/** Where to begin so that at most `last` bars of the range are shown. */
const startFor = ({ start, end }: ShownBars, last: number | undefined): number =>
  last === undefined ? start : Math.max(start, end - last);

const PRICES = ['open', 'high', 'low', 'close', 'volume'] as const;

/** The shortest text that reads back as the same double; empty where a value is not defined. */
const exact = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '' : String(value);

function csvOf({ shown, stamp }: View, start: number): string {
  const { columns, indicators, end } = shown;
  const lines = [['time', ...PRICES, ...indicators.map(({ name }) => name)].join(',')];
  for (let i = start; i < end; i++) {
    const cells = PRICES.map((name) => exact(columns[name][i]));
    const values = indicators.map(({ values: column }) => exact(column[i]));
    lines.push([stamp(columns.time[i] as number), ...cells, ...values].join(','));
  }
  return `${lines.join('\n')}\n`;
}

function tableOf({ symbol, timeframe, shown, stamp }: View, start: number, width: number): string {
  const { columns, indicators, end } = shown;
  const rows: string[][] = [];
  for (let i = start; i < end; i++) {
    rows.push([
      stamp(columns.time[i] as number),
      ...PRICES.map((name) => exact(columns[name][i])),
      ...indicators.map(({ values }) => {
        const value = values[i] ?? Number.NaN;
        return Number.isNaN(value) ? '' : value.toFixed(4);
      }),
    ]);
  }
  const titles: TableColumn[] = [
    { title: 'time' },
    { title: 'open', align: 'right', priority: 2 },
    { title: 'high', align: 'right', priority: 3 },
    { title: 'low', align: 'right', priority: 4 },
    { title: 'close', align: 'right' },
    { title: 'volume', align: 'right', priority: 1 },
    ...indicators.map(({ name }): TableColumn => ({ title: name, align: 'right' })),
  ];
  const count = `${symbol} ${timeframe}: ${end - start} of ${columns.length} bars`;
  return `${renderTable(titles, rows, { columns: width })}\n\n${count}`;
}

function dataOf({ symbol, timeframe, shown }: View, start: number): unknown {
  const { columns, indicators, end } = shown;
  const stamp = (time: number) =>
    timeframe === '1d' ? utcMsToDate(time) : isoUtc(time as EpochMs);
  const rows: unknown[] = [];
  for (let i = start; i < end; i++) {
    const values = indicators.map(({ name, values: column }) => {
      const value = column[i] ?? Number.NaN;
      return [name, Number.isNaN(value) ? null : value];
    });
    rows.push({
      time: stamp(columns.time[i] as number),
      ...Object.fromEntries(PRICES.map((name) => [name, columns[name][i]])),
      ...Object.fromEntries(values),
    });
  }
  return { symbol, timeframe, total: columns.length, bars: rows };
}
