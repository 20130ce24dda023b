import type { JournalEvent } from '../events/event.ts';
import { recordsOf } from './records.ts';

/**
 * What the journal of a home says of runs, by run id: their own events, and what became of the orders they sent,
 * in order. One pass, from the first event of any of them on.
 */
export async function journalOfRuns(
  home: string,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, readonly JournalEvent[]>> {
  const reader = recordsOf(home);
  const wanted = new Set(runIds);
  const found = new Map<string, JournalEvent[]>();
  let from = Number.POSITIVE_INFINITY;
  for (const runId of runIds) {
    for await (const { seq } of reader.events({ runId })) {
      from = Math.min(from, seq);
      break;
    }
  }
  if (from === Number.POSITIVE_INFINITY) return found;
  const runOfOrder = new Map<string, string>();
  const runOfFill = new Map<string, string>();
  for await (const event of reader.events({ fromSeq: from })) {
    const runId = runOf(event, wanted, runOfOrder, runOfFill);
    if (runId === undefined) continue;
    found.set(runId, [...(found.get(runId) ?? []), event]);
    if (event.type === 'order.submitted') runOfOrder.set(event.orderRef, runId);
    if (event.type === 'fill.recorded') runOfFill.set(event.execId, runId);
  }
  return found;
}

function runOf(
  event: JournalEvent,
  wanted: ReadonlySet<string>,
  runOfOrder: ReadonlyMap<string, string>,
  runOfFill: ReadonlyMap<string, string>,
): string | undefined {
  if (event.runId !== null && wanted.has(event.runId)) return event.runId;
  if (event.type === 'commission.recorded') return runOfFill.get(event.execId);
  return 'orderRef' in event && event.orderRef !== null
    ? runOfOrder.get(event.orderRef)
    : undefined;
}
