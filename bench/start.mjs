// How long the program takes to start, against Node doing nothing: `npm run build && node bench/start.mjs`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, finish } from './measure.mjs';

const home = mkdtempSync(join(tmpdir(), 'trade-labs-bench-'));
const base = { args: ['-e', '0'] };
const started = (...args) => ({ args: ['dist/trade-labs.js', ...args] });

try {
  finish('start', [
    compare({ name: '--version', subject: started('--version'), base, atMost: 1.3 }),
    compare({ name: '--help', subject: started('--help'), base, atMost: 2.5 }),
    compare({ name: 'status', subject: started('status', '--home', home), base, atMost: 2.5 }),
    compare({
      name: 'config show',
      subject: started('config', 'show', '--json', '--home', home),
      base,
      atMost: 2.5,
    }),
  ]);
} finally {
  rmSync(home, { recursive: true });
}
