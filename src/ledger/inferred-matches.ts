import { instantOf, newYorkDate, sessionOf } from '../calendar/nyse.ts';
import type { ActivityStatement, StatedTrade } from '../domain/activity.ts';
import { type Micros, micros, subtract, sum, timesQuantity } from '../domain/money.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import { type CorrectingFill, statedName } from './book-corrections.ts';
import type { FillInForce, FillsInForce } from './fills-in-force.ts';
import { averagePrice } from './lots.ts';

/** What a statement says of a fill that the book only inferred. */
export interface InferredMatch {
  readonly fill: FillInForce;
  /** What stands for it in the statement: exactly its shares; empty where that is not certain. */
  readonly by: readonly CorrectingFill[];
  readonly state: 'found' | 'ambiguous' | 'absent';
  /** For a person: what was found, or why nothing is corrected. */
  readonly why: string;
}

/** A trade of the statement that no execution of the book explains. */
interface FreeTrade {
  readonly trade: StatedTrade;
  /** Its place in the statement. */
  readonly at: number;
}

/** The trades of one symbol and side on one day, those left that the book does not know. */
interface Day {
  free: FreeTrade[];
  /** Why it is not known which are left; null where it is. */
  doubt: string | null;
}

/** A book's value is shares times price; the statement prints it to a cent at least. */
const CENT = 10_000;

/**
 * Looks in a statement for what the book only inferred: trades of the same symbol and side that no other execution of
 * the book explains, of as many shares, one or several; from the day the order was sent, or the shares were bought, to
 * the session in which they were noticed to be gone. More than one way to make up the shares is no answer.
 */
export function inferredMatches(
  fills: FillsInForce,
  statement: ActivityStatement,
): InferredMatch[] {
  const all = fills.all();
  const days = freeDays(all, statement);
  const { from, to } = statement;
  const open = all.filter(
    ({ inferred, notBefore, session }) =>
      inferred && session >= from && newYorkDate(notBefore) <= to,
  );
  const found = open.map((fill) => ({ fill, ways: waysOf(fill, days) }));
  const used = new Map<number, number>();
  for (const { ways } of found) {
    for (const at of new Set(ways.combinations.flat().map((free) => free.at))) {
      used.set(at, (used.get(at) ?? 0) + 1);
    }
  }
  return found
    .map(({ fill, ways }) => verdict(fill, ways, used, fills))
    .filter(({ fill, state }) => state !== 'absent' || fill.session <= to);
}

interface Ways {
  /** At most two: the second one shows that the first is not certain. */
  readonly combinations: readonly (readonly FreeTrade[])[];
  readonly doubt: string | null;
}

function waysOf(fill: FillInForce, days: ReadonlyMap<string, Day>): Ways {
  const first = newYorkDate(fill.notBefore);
  const within = [...days].filter(
    ([key]) => key.startsWith(dayKey(fill, '')) && isBetween(key.slice(-10), first, fill.session),
  );
  const free = within.flatMap(([, day]) => day.free.filter(({ trade }) => isPossible(trade, fill)));
  const doubt = within.find(([, day]) => day.doubt !== null)?.[1].doubt ?? null;
  return { combinations: combinationsOf(free, fill.quantity), doubt };
}

const isBetween = (date: string, first: string, last: string): boolean =>
  date >= first && date <= last;

/** Neither before its order was sent nor after its shares were seen to be gone. */
const isPossible = ({ filledAt, proceeds, quantity }: StatedTrade, fill: FillInForce): boolean =>
  (filledAt === undefined || (filledAt >= fill.notBefore && filledAt <= fill.filledAt)) &&
  averagePrice(magnitude(proceeds), Math.abs(quantity)) > 0;

/** Up to two ways to make up so many shares that differ in what they would book. */
function combinationsOf(free: readonly FreeTrade[], quantity: number): FreeTrade[][] {
  const bySum = new Map<number, Map<string, FreeTrade[]>>([[0, new Map([['', []]])]]);
  // The same terms in another order are the same way.
  const ordered = [...free].sort((a, b) => (termsOf(a) < termsOf(b) ? -1 : 1));
  for (const each of ordered) {
    const before = [...bySum];
    for (const [total, ways] of before) {
      const next = total + Math.abs(each.trade.quantity);
      if (next > quantity) continue;
      const known = new Map(bySum.get(next));
      for (const [terms, way] of ways) {
        const more = `${terms};${termsOf(each)}`;
        if (known.size < 2 && !known.has(more)) known.set(more, [...way, each]);
      }
      bySum.set(next, known);
    }
  }
  return [...(bySum.get(quantity)?.values() ?? [])];
}

const termsOf = ({ trade }: FreeTrade): string =>
  [trade.date, trade.filledAt ?? '', trade.quantity, trade.proceeds, trade.commission].join(' ');

function verdict(
  fill: FillInForce,
  { combinations, doubt }: Ways,
  used: ReadonlyMap<number, number>,
  fills: FillsInForce,
): InferredMatch {
  const [way, other] = combinations;
  const no = (state: 'ambiguous' | 'absent', why: string): InferredMatch => ({
    fill,
    by: [],
    state,
    why,
  });
  if (doubt !== null) return no('ambiguous', doubt);
  if (way === undefined) return no('absent', 'the statement has no trades of as many shares left');
  if (other !== undefined) {
    return no('ambiguous', 'trades of the statement make up its shares in more than one way');
  }
  if (way.some(({ at }) => (used.get(at) ?? 0) > 1)) {
    return no('ambiguous', 'the same trade of the statement may be another inferred fill');
  }
  const by = correcting(fill, way, fills);
  return { fill, by, state: 'found', why: `on ${[...new Set(way.map(dateOf))].join(', ')}` };
}

