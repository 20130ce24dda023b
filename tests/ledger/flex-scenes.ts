import type { StatedCash, StatedTrade } from '../../src/domain/activity.ts';
import { toUsd } from '../../src/domain/money.ts';

const CASH_TYPES: Readonly<Record<StatedCash['kind'], string>> = {
  dividend: 'Dividends',
  interest: 'Broker Interest Received',
  fee: 'Other Fees',
  flow: 'Deposits/Withdrawals',
};

export interface FlexScene {
  readonly trades: readonly StatedTrade[];
  readonly cash?: readonly StatedCash[];
  readonly start?: number;
  readonly end?: number;
  readonly from?: string;
  readonly to?: string;
  readonly account?: string;
  /** Elements put beside the trades. */
  readonly moreTrades?: readonly string[];
  /** Elements put beside the cash transactions. */
  readonly moreCash?: readonly string[];
}

const compact = (date: string) => date.replaceAll('-', '');

/** One statement of an Activity Flex Query, as the broker writes it. */
export function flexStatement({
  trades,
  cash = [],
  start = 100_000,
  end = 100_000,
  from = '2026-01-21',
  to = '2026-01-30',
  account = 'U1234567',
  moreTrades = [],
  moreCash = [],
}: FlexScene): string {
  return [
    `<FlexStatement accountId="${account}" fromDate="${compact(from)}" toDate="${compact(to)}" period="" whenGenerated="20260202;090000">`,
    `<AccountInformation accountId="${account}" currency="USD" />`,
    `<ChangeInNAV accountId="${account}" fromDate="${compact(from)}" toDate="${compact(to)}" startingValue="${start}" endingValue="${end}" />`,
    '<Trades>',
    ...trades.map(
      ({ symbol, date, quantity, proceeds, commission }) =>
        `<Trade accountId="${account}" currency="USD" assetCategory="STK" symbol="${symbol}" tradeDate="${compact(date)}" dateTime="${compact(date)};103000" transactionType="ExchTrade" buySell="${quantity > 0 ? 'BUY' : 'SELL'}" quantity="${quantity}" proceeds="${toUsd(proceeds)}" taxes="0" ibCommission="${-toUsd(commission)}" levelOfDetail="EXECUTION" />`,
    ),
    ...moreTrades,
    '</Trades>',
    '<CashTransactions>',
    ...cash.map(
      ({ kind, date, amount, description }) =>
        `<CashTransaction accountId="${account}" currency="USD" description="${description}" dateTime="${compact(date)};202000" amount="${toUsd(amount)}" type="${CASH_TYPES[kind]}" levelOfDetail="DETAIL" />`,
    ),
    ...moreCash,
    '</CashTransactions>',
    '</FlexStatement>',
  ].join('\n');
}

/** The answer of a query: its statements under one root. */
export const flexResponse = (...statements: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<FlexQueryResponse queryName="month" type="AF">\n<FlexStatements count="${statements.length}">\n${statements.join('\n')}\n</FlexStatements>\n</FlexQueryResponse>\n`;

export const flexXml = (scene: FlexScene): string => flexResponse(flexStatement(scene));
