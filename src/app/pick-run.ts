import { streamKey, uniformAt } from '../adapters/sim/synthetic-random.ts';
import type { Stretch } from '../bars/board.ts';
import type { SymbolSeries } from '../bars/series.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import type { Session, SessionDate } from '../domain/time.ts';
import { settled } from '../ledger/metrics-trades.ts';
import { StrategyDesk } from '../pipeline/desk.ts';
import type { Panel } from '../pipeline/panel.ts';
import { SCORED } from '../pipeline/reason-codes.ts';
import type { BarSource } from '../ports/bar-source.ts';
import { COLUMN_RULES } from '../strategy/registry.ts';
import type { StrategyDefinition, StrategyOpinion } from '../strategy/strategy.ts';
import { runBacktest } from './backtest.ts';
import { type ReadStrategy, readStrategy } from './load-strategy.ts';
import { asLoaded, TrialBars } from './sweep-trial.ts';
import { universeOf } from './universe-file.ts';

/** What all runs with picks at random have in common. Plain data: it can be sent to a thread. */
export interface PickSetting {
  readonly home: string;
  readonly version: string;
  readonly config: Config;
  readonly configHash: string;
  readonly symbols: readonly Symbol[] | null;
  readonly from: SessionDate;
  readonly to: SessionDate;
  /** The last session that there are bars of. */
  readonly last: Session;
  readonly closeAtEnd: boolean;
}

/** One run. */
export interface PickTask {
  readonly name: string;
  readonly seed: number;
}

/** What it came to: equity at its end in dollars, and closed trades; or why it could not be played. */
export type PickResult =
  | { readonly outcome: 'done'; readonly endEquity: number; readonly trades: number }
  | { readonly outcome: 'failed'; readonly reason: string };

/** Plays one run after the other over the same bars: what does not depend on the picks is computed for the first. */
export class Picker {
  readonly #setting: PickSetting;
  readonly #bars: TrialBars;
  #strategy: Promise<ReadStrategy & { readonly desk: StrategyDesk }> | null = null;

  /** The source must be prepared up to the last session. */
  constructor(setting: PickSetting, source: BarSource) {
    this.#setting = setting;
    this.#bars = new TrialBars(source, setting.last);
  }

  /** The same seed gives the same run, in whichever thread and order. */
  async run({ seed }: PickTask): Promise<PickResult> {
    const { home, version, config, symbols, from, to, closeAtEnd } = this.#setting;
    try {
      this.#strategy ??= this.#read();
      const strategy = await this.#strategy;
      const { equity, trades } = await runBacktest({
        home,
        loaded: asLoaded(this.#setting),
        version,
        source: this.#bars.source,
        range: await this.#bars.range(from, to, symbols ?? universeOf(config, home)),
        market: this.#bars.market(config),
        strategy: new RandomDesk(strategy, strategy.desk, seed),
        from,
        to,
        closeAtEnd,
        ...(symbols === null ? {} : { symbols }),
      });
      const endEquity = equity.at(-1)?.equity ?? 0;
      return { outcome: 'done', endEquity, trades: settled(trades).length };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { outcome: 'failed', reason: [error.message, ...error.details].join('; ') };
    }
  }

  async #read(): Promise<ReadStrategy & { readonly desk: StrategyDesk }> {
    const { definition, params } = await readStrategy(this.#setting.config, this.#setting.home);
    return { definition, params, desk: new StrategyDesk(definition, params) };
  }
}

/** The strategy with chance in the place of its features: what it would enter it still enters, in any order. */
export function pickingAtRandom(definition: StrategyDefinition, seed: number): StrategyDefinition {
  return {
    ...definition,
    name: `${definition.name}-random-${seed}`.slice(0, 32),
    features: () => [{ name: 'draw', weight: 1, lo: 0, hi: 1, inverted: false }],
    evaluate: (view): StrategyOpinion => {
      const opinion = definition.evaluate(view);
      if (opinion.direction === 'none') return opinion;
      // A row whose features are not all known has no score, and is no more eligible here.
      const known = opinion.features.every((value) => !Number.isNaN(value));
      const draw = uniformAt(streamKey(seed, view.symbol, STREAM), view.bars());
      return { ...opinion, features: [known ? draw : Number.NaN] };
    },
  };
}

/** Apart from the streams of the synthetic market. */
const STREAM = 977;

/**
 * Asks the strategy once for all runs where it has a rule over columns: which rows are eligible does not depend on the
 * draws. One without a rule is asked anew in every run.
 */
export class RandomDesk extends StrategyDesk {
  readonly #base: StrategyDesk;
  readonly #seed: number;
  readonly #width: number;
  #series: readonly SymbolSeries[] | null = null;
  #keys = new Int32Array(0);
  #stretch: Stretch | null = null;
  #panel: Panel | null = null;

  /** `base` is the desk of the strategy itself. */
  constructor({ definition, params }: ReadStrategy, base: StrategyDesk, seed: number) {
    super(pickingAtRandom(definition, seed), params, COLUMN_RULES.get(definition));
    this.#base = base;
    this.#seed = seed;
    this.#width = base.features.length;
  }

  override get isRecorded(): boolean {
    return false;
  }

  override panelOf(stretch: Stretch): Panel | null {
    if (stretch !== this.#stretch) {
      const said = this.#base.panelOf(stretch);
      this.#panel = said === null ? null : this.#drawn(stretch, said);
      this.#stretch = stretch;
    }
    return this.#panel;
  }

  /** Draws in the place of features; undefined where any of them is. */
  #drawn({ series, visible }: Stretch, { codes, features }: Panel): Panel {
    const keys = this.#keysOf(series);
    const draws = new Float64Array(codes.length);
    for (let at = 0; at < codes.length; at++) {
      if (codes[at] !== SCORED) continue;
      let known = true;
      for (let k = at * this.#width; k < (at + 1) * this.#width; k++) {
        if (Number.isNaN(features[k] as number)) known = false;
      }
      const key = keys[at % series.length] as number;
      draws[at] = known ? uniformAt(key, visible[at] as number) : Number.NaN;
    }
    return { codes, features: draws };
  }

  #keysOf(series: readonly SymbolSeries[]): Int32Array {
    if (series !== this.#series) {
      this.#keys = Int32Array.from(series, ({ symbol }) => streamKey(this.#seed, symbol, STREAM));
      this.#series = series;
    }
    return this.#keys;
  }
}
