// The law by which everything here is measured.
//
// A ratio is the median over at least 7 pairs; the two sides of a pair run one after the other in fresh processes,
// and the order within the pair alternates, so that a machine that slows down slows both. Its spread is the distance
// between the quartiles of the pairs' ratios over their median; above 15 % the answer is "too noisy", which is
// neither pass nor fail. An absolute limit is judged beside a calibration loop of the same run: on a machine whose
// loop does not reach the rate that the limit was set at, it is reported and not judged.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const LEAST_PAIRS = 7;
export const MOST_SPREAD = 0.15;
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The value below which the given share of the values lies, by linear interpolation. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

export const median = (values) => quantile(values, 0.5);

/** Distance between the quartiles over the median. */
export const spreadOf = (values) =>
  (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);

/**
 * Runs a command in a fresh process and gives its milliseconds: wall time from start to end, or with
 * `reports: true` the number that its last line of output states as {"ms": n}. Throws when it fails.
 */
export function timeProcess({
  command = process.execPath,
  args,
  env = {},
  reports = false,
  exit = 0,
}) {
  const started = process.hrtime.bigint();
  const ended = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  const wall = Number(process.hrtime.bigint() - started) / 1e6;
  if (ended.error) throw ended.error;
  if (ended.status !== exit) {
    throw new Error(`${command} ${args.join(' ')} ended ${ended.status}:\n${ended.stderr}`);
  }
  if (!reports) return wall;
  const { ms } = JSON.parse(ended.stdout.trim().split('\n').at(-1));
  if (!(ms > 0)) throw new Error(`${args.join(' ')} reported no time: ${ended.stdout}`);
  return ms;
}

/** True, false, or null where nothing is asked of the value. */
function within(value, { atMost, atLeast }) {
  if (atMost === undefined && atLeast === undefined) return null;
  return value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity);
}

const limitText = ({ atMost, atLeast }) => {
  if (atMost !== undefined) return `<= ${atMost}`;
  return atLeast === undefined ? '' : `>= ${atLeast}`;
};

function verdictOf(value, spread, limit) {
  const good = within(value, limit);
  if (good === null) return 'reported';
  if (spread > MOST_SPREAD) return 'too noisy';
  return good ? 'pass' : 'FAIL';
}

/**
 * Time of `subject` over time of `base` as a row. Both are what timeProcess takes, or functions that give
 * milliseconds themselves; `speed: true` turns the ratio round (how many times as fast the subject is).
 */
export function compare({ name, subject, base, pairs = 11, speed = false, ...limit }) {
  if (pairs < LEAST_PAIRS) throw new Error(`${name}: a ratio takes at least ${LEAST_PAIRS} pairs`);
  const measure = (side) => (typeof side === 'function' ? side() : timeProcess(side));
  // One pair unmeasured: the first run of a binary reads it from the disk.
  measure(base);
  measure(subject);
  const times = { subject: [], base: [] };
  for (let pair = 0; pair < pairs; pair++) {
    const order = pair % 2 === 0 ? ['base', 'subject'] : ['subject', 'base'];
    for (const side of order) times[side].push(measure(side === 'base' ? base : subject));
  }
  const ratios = times.subject.map((ms, i) => (speed ? times.base[i] / ms : ms / times.base[i]));
  const [value, spread] = [median(ratios), spreadOf(ratios)];
  return {
    name,
    value,
    unit: 'x',
    spread,
    samples: pairs,
    limit: limitText(limit),
    verdict: verdictOf(value, spread, limit),
    detail: `${median(times.subject).toFixed(1)} ms against ${median(times.base).toFixed(1)} ms`,
    times,
  };
}

/** Million steps a second of a plain integer loop: what this machine gives at this moment. */
export function calibrationRate() {
  const STEPS = 50_000_000;
  const started = process.hrtime.bigint();
  let x = 1;
  for (let i = 0; i < STEPS; i++) x = (Math.imul(x, 1_664_525) + i) | 0;
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (x === 0) throw new Error('the calibration loop was optimised away');
  return STEPS / seconds / 1e6;
}

/**
 * An absolute number as a row: `sample` gives one value, taken at least 7 times, each beside the calibration loop.
 * `atRate` is the loop's rate (million steps a second) that the limit was set for; a slower machine is not judged.
 */
export function absolute({ name, sample, unit, samples = 9, atRate = 0, ...limit }) {
  if (samples < LEAST_PAIRS) throw new Error(`${name}: takes at least ${LEAST_PAIRS} samples`);
  const [values, rates] = [[], []];
  calibrationRate();
  sample();
  for (let i = 0; i < samples; i++) {
    rates.push(calibrationRate());
    values.push(sample());
  }
  const [value, spread, rate] = [median(values), spreadOf(values), median(rates)];
  const slow = rate < atRate && within(value, limit) !== null;
  return {
    name,
    value,
    unit,
    spread,
    samples,
    limit: limitText(limit),
    verdict: slow ? 'slow machine' : verdictOf(value, spread, limit),
    detail: `loop ${rate.toFixed(0)} M/s`,
    times: { values, rates },
  };
}

const COLUMNS = [
  ['what', ({ name }) => name],
  ['median', ({ value, unit }) => `${value.toPrecision(4)} ${unit}`],
  ['limit', ({ limit }) => limit],
  ['spread', ({ spread }) => `${(spread * 100).toFixed(1)} %`],
  ['n', ({ samples }) => String(samples)],
  ['verdict', ({ verdict }) => verdict],
  ['', ({ detail }) => detail],
];

/** Prints the rows as a table, keeps them in bench/results/NAME.json, and fails the process where one failed. */
export function finish(name, rows) {
  const cells = [
    COLUMNS.map(([title]) => title),
    ...rows.map((row) => COLUMNS.map(([, of]) => of(row))),
  ];
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  for (const line of cells) {
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    );
  }
  const folder = join(ROOT, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const machine = {
    node: process.version,
    system: `${platform()} ${arch()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
  };
  const result = { name, at: new Date().toISOString(), machine, rows };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  if (rows.some(({ verdict }) => verdict === 'FAIL')) process.exitCode = 1;
}
