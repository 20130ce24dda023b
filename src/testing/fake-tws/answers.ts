import type { BarFeed } from './bar-feed.ts';
import type { FakeContract } from './contracts.ts';
import type { Exchange } from './exchange.ts';
import type { FaultPlan } from './faults.ts';
import {
  accountSummary,
  accountSummaryEnd,
  contractData,
  contractDataEnd,
  type HistoryBar,
  historicalData,
  openOrder,
  position,
  positionEnd,
  scannerData,
} from './replies.ts';
import type { HistoryRequest, Request } from './requests.ts';
import type { Session } from './session.ts';

/** Where the answers about the market come from. */
export interface Reference {
  readonly account: string;
  readonly contracts: readonly FakeContract[];
  /** Hours of the coming days, as contract details carry them. */
  readonly hours: () => { readonly trading: string; readonly liquid: string };
  /** The bars of a question; null where there is no such history. */
  readonly history: (
    request: HistoryRequest,
    contract: FakeContract,
  ) => readonly HistoryBar[] | null;
  /** The bar that is being made, of a history that is kept up to date; null where none is. */
  readonly current?: (request: HistoryRequest, contract: FakeContract) => HistoryBar | null;
  /** The rows of a scan, best first. */
  readonly scan: (scanCode: string) => readonly FakeContract[];
}

/** Most rows of a scan, whatever is asked for. */
const MOST_ROWS = 50;

/** What can be asked of the server that changes nothing: contracts, bars, scans, the account. */
export class Answers {
  readonly #exchange: Exchange;
  readonly #faults: FaultPlan;
  readonly #reference: Reference;
  readonly #barFeed: BarFeed;

  constructor(exchange: Exchange, faults: FaultPlan, reference: Reference, barFeed: BarFeed) {
    this.#barFeed = barFeed;
    this.#exchange = exchange;
    this.#faults = faults;
    this.#reference = reference;
  }

