import type { z } from 'zod';
import type { Symbol } from '../domain/market.ts';

/** How a raw feature becomes 0..1: clamp((value - lo) / (hi - lo)), turned round where `inverted`. */
export interface FeatureSpec {
  readonly name: string;
  readonly weight: number;
  readonly lo: number;
  readonly hi: number;
  readonly inverted: boolean;
}

/** What a strategy knows of a position it holds. */
export interface HeldView {
  readonly entryPrice: number;
  readonly sessionsHeld: number;
  readonly highestClose: number;
}

/**
 * One symbol as a strategy sees it at a decision. `ago` 0 is the last completed daily bar, 1 the one before;
 * before the first bar everything is NaN. There is no way from here to a later bar, to cash or to limits.
 */
export interface StrategyView<P, Inputs extends string> {
  readonly symbol: Symbol;
  readonly params: P;
  readonly held: HeldView | null;
  /** How many own bars are visible. */
  readonly bars: () => number;
  readonly open: (ago?: number) => number;
  readonly high: (ago?: number) => number;
  readonly low: (ago?: number) => number;
  readonly close: (ago?: number) => number;
  readonly volume: (ago?: number) => number;
  /** The declared indicator columns, by the name they were declared under. */
  readonly inputs: Readonly<Record<Inputs, (ago?: number) => number>>;
}

/** Why a symbol of the scan is not eligible for a strategy, or gives no signal. */
export type NoSignal = 'history_short' | 'volatility_band' | 'no_signal' | 'undefined_feature';

/** What a strategy says about one symbol. Prices are dollars; features are raw values in the declared order. */
export type StrategyOpinion =
  | { readonly direction: 'none'; readonly reason: NoSignal; readonly exit?: boolean }
  | {
      readonly direction: 'long';
      readonly reason: string;
      readonly features: readonly number[];
      /** 0..1; the score over 100 when absent. */
      readonly strength?: number;
      readonly stopPrice?: number;
      readonly targetPrice?: number;
      /** Asks to leave a held position. */
      readonly exit?: boolean;
    };

/** The contract of a strategy: pure functions over completed bars, parameters declared by a schema. */
export interface StrategyDefinition<P = unknown, Inputs extends string = string> {
  readonly name: string;
  readonly description: string;
  readonly params: z.ZodType<P>;
  /** True when an opinion about one symbol depends on which others are present. */
  readonly relative: boolean;
  /** Bars a symbol needs before it can be judged. */
  readonly warmupBars: (params: P) => number;
  /** Indicator columns by name, such as { slow: 'sma200' }. */
  readonly inputs: (params: P) => Readonly<Record<Inputs, string>>;
  readonly features: (params: P) => readonly FeatureSpec[];
  readonly evaluate: (view: StrategyView<P, Inputs>) => StrategyOpinion;
}

/** Ties the names of a definition's inputs to its view; changes nothing. */
export const defineStrategy = <P, Inputs extends string>(
  definition: StrategyDefinition<P, Inputs>,
): StrategyDefinition<P, Inputs> => definition;
