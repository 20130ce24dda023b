import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { ActivityStatement, StatedCash, StatedTrade } from '../../domain/activity.ts';
import { Failure } from '../../domain/failure.ts';
import { add, type Micros, negate, ZERO } from '../../domain/money.ts';
import { parseSessionDate, type SessionDate } from '../../domain/time.ts';
import { amountOf, filledAtOf } from './ibkr-amounts.ts';

/** An element: its attributes as text, and the elements in it by name. */
interface Element {
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (name: string) => readonly Element[];
}

/** Types of cash transactions in an Activity Flex Query, and what each is. */
const CASH_TYPES: Readonly<Record<string, StatedCash['kind']>> = {
  Dividends: 'dividend',
  'Payment In Lieu Of Dividends': 'dividend',
  'Withholding Tax': 'dividend',
  '871(m) Withholding': 'dividend',
  'Broker Interest Paid': 'interest',
  'Broker Interest Received': 'interest',
  'Bond Interest Paid': 'interest',
  'Bond Interest Received': 'interest',
  'Broker Fees': 'fee',
  'Other Fees': 'fee',
  'Advisor Fees': 'fee',
  'Commission Adjustments': 'fee',
  'Deposits & Withdrawals': 'flow',
  'Deposits/Withdrawals': 'flow',
};

/** Elements inside elements; a statement has six levels. */
const DEEPEST = 16;

/**
 * Reads the answer of an Activity Flex Query of Interactive Brokers (Client Portal, Performance & Reports, Flex
 * Queries, XML): data are attributes, sections hold one element a row. One account, however many days it is broken out
 * by; stocks in US dollars are taken, everything else is counted in the warnings. Executions are taken, summaries of
 * them not. Declarations of entities, nesting without reason and documents that end early are refused before anything
 * is read. Throws DATA_REFUSED.
 */
export function readIbkrFlex(text: string, name: string): ActivityStatement {
  const root = parsed(text, name);
  const [service] = root.children('FlexStatementResponse');
  if (service !== undefined) {
    throw refused(`${name} is an answer of the Flex service, not the statement`, [
      textIn(service, 'ErrorMessage') || textIn(service, 'Status') || 'it names no error',
    ]);
  }
  const [response] = root.children('FlexQueryResponse');
  const statements = (response?.children('FlexStatements') ?? []).flatMap((all) =>
    all.children('FlexStatement'),
  );
  const spans = statements.map(({ attributes }) => ({
    account: attributes.accountId ?? '',
    from: dateOf(attributes.fromDate ?? ''),
    to: dateOf(attributes.toDate ?? ''),
  }));
  const dates = spans.flatMap(({ from, to }) => (from === null || to === null ? [] : [from, to]));
  const [from, to] = [dates.reduce(earlier, dates[0]), dates.reduce(later, dates[0])];
  if (from === undefined || to === undefined || dates.length < 2 * spans.length) {
    throw refused(`${name} is no Activity Flex Query`, [
      'it has no FlexStatement with fromDate and toDate as yyyyMMdd or yyyy-MM-dd',
    ]);
  }
  const accounts = new Set(spans.map(({ account }) => account));
  if (accounts.size > 1) {
    throw refused(`${name} is about ${accounts.size} accounts`, [[...accounts].join(', ')]);
  }
  const rows = (section: string, row: string) =>
    statements.flatMap((statement) =>
      statement.children(section).flatMap((part) => part.children(row)),
    );
  const trades = stockTrades(rows('Trades', 'Trade'));
  const cash = statedCash(rows('CashTransactions', 'CashTransaction'));
  return {
    account: spans[0]?.account || null,
    from,
    to,
    trades: trades.taken,
    cash: cash.taken,
    ...netAssetValue(statements, from),
    warnings: [...trades.warnings, ...cash.warnings, ...foreignBase(statements)],
  };
}

const refused = (message: string, details: readonly string[]): Failure =>
  new Failure('DATA_REFUSED', message, {
    details: [...details],
    hint: 'at Interactive Brokers: Flex Queries, Activity Flex Query, XML, one account, dates yyyyMMdd',
  });

