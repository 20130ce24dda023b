import { historyFolder } from '../../src/adapters/file/file-history.ts';
import { verifyHistory } from '../../src/adapters/file/history-verify.ts';
import type { Symbol } from '../../src/domain/market.ts';
import { type Micros, usd } from '../../src/domain/money.ts';
import { isLive } from '../../src/domain/order.ts';
import type { EventOf, JournalEvent } from '../../src/events/event.ts';
import { Book } from '../../src/ledger/book.ts';
import type { ServerBook } from '../../src/testing/fake-tws/audit.ts';
import type { FakeTws } from '../../src/testing/fake-tws/server.ts';

/** A client may send 50 messages in a second; ours keeps to this. */
export const MOST_PER_SECOND = 45;

/**
 * What is not as it must be between a server and the home that traded with it, in words: by the server's own audit, by
 * the journal, and by what each of them takes for orders, executions and positions.
 */
export async function paperFindings(
  tws: FakeTws,
  home: string,
  events: readonly JournalEvent[],
): Promise<string[]> {
  const verified = await verifyHistory(historyFolder(home), () => new Book());
  const { fastestPerSecond, problems } = tws.record;
  const isFast = fastestPerSecond > MOST_PER_SECOND;
  return [
    ...tws.audit.findings().map((finding) => `server: ${finding}`),
    ...problems.map((problem) => `server: ${problem}`),
    ...(isFast ? [`server: ${fastestPerSecond} messages in a second`] : []),
    ...verified.findings.map((finding) => `journal: ${finding}`),
    ...sentFindings(tws, events),
    ...executionFindings(tws.audit.book(), events),
    ...bookFindings(tws.audit.book(), events),
  ];
}

/** Every order on the wire was written down before, with the same terms, and once. */
function sentFindings(tws: FakeTws, events: readonly JournalEvent[]): string[] {
  const submitted = new Map<string, EventOf<'order.submitted'>>();
  const findings: string[] = [];
  for (const event of events) {
    if (event.type !== 'order.submitted') continue;
    if (submitted.has(event.orderRef)) findings.push(`${event.orderRef} was written down twice`);
    submitted.set(event.orderRef, event);
  }
  for (const { kind, orderRef, quantity, action, at } of tws.audit.messages) {
    if (kind !== 'place') continue;
    const known = submitted.get(orderRef);
    if (known === undefined || known.at > at) findings.push(`${orderRef} was sent unwritten`);
    else if (known.quantity !== quantity || known.side.toUpperCase() !== action) {
      findings.push(`${orderRef} was sent with other terms`);
    }
  }
  return findings;
}

interface Executed {
  readonly symbol: Symbol;
  readonly signed: number;
  readonly price: Micros;
  readonly commission: Micros | null;
}

/** Our executions by their ids, corrections in the place of what they correct. */
function executed(events: readonly JournalEvent[]): ReadonlyMap<string, Executed> {
  const known = new Map<string, Executed>();
  for (const event of events) {
    if (event.type === 'fill.recorded') known.set(event.execId, fillOf(event, event));
    if (event.type === 'commission.recorded') {
      const fill = known.get(event.execId);
      if (fill !== undefined) known.set(event.execId, { ...fill, commission: event.commission });
    }
    if (event.type !== 'fill.corrected') continue;
    known.delete(event.execId);
    for (const by of event.by) known.set(by.execId, fillOf(event, by));
  }
  return known;
}

const fillOf = (
  { symbol, side }: EventOf<'fill.recorded'> | EventOf<'fill.corrected'>,
  {
    quantity,
    price,
    commission,
  }: Pick<EventOf<'fill.recorded'>, 'quantity' | 'price' | 'commission'>,
): Executed => ({ symbol, signed: side === 'buy' ? quantity : -quantity, price, commission });

function executionFindings(book: ServerBook, events: readonly JournalEvent[]): string[] {
  const ours = executed(events);
  const findings: string[] = [];
  for (const { execId, orderRef, side, shares, price, commission } of book.executions) {
    const fill = ours.get(execId);
    if (fill === undefined) findings.push(`${execId} of ${orderRef} is not in the journal`);
    else if (fill.signed !== (side === 'BOT' ? shares : -shares) || fill.price !== usd(price)) {
      findings.push(`${execId} of ${orderRef} is in the journal with other terms`);
    } else if (fill.commission !== null && fill.commission !== usd(commission)) {
      findings.push(`${execId} of ${orderRef} has another commission in the journal`);
    }
  }
  const theirs = new Set(book.executions.map(({ execId }) => execId));
  for (const execId of ours.keys()) {
    if (!theirs.has(execId)) findings.push(`${execId} is in the journal, and never was`);
  }
  return findings;
}

/** Positions and working orders of the two, share by share and stop by stop. */
function bookFindings(theirs: ServerBook, events: readonly JournalEvent[]): string[] {
  const book = new Book();
  for (const event of events) book.apply(event);
  const held = Object.fromEntries(
    book.openTrades().map(({ symbol }) => [symbol, book.owned(symbol)]),
  );
  const working = theirs.orders
    .filter(({ state, orderRef }) => orderRef !== '' && isAtWork(state))
    .map(({ orderRef, quantity, stopPrice }) => terms(orderRef, quantity, stopPrice));
  const ours = [...book.orders()]
    .filter(({ status }) => isLive(status))
    .map(({ orderRef, quantity, stopPrice }) =>
      terms(orderRef, quantity, stopPrice === null ? Number.NaN : stopPrice / 1e6),
    );
  return [
    ...difference('positions', text(theirs.positions), text(held)),
    ...difference('orders', working.sort().join(', '), ours.sort().join(', ')),
  ];
}

const isAtWork = (state: string): boolean =>
  !['Filled', 'Cancelled', 'Inactive', 'Untransmitted'].includes(state);

const terms = (orderRef: string, quantity: number, stopPrice: number): string =>
  `${orderRef} ${quantity}${Number.isNaN(stopPrice) ? '' : ` at ${stopPrice}`}`;

const text = (positions: Readonly<Record<string, number>>): string =>
  Object.entries(positions)
    .map(([symbol, shares]) => `${shares} ${symbol}`)
    .sort()
    .join(', ');

const difference = (what: string, theirs: string, ours: string): string[] =>
  theirs === ours ? [] : [`${what} differ: theirs are [${theirs}], ours are [${ours}]`];
