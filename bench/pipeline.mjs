// One pipeline run over a bars folder, from the outside (a whole process) and its decision alone. Takes the folder
// of TRADE_LABS_TEST_DATA (bars_daily, 443 symbols) where there is one, else the synthetic market of 443 symbols.
// Run after `npm run build`.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absolute, compare, finish, timeProcess } from './measure.mjs';

const SYMBOLS = 443;
const AS_OF = '2017-06-09';
const data = process.env.TRADE_LABS_TEST_DATA;
const folder = data === undefined ? null : join(data, 'bars_daily');
const real = folder !== null && existsSync(folder);
const home = mkdtempSync(join(tmpdir(), 'trade-labs-bench-'));
try {
  mkdirSync(join(home, 'config'));
  const yaml = `data: { synthetic: { seed: 1, symbols: ${SYMBOLS} } }\n`;
  writeFileSync(join(home, 'config', 'trade-labs.yaml'), yaml);
  const source = real ? ['--data', folder] : [];
  const program = ['dist/trade-labs.js', 'pipeline', '--as-of', AS_OF, '--json', '--home', home];
  const step = ['bench/pipeline.step.mjs', ...(real ? [folder] : [home]), AS_OF];
  const what = real ? '443 real symbols' : `${SYMBOLS} synthetic symbols`;
  finish('pipeline', [
    compare({
      name: `pipeline --as-of on ${what}, whole process against node -e 0`,
      subject: { args: [...program, ...source] },
      base: { args: ['-e', '0'] },
    }),
    absolute({
      name: `decide() on ${what}, first decision of a process`,
      unit: 'ms',
      sample: () => timeProcess({ args: [...step, 'first'], reports: true }),
    }),
    absolute({
      name: `decide() on ${what}, indicators at hand`,
      unit: 'ms',
      sample: () => timeProcess({ args: [...step, 'warm'], reports: true }),
    }),
  ]);
} finally {
  rmSync(home, { recursive: true });
}
