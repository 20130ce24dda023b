import { describe, expect, it } from 'vitest';
import {
  convertRow,
  headersOf,
  knownHeader,
  LAYOUTS,
  symbolInFileName,
} from '../../src/bars/layouts.ts';
import type { Timeframe } from '../../src/domain/market.ts';
import { assertExists } from '../../src/domain/result.ts';

const STOOQ_BULK = '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>';

const convert = (header: string, row: string, timeframe: Timeframe = '1d') => {
  const known = assertExists(knownHeader(header.split(','), 'auto'), 'the header is known');
  return convertRow(known, row.split(','), timeframe);
};

describe('the layouts of foreign files', () => {
  it('are told apart by their headers', () => {
    const layoutOf = (header: string) => knownHeader(header.split(','), 'auto')?.layout;
    expect(layoutOf('time,open,high,low,close,volume')).toBe('tradelabs');
    expect(layoutOf('Date,Open,High,Low,Close,Adj Close,Volume')).toBe('yahoo');
    expect(layoutOf('Datetime,Open,High,Low,Close,Volume')).toBe('yahoo');
    expect(layoutOf(STOOQ_BULK)).toBe('stooq');
    expect(layoutOf('date,open,high,low,close,volume,Name')).toBe('kaggle');
    expect(layoutOf('date,open,low,high,close,volume')).toBeUndefined();
  });

  it('know all their headers themselves', () => {
    for (const layout of LAYOUTS) {
      for (const header of headersOf(layout)) {
        expect(knownHeader(header.split(','), layout)?.layout).toBe(layout);
      }
    }
  });

  it.each([
    [
      'Date,Open,High,Low,Close,Adj Close,Volume',
      '2017-07-03,1,2,1,2,1.9,5',
      null,
      '2017-07-03,1,2,1,2,5',
    ],
    [
      'Date,Open,High,Low,Close,Adj Close,Volume',
      '2017-07-03 00:00:00-04:00,1,2,1,2,1.9,5',
      null,
      '2017-07-03,1,2,1,2,5',
    ],
    ['Date,Open,High,Low,Close,Volume', '2017-07-03,1,2,1,2,5', null, '2017-07-03,1,2,1,2,5'],
    [STOOQ_BULK, 'BRK-B.US,D,20170703,000000,1,2,1,2,5,0', 'BRK-B', '2017-07-03,1,2,1,2,5'],
    [
      'date,open,high,low,close,volume,Name',
      '2017-07-03,1,2,1,2,5,AAPL',
      'AAPL',
      '2017-07-03,1,2,1,2,5',
    ],
  ])('become ours: %s', (header, row, symbol, line) => {
    expect(convert(header, row)).toEqual({ symbol, line });
  });

  it('keep the digits of a number as they are', () => {
    const row = convert('Date,Open,High,Low,Close,Volume', '2017-07-03,1.10,2.000001,1.0,2,5');
    expect(row).toEqual({ symbol: null, line: '2017-07-03,1.10,2.000001,1.0,2,5' });
  });

  it('keep the offset of an intraday time', () => {
    const row = '2025-06-04 09:30:00-04:00,1,2,1,2,5';
    expect(convert('Datetime,Open,High,Low,Close,Volume', row, '5m')).toEqual({
      symbol: null,
      line: '2025-06-04T09:30:00-04:00,1,2,1,2,5',
    });
  });

  it('refuse what they cannot say for certain', () => {
    const bulk = (row: string, timeframe: Timeframe = '1d') => convert(STOOQ_BULK, row, timeframe);
    expect(bulk('AAPL.US,5,20170703,153000,1,2,1,2,5,0', '5m')).toBe('not_a_time');
    expect(bulk('AAPL.US,5,20170703,153000,1,2,1,2,5,0')).toBe('not_a_time');
    expect(bulk('SAP.DE,D,20170703,000000,1,2,1,2,5,0')).toBe('not_a_symbol');
    expect(convert('date,open,high,low,close,volume,Name', '2017-07-03,1,2,1,2,5,../x')).toBe(
      'not_a_symbol',
    );
    expect(convert('Date,Open,High,Low,Close,Volume', '07/03/2017,1,2,1,2,5')).toBe('not_a_time');
    expect(convert('Date,Open,High,Low,Close,Volume', '2017-07-03,null,2,1,2,5')).toBe(
      'not_a_number',
    );
    expect(convert('Date,Open,High,Low,Close,Volume', '2017-07-03,1,2,1,2')).toBe('field_count');
  });

  it.each([
    ['AAPL.csv', 'AAPL'],
    ['BRK-B.csv', 'BRK-B'],
    ['aapl_us_d.csv', 'AAPL'],
    ['brk-b.us.txt', 'BRK-B'],
    ['aapl.csv', null],
    ['../x.csv', null],
    ['prices 2017.csv', null],
  ])('name their symbol: %s', (name, symbol) => {
    expect(symbolInFileName(name)).toBe(symbol);
  });
});
