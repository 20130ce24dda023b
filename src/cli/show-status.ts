import {
  type AccountStatus,
  DAEMON,
  type HomeStatus,
  readStatus,
  SIMULATED_DAEMON,
} from '../app/status.ts';
import { pauseFor } from '../app/watching.ts';
import { durationText, momentText, timeText } from '../app/words.ts';
import { newYorkDate } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import { formatUsd, toUsd } from '../domain/money.ts';
import { type EpochMs, isoUtc, parseInstant } from '../domain/time.ts';
import { plural } from '../reporting/format.ts';
import type { CommandContext, CommandOutcome } from './command.ts';
import { visible } from './errors.ts';
import { alertData, tradingData, tradingText } from './trading-text.ts';

const REFRESH_MS = 2_000;

export async function showStatus(context: CommandContext): Promise<CommandOutcome> {
  const loaded = await context.config();
  const status = await readStatus(context.home, loaded, context.now());
  return { data: dataOf(status, loaded), text: linesOf(status, loaded).join('\n') };
}

/** The same again and again on a terminal, until Ctrl-C. */
export async function watchStatus(context: CommandContext): Promise<CommandOutcome> {
  if (context.json || context.columns === Number.POSITIVE_INFINITY) {
    throw new Failure('USAGE', '--watch is for a terminal', { hint: 'trade-labs status --json' });
  }
  const loaded = await context.config();
  while (!context.interrupt.aborted) {
    const status = await readStatus(context.home, loaded, context.now());
    const lines = [...linesOf(status, loaded), '', ...watchedOf(status), '', 'Ctrl-C ends'];
    // Clear the screen and go home: ECMA-48, ED and CUP.
    context.stdout(`\u001B[2J\u001B[H${lines.join('\n')}\n`);
    await pauseFor(REFRESH_MS, context.interrupt);
  }
  return { data: null, text: '' };
}

function linesOf(status: HomeStatus, loaded: LoadedConfig): string[] {
  const { config } = loaded;
  const { account, now } = status;
  const row = (title: string, text: string): string => `${title.padEnd(11)} ${text}`;
  return [
    row('Daemon', daemonText(status)),
    row(
      'Desk',
      `${config.identity.name} · ${config.mode} · broker ${config.broker} · ` +
        `${isArmed(status, loaded) ? 'armed' : 'not armed'} · trading ${tradingText(status.trading)}`,
    ),
    row('Market', status.market),
    row('Broker', brokerText(status, loaded)),
    ...(account === null ? [row('Account', 'no history yet')] : accountLines(account, config, row)),
    row('Last run', runText(status.lastRun, now)),
    row('Reconciled', reconcileText(status)),
    row('Next', nextText(status)),
    row('Alerts', alertText(status)),
    row('History', plural(status.events, 'event')),
    '',
    suggestion(status),
  ];
}

/** What counts is the environment of the daemon, not that of whoever asks. */
const isArmed = ({ holder, daemon }: HomeStatus, { switches }: LoadedConfig): boolean =>
  (holder?.role === DAEMON ? daemon?.armed : undefined) ?? switches.armed;

const upTime = (since: string, now: EpochMs): string =>
  durationText(Math.max(0, now - (parseInstant(since) ?? now)));

function daemonText({ holder, daemon, silentMs, now }: HomeStatus): string {
  if (holder?.role === DAEMON || holder?.role === SIMULATED_DAEMON) {
    const said =
      holder.role === DAEMON
        ? (daemon?.state ?? 'starting')
        : 'plays sessions on a simulated clock';
    const state =
      silentMs === null ? said : `NO SIGN OF LIFE for ${durationText(silentMs)}, was ${said}`;
    return `${state} · pid ${holder.pid} on ${visible(holder.host)} · up ${upTime(holder.since, now)}`;
  }
  const last =
    daemon === null ? 'none has run here' : `${lastWord(daemon.state)}, ${visible(daemon.cause)}`;
  const busy =
    holder === null ? '' : `; the home is held by ${visible(holder.role)}, pid ${holder.pid}`;
  return `DOWN: ${last}${busy}`;
}

/** What the last state of a daemon that is gone means. */
const lastWord = (state: string): string =>
  state === 'stopped' || state === 'failed' ? state : `ended while ${state}`;

function brokerText({ daemon, holder }: HomeStatus, { config }: LoadedConfig): string {
  const kind = config.broker === 'sim' ? 'simulated' : 'Interactive Brokers';
  if (holder?.role !== DAEMON || daemon === null) return `${kind}, not connected`;
  const { link } = daemon;
  const line = link === undefined ? '' : `, line ${link.state} (${visible(link.cause)})`;
  return `${kind}, ${SESSIONS[daemon.brokerSession]}${line}`;
}

const SESSIONS = {
  open: 'open',
  maintenance: 'MAINTENANCE by its timetable',
  needs_login: 'NEEDS LOGIN by its timetable',
} as const;

