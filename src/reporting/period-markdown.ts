import type { TradeRecord } from '../domain/trade.ts';
import type { TrendRow } from '../ledger/trend.ts';
import {
  amount,
  decimals,
  money,
  multiple,
  percent,
  plural,
  price,
  share,
  wallTime,
  weekday,
} from './format.ts';
import { bridgeSection } from './markdown-account.ts';
import { benchmarkText, machineLines, machineTables, nextText } from './markdown-machine.ts';
import { executionLines, histogram, refusalLines } from './markdown-operations.ts';
import { left, markdownTable, right, escapeMarkdown as text } from './markdown-text.ts';
import { orReason } from './markdown-trades.ts';
import { metricText } from './metric-text.ts';
import type { PeriodReport } from './period-report.ts';
import { extremesOf } from './period-trades.ts';

/** What the span is called in sentences. */
export const spanWord = ({ kind }: PeriodReport): string => (kind === 'weekly' ? 'week' : 'month');

export function periodLead(report: PeriodReport): string {
  const { header: h, preliminary } = report;
  const desk = h.identity === '' ? '' : `, desk ${text(h.identity)}`;
  const config = h.configHash === '' ? '' : `, config ${text(h.configHash.slice(0, 12))}`;
  const through =
    h.throughSeq === null
      ? 'no events'
      : `journal through event ${h.throughSeq} (${wallTime(h.throughAt)})`;
  return [
    `**${h.mode.toUpperCase()}** account ${text(h.account)}${desk}. Data: ${text(h.dataLabel)}.`,
    `${h.from} to ${h.to}, ${h.sessionsBegun} of ${plural(h.sessions, 'session')}; ${through};` +
      ` trade-labs ${text(h.version)}${config}.`,
    ...(preliminary
      ? [`**PRELIMINARY: the ${spanWord(report)} has not ended, numbers will change.**`]
      : []),
  ].join('\n');
}

export function periodAccount(report: PeriodReport): string {
  const { returns: r } = report;
  const spans = [
    [spanWord(report), r.span],
    ...(report.kind === 'weekly' ? ([['month', r.monthToDate]] as const) : []),
    ['3 months', r.threeMonths],
    ['6 months', r.sixMonths],
    ['year', r.yearToDate],
    ['1 year', r.oneYear],
    ['since start', r.sinceStart],
  ] as const;
  const sentence =
    `Return: ${spans.map(([name, value]) => `${name} ${percent(value)}`).join(', ')};` +
    ` drawdown ${share(r.drawdown)}, deepest of the ${spanWord(report)} ${share(r.deepest)},` +
    ` ${plural(r.sessionsUnderWater ?? 0, 'session')} under water.`;
  const b = report.benchmark;
  const beside = benchmarkText(b, [
    [spanWord(report), b?.span ?? null],
    ['3 months', b?.threeMonths ?? null],
    ['6 months', b?.sixMonths ?? null],
    ['year', b?.yearToDate ?? null],
    ['1 year', b?.oneYear ?? null],
    ['since start', b?.sinceStart ?? null],
  ]);
  return bridgeSection(report, beside === '' ? sentence : `${sentence}\n${beside}`);
}

export function daysSection({ days, bridge, tradeSummary }: PeriodReport): string {
  const columns = [
    left('Session'),
    right('P&L'),
    right('Return'),
    right('Equity'),
    right('Drawdown'),
    right('Trades'),
    right('W/L'),
    right('Net'),
    right('Sum R'),
    right('Orders'),
    right('Commissions'),
    right('Slippage'),
    right('Open risk'),
    right('Positions'),
  ];
  const rows = days.map((row) => [
    `${row.session} ${weekday(row.session)}`,
    money(row.pnl),
    percent(row.return),
    amount(row.equity),
    share(row.drawdown),
    String(row.trades),
    `${row.wins}/${row.losses}`,
    row.trades === 0 ? '' : money(row.netProfit),
    row.trades === 0 ? '' : multiple(row.sumR),
    String(row.ordersPlaced),
    amount(row.commissions),
    row.entrySlippage.count === 0 ? '' : `${decimals(row.entrySlippage.meanBps)} bps`,
    amount(row.openRisk),
    row.positions === null ? 'n/a' : String(row.positions),
  ]);
  const total = [
    '**Total**',
    `**${money(bridge.pnl)}**`,
    '',
    '',
    '',
    String(tradeSummary.closed),
    `${tradeSummary.wins}/${tradeSummary.losses}`,
    money(tradeSummary.metrics.netProfit.value ?? 0),
    multiple(tradeSummary.metrics.sumR.value),
    '',
    '',
    '',
    '',
    '',
  ];
  if (days.length === 0) return '## Day by day\n\nNo session has begun.';
  return `## Day by day\n\n${markdownTable(columns, [...rows, total])}`;
}

/** This span beside those before it, and what is usual. */
export function trendSection(report: PeriodReport): string {
  const word = spanWord(report);
  const before = report.trend.slice(0, -1);
  const title = `## This ${word} and those before`;
  if (before.length === 0) return `${title}\n\nThe history has no ${word} before this one.`;
  const columns = [left('Span'), ...TREND_COLUMNS.map(({ title: name }) => right(name))];
  const cells = (row: TrendRow) => [row.key, ...TREND_COLUMNS.map(({ cell }) => cell(row))];
  const pnl = meanOf(before.map((row) => row.pnl));
  const earned = meanOf(before.map((row) => row.return));
  const trades = meanOf(before.map((row) => row.trades.closed));
  const usual =
    `The ${plural(before.length, word)} before made ${money(pnl)} (${percent(earned)}) on average,` +
    ` with ${decimals(trades, 1)} trades.`;
  return [title, '', markdownTable(columns, report.trend.map(cells)), '', usual].join('\n');
}

