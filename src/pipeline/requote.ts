import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Quote } from '../domain/market.ts';
import { minOf } from '../domain/money.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import { type EpochMs, epochMs } from '../domain/time.ts';
import type { Quotes } from '../ports/quotes.ts';
import { type CandidateDecision, type DecisionSettings, openingBudget } from './decide.ts';
import { judgeAt } from './judge-at.ts';
import { entryLimit } from './size.ts';

/** A live quote that is older than this when its order is sent is no longer the one that was decided by. */
export const OLD_AT_SEND_MS = 10_000;
const WAIT_MS = 5_000;

/** What an order is looked at again with, right before it is sent. */
export interface SendingDesk {
  readonly quotes: Pick<Quotes, 'prepare' | 'quote'> | null;
  readonly now: () => EpochMs;
  readonly snapshot: MarketSnapshot;
  readonly state: PortfolioState;
  readonly settings: DecisionSettings;
}

/**
 * An approved candidate as it may be sent now. Where the live quote it was decided by has become old, another is asked
 * for and the guards are asked again; without one it is denied. That only ever shrinks: quantity and limit price stay
 * at or below what was decided, so that nothing which the run has approved is exceeded.
 */
export async function asOfSending(
  candidate: CandidateDecision,
  desk: SendingDesk,
): Promise<Pick<CandidateDecision, 'intent' | 'verdict'>> {
  const { quotes, now, snapshot } = desk;
  const { row } = candidate;
  if (quotes === null || snapshot.liveQuotes !== true) return candidate;
  const decidedBy = snapshot.quote(row.index);
  const at = now();
  if (decidedBy !== null && at - decidedBy.at <= OLD_AT_SEND_MS) return candidate;
  const until = epochMs(at + WAIT_MS);
  const { maxQuoteAgeMs } = desk.settings.entry;
  const from = epochMs(at - Math.floor(maxQuoteAgeMs / 2));
  await quotes.prepare([row.symbol], { from, until, patientUntil: until });
  return judgedAgain(candidate, quotes.quote(row.symbol), desk);
}

function judgedAgain(
  candidate: CandidateDecision,
  quote: Quote | null,
  { now, snapshot, state, settings }: SendingDesk,
): Pick<CandidateDecision, 'intent' | 'verdict'> {
  const { row, intent: decided, verdict: before } = candidate;
  if (decided === null) return candidate;
  const limit = entryLimit(decided.referencePrice, quote, settings.entry, settings.sizing.ticks);
  const intent = {
    ...decided,
    quantity: before.approved,
    limitPrice: minOf(decided.limitPrice, limit),
  };
  // What other candidates were approved for is not in this budget, nor does it need to be: nothing grows.
  const budget = openingBudget(state, settings);
  const again = judgeAt({ asOf: now(), quote }, row, intent, { snapshot, state, settings, budget });
  const approved = Math.min(before.approved, again.approved);
  return {
    intent: { ...intent, quantity: decided.quantity },
    verdict: {
      approved,
      reasons: [...before.reasons, ...again.reasons.filter((one) => one.allowed < before.approved)],
    },
  };
}
