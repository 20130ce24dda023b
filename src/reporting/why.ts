import type { RunRecord } from '../domain/run.ts';
import { isoUtc } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { amount, money, multiple, plural, price } from './format.ts';
import { type CandidateStory, candidatesOf } from './why-candidate.ts';
import { type OrderStory, type OrderTale, type Step, taleOfOrders } from './why-orders.ts';
import { protectionSteps } from './why-protection.ts';
import { totalWords } from './why-words.ts';

/** What a run scanned; null counts and hash where its scan did not complete. */
export interface ScanStory {
  readonly rule: string;
  readonly universe: number;
  readonly excluded: Readonly<Record<string, number>>;
  readonly ineligible: Readonly<Record<string, number>>;
  readonly tableHash: string;
  readonly warnings: readonly string[];
}

/** The whole of one run. */
export interface RunStory {
  readonly kind: 'run';
  readonly run: RunRecord;
  /** What its end says of it: that nothing was sent, why it was skipped; null for nothing. */
  readonly note: string | null;
  readonly scan: ScanStory | null;
  /** Every candidate that the journal names, best first. */
  readonly candidates: readonly CandidateStory[];
  /** Orders that are no entry of a candidate: exits that a strategy asked for. */
  readonly exits: readonly OrderStory[];
  /** What a run of another job wrote down. */
  readonly steps: readonly Step[];
}

/** One symbol in one run. */
export interface SymbolInRun {
  readonly run: RunRecord;
  /** Null where the journal does not name the symbol. */
  readonly candidate: CandidateStory | null;
  /** What can be said of a symbol that is not named, a sentence each. */
  readonly absence: readonly string[];
}

/** One round trip, from the run that scanned it to its exit. */
export interface TradeStory extends OrderTale {
  readonly kind: 'trade';
  readonly trade: TradeRecord;
  /** Null where the journal does not say which run decided it. */
  readonly origin: SymbolInRun | null;
  /** What it came to, a sentence each. */
  readonly result: readonly string[];
}

/** One symbol in one session. */
export interface SymbolStory {
  readonly kind: 'symbol';
  readonly symbol: string;
  readonly session: string;
  readonly runs: readonly SymbolInRun[];
  /** Trades that were open in the session, however short. */
  readonly trades: readonly TradeStory[];
  /** Orders of the session that belong to no trade. */
  readonly others: OrderTale;
  /** Where nothing is known of the symbol: those the session names that are spelled like it. */
  readonly near: readonly string[];
}

export type Story = RunStory | SymbolStory | TradeStory;

/**
 * The story of a run. `events` are its own, what was written while it ran, and what came after it
 * about its orders.
 */
export function storyOfRun(run: RunRecord, events: readonly JournalEvent[]): RunStory {
  const own = events.filter(({ runId }) => runId === run.runId);
  const { orders } = taleOfOrders(events);
  const candidates = candidatesOf(own, byRef(orders));
  const sentHere = new Set(
    own.flatMap((event) => (event.type === 'order.submitted' ? [event.orderRef] : [])),
  );
  return {
    kind: 'run',
    run,
    note: noteOf(own),
    scan: scanOf(own),
    candidates,
    exits: orders.filter(({ leg, orderRef }) => leg === 'exit' && sentHere.has(orderRef)),
    steps: events.flatMap(jobStep),
  };
}

const byRef = (orders: readonly OrderStory[]): ReadonlyMap<string, OrderStory> =>
  new Map(orders.map((order) => [order.orderRef, order]));

function scanOf(events: readonly JournalEvent[]): ScanStory | null {
  const scan = events.find((event) => event.type === 'scan.completed');
  if (scan === undefined) return null;
  const { rule, universe, excluded, ineligible, tableHash, warnings } = scan;
  return { rule, universe, excluded, ineligible, tableHash, warnings };
}

/** What jobs other than a scan leave in the journal. */
function jobStep(event: JournalEvent): Step[] {
  const text = jobText(event);
  if (text === null) return [];
  const { seq, at, type } = event;
  return [{ seq, at: isoUtc(at), event: type, orderRef: null, leg: null, text }];
}