const TREND_COLUMNS: readonly { title: string; cell: (row: TrendRow) => string }[] = [
  { title: 'P&L', cell: (row) => money(row.pnl) },
  { title: 'Return', cell: (row) => percent(row.return) },
  { title: 'Drawdown', cell: (row) => share(row.drawdown) },
  { title: 'Trades', cell: (row) => String(row.trades.closed) },
  { title: 'Win rate', cell: (row) => metricText('winRate', row.trades.metrics.winRate) },
  {
    title: 'Profit factor',
    cell: (row) => metricText('profitFactor', row.trades.metrics.profitFactor),
  },
  { title: 'Sum R', cell: (row) => metricText('sumR', row.trades.metrics.sumR) },
];

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
}

/** Best and worst shown; all are in trades.csv. */
const EXTREMES = 5;

export function periodTrades(report: Pick<PeriodReport, 'closedTrades' | 'tradeSummary'>): string {
  const { closedTrades, tradeSummary } = report;
  const title = '## Closed trades';
  if (closedTrades.length === 0) return `${title}\n\nNone.`;
  const { metrics: m, closed, wins, draws, losses, provisional } = tradeSummary;
  const waiting =
    provisional === 0
      ? ''
      : ` ${plural(provisional, 'trade waits', 'trades wait')} for a commission.`;
  const summary =
    `${plural(closed, 'trade')}: ${wins} won, ${draws} drawn, ${losses} lost; net ${orReason(m.netProfit, money)},` +
    ` commissions ${orReason(m.commissions, amount)}${ofGross(report)}; profit factor ${orReason(m.profitFactor, decimals)},` +
    ` payoff ${orReason(m.payoff, decimals)}, average win ${orReason(m.averageWin, money)},` +
    ` average loss ${orReason(m.averageLoss, money)}, expectancy ${orReason(m.expectancy, money)}` +
    ` and ${m.expectancyR.value === null ? orReason(m.expectancyR, multiple) : `${multiple(m.expectancyR.value)} R`}.${waiting}`;
  const { best, worst } = extremesOf(closedTrades, EXTREMES);
  return [
    title,
    '',
    summary,
    ...extremes('Best', best),
    ...extremes('Worst', worst),
    '',
    'All of them: trades.csv.',
  ].join('\n');
}

/** Commissions as a share of what was won before them. */
function ofGross({
  closedTrades,
  tradeSummary,
}: Pick<PeriodReport, 'closedTrades' | 'tradeSummary'>): string {
  const paid = tradeSummary.metrics.commissions.value;
  const won = closedTrades.reduce((sum, { grossPnl }) => sum + Math.max(0, grossPnl ?? 0), 0);
  return paid === null || won <= 0 ? '' : ` (${share(paid / won)} of gross profit)`;
}

function extremes(name: string, trades: readonly TradeRecord[]): string[] {
  if (trades.length === 0) return [];
  const columns = [
    left('Symbol'),
    right('Qty'),
    left('Entry'),
    right('At'),
    left('Exit'),
    right('At'),
    right('Net P&L'),
    right('R'),
    right('MAE R'),
    right('MFE R'),
    left('Exit reason'),
  ];
  const rows = trades.map((trade) => [
    text(trade.symbol),
    String(trade.quantity),
    trade.entrySession,
    price(trade.entryPrice),
    trade.exitSession ?? '',
    price(trade.exitPrice),
    money(trade.netPnl),
    multiple(trade.rMultiple),
    decimals(trade.maeR),
    decimals(trade.mfeR),
    text(trade.exitReason ?? ''),
  ]);
  return ['', `### ${name}`, '', markdownTable(columns, rows)];
}

export function periodPipeline({ pipeline: p }: Pick<PeriodReport, 'pipeline'>): string {
  const title = '## Pipeline';
  if (p.scans === 0) return `${title}\n\nNo scan ran.`;
  const c = p.counts;
  return [
    title,
    '',
    `${plural(p.scans, 'scan')}${p.failed > 0 ? `, ${p.failed} failed` : ''}: ${c.found} found > ${c.scored} scored >` +
      ` ${c.selected} selected > ${c.sized} sized > ${c.denied} denied, ${c.approved} approved >` +
      ` ${c.submitted} submitted > ${c.filled} filled.`,
    ...histogram('Dropped by the scan', p.excluded),
    ...histogram('Not ranked', p.ineligible),
    ...refusalLines(c, p.denials),
  ].join('\n');
}

export const periodExecution = ({ execution }: Pick<PeriodReport, 'execution'>): string =>
  executionLines(execution).join('\n');

export function operationsSection({ operations: o, next, positions }: PeriodReport): string {
  const begun = o.jobsDone + o.jobsFailed;
  const onTime = begun + o.jobsMissed;
  const lines = [
    `Jobs: ${o.jobsDone} done, ${o.jobsFailed} failed, ${o.jobsMissed} missed, ${o.jobsLate} late;` +
      ` on time ${onTime === 0 ? 'n/a' : share(Math.max(0, begun - o.jobsLate) / onTime)}.`,
    `Book and broker: ${o.comparisons} comparisons, ${o.matched} matched, ${o.incomplete} incomplete;` +
      ` ${plural(o.openBreaks, 'break')} open now; ${o.adoptions} adopted by hand.`,
    ...histogram('Alerts', o.alerts),
    ...(next === null ? [] : [`Next session: ${nextText(next, positions.length)}`]),
  ];
  return [
    '## Operations',
    '',
    ...lines.map((line) => `- ${line}`),
    ...machineLines(o),
    ...machineTables(o),
  ].join('\n');
}
