import { GatedBroker } from '../app/gated-broker.ts';
import { OrderDesk } from '../app/order-desk.ts';
import { exitPartsOf } from '../app/parts.ts';
import { Protector } from '../app/protector.ts';
import type { Symbol } from '../domain/market.ts';
import { type Micros, usd, ZERO } from '../domain/money.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { Book } from '../ledger/book.ts';
import type { CandidateDecision } from '../pipeline/decide.ts';
import type { ExecutionContext } from '../pipeline/execute.ts';
import type { Broker } from '../ports/broker.ts';
import type { History } from '../ports/history.ts';
import type { EntrySettings } from '../risk/limits.ts';

/** What a rehearsal is made of. */
export interface RehearsalParts {
  readonly book: Book;
  readonly history: History;
  readonly broker: Broker;
  readonly now: () => EpochMs;
  readonly graceMs: number;
  readonly isHalted?: (symbol: Symbol) => boolean;
  readonly lastPrice?: (symbol: Symbol) => Micros | null;
}

/** Our side of a broker, without market data, strategy and schedule: gate, desk and protector as in every mode. */
export interface Rehearsal {
  readonly book: Book;
  readonly gate: GatedBroker;
  readonly desk: OrderDesk;
  readonly protector: Protector;
  readonly context: (session: SessionDate, slot: string) => ExecutionContext;
  /** Takes in what was said, asks the broker, proves and repairs, until there is nothing more to send. */
  readonly look: (session: SessionDate) => Promise<void>;
}

/** A rehearsal has no limits but the conservation of shares. */
const LIMITS = {
  orderBurst: 400,
  ordersPerSecond: 50,
  maxOrdersPerMinute: 1_000,
  maxOrdersPerRun: 10_000,
  maxOrdersPerDay: 100_000,
};

const ENTRY: EntrySettings = {
  type: 'marketable-limit',
  ttlMs: 60_000,
  offsetBps: 5,
  collarFraction: 0.01,
  gapFraction: 0.5,
  gapAtr: 100,
  maxQuoteAgeMs: 5_000,
  openingWaitMs: 90_000,
  noEntryLastMinutes: 0,
};

const MOST_LOOKS = 4;

export function rehearse({
  book,
  history,
  broker,
  now,
  graceMs,
  isHalted = () => false,
  lastPrice = () => null,
}: RehearsalParts): Rehearsal {
  const gate = new GatedBroker({
    broker,
    book,
    limits: LIMITS,
    now,
    knows: () => true,
    restriction: () => null,
  });
  const context = (session: SessionDate, slot: string): ExecutionContext => ({
    broker: gate,
    history,
    now,
    runId: null,
    session,
    slot,
    entry: ENTRY,
    strategy: 'rehearsal',
    isUsed: (ref) => book.order(ref) !== null,
    exitParts: (symbol) => exitPartsOf(book, symbol),
  });
  const measure = async () => ({ mae: null, mfe: null, resolution: null });
  const desk = new OrderDesk({ book, broker: gate, history, now, context, measure, isHalted });
  const maySend = (): boolean => true;
  const protector = new Protector({ book, desk, history, now, lastPrice, maySend, graceMs });
  const look = async (session: SessionDate): Promise<void> => {
    for (let turn = 0; turn < MOST_LOOKS; turn += 1) {
      const proofs = await desk.look(session);
      if (!(await protector.step(proofs, session))) return;
    }
  };
  return { book, gate, desk, protector, context, look };
}

/** What a rehearsed entry asks for. */
export interface RehearsedEntry {
  readonly symbol: Symbol;
  readonly quantity: number;
  readonly reference: Micros;
  readonly limit: Micros;
  readonly stop: Micros;
  /** None where left out. */
  readonly target?: Micros;
}

/** An approved candidate out of nothing. */
export function approvedCandidate(entry: RehearsedEntry): CandidateDecision {
  const { symbol, quantity, reference, limit, stop, target = null } = entry;
  const terms = {
    equity: usd(1_000_000),
    intensity: 1,
    riskBudget: ZERO,
    riskPerShare: usd(1),
    byRisk: quantity,
    byPosition: quantity,
    binding: 'risk',
  } as const;
  const atr = usd(2);
  return {
    row: {
      index: 0,
      symbol,
      scanRank: 1,
      activity: 1,
      ineligible: null,
      score: 50,
      components: [],
      signalReason: 'rehearsed',
      strength: 0.5,
      stopPrice: null,
      targetPrice: null,
    },
    rank: 1,
    fate: 'approved',
    referencePrice: reference,
    atr,
    intent: {
      symbol,
      quantity,
      referencePrice: reference,
      limitPrice: limit,
      stopPrice: stop,
      targetPrice: target,
      atr,
      terms,
    },
    verdict: { approved: quantity, reasons: [] },
  };
}
