import type { Symbol } from '../domain/market.ts';
import {
  add,
  type Micros,
  micros,
  negate,
  subtract,
  sum,
  timesQuantity,
  ZERO,
} from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { costOf, type Lot, quantityOf } from '../ledger/lots.ts';
import {
  type FillStep,
  nothingTraded,
  sumsOf,
  type TradeStep,
  type TradeSums,
  withStep,
} from '../ledger/trade-steps.ts';
import type { DayEvents } from './report-input.ts';

type Mark = EventOf<'account.marked'>;
type CashKind = EventOf<'cash.recorded'>['kind'];

/** What moved the account between two marks, from fills and cash events alone: no balance is taken over. */
export interface AccountMoves {
  /** FIFO, price difference times quantity of everything sold, without commissions; cash in lieu of split shares. */
  readonly realizedGross: Micros;
  /** Of that, what belongs to round trips that were still open at the end, or had ended before and were corrected. */
  readonly realizedOfOpen: Micros;
  /** Each round trip that ended. */
  readonly ended: readonly EndedTrip[];
  /** Paid, as a positive amount. */
  readonly commissions: Micros;
  /** Cash changes by kind, signed: a fee is negative. */
  readonly cash: Readonly<Record<CashKind, Micros>>;
  /** Lots at the first mark and at the last. */
  readonly before: ReadonlyMap<Symbol, readonly Lot[]>;
  readonly after: ReadonlyMap<Symbol, readonly Lot[]>;
  /** Sales of more shares than our fills account for. */
  readonly oversold: readonly { readonly symbol: Symbol; readonly quantity: number }[];
}

/** A round trip that ended, without commissions. One entry order may have several, which begin one after the other. */
export interface EndedTrip {
  readonly entryRef: string;
  readonly entryAt: EpochMs;
  /** Over its whole life. */
  readonly gross: Micros;
  /** Of that, what it had realised before the first mark. */
  readonly realizedEarlier: Micros;
}

interface Trip {
  readonly entryRef: string;
  /** Without commissions: they are counted by themselves. */
  steps: readonly TradeStep[];
  sums: TradeSums;
  realizedEarlier: Micros;
}

type Corrected = EventOf<'fill.corrected'>;

/** The moves after one event of the journal (0: from its beginning) up to and including another. */
export function accountMoves(
  { earlier, today }: DayEvents,
  afterSeq: number,
  uptoSeq: number,
): AccountMoves {
  const book = new MovesBook(afterSeq);
  let before: ReadonlyMap<Symbol, readonly Lot[]> | null = null;
  // A late fill of an earlier session is written among the events of this one.
  for (const event of [...earlier, ...today].sort((a, b) => a.seq - b.seq)) {
    if (event.seq > uptoSeq) break;
    if (before === null && event.seq > afterSeq) before = book.lots();
    book.apply(event);
  }
  return book.moves(before ?? book.lots());
}

class MovesBook {
  readonly #afterSeq: number;
  readonly #trips = new Map<Symbol, Trip>();
  readonly #executions = new Set<string>();
  readonly #unpaid = new Set<string>();
  /** Commissions that came before their executions. */
  readonly #told = new Map<string, Micros>();
  /** What stands for an execution since it was corrected. */
  readonly #current = new Map<string, string>();
  /** The round trip of each execution of one that ended: a correction counts it anew, and may open it again. */
  readonly #ended = new Map<string, Trip>();
  /** Those that ended after the first mark. */
  readonly #endedSince = new Set<Trip>();
  /** Those that had ended before, and were corrected after it. */
  readonly #correctedSince = new Set<Trip>();
  readonly #oversold: { symbol: Symbol; quantity: number }[] = [];
  readonly #cash = { deposit: ZERO, withdrawal: ZERO, dividend: ZERO, interest: ZERO, fee: ZERO };
  #realized = ZERO;
  #correctedForgotten = ZERO;
  #commissions = ZERO;

  constructor(afterSeq: number) {
    this.#afterSeq = afterSeq;
  }

