import type { Decided } from '../domain/decided.ts';
import { differenceText, placeOf } from '../pipeline/compare-decided.ts';
import type { Replay, ReplayClass } from '../pipeline/replay.ts';
import type { AnsweredOrder } from '../pipeline/replay-answers.ts';

/** The event at which the replay parts from what was recorded. */
export interface FirstDivergence {
  readonly event: string;
  readonly symbol: string | null;
  readonly details: readonly string[];
}

/** How many decisions fell into each class; an order that differs counts for its symbol. */
export function countsOf(
  compared: number,
  differences: Replay['differences'],
  orders: readonly AnsweredOrder[],
): Record<ReplayClass, number> {
  const counts = { same: compared, data: 0, config: 0, code: 0, guard: 0, fill: 0 };
  const move = (to: ReplayClass): void => {
    counts.same -= 1;
    counts[to] += 1;
  };
  for (const difference of differences) move(difference.class);
  const wrong = new Map<string, 'code' | 'fill'>();
  for (const { symbol, class: kind } of orders) if (kind !== 'same') wrong.set(symbol, kind);
  for (const kind of wrong.values()) move(kind);
  return counts;
}

/** The first event of the run's journal that would read otherwise now; null where none would. */
export function firstOf(
  differences: Replay['differences'],
  orders: readonly AnsweredOrder[],
  hashCause: Replay['hashCause'],
  recorded: Decided,
  now: Decided,
): FirstDivergence | null {
  const inOrder = [...differences].sort((one, two) => placeOf(one) - placeOf(two));
  const [row] = inOrder;
  if (row !== undefined) {
    return {
      event: eventOf(row),
      symbol: row.symbol,
      details: row.fields.map(differenceText),
    };
  }
  if (hashCause !== null) {
    const [field, a, b] =
      recorded.signalHash === now.signalHash
        ? ['decisionHash', recorded.decisionHash, now.decisionHash]
        : ['signalHash', recorded.signalHash, now.signalHash];
    return { event: 'run.completed', symbol: null, details: [`${field} ${a} -> ${b}`] };
  }
  const order = orders.find(({ class: kind }) => kind !== 'same');
  if (order === undefined) return null;
  return {
    event: order.class === 'fill' ? 'fill.recorded' : 'order.submitted',
    symbol: order.symbol,
    details: order.details,
  };
}

function eventOf({ stage, a, b }: Replay['differences'][number]): string {
  if (stage === 'scan' || stage === 'score') return 'candidates.scored';
  if (stage === 'size') return 'intent.sized';
  return (a ?? b)?.fate === 'approved' ? 'intent.approved' : 'intent.denied';
}
