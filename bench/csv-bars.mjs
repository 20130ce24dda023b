// 500 bar files of 1258 daily rows: the program's own reader, with every row judged, against papaparse typed
// (header, dynamicTyping). Run after `npm run build`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessionsBetween } from '../dist/src/calendar/nyse.js';
import { compare, finish, ROOT } from './measure.mjs';

const FILES = 500;
const ROWS = 1258;
const LEAST_RATIO = 10;

/** Daily bars as a vendor writes them: two to four decimals, volumes of six to eight digits. */
function fileText(seed, dates) {
  let state = seed;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const decimals = seed % 4 === 0 ? 4 : 2;
  let close = 10 + 400 * next();
  const lines = dates.map((date) => {
    const open = close * (0.99 + 0.02 * next());
    close = Math.min(900, Math.max(5, open * (0.98 + 0.04 * next())));
    const cents = (price) => Number(price.toFixed(decimals));
    const [o, c] = [cents(open), cents(close)];
    const high = cents(Math.max(o, c) * (1 + 0.01 * next()));
    const low = cents(Math.min(o, c) * (1 - 0.01 * next()));
    return `${date},${o},${Math.max(high, o, c)},${Math.min(low, o, c)},${c},${Math.floor(3e5 + 3e7 * next())}`;
  });
  return `time,open,high,low,close,volume\n${lines.join('\n')}\n`;
}

/** What a reader makes of the folder, to see that both read the same. */
function readOnce(reader, dir) {
  const args = ['bench/csv-bars.step.mjs', reader, dir];
  const { stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  const { ms: _, ...found } = JSON.parse(stdout);
  return JSON.stringify(found);
}

const dir = mkdtempSync(join(tmpdir(), 'trade-labs-csv-bars-'));
try {
  const dates = sessionsBetween('2013-02-08', '2018-02-07').map(({ date }) => date);
  for (let i = 0; i < FILES; i++) {
    writeFileSync(join(dir, `S${i}_1d.csv`), fileText(i + 1, dates.slice(0, ROWS)));
  }
  const [own, typed] = [readOnce('own', dir), readOnce('papaparse', dir)];
  if (own !== typed) throw new Error(`the readers disagree: ${own} against ${typed}`);
  const step = (reader) => ({ args: ['bench/csv-bars.step.mjs', reader, dir], reports: true });
  finish('csv-bars', [
    compare({
      name: `${FILES} files x ${ROWS} rows, times as fast as papaparse`,
      subject: step('own'),
      base: step('papaparse'),
      speed: true,
      atLeast: LEAST_RATIO,
    }),
  ]);
} finally {
  rmSync(dir, { recursive: true });
}
