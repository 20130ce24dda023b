import type { BarColumns, Symbol } from '../domain/market.ts';

/**
 * Daily bars that were asked for before, kept from one process to the next. Losing them costs time and nothing else.
 */
export interface BarStore {
  /** Null where nothing is kept, or what is kept cannot be believed. */
  read(symbol: Symbol): BarColumns | null;
  /** Keeps these in place of what was kept. False where they cannot be kept. */
  write(symbol: Symbol, columns: BarColumns): boolean;
}
