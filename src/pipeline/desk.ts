import type { SeriesEra } from '../bars/series.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import { assertExists } from '../domain/result.ts';
import { fingerprint } from '../events/fingerprint.ts';
import { frozen, opinionProblem } from '../strategy/checks.ts';
import type {
  FeatureSpec,
  HeldView,
  StrategyDefinition,
  StrategyOpinion,
} from '../strategy/strategy.ts';
import { makeView, type ViewCursor } from '../strategy/view.ts';
import { eraOf } from './scan.ts';

/** A strategy with its parameters, ready to be asked: keeps one view per symbol's era, open while it is asked. */
export class StrategyDesk {
  readonly name: string;
  readonly features: readonly FeatureSpec[];
  /** Names the strategy and its parameters in the signal hash. */
  readonly identity: string;
  readonly #definition: StrategyDefinition;
  readonly #params: unknown;
  readonly #warmupBars: number;
  readonly #views = new WeakMap<SeriesEra, ViewCursor>();

  /** Takes the parameters over: they are frozen, since every decision of the strategy must see the same. */
  constructor(definition: StrategyDefinition, params: unknown) {
    this.#params = frozen(params);
    this.name = definition.name;
    this.features = frozen(definition.features(params).map((feature) => ({ ...feature })));
    this.identity = fingerprint({ name: definition.name, params, features: this.features });
    this.#definition = definition;
    this.#warmupBars = definition.warmupBars(params);
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
