import type { ActivityStatement, StatedCash } from '../domain/activity.ts';
import {
  add,
  type Micros,
  micros,
  negate,
  sum,
  timesQuantity,
  toUsd,
  ZERO,
} from '../domain/money.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { FillsInForce } from './fills-in-force.ts';
import { type InferredMatch, inferredMatches } from './inferred-matches.ts';

/** One thing that journal and activity statement both count. Dollars, or shares for quantities. */
export interface TieRow {
  /** "AAPL bought 2026-03-05", "dividends", "net asset value at the end". */
  readonly what: string;
  readonly unit: 'shares' | 'usd';
  readonly book: number | null;
  readonly statement: number | null;
  readonly tolerance: number;
  readonly difference: number | null;
  readonly class: 'match' | 'quantity' | 'price' | 'missing' | 'orphan';
}

/** Sums are printed to more decimals at the broker than a cent; each group may be off by one. */
const CENT: Micros = micros(10_000);
/** Marks differ from source to source: above this the net asset value is a finding. */
const NAV_TOLERANCE: Micros = micros(1_000_000);

interface Group {
  quantity: number;
  value: Micros;
  commission: Micros;
}

/** Gathers from the journal what a statement of these days counts. */
export class StatementTie {
  readonly #statement: ActivityStatement;
  readonly #fills = new FillsInForce();
  readonly #cash: EventOf<'cash.recorded'>[] = [];
  #start: Micros | null = null;
  #end: Micros | null = null;

  constructor(statement: ActivityStatement) {
    this.#statement = statement;
  }

  add(event: JournalEvent): void {
    const { from, to } = this.#statement;
    this.#fills.add(event);
    if (event.type === 'cash.recorded' && event.session >= from && event.session <= to) {
      this.#cash.push(event);
    } else if (event.type === 'account.marked' && event.cause === 'close') {
      if (event.session < from) this.#start = event.equity;
      if (event.session <= to) this.#end = event.equity;
    }
  }

  /** What the statement says of fills that were only inferred. */
  inferred(): InferredMatch[] {
    return inferredMatches(this.#fills, this.#statement);
  }

  /** Every group on both sides, matches included, in a stable order. */
  rows(): TieRow[] {
    const ours = this.#bookGroups();
    const theirs = this.#statedGroups();
    const names = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
    const { startValue, endValue } = this.#statement;
    return [
      ...names.flatMap((name) => groupRows(name, ours.get(name), theirs.get(name))),
      total('commissions', sumOf(ours), sumOf(theirs), micros(CENT * Math.max(1, names.length))),
      ...(['dividend', 'interest', 'fee', 'flow'] as const).map((kind) => this.#cashRow(kind)),
      total('net asset value at the start', this.#start, startValue, NAV_TOLERANCE),
      total('net asset value at the end', this.#end, endValue, NAV_TOLERANCE),
    ];
  }

  #bookGroups(): ReadonlyMap<string, Group> {
    const groups = new Map<string, Group>();
    const { from, to } = this.#statement;
    for (const { symbol, side, date, quantity, price, commission } of this.#fills.all()) {
      if (date < from || date > to) continue;
      put(groups, `${symbol} ${side === 'buy' ? 'bought' : 'sold'} ${date}`, {
        quantity,
        value: timesQuantity(price, quantity),
        commission: commission ?? ZERO,
      });
    }
    return groups;
  }

  #statedGroups(): ReadonlyMap<string, Group> {
    const groups = new Map<string, Group>();
    for (const { symbol, date, quantity, proceeds, commission, cancels } of this.#statement
      .trades) {
      // What is taken back leaves the group it was counted in.
      const isBuy = quantity > 0 !== (cancels ?? false);
      put(groups, `${symbol} ${isBuy ? 'bought' : 'sold'} ${date}`, {
        quantity: isBuy ? quantity : -quantity,
        value: isBuy ? negate(proceeds) : proceeds,
        commission,
      });
    }
    for (const [name, { quantity, value, commission }] of groups) {
      if (quantity === 0 && value === ZERO && commission === ZERO) groups.delete(name);
    }
    return groups;
  }

  #cashRow(kind: StatedCash['kind']): TieRow {
    const isKind = (event: EventOf<'cash.recorded'>) =>
      kind === 'flow'
        ? event.kind === 'deposit' || event.kind === 'withdrawal'
        : event.kind === kind;
    const book = sum(this.#cash.filter(isKind).map(({ amount }) => amount));
    const stated = this.#statement.cash.filter((row) => row.kind === kind);
    return total(CASH_NAMES[kind], book, sum(stated.map(({ amount }) => amount)), CENT);
  }
}

const CASH_NAMES: Readonly<Record<StatedCash['kind'], string>> = {
  dividend: 'dividends less tax',
  interest: 'interest',
  fee: 'fees',
  flow: 'deposits less withdrawals',
};

function put(groups: Map<string, Group>, name: string, more: Group): void {
  const { quantity, value, commission } = groups.get(name) ?? {
    quantity: 0,
    value: ZERO,
    commission: ZERO,
  };
  groups.set(name, {
    quantity: quantity + more.quantity,
    value: add(value, more.value),
    commission: add(commission, more.commission),
  });
}

const sumOf = (groups: ReadonlyMap<string, Group>): Micros =>
  sum([...groups.values()].map(({ commission }) => commission));

/** Shares, what they were worth, and what they cost in commission; one row where a side has nothing at all. */
function groupRows(name: string, ours: Group | undefined, theirs: Group | undefined): TieRow[] {
  const book = ours?.quantity ?? null;
  const statement = theirs?.quantity ?? null;
  const shares: TieRow = {
    what: name,
    unit: 'shares',
    book,
    statement,
    tolerance: 0,
    difference: (statement ?? 0) - (book ?? 0),
    class:
      book === null
        ? 'missing'
        : statement === null
          ? 'orphan'
          : book === statement
            ? 'match'
            : 'quantity',
  };
  if (ours === undefined || theirs === undefined) return [shares];
  return [
    shares,
    total(`${name}, value`, ours.value, theirs.value, CENT),
    total(`${name}, commission`, ours.commission, theirs.commission, CENT),
  ];
}

function total(
  what: string,
  book: Micros | null,
  statement: Micros | null,
  tolerance: Micros,
): TieRow {
  const difference = book === null || statement === null ? null : micros(statement - book);
  return {
    what,
    unit: 'usd',
    book: book === null ? null : toUsd(book),
    statement: statement === null ? null : toUsd(statement),
    tolerance: toUsd(tolerance),
    difference: difference === null ? null : toUsd(difference),
    class:
      difference === null
        ? book === statement
          ? 'match'
          : book === null
            ? 'missing'
            : 'orphan'
        : Math.abs(difference) <= tolerance
          ? 'match'
          : 'price',
  };
}
