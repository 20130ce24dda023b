import { type BarColumns, emptyColumns } from '../domain/market.ts';

/**
 * The indices of the bars that were traded: a bar of no volume is no bar for indicators. An index such as the VIX has
 * no volume at all; then every bar counts.
 */
export function tradedIndices({ volume, length }: BarColumns): Int32Array {
  const traded = new Int32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) if ((volume[i] as number) > 0) traded[count++] = i;
  if (count === 0) for (let i = 0; i < length; i++) traded[count++] = i;
  return traded.subarray(0, count);
}

/** The bars at the given indices, in that order, as columns of their own. */
export function pickBars(columns: BarColumns, indices: Int32Array): BarColumns {
  const picked = emptyColumns(indices.length);
  for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) {
    const from = columns[name];
    const to = picked[name];
    for (let i = 0; i < indices.length; i++) to[i] = from[indices[i] as number] as number;
  }
  return picked;
}

/** A column computed over picked bars put back at their places; NaN at the others. */
export function spreadColumn(
  column: Float64Array,
  indices: Int32Array,
  length: number,
): Float64Array {
  const spread = new Float64Array(length).fill(Number.NaN);
  for (let i = 0; i < indices.length; i++) spread[indices[i] as number] = column[i] as number;
  return spread;
}
