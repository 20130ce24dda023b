// How long the synthetic market takes: `npm run build && node bench/synthetic.mjs`. Medians of 7
// rounds, each with a new market, beside a calibration loop of the same round, because absolute
// times depend on the machine.
import { readFileSync } from 'node:fs';
import { createSyntheticMarket } from '../dist/src/adapters/sim/synthetic-market.js';
import { readUniverse, takeUniverse } from '../dist/src/adapters/sim/synthetic-universe.js';

const SYMBOLS = 200;
const ROUNDS = 7;

const text = readFileSync(new URL('../config/universe.csv', import.meta.url), 'utf8');
const read = readUniverse(text);
if (!read.ok) throw new Error(JSON.stringify(read.error));
const universe = takeUniverse(read.value, SYMBOLS);

const timed = (work) => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

let sink = 0;
const calibrate = () => {
  let x = 1;
  for (let i = 0; i < 20_000_000; i++) x = (Math.imul(x, 1664525) + i) | 0;
  sink += x;
};

const rows = {
  'calibration: 20 M integer steps': [],
  'factors of a new market': [],
  '200 symbols x 5 years of daily bars, first time (walks from 1990)': [],
  '200 symbols x 5 years of daily bars, again': [],
  '200 symbols x 39 years of daily bars': [],
  '200 symbols x 390 minutes, first session of a year': [],
  '200 symbols x 390 minutes, next session': [],
};
for (let round = 0; round < ROUNDS; round++) {
  let market;
  const each = (ask) => () => {
    for (const symbol of market.symbols) sink += ask(symbol).length;
  };
  const steps = [
    calibrate,
    () => {
      market = createSyntheticMarket({ seed: round, universe });
    },
    each((symbol) => market.daily(symbol, '2020-01-02', '2024-12-31')),
    each((symbol) => market.daily(symbol, '2020-01-02', '2024-12-31')),
    each((symbol) => market.daily(symbol, '1990-01-02', '2028-12-29')),
    each((symbol) => market.minutes(symbol, '2023-06-05')),
    each((symbol) => market.minutes(symbol, '2023-06-06')),
  ];
  for (const [i, times] of Object.values(rows).entries()) times.push(timed(steps[i]));
}
for (const [name, times] of Object.entries(rows)) {
  times.sort((a, b) => a - b);
  const median = times[(ROUNDS - 1) / 2];
  const spread = `${times[0].toFixed(1)} to ${times[ROUNDS - 1].toFixed(1)}`;
  process.stdout.write(`${median.toFixed(1).padStart(8)} ms  (${spread})  ${name}\n`);
}
if (sink === 0) process.stdout.write('nothing was computed\n');
