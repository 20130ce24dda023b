// From the time of a scan to its last order on the wire: five entries with their stops, against the server for tests,
// which answers at once. Run after `npm run build`; takes some four minutes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absolute, finish, timeProcess } from './measure.mjs';

const root = mkdtempSync(join(tmpdir(), 'trade-labs-wire-'));
let homes = 0;
/** Every measurement has a home of its own. */
const inHome = (task) => () => {
  const home = mkdtempSync(join(root, `${homes++}-`));
  try {
    return timeProcess({ args: ['bench/slot-to-wire.step.mjs', task, home], reports: true });
  } finally {
    rmSync(home, { recursive: true });
  }
};

try {
  finish('slot-to-wire', [
    absolute({
      name: 'from the slot to the last of five entries on the wire, bars and contracts at hand',
      sample: inHome('warm'),
      unit: 'ms',
      samples: 7,
      atMost: 1_500,
      atRate: 600,
    }),
    absolute({
      name: 'the same where nothing was asked for before',
      sample: inHome('cold'),
      unit: 'ms',
      samples: 7,
    }),
  ]);
} finally {
  rmSync(root, { recursive: true });
}
