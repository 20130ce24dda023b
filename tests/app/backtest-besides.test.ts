import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BacktestJob, backtestToFolder } from '../../src/app/backtest-folder.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { inFolder } from '../cli/homes.ts';
import { configWith, dailyMarket, EASY } from './backtest-world.ts';

/** Two weeks of a small market into a folder, with what is asked for besides. */
const play = (dir: string, besides: Partial<BacktestJob>) =>
  backtestToFolder({
    home: tmpdir(),
    loaded: configWith(EASY),
    version: '0',
    source: dailyMarket(3, 8),
    from: sessionDate('2011-01-03'),
    to: sessionDate('2011-01-14'),
    out: join(dir, 'run'),
    closeAtEnd: false,
    html: false,
    baseline: false,
    monteCarlo: false,
    sensitivity: false,
    checkLookAhead: false,
    reload: async (flags) => configWith({ ...EASY, ...flags }),
    ...besides,
  });

/** Interrupts as soon as so much of a stage is done. */
function interruptedIn(stage: string, at: number): Pick<BacktestJob, 'interrupt' | 'onProgress'> {
  const stop = new AbortController();
  const onProgress = (name: string, done: number): void => {
    if (name === stage && done === at) stop.abort();
  };
  return { interrupt: stop.signal, onProgress };
}

describe('what is played besides a backtest', () => {
  it('leaves the backtest standing where it fails, and says what is missing', () =>
    inFolder(async (dir) => {
      const outcome = await play(dir, {
        sensitivity: true,
        reload: () => Promise.reject(new Error('the file is gone')),
      });
      expect(outcome).toMatchObject({ incomplete: true, interrupted: false });
      expect(outcome.result.end.kind).toBe('completed');
      expect(outcome.report.sensitivity).toBeNull();
      expect(outcome.report.warnings).toContain(
        'the steps to either side are left out: the file is gone',
      );
      expect(existsSync(join(dir, 'run', 'report.md'))).toBe(true);
    }));

  it('counts the random picks that were played before an interruption', () =>
    inFolder(async (dir) => {
      const outcome = await play(dir, { baseline: true, ...interruptedIn('random picks', 7) });
      expect(outcome).toMatchObject({ incomplete: false, interrupted: true });
      expect(outcome.report.randomPicks?.seeds).toBe(7);
      expect(outcome.report.warnings).toContain(
        'interrupted: 7 of 200 runs with random picks were played',
      );
    }));

  it('takes no decision for changed that an interruption kept from being made', () =>
    inFolder(async (dir) => {
      const outcome = await play(dir, { checkLookAhead: true, ...interruptedIn('look-ahead', 1) });
      expect(outcome.interrupted).toBe(true);
      expect(outcome.report.lookAhead).toBeNull();
      expect(outcome.report.warnings).toContain('interrupted: the look-ahead check is left out');
    }));
});
