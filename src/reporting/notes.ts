import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf, JournalEvent } from '../events/event.ts';
import { plural } from './format.ts';
import type { RunFunnel } from './funnel.ts';
import type { PositionRow } from './open-positions.ts';
import type { DayEvents, ReportFacts } from './report-input.ts';

interface NoteFacts {
  readonly events: DayEvents;
  readonly end: EventOf<'account.marked'> | null;
  readonly facts: ReportFacts;
  readonly funnels: readonly RunFunnel[];
  readonly positions: readonly PositionRow[];
  readonly closedTrades: readonly TradeRecord[];
}

/** How the numbers were made and what is special about this day's data. */
export function dayNotes({
  events,
  end,
  facts,
  funnels,
  positions,
  closedTrades,
}: NoteFacts): string[] {
  const inferred = stillInferred(events.today);
  const later = events.today.filter(
    (event) => event.type === 'fill.recorded' && end !== null && event.seq > end.seq,
  ).length;
  const resolutions = new Set(closedTrades.flatMap(({ resolution }) => resolution ?? []));
  const warnings = funnels.flatMap(({ slot, warnings: texts }) =>
    texts.map((text) => `${slot}: ${text}`),
  );
  const stale = positions.filter(({ markStale }) => markStale).length;
  return [
    `Data: ${facts.dataLabel}.`,
    ...(inferred > 0
      ? [
          `${plural(inferred, 'fill was', 'fills were')} inferred from positions and ${inferred === 1 ? 'is' : 'are'} provisional.`,
        ]
      : []),
    ...(later > 0
      ? [`${plural(later, 'fill')} after the last mark: in the next bridge, not in this one.`]
      : []),
    ...(stale > 0 ? [`${plural(stale, 'mark is', 'marks are')} from an earlier session.`] : []),
    ...(resolutions.size > 0
      ? [`MAE and MFE were measured on bars of ${[...resolutions].sort().join(', ')}.`]
      : []),
    ...warnings,
    'Realised P&L is FIFO by fill time. A trade runs from flat to flat, net of commissions.',
    'R is net P&L over (average entry - initial stop) x quantity; a moved stop never enters it.',
    'Unrealised is quantity x (mark - average fill), without commissions.',
    'Returns are time-weighted; deposits and withdrawals count at the start of their day.',
    'Slippage in basis points, positive is a cost: entries against the reference price of the decision' +
      ' (with daily bars the close before, so the overnight gap is in it), exits against the last mark before' +
      ' they were sent, stops against their stop price.',
    'What each number means: docs/METRICS.md.',
    'Times of day are New York; decisions.csv has the candidates passed to sizing and the next 20.',
  ];
}

/** Fills that the day inferred and did not find out about itself. */
function stillInferred(today: readonly JournalEvent[]): number {
  const names = new Set<string>();
  for (const event of today) {
    if (event.type === 'fill.recorded' && event.source === 'inferred') names.add(event.execId);
    if (event.type !== 'fill.corrected' || !names.delete(event.execId)) continue;
    for (const { execId, inferred } of event.by) if (inferred) names.add(execId);
  }
  return names.size;
}
