import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { questionOf, refusal, sweepHome, sweeping } from './sweep-world.ts';

let world: ReturnType<typeof sweepHome>;
beforeAll(() => {
  world = sweepHome();
});
afterAll(() => world.remove());

describe('a question that cannot be asked', () => {
  it.each([
    [
      { grid: ['sizing.perTradeFractoin=0.01,0.02'] },
      'CONFIG_INVALID',
      /Did you mean perTradeFraction/,
    ],
    [{ grid: ['sizing.perTradeFraction=0.01,1.5'] }, 'CONFIG_INVALID', /1\.5 is above 1/],
    [{ grid: ['risk.maxPositions=5,many'] }, 'CONFIG_INVALID', /"many" must be a (whole )?number/],
    [{ grid: ['risk.maxPositions=4..9:4'] }, 'CONFIG_INVALID', /5\.66\d+ must be a whole number/],
    [{ grid: ['strategy.params.bars=5,500'] }, 'CONFIG_INVALID', /bars/],
    [{ grid: ['strategy.params.nothing=1,2'] }, 'STRATEGY_INVALID', /nothing/],
    [{ grid: ['schedule.scan-opne.top=1,2'] }, 'CONFIG_INVALID', /--grid .*Did you mean scan-open/],
    [{ grid: ['nosuch.key=1,2'] }, 'CONFIG_INVALID', /--grid +nosuch +unknown key/],
    [{ grid: ['risk.nosuch=1,2'] }, 'CONFIG_INVALID', /--grid +risk\.nosuch +unknown key/],
    [{ set: { 'nosuch.key': '1' } }, 'CONFIG_INVALID', /--set +nosuch +unknown key/],
    [{ set: { 'risk.maxPositions': '0' } }, 'CONFIG_INVALID', /--set .*at least 1/],
    [{ grid: ['risk.maxPositions=5', 'risk.maxPositions=6'] }, 'USAGE', /given twice/],
    [{ set: { 'sizing.stop.multiple': '2' } }, 'USAGE', /sizing\.stop\.multiple is given twice/],
    [{ grid: ['costs.slippageBps=0..9:100000', 'scan.rows=1..9000:9000'] }, 'USAGE', /900,000,000/],
    [{ walkForward: { train: 5000, test: 50 } }, 'USAGE', /none left to judge on/],
    [{ split: '2015-10-01' }, 'USAGE', /leaves nothing on one side/],
    [{ split: '2020-01-02' }, 'USAGE', /leaves nothing on one side/],
    [{ from: '2016-03-31', to: '2015-10-01' }, 'USAGE', /ends before it begins/],
    [{ from: '2016-07-02', to: '2016-07-04' }, 'NOT_A_SESSION', /no session/],
    [{ from: '2018-01-02', to: '2018-02-01' }, 'INPUT_INVALID', /no bar of any symbol/],
    [{ dataDir: '/nowhere/bars' }, 'INPUT_MISSING', /no bars folder/],
  ])('%o is refused with its reason, and nothing is written', async (parts, code, reason) => {
    const dir = join(world.home, 'never');
    const question = questionOf(world.home, parts as object);
    const failure = await refusal(sweeping({ home: world.home, dir, question }));
    expect(failure.code).toBe(code);
    expect([failure.message, ...failure.details].join('\n')).toMatch(reason);
    expect(existsSync(dir)).toBe(false);
  });
});