function jobText(event: JournalEvent): string | null {
  switch (event.type) {
    case 'reconcile.completed':
      return reconcileText(event);
    case 'report.written':
      return `${event.period} report written: ${event.path}`;
    case 'alert.raised':
      return `${event.level} ${event.code}: ${event.message}`;
    default:
      return null;
  }
}

function noteOf(own: readonly JournalEvent[]): string | null {
  const end = own.find((event) => event.type === 'run.completed');
  return end?.type === 'run.completed' ? end.note : null;
}

function reconcileText({ complete, compared, discrepancies }: EventOf<'reconcile.completed'>) {
  const found = discrepancies.map(
    ({ kind, symbol, orderRef, book, statement }) =>
      `${kind} ${orderRef ?? symbol ?? ''}: book ${book ?? 'none'}, broker ${statement ?? 'none'}`,
  );
  const head = `${complete ? 'compared' : 'compared as far as the broker answered'} ${plural(compared, 'item')} with the broker`;
  return [`${head}, ${plural(found.length, 'difference')}`, ...found].join('; ');
}

/**
 * One symbol in one run. `trades` are those of the symbol, `own` the events of the run, `recounted` what a
 * recomputation of its scan said of a symbol that the journal does not name.
 */
export function symbolInRun(
  symbol: string,
  run: RunRecord,
  own: readonly JournalEvent[],
  orders: readonly OrderStory[],
  trades: readonly TradeRecord[],
  recounted: readonly string[] = [],
): SymbolInRun {
  const candidates = candidatesOf(own, byRef(orders));
  const candidate = candidates.find((known) => known.symbol === symbol) ?? null;
  const absence =
    candidate === null ? absenceText(symbol, run, scanOf(own), candidates.length, trades) : [];
  return { run, candidate, absence: candidate === null ? [...absence, ...recounted] : [] };
}

/** Only counts are journalled for symbols that were not ranked near the top. */
function absenceText(
  symbol: string,
  run: RunRecord,
  scan: ScanStory | null,
  named: number,
  trades: readonly TradeRecord[],
): string[] {
  if (scan === null) {
    const why = run.error === null ? '' : `: ${run.error}`;
    return [`This run is ${run.status} and has no scan${why}.`];
  }
  const held = trades.find(
    ({ entryAt, exitAt }) => entryAt < run.startedAt && (exitAt === null || exitAt > run.startedAt),
  );
  if (held !== undefined && (scan.ineligible.held ?? 0) > 0) {
    return [`${symbol} was held since ${held.entrySession}; what is held is not entered again.`];
  }
  const { found, scored } = run.counts;
  const left = scored - named;
  const below = left > 0 ? ` ${left} scored below the ${named} named.` : '';
  return [
    `The journal names ${plural(named, 'candidate')} for this run; ${symbol} is not among them.`,
    ...cooling(trades, run, scan),
    `The scan looked at ${plural(scan.universe, 'symbol')}. Left out: ${totalWords(scan.universe - found, scan.excluded)}.`,
    `Of the ${found} found, not eligible: ${totalWords(found - scored, scan.ineligible)}.${below}`,
    `Of these the journal keeps counts, and the digest ${scan.tableHash.slice(0, 12)} of the whole score table; which of them ${symbol} was can be recomputed only from the same data.`,
  ];
}

/** A symbol that was left by its stop is not entered again for some sessions. */
function cooling(trades: readonly TradeRecord[], run: RunRecord, scan: ScanStory): string[] {
  const last = trades.findLast(({ exitAt }) => exitAt !== null && exitAt <= run.startedAt);
  const byStop = last?.exitReason === 'stop' || last?.exitReason === 'trail';
  if (last === undefined || !byStop || (scan.ineligible.cooling_down ?? 0) === 0) return [];
  return [
    `Its last trade was left by ${last.exitReason} in the session ${last.exitSession}: it may be among those cooling down.`,
  ];
}

/**
 * The story of a trade. `events` are all about its symbol from its run on; orders of other trades
 * are left out.
 */
