import type { Quote, Symbol } from '../domain/market.ts';
import { type Micros, timesFraction } from '../domain/money.ts';
import type { OrderIntent } from '../domain/order.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import type { Reason, Verdict } from '../domain/reason.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import type { CommissionOf, RunBudget } from './budget.ts';
import { ACCOUNT_GUARDS } from './guards-account.ts';
import { BUDGET_GUARDS } from './guards-budget.ts';
import { CONCENTRATION_GUARDS } from './guards-concentration.ts';
import { CONDUCT_GUARDS } from './guards-conduct.ts';
import { FLOORS } from './guards-cost.ts';
import { MARKET_GUARDS } from './guards-market.ts';
import { ORDER_GUARDS } from './guards-order.ts';
import { SYMBOL_GUARDS } from './guards-symbol.ts';
import type { EntrySettings, RiskLimits, SizingSettings, TradableLimits } from './limits.ts';

/** What guards may look at. All of them see the same input; none changes it. */
export interface GuardInput {
  readonly intent: OrderIntent;
  readonly asOf: EpochMs;
  readonly session: Session;
  readonly quote: Quote | null;
  /** True where quotes are prices of now, so that none means that nobody trades. */
  readonly liveQuotes?: boolean;
  /** Shares: the median volume of the last 20 bars. */
  readonly medianVolume: number;
  /** Dollars: the close of the last completed bar, in the prices of the decision. */
  readonly lastClose: number;
  readonly score: number;
  readonly sector: string;
  /** Correlation of daily returns with another symbol, 1 where it cannot be computed. Asked only while it is capped. */
  readonly correlationWith: (symbol: Symbol) => number;
  readonly state: PortfolioState;
  readonly budget: RunBudget;
  readonly limits: RiskLimits;
  readonly entry: EntrySettings;
  readonly sizing: SizingSettings;
  readonly scan: TradableLimits;
  /** Price given up by a fill, as costs are estimated. */
  readonly slippageBps: number;
  /** Modelled quotes are made from bars; only simulated brokers take them. */
  readonly allowModelledQuotes: boolean;
  readonly commissionOf: CommissionOf;
}

/**
 * A guard looks at one intent and says nothing, or the most shares it would allow and why. It never allows more
 * than was asked, has no side effects, and is asked exactly once per intent.
 */
export type Guard = (input: GuardInput) => Reason | null;

/**
 * Every guard, in the order their reasons are printed: what ends the day, our own conduct, the market, the symbol,
 * exposure, size, the stop.
 */
export const GUARDS: readonly Guard[] = [
  ...ACCOUNT_GUARDS,
  ...CONDUCT_GUARDS,
  ...MARKET_GUARDS,
  ...SYMBOL_GUARDS,
  ...BUDGET_GUARDS,
  ...CONCENTRATION_GUARDS,
  ...ORDER_GUARDS,
];

/**
 * What all guards together say: each computed on the same input, the smallest allowance wins. An allowance that is not
 * worth an order is a denial: sizes are never rounded up.
 */
export function judge(input: GuardInput, guards: readonly Guard[] = GUARDS): Verdict {
  const asked = input.intent.quantity;
  if (!(Number.isSafeInteger(asked) && asked > 0)) return NOTHING_ASKED;
  let approved = asked;
  const reasons: Reason[] = [];
  for (const guard of guards) {
    const reason = guard(input);
    if (reason === null) continue;
    const allowed = Math.max(0, Math.min(asked, reason.allowed));
    reasons.push({ ...reason, allowed });
    approved = Math.min(approved, allowed);
  }
  if (approved === 0) return { approved, reasons };
  const tooSmall = FLOORS.flatMap((floor) => floor(input, approved) ?? []);
  return { approved: tooSmall.length > 0 ? 0 : approved, reasons: [...reasons, ...tooSmall] };
}

/** A quantity is a positive whole number: nothing else can be judged. */
const NOTHING_ASKED: Verdict = {
  approved: 0,
  reasons: [{ code: 'QUANTITY_ZERO', allowed: 0, limit: null, value: null }],
};

/** The smallest distance from reference to stop: 0.5 ATR or 0.3 % of the price, whichever is more. */
export function leastRiskPerShare(reference: Micros, atr: Micros): Micros {
  const byAtr = timesFraction(atr, 0.5, 'halfEven');
  const byPrice = timesFraction(reference, 0.003, 'halfEven');
  return byAtr > byPrice ? byAtr : byPrice;
}
