import { lowerBound } from '../domain/market.ts';
import type { SessionGrid } from './session-grid.ts';

/**
 * The sessions of daily bars as columns of calendar ordinals. Most symbols have a bar in every session since their
 * first: they share one column, which is not held for each of them.
 */
export class SessionColumns {
  readonly #grid: Pick<SessionGrid, 'ordinalOfTime'>;
  /** The longest of those that were asked for. */
  #times: Float64Array = new Float64Array(0);
  #ordinals = new Int32Array(0);

  constructor(grid: Pick<SessionGrid, 'ordinalOfTime'>) {
    this.#grid = grid;
  }

  /** The ordinal of the session of a stamp, -1 for none. */
  ordinalOf(time: number): number {
    return this.#grid.ordinalOfTime(time);
  }

  /** The ordinals of ascending stamps, -1 where there is no session. Must not be written to. */
  ordinalsOf(times: Float64Array): Int32Array {
    const at = lowerBound(this.#times, times[0] ?? Number.POSITIVE_INFINITY);
    if (isAt(times, this.#times, at)) return this.#ordinals.subarray(at, at + times.length);
    const own = new Int32Array(times.length);
    for (let i = 0; i < own.length; i++) own[i] = this.ordinalOf(times[i] as number);
    if (own.length > this.#times.length) {
      this.#times = times;
      this.#ordinals = own;
    }
    return own;
  }
}

/** Whether the same stamps stand in a longer column from an index on. */
function isAt(times: Float64Array, known: Float64Array, at: number): boolean {
  if (at + times.length > known.length) return false;
  for (let i = 0; i < times.length; i++) if (times[i] !== known[at + i]) return false;
  return true;
}
