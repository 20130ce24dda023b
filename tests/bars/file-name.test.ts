import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BAR_FORMATS,
  barFileName,
  looksLikeBarFile,
  parseBarFileName,
} from '../../src/bars/file-name.ts';
import { parseSymbol, type Symbol, TIMEFRAMES } from '../../src/domain/market.ts';

const symbols = fc
  .stringMatching(/^[A-Z][A-Z0-9]{0,9}([./ -][A-Z0-9]{1,4})?$/)
  .map((text) => parseSymbol(text))
  .filter((symbol): symbol is Symbol => symbol !== null);

const nameOf = (text: string) =>
  barFileName({ symbol: text as Symbol, timeframe: '1d', format: 'csv' });

describe('the name of a bar file', () => {
  it.each([
    ['AAPL', 'AAPL_1d.csv'],
    ['BRK.B', 'BRK.B_1d.csv'],
    ['BRK/B', 'BRK%2FB_1d.csv'],
    ['BRK B', 'BRK%20B_1d.csv'],
    ['CON', '%43ON_1d.csv'],
    ['NUL.A', '%4EUL.A_1d.csv'],
    ['COM1', '%43OM1_1d.csv'],
    ['CONE', 'CONE_1d.csv'],
  ])('writes %s as %s', (symbol, name) => {
    expect(nameOf(symbol)).toBe(name);
  });

  it('reads back what it wrote, for every symbol, timeframe and format', () => {
    const names = fc.record({
      symbol: symbols,
      timeframe: fc.constantFrom(...TIMEFRAMES),
      format: fc.constantFrom(...BAR_FORMATS),
    });
    fc.assert(
      fc.property(names, (parts) => {
        const name = barFileName(parts);
        expect(name).not.toMatch(/[/\\ :]/);
        expect(parseBarFileName(name)).toEqual(parts);
      }),
    );
  });

  it('reads the plain form of a device name too', () => {
    expect(parseBarFileName('CON_1d.csv')?.symbol).toBe('CON');
  });

  it.each([
    '../x_1d.csv',
    '%2E%2E%2Fx_1d.csv',
    'aapl_1d.csv',
    'AAPL_2d.csv',
    'AAPL.csv',
    'AAPL_1d.csv.bak',
    'A%_1d.csv',
    'AAPL%00_1d.csv',
    'AAPL\n_1d.csv',
    '_1d.csv',
  ])('finds no symbol in %j', (name) => {
    expect(parseBarFileName(name)).toBeNull();
  });

  it('asks the reader to account for every CSV or Parquet file but its own notes', () => {
    expect(looksLikeBarFile('anything.CSV')).toBe(true);
    expect(looksLikeBarFile('x.parquet')).toBe(true);
    for (const name of ['actions.csv', '.AAPL_1d.csv.1.tmp', '.x.csv', 'meta.json', 'README']) {
      expect(looksLikeBarFile(name)).toBe(false);
    }
  });
});
