// Million bars a second of each indicator over one symbol's bars; run after `npm run build`. The
// first line is a plain running sum over the same column: a slow or busy machine shows there.
import { columnsFromBars } from '../dist/src/domain/market.js';
import {
  computeIndicator,
  INDICATOR_LIST,
  parseIndicator,
} from '../dist/src/indicators/registry.js';

const BARS = 8_806;
const ROUNDS = 9;
const BATCH = 60;

/** A bounded walk from a linear congruential generator: the same bars on every machine. */
function syntheticBars(count) {
  let state = 12_345;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  let close = 100;
  return Array.from({ length: count }, (_, i) => {
    const open = close;
    close = Math.round(Math.max(5, Math.min(900, close * (0.98 + 0.04 * next()))) * 100) / 100;
    const high = Math.round(Math.max(open, close) * (1 + 0.01 * next()) * 100) / 100;
    const low = Math.round(Math.min(open, close) * (1 - 0.01 * next()) * 100) / 100;
    return { time: i * 86_400_000, open, high, low, close, volume: Math.floor(1e6 + 5e6 * next()) };
  });
}

function millionBarsPerSecond(work) {
  const rates = [];
  for (let round = -2; round < ROUNDS; round++) {
    const startedAt = process.hrtime.bigint();
    for (let i = 0; i < BATCH; i++) work();
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    if (round >= 0) rates.push((BARS * BATCH) / seconds / 1e6);
  }
  rates.sort((a, b) => a - b);
  return { median: rates[ROUNDS >> 1], low: rates[0], high: rates[ROUNDS - 1] };
}

const columns = columnsFromBars(syntheticBars(BARS));
const print = (name, { median, low, high }) =>
  console.log(
    `${name.padEnd(16)} ${[median, low, high].map((x) => x.toFixed(0).padStart(6)).join(' ')}`,
  );

console.log(`${'M bars/s'.padEnd(16)} median    low   high`);
let total = 0;
const plainSum = () => {
  const out = new Float64Array(BARS);
  let sum = 0;
  for (let i = 0; i < BARS; i++) out[i] = sum += columns.close[i];
  total += out[BARS - 1];
};
print('(plain sum)', millionBarsPerSecond(plainSum));
const names = [
  ...INDICATOR_LIST.map(({ example }) => example),
  'sma200',
  'donchianhigh55',
  'vwap20',
];
for (const name of names) {
  const spec = parseIndicator(name).value;
  print(
    name,
    millionBarsPerSecond(() => {
      total += computeIndicator(spec, columns)[BARS - 1];
    }),
  );
}
if (Number.isNaN(total)) throw new Error('an indicator ended undefined');
