import {
  BarSizeSetting,
  type Contract,
  type ContractDetails,
  EventName,
  Instrument,
  LocationCode,
  type MarketDataType,
  type Order,
  OrderAction,
  type OrderState,
  OrderType,
  ScanCode,
  SecType,
  WhatToShow,
} from '@stoqey/ib';
import type { Question } from './ib-ask.ts';

/** A stock as the broker knows it. */
export interface IbContract {
  readonly conId: number;
  readonly symbol: string;
  readonly primaryExchange: string;
  readonly longName: string;
  /** "COMMON", "ETF", "ADR" ... */
  readonly stockType: string;
  readonly minTick: number;
  /** Shares of the smallest order, and by how many it may grow; NaN where it is not told. */
  readonly minSize: number;
  readonly sizeStep: number;
  /** The price steps of the exchange that orders are routed by. */
  readonly marketRuleId: number | null;
  readonly timeZone: string;
  /** "20261120:0930-20261120:1600;20261121:CLOSED" */
  readonly liquidHours: string;
}

/** A daily bar; its date as "2026-03-05". */
export interface IbDailyBar {
  readonly date: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

const stock = (symbol: string): Contract => ({
  symbol,
  secType: SecType.STK,
  exchange: 'SMART',
  currency: 'USD',
});

/** The clock of the broker, in epoch seconds. */
export const serverTime = (): Question<number> => ({
  what: 'the time',
  send: (api) => api.reqCurrentTime(),
  hear: (name, [time]) => (name === EventName.currentTime ? (time as number) : undefined),
});

/** A stock as requests and orders name it once it is known. */
export const wireContractOf = ({ conId, symbol, primaryExchange }: IbContract): Contract => ({
  ...stock(symbol),
  conId,
  ...(primaryExchange === '' ? {} : { primaryExch: primaryExchange }),
});

/** Every US stock of that symbol: more than one is ambiguous, and none is code 200. */
export function contractDetails(symbol: string): Question<readonly IbContract[]> {
  const found: IbContract[] = [];
  return {
    what: `contract details of ${symbol}`,
    send: (api, id) => api.reqContractDetails(id, stock(symbol)),
    hear: (name, [reqId, details], id) => {
      if (reqId !== id) return undefined;
      if (name === EventName.contractDetails) found.push(contractFrom(details as ContractDetails));
      return name === EventName.contractDetailsEnd ? found : undefined;
    },
  };
}

function contractFrom(details: ContractDetails): IbContract {
  const { contract } = details;
  const exchanges = (details.validExchanges ?? '').split(',');
  const rules = (details.marketRuleIds ?? '').split(',');
  const rule = Number(rules[Math.max(0, exchanges.indexOf('SMART'))]);
  return {
    conId: contract.conId ?? 0,
    symbol: contract.symbol ?? '',
    primaryExchange: contract.primaryExch ?? '',
    longName: details.longName ?? '',
    stockType: details.stockType ?? '',
    minTick: details.minTick ?? Number.NaN,
    minSize: details.minSize ?? Number.NaN,
    sizeStep: details.sizeIncrement ?? Number.NaN,
    marketRuleId: Number.isSafeInteger(rule) && rule > 0 ? rule : null,
    timeZone: details.timeZoneId ?? '',
    liquidHours: details.liquidHours ?? '',
  };
}

/** Price steps by the price they begin at. */
export const marketRule = (
  ruleId: number,
): Question<readonly { readonly from: number; readonly step: number }[]> => ({
  what: `market rule ${ruleId}`,
  send: (api) => api.reqMarketRule(ruleId),
  hear: (name, [id, steps]) => {
    if (name !== EventName.marketRule || id !== ruleId) return undefined;
    return (steps as { lowEdge: number; increment: number }[]).map(({ lowEdge, increment }) => ({
      from: lowEdge,
      step: increment,
    }));
  },
});

/** The completed daily bars of so many calendar days, in order. */
export function dailyBars(symbol: string, days: number): Question<readonly IbDailyBar[]> {
  const bars: IbDailyBar[] = [];
  return {
    what: `daily bars of ${symbol}`,
    send: (api, id) =>
      api.reqHistoricalData(
        id,
        stock(symbol),
        '',
        `${days} D`,
        BarSizeSetting.DAYS_ONE,
        WhatToShow.TRADES,
        1,
        1,
        false,
      ),
    hear: (name, [reqId, date, open, high, low, close, volume], id) => {
      if (name !== EventName.historicalData || reqId !== id) return undefined;
      // The library ends a history by a bar whose date says so.
      if (String(date).startsWith('finished')) return bars;
      const prices = { open, high, low, close, volume } as Omit<IbDailyBar, 'date'>;
      bars.push({ date: String(date).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'), ...prices });
      return undefined;
    },
    cancel: (api, id) => api.cancelHistoricalData(id),
  };
}

/** The most active US stocks, best first. */
export function mostActive(rows: number): Question<readonly string[]> {
  const symbols: string[] = [];
  return {
    what: 'the scanner',
    send: (api, id) =>
      api.reqScannerSubscription(id, {
        scanCode: ScanCode.MOST_ACTIVE,
        instrument: Instrument.STK,
        locationCode: LocationCode.STK_US_MAJOR,
        numberOfRows: rows,
      }),
    hear: (name, [reqId, , row], id) => {
      if (reqId !== id) return undefined;
      if (name === EventName.scannerData) {
        symbols.push((row as { contract: Contract }).contract.symbol ?? '');
      }
      return name === EventName.scannerDataEnd ? symbols : undefined;
    },
    cancel: (api, id) => api.cancelScannerSubscription(id),
  };
}

/** What kind of prices the account gets. */
export type FeedKind = 'live' | 'frozen' | 'delayed' | 'delayed_frozen';
const FEEDS: Readonly<Record<number, FeedKind>> = {
  1: 'live',
  2: 'frozen',
  3: 'delayed',
  4: 'delayed_frozen',
};

/** The kind of prices of a symbol: live where the account may have them, else delayed. */
export const feedOf = (symbol: string): Question<FeedKind> => ({
  what: `a quote of ${symbol}`,
  messages: 2,
  send: (api, id) => {
    // Delayed prices only where there is no permission for live ones.
    api.reqMarketDataType(3 as MarketDataType);
    api.reqMktData(id, stock(symbol), '', false, false);
  },
  hear: (name, [reqId, type], id) =>
    name === EventName.marketDataType && reqId === id ? FEEDS[type as number] : undefined,
  cancel: (api, id) => api.cancelMktData(id),
  // "Displaying delayed market data": what we ask for.
  remarks: new Set([10_167]),
});

/** Values of the account by tag, with their currency. */
export function accountValues(
  account: string,
  tags: readonly string[],
): Question<ReadonlyMap<string, { readonly value: string; readonly currency: string }>> {
  const values = new Map<string, { value: string; currency: string }>();
  return {
    what: 'the account',
    send: (api, id) => api.reqAccountSummary(id, 'All', tags.join(',')),
    hear: (name, [reqId, of, tag, value, currency], id) => {
      if (reqId !== id) return undefined;
      if (name === EventName.accountSummary && of === account) {
        values.set(tag as string, { value: String(value), currency: (currency ?? '') as string });
      }
      return name === EventName.accountSummaryEnd ? values : undefined;
    },
    cancel: (api, id) => api.cancelAccountSummary(id),
  };
}

/** What an order would do, without an order: the answer tells whether orders are taken at all. */
export interface WhatIf {
  readonly initialMargin: number;
  readonly timeInForce: string;
  /** Remarks on the order, such as a preset that changes its terms. */
  readonly remarks: readonly { readonly code: number; readonly message: string }[];
}

/** Asks what a limit order far below the market would do. It carries the mark that makes it no order. */
export function whatIf(symbol: string, account: string, orderId: number): Question<WhatIf> {
  const remarks: { code: number; message: string }[] = [];
  const order: Order = {
    action: OrderAction.BUY,
    totalQuantity: 1,
    orderType: OrderType.LMT,
    lmtPrice: 1,
    tif: 'GTC',
    account,
    orderRef: 'trade-labs/what-if',
    whatIf: true,
    transmit: true,
    outsideRth: false,
  };
  return {
    what: 'what an order would do',
    orderId,
    send: (api) => api.placeOrder(orderId, stock(symbol), order),
    hear: (name, [id, , terms, state]) => {
      if (name !== EventName.openOrder || id !== orderId) return undefined;
      return {
        initialMargin: Number((state as OrderState).initMarginChange),
        timeInForce: String((terms as Order).tif),
        remarks,
      };
    },
    remarks: new Set([10_349, 399]),
    onRemark: (code, message) => remarks.push({ code, message }),
  };
}