const earlier = (a: SessionDate | undefined, b: SessionDate) => (a === undefined || b < a ? b : a);
const later = (a: SessionDate | undefined, b: SessionDate) => (a === undefined || b > a ? b : a);

/** The document under a root of its own; refuses what no statement has before it is taken apart. */
function parsed(text: string, name: string): Element {
  const xml = text.replace(/^\uFEFF/, '').trim();
  if (/<!(DOCTYPE|ENTITY|ELEMENT|ATTLIST)/i.test(xml)) {
    throw refused(`${name} declares a document type`, ['a statement never does: it is not read']);
  }
  try {
    const verdict = XMLValidator.validate(xml);
    if (verdict !== true) {
      const { msg, line } = verdict.err;
      throw refused(`${name} is no whole XML document`, [`line ${line}: ${msg}`]);
    }
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: ATTRIBUTE,
      parseAttributeValue: false,
      parseTagValue: false,
      maxNestedTags: DEEPEST,
    });
    return elementOf(parser.parse(xml));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw refused(`${name} cannot be read as XML`, [
      error instanceof Error ? error.message : String(error),
    ]);
  }
}

const ATTRIBUTE = '@';

/** The parser gives an object of attributes and children; a child that stands alone is no list. */
function elementOf(value: unknown): Element {
  const fields = new Map(
    typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [['#text', value] as const],
  );
  return {
    attributes: Object.fromEntries(
      [...fields]
        .filter(([key]) => key.startsWith(ATTRIBUTE) || key === '#text')
        .map(([key, text]) => [key.replace(ATTRIBUTE, ''), String(text).trim()]),
    ),
    children: (name) => {
      const found = fields.get(name);
      if (found === undefined) return [];
      return (Array.isArray(found) ? found : [found]).map(elementOf);
    },
  };
}

const textIn = (element: Element, name: string): string =>
  element.children(name)[0]?.attributes['#text'] ?? '';

/** "20260305", "2026-03-05", with or without a time after it; null for any other way of writing a date. */
function dateOf(text: string): SessionDate | null {
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})(?!\d)/.exec(text) ?? [];
  return year === undefined ? null : parseSessionDate(`${year}-${month}-${day}`);
}

function stockTrades(rows: readonly Element[]) {
  // A query may list executions, orders, closed lots and sums of symbols beside each other.
  const executions = rows.filter(({ attributes: a }) =>
    ['', 'EXECUTION'].includes(a.levelOfDetail ?? ''),
  );
  const listed = executions.length > 0 ? executions : rows.filter(isOrder);
  const stocks = listed.filter(
    ({ attributes: a }) => a.assetCategory === 'STK' && (a.currency ?? 'USD') === 'USD',
  );
  const others = listed.length - stocks.length;
  return {
    taken: stocks.map(statedTrade),
    warnings: others > 0 ? [`${others} trades of other assets or currencies left out`] : [],
  };
}

const isOrder = ({ attributes }: Element): boolean => attributes.levelOfDetail === 'ORDER';

function statedTrade({ attributes: a }: Element): StatedTrade {
  const date = dateOf(a.tradeDate ?? a.dateTime ?? '');
  const quantity = Number((a.quantity ?? '').replaceAll(',', '') || Number.NaN);
  const proceeds = amountOf(a.proceeds ?? '');
  // Paid is printed negative, taxes on the trade apart from commissions; a rebate is a positive number.
  const commission = amountOf(a.ibCommission ?? '');
  const taxes = (a.taxes ?? '') === '' ? ZERO : amountOf(a.taxes ?? '');
  if (
    date === null ||
    !Number.isInteger(quantity) ||
    quantity === 0 ||
    proceeds === null ||
    commission === null ||
    taxes === null
  ) {
    throw refused('a trade cannot be read', [
      `${a.symbol ?? ''} ${a.tradeDate ?? a.dateTime ?? ''} quantity ${a.quantity ?? 'none'}, proceeds ${a.proceeds ?? 'none'}, ibCommission ${a.ibCommission ?? 'none'}`,
      'the query must include symbol, tradeDate, quantity, proceeds and ibCommission; shares are whole',
    ]);
  }
  const isCancelled = (a.buySell ?? '').includes('(Ca.)') || a.transactionType === 'TradeCancel';
  return {
    symbol: a.symbol ?? '',
    date,
    quantity,
    proceeds,
    commission: negate(add(commission, taxes)),
    ...(isCancelled ? { cancels: true } : {}),
    ...timeIn(a, date),
    ...((a.ibExecID ?? '') === '' ? {} : { execId: a.ibExecID as string }),
  };
}