function accountLines(
  account: AccountStatus,
  { risk }: LoadedConfig['config'],
  row: (title: string, text: string) => string,
): string[] {
  const { equity, dayPnl, drawdown, openRisk, positions, workingOrders, cash, lastClose } = account;
  const day = toUsd(equity) === 0 ? 0 : -toUsd(dayPnl) / toUsd(equity);
  const usedDay = percent(Math.max(0, day));
  return [
    row(
      'Equity',
      `${formatUsd(equity)}, cash ${formatUsd(cash)}, at the marks of ${lastClose ?? 'the start'}`,
    ),
    row(
      'Limits',
      `day ${formatUsd(dayPnl, { sign: true })} (loss ${usedDay} of ${percent(risk.dailyLossFraction)}), ` +
        `drawdown ${percent(-drawdown)} of ${percent(risk.maxDrawdownFraction)} at the last close`,
    ),
    row(
      'Positions',
      `${positions} of ${risk.maxPositions}, open risk ${formatUsd(openRisk)}, ${plural(workingOrders, 'working order')}`,
    ),
  ];
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;

function runText(run: HomeStatus['lastRun'], now: EpochMs): string {
  if (run === null) return 'none yet';
  const at = parseInstant(run.finishedAt ?? run.startedAt);
  const when = at === null ? '' : ` ${momentText(at)}, ${durationText(Math.max(0, now - at))} ago`;
  const note = run.error === null ? '' : ` (${visible(run.error)})`;
  return `${visible(run.slot)} ${run.status}${when}${note}`;
}

function reconcileText({ lastReconcile }: HomeStatus): string {
  if (lastReconcile === null) return 'not lately';
  const { at, differences } = lastReconcile;
  return `${differences === 0 ? 'no difference' : plural(differences, 'difference')}, ${momentText(at)}`;
}

function nextText({ next, now }: HomeStatus): string {
  const [first, ...others] = next;
  if (first === undefined) return 'the schedule has nothing';
  const left = durationText(first.at - now);
  // A day is named once.
  const rest = others.map(({ row, at }, i) => {
    const isSameDay = newYorkDate(at) === newYorkDate(next[i]?.at ?? at);
    return `${row.name} ${isSameDay ? timeText(at) : momentText(at)}`;
  });
  return [`${first.row.name} ${momentText(first.at)}, in ${left}`, ...rest].join(' · ');
}

function alertText({ alerts }: HomeStatus): string {
  const last = alerts.at(-1);
  if (last === undefined) return 'none open';
  return `${alerts.length} open, last: ${last.code} ${visible(last.message)}`;
}

function suggestion(status: HomeStatus): string {
  const { holder, daemon, silentMs, alerts, account, trading } = status;
  if (holder !== null && silentMs !== null)
    return `Next: trade-labs logs --level error, then end process ${holder.pid} and start trade-labs daemon`;
  if (trading.state !== 'active') return 'Next: trade-labs risk';
  if (alerts.length > 0) return 'Next: trade-labs alerts';
  if (holder === null && daemon !== null && daemon.state !== 'stopped')
    return 'Next: trade-labs logs --level error, then trade-labs daemon';
  if (holder === null) return 'Next: trade-labs daemon';
  return account !== null && account.positions > 0
    ? 'Next: trade-labs trades --status open'
    : 'Next: trade-labs runs';
}

/** What a terminal shows beside: what waits, what works, the store, the process. */
function watchedOf({ daemon, holder, account, events }: HomeStatus): string[] {
  if (holder?.role !== DAEMON) return ['The daemon is down.'];
  if (daemon === null) return ['The daemon is starting.'];
  const at = (text: string): string => {
    const instant = parseInstant(text);
    return instant === null ? text : momentText(instant);
  };
  const running =
    daemon.running === null
      ? 'nothing'
      : `${daemon.running.slot} since ${at(daemon.running.since)}`;
  return [
    `Running     ${running}`,
    'Queue',
    ...daemon.next.map(({ slot, job, at: when }) => `  ${at(when)}  ${slot} (${job})`),
    `Orders      ${account?.workingOrders ?? 0} working`,
    `Store       ${plural(events, 'event')}, ${(daemon.rssBytes / (1 << 20)).toFixed(0)} MB in memory`,
    `Process     ${holder.pid}, told ${at(daemon.updatedAt)}`,
  ];
}

function dataOf(status: HomeStatus, loaded: LoadedConfig): unknown {
  const { config } = loaded;
  const { account, holder, daemon, alerts, next, lastRun, lastReconcile, market, events } = status;
  return {
    at: isoUtc(status.now),
    running: holder?.role === DAEMON,
    holder: holder && {
      role: holder.role,
      pid: holder.pid,
      host: holder.host,
      since: holder.since,
    },
    daemon,
    silentMs: status.silentMs,
    mode: config.mode,
    broker: config.broker,
    armed: isArmed(status, loaded),
    market,
    account: account && {
      equity: toUsd(account.equity),
      cash: toUsd(account.cash),
      dayPnl: toUsd(account.dayPnl),
      drawdown: account.drawdown,
      positions: account.positions,
      openRisk: toUsd(account.openRisk),
      workingOrders: account.workingOrders,
      lastClose: account.lastClose,
    },
    lastRun,
    lastReconcile: lastReconcile && { ...lastReconcile, at: isoUtc(lastReconcile.at) },
    next: next.map(({ row, at, label }) => ({
      slot: row.name,
      job: row.job,
      at: isoUtc(at),
      label,
    })),
    trading: tradingData(status.trading),
    alerts: alerts.map(alertData),
    events,
  };
}
