import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBarFolder } from '../../src/adapters/file/bar-folder.ts';
import { barFolderSource } from '../../src/adapters/file/bar-folder-source.ts';
import { Picker } from '../../src/app/pick-run.ts';
import { RANDOM_SEEDS, randomPicks } from '../../src/app/random-picks.ts';
import { loadConfig } from '../../src/config/load.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { sweepHome } from '../app/sweep-world.ts';
import { copyBuiltProgram } from '../built-program.ts';

const FROM = '2015-10-01';
/** Enough sessions that the runs are given to threads. */
const TO = '2015-11-13';

/** Room for one position, so that the choice matters. */
const FLAGS = { 'risk.maxPositions': '1' };

const built = copyBuiltProgram('trade-labs-picks');
let world: ReturnType<typeof sweepHome>;
beforeAll(() => {
  world = sweepHome();
});
afterAll(() => world.remove());

describe('random picks in threads', () => {
  it('are those of this thread', async () => {
    const home = join(built.root, 'home');
    cpSync(world.home, home, { recursive: true });
    const set = Object.entries(FLAGS).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const range = ['--from', FROM, '--to', TO, '--data', 'bars', '--out', 'run'];
    const ended = spawnSync(
      process.execPath,
      [built.bin, 'backtest', '--home', home, ...range, ...set, '--baseline'],
      { cwd: home, encoding: 'utf8' },
    );
    expect(ended.status, ended.stderr).toBe(0);
    const report = JSON.parse(readFileSync(join(home, 'run', 'report.json'), 'utf8'));

    const { picks } = await randomPicks(
      {
        home,
        loaded: await loadConfig({ home, cwd: home, env: {}, flags: FLAGS }),
        version: '0',
        source: barFolderSource(openBarFolder(join(home, 'bars'))),
        from: sessionDate(FROM),
        to: sessionDate(TO),
      },
      0,
      {
        seeds: RANDOM_SEEDS,
        workers: 1,
        openRunner: ({ setting }) => {
          const picker = new Picker(setting, barFolderSource(openBarFolder(join(home, 'bars'))));
          return { run: (task) => picker.run(task), close: async () => {} };
        },
      },
    );
    expect(picks?.ends).toHaveLength(RANDOM_SEEDS);
    expect(report.randomPicks.ends).toEqual(picks?.ends);
    expect(new Set(picks?.ends).size).toBeGreaterThan(2);
  });
});
