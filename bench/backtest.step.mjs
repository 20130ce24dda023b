// One part of the backtest benchmark in a fresh process; the last line of output is its JSON.
//   loop SESSIONS            the plain loop over the bars of W1
//   play SESSIONS DIR        the backtest itself over the same bars, its journal in DIR
//   minutes DIR              W2: bars of five minutes and both scans, its journal in DIR
//   write BARS               the bars of W1 as a folder of files
//   digest                   what one volume changes
//   recompute                slots decided again without anything kept
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BarMarketData } from '../dist/src/adapters/recorded/bar-market-data.js';
import { createSyntheticMarket } from '../dist/src/adapters/sim/synthetic-market.js';
import { readUniverse, takeUniverse } from '../dist/src/adapters/sim/synthetic-universe.js';
import { playBacktest } from '../dist/src/app/backtest.js';
import { loadStrategy } from '../dist/src/app/load-strategy.js';
import { resample } from '../dist/src/bars/resample.js';
import { sessionsBetween } from '../dist/src/calendar/nyse.js';
import { loadConfig } from '../dist/src/config/load.js';
import { StrategyDesk } from '../dist/src/pipeline/desk.js';
import { scan } from '../dist/src/pipeline/scan.js';
import { score } from '../dist/src/pipeline/score.js';
import { plainLoop } from './backtest-loop.mjs';
import { ROOT } from './measure.mjs';

const SYMBOLS = 500;
const SESSIONS = 1258;
/** W1 ends here; longer ones begin with the calendar. */
const LAST = '2022-12-29';
const SEEDED_SLOTS = 20;

/** Daily bars of the synthetic market of seed 1, in memory and without minutes: one price a session, as in a folder. */
function syntheticBars(count, width = SYMBOLS) {
  const universe = readUniverse(readFileSync(join(ROOT, 'config', 'universe.csv'), 'utf8'));
  const market = createSyntheticMarket({ seed: 1, universe: takeUniverse(universe.value, width) });
  const all = sessionsBetween('1990-01-03', '2028-12-29');
  const end = Math.max(count, all.findIndex(({ date }) => date === LAST) + 1);
  const sessions = all.slice(end - count, end);
  const from = sessions[0].date;
  const to = sessions[count - 1].date;
  const symbols = market.symbols.toSorted((a, b) => (a < b ? -1 : 1));
  const daily = new Map(symbols.map((symbol) => [symbol, market.daily(symbol, from, to)]));
  const actions = new Map(
    symbols.map((symbol) => [
      symbol,
      market.actions(symbol, to).filter(({ exDate }) => exDate > from),
    ]),
  );
  const source = {
    label: 'synthetic market, seed 1',
    synthetic: true,
    adjustment: 'none',
    intraday: null,
    symbols,
    badBars: [],
    warnings: [],
    sectorOf: (symbol) => market.sectorOf(symbol),
    prepare: () => Promise.resolve(),
    daily: (symbol) => daily.get(symbol),
    session: () => null,
    actions: (symbol) => actions.get(symbol),
  };
  return { source, market, from, to, sessions, daily };
}

/** W2: 40 symbols over 161 sessions of five-minute bars, with four years of daily bars before them. */
function fiveMinuteBars() {
  const wide = syntheticBars(SESSIONS, 40);
  const sessions = wide.sessions.slice(-161);
  const [first] = sessions;
  const minutes = new Map();
  for (const session of sessions) {
    for (const symbol of wide.source.symbols) {
      const { columns } = resample(wide.market.minutes(symbol, session.date), '5m', [session]);
      minutes.set(`${symbol} ${session.date}`, columns);
    }
  }
  const source = {
    ...wide.source,
    synthetic: false,
    intraday: '5m',
    session: (symbol, date) => minutes.get(`${symbol} ${date}`) ?? null,
  };
  return { ...wide, source, sessions, from: first.date };
}

/** The bars of W1 as files, for whole processes. */
function write(dir) {
  mkdirSync(dir, { recursive: true });
  const { source, daily } = syntheticBars(SESSIONS);
  for (const [symbol, columns] of daily) {
    writeFileSync(join(dir, `${symbol}_1d.csv`), csvText(columns));
  }
  const actions = source.symbols.flatMap((symbol) => source.actions(symbol));
  const rows = actions.map(
    ({ symbol, exDate, kind, value }) => `${symbol},${exDate},${kind},${value}`,
  );
  writeFileSync(join(dir, 'actions.csv'), `symbol,exDate,kind,value\n${rows.join('\n')}\n`);
  writeFileSync(
    join(dir, 'meta.json'),
    '{ "adjustment": "none", "source": "synthetic, seed 1" }\n',
  );
  return { ms: 1, files: daily.size };
}

function csvText({ time, open, high, low, close, volume, length }) {
  const lines = ['time,open,high,low,close,volume'];
  for (let i = 0; i < length; i++) {
    const date = new Date(time[i]).toISOString().slice(0, 10);
    lines.push([date, open[i], high[i], low[i], close[i], volume[i]].join(','));
  }
  return `${lines.join('\n')}\n`;
}

const OPEN_SCAN = ['  - { name: scan-open, job: scan, at: "09:30", top: 5 }'];
const BOTH_SCANS = [...OPEN_SCAN, '  - { name: scan-midday, job: scan, at: "12:00", top: 3 }'];

/** The default configuration with every row scored and these slots alone. */
async function configured(slots = OPEN_SCAN, further = []) {
  const home = mkdtempSync(join(tmpdir(), 'trade-labs-bench-'));
  try {
    mkdirSync(join(home, 'config'));
    const yaml = [`scan: { rows: ${SYMBOLS} }`, 'schedule:', ...slots, ...further];
    writeFileSync(join(home, 'config', 'trade-labs.yaml'), `${yaml.join('\n')}\n`);
    return await loadConfig({ home, cwd: home, env: {}, fileAlone: true });
  } finally {
    rmSync(home, { recursive: true });
  }
}

