// Decides once over a bars folder (or the synthetic market of a home) and prints the milliseconds of decide() alone:
// the first decision, which computes the indicators, or the median of later ones.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openBarFolder } from '../dist/src/adapters/file/bar-folder.js';
import { barFolderSource } from '../dist/src/adapters/file/bar-folder-source.js';
import { BarMarketData } from '../dist/src/adapters/recorded/bar-market-data.js';
import { loadStrategy } from '../dist/src/app/load-strategy.js';
import { syntheticSourceOf } from '../dist/src/app/synthetic.js';
import { sessionOf } from '../dist/src/calendar/nyse.js';
import { loadConfig } from '../dist/src/config/load.js';
import { decide } from '../dist/src/pipeline/decide.js';
import { median } from './measure.mjs';

const [dir, asOf, kind] = process.argv.slice(2);
const isHome = existsSync(join(dir, 'config'));
const { config } = await loadConfig({ home: dir, cwd: dir, env: {}, fileAlone: true });
const source = isHome
  ? syntheticSourceOf(config.data.synthetic)
  : barFolderSource(openBarFolder(dir));
const session = sessionOf(asOf);
const market = new BarMarketData(source, { halfSpreadBps: 2, until: session });
const strategy = await loadStrategy(config, dir);
const snapshot = await market.snapshot({
  asOf: session.openAt,
  session,
  todayOpen: false,
  relativeVolume: false,
});
const cash = 100_000_000_000;
const state = {
  equity: cash,
  cash,
  availableCash: cash,
  positions: [],
  working: [],
  coolingDown: [],
  entriesToday: 0,
  activity: { orders: [], entries: [], justSent: [], dayTrades: 0 },
  previousCloseEquity: cash,
  dayPnl: 0,
  drawdown: 0,
  intensity: 1,
  trading: { state: 'active', restrictions: [] },
};
const settings = {
  scan: config.scan,
  sizing: config.sizing,
  entry: config.entry,
  risk: config.risk,
  targetR: null,
  maxCapitalUsd: null,
  allowModelledQuotes: true,
  slippageBps: 5,
  commissionOf: () => 1_000_000,
};
const once = () => {
  const started = process.hrtime.bigint();
  const decision = decide(snapshot, state, settings, strategy, 5);
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  if (decision.counts.found === 0) throw new Error('the bench found nothing to decide on');
  return ms;
};
const first = once();
const ms = kind === 'first' ? first : median(Array.from({ length: 51 }, once));
console.log(JSON.stringify({ ms }));
