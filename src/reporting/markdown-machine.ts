import { sessionDate } from '../domain/time.ts';
import type { FilledOrder } from './execution.ts';
import { amount, decimals, duration, percent, plural, price, wallTime, weekday } from './format.ts';
import {
  left,
  type MarkdownColumn,
  markdownTable,
  right,
  escapeMarkdown as text,
} from './markdown-text.ts';
import type { AwayRow, Operations } from './operations.ts';
import type { DailyReport, NextSession } from './report.ts';

/** Orders filled shown one by one; all of them are in executions.csv. */
const FILLS_SHOWN = 40;

/** Each filled order against its reference: how long it took and what it cost. */
export function fillsTable(filled: readonly FilledOrder[]): string[] {
  if (filled.length === 0) return [];
  const columns = [
    left('Filled order'),
    right('Qty'),
    right('Reference'),
    right('Fill'),
    right('Slippage bps'),
    right('Spread bps'),
    right('Delay'),
    right('Commission'),
    right('Of value, bps'),
  ];
  const rows = filled
    .slice(0, FILLS_SHOWN)
    .map((row) => [
      text(row.orderRef),
      String(row.filledQuantity),
      price(row.referencePrice),
      price(row.averageFillPrice),
      decimals(row.slippageBps),
      row.spreadBps === null ? '' : decimals(row.spreadBps),
      row.delayMs === null ? '' : duration(row.delayMs),
      amount(row.commission),
      decimals(row.commissionBps),
    ]);
  const more = filled.length - rows.length;
  return [
    '',
    markdownTable(columns, rows),
    ...(more > 0 ? ['', `${plural(more, 'more is', 'more are')} in executions.csv.`] : []),
  ];
}

/** Shares without a stop, the broker away, what was restricted and what was asked for by hand. */
export function machineSection({ operations: o }: DailyReport): string {
  return ['## Operations', '', ...machineLines(o), ...machineTables(o)].join('\n');
}

/** What a day, week or month shows of the machine in sentences. */
export function machineLines(o: Operations): string[] {
  const away = o.brokerAway.reduce((all, { ms }) => all + (ms ?? 0), 0);
  return [
    `- Protection: ${protectionText(o)}.`,
    o.brokerAway.length === 0
      ? '- Broker: no time away by its timetable.'
      : `- Broker: away by its timetable ${plural(o.brokerAway.length, 'time')}, ${duration(away)} in all.`,
    `- Daemon: started ${plural(o.daemonStarts, 'time')}.`,
    `- By hand: ${plural(o.commands.length, 'command')}, ${plural(o.manualExits, 'exit')}, ${plural(o.adoptions, 'adoption')}.`,
    `- Stops: moved ${plural(o.stopsMoved, 'time')}, ${o.stopsWidened} of them away from the price.`,
    ...o.configChanges.map(
      ({ at, keys }) =>
        `- Configuration changed ${at.slice(0, 10)} ${wallTime(at)}: ${text(keys.join(', '))}.`,
    ),
  ];
}

function protectionText({ protection, protectionBreaches, uncoveredMs }: Operations): string {
  if (protection.length === 0) return 'no breach was found';
  const lasting = protection.filter(({ to }) => to === null).length;
  const ended =
    lasting === protection.length
      ? ''
      : `, shares without a working stop for ${duration(uncoveredMs)} in all`;
  const still = lasting === 0 ? '' : `; **${lasting} not over yet**`;
  return `${plural(protectionBreaches, 'breach', 'breaches')}${ended}${still}`;
}

/** Breaches, times away, restrictions and commands one by one; nothing where there were none. */
export function machineTables(o: Operations): string[] {
  return [
    ...titled(
      [
        left('Unprotected'),
        left('From'),
        left('To'),
        right('Owned'),
        right('Covered'),
        left('State'),
        left('Done'),
      ],
      o.protection.map((row) => [
        text(row.symbol),
        moment(row.from),
        row.to === null ? 'still' : moment(row.to),
        String(row.owned),
        String(row.cover),
        text(row.state),
        text(row.action ?? ''),
      ]),
    ),
    ...titled(
      [left('Broker away'), left('From'), left('To'), right('Took')],
      o.brokerAway.map((row) => [
        text(awayName(row)),
        moment(row.from),
        row.to === null ? 'still' : moment(row.to),
        row.ms === null ? '' : duration(row.ms),
      ]),
    ),
    ...titled(
      [left('Trading'), left('At'), left('From'), left('To'), left('Why')],
      o.trading.map((row) => [
        text(row.source),
        moment(row.at),
        text(row.from),
        text(row.to),
        text(row.cause),
      ]),
    ),
    ...titled(
      [left('Command'), left('At'), left('By'), left('Result')],
      o.commands.map((row) => [
        text([row.command, ...row.symbols].join(' ')),
        moment(row.at),
        text(row.principal),
        text(row.result ?? 'no answer'),
      ]),
    ),
  ];
}

const awayName = ({ window, state }: AwayRow): string => (window === '' ? state : window);

/** "2026-03-05 09:30:00" in New York; the report's own day needs no other. */
const moment = (iso: string | null): string =>
  iso === null ? 'before' : `${iso.slice(0, 10)} ${wallTime(iso)}`;

const titled = (columns: readonly MarkdownColumn[], rows: readonly string[][]): string[] =>
  rows.length === 0 ? [] : ['', markdownTable(columns, rows)];

/** When the market opens again, and what leaves then. */
export function nextText(next: NextSession, held: number): string {
  const hours = `${wallTime(next.openAt).slice(0, 5)}-${wallTime(next.closeAt).slice(0, 5)}`;
  const day = `${next.session} ${weekday(sessionDate(next.session))}`;
  const away = next.daysAway === 1 ? '' : `, in ${next.daysAway} days`;
  const note = next.hoursNote ?? (next.earlyClose ? 'early close' : '');
  const special = note === '' ? '' : `, ${text(note.charAt(0).toLowerCase() + note.slice(1))}`;
  const closed = next.closures.map(({ date, name }) => ` Closed ${date}: ${text(name)}.`).join('');
  const holding =
    held === 0 ? '' : ` ${plural(held, 'position is', 'positions are')} held over it.`;
  const leaving = next.exits.map(
    ({ symbol, reason }) => `${text(symbol)}${reason === null ? '' : ` (${reason})`}`,
  );
  const exits = leaving.length === 0 ? '' : ` Orders to leave are sent: ${leaving.join(', ')}.`;
  return `${day}, ${hours} New York${special}${away}.${closed}${holding}${exits}`;
}

/** The benchmark's returns beside the account's, and how the two moved together. */
export function benchmarkText(
  benchmark: DailyReport['benchmark'],
  spans: readonly (readonly [string, number | null])[],
): string {
  if (benchmark === null) return '';
  const { symbol, metrics } = benchmark;
  const returns = spans.map(([name, value]) => `${name} ${percent(value)}`).join(', ');
  const { beta, correlation } = metrics;
  const together =
    beta.value === null
      ? ` Beta ${beta.reason ?? 'n/a'}.`
      : ` Beta ${decimals(beta.value)}, correlation ${decimals(correlation.value)} over ${plural(beta.n, 'session')}.`;
  return `${text(symbol)}, price only: ${returns}.${together}`;
}
