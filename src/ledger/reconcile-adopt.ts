import type { BrokerOrder, BrokerStatement } from '../domain/account.ts';
import type { Symbol } from '../domain/market.ts';
import { add, type Micros, micros, subtract, timesQuantity, toUsd, ZERO } from '../domain/money.ts';
import { isLive } from '../domain/order.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { EpochMs, SessionDate } from '../domain/time.ts';
import type { EventDraft, EventOf } from '../events/event.ts';
import type { Book } from './book.ts';
import type { BookOrder } from './book-state.ts';
import { intake } from './intake.ts';
import { averagePrice, commissionOf, costOf } from './lots.ts';
import { cashMoved } from './trade-steps.ts';

/** Who makes the book follow the broker, and when. */
export interface Adoption {
  readonly at: EpochMs;
  readonly session: SessionDate;
  /** The person or program, for the journal. */
  readonly by: string;
}

export type CashKind = EventOf<'cash.recorded'>['kind'];

/**
 * What the journal has to say so that the book of a symbol is as the statement has it: an inferred fill for the shares,
 * changes and ends of orders, and that a person did it. Empty where nothing differs; an error says why it cannot be.
 */
export function adoptSymbol(
  book: Book,
  statement: BrokerStatement,
  symbol: Symbol,
  adoption: Adoption,
): Result<EventDraft[], string> {
  const { complete } = statement;
  if (!complete.positions || !complete.openOrders) {
    return err('the statement is not complete: what it does not show may be there all the same');
  }
  const stated = statement.positions
    .filter((position) => position.symbol === symbol)
    .reduce((total, { quantity }) => total + quantity, 0);
  const owned = book.owned(symbol);
  if (stated < 0) return err(`the broker is short ${-stated} ${symbol}: buy them back first`);
  const fill = inferredFill(book, statement, symbol, stated - owned, adoption);
  if (fill === undefined) return err(`no price is known for ${symbol}: wait for its execution`);
  const drafts = [
    ...(fill === null ? [] : [fill]),
    ...(fill?.side === 'buy' && owned === 0 ? [opened(fill)] : []),
    ...orderDrafts(book, statement, symbol, fill, adoption.at),
  ];
  if (drafts.length === 0) return ok([]);
  const note = drafts.map(({ type }) => type).join(', ');
  return ok([
    ...drafts,
    adopted(symbol, { kind: 'position', book: owned, statement: stated, note }, adoption),
  ]);
}

const adopted = (
  symbol: Symbol | null,
  what: Pick<EventOf<'discrepancy.adopted'>, 'kind' | 'book' | 'statement' | 'note'>,
  { at, by }: Adoption,
): EventDraft => ({ type: 'discrepancy.adopted', at, runId: null, symbol, ...what, by });

type FillDraft = Extract<EventDraft, { type: 'fill.recorded' }>;

const opened = ({ at, symbol, orderRef }: FillDraft): EventDraft => ({
  type: 'trade.opened',
  at,
  runId: null,
  tradeId: orderRef,
  symbol,
  entryRef: orderRef,
});

/** The execution that must have been; null where no share differs, undefined where no price is known. */
function inferredFill(
  book: Book,
  statement: BrokerStatement,
  symbol: Symbol,
  shares: number,
  { at, session }: Adoption,
): FillDraft | null | undefined {
  if (shares === 0) return null;
  const stop = shares < 0 ? goneStop(book, statement, symbol) : null;
  const price =
    shares > 0
      ? impliedPrice(book, statement, symbol, shares)
      : (stop?.stopPrice ?? book.trade(symbol)?.mark ?? null);
  if (price === null || price <= 0) return undefined;
  return {
    type: 'fill.recorded',
    at,
    runId: null,
    execId: `adopted/${symbol}/${at}`,
    orderRef: stop?.orderRef ?? `adopted/${symbol}/${at}`,
    symbol,
    side: shares > 0 ? 'buy' : 'sell',
    quantity: Math.abs(shares),
    price,
    // Average costs of brokers have the commission in them; what a sale cost is not known.
    commission: shares > 0 ? ZERO : null,
    filledAt: at,
    session,
    source: 'inferred',
  };
}

/** A stop of ours that the broker no longer shows: most likely what sold the shares. */
function goneStop(book: Book, statement: BrokerStatement, symbol: Symbol): BookOrder | null {
  const stops = book.live(symbol).filter(({ leg }) => leg === 'stop');
  return stops.find(({ orderRef }) => shown(statement, orderRef) === undefined) ?? null;
}

const shown = ({ openOrders }: BrokerStatement, ref: string): BrokerOrder | undefined =>
  openOrders.find(({ orderRef, status }) => orderRef === ref && isLive(status));

