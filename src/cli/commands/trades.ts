import { firstStep } from '../../app/home-without-history.ts';
import { newYorkTime } from '../../calendar/nyse.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS, parseInstant } from '../../domain/time.ts';
import type { TradeRecord } from '../../domain/trade.ts';
import { renderCsv } from '../../reporting/csv.ts';
import { TRADE_COLUMNS } from '../../reporting/csv-files.ts';
import { money, multiple, plural, price } from '../../reporting/format.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { visible } from '../errors.ts';
import {
  assertSpan,
  choiceOption,
  countOption,
  csvOption,
  dateOption,
  symbolOption,
  textOption,
} from '../options.ts';
import { renderTable, type TableColumn } from '../table.ts';

/** Rows of the table unless more are asked for. */
const TABLE_ROWS = 20;

/** `trade-labs trades`: round trips, with what they made. */
export const trades: CommandSpec = {
  path: 'trades',
  group: 'Inspect',
  summary: 'List trades with net P&L, R and why they ended',
  examples: [
    { line: 'trade-labs trades', does: 'the last ones' },
    { line: 'trade-labs trades --symbol AAPL --since 2026-01-01', does: 'one symbol, this year' },
    { line: 'trade-labs trades --csv - > trades.csv', does: 'every trade, for a spreadsheet' },
  ],
  configure: (command) => {
    command
      .option('--symbol <symbol>', 'trades of one symbol')
      .option('--since <date>', 'entered in this session or later: YYYY-MM-DD, today, -5d')
      .option('--until <date>', 'entered in this session or earlier')
      .option('--status <status>', 'open, closed')
      .option('--strategy <name>', 'trades of one strategy')
      .option('--last <count>', `the newest ones only (default: ${TABLE_ROWS} in the table)`)
      .option('--csv <->', 'CSV on standard output');
  },
  run: async (context, _args, options) => {
    const symbol = symbolOption(options.symbol);
    const since = dateOption(context, '--since', options.since);
    const until = dateOption(context, '--until', options.until);
    assertSpan(since, until);
    const status = choiceOption('--status', options.status, ['open', 'closed'] as const);
    const strategy = textOption(options.strategy);
    const csv = csvOption(options.csv);
    const last =
      countOption('--last', options.last) ?? (csv || context.json ? undefined : TABLE_ROWS);
    const { knownUntil, queryTrades } = await import('../../app/records.ts');
    const { records, cut, none } = await queryTrades(context.home, {
      ...(last === undefined ? {} : { last }),
      ...(symbol === undefined ? {} : { symbol }),
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      ...(status === undefined ? {} : { status }),
      ...(strategy === undefined ? {} : { strategy }),
    });
    const totals = totalsOf(records);
    const data = { trades: records, totals };
    if (csv) return { data, text: renderCsv(TRADE_COLUMNS, records) };
    if (none) return { data, text: `No trades yet. First: ${firstStep(context.home)}` };
    if (records.length === 0) return { data, text: 'No trades match.' };
    const notes = [
      ...(cut ? [`The last ${records.length}; more with --last N or --since DATE.`] : []),
      ...(totals.provisional > 0
        ? [
            `${plural(totals.provisional, 'closed trade')} without a commission yet: not in the total.`,
          ]
        : []),
      `The whole story of one: trade-labs why ${records.at(-1)?.tradeId ?? 'TRADE'}`,
    ];
    const now = knownUntil(context.home, context.now());
    const table = tableOf(context, records, totals, now);
    return { data, text: `${table}\n\n${notes.join('\n')}` };
  },
};

/** Sums over the trades shown. Dollars; R in multiples of the initial risk. */
interface Totals {
  readonly trades: number;
  readonly open: number;
  /** Closed, with a commission that is not known yet: in no sum. */
  readonly provisional: number;
  readonly netPnl: number;
  readonly rMultiple: number;
}

function totalsOf(records: readonly TradeRecord[]): Totals {
  const micros = records.map(({ netPnl }) => Math.round((netPnl ?? 0) * 1e6));
  return {
    trades: records.length,
    open: records.filter(({ status }) => status === 'open').length,
    provisional: records.filter(({ status, netPnl }) => status === 'closed' && netPnl === null)
      .length,
    netPnl: micros.reduce((total, amount) => total + amount, 0) / 1e6,
    rMultiple: sumOfR(records),
  };
}

/** R has six decimals in the records, and so has its sum. */
const sumOfR = (records: readonly TradeRecord[]): number =>
  Math.round(records.reduce((total, { rMultiple }) => total + (rMultiple ?? 0), 0) * 1e6) / 1e6;

const COLUMNS: readonly TableColumn[] = [
  { title: 'entered' },
  { title: 'time ET', priority: 3 },
  { title: 'symbol' },
  { title: 'side', priority: 1 },
  { title: 'qty', align: 'right' },
  { title: 'entry', align: 'right', priority: 7 },
  { title: 'stop', align: 'right', priority: 4 },
  { title: 'exit', align: 'right', priority: 7 },
  { title: 'net P&L', align: 'right' },
  { title: 'R', align: 'right' },
  { title: 'MAE R', align: 'right', priority: 2 },
  { title: 'MFE R', align: 'right', priority: 2 },
  { title: 'held', align: 'right', priority: 5 },
  { title: 'exit reason', priority: 8 },
  { title: 'strategy', priority: 0 },
];

function tableOf(
  context: CommandContext,
  records: readonly TradeRecord[],
  totals: Totals,
  now: EpochMs,
): string {
  const rows = records.map((trade) => [
    trade.entrySession,
    timeOf(trade.entryAt),
    trade.symbol,
    trade.side,
    String(trade.quantity),
    price(trade.entryPrice),
    shown(trade.stop, price),
    shown(trade.exitPrice, price),
    trade.status === 'open' ? '' : money(trade.netPnl),
    trade.status === 'open' ? '' : multiple(trade.rMultiple),
    shown(trade.maeR, multiple),
    shown(trade.mfeR, multiple),
    heldText(trade, now),
    trade.exitReason ?? 'open',
    visible(trade.strategy),
  ]);
  const total = COLUMNS.map(({ title }) => totalCell(title, totals));
  return renderTable(COLUMNS, [...rows, total], { columns: context.columns });
}

function totalCell(title: string, { trades: count, netPnl, rMultiple }: Totals): string {
  if (title === 'entered') return 'TOTAL';
  if (title === 'symbol') return plural(count, 'trade');
  if (title === 'net P&L') return money(netPnl);
  return title === 'R' ? multiple(rMultiple) : '';
}

const shown = (value: number | null, text: (value: number) => string): string =>
  value === null ? '' : text(value);

const timeOf = (iso: string): string => {
  const at = parseInstant(iso);
  return at === null ? '' : newYorkTime(at);
};

/** "3h 06m", "12d 04h": from entry to exit, or to the instant that the home knows of. */
function heldText({ entryAt, exitAt }: TradeRecord, now: EpochMs): string {
  const from = parseInstant(entryAt);
  const to = exitAt === null ? now : parseInstant(exitAt);
  if (from === null || to === null || to < from) return '';
  const hours = Math.floor((to - from) / HOUR_MS);
  const two = (value: number) => String(value).padStart(2, '0');
  if (hours < 24) return `${hours}h ${two(Math.floor(((to - from) % HOUR_MS) / MINUTE_MS))}m`;
  return `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
}
