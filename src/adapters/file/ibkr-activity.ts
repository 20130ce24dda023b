import Papa from 'papaparse';
import type { ActivityStatement, StatedCash, StatedTrade } from '../../domain/activity.ts';
import { Failure } from '../../domain/failure.ts';
import { negate } from '../../domain/money.ts';
import { parseSessionDate, type SessionDate } from '../../domain/time.ts';
import { amountOf, filledAtOf } from './ibkr-amounts.ts';

/** A row under the header that its section had last, by column. */
interface Row {
  readonly section: string;
  readonly cell: (name: string) => string;
  readonly line: number;
}

/** Sections of cash movements, and what each is. */
const CASH_SECTIONS: Readonly<Record<string, StatedCash['kind']>> = {
  Dividends: 'dividend',
  'Withholding Tax': 'dividend',
  Interest: 'interest',
  'Broker Interest Paid and Received': 'interest',
  Fees: 'fee',
  'Other Fees': 'fee',
  'Transaction Fees': 'fee',
  'Deposits & Withdrawals': 'flow',
};

/**
 * Reads the CSV form of an activity statement of Interactive Brokers (Client Portal, Reports, Statements, Activity): a
 * list of sections, each row beginning with the section's name and Header, Data, SubTotal or Total. Stocks in US
 * dollars are taken, everything else is counted in the warnings. Throws DATA_REFUSED on a file of another kind.
 */
export function readIbkrActivity(text: string, name: string): ActivityStatement {
  const rows = rowsOf(text);
  const fields = new Map(
    rows
      .filter(({ section }) => /^(Statement|Account Information|Change in NAV)$/.test(section))
      // Later blocks of a statement in several currencies repeat the names with zeros.
      .reverse()
      .map(({ section, cell }) => [`${section}/${cell('Field Name')}`, cell('Field Value')]),
  );
  const [from, to] = periodOf(fields.get('Statement/Period') ?? '');
  if (from === null || to === null) {
    throw new Failure('DATA_REFUSED', `${name} is no activity statement`, {
      details: ['it has no row "Statement,Data,Period,..." with dates'],
      hint: 'at Interactive Brokers: Reports, Statements, Activity, CSV',
    });
  }
  const trades = stockTrades(rows);
  const cash = rows.filter(
    ({ section, cell }) => Object.hasOwn(CASH_SECTIONS, section) && dated(cell) !== null,
  );
  const inUsd = cash.filter(({ cell }) => cell('Currency') === 'USD');
  const others = [
    [trades.others, 'trades of other assets or currencies'],
    [cash.length - inUsd.length, 'cash movements in other currencies'],
  ] as const;
  return {
    account: fields.get('Account Information/Account') ?? null,
    from,
    to,
    trades: trades.taken,
    cash: inUsd.map(statedCash),
    startValue: amountOf(fields.get('Change in NAV/Starting Value') ?? ''),
    endValue: amountOf(fields.get('Change in NAV/Ending Value') ?? ''),
    warnings: others.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what} left out`),
  };
}

function rowsOf(text: string): Row[] {
  const { data } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { skipEmptyLines: true });
  const headers = new Map<string, readonly string[]>();
  const rows: Row[] = [];
  data.forEach(([section = '', kind, ...cells], i) => {
    if (kind === 'Header') headers.set(section, cells);
    if (kind !== 'Data') return;
    const names = headers.get(section) ?? [];
    rows.push({ section, cell: (name) => cells[names.indexOf(name)]?.trim() ?? '', line: i + 1 });
  });
  return rows;
}

/** "March 1, 2026 - March 31, 2026", or one day. */
function periodOf(text: string): [SessionDate | null, SessionDate | null] {
  const dates = [...text.matchAll(/([A-Z][a-z]+) (\d{1,2}), (\d{4})/g)].map(
    ([, month = '', day = '', year]) => {
      const number = MONTHS.indexOf(month) + 1;
      return parseSessionDate(`${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`);
    },
  );
  return [dates[0] ?? null, dates.at(-1) ?? null];
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Orders where the statement has them; a statement of executions has rows of its own for these. */
function stockTrades(rows: readonly Row[]): { taken: StatedTrade[]; others: number } {
  const all = rows.filter(({ section }) => section === 'Trades');
  const orders = all.filter(({ cell }) => cell('DataDiscriminator') === 'Order');
  const rest = all.filter(({ cell }) => /^(Trade|Execution)$/.test(cell('DataDiscriminator')));
  const listed = orders.length > 0 ? orders : rest;
  const stocks = listed.filter(
    ({ cell }) => cell('Asset Category') === 'Stocks' && cell('Currency') === 'USD',
  );
  return { taken: stocks.map(statedTrade), others: listed.length - stocks.length };
}

function statedTrade({ cell, line }: Row): StatedTrade {
  const date = parseSessionDate(cell('Date/Time').slice(0, 10));
  const quantity = Number(cell('Quantity').replaceAll(',', ''));
  const proceeds = amountOf(cell('Proceeds'));
  // Paid is printed negative; a rebate is a positive number.
  const commission = amountOf(cell('Comm/Fee') || '0');
  if (date === null || !Number.isInteger(quantity) || proceeds === null || commission === null) {
    throw new Failure('DATA_REFUSED', `row ${line}: a trade cannot be read`, {
      details: [`${cell('Symbol')} ${cell('Date/Time')} ${cell('Quantity')} ${cell('Proceeds')}`],
      hint: 'quantities must be whole shares, amounts numbers',
    });
  }
  // Codes are listed with semicolons: "C;P", "Ca".
  const isCancelled = cell('Code').split(';').includes('Ca');
  return {
    symbol: cell('Symbol'),
    date,
    quantity,
    proceeds,
    commission: negate(commission),
    ...(isCancelled ? { cancels: true } : {}),
    ...filledAtOf(date, cell('Date/Time').slice(10)),
  };
}

const dated = (cell: Row['cell']): SessionDate | null =>
  parseSessionDate((cell('Date') || cell('Settle Date')).slice(0, 10));

function statedCash({ section, cell, line }: Row): StatedCash {
  const date = dated(cell);
  const amount = amountOf(cell('Amount'));
  if (date === null || amount === null) {
    throw new Failure('DATA_REFUSED', `row ${line}: an amount cannot be read`, {
      details: [`${section} ${cell('Description')} ${cell('Amount')}`],
      hint: 'amounts must be numbers',
    });
  }
  const kind = CASH_SECTIONS[section] ?? 'fee';
  return { kind, date, amount, description: cell('Description') };
}
