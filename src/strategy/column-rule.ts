import type { BarColumns } from '../domain/market.ts';
import type { NoSignal } from './strategy.ts';

/** The columns that a rule reads of one symbol. */
export type RuleColumns<Inputs extends string> = Readonly<Record<Inputs | 'close', Float64Array>>;

/**
 * A strategy that reads columns without a view in between, several times as fast. Built-in strategies only: nothing
 * here keeps it from bars after `last`. It says what the strategy's `evaluate` says, and never asks to leave.
 */
export interface ColumnRule<P = unknown, Inputs extends string = string> {
  /** The reason of every signal. */
  readonly signal: string;
  /** Takes the columns of a symbol together, in an object of one shape. */
  readonly bind: (
    bars: BarColumns,
    inputs: Readonly<Record<Inputs, Float64Array>>,
  ) => RuleColumns<Inputs>;
  /** What it says at the bar of index `last`: why there is no signal, or null with the raw features written. */
  readonly judge: (
    columns: RuleColumns<Inputs>,
    params: P,
    last: number,
    features: Float64Array,
  ) => NoSignal | null;
}