/** What the new shares cost by the broker's average cost of all of them; else the last mark. */
function impliedPrice(
  book: Book,
  statement: BrokerStatement,
  symbol: Symbol,
  shares: number,
): Micros | null {
  const trade = book.trade(symbol);
  const [stated, ...more] = statement.positions.filter((position) => position.symbol === symbol);
  if (stated === undefined || stated.averageCost === null || more.length > 0) {
    return trade?.mark ?? null;
  }
  const ours = trade === null ? ZERO : add(costOf(trade.lots), commissionOf(trade.lots));
  const cost = micros(timesQuantity(stated.averageCost, stated.quantity) - ours);
  const implied = cost > 0 ? averagePrice(cost, shares) : ZERO;
  return implied > 0 ? implied : (trade?.mark ?? null);
}

/** Orders of ours as the broker has them: ended, changed, or working after all. */
function orderDrafts(
  book: Book,
  statement: BrokerStatement,
  symbol: Symbol,
  fill: FillDraft | null,
  at: EpochMs,
): EventDraft[] {
  const base = { at, runId: null };
  const ours = book.live(symbol).flatMap((order): EventDraft[] => {
    const { orderRef } = order;
    const stated = shown(statement, orderRef);
    if (stated !== undefined) return changed(order, stated, base);
    const left = order.quantity - order.filledQuantity;
    if (fill?.orderRef === orderRef && fill.quantity >= left) return [];
    return [{ ...base, type: 'order.cancelled', orderRef, cause: 'adopted: not at the broker' }];
  });
  const back = statement.openOrders.flatMap(({ orderRef, status, ...order }): EventDraft[] => {
    const known = order.symbol === symbol && isLive(status) ? book.order(orderRef) : null;
    if (known === null || isLive(known.status)) return [];
    return [{ ...base, type: 'order.found', orderRef, evidence: 'adopted from the statement' }];
  });
  return [...ours, ...back];
}

function changed(
  { orderRef, quantity, filledQuantity, limitPrice, stopPrice }: BookOrder,
  stated: BrokerOrder,
  base: { readonly at: EpochMs; readonly runId: null },
): EventDraft[] {
  const old = { quantity, limitPrice, stopPrice };
  const terms = {
    quantity: filledQuantity + stated.quantity - stated.filledQuantity,
    limitPrice: stated.limitPrice,
    stopPrice: stated.stopPrice,
  };
  const isSame =
    terms.quantity === quantity && terms.limitPrice === limitPrice && terms.stopPrice === stopPrice;
  const cause = 'adopted: as at the broker';
  return isSame ? [] : [{ ...base, type: 'order.modified', orderRef, old, new: terms, cause }];
}

/** The book's cash once these are booked. */
export const cashAfter = (book: Book, drafts: readonly EventDraft[]): Micros =>
  drafts.reduce((cash, draft) => {
    if (draft.type === 'commission.recorded') return subtract(cash, draft.commission);
    if (draft.type === 'fill.recorded') return add(cash, cashMoved(draft.side, draft));
    if (draft.type !== 'fill.corrected') return cash;
    const { side, old, by } = draft;
    const moved = by.reduce((sum, fill) => add(sum, cashMoved(side, fill)), ZERO);
    return add(cash, subtract(moved, cashMoved(side, old)));
  }, book.cash);

/** The difference to the book's cash as the kind of movement a person says it was. */
export function adoptCash(
  cash: Micros,
  statement: BrokerStatement,
  kind: CashKind,
  adoption: Adoption,
): Result<EventDraft[], string> {
  if (statement.cash === null) return err('the statement does not say the cash');
  const amount = subtract(statement.cash, cash);
  if (amount === 0) return ok([]);
  if (kind === 'deposit' && amount < 0) return err('the broker has less cash: no deposit');
  if (kind === 'withdrawal' && amount > 0) return err('the broker has more cash: no withdrawal');
  const { at, session } = adoption;
  const what = { book: toUsd(cash), statement: toUsd(statement.cash), note: kind };
  return ok([
    {
      type: 'cash.recorded',
      at,
      runId: null,
      kind,
      amount,
      session,
      note: "adopted from the broker's statement",
    },
    adopted(null, { kind: 'cash', ...what }, adoption),
  ]);
}

/**
 * The broker's executions and commissions that the book does not hold, as the broker has them: of our orders, and sales
 * by others of shares of ours. `only` takes one execution.
 */
export function bookFills(
  book: Book,
  statement: BrokerStatement,
  adoption: Adoption,
  sessionOf: (at: EpochMs) => SessionDate,
  only: string | null = null,
): EventDraft[] {
  const { at, session } = adoption;
  const wanted = statement.fills.filter(({ execId }) => only === null || execId === only);
  const messages = wanted.flatMap((fill) => [
    { kind: 'filled' as const, fill, at },
    ...(fill.commission === null || !book.hasFill(fill.execId)
      ? []
      : [{ kind: 'commission' as const, execId: fill.execId, commission: fill.commission, at }]),
  ]);
  const drafts = intake(book, messages, session).map((draft) =>
    draft.type === 'fill.recorded' ? { ...draft, session: sessionOf(draft.filledAt) } : draft,
  );
  return drafts.flatMap((draft) =>
    draft.type === 'fill.recorded'
      ? [
          draft,
          adopted(
            draft.symbol,
            { kind: 'fill', book: 0, statement: draft.quantity, note: draft.execId },
            adoption,
          ),
        ]
      : [draft],
  );
}
