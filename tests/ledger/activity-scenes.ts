import type { StatedCash, StatedTrade } from '../../src/domain/activity.ts';
import { toUsd } from '../../src/domain/money.ts';

/** The CSV of an activity statement, section after section as the broker writes it. */
export function activityCsv({
  trades,
  cash = [],
  start = 100_000,
  end = 100_000,
  more = [],
}: {
  readonly trades: readonly StatedTrade[];
  readonly cash?: readonly StatedCash[];
  readonly start?: number;
  readonly end?: number;
  readonly more?: readonly string[];
}): string {
  const rows = (kind: StatedCash['kind'], section: string, header: string) => {
    const own = cash.filter((row) => row.kind === kind);
    if (own.length === 0) return [];
    return [
      `${section},Header,${header}`,
      ...own.map(
        ({ date, amount, description }) =>
          `${section},Data,USD,${date},"${description}",${toUsd(amount)}`,
      ),
      `${section},Data,Total,,,0`,
    ];
  };
  return `\uFEFF${[
    'Statement,Header,Field Name,Field Value',
    'Statement,Data,BrokerName,Interactive Brokers LLC',
    'Statement,Data,Title,Activity Statement',
    'Statement,Data,Period,"January 21, 2026 - January 30, 2026"',
    'Account Information,Header,Field Name,Field Value',
    'Account Information,Data,Account,U1234567',
    'Account Information,Data,Base Currency,USD',
    'Change in NAV,Header,Field Name,Field Value',
    `Change in NAV,Data,Starting Value,${start}`,
    `Change in NAV,Data,Ending Value,${end}`,
    'Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,Comm/Fee,Basis,Realized P/L,MTM P/L,Code',
    ...trades.flatMap(({ symbol, date, quantity, proceeds, commission }) => [
      `Trades,Data,Order,Stocks,USD,${symbol},"${date}, 10:30:00","${quantity.toLocaleString('en-US')}",0,0,${toUsd(proceeds)},${-toUsd(commission)},0,0,0,O`,
      `Trades,SubTotal,,Stocks,USD,${symbol},,${quantity},,,${toUsd(proceeds)},0,0,0,0,`,
    ]),
    'Trades,Total,,Stocks,USD,,,,,,0,0,0,0,0,',
    ...rows('dividend', 'Dividends', 'Currency,Date,Description,Amount'),
    ...rows('fee', 'Fees', 'Currency,Date,Description,Amount'),
    ...rows('flow', 'Deposits & Withdrawals', 'Currency,Settle Date,Description,Amount'),
    ...more,
  ].join('\r\n')}\r\n`;
}
