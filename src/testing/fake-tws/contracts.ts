/** A stock as the server knows it. */
export interface FakeContract {
  readonly conId: number;
  readonly symbol: string;
  readonly primaryExchange: string;
  readonly longName: string;
  /** "COMMON", "ETF", "ADR" ... as contract details say. */
  readonly stockType: string;
  readonly minTick: number;
  readonly marketRuleId: number;
  readonly industry: string;
  /** Shares of the smallest order, and by how many it may grow; 1 where they are not given. */
  readonly minSize?: number;
  readonly sizeStep?: number;
  /** "20261127:0930-20261127:1300;20261128:CLOSED"; those of the exchange where they are not given. */
  readonly liquidHours?: string;
}

/**
 * Price steps from each price on: rule 26 is a cent at any price, 557 knows finer steps below a dollar; 2000 and 2001
 * are half a cent and five cents.
 */
export const MARKET_RULES: ReadonlyMap<number, readonly (readonly [number, number])[]> = new Map([
  [26, [[0, 0.01]]],
  [
    557,
    [
      [0, 0.0001],
      [1, 0.01],
    ],
  ],
  [2000, [[0, 0.005]]],
  [2001, [[0, 0.05]]],
]);

const FIRST_CON_ID = 265_598;

/** Common stocks of these symbols, with ids that follow from their order. */
export const commonStocks = (symbols: readonly string[]): FakeContract[] =>
  symbols.map((symbol, i) => ({
    conId: FIRST_CON_ID + i,
    symbol,
    primaryExchange: 'NASDAQ',
    longName: `${symbol} INC`,
    stockType: 'COMMON',
    minTick: 0.01,
    marketRuleId: 557,
    industry: 'Technology',
  }));

/** The price step of a contract at a price. */
export function tickAt({ marketRuleId }: FakeContract, price: number): number {
  const steps = MARKET_RULES.get(marketRuleId) ?? [[0, 0.01]];
  return steps.findLast(([from]) => price >= from)?.[1] ?? 0.01;
}

/** True where a price is a whole number of steps. */
export function isOnStep(contract: FakeContract, price: number): boolean {
  const steps = price / tickAt(contract, price);
  return Math.abs(steps - Math.round(steps)) < 1e-6;
}