  apply(event: JournalEvent): void {
    const counts = event.seq > this.#afterSeq;
    if (event.type === 'fill.recorded') this.#fill(event, counts);
    else if (event.type === 'split.applied') this.#split(event, counts);
    else if (event.type === 'fill.corrected') this.#correct(event, counts);
    else if (event.type === 'commission.recorded') {
      if (!this.#executions.has(event.execId)) this.#early(event);
      else if (this.#unpaid.delete(event.execId) && counts) this.#pay(event.commission);
    } else if (event.type === 'cash.recorded' && counts) {
      this.#cash[event.kind] = add(this.#cash[event.kind], event.amount);
    }
  }

  /** A commission that comes before its execution waits for it; a second one says nothing. */
  #early({ execId, commission }: EventOf<'commission.recorded'>): void {
    if (!this.#told.has(execId)) this.#told.set(execId, commission);
  }

  #pay(commission: Micros): void {
    this.#commissions = add(this.#commissions, commission);
  }

  #fill(fill: EventOf<'fill.recorded'>, counts: boolean): void {
    if (this.#executions.has(fill.execId)) return;
    this.#executions.add(fill.execId);
    const commission = fill.commission ?? this.#told.get(fill.execId) ?? null;
    if (commission === null) this.#unpaid.add(fill.execId);
    else if (counts) this.#pay(commission);
    if (fill.side === 'buy') this.#buy(fill);
    else this.#sell(fill, counts);
  }

  #buy(fill: EventOf<'fill.recorded'>): void {
    const { symbol, orderRef, filledAt, session } = fill;
    const trip = this.#trips.get(symbol) ?? {
      entryRef: orderRef,
      steps: [],
      sums: nothingTraded(filledAt, session),
      realizedEarlier: ZERO,
    };
    this.#trips.set(symbol, trip);
    step(trip, stepOf(fill, fill.quantity));
  }

  #sell(fill: EventOf<'fill.recorded'>, counts: boolean): void {
    const { symbol, quantity } = fill;
    const trip = this.#trips.get(symbol);
    const owned = trip === undefined ? 0 : quantityOf(trip.sums.lots);
    if (quantity > owned) this.#oversold.push({ symbol, quantity: quantity - owned });
    const sold = Math.min(quantity, owned);
    if (trip === undefined || sold === 0) return;
    this.#gain(trip, step(trip, stepOf(fill, sold)), counts);
    this.#endIfFlat(symbol, trip, counts);
  }

  #endIfFlat(symbol: Symbol, trip: Trip, counts: boolean): void {
    if (trip.sums.lots.length > 0) return;
    this.#trips.delete(symbol);
    this.#remember(trip);
    if (counts) this.#endedSince.add(trip);
  }

  #remember(trip: Trip): void {
    for (const each of trip.steps) if (each.kind === 'fill') this.#ended.set(each.execId, trip);
  }

  /** Money for a fraction of a share realises; the lots keep their cost. */
  #split(event: EventOf<'split.applied'>, counts: boolean): void {
    const { symbol, ratio, quantityBefore, quantityAfter, cashInLieu } = event;
    const trip = this.#trips.get(symbol);
    if (trip === undefined) return;
    const terms = { ratio, quantityBefore, quantityAfter, cashInLieu };
    this.#gain(trip, step(trip, { kind: 'split', ...terms }), counts);
    this.#endIfFlat(symbol, trip, counts);
  }

  /** What a correction changes is moved on the day it is written down. */
  #correct(event: Corrected, counts: boolean): void {
    const { execId, by, symbol, old } = event;
    const name = this.#current.get(execId) ?? execId;
    this.#current.set(execId, by[0]?.execId ?? '');
    this.#executions.add(execId);
    this.#unpaid.delete(name);
    let paid: Micros = negate(old.commission ?? ZERO);
    for (const fill of by) {
      this.#executions.add(fill.execId);
      if (fill.commission === null) this.#unpaid.add(fill.execId);
      paid = add(paid, fill.commission ?? ZERO);
    }
    if (counts) this.#pay(paid);
    const open = this.#trips.get(symbol);
    const trip = open !== undefined && hasFill(open, name) ? open : this.#ended.get(name);
    if (trip === undefined) this.#correctForgotten(event, counts);
    else this.#recount(trip, name, event, counts);
  }

  /** Counts a round trip anew, as if it had been executed as the correction says. */
  #recount(trip: Trip, name: string, { by, symbol }: Corrected, counts: boolean): void {
    const steps = trip.steps.flatMap((each) =>
      each.kind === 'fill' && each.execId === name
        ? by.map((fill) => ({ ...each, ...fill, commission: ZERO }))
        : [each],
    );
    const sums = sumsOf(steps, trip.sums);
    if (sums === null) return;
    const gain = subtract(sums.realized, trip.sums.realized);
    trip.steps = steps;
    trip.sums = sums;
    this.#gain(trip, gain, counts);
    if (this.#trips.get(symbol) === trip) {
      this.#endIfFlat(symbol, trip, counts);
    } else if (sums.lots.length > 0) {
      this.#trips.set(symbol, trip);
      this.#endedSince.delete(trip);
      this.#correctedSince.delete(trip);
    } else {
      this.#remember(trip);
      if (counts && !this.#endedSince.has(trip)) this.#correctedSince.add(trip);
    }
  }

  /** Of a round trip that nothing is known of any more the result changes by what the execution moved more or less. */
  #correctForgotten({ by, side, old }: Corrected, counts: boolean): void {
    if (!counts) return;
    const value = sum(by.map((each) => timesQuantity(each.price, each.quantity)));
    const more = subtract(value, timesQuantity(old.price, old.quantity));
    const gain = side === 'sell' ? more : negate(more);
    this.#realized = add(this.#realized, gain);
    this.#correctedForgotten = add(this.#correctedForgotten, gain);
  }

  #gain(trip: Trip, gain: Micros, counts: boolean): void {
    if (counts) this.#realized = add(this.#realized, gain);
    else trip.realizedEarlier = add(trip.realizedEarlier, gain);
  }

  lots(): ReadonlyMap<Symbol, readonly Lot[]> {
    return new Map([...this.#trips].map(([symbol, { sums }]) => [symbol, sums.lots]));
  }

  moves(before: ReadonlyMap<Symbol, readonly Lot[]>): AccountMoves {
    let realizedOfOpen = this.#correctedForgotten;
    for (const { sums, realizedEarlier } of [...this.#trips.values(), ...this.#correctedSince]) {
      realizedOfOpen = add(realizedOfOpen, subtract(sums.realized, realizedEarlier));
    }
    return {
      realizedGross: this.#realized,
      realizedOfOpen,
      ended: [...this.#endedSince].map(({ entryRef, sums, realizedEarlier }) => ({
        entryRef,
        entryAt: sums.entryAt,
        gross: sums.realized,
        realizedEarlier,
      })),
      commissions: this.#commissions,
      cash: this.#cash,
      before,
      after: this.lots(),
      oversold: this.#oversold,
    };
  }
}

