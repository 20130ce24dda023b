import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Symbol } from '../domain/market.ts';
import type { EpochMs, Session } from '../domain/time.ts';

/** What a run wants to look at. */
export interface SnapshotRequest {
  readonly asOf: EpochMs;
  readonly session: Session;
  /** Only these symbols; the whole universe when absent. */
  readonly symbols?: readonly Symbol[];
  /** Today's first price per symbol, for the gap rule. */
  readonly todayOpen: boolean;
  /** Today's cumulative volume against the same minute of earlier sessions. */
  readonly relativeVolume: boolean;
  /**
   * True where orders will follow: live quotes are waited for, and the snapshot is sealed after that, later than asked
   * for. Means nothing where there are none.
   */
  readonly waitForQuotes?: boolean;
}

/** The market as decisions see it. All I/O happens here, before the decision. */
export interface MarketData {
  readonly label: string;
  /** Reads and seals; a symbol without data is a row without a price, never an error of the others. */
  snapshot(request: SnapshotRequest): Promise<MarketSnapshot>;
  /** Finds out what the universe is, where that has to be asked for; a scan of everything does so by itself. */
  findUniverse?(): Promise<void>;
  /** Asks beforehand for the prices that a scan of these symbols will look at, where they have to be asked for. */
  warm?(request: SnapshotRequest): Promise<void>;
}
