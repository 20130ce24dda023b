import type { Stretch } from '../bars/board.ts';
import type { SeriesEra } from '../bars/series.ts';
import type { ColumnRule, RuleColumns } from '../strategy/column-rule.ts';
import type { NoSignal } from '../strategy/strategy.ts';
import { codeOf, SCORED } from './reason-codes.ts';

/** What a rule over columns says at every row of a stretch, one value per series in each row. */
export interface Panel {
  /** SCORED where there is a signal, else the code of the reason why there is none. */
  readonly codes: Int8Array;
  /** Raw values, as many as the strategy has features for each series; written where there is a signal. */
  readonly features: Float64Array;
}

/** A rule with all it needs to judge. */
export interface PanelRule {
  readonly rule: ColumnRule;
  readonly params: unknown;
  readonly warmupBars: number;
  readonly features: number;
  readonly bind: (era: SeriesEra) => RuleColumns<string>;
}

/**
 * Judges every series at every row, series by series, so that each one's columns are read in order. What is said at a
 * bar depends on it and the bars before it alone.
 */
export function panelOf(stretch: Stretch, by: PanelRule): Panel {
  const { series, eras, visible } = stretch;
  const count = series.length;
  const width = by.features;
  const codes = new Int8Array(visible.length);
  const features = new Float64Array(visible.length * width);
  const said = new Float64Array(width);
  let lastReason: NoSignal = 'history_short';
  let lastCode = codeOf(lastReason);
  for (let i = 0; i < count; i++) {
    let era: SeriesEra | undefined;
    let columns: RuleColumns<string> | undefined;
    for (let row = 0; row < eras.length; row++) {
      const at = row * count + i;
      const bars = visible[at] as number;
      let reason: NoSignal | null = 'history_short';
      if (bars > 0 && bars >= by.warmupBars) {
        const current = (eras[row] as readonly SeriesEra[])[i] as SeriesEra;
        if (columns === undefined || current !== era) {
          era = current;
          columns = by.bind(current);
        }
        reason = by.rule.judge(columns, by.params, bars - 1, said);
      }
      if (reason === null) {
        codes[at] = SCORED;
        for (let k = 0; k < width; k++) features[at * width + k] = said[k] as number;
        continue;
      }
      if (reason !== lastReason) {
        lastReason = reason;
        lastCode = codeOf(reason);
      }
      codes[at] = lastCode;
    }
  }
  return { codes, features };
}
