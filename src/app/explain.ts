import type { LoadedConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import { parseSymbol } from '../domain/market.ts';
import type { RunRecord } from '../domain/run.ts';
import { dateToUtcMs, HOUR_MS, parseInstant, type SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { JournalEvent } from '../events/event.ts';
import { scoredCandidates } from '../events/scored-candidates.ts';
import type { HistoryReader } from '../ports/history.ts';
import {
  type RunStory,
  type Story,
  type SymbolInRun,
  type SymbolStory,
  storyOfRun,
  storyOfSymbol,
  storyOfTrade,
  symbolInRun,
  type TradeStory,
} from '../reporting/why.ts';
import { taleOfOrders } from '../reporting/why-orders.ts';
import { nearMatches } from './near-matches.ts';
import { all, recordsOf } from './records.ts';
import { recount } from './recount.ts';

/**
 * The story of a run by its id, of a trade by its id or the name of one of its orders, or of a
 * symbol in a session, by default the last one with a scan. Throws RECORD_UNKNOWN with what is near.
 */
export async function explain(
  home: string,
  subject: string,
  date: SessionDate | undefined,
  config: () => Promise<LoadedConfig>,
): Promise<Story> {
  const reader = recordsOf(home);
  const symbol = parseSymbol(subject);
  if (symbol !== null) {
    const again: Recounter = async (run) =>
      recount({ home, loaded: await config(), reader, run, symbol });
    return explainSymbol(reader, symbol, date, again);
  }
  if (date !== undefined) {
    throw new Failure('USAGE', `a date goes with a symbol, not with ${subject}`, {
      hint: `trade-labs why ${subject}`,
    });
  }
  const [run] = await all(reader.runs({ runId: subject }));
  if (run !== undefined) return explainRun(reader, run);
  const trade = await findTrade(reader, subject);
  if (trade !== null) return explainTrade(reader, trade);
  const order = orderName(subject);
  const session = order === null ? undefined : await sessionOfOrder(reader, order, subject);
  if (order !== null && session !== undefined) {
    return explainSymbol(reader, order.symbol, session);
  }
  throw await unknown(reader, subject);
}

/** What a second computation of a run's scan says of the symbol. */
type Recounter = (run: RunRecord) => Promise<readonly string[]>;

/** "2026-03-05/scan-open/AAPL/entry/1" taken apart; null for another text. */
function orderName(text: string): { readonly session: string; readonly symbol: string } | null {
  const match = /^(\d{4}-\d{2}-\d{2})\/[^/]+\/(.+)\/[a-z]+\/\d+$/.exec(text);
  return match === null ? null : { session: match[1] as string, symbol: match[2] as string };
}

/** The trade of this id, or the one that an order of this name opened, protected or closed. */
async function findTrade(reader: HistoryReader, name: string): Promise<TradeRecord | null> {
  const order = orderName(name);
  const query = order === null ? {} : { symbol: order.symbol };
  for await (const trade of reader.trades(query)) {
    const { tradeId, entryRef, stopRef, exitRef } = trade;
    if ([tradeId, entryRef, stopRef, exitRef].includes(name)) return trade;
  }
  return null;
}

/** The session of an order that became no trade; undefined for one the journal does not know. */
async function sessionOfOrder(
  reader: HistoryReader,
  { session, symbol }: { readonly session: string; readonly symbol: string },
  name: string,
): Promise<SessionDate | undefined> {
  const [first] = await scansOf(reader, session);
  if (first === undefined) return undefined;
  const about = await eventsAbout(reader, symbol, await firstSeqOf(reader, first.runId), {
    until: dayAfter(session),
    trades: [],
  });
  const sent = about.find((event) => event.type === 'order.submitted' && event.orderRef === name);
  return sent?.type === 'order.submitted' ? sent.session : undefined;
}

async function explainRun(reader: HistoryReader, run: RunRecord): Promise<RunStory> {
  const own = await all(reader.events({ runId: run.runId }));
  const [first, last] = [own[0]?.seq, own.at(-1)?.seq];
  if (first === undefined || last === undefined) return storyOfRun(run, own);
  const refs = new Set(
    own.flatMap((event) => (event.type === 'order.submitted' ? [event.orderRef] : [])),
  );
  const execIds = new Set<string>();
  const besides: JournalEvent[] = [];
  for await (const event of reader.events({ fromSeq: first })) {
    if (event.seq > last && (refs.size === 0 || event.at > dayAfter(run.session))) break;
    if (event.runId === run.runId) continue;
    if (event.type === 'fill.recorded' && refs.has(event.orderRef)) execIds.add(event.execId);
    const isOfOurs =
      ('orderRef' in event && event.orderRef !== null && refs.has(event.orderRef)) ||
      (event.type === 'commission.recorded' && execIds.has(event.execId));
    if (isOfOurs || (run.job !== 'scan' && event.seq < last)) besides.push(event);
  }
  return storyOfRun(
    run,
    [...own, ...besides].sort((a, b) => a.seq - b.seq),
  );
}

async function explainTrade(reader: HistoryReader, trade: TradeRecord): Promise<TradeStory> {
  const [run] = trade.runId === '' ? [] : await all(reader.runs({ runId: trade.runId }));
  const own = run === undefined ? [] : await all(reader.events({ runId: run.runId }));
  const events = await eventsAbout(reader, trade.symbol, own[0]?.seq ?? 1, {
    until: Number.NEGATIVE_INFINITY,
    trades: [trade],
  });
  const { orders } = taleOfOrders(events);
  const origin = run === undefined ? null : symbolInRun(trade.symbol, run, own, orders, [trade]);
  return storyOfTrade(trade, origin, events);
}

async function explainSymbol(
  reader: HistoryReader,
  symbol: string,
  date: SessionDate | undefined,
  again: Recounter = () => Promise.resolve([]),
): Promise<SymbolStory> {
  const session = date ?? (await lastScanSession(reader));
  const scans = session === undefined ? [] : await scansOf(reader, session);
  if (session === undefined || scans.length === 0) throw await noScan(reader, symbol, session);
  const past = await all(reader.trades({ symbol, until: session }));
  const trades = past.filter(({ exitSession }) => exitSession === null || exitSession >= session);
  const runs = await Promise.all(
    scans.map(async (run) => ({ run, own: await all(reader.events({ runId: run.runId })) })),
  );
  const starts = await Promise.all(trades.map(({ runId }) => firstSeqOf(reader, runId)));
  const from = Math.min(...starts, runs[0]?.own[0]?.seq ?? 1);
  const events = await eventsAbout(reader, symbol, from, { until: dayAfter(session), trades });
  const { orders } = taleOfOrders(events);
  const inRuns: SymbolInRun[] = [];
  for (const { run, own } of runs) {
    const named = symbolInRun(symbol, run, own, orders, past);
    // One sentence is a certainty (held, no scan); more are counts that leave the question open.
    const counted = named.absence.length > 1 ? await again(run) : [];
    inRuns.push(symbolInRun(symbol, run, own, orders, past, counted));
  }
  const stories = trades.map((trade) => storyOfTrade(trade, originOf(trade, inRuns), events));
  const isKnown = events.length > 0 || past.length > 0;
  const near = isKnown ? [] : nearMatches(symbol, namedIn(runs.flatMap(({ own }) => own)));
  return storyOfSymbol(symbol, session, inRuns, stories, events, near);
}

/** The symbols that runs named. */
const namedIn = (events: readonly JournalEvent[]): string[] => [
  ...new Set(events.flatMap(scoredCandidates).map(({ symbol }) => symbol)),
];

const originOf = (trade: TradeRecord, runs: readonly SymbolInRun[]): SymbolInRun | null =>
  runs.find(({ run }) => run.runId === trade.runId) ?? null;

/** Scans of a session, in the order they began. */
async function scansOf(reader: HistoryReader, session: string): Promise<RunRecord[]> {
  const runs = await all(reader.runs({ since: session, until: session }));
  return runs.filter(({ job }) => job === 'scan');
}

/** Runs looked through for the last scan before all of them are. */
const RECENT_RUNS = 200;

async function lastScanSession(reader: HistoryReader): Promise<SessionDate | undefined> {
  for (const query of [{ last: RECENT_RUNS }, {}]) {
    const runs = await all(reader.runs(query));
    const scan = runs.findLast(({ job }) => job === 'scan');
    if (scan !== undefined) return scan.session as SessionDate;
    if (runs.length < RECENT_RUNS) return undefined;
  }
  return undefined;
}

/** The number of a run's first event; that of the journal's for one it does not have. */
async function firstSeqOf(reader: HistoryReader, runId: string): Promise<number> {
  if (runId === '') return 1;
  for await (const { seq } of reader.events({ runId })) return seq;
  return 1;
}

/** Midday (UTC) after a session: by then all that is said of its orders has been said. */
const dayAfter = (session: string): number => dateToUtcMs(session as SessionDate) + 36 * HOUR_MS;

/** How far to read: to an instant, and until these trades are closed. */
interface Extent {
  readonly until: number;
  readonly trades: readonly TradeRecord[];
}

/** Every event about a symbol, its orders and their executions, from an event on. */
async function eventsAbout(
  reader: HistoryReader,
  symbol: string,
  fromSeq: number,
  { until, trades }: Extent,
): Promise<JournalEvent[]> {
  const refs = new Set<string>();
  const execIds = new Set<string>();
  const open = new Set(trades.map(({ tradeId }) => tradeId));
  const lastKnown = lastInstantOf(trades, until);
  const found: JournalEvent[] = [];
  for await (const event of reader.events({ fromSeq })) {
    if (event.at > lastKnown && open.size === 0) break;
    if (!isAbout(event, symbol, refs, execIds)) continue;
    found.push(event);
    if ('orderRef' in event && event.orderRef !== null) refs.add(event.orderRef);
    if (event.type === 'fill.recorded') execIds.add(event.execId);
    if (event.type === 'trade.closed') open.delete(event.tradeId);
  }
  return found;
}

/** Where reading may end once nothing is open: the last exit, or the instant asked for. */
function lastInstantOf(trades: readonly TradeRecord[], until: number): number {
  const exits = trades.map(({ exitAt }) => (exitAt === null ? null : parseInstant(exitAt)));
  return Math.max(until, ...exits.map((at) => at ?? Number.NEGATIVE_INFINITY));
}

function isAbout(
  event: JournalEvent,
  symbol: string,
  refs: ReadonlySet<string>,
  execIds: ReadonlySet<string>,
): boolean {
  if ('symbol' in event) return event.symbol === symbol;
  if (event.type === 'commission.recorded') return execIds.has(event.execId);
  return 'orderRef' in event && refs.has(event.orderRef);
}

const DEMO = 'trade-labs demo runs a whole session here';

async function noScan(
  reader: HistoryReader,
  symbol: string,
  session: SessionDate | undefined,
): Promise<Failure> {
  const recent = await all(reader.runs({ last: RECENT_RUNS }));
  if (recent.length === 0 || session === undefined) {
    return new Failure('RECORD_UNKNOWN', `nothing is known of ${symbol}: no scan ran yet`, {
      hint: DEMO,
    });
  }
  const sessions = [
    ...new Set(recent.filter(({ job }) => job === 'scan').map((run) => run.session)),
  ];
  return new Failure('RECORD_UNKNOWN', `no scan ran in the session ${session}`, {
    details: [`sessions with scans: ${sessions.slice(-5).join(', ')}`],
    hint: `trade-labs why ${symbol} ${sessions.at(-1) ?? ''}`.trimEnd(),
  });
}

async function unknown(reader: HistoryReader, subject: string): Promise<Failure> {
  const runs = await all(reader.runs({ last: RECENT_RUNS }));
  const trades = await all(reader.trades({ last: RECENT_RUNS }));
  if (runs.length === 0 && trades.length === 0) {
    return new Failure('RECORD_UNKNOWN', `no run or trade ${subject}: nothing ran here yet`, {
      hint: DEMO,
    });
  }
  const names = new Set([
    ...trades.map(({ symbol }) => symbol),
    ...runs.map(({ runId }) => runId).reverse(),
    ...trades.map(({ tradeId }) => tradeId).reverse(),
  ]);
  const near = nearMatches(subject, [...names]);
  return new Failure('RECORD_UNKNOWN', `no run, trade or symbol ${subject}`, {
    details: near.length === 0 ? [] : [`near: ${near.join(', ')}`],
    hint: near[0] === undefined ? 'trade-labs runs lists runs' : `trade-labs why ${near[0]}`,
  });
}
