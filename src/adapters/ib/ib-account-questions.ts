import {
  type Contract,
  EventName,
  type IBApi,
  type OrderState,
  type Order as VendorOrder,
} from '@stoqey/ib';
import type { Micros } from '../../domain/money.ts';
import type { Question } from './ib-ask.ts';
import { amountOf } from './ib-order-decoding.ts';

/** An order as message 5 told it; `contract`, `order` and `state` are the library's. */
export interface OpenOrderTold {
  readonly orderId: number;
  readonly contract: Contract;
  readonly order: VendorOrder;
  readonly state: OrderState;
}

/** An order that ended: it has no id of ours any more. */
export type CompletedOrderTold = Omit<OpenOrderTold, 'orderId'>;

/** A position as it is told; also those of other accounts, and of no shares. */
export interface PositionTold {
  readonly account: string;
  readonly contract: Contract;
  readonly shares: number;
  readonly averageCost: number;
}

/**
 * The questions without an id whose end is still under way when another of the kind is sent: an answer that came too
 * late for the one must not end the next.
 */
export interface Owed {
  /** Called when a question is sent whose answer ends by this event; how many such ends come before its own. */
  sent(end: string): number;
}

/** A question without an id: everything told up to its own end. */
function listed<T>(
  what: string,
  [item, end]: readonly [item: string, end: string],
  request: (api: IBApi) => void,
  read: (args: readonly unknown[]) => T,
  owed: Owed,
): Question<readonly T[]> {
  let told: T[] = [];
  let before = 0;
  return {
    what,
    send: (api) => {
      before = owed.sent(end);
      request(api);
    },
    hear: (name, args) => {
      if (name === item) told.push(read(args));
      if (name !== end) return undefined;
      if (before === 0) return told;
      before -= 1;
      told = [];
      return undefined;
    },
  };
}

const openOrders = (
  what: string,
  request: (api: IBApi) => void,
  owed: Owed,
): Question<readonly OpenOrderTold[]> =>
  listed(
    what,
    [EventName.openOrder, EventName.openOrderEnd],
    request,
    ([orderId, contract, order, state]) => ({ orderId, contract, order, state }) as OpenOrderTold,
    owed,
  );

/** The open orders of this client id. */
export const ownOpenOrders = (owed: Owed): Question<readonly OpenOrderTold[]> =>
  openOrders('the open orders of this client', (api) => api.reqOpenOrders(), owed);

/** The open orders of everybody: other programs, and those that a person entered. */
export const allOpenOrders = (owed: Owed): Question<readonly OpenOrderTold[]> =>
  openOrders('all open orders', (api) => api.reqAllOpenOrders(), owed);

/**
 * The executions of an account since midnight, of all clients; each is heard as it comes, as those are that happen
 * meanwhile. The filter is always given: without one the library stops for good.
 */
export const executionsOf = (account: string): Question<true> => ({
  what: 'the executions of today',
  send: (api, id) => api.reqExecutions(id, { acctCode: account }),
  hear: (name, [reqId], id) =>
    name === EventName.execDetailsEnd && reqId === id ? true : undefined,
});

/** Orders of programs that ended, as far back as the gateway remembers. */
export const completedOrders = (owed: Owed): Question<readonly CompletedOrderTold[]> =>
  listed(
    'the orders that ended',
    [EventName.completedOrder, EventName.completedOrdersEnd],
    (api) => api.reqCompletedOrders(true),
    ([contract, order, state]) => ({ contract, order, state }) as CompletedOrderTold,
    owed,
  );

/** All positions of all accounts; the subscription that this opens is closed again. */
export const allPositions = (owed: Owed): Question<readonly PositionTold[]> => ({
  ...listed(
    'the positions',
    [EventName.position, EventName.positionEnd],
    (api) => api.reqPositions(),
    ([account, contract, shares, averageCost]) =>
      ({ account, contract, shares, averageCost }) as PositionTold,
    owed,
  ),
  cancel: (api) => api.cancelPositions(),
});

/** What the account is worth and may spend, in US dollars; null for what was not said in them. */
export interface IbFunds {
  readonly netLiquidation: Micros | null;
  readonly cash: Micros | null;
  readonly settledCash: Micros | null;
  readonly buyingPower: Micros | null;
  readonly availableFunds: Micros | null;
  readonly excessLiquidity: Micros | null;
  /** Null where the broker does not count them, or does not limit them. */
  readonly dayTradesRemaining: number | null;
  readonly accountType: string | null;
}

const TAGS = [
  'AccountType',
  'NetLiquidation',
  'TotalCashValue',
  'SettledCash',
  'BuyingPower',
  'AvailableFunds',
  'ExcessLiquidity',
  'DayTradesRemaining',
] as const;
type Tag = (typeof TAGS)[number];

interface Value {
  readonly text: string;
  readonly currency: string;
}

/** The values of an account. One subscription, closed as soon as it was answered: no more than two may be open. */
export function accountFunds(account: string): Question<IbFunds> {
  const values = new Map<string, Value[]>();
  return {
    what: 'the account',
    send: (api, id) => api.reqAccountSummary(id, 'All', TAGS.join(',')),
    hear: (name, [reqId, of, tag, value, currency], id) => {
      if (reqId !== id) return undefined;
      if (name === EventName.accountSummary && of === account) {
        const told = {
          text: String(value),
          currency: typeof currency === 'string' ? currency : '',
        };
        values.set(tag as Tag, [...(values.get(tag as Tag) ?? []), told]);
      }
      return name === EventName.accountSummaryEnd ? fundsOf(values) : undefined;
    },
    cancel: (api, id) => api.cancelAccountSummary(id),
  };
}

function fundsOf(values: ReadonlyMap<string, readonly Value[]>): IbFunds {
  const text = (tag: Tag): string | null => values.get(tag)?.[0]?.text ?? null;
  const dollars = (tag: Tag): Micros | null => oneAmount(values.get(tag) ?? []);
  const dayTrades = Number(text('DayTradesRemaining') ?? Number.NaN);
  return {
    netLiquidation: dollars('NetLiquidation'),
    cash: dollars('TotalCashValue'),
    settledCash: dollars('SettledCash'),
    buyingPower: dollars('BuyingPower'),
    availableFunds: dollars('AvailableFunds'),
    excessLiquidity: dollars('ExcessLiquidity'),
    // -1 is "unlimited".
    dayTradesRemaining: Number.isSafeInteger(dayTrades) && dayTrades >= 0 ? dayTrades : null,
    accountType: text('AccountType'),
  };
}

/** The one finite amount in dollars, or in the base currency; none where several differ, or only others are told. */
function oneAmount(values: readonly Value[]): Micros | null {
  const amounts = values
    .filter(({ currency }) => currency === 'USD' || currency === 'BASE')
    .map(({ text }) => (text.trim() === '' ? null : amountOf(Number(text))));
  const [first = null] = amounts;
  return amounts.every((amount) => amount === first) ? first : null;
}
