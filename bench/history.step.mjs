// One task on a home's history in a fresh process: `node history.step.mjs TASK HOME [N]`. The last line of output
// states what it took as {"ms": n}; a task that measures memory states megabytes there.
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { historyFolder, openHistory } from '../dist/src/adapters/file/file-history.js';
import { backupHistory, listBackups } from '../dist/src/adapters/file/history-backup.js';
import { readHistory } from '../dist/src/adapters/file/history-reader.js';
import { restoreHistory } from '../dist/src/adapters/file/history-restore.js';
import { verifyHistory } from '../dist/src/adapters/file/history-verify.js';
import { nodeFileSystem } from '../dist/src/adapters/file/node-file-system.js';
import { median } from './measure.mjs';

const DAY_MS = 86_400_000;
const START = Date.UTC(2016, 0, 4, 14, 30);
/** As many trades a day as make a million last ten years, so that there are months to rotate through. */
const PER_DAY = 275;

const atOf = (index) => START + Math.floor(index / PER_DAY) * DAY_MS;
const iso = (at) => new Date(at).toISOString();

const recordOf = (index, closed) => ({
  tradeId: `T${index}`,
  runId: `${iso(atOf(index)).slice(0, 10)}-1430Z-scan-open`,
  symbol: `S${index % 500}`,
  side: 'long',
  status: closed ? 'closed' : 'open',
  quantity: 40,
  entrySession: iso(atOf(index)).slice(0, 10),
  entryAt: iso(atOf(index)),
  entryPrice: 187.2534,
  initialStop: 180.12,
  stop: 180.12,
  target: null,
  exitSession: closed ? iso(atOf(index)).slice(0, 10) : null,
  exitAt: closed ? iso(atOf(index) + 3_600_000) : null,
  exitPrice: closed ? 191.0421 : null,
  exitReason: closed ? 'trail' : null,
  grossPnl: closed ? 151.5 : null,
  commission: 1,
  netPnl: closed ? 150.5 : null,
  rMultiple: closed ? 0.527 : null,
  mae: closed ? -80.25 : null,
  mfe: closed ? 210.75 : null,
  maeR: closed ? -0.28 : null,
  mfeR: closed ? 0.74 : null,
  resolution: closed ? '1d' : null,
  score: 71.53,
  strategy: 'momentum',
  signalReason: 'momentum_trend',
  strength: 0.7153,
  mode: 'sim',
  account: 'SIM-1',
  entryRef: `2026-03-05/scan-open/S${index % 500}/entry/1`,
  exitRef: null,
  stopRef: `2026-03-05/scan-open/S${index % 500}/stop/1`,
});

/** A book that keeps nothing: what the store itself costs is the question. */
class BenchFold {
  events = 0;

  apply(event) {
    this.events += 1;
    if (event.type !== 'trade.opened' && event.type !== 'trade.closed') return [];
    const index = Number(event.tradeId.slice(1));
    const record = recordOf(index, event.type === 'trade.closed');
    return [{ view: 'trades', key: event.tradeId, record }];
  }

  checkpoint() {
    return { events: this.events };
  }

  restore(state) {
    this.events = state.events;
  }
}

const opened = (index) => ({
  type: 'trade.opened',
  at: atOf(index),
  runId: null,
  tradeId: `T${index}`,
  symbol: `S${index % 500}`,
  entryRef: `2026-03-05/scan-open/S${index % 500}/entry/1`,
});

const closed = (index) => ({
  type: 'trade.closed',
  at: atOf(1_100_000),
  runId: null,
  tradeId: `T${index}`,
  symbol: `S${index % 500}`,
  exitReason: 'trail',
  grossPnl: 151_500_000,
  netPnl: 150_500_000,
  rMultiple: 0.527,
  mae: -80_250_000,
  mfe: 210_750_000,
  resolution: '1d',
});

const [task, home, count = '0'] = process.argv.slice(2);
const optionsFor = (where) => ({
  home: where,
  mode: 'sim',
  account: 'SIM-1',
  version: '0.1.0',
  role: 'a benchmark',
  clock: { now: () => START },
  fold: new BenchFold(),
  newFold: () => new BenchFold(),
});
const trades = join(historyFolder(home), 'trades.json');
/** Enough to be past the first compilations: a daemon's usual step is what is asked, not its first. */
const WARM_UP = 500;
const OPERATIONS = 501;

const now = () => Number(process.hrtime.bigint()) / 1e6;
const report = (value) => console.log(JSON.stringify({ ms: value }));

/** The median time of an operation that is done many times in one process, after some that only warm it up. */
async function medianOf(operation) {
  for (let i = 0; i < WARM_UP; i += 1) await operation(i);
  const times = [];
  for (let i = 0; i < OPERATIONS; i += 1) {
    const started = now();
    await operation(WARM_UP + i);
    times.push(now() - started);
  }
  report(median(times));
}