const now = () => Number(process.hrtime.bigint()) / 1e6;

async function play({ source, from, to, sessions }, runDir, slots) {
  // Over decades a fall of a tenth comes sooner or later; there it pauses for a month instead of ending everything.
  const goesOn = ['risk: { drawdownCooldownSessions: 20 }'];
  const loaded = await configured(slots, sessions.length > SESSIONS ? goesOn : []);
  const sums = { universe: 0, dropped: 0, unscored: 0, slots: 0 };
  const onDecision = ({ found, table }) => {
    sums.slots += 1;
    sums.universe += found.universe;
    for (const n of Object.values(found.excluded)) sums.dropped += n;
    for (const n of Object.values(table.ineligible)) sums.unscored += n;
  };
  const cpu = process.cpuUsage();
  const started = now();
  const result = await playBacktest({
    home: ROOT,
    loaded,
    version: 'bench',
    source,
    from,
    to,
    runDir,
    observer: { onDecision },
  });
  const ms = now() - started;
  const userMs = process.cpuUsage(cpu).user / 1000;
  if (result.end.kind !== 'completed') {
    throw new Error(`the backtest ended ${JSON.stringify(result.end)}`, {
      cause: result.end.error,
    });
  }
  const { found, scored, denied, filled } = result.counts;
  const closed = result.trades.filter(({ status }) => status === 'closed').length;
  if (sums.universe !== sums.dropped + found || found !== sums.unscored + scored) {
    throw new Error(`a slot lost symbols: ${JSON.stringify({ ...sums, found, scored })}`);
  }
  return {
    ms,
    userMs,
    bars: result.range.bars,
    slots: sums.slots,
    universe: sums.universe,
    found,
    scored,
    denied,
    filled,
    closed,
    events: result.lastSeq,
    decisionHash: result.decisionHash,
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
}

function loop(count) {
  const { daily, sessions } = syntheticBars(count);
  const columns = [...daily.values()];
  const started = now();
  const found = plainLoop(columns, sessions.length);
  return { ms: now() - started, bars: columns.length * sessions.length, ...found };
}

/** Looks of a market that steps from session to session, as in a backtest, at some of them. */
async function tables({ source, sessions }, desk, at, ahead) {
  const { config } = await configured();
  const until = sessions.at(-1);
  const market = new BarMarketData(source, { halfSpreadBps: 2, ...(ahead ? { until } : {}) });
  const hashes = [];
  for (const [i, session] of sessions.entries()) {
    if (!ahead && !at.has(i)) continue;
    const request = { asOf: session.openAt, session, todayOpen: false, relativeVolume: false };
    const snapshot = await market.snapshot(request);
    const rules = { barred: new Map(), deny: new Set(), allow: null, quarantineSessions: 20 };
    const table = score(snapshot, scan(snapshot, config.scan), desk(), rules);
    if (at.has(i)) hashes.push({ hash: table.tableHash, best: [...table.best(25)] });
  }
  return hashes;
}

/** Different sessions after the warm-up, from a seed. */
function seededSlots(count) {
  const slots = new Set();
  for (let seed = 1; slots.size < SEEDED_SLOTS; seed++) {
    const digest = createHash('sha256').update(`slot ${seed}`).digest();
    slots.add(250 + (digest.readUInt32LE(0) % (count - 250)));
  }
  return slots;
}

/** Slots of a market played forward, with the rule over columns, against each asked alone and through views. */
async function recompute() {
  const bars = syntheticBars(SESSIONS);
  const { config } = await configured();
  const at = seededSlots(SESSIONS);
  const builtIn = await loadStrategy(config, ROOT);
  const { momentum } = await import('../dist/src/strategy/momentum.js');
  const byView = () => new StrategyDesk({ ...momentum }, momentum.params.parse({}));
  const played = await tables(bars, () => builtIn, at, true);
  const alone = [];
  for (const slot of [...at].sort((a, b) => a - b)) {
    alone.push(...(await tables(bars, byView, new Set([slot]), false)));
  }
  const same = JSON.stringify(played) === JSON.stringify(alone);
  return { ms: 1, slots: played.length, same };
}

/** One more share of a symbol that is never among the best: the digest of that slot, and of no other. */
async function digest() {
  const { config } = await configured();
  const at = seededSlots(SESSIONS);
  const builtIn = await loadStrategy(config, ROOT);
  const before = await tables(syntheticBars(SESSIONS), () => builtIn, at, true);
  const selected = new Set(before.flatMap(({ best }) => best.map(({ symbol }) => symbol)));
  const changed = syntheticBars(SESSIONS);
  const symbol = changed.source.symbols.find((one) => !selected.has(one));
  const slot = [...at].sort((a, b) => a - b)[10];
  changed.daily.get(symbol).volume[slot - 1] += 1;
  const after = await tables(changed, () => builtIn, at, true);
  const differing = after.flatMap(({ hash }, i) => (hash === before[i].hash ? [] : [i]));
  return { ms: 1, symbol, differing };
}

const [part, ...rest] = process.argv.slice(2);
const parts = {
  loop: async (count) => loop(Number(count)),
  play: (count, dir) => play(syntheticBars(Number(count)), dir),
  minutes: (dir) => play(fiveMinuteBars(), dir, BOTH_SCANS),
  write: async (dir) => write(dir),
  recompute,
  digest,
};
console.log(JSON.stringify(await parts[part](...rest)));
