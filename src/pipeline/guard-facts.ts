import { boardRowOf } from '../bars/board.ts';
import { returnCorrelation } from '../bars/correlation.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { GuardInput } from '../risk/guards.ts';
import { eraOf, indexOfSymbol } from './scan.ts';

/** What guards may ask of the bars that a decision sees, beside the price. */
export function guardFacts(
  snapshot: MarketSnapshot,
  index: number,
): Pick<GuardInput, 'medianVolume' | 'lastClose' | 'sector' | 'correlationWith' | 'liveQuotes'> {
  const { stretch, row } = boardRowOf(snapshot);
  const at = row * snapshot.series.length + index;
  return {
    medianVolume: stretch.medianVolume[at] as number,
    lastClose: stretch.close[at] as number,
    sector: sectorOf(snapshot, index),
    liveQuotes: snapshot.liveQuotes === true,
    correlationWith: (symbol) => {
      const other = indexOfSymbol(snapshot, symbol);
      // A symbol that the decision has no bars of may move with anything.
      if (other < 0) return 1;
      const [own, theirs] = [eraOf(snapshot, index), eraOf(snapshot, other)];
      return returnCorrelation(own, theirs, snapshot.completedOrdinal);
    },
  };
}

/** The sector of a row, UNKNOWN where it is not stated. */
export const sectorOf = (snapshot: MarketSnapshot, index: number): string =>
  snapshot.series[index]?.sector ?? 'UNKNOWN';
