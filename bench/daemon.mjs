// A daemon of months: what it holds beside a server that only waits, how long it keeps everything else waiting, and a
// year of it on the simulated clock. Run after `npm run build`; takes some ten minutes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absolute, compare, finish, timeProcess } from './measure.mjs';

const root = mkdtempSync(join(tmpdir(), 'trade-labs-daemon-'));
let homes = 0;
/** Every measurement has a home of its own, as a daemon that was just set up. */
const inHome = (task) => () => {
  const home = mkdtempSync(join(root, `${homes++}-`));
  try {
    return timeProcess({ args: ['bench/daemon.step.mjs', task, home], reports: true });
  } finally {
    rmSync(home, { recursive: true });
  }
};
const bare = { args: ['bench/daemon.step.mjs', 'http', root], reports: true };

function year() {
  const home = mkdtempSync(join(root, 'year-'));
  const dates = ['--from', '2025-01-02', '--to', '2025-12-31'];
  const formats = { TRADE_LABS_REPORT__FORMATS: 'md,json,csv' };
  try {
    const args = [
      'dist/trade-labs.js',
      'daemon',
      '--simulate',
      ...dates,
      '--home',
      home,
      '--quiet',
    ];
    return timeProcess({ args, env: formats }) / 1_000;
  } finally {
    rmSync(home, { recursive: true });
  }
}

try {
  finish('daemon', [
    compare({
      name: 'memory of an idle daemon over that of a bare node:http server',
      subject: inHome('idle'),
      base: bare,
      pairs: 7,
      atMost: 2.2,
    }),
    compare({
      name: 'the same after a whole session with 200 symbols',
      subject: inHome('session'),
      base: bare,
      pairs: 7,
      atMost: 2.2,
    }),
    absolute({
      name: 'longest block of the event loop within a session',
      sample: inHome('block'),
      unit: 'ms',
      samples: 7,
      atMost: 250,
      atRate: 600,
    }),
    absolute({
      name: 'a year on the simulated clock',
      sample: year,
      unit: 's',
      samples: 7,
      atMost: 20,
      atRate: 600,
    }),
  ]);
} finally {
  rmSync(root, { recursive: true });
}
