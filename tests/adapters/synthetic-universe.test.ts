import { describe, expect, it } from 'vitest';
import {
  readUniverse,
  takeUniverse,
  UNIVERSE_HEADER,
  VOLATILITY_CLASSES,
} from '../../src/adapters/sim/synthetic-universe.ts';
import { parseSymbol } from '../../src/domain/market.ts';
import { shippedUniverse, shippedUniverseText } from './synthetic-shipped.ts';

const GOOD = 'ALTORA,Altora Systems,Technology,25.50,high,1000000';
const file = (...rows: string[]): string => [UNIVERSE_HEADER, ...rows, ''].join('\n');

/** The problems of a text as "line: message"; empty when it reads well. */
const problemsOf = (text: string): string[] => {
  const read = readUniverse(text);
  return read.ok ? [] : read.error.map(({ line, message }) => `${line}: ${message}`);
};

describe('readUniverse', () => {
  it('reads a row into its fields', () => {
    expect(readUniverse(file(GOOD))).toEqual({
      ok: true,
      value: [
        {
          symbol: 'ALTORA',
          name: 'Altora Systems',
          sector: 'Technology',
          basePriceUsd: 25.5,
          volatility: 'high',
          averageVolume: 1_000_000,
        },
      ],
    });
  });

  it('takes comments, CRLF line ends and a byte order mark', () => {
    const text = `\uFEFF# invented\r\n${UNIVERSE_HEADER}\r\n${GOOD}\r\n`;
    expect(problemsOf(text)).toEqual([]);
  });

  it('names every problem of every line, counting lines from 1 with comments', () => {
    const text = [
      '# invented',
      UNIVERSE_HEADER,
      'altora,Altora,Technology,0.50,wild,12.5',
      GOOD,
      'ONLY,three,fields',
      GOOD,
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      '3: symbol was "altora"',
      '3: base_price_usd must be 5 to 1000 with at most two decimals, was "0.50"',
      '3: volatility must be low, medium, high, was "wild"',
      '3: average_volume must be whole, 10000 to 1000000000, was "12.5"',
      '5: a row has 6 fields, was 3',
      '6: symbol ALTORA is already on line 4',
    ]);
  });

  it.each([
    ['an empty name', GOOD.replace('Altora Systems', '')],
    ['a quoted name', GOOD.replace('Altora Systems', '"Altora"')],
    ['a formula as a name', GOOD.replace('Altora Systems', '=1+1')],
    ['a space before a sector', GOOD.replace('Technology', ' Technology')],
    ['a price with three decimals', GOOD.replace('25.50', '25.505')],
    ['a price in exponent form', GOOD.replace('25.50', '2e1')],
    ['a negative volume', GOOD.replace('1000000', '-1000000')],
  ])('refuses %s', (_, row) => {
    expect(problemsOf(file(row))).toHaveLength(1);
  });

  it('refuses a file with another header, without a header and without a company', () => {
    expect(problemsOf(`symbol,name\n${GOOD}\n`)).toEqual([
      `1: the header must be "${UNIVERSE_HEADER}"`,
    ]);
    expect(problemsOf('')).toEqual([`1: the header "${UNIVERSE_HEADER}" is missing`]);
    expect(problemsOf(UNIVERSE_HEADER)).toEqual(['1: there is no company in the file']);
  });
});

describe('the shipped universe', () => {
  const rows = shippedUniverse(220);

  it('holds 220 companies and says in its first line that they are invented', () => {
    expect(problemsOf(shippedUniverseText())).toEqual([]);
    expect(rows).toHaveLength(220);
    expect(shippedUniverseText().split('\n')[0]).toMatch(/^# Synthetic: invented/);
  });

  it('uses six-letter symbols, which no US listing has', () => {
    expect(rows.filter((row) => !/^[A-Z]{6}$/.test(row.symbol))).toEqual([]);
  });

  it('has all volatility classes and at least eight sectors among its first fifty', () => {
    const first = rows.slice(0, 50);
    expect(new Set(first.map((row) => row.volatility))).toEqual(new Set(VOLATILITY_CLASSES));
    expect(new Set(first.map((row) => row.sector)).size).toBeGreaterThanOrEqual(8);
  });
});

describe('takeUniverse', () => {
  it('takes the first rows of a longer file, in its order', () => {
    const all = shippedUniverse(220);
    expect(takeUniverse(all, 7)).toEqual(all.slice(0, 7));
  });

  it('fills up with share classes of the same companies, each a valid symbol once', () => {
    const rows = shippedUniverse(500);
    const symbols = rows.map((row) => row.symbol);
    expect(new Set(symbols).size).toBe(500);
    expect(symbols.filter((symbol) => parseSymbol(symbol) === null)).toEqual([]);
    expect(symbols[220]).toBe(`${symbols[0]}.B`);
    expect(symbols[440]).toBe(`${symbols[0]}.C`);
  });
});
