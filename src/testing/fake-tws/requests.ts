import { PLACE_ORDER } from './place-order-layout.ts';

/** What a client asks for; fields that the server does not look at are left out. */
export type Request =
  | { readonly kind: 'startApi'; readonly clientId: number }
  | {
      readonly kind: 'placeOrder';
      readonly orderId: number;
      readonly fields: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'cancelOrder'; readonly orderId: number }
  | { readonly kind: 'executions'; readonly reqId: number; readonly filter: ExecutionFilter }
  | { readonly kind: 'accountSummary'; readonly reqId: number; readonly tags: readonly string[] }
  | {
      readonly kind: 'contractDetails';
      readonly reqId: number;
      readonly conId: number;
      readonly symbol: string;
      readonly primaryExchange: string;
    }
  | { readonly kind: 'marketRule'; readonly ruleId: number }
  | HistoryRequest
  | { readonly kind: 'marketDataType'; readonly type: number }
  | {
      readonly kind: 'marketData';
      readonly reqId: number;
      readonly conId: number;
      readonly symbol: string;
      readonly snapshot: boolean;
    }
  | {
      readonly kind: 'scanner';
      readonly reqId: number;
      readonly rows: number;
      readonly scanCode: string;
      readonly abovePrice: number;
    }
  /** What names nothing, or one request or order by its id. */
  | { readonly kind: Plain }
  | { readonly kind: Cancelling; readonly reqId: number }
  | { readonly kind: 'unknown'; readonly id: string };

export interface ExecutionFilter {
  readonly clientId: string;
  readonly account: string;
  readonly symbol: string;
}

export interface HistoryRequest {
  readonly kind: 'history';
  readonly reqId: number;
  readonly conId: number;
  readonly symbol: string;
  readonly end: string;
  readonly barSize: string;
  readonly duration: string;
  /** 1 for text, 2 for seconds since 1970. */
  readonly formatDate: number;
  readonly what: string;
  readonly keepUpToDate: boolean;
}

type Plain =
  | 'nextId'
  | 'managedAccounts'
  | 'currentTime'
  | 'openOrders'
  | 'allOpenOrders'
  | 'autoOpenOrders'
  | 'completedOrders'
  | 'positions'
  | 'cancelPositions'
  | 'globalCancel';
type Cancelling = 'cancelAccountSummary' | 'cancelHistory' | 'cancelMarketData' | 'cancelScanner';

const PLAIN: Readonly<Record<string, Plain>> = {
  8: 'nextId',
  17: 'managedAccounts',
  49: 'currentTime',
  5: 'openOrders',
  16: 'allOpenOrders',
  15: 'autoOpenOrders',
  99: 'completedOrders',
  61: 'positions',
  64: 'cancelPositions',
  58: 'globalCancel',
};
/** Ids of cancelling messages: message, a version, and the id. */
const CANCELLING: Readonly<Record<string, Cancelling>> = {
  63: 'cancelAccountSummary',
  25: 'cancelHistory',
  2: 'cancelMarketData',
  23: 'cancelScanner',
};

/** A request that is not formed as its version says. */
export class RequestError extends Error {}

/** CANCEL_ORDER has no version token from here on (CME_TAGGING_FIELDS). */
const CANCEL_UNVERSIONED = 192;

/** Understands a message of a client at the server version that both agreed on. */
export function requestOf(version: number, tokens: readonly string[]): Request {
  const [id = ''] = tokens;
  const text = (at: number): string => tokens[at] ?? '';
  const number = (at: number): number => Number(text(at));
  const plain = PLAIN[id];
  if (plain !== undefined) return { kind: plain };
  const cancelling = CANCELLING[id];
  if (cancelling !== undefined) return { kind: cancelling, reqId: number(2) };
  switch (id) {
    case '71':
      return { kind: 'startApi', clientId: number(2) };
    case '3':
      return placedOrder(version, tokens);
    case '4':
      return { kind: 'cancelOrder', orderId: number(version < CANCEL_UNVERSIONED ? 2 : 1) };
    case '7': {
      const filter = { clientId: text(3), account: text(4), symbol: text(6) };
      return { kind: 'executions', reqId: number(2), filter };
    }
    case '62':
      return { kind: 'accountSummary', reqId: number(2), tags: text(4).split(',') };
    case '9': {
      const stock = { conId: number(3), symbol: text(4), primaryExchange: text(11) };
      return { kind: 'contractDetails', reqId: number(2), ...stock };
    }
    case '91':
      return { kind: 'marketRule', ruleId: number(1) };
    case '20':
      return {
        kind: 'history',
        reqId: number(1),
        conId: number(2),
        symbol: text(3),
        end: text(15),
        barSize: text(16),
        duration: text(17),
        what: text(19),
        formatDate: number(20),
        keepUpToDate: text(21) === '1',
      };
    case '59':
      return { kind: 'marketDataType', type: number(2) };
    case '1': {
      const stock = { conId: number(3), symbol: text(4), snapshot: text(17) === '1' };
      return { kind: 'marketData', reqId: number(2), ...stock };
    }
    case '22': {
      const wanted = { rows: number(2), scanCode: text(5), abovePrice: number(6) };
      return { kind: 'scanner', reqId: number(1), ...wanted };
    }
    default:
      return { kind: 'unknown', id };
  }
}

function placedOrder(version: number, tokens: readonly string[]): Request {
  let fields: Record<string, string>;
  try {
    fields = PLACE_ORDER.read(version, tokens.slice(1));
  } catch (error) {
    throw new RequestError(`an order of ${(error as Error).message}`);
  }
  return { kind: 'placeOrder', orderId: Number(fields.orderId), fields };
}
