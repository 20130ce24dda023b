// What a second worker is worth to a sweep, beside what a second process is worth to a plain loop on the same machine
// at the same time: thirty trials of 500 symbols x 1258 sessions, from the question to the files. Both must write the
// same bytes. Run after `npm run build`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, finish, median, ROOT } from './measure.mjs';

const TRIALS = 30;
const bars = mkdtempSync(join(tmpdir(), 'trade-labs-bench-bars-'));

/** What a step reports. */
function step(...args) {
  const ended = spawnSync(process.execPath, ['bench/sweep.step.mjs', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (ended.status !== 0) throw new Error(`sweep.step.mjs ${args.join(' ')}:\n${ended.stderr}`);
  return JSON.parse(ended.stdout.trim().split('\n').at(-1));
}

try {
  const { bars: count } = step('bars', bars);
  const seen = { one: [], two: [], trialsOnly: [], spin: [] };
  let answer = null;
  const speedUp = () => {
    const [one, two] = [step('sweep', bars, '1'), step('sweep', bars, '2')];
    if (one.run !== TRIALS || two.run !== TRIALS)
      throw new Error('a sweep did not run every trial');
    answer ??= one.csv;
    if (one.csv !== answer || two.csv !== answer) throw new Error('workers changed the answer');
    seen.one.push(one.ms);
    seen.two.push(two.ms);
    seen.trialsOnly.push(one.trialsMs / two.trialsMs);
    return one.ms / two.ms;
  };
  const spinSpeedUp = () => {
    const gained = step('spin', '1').ms / step('spin', '2').ms;
    seen.spin.push(gained);
    return gained;
  };
  const row = compare({
    name: 'speed-up of two sweep workers over that of two spinning processes',
    subject: speedUp,
    base: spinSpeedUp,
    pairs: 7,
    atLeast: 0.85,
  });
  const [one, two] = [median(seen.one), median(seen.two)];
  const perTrial = one / TRIALS;
  finish('sweep', [
    {
      ...row,
      detail: `${(one / two).toFixed(2)} against ${median(seen.spin).toFixed(2)}; trials alone ${median(seen.trialsOnly).toFixed(2)}; ${(one / 1000).toFixed(1)} s with one worker, ${perTrial.toFixed(0)} ms a trial of ${count} bars`,
    },
  ]);
} finally {
  rmSync(bars, { recursive: true });
}
