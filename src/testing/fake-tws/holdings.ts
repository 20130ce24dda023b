import type { FakeContract } from './contracts.ts';
import type { Prices } from './prices.ts';

export interface HeldShares {
  readonly contract: FakeContract;
  quantity: number;
  /** Per share, commissions included. */
  averageCost: number;
}

/** Cash and shares of the account. */
export class Holdings {
  readonly #shares = new Map<string, HeldShares>();
  cash: number;

  constructor(startingCash: number) {
    this.cash = startingCash;
  }

  quantity(symbol: string): number {
    return this.#shares.get(symbol)?.quantity ?? 0;
  }

  /** Also those that went to zero since the start, as the real server tells them. */
  all(): readonly HeldShares[] {
    return [...this.#shares.values()];
  }

  /** Books shares bought, or sold where negative. */
  book(contract: FakeContract, signed: number, price: number, commission: number): HeldShares {
    const { symbol } = contract;
    const held = this.#shares.get(symbol) ?? { contract, quantity: 0, averageCost: 0 };
    const after = held.quantity + signed;
    if (signed > 0 && after > 0) {
      const cost = held.averageCost * held.quantity + price * signed + commission;
      held.averageCost = Math.round((cost / after) * 1e8) / 1e8;
    }
    if (after === 0) held.averageCost = 0;
    held.quantity = after;
    this.#shares.set(symbol, held);
    this.cash -= signed * price + commission;
    return held;
  }

  /** Cash and shares at their last prices. */
  netLiquidation(prices: Prices): number {
    return this.all().reduce((value, { contract, quantity, averageCost }) => {
      return value + quantity * (prices.of(contract.symbol)?.last ?? averageCost);
    }, this.cash);
  }
}
