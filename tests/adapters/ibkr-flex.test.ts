import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIbkrFlex } from '../../src/adapters/file/ibkr-flex.ts';
import { instantOf } from '../../src/calendar/nyse.ts';
import type { StatedTrade } from '../../src/domain/activity.ts';
import { Failure } from '../../src/domain/failure.ts';
import { usd } from '../../src/domain/money.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { type FlexScene, flexResponse, flexStatement, flexXml } from '../ledger/flex-scenes.ts';

const DAY = sessionDate('2026-01-21');
const bought: StatedTrade = {
  symbol: 'BRK B',
  date: DAY,
  quantity: 1200,
  proceeds: usd(-570_000.25),
  commission: usd(6.000001),
  filledAt: instantOf(DAY, 10 * 60 + 30),
};
const read = (scene: Partial<FlexScene> = {}) =>
  readIbkrFlex(flexXml({ trades: [bought], ...scene }), 'x.xml');

const TRADE =
  'currency="USD" assetCategory="STK" symbol="AAPL" tradeDate="2026-01-22" buySell="SELL" quantity="-10" proceeds="1500" ibCommission="-1"';

/** The refusal of a text, as its message and details. */
function refusal(text: string): string {
  try {
    readIbkrFlex(text, 'x.xml');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `${error.code}: ${error.message} (${error.details.join('; ')})`;
  }
  return 'read';
}

describe('a Flex statement', () => {
  it('gives account, days, trades and net asset values', () => {
    expect(read()).toEqual({
      account: 'U1234567',
      from: '2026-01-21',
      to: '2026-01-30',
      trades: [bought],
      cash: [],
      startValue: usd(100_000),
      endValue: usd(100_000),
      warnings: [],
    });
  });

  it('takes executions, and not the orders, lots and sums listed beside them', () => {
    const { trades } = read({
      moreTrades: [
        `<Order ${TRADE} levelOfDetail="ORDER" />`,
        `<Trade ${TRADE} levelOfDetail="ORDER" />`,
        `<Lot ${TRADE} levelOfDetail="CLOSED_LOT" />`,
        `<Trade ${TRADE} levelOfDetail="CLOSED_LOT" />`,
        `<SymbolSummary ${TRADE} levelOfDetail="SYMBOL_SUMMARY" />`,
        `<Trade ${TRADE} levelOfDetail="SYMBOL_SUMMARY" />`,
      ],
    });
    expect(trades).toEqual([bought]);
  });

  it('takes orders where a query lists no executions', () => {
    const { trades } = read({
      trades: [],
      moreTrades: [`<Trade ${TRADE} levelOfDetail="ORDER" />`],
    });
    expect(trades.map(({ symbol, quantity }) => [symbol, quantity])).toEqual([['AAPL', -10]]);
  });

  it('counts taxes on a trade with its commission, and reads times after the date', () => {
    const { trades } = read({
      trades: [],
      moreTrades: [
        '<Trade assetCategory="STK" symbol="AAPL" dateTime="2026-01-22;09:30:01 EST" buySell="SELL" quantity="-10" proceeds="1,500.5" ibCommission="-1.25" taxes="-0.05" />',
      ],
    });
    expect(trades).toEqual([
      {
        symbol: 'AAPL',
        date: '2026-01-22',
        quantity: -10,
        proceeds: usd(1500.5),
        commission: usd(1.3),
        filledAt: instantOf(sessionDate('2026-01-22'), 9 * 60 + 30) + 1000,
      },
    ]);
  });

  it('gives the name of an execution, and no time that is not of its day in New York', () => {
    const of = (dateTime: string) =>
      read({
        trades: [],
        moreTrades: [`<Trade ${TRADE} dateTime="${dateTime}" ibExecID="0000e215.01.01" />`],
      }).trades.map(({ execId, filledAt }) => [execId, filledAt]);
    expect(of('20260122;093001')).toEqual([
      ['0000e215.01.01', instantOf(sessionDate('2026-01-22'), 9 * 60 + 30) + 1000],
    ]);
    for (const other of ['20260121;203000', '20260122;153000 CET', '20260122;993000', '20260122']) {
      expect(of(other)).toEqual([['0000e215.01.01', undefined]]);
    }
  });

  it('marks what takes an earlier trade back', () => {
    const { trades } = read({
      trades: [],
      moreTrades: [
        '<Trade assetCategory="STK" symbol="AAPL" tradeDate="20260122" buySell="BUY (Ca.)" quantity="-10" proceeds="1500" ibCommission="1" transactionType="TradeCancel" />',
      ],
    });
    expect(trades[0]).toMatchObject({ quantity: -10, commission: usd(-1), cancels: true });
  });

  it('gives cash by what it was, tax and payments in lieu with the dividends', () => {
    const row = (type: string, amount: string, more = 'levelOfDetail="DETAIL"') =>
      `<CashTransaction currency="USD" description="&lt;AAPL&gt; &amp; Co" dateTime="2026-01-22" amount="${amount}" type="${type}" ${more} />`;
    const { cash, warnings } = read({
      moreCash: [
        row('Dividends', '25'),
        row('Withholding Tax', '-3.75'),
        row('Payment In Lieu Of Dividends', '1.1'),
        row('Broker Interest Paid', '-0.5'),
        row('Deposits &amp; Withdrawals', '-1,000.5'),
        row('Something New', '-2'),
        row('Dividends', '25', 'levelOfDetail="SUMMARY"'),
      ],
    });
    expect(cash.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['dividend', usd(25)],
      ['dividend', usd(-3.75)],
      ['dividend', usd(1.1)],
      ['interest', usd(-0.5)],
      ['flow', usd(-1000.5)],
      ['fee', usd(-2)],
    ]);
    expect(cash[0]?.description).toBe('<AAPL> & Co');
    expect(warnings).toEqual(['cash transactions of the type "Something New" are counted as fees']);
  });

  it('says what it leaves out', () => {
    const { trades, cash, warnings } = read({
      moreTrades: [
        '<Trade currency="USD" assetCategory="OPT" symbol="AAPL  260320C00100000" tradeDate="20260122" quantity="1" proceeds="-100" ibCommission="-1" levelOfDetail="EXECUTION" />',
        '<Trade currency="EUR" assetCategory="STK" symbol="SAP" tradeDate="20260122" quantity="1" proceeds="-100" ibCommission="-1" levelOfDetail="EXECUTION" />',
      ],
      moreCash: [
        '<CashTransaction currency="EUR" dateTime="20260122" amount="1" type="Dividends" />',
      ],
    });
    expect([trades, cash]).toEqual([[bought], []]);
    expect(warnings).toEqual([
      '2 trades of other assets or currencies left out',
      '1 cash movements in other currencies left out',
    ]);
  });

  it('joins the days of one account, whatever their order', () => {
    const day = (date: string, start: number, end: number) =>
      flexStatement({
        trades: [{ ...bought, date: sessionDate(date) }],
        from: date,
        to: date,
        start,
        end,
      });
    const days = [
      day('2026-01-22', 2, 3),
      day('2026-01-21', 1, 2),
      day('2026-01-23', 3, 4),
    ] as const;
    expect(readIbkrFlex(flexResponse(...days), 'x.xml')).toMatchObject({
      from: '2026-01-21',
      to: '2026-01-23',
      trades: [{ date: '2026-01-22' }, { date: '2026-01-21' }, { date: '2026-01-23' }],
      startValue: usd(1),
      endValue: usd(4),
    });
  });

  it('takes net asset value from the daily totals where nothing else says it', () => {
    const totals = [
      ['20260120', '100.5'],
      ['20260121', '101'],
      ['20260130', '102.25'],
    ].map(
      ([date, total]) =>
        `<EquitySummaryByReportDateInBase reportDate="${date}" total="${total}" />`,
    );
    const text = flexXml({ trades: [] })
      .replace(/<ChangeInNAV[^>]*>/, '')
      .replace('<Trades>', `<EquitySummaryInBase>${totals.join('')}</EquitySummaryInBase><Trades>`);
    expect(readIbkrFlex(text, 'x.xml')).toMatchObject({
      startValue: usd(100.5),
      endValue: usd(102.25),
    });
  });

  it('does not compare net asset values in another currency', () => {
    const text = flexXml({ trades: [] }).replace('currency="USD"', 'currency="CHF"');
    expect(readIbkrFlex(text, 'x.xml')).toMatchObject({
      startValue: null,
      endValue: null,
      warnings: ['net asset value is in "CHF" and is not compared'],
    });
  });
});

