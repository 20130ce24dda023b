import { openBarFolder } from '../adapters/file/bar-folder.ts';
import { backAdjust } from '../bars/adjust.ts';
import type { LoadedBars } from '../bars/bar-file.ts';
import { dayOf } from '../bars/session-grid.ts';
import { pickBars, spreadColumn, tradedIndices } from '../bars/traded.ts';
import {
  type BarColumns,
  type CorporateAction,
  lowerBound,
  type Symbol,
  type Timeframe,
} from '../domain/market.ts';
import { DAY_MS, dateToUtcMs, type SessionDate } from '../domain/time.ts';
import { computeIndicator, type IndicatorSpec } from '../indicators/registry.ts';

export interface ShowBarsRequest {
  readonly symbol: Symbol;
  readonly timeframe: Timeframe;
  readonly indicators: readonly IndicatorSpec[];
  /** First and last session shown; undefined: as far as the bars go. */
  readonly from: SessionDate | undefined;
  readonly to: SessionDate | undefined;
}

/** Bars of one symbol with indicators beside them; all columns have one length, `start..end` is what was asked for. */
export interface ShownBars {
  readonly columns: BarColumns;
  readonly indicators: readonly { readonly name: string; readonly values: Float64Array }[];
  readonly start: number;
  readonly end: number;
  readonly warnings: readonly string[];
}

/** The bars of a symbol in a folder of bar files. Throws as openBarFolder and its load do. */
export async function showBarsOf(dir: string, request: ShowBarsRequest): Promise<ShownBars> {
  const folder = openBarFolder(dir);
  const loaded = await folder.load(request.symbol, request.timeframe);
  const actions = folder.actions.filter(({ symbol }) => symbol === request.symbol);
  const shown = withIndicators(loaded.columns, actions, request);
  return { ...shown, warnings: [...folder.warnings, ...badRowWarnings(loaded), ...shown.warnings] };
}

/**
 * Bars and indicators over their whole history, and where the asked-for sessions start and end in it. Bars before a
 * split are shown adjusted for it, as the indicators see them.
 */
export function withIndicators(
  raw: BarColumns,
  actions: readonly CorporateAction[],
  { timeframe, indicators, from, to }: ShowBarsRequest,
): ShownBars {
  const splits = actions.filter(({ kind }) => kind === 'split');
  const { columns, scale } = backAdjust(raw, splits);
  const traded = tradedIndices(columns);
  const bars = traded.length === columns.length ? columns : pickBars(columns, traded);
  const sessionStarts = timeframe === '1d' ? [] : sessionStartsOf(bars);
  const fromTime = from === undefined ? Number.NEGATIVE_INFINITY : dateToUtcMs(from);
  const toTime = to === undefined ? Number.POSITIVE_INFINITY : dateToUtcMs(to) + DAY_MS;
  return {
    columns,
    indicators: indicators.map((spec) => ({
      name: spec.name,
      values: spreadColumn(computeIndicator(spec, bars, { sessionStarts }), traded, columns.length),
    })),
    // Stamps lie on the UTC date of their session, so midnights bound it.
    start: lowerBound(columns.time, fromTime),
    end: lowerBound(columns.time, toTime),
    warnings:
      scale === undefined
        ? []
        : [`bars before a split are adjusted for it: ${splits.map((s) => s.exDate).join(', ')}`],
  };
}

function sessionStartsOf({ time, length }: BarColumns): number[] {
  const starts: number[] = [];
  for (let i = 0; i < length; i++) {
    if (i === 0 || dayOf(time[i] as number) !== dayOf(time[i - 1] as number)) starts.push(i);
  }
  return starts;
}

const badRowWarnings = ({ file, badRowCount }: LoadedBars): string[] =>
  badRowCount === 0
    ? []
    : [`${file}: ${badRowCount} bad ${badRowCount === 1 ? 'row is' : 'rows are'} left out`];