/** The next trade's number, remembered beside the home because the journal would take too long to ask. */
function nextIndex(used) {
  const path = join(home, 'next');
  const next = Number(readFileSync(path, 'utf8'));
  writeFileSync(path, String(next + used));
  return next;
}

const tasks = {
  /** A home with so many trades. Built without syncs: what it holds is what counts. */
  async build() {
    const files = {
      ...nodeFileSystem,
      open: (path, mode) => ({ ...nodeFileSystem.open(path, mode), sync: () => undefined }),
      syncFolder: () => undefined,
    };
    const history = await openHistory({ ...optionsFor(home), files });
    for (let i = 0; i < Number(count); ) {
      const step = [];
      for (; step.length < 500 && i < Number(count); i += 1) step.push(opened(i));
      await history.append(step);
    }
    await history.close();
    writeFileSync(join(home, 'next'), count);
    report(1);
  },

  /** What the disk alone takes for the bytes of one line: a bare append and its sync. */
  async floor() {
    const fd = openSync(join(home, 'floor'), 'a', 0o600);
    const line = Buffer.alloc(450, 'x');
    await medianOf(() => {
      writeSync(fd, line);
      fdatasyncSync(fd);
    });
    closeSync(fd);
  },

  async append() {
    const history = await openHistory(optionsFor(home));
    const from = nextIndex(OPERATIONS + WARM_UP);
    await medianOf((i) => history.append([opened(from + i)]));
    await history.close();
  },

  /** Changes old trades all over the file, by a fixed sequence that visits no one twice. */
  async update() {
    const history = await openHistory(optionsFor(home));
    const total = Number(count);
    await medianOf((i) => history.append([closed((i * 7_919 + 13) % total)]));
    await history.close();
  },

  async open() {
    // Loading modules is not opening: a program has them when it comes to this.
    await import('proper-lockfile');
    const options = optionsFor(home);
    const started = now();
    const history = await openHistory(options);
    report(now() - started);
    await history.close();
  },

  async scan() {
    const started = now();
    let found = 0;
    for await (const trade of readHistory(historyFolder(home)).trades()) found += trade.quantity;
    if (found === 0) throw new Error('nothing was read');
    report(now() - started);
  },

  async parse() {
    const started = now();
    const found = JSON.parse(readFileSync(trades, 'utf8'));
    if (found.length === 0) throw new Error('nothing was read');
    report(now() - started);
  },

  async scanMemory() {
    const before = process.memoryUsage.rss();
    let [most, rows] = [0, 0];
    for await (const _ of readHistory(historyFolder(home)).trades()) {
      rows += 1;
      if (rows % 5_000 === 0) most = Math.max(most, process.memoryUsage.rss());
    }
    report((Math.max(most, process.memoryUsage.rss()) - before) / 1e6);
  },

  async parseMemory() {
    const before = process.memoryUsage.rss();
    const found = JSON.parse(readFileSync(trades, 'utf8'));
    if (found.length === 0) throw new Error('nothing was read');
    report((process.memoryUsage.rss() - before) / 1e6);
  },

  /** What a file that is read, changed and written whole takes for one more trade, safely: sync and rename. */
  async rewrite() {
    const started = now();
    const all = JSON.parse(readFileSync(trades, 'utf8'));
    all.push(recordOf(all.length, false));
    const path = join(home, 'rewritten.json');
    const fd = openSync(path, 'w', 0o600);
    writeSync(fd, JSON.stringify(all));
    fsyncSync(fd);
    closeSync(fd);
    renameSync(path, `${path}.done`);
    report(now() - started);
    rmSync(`${path}.done`);
  },

  async last() {
    const started = now();
    let found = 0;
    for await (const _ of readHistory(historyFolder(home)).trades({ last: 50 })) found += 1;
    if (found !== 50) throw new Error(`found ${found}`);
    report(now() - started);
  },

  async month() {
    const started = now();
    let found = 0;
    const query = { since: '2016-02-01', until: '2016-02-29' };
    for await (const _ of readHistory(historyFolder(home)).trades(query)) found += 1;
    if (found === 0) throw new Error('nothing was read');
    report(now() - started);
  },

  async backup() {
    const started = now();
    await backupHistory({ home, now: START, version: '0.1.0' });
    report(now() - started);
  },

  async restore() {
    const [newest] = listBackups(join(home, 'data', 'backups')).reverse();
    const other = `${home}-restored`;
    if (existsSync(other)) rmSync(other, { recursive: true });
    const started = now();
    await restoreHistory({ ...optionsFor(other), file: newest.path });
    report(now() - started);
    rmSync(other, { recursive: true });
  },

  async verify() {
    const started = now();
    const { findings } = await verifyHistory(historyFolder(home), () => new BenchFold());
    if (findings.length > 0) throw new Error(findings[0]);
    report(now() - started);
  },
};

await tasks[task]();