  contract(session: Session, { reqId, ...asked }: Asked<'contractDetails'>): void {
    if (this.#faults.take('no-contracts')) return;
    const isAsked = ({ conId, symbol }: FakeContract): boolean =>
      asked.conId === 0 ? symbol === asked.symbol : conId === asked.conId;
    const found = this.#reference.contracts.filter(isAsked);
    if (found.length === 0) {
      session.notice(reqId, 200, 'No security definition has been found for the request');
      return;
    }
    for (const contract of found) {
      session.send(contractData(session.version, reqId, contract, this.#reference.hours()));
    }
    session.send(contractDataEnd(reqId));
  }

  scan(session: Session, { reqId, rows, scanCode }: Asked<'scanner'>): void {
    if (this.#faults.take('no-scanner-items')) {
      const text = 'Historical Market Data Service query message:no items retrieved';
      session.notice(reqId, 165, text);
      return;
    }
    const most = Math.min(MOST_ROWS, rows);
    session.send(scannerData(reqId, this.#reference.scan(scanCode).slice(0, most)));
  }

  history(session: Session, request: HistoryRequest): void {
    const { reqId } = request;
    const service = 'Historical Market Data Service error message:';
    if (this.#faults.take('history-pacing')) {
      session.notice(reqId, 162, `${service}Historical data request pacing violation`);
      return;
    }
    if (this.#faults.take('history-cancelled')) {
      session.notice(reqId, 162, `${service}API historical data query cancelled: ${reqId}`);
      return;
    }
    if (this.#faults.take('history-unknown')) {
      session.notice(reqId, 366, `No historical data query found for ticker id:${reqId}`);
      return;
    }
    if (request.keepUpToDate && this.#faults.take('bars-refused')) {
      session.notice(
        reqId,
        420,
        'Invalid Real-time Query:Trading TWS session is connected elsewhere',
      );
      return;
    }
    const contract = this.#exchange.book.contractOf(named(request));
    const bars = contract === undefined ? null : this.#reference.history(request, contract);
    const [first, last] = [bars?.[0], bars?.at(-1)];
    if (contract !== undefined && request.keepUpToDate) {
      this.#barFeed.watch(session, request, contract);
    }
    if (bars === null || first === undefined || last === undefined) {
      session.notice(
        reqId,
        162,
        `${service}HMDS query returned no data: ${request.symbol}@SMART Trades`,
      );
      return;
    }
    session.send(historicalData(reqId, { from: first.time, to: last.time }, bars));
  }

  positions(session: Session): void {
    const { account, contracts } = this.#reference;
    const [first] = contracts;
    if (first !== undefined && this.#faults.has('zero-position')) {
      session.send(position(account, first, 0, 0));
    }
    if (first !== undefined && this.#faults.has('foreign-account-position')) {
      session.send(position('DU8888888', first, 77, 10));
    }
    for (const { contract, quantity, averageCost } of this.#exchange.holdings.all()) {
      session.send(position(account, contract, quantity, averageCost));
    }
    session.send(positionEnd);
  }

  summary(session: Session, { reqId, tags }: Asked<'accountSummary'>): void {
    const exchange = this.#exchange;
    const net = exchange.holdings.netLiquidation(exchange.prices);
    const { cash } = exchange.holdings;
    const values: Readonly<Record<string, readonly [string | number, string]>> = {
      AccountType: ['INDIVIDUAL', ''],
      NetLiquidation: [net.toFixed(2), 'USD'],
      TotalCashValue: [cash.toFixed(2), 'USD'],
      SettledCash: [cash.toFixed(2), 'USD'],
      AvailableFunds: [cash.toFixed(2), 'USD'],
      BuyingPower: [(cash * 2).toFixed(2), 'USD'],
      ExcessLiquidity: [cash.toFixed(2), 'USD'],
      GrossPositionValue: [(net - cash).toFixed(2), 'USD'],
      DayTradesRemaining: [-1, ''],
      Cushion: [1, ''],
    };
    for (const tag of tags) {
      const value = values[tag];
      if (value !== undefined) {
        session.send(accountSummary(reqId, this.#reference.account, tag, value[0], value[1]));
      }
    }
    session.send(accountSummaryEnd(reqId));
  }

  /** The answer to "what if": margins within an order that does not exist. */
  margin(session: Session, orderId: number, fields: Readonly<Record<string, string>>): void {
    const contract = this.#exchange.book.contractOf(fields);
    if (contract === undefined) {
      session.notice(orderId, 200, 'No security definition has been found for the request');
      return;
    }
    const price =
      Number(fields.lmtPrice || 0) || (this.#exchange.prices.of(contract.symbol)?.ask ?? 0);
    const value = price * Number(fields.totalQuantity);
    const { holdings, prices } = this.#exchange;
    const before = holdings.netLiquidation(prices);
    const held = before - holdings.cash;
    session.send(
      openOrder(session.version, {
        orderId,
        conId: contract.conId,
        symbol: contract.symbol,
        action: fields.action ?? '',
        totalQuantity: fields.totalQuantity ?? '',
        orderType: fields.orderType ?? '',
        tif: this.#faults.has('preset-day') ? 'DAY' : (fields.tif ?? ''),
        account: fields.account ?? '',
        orderRef: fields.orderRef ?? '',
        clientId: session.clientId,
        whatIf: 1,
        status: 'PreSubmitted',
        initMarginBefore: held / 2,
        maintMarginBefore: held / 4,
        equityWithLoanBefore: before,
        initMarginChange: value / 2,
        maintMarginChange: value / 4,
        equityWithLoanChange: 0,
        initMarginAfter: (held + value) / 2,
        maintMarginAfter: (held + value) / 4,
        equityWithLoanAfter: before,
        commission: 1,
        commissionCurrency: 'USD',
      }),
    );
  }
}

type Asked<K extends Request['kind']> = Extract<Request, { kind: K }>;

/** How a contract is named in a request, as an order names it. */
export const named = ({
  conId,
  symbol,
}: {
  readonly conId: number;
  readonly symbol: string;
}): Record<string, string> => ({ conId: String(conId), symbol });