const dateOf = ({ trade }: FreeTrade): SessionDate => trade.date;

function correcting(
  fill: FillInForce,
  way: readonly FreeTrade[],
  fills: FillsInForce,
): CorrectingFill[] {
  let number = 0;
  const nextName = (): string => {
    do number += 1;
    while (fills.has(statedName(fill.orderRef, number)));
    return statedName(fill.orderRef, number);
  };
  return way.map(({ trade: { execId, date, filledAt, proceeds, commission, ...trade } }) => {
    const quantity = Math.abs(trade.quantity);
    return {
      execId: execId !== undefined && !fills.has(execId) ? execId : nextName(),
      quantity,
      price: averagePrice(magnitude(proceeds), quantity),
      commission,
      filledAt: filledAt ?? endOf(date, fill),
      inferred: false,
    };
  });
}

/** Where no time is printed: the close of that day, unless the shares were seen to be gone before it. */
function endOf(date: SessionDate, { filledAt, notBefore }: FillInForce): EpochMs {
  const close = sessionOf(date)?.closeAt ?? instantOf(date, 16 * 60);
  if (close < notBefore) return notBefore;
  return close > filledAt ? filledAt : close;
}

const magnitude = (amount: Micros): Micros => micros(Math.abs(amount));

type Side = FillInForce['side'];

const dayKey = ({ symbol, side }: { symbol: string; side: Side }, date: string): string =>
  `${symbol} ${side} ${date}`;

/** The statement's trades by symbol, side and day, without those taken back and those that the book has. */
function freeDays(
  fills: readonly FillInForce[],
  { trades }: ActivityStatement,
): ReadonlyMap<string, Day> {
  const days = new Map<string, Day>();
  const dayOf = (key: string): Day => {
    const day = days.get(key) ?? { free: [], doubt: null };
    days.set(key, day);
    return day;
  };
  trades.forEach((trade, at) => {
    if (trade.cancels === true || trade.quantity === 0) return;
    const side = trade.quantity > 0 ? 'buy' : 'sell';
    dayOf(dayKey({ symbol: trade.symbol, side }, trade.date)).free.push({ trade, at });
  });
  for (const trade of trades) if (trade.cancels === true) takeBack(trade, days);
  const known = grouped(
    fills.filter(({ inferred }) => !inferred),
    (fill) => dayKey(fill, fill.date),
  );
  for (const [key, booked] of known) {
    const day = days.get(key);
    if (day !== undefined) explain(day, booked);
  }
  return days;
}

/** Takes out what the broker took back; where it cannot be told which that was, the day is in doubt. */
function takeBack(cancel: StatedTrade, days: ReadonlyMap<string, Day>): void {
  const side: Side = cancel.quantity > 0 ? 'sell' : 'buy';
  for (const [key, day] of days) {
    if (!key.startsWith(dayKey({ symbol: cancel.symbol, side }, ''))) continue;
    const i = day.free.findIndex(
      ({ trade }) => trade.quantity === -cancel.quantity && trade.proceeds === -cancel.proceeds,
    );
    if (i < 0) continue;
    day.free.splice(i, 1);
    return;
  }
  const day = days.get(dayKey({ symbol: cancel.symbol, side }, cancel.date));
  if (day !== undefined) day.doubt = 'the statement takes a trade back that it does not show';
}

/** Takes out what the book has: by order, as some statements sum executions up, else one by one. */
function explain(day: Day, booked: readonly FillInForce[]): void {
  for (const order of grouped(booked, ({ orderRef }) => orderRef).values()) {
    if (take(day, order)) continue;
    const left = order.filter((fill) => !take(day, [fill]));
    if (left.length > 0 && day.free.length > 0) {
      day.doubt = 'the statement lists other executions of that day otherwise than the book';
    }
  }
}

function take(day: Day, fills: readonly FillInForce[]): boolean {
  const quantity = fills.reduce((total, fill) => total + fill.quantity, 0);
  const value = sum(fills.map((fill) => timesQuantity(fill.price, fill.quantity)));
  const names = new Set(fills.map(({ execId }) => execId));
  const isSame = ({ trade }: FreeTrade): boolean =>
    fills.length === 1 && names.has(trade.execId ?? '')
      ? true
      : Math.abs(trade.quantity) === quantity &&
        Math.abs(subtract(magnitude(trade.proceeds), value)) <= CENT;
  const i = day.free.findIndex(isSame);
  if (i < 0) return false;
  day.free.splice(i, 1);
  return true;
}

function grouped(
  fills: readonly FillInForce[],
  keyOf: (fill: FillInForce) => string,
): ReadonlyMap<string, FillInForce[]> {
  const groups = new Map<string, FillInForce[]>();
  for (const fill of fills) groups.set(keyOf(fill), [...(groups.get(keyOf(fill)) ?? []), fill]);
  return groups;
}
