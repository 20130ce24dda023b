import { type FakeContract, isOnStep } from './contracts.ts';
import type { FaultName, FaultPlan } from './faults.ts';

/** Why an order is not taken, in the words of the server. */
export interface OrderFault {
  readonly code: number;
  readonly text: string;
}

const OFF_STEP: OrderFault = {
  code: 110,
  text: 'The price does not conform to the minimum price variation for this contract.',
};
const NO_CONTRACT: OrderFault = {
  code: 200,
  text: 'No security definition has been found for the request',
};
export const DUPLICATE_ID: OrderFault = { code: 103, text: 'Duplicate order id' };

/** Refusals that are asked for, whatever the order. */
const ASKED: Partial<Record<FaultName, OrderFault>> = {
  'refuse-price': OFF_STEP,
  'refuse-contract': NO_CONTRACT,
  'refuse-id': DUPLICATE_ID,
};

/** A refusal that is switched on, used up once; or null. */
export function askedFault(faults: FaultPlan): OrderFault | null {
  const name = (Object.keys(ASKED) as FaultName[]).find((one) => faults.take(one));
  return name === undefined ? null : (ASKED[name] ?? null);
}

/** Answers to a cancel that leave the order as it is. */
const UNCANCELLED: Partial<Record<FaultName, OrderFault>> = {
  'cancel-not-found': { code: 10147, text: 'OrderId that needs to be cancelled is not found.' },
  'cancel-impossible': {
    code: 161,
    text: 'Cancel attempted when order is not in a cancellable state.',
  },
  'cancel-final': {
    code: 10148,
    text: 'OrderId that needs to be cancelled can not be cancelled, state: Filled.',
  },
};

/** A cancel that is not done, used up once; or null. */
export function uncancelled(faults: FaultPlan): OrderFault | null {
  const name = (Object.keys(UNCANCELLED) as FaultName[]).find((one) => faults.take(one));
  return name === undefined ? null : (UNCANCELLED[name] ?? null);
}

/** What is wrong with an order by itself, or null. */
export function orderFault(
  fields: Readonly<Record<string, string>>,
  contract: FakeContract | undefined,
  account: string,
): OrderFault | null {
  if (contract === undefined) return NO_CONTRACT;
  const quantity = Number(fields.totalQuantity);
  if (!(Number.isSafeInteger(quantity) && quantity > 0)) {
    return { code: 10243, text: 'Fractional-sized order cannot be placed via API.' };
  }
  const prices = [fields.lmtPrice, fields.auxPrice].map((price) => Number(price || 0));
  if (prices.some((price) => price !== 0 && !isOnStep(contract, price))) return OFF_STEP;
  return fields.account === '' || fields.account === account
    ? null
    : { code: 435, text: 'You must specify an account.' };
}
