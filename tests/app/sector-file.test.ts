import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sectorsOf, withSectors } from '../../src/app/sector-file.ts';
import { configSchema } from '../../src/config/schema.ts';
import { Failure } from '../../src/domain/failure.ts';
import { sourceOf, sym } from '../pipeline/builders.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'trade-labs-sectors-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const LOADED = {
  config: configSchema.parse({ data: { sectors: 'sectors.csv' } }),
  origins: new Map([['data.sectors', 'config/trade-labs.yaml:1:18']]),
};

function read(text: string) {
  writeFileSync(join(home, 'sectors.csv'), text);
  return sectorsOf(LOADED, home);
}

/** What is refused, as line:column and words. */
function refusals(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    return error.details.map((line) => line.replace(`${join(home, 'sectors.csv')}:`, ''));
  }
  return [];
}

describe('a sector file', () => {
  it('gives each symbol its sector; comments and blank lines are passed over', () => {
    const sectors = read('symbol,sector\n# big ones\nAAPL,Technology\r\n\nBRK.B,Financials\n');
    expect(sectors).toEqual(
      new Map([
        ['AAPL', 'Technology'],
        ['BRK.B', 'Financials'],
      ]),
    );
  });

  it('stands in the place of the sectors that the data has; what it does not name is UNKNOWN', () => {
    const source = sourceOf({ AAPL: { sector: 'Energy' }, XOM: { sector: 'Energy' } });
    const told = withSectors(source, read('symbol,sector\nAAPL,Technology\n'));
    expect(told.sectorOf(sym('AAPL'))).toBe('Technology');
    expect(told.sectorOf(sym('XOM'))).toBe('UNKNOWN');
    expect(told.symbols).toEqual(source.symbols);
    expect(withSectors(source, null)).toBe(source);
  });

  it('is not asked for where none is configured', () => {
    const config = configSchema.parse({});
    expect(sectorsOf({ config, origins: new Map() }, home)).toBeNull();
  });

  it('is refused with every line that is wrong, by line and column', () => {
    const text = 'symbol,sector\naapl,Technology\nXOM\nMSFT,<b>\nIBM,\nXOM,Energy\nXOM,Oil\n';
    expect(refusals(text)).toEqual([
      '2:1: "aapl" is not a symbol such as AAPL or BRK.B',
      '3:1: "XOM" is not symbol,sector',
      '4:6: "<b>" is not 1 to 40 letters, digits, blanks and & / . -',
      '5:5: "" is not 1 to 40 letters, digits, blanks and & / . -',
      '7:1: XOM stands on line 6 too; keep one',
    ]);
  });

  it('is refused without its first line, and without any symbol', () => {
    expect(refusals('AAPL,Technology\n')).toEqual(['1:1: the first line must be symbol,sector']);
    expect(refusals('')).toEqual(['1:1: the first line must be symbol,sector']);
    expect(refusals('symbol,sector\n')).toEqual(['1:1: names no symbol']);
  });

  it('is refused where it is not there, with the line that names it', () => {
    const missing = () => sectorsOf(LOADED, home);
    expect(missing).toThrow(/there is no sector file .*sectors\.csv/);
    expect(missing).toThrow(
      expect.objectContaining({ details: ['config/trade-labs.yaml:1:18  data.sectors'] }) as Error,
    );
  });
});
