// One part of the sweep benchmark in a fresh process; the last line of output is its JSON.
//   bars DIR                 writes the bars of W1 as a folder: 500 symbols of the synthetic market of seed 1
//   sweep DIR WORKERS        a whole sweep over them, from its question to its files; its best trial too
//   spin PROCESSES           so much counting, shared out among so many processes that run at once
//   count STEPS              one such process
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSyntheticMarket } from '../dist/src/adapters/sim/synthetic-market.js';
import { readUniverse, takeUniverse } from '../dist/src/adapters/sim/synthetic-universe.js';
import { codeHash } from '../dist/src/app/code-hash.js';
import { runSweep } from '../dist/src/app/sweep.js';
import { sessionsBetween } from '../dist/src/calendar/nyse.js';
import { utcMsToDate } from '../dist/src/domain/time.js';
import { ROOT } from './measure.mjs';

const SYMBOLS = 500;
const SESSIONS = 1258;
const LAST = '2022-12-29';
/** Thirty trials: long enough that beginning and ending weigh as little as in a sweep that somebody waits for. */
const GRID = ['sizing.stop.multiple=2..4:5', 'risk.maxPositions=5..10:6'];
const SPIN_STEPS = 2_000_000_000;

const now = () => Number(process.hrtime.bigint()) / 1e6;

function writeBars(dir) {
  const universe = readUniverse(readFileSync(join(ROOT, 'config', 'universe.csv'), 'utf8'));
  const market = createSyntheticMarket({
    seed: 1,
    universe: takeUniverse(universe.value, SYMBOLS),
  });
  const from = sessionsBetween('1990-01-02', LAST).slice(-SESSIONS)[0].date;
  mkdirSync(dir, { recursive: true });
  const actions = ['symbol,exDate,kind,value'];
  let bars = 0;
  for (const symbol of market.symbols) {
    const { length, time, open, high, low, close, volume } = market.daily(symbol, from, LAST);
    const rows = ['time,open,high,low,close,volume'];
    for (let i = 0; i < length; i++) {
      rows.push([utcMsToDate(time[i]), open[i], high[i], low[i], close[i], volume[i]].join(','));
    }
    bars += length;
    writeFileSync(join(dir, `${symbol}_1d.csv`), `${rows.join('\n')}\n`);
    for (const { exDate, kind, value } of market.actions(symbol, LAST)) {
      if (exDate > from) actions.push([symbol, exDate, kind, value].join(','));
    }
  }
  writeFileSync(join(dir, 'meta.json'), '{"adjustment":"none","source":"synthetic, seed 1"}\n');
  writeFileSync(join(dir, 'actions.csv'), `${actions.join('\n')}\n`);
  return { bars };
}

async function sweep(bars, workers) {
  const home = mkdtempSync(join(tmpdir(), 'trade-labs-bench-'));
  try {
    mkdirSync(join(home, 'config'));
    const yaml = [
      `scan: { rows: ${SYMBOLS} }`,
      'schedule:',
      '  - { name: scan-open, job: scan, at: "09:30", top: 5 }',
    ];
    writeFileSync(join(home, 'config', 'trade-labs.yaml'), `${yaml.join('\n')}\n`);
    const from = sessionsBetween('1990-01-02', LAST).slice(-SESSIONS)[0].date;
    let begun = null;
    let ended = 0;
    const started = now();
    const { report, run } = await runSweep({
      dir: join(home, 'sweep'),
      question: {
        dataDir: bars,
        symbols: null,
        from,
        to: LAST,
        set: {},
        grid: GRID,
        random: null,
        seed: 1,
        walkForward: null,
        split: 'auto',
        metric: 'sharpe',
      },
      configSource: { home, cwd: home, env: {}, fileAlone: true },
      version: 'bench',
      code: codeHash(),
      workers,
      now: Date.now(),
      interrupt: new AbortController().signal,
      onProgress: () => {
        begun ??= now();
        ended = now();
      },
    });
    const best = report.ranking.trials[0].trial;
    const csv = readFileSync(join(home, 'sweep', 'trials.csv'), 'utf8');
    return { ms: now() - started, trialsMs: ended - begun, run, best: best.number, csv };
  } finally {
    rmSync(home, { recursive: true });
  }
}

function count(steps) {
  let x = 1;
  for (let i = 0; i < steps; i++) x = (Math.imul(x, 1_664_525) + i) | 0;
  if (x === 0) throw new Error('the loop was optimised away');
}

async function spin(processes) {
  const step = fileURLToPath(import.meta.url);
  const steps = String(Math.round(SPIN_STEPS / processes));
  const started = now();
  await Promise.all(
    Array.from(
      { length: processes },
      () =>
        new Promise((resolve, reject) => {
          const child = spawn(process.execPath, [step, 'count', steps], { stdio: 'ignore' });
          child.on('close', (code) =>
            code === 0 ? resolve() : reject(new Error(`ended ${code}`)),
          );
        }),
    ),
  );
  return { ms: now() - started };
}

const [part, ...rest] = process.argv.slice(2);
switch (part) {
  case 'bars':
    console.log(JSON.stringify(writeBars(rest[0])));
    break;
  case 'sweep':
    console.log(JSON.stringify(await sweep(rest[0], Number(rest[1]))));
    break;
  case 'spin':
    console.log(JSON.stringify(await spin(Number(rest[0]))));
    break;
  case 'count':
    count(Number(rest[0]));
    break;
  default:
    throw new Error(`no part ${part}`);
}
