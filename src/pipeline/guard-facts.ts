import { returnCorrelation } from '../bars/correlation.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { GuardInput } from '../risk/guards.ts';
import { eraOf } from './scan.ts';

/** What guards may ask of the bars that a decision sees, beside price and volume. */
export function guardFacts(
  snapshot: MarketSnapshot,
  index: number,
): Pick<GuardInput, 'lastClose' | 'sector' | 'correlationWith' | 'liveQuotes'> {
  const era = eraOf(snapshot, index);
  return {
    lastClose: era.columns.close[(snapshot.visible[index] as number) - 1] ?? Number.NaN,
    sector: sectorOf(snapshot, index),
    ...(snapshot.liveQuotes === undefined ? {} : { liveQuotes: snapshot.liveQuotes }),
    correlationWith: (symbol) => {
      const other = snapshot.series.findIndex((series) => series.symbol === symbol);
      // A symbol that the decision has no bars of may move with anything.
      if (other < 0) return 1;
      return returnCorrelation(era, eraOf(snapshot, other), snapshot.completedOrdinal);
    },
  };
}

/** The sector of a row, UNKNOWN where it is not stated. */
export const sectorOf = (snapshot: MarketSnapshot, index: number): string =>
  snapshot.series[index]?.sector ?? 'UNKNOWN';
