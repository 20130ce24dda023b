import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sweepHome } from '../app/sweep-world.ts';
import { changesOf, shortened } from '../reporting/json-schema-changes.ts';
import { run } from './fake-world.ts';
import { inFolder } from './homes.ts';

const PUBLISHED = readFileSync(new URL('../../docs/report-schema.json', import.meta.url), 'utf8');
const validator = z.fromJSONSchema(JSON.parse(PUBLISHED));
type Report = Readonly<Record<string, unknown>>;
const document = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

describe('report --schema', () => {
  it('prints the published schema, without a home', async () => {
    const { exit, stdout } = await run(['report', '--schema']);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: PUBLISHED });
    const { data } = JSON.parse((await run(['report', '--schema', '--json'])).stdout);
    expect(data).toEqual(JSON.parse(PUBLISHED));
  });

  it.each([[['weekly']], [['--format', 'json']], [['--out', '-']], [['--open']]])(
    'refuses %j beside it',
    async (others) => {
      const { exit, stderr } = await run(['report', '--schema', ...others]);
      expect(exit).toBe(2);
      expect(stderr).toContain('--schema prints the schema of every report and stands alone');
    },
  );
});

describe('the published schema accepts', () => {
  it('the reports of the demo: its day, its week and its month', () =>
    inFolder(async (dir) => {
      const home = join(dir, 'trade-labs-demo');
      expect((await run(['demo'], { cwd: dir })).exit).toBe(0);
      const day = document(join(home, 'reports/daily/2026-03-05/report.json'));
      expect(() => validator.parse(day)).not.toThrow();
      for (const period of ['weekly', 'monthly']) {
        const argv = ['report', period, '2026-03-05', '--format', 'json', '--out', '-'];
        const { stdout } = await run([...argv, '--home', home], {
          cwd: dir,
          now: '2026-03-05T22:00:00Z',
        });
        const report = JSON.parse(stdout);
        expect(report.kind).toBe(period);
        expect(() => validator.parse(report)).not.toThrow();
      }
    }));

  it('a backtest with everything asked for and with nothing, and refuses what is changed', () =>
    inFolder(async (dir) => {
      const world = sweepHome();
      try {
        const backtest = async (to: string, ...more: string[]) => {
          const argv = ['backtest', '--home', world.home, '--data', 'bars', '--out', join(dir, to)];
          const range = ['--from', '2015-06-01', '--to', to];
          const { exit, stderr } = await run([...argv, ...range, ...more], { cwd: world.home });
          expect(exit, stderr).toBe(0);
          const report = document(join(dir, to, 'report.json')) as Report;
          expect(() => validator.parse(report)).not.toThrow();
          return report;
        };
        const long = await backtest('2016-03-31', '--split', '2016-01-04', '--monte-carlo');
        const played = ['--baseline', '--sensitivity', '--check-lookahead'];
        const { randomPicks, sensitivity, lookAhead } = await backtest('2015-06-12', ...played);
        const firstDifference = { runId: 'r', cut: '2015-06-04', data: 'truncated' };
        const whole = {
          ...long,
          randomPicks,
          sensitivity,
          lookAhead: { ...(lookAhead as object), firstDifference },
        };
        for (const key of ['parts', 'monteCarlo', 'randomPicks', 'sensitivity', 'lookAhead']) {
          expect(whole[key as keyof typeof whole], key).not.toBeNull();
        }

        // What months and groups hold is that of `tradeSummary`.
        const { groups } = long;
        const keys = Object.keys(groups as object).map((key) => [key, []]);
        const sound = shortened({ ...whole, months: [], groups: Object.fromEntries(keys) });
        expect(() => validator.parse(sound)).not.toThrow();
        const maps = ['excluded', 'ineligible', 'denials'];
        const changed = [...changesOf(sound, (key) => maps.includes(key))];
        expect(changed.length).toBeGreaterThan(1500);
        const taken = changed.filter(({ document: wrong }) => validator.safeParse(wrong).success);
        const names = taken.map(({ change }) => change);
        expect(names.filter((change) => !change.endsWith(' without reason'))).toEqual([]);
      } finally {
        world.remove();
      }
    }));
});
