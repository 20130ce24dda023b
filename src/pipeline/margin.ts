import { subtract, toUsd } from '../domain/money.ts';
import type { Order } from '../domain/order.ts';
import type { Reason } from '../domain/reason.ts';
import type { SessionDate } from '../domain/time.ts';
import type { MarginEstimate } from '../ports/exchange.ts';
import { belowMinNotional } from '../risk/guards-cost.ts';
import type { EntrySettings, SizingSettings } from '../risk/limits.ts';
import { bracketOf } from './bracket.ts';
import type { CandidateDecision } from './decide.ts';

/** Asks a broker what an order would need of the account; null where it did not say. */
export type AskMargin = (order: Order) => Promise<MarginEstimate | null>;

/** What an order is reckoned by before it is sent. */
export interface MarginDesk {
  readonly ask: AskMargin;
  readonly session: SessionDate;
  readonly slot: string;
  readonly entry: EntrySettings;
  readonly sizing: SizingSettings;
}

type Sendable = Pick<CandidateDecision, 'intent' | 'verdict'>;

/**
 * An entry as the account can carry it, by the broker's own reckoning: fewer shares where the margin it needs is not
 * there, none where the broker does not say. That only ever shrinks.
 */
export async function withinMargin(sendable: Sendable, desk: MarginDesk): Promise<Sendable> {
  const { intent, verdict } = sendable;
  if (intent === null || verdict.approved === 0) return sendable;
  const { ask, session, slot, entry } = desk;
  // The name is not that of the order to be sent: what is asked here is no order.
  const { entry: order } = bracketOf(
    intent,
    verdict.approved,
    { session, slot, generation: 1 },
    entry,
  );
  const estimate = await ask(order);
  const reason = estimate === null ? UNKNOWN : marginReason(estimate, verdict.approved);
  if (reason === null) return sendable;
  const rest =
    reason.allowed === 0
      ? null
      : belowMinNotional(intent.referencePrice, reason.allowed, desk.sizing);
  const reasons = [...verdict.reasons, reason, ...(rest === null ? [] : [rest])];
  return { intent, verdict: { approved: rest === null ? reason.allowed : 0, reasons } };
}

const UNKNOWN: Reason = { code: 'MARGIN_UNKNOWN', allowed: 0, limit: null, value: null };

/** Null where the account can carry all of it. Margin is proportional to shares. */
function marginReason({ change, after, equity }: MarginEstimate, quantity: number): Reason | null {
  if (after <= equity) return null;
  const room = Math.max(0, subtract(equity, subtract(after, change)));
  const allowed = change > 0 ? Math.min(quantity, Math.floor((quantity * room) / change)) : 0;
  return { code: 'MARGIN', allowed, limit: toUsd(room as typeof change), value: toUsd(change) };
}
