import type { Stretch } from '../bars/board.ts';
import type { SeriesEra } from '../bars/series.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { assertExists } from '../domain/result.ts';
import { fingerprint } from '../events/fingerprint.ts';
import { type IndicatorSpec, indicatorSpec } from '../indicators/registry.ts';
import { frozen, opinionProblem } from '../strategy/checks.ts';
import type { ColumnRule, RuleColumns } from '../strategy/column-rule.ts';
import { COLUMN_RULES } from '../strategy/registry.ts';
import type {
  FeatureSpec,
  HeldView,
  NoSignal,
  StrategyDefinition,
  StrategyOpinion,
} from '../strategy/strategy.ts';
import { makeView, type ViewCursor } from '../strategy/view.ts';
import { type Panel, type PanelRule, panelOf } from './panel.ts';
import { eraOf } from './scan.ts';

/** What a strategy says for a symbol, in numbers; written anew for each symbol that it is asked of. */
export interface Judgement {
  /** Raw values in the declared order. */
  readonly features: Float64Array;
  signalReason: string;
  /** Null where the score stands for it. */
  strength: number | null;
  stopPrice: number | null;
  targetPrice: number | null;
}

/**
 * A strategy with its parameters, ready to be asked: keeps one view per symbol's era, open while it is asked. A
 * built-in one that has a rule over columns is judged by that rule, which says the same.
 */
export class StrategyDesk {
  readonly name: string;
  readonly features: readonly FeatureSpec[];
  /** Names the strategy and its parameters in the signal hash. */
  readonly identity: string;
  readonly #definition: StrategyDefinition;
  readonly #params: unknown;
  readonly #warmupBars: number;
  readonly #rule: PanelRule | null;
  /** What its rule reads besides bars, by name. */
  readonly #inputs: readonly (readonly [string, IndicatorSpec])[];
  readonly #views = new WeakMap<SeriesEra, ViewCursor>();
  readonly #bound = new WeakMap<SeriesEra, RuleColumns<string>>();
  readonly #panels = new WeakMap<Stretch, Panel>();
  readonly #judgement: Judgement;

  /**
   * Takes the parameters over: they are frozen, since every decision of the strategy must see the same. Without a
   * `rule` each symbol is asked of through a view.
   */
  constructor(
    definition: StrategyDefinition,
    params: unknown,
    rule: ColumnRule | undefined = COLUMN_RULES.get(definition),
  ) {
    this.#params = frozen(params);
    this.name = definition.name;
    this.features = frozen(definition.features(params).map((feature) => ({ ...feature })));
    this.identity = fingerprint({ name: definition.name, params, features: this.features });
    this.#definition = definition;
    this.#warmupBars = definition.warmupBars(params);
    const inputs = rule === undefined ? {} : definition.inputs(params);
    this.#inputs = Object.entries(inputs).map(([name, text]) => [name, indicatorSpec(text)]);
    this.#rule =
      rule === undefined
        ? null
        : {
            rule,
            params,
            warmupBars: this.#warmupBars,
            features: this.features.length,
            bind: (era) => this.#bind(rule, era),
          };
    this.#judgement = {
      features: new Float64Array(this.features.length),
      signalReason: rule?.signal ?? '',
      strength: null,
      stopPrice: null,
      targetPrice: null,
    };
  }

  /** What was said for the symbol that was judged last. */
  get judgement(): Readonly<Judgement> {
    return this.#judgement;
  }

  /**
   * False where nobody looks at what was decided, only at what came of it: neither fingerprints are made nor candidates
   * that were not sized. No history that is kept takes such a decision.
   */
  get isRecorded(): boolean {
    return true;
  }

  /** False for a strategy that never asks to leave a position, so that it need not be asked. */
  get mayLeave(): boolean {
    return this.#rule === null;
  }

  /** What its rule says of all series of a stretch; null for a strategy that is asked through views. */
  panelOf(stretch: Stretch): Panel | null {
    if (this.#rule === null) return null;
    let panel = this.#panels.get(stretch);
    if (panel === undefined) {
      panel = panelOf(stretch, this.#rule);
      this.#panels.set(stretch, panel);
    }
    return panel;
  }

  #bind(rule: ColumnRule, era: SeriesEra): RuleColumns<string> {
    let columns = this.#bound.get(era);
    if (columns === undefined) {
      const inputs: Record<string, Float64Array> = {};
      for (const [name, spec] of this.#inputs) inputs[name] = era.indicators.get(spec);
      columns = rule.bind(era.columns, inputs);
      this.#bound.set(era, columns);
    }
    return columns;
  }

  /** Asks for an entry through a view: why there is no signal, or null with `judgement` holding what was said. */
  judge(snapshot: MarketSnapshot, index: number): NoSignal | null {
    const opinion = this.opinion(snapshot, index, null);
    if (opinion.direction === 'none') return opinion.reason;
    const said = this.#judgement;
    said.features.set(opinion.features);
    said.signalReason = opinion.reason;
    said.strength = opinion.strength ?? null;
    said.stopPrice = opinion.stopPrice ?? null;
    said.targetPrice = opinion.targetPrice ?? null;
    const isUndefined = Number.isNaN(said.stopPrice) || Number.isNaN(said.targetPrice);
    return isUndefined ? 'undefined_feature' : null;
  }

  /** What the strategy says of a series now; throws STRATEGY_FAILED when its code throws or says what it cannot. */
  opinion(snapshot: MarketSnapshot, index: number, held: HeldView | null): StrategyOpinion {
    const visible = snapshot.visible[index] as number;
    if (visible < this.#warmupBars) return HISTORY_SHORT;
    const era = eraOf(snapshot, index);
    let cursor = this.#views.get(era);
    if (cursor === undefined) {
      const { symbol } = assertExists(snapshot.series[index], 'a row names a series');
      cursor = makeView(this.#definition, this.#params, symbol, era);
      this.#views.set(era, cursor);
    }
    cursor.moveTo(visible, held);
    try {
      const opinion = this.#definition.evaluate(cursor.view);
      const problem = opinionProblem(opinion, this.features.length);
      if (problem !== null) throw new TypeError(problem);
      return opinion;
    } catch (error) {
      throw this.#failed(cursor.view.symbol, error);
    } finally {
      cursor.close();
    }
  }

  #failed(symbol: Symbol, error: unknown): Failure {
    return new Failure('STRATEGY_FAILED', `strategy ${this.name} failed on ${symbol}`, {
      details: [error instanceof Error ? error.message : String(error)],
      hint: 'nothing was sent; correct the strategy file and run again',
      cause: error,
    });
  }
}

const HISTORY_SHORT: StrategyOpinion = { direction: 'none', reason: 'history_short' };
