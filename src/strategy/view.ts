import type { SeriesEra } from '../bars/series.ts';
import type { Symbol } from '../domain/market.ts';
import type { HeldView, StrategyDefinition, StrategyView } from './strategy.ts';

/** A strategy's view of one symbol and the only handle that moves it on. */
export interface ViewCursor {
  readonly view: StrategyView<unknown, string>;
  /** Makes the view end before bar index `visible` (exclusive). */
  readonly moveTo: (visible: number, held: HeldView | null) => void;
  /** Empties the view: one that was kept beyond its decision shows nothing. */
  readonly close: () => void;
}

/**
 * Makes a view over an era whose accessors are closures: they give single values of visible bars and hold the
 * columns out of the strategy's reach. One view per symbol serves every decision; only the cursor moves.
 */
export function makeView(
  strategy: StrategyDefinition,
  params: unknown,
  symbol: Symbol,
  era: SeriesEra,
): ViewCursor {
  let visible = 0;
  let held: HeldView | null = null;
  const reader = (column: Float64Array) =>
    Object.freeze((ago = 0): number => {
      const index = visible - 1 - ago;
      // Judged by the index alone: `ago` is the strategy's and may answer differently when it is asked twice.
      return index >= 0 && index < visible ? (column[index] ?? Number.NaN) : Number.NaN;
    });
  const inputs: Record<string, (ago?: number) => number> = {};
  for (const [name, indicator] of Object.entries(strategy.inputs(params))) {
    inputs[name] = reader(era.indicators.get(indicator));
  }
  const { columns } = era;
  const view: StrategyView<unknown, string> = Object.freeze({
    symbol,
    params,
    get held() {
      return held;
    },
    bars: Object.freeze(() => visible),
    open: reader(columns.open),
    high: reader(columns.high),
    low: reader(columns.low),
    close: reader(columns.close),
    volume: reader(columns.volume),
    inputs: Object.freeze(inputs),
  });
  return {
    view,
    moveTo(end, position) {
      visible = end;
      held = position;
    },
    close() {
      visible = 0;
      held = null;
    },
  };
}
