import type { RunCounts, RunRecord } from '../domain/run.ts';
import { NO_COUNTS } from '../domain/run.ts';
import { type EpochMs, isoUtc } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import type { Break } from '../ledger/breaks.ts';
import { openBreaks } from '../ledger/breaks.ts';

/** Everything the scans of a week or month did, added up. */
export interface PipelineTotals {
  readonly scans: number;
  readonly failed: number;
  readonly counts: RunCounts;
  readonly excluded: Readonly<Record<string, number>>;
  readonly ineligible: Readonly<Record<string, number>>;
  readonly denials: Readonly<Record<string, number>>;
}

/** A time at which shares had no working stop of their full number. */
export interface ProtectionRow {
  readonly symbol: string;
  /** Null where it began before the report's first session. */
  readonly from: string | null;
  /** Null while it lasts. */
  readonly to: string | null;
  readonly state: string;
  /** Shares owned, and shares that working stops covered, when it began. */
  readonly owned: number;
  readonly cover: number;
  /** What was done about it; null where that is not in the report's sessions. */
  readonly action: string | null;
  readonly uncoveredMs: number | null;
}

/** A time at which the broker could not be spoken to by its own timetable. */
export interface AwayRow {
  readonly window: string;
  readonly state: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly ms: number | null;
}

/** A change of what is allowed, or of the line that orders go over. */
export interface TradingRow {
  readonly at: string;
  /** "breaker daily_loss", "kill". */
  readonly source: string;
  readonly from: string;
  readonly to: string;
  readonly cause: string;
}

/** A command of a person. */
export interface CommandRow {
  readonly at: string;
  readonly command: string;
  readonly symbols: readonly string[];
  readonly principal: string;
  /** What came of it; null while nothing did. */
  readonly result: string | null;
}

/** How the machine itself did. */
export interface Operations {
  readonly jobsDone: number;
  readonly jobsFailed: number;
  readonly jobsMissed: number;
  /** Slots that began more than five seconds after their time. */
  readonly jobsLate: number;
  readonly alerts: Readonly<Record<string, number>>;
  readonly configChanges: readonly { readonly at: string; readonly keys: readonly string[] }[];
  /** Breaches of the protection proof, each counted once, and how long shares had no working stop in all. */
  readonly protectionBreaches: number;
  readonly uncoveredMs: number;
  readonly protection: readonly ProtectionRow[];
  /** How often the daemon began its work. */
  readonly daemonStarts: number;
  /** Times at which the broker was away by its own timetable. */
  readonly brokerAway: readonly AwayRow[];
  /** What restricted trading, or ceased to. */
  readonly trading: readonly TradingRow[];
  /** What was asked for by hand. */
  readonly commands: readonly CommandRow[];
  /** Comparisons of book and broker: all, those that matched, those that were incomplete. */
  readonly comparisons: number;
  readonly matched: number;
  readonly incomplete: number;
  readonly openBreaks: number;
  /** What a person did or what nobody asked for. */
  readonly manualExits: number;
  readonly stopsMoved: number;
  readonly stopsWidened: number;
  readonly adoptions: number;
}

/** A job that begins within this time is on time: no clock and no machine is exact. */
const LATE_MS = 5_000;

export function pipelineTotals(
  runs: readonly RunRecord[],
  today: readonly JournalEvent[],
): PipelineTotals {
  const scans = runs.filter(({ job }) => job === 'scan');
  const completed = today.filter((event) => event.type === 'scan.completed');
  const counts = { ...NO_COUNTS };
  for (const { counts: own } of scans) {
    for (const name of Object.keys(counts) as (keyof RunCounts)[]) counts[name] += own[name];
  }
  return {
    scans: scans.length,
    failed: scans.filter(({ status }) => status === 'failed').length,
    counts,
    excluded: totalOf(completed.map(({ excluded }) => excluded)),
    ineligible: totalOf(completed.map(({ ineligible }) => ineligible)),
    denials: totalOf(scans.map(({ denials }) => denials)),
  };
}

function totalOf(rows: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const row of rows) {
    for (const [name, n] of Object.entries(row)) totals[name] = (totals[name] ?? 0) + n;
  }
  return totals;
}

/** What happens by the thousand, and says nothing of the machine. */
const OF_ORDERS: ReadonlySet<JournalEvent['type']> = new Set([
  'order.submitted',
  'order.acknowledged',
  'fill.recorded',
  'commission.recorded',
  'trade.opened',
  'trade.closed',
]);

