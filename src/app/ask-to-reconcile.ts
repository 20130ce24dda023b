import { throughOwner } from '../adapters/file/owner-channel.ts';
import type { EventDraft } from '../events/event.ts';
import type { Break } from '../ledger/breaks.ts';
import {
  type Corrections,
  type HomeRequest,
  type ReconcileOrder,
  type ReconcileOutcome,
  type Resolution,
  reconcileHome,
  resolveBreaks,
} from './reconcile-home.ts';

/** What somebody at a terminal wants compared and corrected. */
export interface AskToReconcile extends HomeRequest {
  readonly corrections: Corrections;
  readonly dryRun: boolean;
  /** Shown what would be journalled; false leaves the book as it is. */
  readonly confirm: (drafts: readonly EventDraft[]) => Promise<boolean>;
}

const NOTHING: Corrections = { symbols: [], cash: null, fills: null };

/**
 * Compares a home with its broker and corrects what a person agrees to: through the daemon that holds the home, else
 * here. Nobody holds the home while the person thinks; what has changed by then is refused.
 */
export async function askToReconcile(request: AskToReconcile): Promise<ReconcileOutcome> {
  const { corrections, dryRun, confirm } = request;
  const ask = (order: ReconcileOrder): Promise<ReconcileOutcome> =>
    throughOwner(request.home, { name: 'reconcile', args: { ...order } }, () =>
      reconcileHome(request, order),
    );
  const asksNothing =
    corrections.symbols.length === 0 && corrections.cash === null && corrections.fills === null;
  if (dryRun || asksNothing) return ask({ corrections, dryRun, agreed: null });
  const { corrected, digest } = await ask({ corrections, dryRun: true, agreed: null });
  if (corrected.length > 0 && (await confirm(corrected))) {
    return ask({ corrections, dryRun, agreed: digest });
  }
  return ask({ corrections: NOTHING, dryRun, agreed: null });
}

/** Takes note of breaks: through the daemon that holds the home, else here. */
export const askToResolve = (
  request: HomeRequest,
  resolution: Resolution,
): Promise<readonly Break[]> =>
  throughOwner(request.home, { name: 'breaks resolve', args: { ...resolution } }, () =>
    resolveBreaks(request, resolution),
  );
