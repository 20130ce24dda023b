import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepHome } from '../app/sweep-world.ts';
import { run } from './fake-world.ts';

let world: ReturnType<typeof sweepHome>;
beforeAll(() => {
  world = sweepHome();
});
afterAll(() => world.remove());

const RANGE = ['--data', 'bars', '--from', '2015-10-01', '--to', '2016-03-31'];
const sweep = (...args: readonly string[]) =>
  run(['sweep', '--home', world.home, '--out', 'never', ...args], { cwd: world.home });

describe('sweep refuses', () => {
  const grid = ['--grid', 'risk.maxPositions=5,10'];
  const huge = ['perTradeFraction', 'maxPositionFraction', 'minNotionalUsd'].flatMap((key) => [
    '--grid',
    `sizing.${key}=0.001..0.9:1000`,
  ]);
  it.each<[string, readonly string[], number, RegExp]>([
    ['a thousand million combinations', [...RANGE, ...huge], 2, /1,000,000,000 combinations/],
    ['nothing to try', RANGE, 2, /needs something to try/],
    ['no range', grid, 2, /sweep needs --from/],
    [
      'an empty range',
      ['--from', '2016-07-02', '--to', '2016-07-04', '--data', 'bars', ...grid],
      2,
      /no session from/,
    ],
    [
      'a range of another time',
      ['--from', '2021-01-04', '--to', '2021-02-01', '--data', 'bars', ...grid],
      2,
      /no bar of any symbol/,
    ],
    ['a folder without bars', ['--data', 'config', ...RANGE.slice(2), ...grid], 2, /no bar files/],
    [
      'a symbol without bars',
      [...RANGE, ...grid, '--symbols', 'ZZZZ'],
      2,
      /no bar files of the wanted symbols/,
    ],
    [
      'a billion draws',
      [...RANGE, ...grid, '--random', '1000000000'],
      2,
      /--random is too large a number: "1000000000"/,
    ],
    [
      'an unknown key',
      [...RANGE, '--grid', 'risk.perTradeFraction=0.002..0.01:5'],
      78,
      /Did you mean sizing\.perTradeFraction\?/,
    ],
    [
      'a value out of range',
      [...RANGE, '--grid', 'sizing.perTradeFraction=0.5,5'],
      78,
      /5 is above 1; it is a fraction, not percent/,
    ],
    [
      'a setting without a value',
      [...RANGE, ...grid, '--set', 'risk.maxOrdersPerRun'],
      2,
      /--set takes KEY=VALUE/,
    ],
    [
      'a setting given twice',
      [...RANGE, ...grid, '--set', 'scan.rows=5', '--set', 'scan.rows=6'],
      2,
      /given twice/,
    ],
    ['a metric nobody knows', [...RANGE, ...grid, '--metric', 'luck'], 2, /--metric is not known/],
    [
      'a split beside a walk',
      [...RANGE, ...grid, '--split', '2016-01-04', '--walk-forward', '60:20'],
      2,
      /does not go with/,
    ],
    [
      'a split that is no date',
      [...RANGE, ...grid, '--split', 'later'],
      2,
      /neither a date nor off/,
    ],
    ['a walk of one number', [...RANGE, ...grid, '--walk-forward', '60'], 2, /TRAIN:TEST/],
    ['no worker', [...RANGE, ...grid, '--workers', '0'], 2, /--workers/],
    ['a thousand workers', [...RANGE, ...grid, '--workers', '1000'], 2, /at most 64/],
    ['a seed that is no number', [...RANGE, ...grid, '--random', '2', '--seed', 'x'], 2, /--seed/],
    [
      'a built-in strategy that there is not',
      [...RANGE, ...grid, '--strategy', 'magic'],
      78,
      /there is no strategy "magic"/,
    ],
    [
      'a strategy file that there is not',
      [...RANGE, ...grid, '--strategy', './magic.mjs'],
      78,
      /there is no strategy file/,
    ],
  ])('%s, and writes nothing', async (_name, args, exit, reason) => {
    const ended = await sweep(...args);
    expect(ended.stderr).toMatch(reason);
    expect(ended.exit).toBe(exit);
    expect(ended.stdout).toBe('');
    expect(existsSync(join(world.home, 'never'))).toBe(false);
  });

  it('to go on with anything but what was begun', async () => {
    const resume = (...args: readonly string[]) =>
      run(['sweep', '--home', world.home, '--resume', 'sweep-1', ...args], { cwd: world.home });
    const other = await resume('--walk-forward', '60:20');
    expect(other.stderr).toMatch(/--walk-forward does not go with --resume/);
    const none = await resume();
    expect([none.exit, none.stderr]).toEqual([2, expect.stringMatching(/there is no sweep in/)]);
  });
});
