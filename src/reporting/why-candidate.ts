import { timesFractions, toUsd } from '../domain/money.ts';
import type { Fate, Reason } from '../domain/reason.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { type ScoredCandidate, scoredCandidates } from '../events/scored-candidates.ts';
import { describeReason } from '../risk/reasons.ts';
import { amount, price, share } from './format.ts';
import type { OrderStory } from './why-orders.ts';
import { FATE_WORDS } from './why-words.ts';

/** One line of an arithmetic: what is computed, and how. */
export interface Term {
  readonly name: string;
  readonly text: string;
}

/** How a size came about. Dollars, shares, fractions. */
export interface SizingStory {
  readonly quantity: number;
  readonly equity: number;
  readonly intensity: number;
  readonly riskBudget: number;
  readonly referencePrice: number;
  readonly limitPrice: number;
  readonly stopPrice: number;
  readonly targetPrice: number | null;
  readonly atr: number;
  readonly riskPerShare: number;
  readonly byRisk: number;
  readonly byPosition: number;
  readonly binding: 'risk' | 'position';
  readonly terms: readonly Term[];
}

/** A reason, and what it means with its numbers. */
export interface ToldReason extends Reason {
  readonly text: string;
}

/** What became of one candidate of a run, from its place in the scan to its order. */
export interface CandidateStory {
  readonly symbol: string;
  /** 1 for the most active. */
  readonly scanRank: number;
  /** 1 for the best score. */
  readonly rank: number;
  readonly activity: number;
  readonly score: number;
  /** Features after their ramps, 0..1. */
  readonly components: Readonly<Record<string, number>>;
  readonly signalReason: string;
  readonly strength: number;
  readonly referencePrice: number;
  readonly atr: number;
  readonly fate: Fate;
  readonly sizing: SizingStory | null;
  /** What the guards let through; null where they were not asked, or the order was not sent. */
  readonly approved: number | null;
  readonly entryRef: string | null;
  readonly reasons: readonly ToldReason[];
  /** Its end in one line: "filled 71 at 140.25". */
  readonly outcome: string;
}

/** Orders by their orderRef, as far as they are known. */
export type OrdersByRef = ReadonlyMap<string, OrderStory>;

/** The candidates that the journal names for a run, best first. `events` are the run's own. */
export function candidatesOf(
  events: readonly JournalEvent[],
  orders: OrdersByRef,
): CandidateStory[] {
  const bySymbol = new Map<string, Parts>();
  const parts = (symbol: string): Parts => {
    const known = bySymbol.get(symbol) ?? {};
    bySymbol.set(symbol, known);
    return known;
  };
  for (const event of events) {
    for (const scored of scoredCandidates(event)) parts(scored.symbol).scored = scored;
    if (event.type === 'intent.sized') parts(event.symbol).sized = event;
    else if (event.type === 'intent.denied') parts(event.symbol).denied = event;
    else if (event.type === 'intent.approved') parts(event.symbol).approved = event;
  }
  return [...bySymbol.values()]
    .flatMap(({ scored, ...rest }) => (scored === undefined ? [] : [told(scored, rest, orders)]))
    .sort((a, b) => a.rank - b.rank);
}

interface Parts {
  scored?: ScoredCandidate;
  sized?: EventOf<'intent.sized'>;
  denied?: EventOf<'intent.denied'>;
  approved?: EventOf<'intent.approved'>;
}

function told(
  scored: ScoredCandidate,
  parts: Omit<Parts, 'scored'>,
  orders: OrdersByRef,
): CandidateStory {
  const { sized, denied, approved } = parts;
  const reasons = (denied ?? approved)?.reasons ?? [];
  const { symbol, scanRank, rank, activity, score, components, signalReason, strength, fate } =
    scored;
  return {
    symbol,
    scanRank,
    rank,
    activity,
    score,
    components,
    signalReason,
    strength,
    referencePrice: toUsd(scored.referencePrice),
    atr: toUsd(scored.atr),
    fate,
    sizing: sized === undefined ? null : sizingStory(sized),
    approved: denied === undefined ? (approved?.approved ?? null) : 0,
    entryRef: approved?.entryRef ?? null,
    reasons: reasons.map((reason) => ({ ...reason, text: describeReason(reason) })),
    outcome: outcomeText(scored, parts, orders),
  };
}