export function storyOfTrade(
  trade: TradeRecord,
  origin: SymbolInRun | null,
  events: readonly JournalEvent[],
): TradeStory {
  const tale = taleOfOrders(events);
  const orders = tale.orders.filter((order) => belongs(order, trade, tale.steps));
  const refs = new Set(orders.map(({ orderRef }) => orderRef));
  const steps = [
    ...tale.steps.filter(({ orderRef }) => orderRef !== null && refs.has(orderRef)),
    ...events.flatMap((event) => splitStep(event, trade)),
    ...protectionSteps(events, trade),
  ].sort((a, b) => a.seq - b.seq);
  return { kind: 'trade', trade, origin, orders, steps, result: resultText(trade) };
}

/** The bracket itself, and whatever sold or protected its shares while it was open. */
function belongs(order: OrderStory, trade: TradeRecord, steps: readonly Step[]): boolean {
  if (order.orderRef === trade.entryRef || order.parentRef === trade.entryRef) return true;
  // A broker that stamps sales in whole seconds may have made this one before we sent it, by our clock.
  if (order.orderRef === trade.exitRef) return true;
  if (order.leg === 'entry' || order.parentRef !== null || order.symbol !== trade.symbol) {
    return false;
  }
  const first = steps.find(({ orderRef }) => orderRef === order.orderRef)?.at ?? '';
  return first >= trade.entryAt && (trade.exitAt === null || first <= trade.exitAt);
}

function splitStep(event: JournalEvent, trade: TradeRecord): Step[] {
  if (event.type !== 'split.applied' || event.symbol !== trade.symbol) return [];
  const at = isoUtc(event.at);
  if (at < trade.entryAt || (trade.exitAt !== null && at > trade.exitAt)) return [];
  const text = `split ${event.ratio} for 1: ${event.quantityBefore} to ${event.quantityAfter} shares`;
  return [{ seq: event.seq, at, event: event.type, orderRef: null, leg: null, text }];
}

function resultText(trade: TradeRecord): string[] {
  const { quantity, entryPrice, exitPrice, stop } = trade;
  if (trade.status === 'open') {
    const protection = stop === null ? 'no stop is known' : `the stop is at ${price(stop)}`;
    return [`Open: ${plural(quantity, 'share')} at ${price(entryPrice)}; ${protection}.`];
  }
  const { grossPnl, commission, netPnl } = trade;
  const sums = `Gross ${money(grossPnl)}, commission ${commission === null ? 'not known yet' : money(-commission)}, net ${money(netPnl)}.`;
  const excursion =
    trade.mae === null || trade.mfe === null
      ? []
      : [
          `Worst ${money(trade.mae)} (${multiple(trade.maeR)} R), best ${money(trade.mfe)} (${multiple(trade.mfeR)} R) on the way, on ${trade.resolution ?? 'unknown'} bars.`,
        ];
  return [
    `${plural(quantity, 'share')} from ${price(entryPrice)} to ${price(exitPrice)}, left by ${trade.exitReason ?? 'unknown'}.`,
    sums,
    ...riskText(trade),
    ...excursion,
  ];
}

function riskText({ entryPrice, initialStop, quantity, rMultiple }: TradeRecord): string[] {
  if (initialStop === null || rMultiple === null) return [];
  const risk = amount((entryPrice - initialStop) * quantity);
  return [
    `R ${multiple(rMultiple)} = net / ${risk}, the loss had the initial stop ${price(initialStop)} filled at its price.`,
  ];
}

/** The story of a symbol in a session. `events` are all about it from the first of its runs on. */
export function storyOfSymbol(
  symbol: string,
  session: string,
  runs: readonly SymbolInRun[],
  trades: readonly TradeStory[],
  events: readonly JournalEvent[],
  near: readonly string[],
): SymbolStory {
  const tale = taleOfOrders(events);
  const taken = new Set(trades.flatMap(({ orders }) => orders.map(({ orderRef }) => orderRef)));
  const ofSession = new Set(
    events.flatMap((event) =>
      event.type === 'order.submitted' && event.session === session ? [event.orderRef] : [],
    ),
  );
  const isOther = (orderRef: string) => ofSession.has(orderRef) && !taken.has(orderRef);
  return {
    kind: 'symbol',
    symbol,
    session,
    runs,
    trades,
    near,
    others: {
      orders: tale.orders.filter(({ orderRef }) => isOther(orderRef)),
      steps: tale.steps.filter(({ orderRef }) => orderRef !== null && isOther(orderRef)),
    },
  };
}
