import type { BarColumns } from '../domain/market.ts';
import { RollingMedian } from '../indicators/median.ts';

/** Bars of the medians behind activity. */
export const ACTIVITY_BARS = 20;

/**
 * The medians behind activity at one bar after another, those of the indicators `medvol20` and `meddollar20`. Scans ask
 * for them at the bars that decisions pass, each once, so that no column of them is kept.
 */
export class ActivityWalk {
  readonly #columns: BarColumns;
  #volumes = new RollingMedian(ACTIVITY_BARS);
  #dollars = new RollingMedian(ACTIVITY_BARS);
  #next = 0;
  #medianVolume = Number.NaN;
  #medianDollars = Number.NaN;

  constructor(columns: BarColumns) {
    this.#columns = columns;
  }

  /** The median volume at the bar it was moved to, NaN where that has too few bars before it. */
  get medianVolume(): number {
    return this.#medianVolume;
  }

  /** The median of close x volume over the same bars, in dollars. */
  get medianDollars(): number {
    return this.#medianDollars;
  }

  /** Goes on to a bar; a step backwards or further than the medians reach begins anew. */
  moveTo(index: number): void {
    if (index + 1 < this.#next || index >= this.#next + ACTIVITY_BARS) {
      this.#volumes = new RollingMedian(ACTIVITY_BARS);
      this.#dollars = new RollingMedian(ACTIVITY_BARS);
      this.#next = Math.max(0, index + 1 - ACTIVITY_BARS);
    }
    const { close, volume } = this.#columns;
    for (; this.#next <= index; this.#next++) {
      const shares = volume[this.#next] as number;
      this.#medianVolume = this.#volumes.push(shares);
      this.#medianDollars = this.#dollars.push((close[this.#next] as number) * shares);
    }
  }
}
