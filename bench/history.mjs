// The history: what a step costs at a thousand and at a million trades, beside a bare append and sync of the same
// disk; starting, reading, and bringing a million back. Run after `npm run build`; needs 6 GB of disk and some
// minutes. TRADE_LABS_BENCH_TRADES sets another number for the million.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absolute, compare, finish, timeProcess } from './measure.mjs';

const SMALL = 1_000;
const LARGE = Number(process.env.TRADE_LABS_BENCH_TRADES ?? 1_000_000);
/** As many records as JSON.parse can still take whole: V8 limits a string to 512 MB. */
const WHOLE = Math.min(LARGE, 400_000);
const PAIRS = 9;

const root = mkdtempSync(join(tmpdir(), 'trade-labs-history-'));
const homes = {
  small: join(root, 'small'),
  whole: join(root, 'whole'),
  large: join(root, 'large'),
};
const step = (task, home, count = 0) => ({
  args: ['--max-old-space-size=8192', 'bench/history.step.mjs', task, home, String(count)],
  reports: true,
});
const thousands = (count) => `${count / 1_000} k`;

try {
  for (const [home, count] of [
    [homes.small, SMALL],
    [homes.whole, WHOLE],
    [homes.large, LARGE],
  ]) {
    mkdirSync(home, { recursive: true });
    console.log(`making a home with ${thousands(count)} trades`);
    timeProcess(step('build', home, count));
  }
  const small = step('append', homes.small);
  const large = step('append', homes.large);
  const floor = step('floor', homes.large);
  finish('history', [
    compare({
      name: `append at ${thousands(LARGE)} over append at ${thousands(SMALL)}`,
      subject: large,
      base: small,
      pairs: PAIRS,
      atMost: 1.2,
    }),
    compare({
      name: `append at ${thousands(SMALL)} over a bare append and sync`,
      subject: small,
      base: floor,
      pairs: PAIRS,
      atMost: 2.5,
    }),
    compare({
      name: `append at ${thousands(LARGE)} over a bare append and sync`,
      subject: large,
      base: floor,
      pairs: PAIRS,
      atMost: 2,
    }),
    compare({
      name: `change of an old trade over append, at ${thousands(LARGE)}`,
      subject: step('update', homes.large, LARGE),
      base: large,
      pairs: PAIRS,
      atMost: 1.3,
    }),
    absolute({
      name: `open at ${thousands(LARGE)}, closed in order before`,
      sample: () => timeProcess(step('open', homes.large)),
      unit: 'ms',
      atMost: 50,
    }),
    compare({
      name: `scan over JSON.parse of the whole, at ${thousands(WHOLE)}`,
      subject: step('scan', homes.whole),
      base: step('parse', homes.whole),
      pairs: PAIRS,
      atMost: 0.65,
    }),
    compare({
      name: `memory of that scan over memory of the whole`,
      subject: step('scanMemory', homes.whole),
      base: step('parseMemory', homes.whole),
      pairs: PAIRS,
      atMost: 0.2,
    }),
    compare({
      name: `times as fast as rewriting the file, at ${thousands(WHOLE)}`,
      subject: step('append', homes.whole),
      base: step('rewrite', homes.whole),
      pairs: PAIRS,
      speed: true,
      atLeast: 1_000,
    }),
    ...['last', 'month', 'scan', 'verify', 'backup', 'restore'].map((task) =>
      once(`${task} at ${thousands(LARGE)}`, step(task, homes.large)),
    ),
  ]);
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** One sample, for what takes too long to be taken often: reported, not judged. */
function once(name, task) {
  const value = timeProcess(task);
  return {
    name,
    value,
    unit: 'ms',
    spread: 0,
    samples: 1,
    limit: '',
    verdict: 'reported',
    detail: '',
  };
}