const hasFill = ({ steps }: Trip, execId: string): boolean =>
  steps.some((each) => each.kind === 'fill' && each.execId === execId);

/** An execution as a step without commission, of as many shares as there were. */
const stepOf = (fill: EventOf<'fill.recorded'>, quantity: number): FillStep => ({
  kind: 'fill',
  execId: fill.execId,
  orderRef: fill.orderRef,
  side: fill.side,
  quantity,
  price: fill.price,
  commission: ZERO,
  filledAt: fill.filledAt,
  session: fill.session,
});

/** Takes a round trip one step on; what the step realised. */
function step(trip: Trip, next: TradeStep): Micros {
  const before = trip.sums.realized;
  trip.sums = withStep(trip.sums, next);
  trip.steps = [...trip.steps, next];
  return subtract(trip.sums.realized, before);
}

/**
 * Value at mark less cost of the lots, summed position by position. Null where a position has no mark: absent is not
 * zero.
 */
export function unrealizedOf(
  lots: ReadonlyMap<Symbol, readonly Lot[]>,
  marks: Mark['marks'],
): Micros | null {
  const bySymbol = new Map(marks.map(({ symbol, mark }) => [symbol, mark]));
  let sum: number = ZERO;
  for (const [symbol, held] of lots) {
    const mark = bySymbol.get(symbol);
    if (mark === undefined) return null;
    sum += timesQuantity(mark, quantityOf(held)) - costOf(held);
  }
  return micros(sum);
}
