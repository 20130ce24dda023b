import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sweepHome } from '../app/sweep-world.ts';
import { copyBuiltProgram } from '../built-program.ts';

const built = copyBuiltProgram('trade-labs-disk');

// A process that may make files no larger than a few kilobytes, as on a disk that becomes full.
it.skipIf(process.platform !== 'linux')('a backtest on a full disk marks what it wrote', () => {
  const home = join(built.root, 'home');
  const world = sweepHome();
  cpSync(world.home, home, { recursive: true });
  world.remove();
  const range = ['--from', '2015-06-01', '--to', '2015-12-31', '--data', 'bars', '--out', 'run'];
  const argv = [built.bin, 'backtest', '--home', home, ...range];
  const line = `trap '' XFSZ; ulimit -f 16; exec "$0" "$@"`;
  const { status, stderr } = spawnSync('bash', ['-c', line, process.execPath, ...argv], {
    cwd: home,
    encoding: 'utf8',
  });
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