export function operationsOf(
  runs: readonly RunRecord[],
  events: readonly JournalEvent[],
  breaks: readonly Break[],
  closedTrades: readonly TradeRecord[],
): Operations {
  const today = events.filter(({ type }) => !OF_ORDERS.has(type));
  const of = <T extends JournalEvent['type']>(type: T) =>
    today.filter((event): event is EventOf<T> => event.type === type);
  const jobs = runs.filter(({ job }) => job !== 'report');
  const compared = of('reconcile.completed');
  const moved = of('stop.moved');
  const protection = protectionRows(today);
  return {
    jobsDone: jobs.filter(({ status }) => status !== 'failed' && status !== 'running').length,
    jobsFailed: jobs.filter(({ status }) => status === 'failed').length,
    jobsMissed: of('slot.missed').length,
    jobsLate: of('slot.claimed').filter(({ lateMs = 0 }) => lateMs > LATE_MS).length,
    alerts: totalOf(
      of('alert.raised').flatMap(({ level, code }) => (level === 'info' ? [] : [{ [code]: 1 }])),
    ),
    configChanges: of('config.changed').map(({ at, keys }) => ({ at: isoUtc(at), keys })),
    protectionBreaches: protection.length,
    uncoveredMs: of('protection.restored').reduce((all, { uncoveredMs }) => all + uncoveredMs, 0),
    protection,
    daemonStarts: of('daemon.state_changed').filter(({ to }) => to === 'running').length,
    brokerAway: awayRows(of('broker.session_changed')),
    trading: tradingRows(today),
    commands: commandRows(today),
    comparisons: compared.length,
    matched: compared.filter(({ complete, discrepancies: d }) => complete && d.length === 0).length,
    incomplete: compared.filter(({ complete }) => !complete).length,
    openBreaks: openBreaks(breaks).length,
    manualExits: closedTrades.filter(({ exitReason }) => exitReason === 'manual').length,
    stopsMoved: moved.length,
    stopsWidened: moved.filter((event) => event.new < event.old).length,
    adoptions: of('discrepancy.adopted').length,
  };
}

/** Breaches with what ended them, in the order they began. */
function protectionRows(today: readonly JournalEvent[]): ProtectionRow[] {
  const rows: ProtectionRow[] = [];
  const open = new Map<string, number>();
  for (const event of today) {
    if (event.type === 'protection.breached') {
      const { symbol, at, state, owned, cover, action } = event;
      const known = open.get(symbol);
      if (known === undefined) {
        open.set(symbol, rows.length);
        const began = { symbol, from: isoUtc(at), to: null, uncoveredMs: null };
        rows.push({ ...began, state, owned, cover, action });
      } else rows[known] = { ...(rows[known] as ProtectionRow), state, action };
    } else if (event.type === 'protection.restored') {
      const { symbol, at, state, owned, cover, uncoveredMs } = event;
      const known = open.get(symbol);
      const ended = { to: isoUtc(at), uncoveredMs };
      open.delete(symbol);
      if (known === undefined) {
        rows.push({ symbol, from: null, state, owned, cover, action: null, ...ended });
      } else rows[known] = { ...(rows[known] as ProtectionRow), ...ended };
    }
  }
  return rows;
}

function awayRows(changes: readonly EventOf<'broker.session_changed'>[]): AwayRow[] {
  const rows: AwayRow[] = [];
  let since: EventOf<'broker.session_changed'> | null = null;
  const end = (at: EpochMs | null, state: string, window: string) => {
    const from = since?.at ?? null;
    rows.push({
      window,
      state,
      from: from === null ? null : isoUtc(from),
      to: at === null ? null : isoUtc(at),
      ms: from === null || at === null ? null : at - from,
    });
  };
  for (const change of changes) {
    if (change.from !== 'open') end(change.at, change.from, since?.window ?? '');
    since = change.to === 'open' ? null : change;
  }
  if (since !== null) end(null, since.to, since.window);
  return rows;
}

function tradingRows(today: readonly JournalEvent[]): TradingRow[] {
  return today.flatMap((event): TradingRow[] => {
    const at = isoUtc(event.at);
    if (event.type === 'link.changed' && event.from !== null) {
      const { from, to, cause } = event;
      return [{ at, source: 'line to the broker', from, to, cause }];
    }
    if (event.type === 'trading_state.changed') {
      const { source, detail, from, to, cause } = event;
      return [{ at, source: `${source} ${detail}`.trim(), from, to, cause }];
    }
    if (event.type === 'kill.engaged') {
      return [{ at, source: 'kill switch', from: 'off', to: 'engaged', cause: event.cause }];
    }
    if (event.type === 'kill.cleared') {
      return [{ at, source: 'kill switch', from: 'engaged', to: 'off', cause: event.cause }];
    }
    return [];
  });
}

function commandRows(today: readonly JournalEvent[]): CommandRow[] {
  const results = new Map<string, string>();
  for (const event of today) {
    if (event.type === 'command.done') results.set(event.requestId, event.result);
    if (event.type === 'command.failed') {
      results.set(event.requestId, `${event.code}: ${event.message}`);
    }
  }
  return today.flatMap((event) =>
    event.type === 'command.received'
      ? [
          {
            at: isoUtc(event.at),
            command: event.command,
            symbols: event.symbols,
            principal: event.principal,
            result: results.get(event.requestId) ?? null,
          },
        ]
      : [],
  );
}
