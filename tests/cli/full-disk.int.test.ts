import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sweepHome } from '../app/sweep-world.ts';
import { copyBuiltProgram } from '../built-program.ts';

const built = copyBuiltProgram('trade-labs-disk');

/** Runs the program where it may make files of so many kilobytes and no larger, as on a disk that becomes full. */
function withRoomFor(kilobytes: number, cwd: string, words: readonly string[]) {
  const line = `trap '' XFSZ; ulimit -f ${kilobytes}; exec "$0" "$@"`;
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', line, process.execPath, built.bin, ...words],
    {
      cwd,
      encoding: 'utf8',
    },
  );
  return { status, stderr };
}

describe.skipIf(process.platform !== 'linux')('on a full disk', () => {
  it('a backtest marks what it wrote', () => {
    const home = join(built.root, 'home');
    const world = sweepHome();
    cpSync(world.home, home, { recursive: true });
    world.remove();
    const range = ['--from', '2015-06-01', '--to', '2015-12-31', '--data', 'bars', '--out', 'run'];
    const { status, stderr } = withRoomFor(16, home, ['backtest', '--home', home, ...range]);
    expect({ status, stderr }).toMatchObject({ status: 73 });
    expect(stderr).toContain('EFBIG');
    const run = join(home, 'run');
    expect(stderr).toContain(`${run} has what was written by then; its run.json says unfinished`);
    expect(JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))).toEqual({
      kind: 'backtest',
      status: 'unfinished',
    });
    expect(readdirSync(run)).toContain('journal');
  });

  it.each([
    ['trades as CSV', ['export', 'trades', '--csv', 'out/trades.csv']],
    ['trades as NDJSON', ['export', 'trades', '--ndjson', 'out/trades.ndjson']],
    ['trades as Parquet', ['export', 'trades', '--parquet', 'out/trades.parquet']],
    ['a backup', ['backup', '--out', 'out']],
  ])('nothing is left that could pass for the whole of %s', (_, words) => {
    const home = demoHome();
    const out = join(home, '..', 'out');
    mkdirSync(out, { recursive: true });
    const { status, stderr } = withRoomFor(1, dirname(out), ['history', ...words, '--home', home]);
    expect({ status, stderr }).toMatchObject({ status: 73 });
    expect(stderr).toContain('EFBIG');
    expect(readdirSync(out)).toEqual([]);
  });
});

/** A home with a day of trades, made once. */
function demoHome(): string {
  const home = join(built.root, 'demo', 'trade-labs-demo');
  if (existsSync(home)) return home;
  const words = ['demo', '--home', join(built.root, 'demo'), '--quiet'];
  expect(spawnSync(process.execPath, [built.bin, ...words]).status).toBe(0);
  return home;
}