/**
 * The time of a trade where the query has it; after the day's end it is counted on the next, and has none of that day.
 */
const timeIn = ({ dateTime = '' }: Element['attributes'], date: SessionDate) =>
  dateOf(dateTime) === date ? filledAtOf(date, dateTime.replace(/^\d{4}-?\d{2}-?\d{2}/, '')) : {};

function statedCash(rows: readonly Element[]) {
  const details = rows.filter(({ attributes }) => attributes.levelOfDetail !== 'SUMMARY');
  const inUsd = details.filter(({ attributes: a }) => (a.currency ?? 'USD') === 'USD');
  const others = details.length - inUsd.length;
  const unknown = new Set<string>();
  const taken = inUsd.map(({ attributes: a }): StatedCash => {
    const date = dateOf(a.dateTime || a.reportDate || a.settleDate || '');
    const amount = amountOf(a.amount ?? '');
    const type = a.type ?? '';
    const kind = Object.hasOwn(CASH_TYPES, type) ? CASH_TYPES[type] : undefined;
    if (date === null || amount === null) {
      throw refused('a cash transaction cannot be read', [
        `${type} ${a.dateTime ?? ''} amount ${a.amount ?? 'none'}`,
        'the query must include type, amount and dateTime',
      ]);
    }
    if (kind === undefined) unknown.add(type);
    return { kind: kind ?? 'fee', date, amount, description: a.description ?? '' };
  });
  return {
    taken,
    warnings: [
      ...(others > 0 ? [`${others} cash movements in other currencies left out`] : []),
      ...[...unknown].map(
        (type) => `cash transactions of the type ${JSON.stringify(type)} are counted as fees`,
      ),
    ],
  };
}

const currencyOf = (statements: readonly Element[]): string =>
  statements.flatMap((statement) =>
    ['AccountInformation', 'ChangeInNAV'].flatMap((section) =>
      statement.children(section).flatMap(({ attributes }) => attributes.currency || []),
    ),
  )[0] ?? 'USD';

const foreignBase = (statements: readonly Element[]): string[] => {
  const base = currencyOf(statements);
  return base === 'USD'
    ? []
    : [`net asset value is in ${JSON.stringify(base)} and is not compared`];
};

/** Before the first day and after the last: of the changes in net asset value, else of its daily totals. */
function netAssetValue(
  statements: readonly Element[],
  from: SessionDate,
): Pick<ActivityStatement, 'startValue' | 'endValue'> {
  if (currencyOf(statements) !== 'USD') return { startValue: null, endValue: null };
  const byDay = [...statements].sort((a, b) =>
    (dateOf(a.attributes.fromDate ?? '') ?? from) < (dateOf(b.attributes.fromDate ?? '') ?? from)
      ? -1
      : 1,
  );
  const changes = byDay.flatMap((statement) => statement.children('ChangeInNAV'));
  const totals = byDay
    .flatMap((statement) => statement.children('EquitySummaryInBase'))
    .flatMap((section) => section.children('EquitySummaryByReportDateInBase'))
    .flatMap(({ attributes: a }): { date: SessionDate; total: Micros }[] => {
      const [date, total] = [dateOf(a.reportDate ?? ''), amountOf(a.total ?? '')];
      return date === null || total === null ? [] : [{ date, total }];
    })
    .sort((a, b) => (a.date < b.date ? -1 : 1));
  return {
    startValue:
      amountOf(changes[0]?.attributes.startingValue ?? '') ??
      totals.findLast(({ date }) => date < from)?.total ??
      null,
    endValue:
      amountOf(changes.at(-1)?.attributes.endingValue ?? '') ??
      totals.findLast(({ date }) => date >= from)?.total ??
      null,
  };
}
