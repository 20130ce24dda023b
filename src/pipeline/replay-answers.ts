import { add, formatUsd, type Micros, sum, timesQuantity, ZERO } from '../domain/money.ts';
import type { EventDraft, EventOf, JournalEvent } from '../events/event.ts';
import type { CommissionModel } from '../risk/commission.ts';

type Submitted = EventOf<'order.submitted'>;
type Filled = EventOf<'fill.recorded'>;
type EventDraftOf<T extends EventDraft['type']> = Extract<EventDraft, { readonly type: T }>;

/** An order of a run with what the broker answered, held against the one that is sent today. */
export interface AnsweredOrder {
  readonly orderRef: string;
  readonly symbol: string;
  readonly leg: Submitted['leg'];
  readonly filled: number;
  /** `code`: today's program would send other terms; `fill`: the answer does not go with the order. */
  readonly class: 'same' | 'code' | 'fill';
  /** What is different, a sentence each. */
  readonly details: readonly string[];
}

export interface AnswersQuestion {
  /** What would be written of the orders that are decided now. */
  readonly resent: readonly EventDraft[];
  /** Symbols that are decided differently: their orders are explained by that. */
  readonly differing: ReadonlySet<string>;
  /** What the journal says of the run and its orders, in order. */
  readonly events: readonly JournalEvent[];
  /** How a simulated broker charges now; null where the broker is real and its charge is the truth. */
  readonly commission: CommissionModel | null;
}

/**
 * Gives each order of today's decision the answers that the broker gave then: shares, prices and commissions. An
 * answer that today's order could not have had, or that today's cost model gives otherwise, is a difference.
 */
export function replayAnswers(question: AnswersQuestion): AnsweredOrder[] {
  const { events, resent, differing } = question;
  const now = new Map(
    resent.flatMap((draft) => (draft.type === 'order.submitted' ? [[draft.orderRef, draft]] : [])),
  );
  const commissions = new Map<string, Micros>();
  const fills = new Map<string, Filled[]>();
  const decided = new Map<string, Micros>();
  for (const event of events) {
    if (event.type === 'intent.sized') decided.set(event.symbol, event.limitPrice);
    if (event.type === 'commission.recorded') commissions.set(event.execId, event.commission);
    if (event.type !== 'fill.recorded') continue;
    fills.set(event.orderRef, [...(fills.get(event.orderRef) ?? []), event]);
  }
  return events.flatMap((event): AnsweredOrder[] => {
    if (event.type !== 'order.submitted' || differing.has(event.symbol)) return [];
    const own = fills.get(event.orderRef) ?? [];
    const terms =
      event.leg === 'exit'
        ? []
        : termProblems(event, now.get(event.orderRef), decided.get(event.symbol));
    const answers = [
      ...fillProblems(event, own),
      ...commissionProblems(own, commissions, question.commission),
    ];
    return [
      {
        orderRef: event.orderRef,
        symbol: event.symbol,
        leg: event.leg,
        filled: own.reduce((total, { quantity }) => total + quantity, 0),
        class: terms.length > 0 ? 'code' : answers.length > 0 ? 'fill' : 'same',
        details: [...terms, ...answers],
      },
    ];
  });
}

/** Terms that follow from others, or are no matter of the decision. */
const NO_TERMS: ReadonlySet<string> = new Set(['at', 'runId', 'payloadHash']);

/**
 * Where today's order of this name has other terms. Less than is decided now is a matter of sending, and so is an entry
 * at a lower limit: it met a newer quote.
 */
function termProblems(
  sent: Submitted,
  now: EventDraftOf<'order.submitted'> | undefined,
  decidedLimit: Micros | undefined,
): string[] {
  if (now === undefined) return ['no such order is sent now'];
  const terms = Object.entries(now).filter(([name]) => !NO_TERMS.has(name));
  return terms.flatMap(([name, value]): string[] => {
    const was = sent[name as keyof Submitted] ?? null;
    if (was === value || (name === 'quantity' && sent.quantity < now.quantity)) return [];
    if (name === 'limitPrice' && isRequoted(sent, now, decidedLimit)) return [];
    const shown = (one: unknown): string =>
      name.endsWith('Price') ? priceText(one as Micros | null) : String(one);
    return [`${name} ${shown(was)} was sent, now ${shown(value ?? null)}`];
  });
}

/** True where the run had decided the limit of today, and met a newer quote when it sent the entry. */
const isRequoted = (
  { leg, limitPrice: was }: Submitted,
  { limitPrice }: EventDraftOf<'order.submitted'>,
  decidedLimit: Micros | undefined,
): boolean =>
  leg === 'entry' && was !== null && limitPrice === decidedLimit && was < (limitPrice ?? 0);

/** Where an entry's fills could not be those of its order. The orders of exits change while they work. */
function fillProblems({ leg, quantity, limitPrice }: Submitted, fills: readonly Filled[]) {
  if (leg !== 'entry') return [];
  const filled = fills.reduce((total, fill) => total + fill.quantity, 0);
  const problems: string[] = [];
  if (filled > quantity) problems.push(`${filled} shares were filled of ${quantity} ordered`);
  for (const { execId, price } of fills) {
    if (limitPrice === null || price <= limitPrice) continue;
    problems.push(
      `${execId} filled at ${priceText(price)}, above the limit ${priceText(limitPrice)}`,
    );
  }
  return problems;
}

/** Where a simulated broker would charge otherwise now. Orders are charged by trading day. */
function commissionProblems(
  fills: readonly Filled[],
  later: ReadonlyMap<string, Micros>,
  model: CommissionModel | null,
): string[] {
  if (model === null || fills.length === 0) return [];
  const charged = fills.map(({ execId, commission }) => later.get(execId) ?? commission);
  if (charged.includes(null)) return [];
  const recorded = sum(charged.map((amount) => amount ?? ZERO));
  const bySession = new Map<string, readonly Filled[]>();
  for (const fill of fills) {
    bySession.set(fill.session, [...(bySession.get(fill.session) ?? []), fill]);
  }
  let modelled = ZERO;
  for (const [first, ...others] of bySession.values()) {
    if (first === undefined) continue;
    const day = [first, ...others];
    const execution = {
      side: first.side,
      session: first.session,
      quantity: day.reduce((total, { quantity }) => total + quantity, 0),
      value: sum(day.map(({ price, quantity }) => timesQuantity(price, quantity))),
    };
    modelled = add(modelled, model.ofOrder(execution));
  }
  return modelled === recorded
    ? []
    : [`commission ${formatUsd(recorded)} was charged, now ${formatUsd(modelled)}`];
}

const priceText = (price: Micros | null): string => (price === null ? 'none' : formatUsd(price));
