import { ACCOUNT, CONDUCT } from './boundaries-account.ts';
import { MARKET, SYMBOL } from './boundaries-market.ts';
import { BUDGET, CONCENTRATION, ORDER } from './boundaries-order.ts';
import type { Boundary } from './guard-input.ts';

/** All of them, each family under its name. */
export const BOUNDARIES: readonly (readonly [family: string, boundaries: readonly Boundary[]])[] = [
  ['the account', ACCOUNT],
  ['our conduct', CONDUCT],
  ['the market', MARKET],
  ['the symbol', SYMBOL],
  ['the budget', BUDGET],
  ['concentration', CONCENTRATION],
  ['the order', ORDER],
];
