import type { TradeRecord } from '../domain/trade.ts';
import type { MetricValue } from '../ledger/metrics.ts';
import { sumUsd } from '../ledger/metrics-trades.ts';
import {
  amount,
  count,
  decimals,
  money,
  multiple,
  percent,
  price,
  share,
  wallTime,
} from './format.ts';
import { tradesText } from './headline.ts';
import { type MarkdownColumn, markdownTable, escapeMarkdown as text } from './markdown-text.ts';
import { type DailyReport, sessionSpan } from './report.ts';

const left = (title: string): MarkdownColumn => ({ title });
const right = (title: string): MarkdownColumn => ({ title, align: 'right' });

const TRADE_COLUMNS = [
  left('Symbol'),
  right('Qty'),
  right('Entry at'),
  right('Entry'),
  right('Exit at'),
  right('Exit'),
  right('Net P&L'),
  right('Return'),
  right('R'),
  right('MAE R'),
  right('MFE R'),
  right('Sessions'),
  left('Exit reason'),
  left('Signal'),
];

/** The round trips that ended, and what they say together. */
export function tradesSection({ closedTrades, tradeSummary }: DailyReport): string {
  const title = '## Closed trades';
  if (closedTrades.length === 0) return `${title}\n\nNone.`;
  const { metrics } = tradeSummary;
  const total = [
    '**Total**',
    String(closedTrades.length),
    '',
    '',
    '',
    '',
    `**${money(metrics.netProfit.value)}**`,
    '',
    multiple(metrics.sumR.value),
    '',
    '',
    '',
    tradesText(tradeSummary),
    '',
  ];
  const gross = sumUsd(closedTrades.map(({ grossPnl }) => grossPnl ?? 0));
  const summary =
    `Gross ${money(gross)}, commissions ${amount(metrics.commissions.value)}; win rate ${orReason(metrics.winRate, share)},` +
    ` profit factor ${orReason(metrics.profitFactor, decimals)}, average win ${orReason(metrics.averageWin, money)},` +
    ` average loss ${orReason(metrics.averageLoss, money)}, expectancy ${orReason(metrics.expectancy, money)}.`;
  const table = markdownTable(TRADE_COLUMNS, [...closedTrades.map(tradeCells), total]);
  return [title, '', table, '', summary].join('\n');
}

/** A metric, or why there is none. */
export const orReason = (metric: MetricValue, format: (value: number | null) => string): string =>
  metric.value === null ? (metric.reason ?? 'n/a') : format(metric.value);

function tradeCells(trade: TradeRecord): string[] {
  const invested = trade.entryPrice * trade.quantity;
  const result = trade.netPnl === null || invested <= 0 ? null : trade.netPnl / invested;
  return [
    text(trade.symbol),
    String(trade.quantity),
    stamp(trade.entryAt, trade.entrySession !== trade.exitSession ? trade.entrySession : null),
    price(trade.entryPrice),
    stamp(trade.exitAt, null),
    price(trade.exitPrice),
    trade.netPnl === null ? 'provisional' : money(trade.netPnl),
    percent(result),
    multiple(trade.rMultiple),
    decimals(trade.maeR),
    decimals(trade.mfeR),
    trade.exitSession === null ? '' : String(sessionSpan(trade.entrySession, trade.exitSession)),
    trade.exitReason ?? 'n/a',
    text(signalText(trade.strategy, trade.signalReason)),
  ];
}

/** The strategy and its reason; a reason that begins with the strategy's name stands for both. */
function signalText(strategy: string | null, reason: string | null): string {
  const [name, said] = [strategy ?? '', reason ?? ''];
  return name !== '' && said.startsWith(name) ? said : `${name} ${said}`.trim();
}

/** The minute in New York, with the date where it is not the report's. */
const stamp = (iso: string | null, otherDate: string | null): string =>
  `${otherDate === null ? '' : `${otherDate} `}${wallTime(iso).slice(0, 5)}`;

const POSITION_COLUMNS = [
  left('Symbol'),
  right('Qty'),
  right('Average'),
  right('Mark'),
  right('Value'),
  right('Of equity'),
  right('Unrealised'),
  right('R'),
  right('Stop'),
  right('To stop'),
  right('Open risk'),
  left('Stop working'),
  right('Sessions'),
  left('Signal'),
];

/** What is held, where its stop is, and what would be lost there. */
export function positionsSection({ positions }: Pick<DailyReport, 'positions'>): string {
  const title = '## Open positions';
  if (positions.length === 0) return `${title}\n\nNone.`;
  const rows = positions.map((row) => [
    text(row.symbol),
    String(row.quantity),
    price(row.averagePrice),
    `${price(row.mark)}${row.markStale ? ' stale' : ''}`,
    amount(row.value),
    share(row.shareOfEquity),
    money(row.unrealized),
    multiple(row.unrealizedR),
    price(row.stop),
    share(row.stopDistance),
    amount(row.openRisk),
    row.stopQuantity >= row.quantity ? 'yes' : `**NO**, ${row.stopQuantity} of ${row.quantity}`,
    count(row.sessionsHeld),
    text(signalText(row.strategy, row.signalReason)),
  ]);
  const sum = (values: readonly (number | null)[]) =>
    values.some((value) => value === null) ? null : sumUsd(values as readonly number[]);
  const total = [
    '**Total**',
    '',
    '',
    '',
    amount(sum(positions.map(({ value }) => value))),
    '',
    money(sum(positions.map(({ unrealized }) => unrealized))),
    '',
    '',
    '',
    amount(sum(positions.map(({ openRisk }) => openRisk))),
    '',
    '',
    '',
  ];
  return [title, '', markdownTable(POSITION_COLUMNS, [...rows, total])].join('\n');
}