function outcomeText(
  { fate }: ScoredCandidate,
  { denied, approved }: Omit<Parts, 'scored'>,
  orders: OrdersByRef,
): string {
  if (denied !== undefined) {
    const codes = denied.reasons.filter(({ allowed }) => allowed === 0).map(({ code }) => code);
    return `${fate === 'not_sized' ? 'no size' : 'denied'}: ${codes.join(', ')}`;
  }
  if (fate !== 'approved') return FATE_WORDS[fate];
  if (approved === undefined) return 'approved, nothing was sent';
  const order = orders.get(approved.entryRef);
  return order === undefined ? `approved ${approved.approved}` : orderOutcome(order);
}

/** "filled 71 at 140.25", "expired: gap (...)", "working". */
function orderOutcome(order: OrderStory): string {
  if (order.averageFillPrice === null) {
    return order.cause === null ? order.status : `${order.status}: ${order.cause}`;
  }
  const isPart = order.quantity !== null && order.filledQuantity < order.quantity;
  const of = isPart ? ` of ${order.quantity}` : '';
  return `filled ${order.filledQuantity}${of} at ${price(order.averageFillPrice)}`;
}

function sizingStory(sized: EventOf<'intent.sized'>): SizingStory {
  const { quantity, intensity, byRisk, byPosition, binding } = sized;
  const numbers = {
    quantity,
    intensity,
    byRisk,
    byPosition,
    binding,
    equity: toUsd(sized.equity),
    riskBudget: toUsd(sized.riskBudget),
    referencePrice: toUsd(sized.referencePrice),
    limitPrice: toUsd(sized.limitPrice),
    stopPrice: toUsd(sized.stopPrice),
    targetPrice: sized.targetPrice === null ? null : toUsd(sized.targetPrice),
    atr: toUsd(sized.atr),
    riskPerShare: toUsd(sized.riskPerShare),
  };
  return { ...numbers, terms: sizingTerms(sized, numbers) };
}

function sizingTerms(sized: EventOf<'intent.sized'>, numbers: Omit<SizingStory, 'terms'>): Term[] {
  const { quantity, equity, riskBudget, referencePrice, stopPrice, riskPerShare, atr } = numbers;
  const { byRisk, byPosition, binding, limitPrice, targetPrice } = numbers;
  const positionUsd = byPosition * referencePrice;
  const inAtr = atr > 0 ? `, ${(riskPerShare / atr).toFixed(2)} ATR of ${price(atr)}` : '';
  const target = targetPrice === null ? 'no target' : `target ${price(targetPrice)}`;
  return [
    {
      name: 'budget',
      text: `equity ${amount(equity)} x ${fractionText(sized)} per trade x intensity ${sized.intensity} = ${amount(riskBudget)}`,
    },
    {
      name: 'risk per share',
      text: `reference ${price(referencePrice)} - stop ${price(stopPrice)} = ${price(riskPerShare)}${inAtr}`,
    },
    { name: 'by risk', text: `${amount(riskBudget)} / ${price(riskPerShare)} = ${shares(byRisk)}` },
    {
      name: 'by position',
      text: `${shares(byPosition)} fit into one position: ${amount(positionUsd)}, ${share(positionUsd / equity)} of equity`,
    },
    {
      name: 'size',
      text: `${shares(quantity)}, bound by ${binding}: ${amount(quantity * referencePrice)} at the reference, ${amount(quantity * riskPerShare)} at risk`,
    },
    { name: 'prices', text: `limit ${price(limitPrice)}, stop ${price(stopPrice)}, ${target}` },
  ];
}

const shares = (count: number): string => `${count} ${count === 1 ? 'share' : 'shares'}`;

/**
 * sizing.perTradeFraction as the run had it. The journal keeps the budget it gave, not the key; the
 * fraction of six decimals that gives the same budget is that key.
 */
function fractionText({ equity, intensity, riskBudget }: EventOf<'intent.sized'>): string {
  const raw = riskBudget / equity / intensity;
  const fraction = Math.round(raw * 1e6) / 1e6;
  const isExact =
    Number.isFinite(raw) && timesFractions(equity, fraction, intensity, 'floor') === riskBudget;
  return isExact ? `${Number((fraction * 100).toFixed(4))} %` : `about ${share(raw)}`;
}
