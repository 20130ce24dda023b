import { describe, expect, it } from 'vitest';
import { readIbkrActivity } from '../../src/adapters/file/ibkr-activity.ts';
import { instantOf } from '../../src/calendar/nyse.ts';
import type { StatedTrade } from '../../src/domain/activity.ts';
import { usd } from '../../src/domain/money.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { activityCsv } from '../ledger/activity-scenes.ts';

const DAY = sessionDate('2026-01-21');
const bought: StatedTrade = {
  symbol: 'BRK B',
  date: DAY,
  quantity: 1200,
  proceeds: usd(-570_000.25),
  commission: usd(6.000001),
  filledAt: instantOf(DAY, 10 * 60 + 30),
};
const read = (...more: readonly string[]) =>
  readIbkrActivity(activityCsv({ trades: [bought], more }), 'x.csv');

describe('an activity statement', () => {
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

  it('gives cash by what it was, tax on dividends with the dividends', () => {
    const { cash } = read(
      'Dividends,Header,Currency,Date,Description,Amount',
      'Dividends,Data,USD,2026-01-22,"AAPL(US0378331005) Cash Dividend, USD 0.25 (Ordinary)",25',
      'Dividends,Data,Total,,,25',
      'Withholding Tax,Header,Currency,Date,Description,Amount,Code',
      'Withholding Tax,Data,USD,2026-01-22,AAPL US Tax,-3.75,',
      'Deposits & Withdrawals,Header,Currency,Settle Date,Description,Amount',
      'Deposits & Withdrawals,Data,USD,2026-01-23,Electronic Fund Transfer,"-1,000.5"',
    );
    expect(cash.map(({ kind, date, amount }) => [kind, date, amount])).toEqual([
      ['dividend', '2026-01-22', usd(25)],
      ['dividend', '2026-01-22', usd(-3.75)],
      ['flow', '2026-01-23', usd(-1000.5)],
    ]);
  });

  it('takes the columns of the header that a section had last', () => {
    const { trades } = read(
      'Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,Proceeds,Comm/Fee',
      'Trades,Data,Order,Stocks,USD,AAPL,"2026-01-22, 09:30:01",-10,150,1500,-1',
    );
    expect(trades[1]).toEqual({
      symbol: 'AAPL',
      date: '2026-01-22',
      quantity: -10,
      proceeds: usd(1500),
      commission: usd(1),
      filledAt: instantOf(sessionDate('2026-01-22'), 9 * 60 + 30) + 1000,
    });
  });

  it('takes the first block of values where a later one repeats it with zeros', () => {
    expect(read('Change in NAV,Data,Ending Value,0').endValue).toBe(usd(100_000));
  });

  it('says what it leaves out', () => {
    const { trades, cash, warnings } = read(
      'Trades,Data,Order,Forex,USD,USD.CAD,"2026-01-22, 09:40:00",1000,1.35,1.35,-1350,0,0,0,0,O',
      'Interest,Header,Currency,Date,Description,Amount',
      'Interest,Data,EUR,2026-01-22,EUR Credit Interest,1.2',
      'constructor,Header,Currency,Date,Description,Amount',
      'constructor,Data,USD,2026-01-22,Of no section of ours,5',
    );
    expect(cash).toEqual([]);
    expect(trades).toEqual([bought]);
    expect(warnings).toEqual([
      '1 trades of other assets or currencies left out',
      '1 cash movements in other currencies left out',
    ]);
  });

  it.each([
    ['a file of another kind', 'date,equity\n2026-01-02,5\n', 'is no activity statement'],
    [
      'a trade that cannot be read',
      activityCsv({
        trades: [],
        more: ['Trades,Data,Order,Stocks,USD,AAPL,"2026-01-22, 09:30:01",1.5,150,0,225,-1'],
      }),
      'a trade cannot be read',
    ],
  ])('refuses %s', (_, text, why) => {
    expect(() => readIbkrActivity(text, 'x.csv')).toThrow(why);
  });
});
