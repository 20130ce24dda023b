import { describe, expect, it } from 'vitest';
import { showProgress } from '../../src/cli/progress.ts';
import { type EpochMs, epochMs } from '../../src/domain/time.ts';

/** A person's terminal, or the file that stands for it, and a clock that is set by hand. */
function watcher(progress: 'bar' | 'lines' | 'none') {
  const seen: string[] = [];
  let at = epochMs(1_000_000);
  return {
    seen,
    pass: (ms: number) => {
      at = epochMs(at + ms);
    },
    context: {
      progress,
      stderr: (text: string) => {
        seen.push(text);
      },
      now: (): EpochMs => at,
    },
  };
}

describe('progress', () => {
  it('is a bar with the time left on a terminal, and ends with its line', async () => {
    const { context, seen } = watcher('bar');
    const progress = await showProgress(context, 'sessions');
    progress.to(0, 8);
    progress.to(2, 8);
    progress.end();
    const text = seen.join('');
    expect(text).toContain('######.................. 25 %  2 of 8 sessions');
    expect(text).toMatch(/left/);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('is a line now and then where there is no terminal, with the time left at this pace', async () => {
    const { context, seen, pass } = watcher('lines');
    const progress = await showProgress(context, 'trials');
    progress.to(10, 100);
    pass(9_000);
    progress.to(20, 100);
    expect(seen).toEqual([]);
    pass(11_000);
    progress.to(30, 100);
    pass(1_000);
    progress.to(31, 100);
    progress.end();
    // 20 trials took 20 s, 70 are left.
    expect(seen).toEqual(['30 of 100 trials, 1 min 10 s left\n']);
  });

  it('is nothing for those who asked for quiet', async () => {
    const { context, seen, pass } = watcher('none');
    const progress = await showProgress(context, 'trials');
    progress.to(0, 2);
    pass(60_000);
    progress.to(1, 2);
    progress.end();
    expect(seen).toEqual([]);
  });
});