describe('hostile and broken XML', () => {
  const whole = flexXml({ trades: [bought] });
  const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;

  it.each([
    [
      'entities that expand to billions of letters',
      `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>${whole.slice(39)}`,
      'declares a document type',
    ],
    [
      'an entity that reads a file of this machine',
      `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><FlexQueryResponse>&e;</FlexQueryResponse>`,
      'declares a document type',
    ],
    ['elements nested a hundred thousand deep', nested(100_000), 'cannot be read as XML'],
    ['a file that ends in the middle', whole.slice(0, whole.length / 2), 'no whole XML document'],
    ['a closing tag that is missing', whole.replace('</Trades>', ''), 'no whole XML document'],
    ['two documents in one file', `${whole}${whole.slice(39)}`, 'no whole XML document'],
    ['XML of another kind', '<html><body>hello</body></html>', 'is no Activity Flex Query'],
    ['no XML at all', 'hello', 'no whole XML document'],
    [
      'a refusal of the service in place of a statement',
      '<FlexStatementResponse><Status>Fail</Status><ErrorCode>1012</ErrorCode><ErrorMessage>Token has expired.</ErrorMessage></FlexStatementResponse>',
      'Token has expired.',
    ],
    [
      'two accounts in one file',
      flexResponse(flexStatement({ trades: [] }), flexStatement({ trades: [], account: 'U7' })),
      'is about 2 accounts (U1234567, U7)',
    ],
    [
      'dates that could be read in two ways',
      whole.replace('fromDate="20260121"', 'fromDate="01/02/2026"'),
      'as yyyyMMdd or yyyy-MM-dd',
    ],
    ['parts of shares', whole.replace('quantity="1200"', 'quantity="1.5"'), 'shares are whole'],
    [
      'amounts that are no numbers',
      whole.replace('proceeds="-570000.25"', 'proceeds="1e999"'),
      'a trade cannot be read',
    ],
    [
      'a query without commissions',
      whole.replace(/ ibCommission="[^"]*"/, ''),
      'ibCommission none',
    ],
  ])('refuses %s', (_, text, why) => {
    expect(refusal(text)).toMatch(/^DATA_REFUSED: /);
    expect(refusal(text)).toContain(why);
  });

  it('reaches no property of its own objects', () => {
    const text = whole
      .replace('<Trades>', '<__proto__ polluted="yes" /><constructor a="b" /><Trades>')
      .replace('currency="USD"', '__proto__="x" currency="USD"');
    refusal(text);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('is refused or read and never ends otherwise, wherever the text is cut or changed', () => {
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.nat(20),
        fc.string({ maxLength: 4, unit: 'binary-ascii' }),
        (at, gone, put) => {
          const text = `${whole.slice(0, at)}${put}${whole.slice(at + gone)}`;
          expect(refusal(text)).toMatch(/^(read$|DATA_REFUSED: )/);
        },
      ),
      { numRuns: 400 },
    );
  });
});
