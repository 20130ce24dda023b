import type { SeriesEra } from '../bars/series.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import { Failure } from '../domain/failure.ts';
import { assertExists } from '../domain/result.ts';
import { fingerprint } from '../events/fingerprint.ts';
import type {
  FeatureSpec,
  HeldView,
  StrategyDefinition,
  StrategyOpinion,
} from '../strategy/strategy.ts';
import { makeView, type ViewCursor } from '../strategy/view.ts';
import { eraOf } from './scan.ts';

/** A strategy with its parameters, ready to be asked: keeps one view per symbol's era, which only moves forward. */
export class StrategyDesk {
  readonly name: string;
  readonly features: readonly FeatureSpec[];
  /** Names the strategy and its parameters in the signal hash. */
  readonly identity: string;
  readonly #definition: StrategyDefinition;
  readonly #params: unknown;
  readonly #views = new WeakMap<SeriesEra, ViewCursor>();

  constructor(definition: StrategyDefinition, params: unknown) {
    this.name = definition.name;
    this.features = definition.features(params);
    this.identity = fingerprint({ name: definition.name, params, features: this.features });
    this.#definition = definition;
    this.#params = params;
  }

  /** What the strategy says of a series now; throws STRATEGY_FAILED when its code throws. */
  opinion(snapshot: MarketSnapshot, index: number, held: HeldView | null): StrategyOpinion {
    const era = eraOf(snapshot, index);
    const { symbol } = assertExists(snapshot.series[index], 'a row names a series');
    let cursor = this.#views.get(era);
    if (cursor === undefined) {
      cursor = makeView(this.#definition, this.#params, symbol, era);
      this.#views.set(era, cursor);
    }
    cursor.moveTo(snapshot.visible[index] as number, held);
    try {
      return this.#definition.evaluate(cursor.view);
    } catch (error) {
      throw new Failure('STRATEGY_FAILED', `strategy ${this.name} failed on ${symbol}`, {
        details: [error instanceof Error ? error.message : String(error)],
        hint: 'nothing was sent; correct the strategy file and run again',
        cause: error,
      });
    }
  }
}
