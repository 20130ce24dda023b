import { type FakeContract, isOnStep } from './contracts.ts';

/** Why an order is not taken, in the words of the server. */
export interface OrderFault {
  readonly code: number;
  readonly text: string;
}

/** What is wrong with an order by itself, or null. */
export function orderFault(
  fields: Readonly<Record<string, string>>,
  contract: FakeContract | undefined,
  account: string,
): OrderFault | null {
  if (contract === undefined) {
    return { code: 200, text: 'No security definition has been found for the request' };
  }
  const quantity = Number(fields.totalQuantity);
  if (!(Number.isSafeInteger(quantity) && quantity > 0)) {
    return { code: 10243, text: 'Fractional-sized order cannot be placed via API.' };
  }
  const prices = [fields.lmtPrice, fields.auxPrice].map((price) => Number(price || 0));
  if (prices.some((price) => price !== 0 && !isOnStep(contract, price))) {
    return {
      code: 110,
      text: 'The price does not conform to the minimum price variation for this contract.',
    };
  }
  return fields.account === '' || fields.account === account
    ? null
    : { code: 435, text: 'You must specify an account.' };
}
