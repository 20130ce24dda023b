import { add, type Micros, timesQuantity, ZERO } from '../domain/money.ts';
import type { Fate } from '../domain/reason.ts';
import type { Mode, RunStatus } from '../domain/run.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { type ScoredCandidate, scoredCandidates } from '../events/scored-candidates.ts';
import { type FillInForce, FillsInForce } from '../ledger/fills-in-force.ts';

/** A candidate of a run, as the journal tells what became of it. */
export interface ParityRow {
  readonly symbol: string;
  readonly rank: number;
  readonly activity: number;
  readonly score: number;
  readonly referencePrice: Micros;
  readonly atr: Micros;
  readonly fate: Fate;
  readonly sized: number | null;
  readonly limitPrice: Micros | null;
  readonly stopPrice: Micros | null;
  readonly approved: number;
  /** Codes of the guards that said something, in their order. */
  readonly reasons: readonly string[];
  readonly entryRef: string | null;
}

/** What the account was worth, and what it held, when a run began. */
export interface ParityState {
  readonly equity: Micros;
  readonly cash: Micros;
  readonly intensity: number;
  /** "AAPL 120", by symbol. */
  readonly positions: readonly string[];
}

/** One run of a side. */
export interface ParityRun {
  readonly runId: string;
  readonly session: SessionDate;
  readonly slot: string;
  readonly asOf: EpochMs;
  readonly mode: Mode;
  readonly configHash: string;
  readonly version: string;
  /** The market behind it; null where the journal does not say. */
  readonly dataLabel: string | null;
  readonly status: RunStatus;
  /** Symbols with a bar; null where nothing was scanned. */
  readonly universe: number | null;
  readonly tableHash: string | null;
  readonly signalHash: string | null;
  readonly decisionHash: string | null;
  readonly state: ParityState | null;
  readonly rows: ReadonlyMap<string, ParityRow>;
}

/** Two runs of the same slot of the same session; or one that the other side does not have. */
export interface RunPair {
  readonly session: string;
  readonly slot: string;
  readonly a: ParityRun | null;
  readonly b: ParityRun | null;
}

/** How an order that bought nothing ended, in its own words. */
export type OrderEnds = ReadonlyMap<string, string>;

/** What one entry bought: shares, and their mean price in dollars. */
export interface Bought {
  readonly quantity: number;
  readonly price: number;
}

/** One of the two that are compared: its runs in order, and what came of their orders. */
export interface ParitySide {
  /** How reports name it. */
  readonly label: string;
  readonly runs: readonly ParityRun[];
  readonly ends: OrderEnds;
  /** By the reference of the order that bought. */
  readonly bought: ReadonlyMap<string, Bought>;
  /** By the reference of their entry. */
  readonly trades: ReadonlyMap<string, TradeRecord>;
}

type Draft = { -readonly [K in keyof ParityRun]: ParityRun[K] } & { rows: Map<string, ParityRow> };

/** Gathers a side from its journal, event by event. */
export class ParityFold {
  readonly #runs = new Map<string, Draft>();
  readonly #ends = new Map<string, string>();
  readonly #fills = new FillsInForce();
  #state: ParityState | null = null;

  hear(event: JournalEvent): void {
    this.#fills.add(event);
    if (event.type === 'account.marked') this.#state = stateOf(event);
    if (event.type === 'run.started' && event.job === 'scan') this.#start(event);
    if (isEnd(event)) this.#ends.set(event.orderRef, endText(event));
    const run = event.runId === null ? undefined : this.#runs.get(event.runId);
    if (run !== undefined) tell(run, event);
  }

  /** All that was heard, with the trades that came of it. */
  side(label: string, trades: readonly TradeRecord[]): ParitySide {
    return {
      label,
      runs: [...this.#runs.values()],
      ends: this.#ends,
      bought: boughtBy(this.#fills.all()),
      trades: new Map(trades.map((trade) => [trade.entryRef, trade])),
    };
  }

  #start(event: EventOf<'run.started'>): void {
    const { session, slot, asOf, mode, configHash, version } = event;
    const runId = event.runId ?? '';
    this.#runs.set(runId, {
      runId,
      session,
      slot,
      asOf,
      mode,
      configHash,
      version,
      dataLabel: event.dataLabel ?? null,
      status: 'running',
      universe: null,
      tableHash: null,
      signalHash: null,
      decisionHash: null,
      state: this.#state,
      rows: new Map(),
    });
  }
}

/** Mean prices are rounded to a millionth of a dollar, as a trade's are. */
function boughtBy(fills: readonly FillInForce[]): ReadonlyMap<string, Bought> {
  const sums = new Map<string, { quantity: number; value: Micros }>();
  for (const { orderRef, side, quantity, price } of fills) {
    if (side !== 'buy') continue;
    const before = sums.get(orderRef) ?? { quantity: 0, value: ZERO };
    sums.set(orderRef, {
      quantity: before.quantity + quantity,
      value: add(before.value, timesQuantity(price, quantity)),
    });
  }
  return new Map(
    [...sums].map(([orderRef, { quantity, value }]) => [
      orderRef,
      { quantity, price: Math.round(value / quantity) / 1e6 },
    ]),
  );
}

function stateOf({ equity, cash, intensity, marks }: EventOf<'account.marked'>): ParityState {
  const positions = marks.map(({ symbol, quantity }) => `${symbol} ${quantity}`).sort();
  return { equity, cash, intensity, positions };
}

function tell(run: Draft, event: JournalEvent): void {
  switch (event.type) {
    case 'scan.completed':
      run.universe = event.universe;
      run.tableHash = event.tableHash;
      return;
    case 'candidates.scored':
    case 'candidate.scored':
      for (const scored of scoredCandidates(event)) run.rows.set(scored.symbol, rowOf(scored));
      return;
    case 'intent.sized':
      change(run, event.symbol, {
        sized: event.quantity,
        limitPrice: event.limitPrice,
        stopPrice: event.stopPrice,
      });
      return;
    case 'intent.denied':
      change(run, event.symbol, { reasons: event.reasons.map(({ code }) => code) });
      return;
    case 'intent.approved':
      change(run, event.symbol, {
        approved: event.approved,
        reasons: event.reasons.map(({ code }) => code),
        entryRef: event.entryRef,
      });
      return;
    case 'run.completed':
      run.status = event.status;
      run.signalHash = event.signalHash;
      run.decisionHash = event.decisionHash;
      return;
    case 'run.failed':
      run.status = 'failed';
      return;
    default:
      return;
  }
}

const rowOf = (scored: ScoredCandidate): ParityRow => ({
  symbol: scored.symbol,
  rank: scored.rank,
  activity: scored.activity,
  score: scored.score,
  referencePrice: scored.referencePrice,
  atr: scored.atr,
  fate: scored.fate,
  sized: null,
  limitPrice: null,
  stopPrice: null,
  approved: 0,
  reasons: [],
  entryRef: null,
});

function change(run: Draft, symbol: string, changes: Partial<ParityRow>): void {
  const row = run.rows.get(symbol);
  if (row !== undefined) run.rows.set(symbol, { ...row, ...changes });
}

type End = EventOf<'order.expired' | 'order.cancelled' | 'order.rejected' | 'order.denied'>;

const isEnd = (event: JournalEvent): event is End =>
  event.type === 'order.expired' ||
  event.type === 'order.cancelled' ||
  event.type === 'order.rejected' ||
  event.type === 'order.denied';

const endText = (event: End): string =>
  `${event.type.slice('order.'.length)}: ${'cause' in event ? event.cause : event.code}`;
