import type { SeriesEra } from '../bars/series.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { assertExists } from '../domain/result.ts';
import { fingerprint } from '../events/fingerprint.ts';
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

/** A rule's columns of one symbol, and the era they belong to. */
interface Bound {
  readonly era: SeriesEra;
  readonly columns: RuleColumns<string>;
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
  readonly #rule: ColumnRule | undefined;
  readonly #views = new WeakMap<SeriesEra, ViewCursor>();
  /** By index of the snapshot that was looked at last. */
  readonly #bound: Bound[] = [];
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
    this.#rule = rule;
    this.#judgement = {
      features: new Float64Array(this.features.length),
      signalReason: rule?.signal ?? '',
      strength: null,
      stopPrice: null,
      targetPrice: null,
    };
  }

  /** What was judged last, where it was for the symbol. */
  get judgement(): Readonly<Judgement> {
    return this.#judgement;
  }

  /** False for a strategy that never asks to leave a position, so that it need not be asked. */
  get mayLeave(): boolean {
    return this.#rule === undefined;
  }

  /** Judges a series for an entry: why there is no signal, or null with `judgement` holding what it said. */
  judge(snapshot: MarketSnapshot, index: number): NoSignal | null {
    const visible = snapshot.visible[index] as number;
    if (visible < this.#warmupBars) return 'history_short';
    if (this.#rule === undefined) return this.#judgeByView(snapshot, index);
    const era = snapshot.eras[index] as SeriesEra;
    let bound = this.#bound[index];
    if (bound?.era !== era) {
      bound = { era, columns: this.#bind(this.#rule, era) };
      this.#bound[index] = bound;
    }
    return this.#rule.judge(bound.columns, this.#params, visible - 1, this.#judgement.features);
  }

  #bind(rule: ColumnRule, era: SeriesEra): RuleColumns<string> {
    const inputs: Record<string, Float64Array> = {};
    for (const [name, indicator] of Object.entries(this.#definition.inputs(this.#params))) {
      inputs[name] = era.indicators.get(indicator);
    }
    return rule.bind(era.columns, inputs);
  }

  #judgeByView(snapshot: MarketSnapshot, index: number): NoSignal | null {
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
