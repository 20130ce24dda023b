import type { Symbol } from '../domain/market.ts';
import { add, type Micros, micros, subtract, timesQuantity, ZERO } from '../domain/money.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { costOf, type Lot, quantityOf, sellFrom, splitLots } from '../ledger/lots.ts';
import type { DayEvents } from './report-input.ts';

type Mark = EventOf<'account.marked'>;
type CashKind = EventOf<'cash.recorded'>['kind'];

/** What moved the account between two marks, from fills and cash events alone: no balance is taken over. */
export interface AccountMoves {
  /** FIFO, price difference times quantity of everything sold, without commissions; cash in lieu of split shares. */
  readonly realizedGross: Micros;
  /** Of that, what belongs to round trips that were still open at the end. */
  readonly realizedOfOpen: Micros;
  /** For each round trip that ended: entry order and what it had realised before the first mark. */
  readonly realizedEarlier: ReadonlyMap<string, Micros>;
  /** Gross result of each round trip that ended, over its whole life, by entry order. */
  readonly grossOfEnded: ReadonlyMap<string, Micros>;
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

interface Trip {
  readonly entryRef: string;
  lots: readonly Lot[];
  realized: Micros;
  realizedEarlier: Micros;
}

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
  readonly #grossOfEnded = new Map<string, Micros>();
  readonly #realizedEarlier = new Map<string, Micros>();
  readonly #oversold: { symbol: Symbol; quantity: number }[] = [];
  readonly #cash = { deposit: ZERO, withdrawal: ZERO, dividend: ZERO, interest: ZERO, fee: ZERO };
  #realized = ZERO;
  #commissions = ZERO;

  constructor(afterSeq: number) {
    this.#afterSeq = afterSeq;
  }

  apply(event: JournalEvent): void {
    const counts = event.seq > this.#afterSeq;
    if (event.type === 'fill.recorded') this.#fill(event, counts);
    else if (event.type === 'split.applied') this.#split(event, counts);
    else if (event.type === 'commission.recorded') {
      if (this.#unpaid.delete(event.execId) && counts) this.#pay(event.commission);
    } else if (event.type === 'cash.recorded' && counts) {
      this.#cash[event.kind] = add(this.#cash[event.kind], event.amount);
    }
  }

  #pay(commission: Micros): void {
    this.#commissions = add(this.#commissions, commission);
  }

  #fill(fill: EventOf<'fill.recorded'>, counts: boolean): void {
    if (this.#executions.has(fill.execId)) return;
    this.#executions.add(fill.execId);
    if (fill.commission === null) this.#unpaid.add(fill.execId);
    else if (counts) this.#pay(fill.commission);
    if (fill.side === 'buy') this.#buy(fill);
    else this.#sell(fill, counts);
  }

  #buy({ symbol, execId, quantity, price, orderRef }: EventOf<'fill.recorded'>): void {
    const trip = this.#trips.get(symbol) ?? {
      entryRef: orderRef,
      lots: [],
      realized: ZERO,
      realizedEarlier: ZERO,
    };
    const cost = timesQuantity(price, quantity);
    trip.lots = [...trip.lots, { execId, quantity, cost, commission: ZERO }];
    this.#trips.set(symbol, trip);
  }

  #sell({ symbol, quantity, price }: EventOf<'fill.recorded'>, counts: boolean): void {
    const trip = this.#trips.get(symbol);
    const owned = trip === undefined ? 0 : quantityOf(trip.lots);
    if (quantity > owned) this.#oversold.push({ symbol, quantity: quantity - owned });
    const sold = Math.min(quantity, owned);
    if (trip === undefined || sold === 0) return;
    const sale = sellFrom(trip.lots, sold);
    trip.lots = sale.remaining;
    this.#gain(trip, subtract(timesQuantity(price, sold), sale.cost), counts);
    if (trip.lots.length > 0) return;
    this.#trips.delete(symbol);
    if (!counts) return;
    this.#grossOfEnded.set(trip.entryRef, trip.realized);
    this.#realizedEarlier.set(trip.entryRef, trip.realizedEarlier);
  }

  /** Money for a fraction of a share realises; the lots keep their cost. */
  #split({ symbol, quantityAfter, cashInLieu }: EventOf<'split.applied'>, counts: boolean): void {
    const trip = this.#trips.get(symbol);
    if (trip === undefined) return;
    trip.lots = splitLots(trip.lots, quantityAfter);
    this.#gain(trip, cashInLieu, counts);
  }

  #gain(trip: Trip, gain: Micros, counts: boolean): void {
    trip.realized = add(trip.realized, gain);
    if (counts) this.#realized = add(this.#realized, gain);
    else trip.realizedEarlier = add(trip.realizedEarlier, gain);
  }

  lots(): ReadonlyMap<Symbol, readonly Lot[]> {
    return new Map([...this.#trips].map(([symbol, { lots }]) => [symbol, lots]));
  }

  moves(before: ReadonlyMap<Symbol, readonly Lot[]>): AccountMoves {
    let realizedOfOpen = ZERO;
    for (const { realized, realizedEarlier } of this.#trips.values()) {
      realizedOfOpen = add(realizedOfOpen, subtract(realized, realizedEarlier));
    }
    return {
      realizedGross: this.#realized,
      realizedOfOpen,
      realizedEarlier: this.#realizedEarlier,
      grossOfEnded: this.#grossOfEnded,
      commissions: this.#commissions,
      cash: this.#cash,
      before,
      after: this.lots(),
      oversold: this.#oversold,
    };
  }
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
