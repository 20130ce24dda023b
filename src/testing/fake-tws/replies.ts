import { type FakeContract, MARKET_RULES } from './contracts.ts';
import { type Message, type Token, UNSET_DOUBLE } from './frame.ts';
import { COMPLETED_ORDER, OPEN_ORDER } from './order-layouts.ts';

/** Server versions at which fields came in (names of the official clients in brackets). */
const SINCE = {
  /** ADVANCED_ORDER_REJECT */
  advancedReject: 166,
  /** SIZE_RULES: no version token before contract data, sizes behind. */
  sizeRules: 164,
  stockType: 152,
  /** PENDING_PRICE_REVISION */
  priceRevision: 178,
  /** LAST_TRADE_DATE */
  lastTradeDate: 182,
  /** INELIGIBILITY_REASONS */
  ineligibility: 186,
} as const;

export const nextValidId = (orderId: number): Message => [9, 1, orderId];
export const managedAccounts = (accounts: readonly string[]): Message => [
  15,
  1,
  accounts.join(','),
];
export const currentTime = (epochSeconds: number): Message => [49, 1, epochSeconds];

/** A message of a request or an order; id -1 for those that belong to none. */
export const notice = (
  version: number,
  id: number,
  code: number,
  text: string,
  advancedJson = '',
): Message => [4, 2, id, code, text, ...(version >= SINCE.advancedReject ? [advancedJson] : [])];

/** The state of an order, as message 3. */
export interface StatusFields {
  readonly orderId: number;
  readonly status: string;
  readonly filled: number;
  readonly remaining: number;
  readonly averagePrice: number;
  readonly permId: number;
  readonly parentId: number;
  readonly lastPrice: number;
  readonly clientId: number;
  readonly whyHeld: string;
}

export const orderStatus = (of: StatusFields): Message => [
  3,
  of.orderId,
  of.status,
  of.filled,
  of.remaining,
  of.averagePrice,
  of.permId,
  of.parentId,
  of.lastPrice,
  of.clientId,
  of.whyHeld,
  0,
];

export const openOrder = (version: number, values: Readonly<Record<string, Token>>): Message => [
  5,
  ...OPEN_ORDER.write(version, values),
];
export const openOrderEnd: Message = [53, 1];
export const completedOrder = (
  version: number,
  values: Readonly<Record<string, Token>>,
): Message => [101, ...COMPLETED_ORDER.write(version, values)];
export const completedOrdersEnd: Message = [102];

/** One execution, as message 11. */
export interface ExecutionFields {
  readonly orderId: number;
  readonly contract: FakeContract;
  readonly execId: string;
  readonly time: string;
  readonly account: string;
  readonly side: 'BOT' | 'SLD';
  readonly shares: number;
  readonly price: number;
  readonly permId: number;
  readonly clientId: number;
  readonly cumulative: number;
  readonly averagePrice: number;
  readonly orderRef: string;
}

/** `reqId` is -1 for an execution that just happened. */
export const execution = (version: number, reqId: number, of: ExecutionFields): Message => [
  11,
  reqId,
  of.orderId,
  ...stockTokens(of.contract, 'ISLAND'),
  of.execId,
  of.time,
  of.account,
  'ISLAND',
  of.side,
  of.shares,
  of.price,
  of.permId,
  of.clientId,
  0,
  of.cumulative,
  of.averagePrice,
  of.orderRef,
  '',
  '',
  '',
  2,
  ...(version >= SINCE.priceRevision ? [0] : []),
];
export const executionEnd = (reqId: number): Message => [55, 1, reqId];
export const commission = (execId: string, amount: Token, currency = 'USD'): Message => [
  59,
  1,
  execId,
  amount,
  currency,
  UNSET_DOUBLE,
  UNSET_DOUBLE,
  '',
];

/** A stock in the order of positions and executions: id, symbol, kind, dates, strike, right, multiplier, place. */
const stockTokens = (of: FakeContract, exchange: string): Token[] => [
  of.conId,
  of.symbol,
  'STK',
  '',
  '0.0',
  '',
  '',
  exchange,
  'USD',
  of.symbol,
  'NMS',
];

export const position = (
  account: string,
  contract: FakeContract,
  quantity: number,
  averageCost: number,
): Message => [
  61,
  3,
  account,
  ...stockTokens(contract, contract.primaryExchange),
  quantity,
  averageCost,
];
export const positionEnd: Message = [62, 1];

export const accountSummary = (
  reqId: number,
  account: string,
  tag: string,
  value: Token,
  currency: string,
): Message => [63, 1, reqId, account, tag, value, currency];
export const accountSummaryEnd = (reqId: number): Message => [64, 1, reqId];

export function contractData(
  version: number,
  reqId: number,
  contract: FakeContract,
  hours: { readonly trading: string; readonly liquid: string },
): Message {
  const { sizeRules, stockType, lastTradeDate, ineligibility } = SINCE;
  return [
    10,
    ...(version < sizeRules ? [8] : []),
    reqId,
    contract.symbol,
    'STK',
    '',
    ...(version >= lastTradeDate ? [''] : []),
    0,
    '',
    'SMART',
    'USD',
    contract.symbol,
    'NMS',
    'NMS',
    contract.conId,
    contract.minTick,
    '',
    'ACTIVETIM,ADJUST,DAY,GTC,LMT,MKT,OCA,STP,STPLMT,TRAIL,WHATIF',
    `SMART,${contract.primaryExchange}`,
    1,
    0,
    contract.longName,
    contract.primaryExchange,
    '',
    contract.industry,
    '',
    '',
    'US/Eastern',
    hours.trading,
    contract.liquidHours ?? hours.liquid,
    '',
    '',
    0,
    1,
    '',
    '',
    `${contract.marketRuleId},${contract.marketRuleId}`,
    '',
    ...(version >= stockType ? [contract.stockType] : []),
    ...(version >= sizeRules ? [contract.minSize ?? 1, contract.sizeStep ?? 1, 100] : []),
    ...(version >= ineligibility ? [0] : []),
  ];
}
export const contractDataEnd = (reqId: number): Message => [52, 1, reqId];

export function marketRule(ruleId: number): Message {
  const steps = MARKET_RULES.get(ruleId) ?? [];
  return [93, ruleId, steps.length, ...steps.flat()];
}

/** A bar of a history, its time as text of the format that was asked for. */
export interface HistoryBar {
  readonly time: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export const historicalData = (
  reqId: number,
  range: { readonly from: string; readonly to: string },
  bars: readonly HistoryBar[],
): Message => [
  17,
  reqId,
  range.from,
  range.to,
  bars.length,
  ...bars.flatMap(({ time, open, high, low, close, volume }) => [
    time,
    open,
    high,
    low,
    close,
    volume,
    close,
    1,
  ]),
];

/** The bar that is being made, of a history that is kept up to date: with its close before its high and low. */
export const historicalDataUpdate = (
  reqId: number,
  { time, open, high, low, close, volume }: HistoryBar,
): Message => [90, reqId, 1, time, open, close, high, low, close, volume];

export const scannerData = (reqId: number, rows: readonly FakeContract[]): Message => [
  20,
  3,
  reqId,
  rows.length,
  ...rows.flatMap((row, rank) => [
    rank,
    row.conId,
    row.symbol,
    'STK',
    '',
    0,
    '',
    'SMART',
    'USD',
    row.symbol,
    'NMS',
    'NMS',
    '',
    '',
    '',
    '',
  ]),
];
