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
export const FILLED: OrderFault = { code: 104, text: 'Cannot modify a filled order.' };
export const DUPLICATE_ID: OrderFault = { code: 103, text: 'Duplicate order id' };

/** Refusals that are asked for, whatever the order. */
const ASKED: Partial<Record<FaultName, OrderFault>> = {
  'refuse-price': OFF_STEP,
  'refuse-contract': NO_CONTRACT,
  'refuse-id': DUPLICATE_ID,
};

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

/** Answers to a change that leave the order as it is. */
const UNCHANGED: Partial<Record<FaultName, OrderFault>> = {
  'refuse-modify': {
    code: 105,
    text: 'Order being modified does not match the original order.',
  },
  'change-unknown': { code: 135, text: "Can't find order with the ID of the change." },
};

/** The first of these that is switched on, used up once; or null. */
function taken(table: Partial<Record<FaultName, OrderFault>>, faults: FaultPlan) {
  const name = (Object.keys(table) as FaultName[]).find((one) => faults.take(one));
  return name === undefined ? null : (table[name] ?? null);
}

/** A refusal that is switched on; or null. */
export const askedFault = (faults: FaultPlan): OrderFault | null => taken(ASKED, faults);

/** A cancel that is not done; or null. */
export const uncancelled = (faults: FaultPlan): OrderFault | null => taken(UNCANCELLED, faults);

/** A change that is not made; or null. */
export const unchanged = (faults: FaultPlan): OrderFault | null => taken(UNCHANGED, faults);

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
