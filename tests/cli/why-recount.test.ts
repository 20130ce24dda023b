import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './fake-world.ts';
import { put } from './homes.ts';

let dir = '';
const home = (): string => join(dir, 'trade-labs-demo');
const why = async (symbol: string): Promise<string> =>
  (await run(['why', symbol, '--home', home()], { cwd: dir })).stdout;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'trade-labs-recount-'));
  const { exit, stderr } = await run(['demo'], { cwd: dir });
  if (exit !== 0) throw new Error(`the demo failed: ${stderr}`);
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('why, of a symbol that the journal does not name', () => {
  it('computes the scan again, checks its digest against the journal, and says where the symbol stood', async () => {
    const told = await why('BAHADO');
    expect(told.match(/the score table has the journal's digest/g)).toHaveLength(2);
    expect(told.match(/BAHADO was below the cut, rank \d+ of \d+ by activity/g)).toHaveLength(2);
  });

  it('names the rule that a found symbol failed', async () => {
    expect(await why('ROVALA')).toContain('and not eligible: no_signal');
  });

  it('knows the portfolio of that instant: what a stop had left is cooling down', async () => {
    expect(await why('MOSERA')).toContain('and not eligible: cooling_down');
  });

  it('says so when the data has no such symbol', async () => {
    expect(await why('AAPL')).toContain('AAPL is not in the data of that session');
  });

  it('believes no table of another configuration', async () => {
    put(home(), { 'config/trade-labs.yaml': 'scan: { rows: 10 }\n' });
    const told = await why('BAHADO');
    expect(told).toContain('the configuration has changed since this run');
    expect(told).not.toContain('below the cut');
  });
});
