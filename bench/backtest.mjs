// Workload W1: the synthetic market of seed 1, 500 symbols x 1258 daily bars, the open scan of each session with every
// symbol scored, the default configuration. Timed is everything from bars in memory to the journal on the disk:
// indicators, every slot, guards, orders, fills, ledger, equity. Beside it the plain loop of backtest-loop.mjs, and W2:
// 40 symbols x 161 sessions of five-minute bars with both scans. Run after `npm run build`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absolute, compare, finish, median, ROOT, timeProcess } from './measure.mjs';

const SESSIONS = 1258;
const LONG = 8806;
const LEAST_SHARE = 0.05;
const LEAST_RATE = 4;
/** The plain loop's million bars a second on the machine that the rate was set for. */
const LOOP_RATE = 75;
const LEAST_TRADES = 300;

/** What W1 comes to, whoever runs it: another sum is another backtest. */
const SUMS = { slots: 1258, universe: 628_500, found: 565_796, scored: 168_058 };
/** What the plain loop comes to on the same bars. */
const LOOP_SUMS = { bars: 629_000, trades: 6678, profit: 1_011_151.95 };

const scratch = mkdtempSync(join(tmpdir(), 'trade-labs-bench-'));

function step(...args) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['bench/backtest.step.mjs', ...args.map(String)],
    { cwd: ROOT, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${args.join(' ')} ended ${status}:\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** Throws where the result is not the one that is known. */
function demand(what, found, expected) {
  for (const [name, value] of Object.entries(expected)) {
    if (found[name] !== value) throw new Error(`${what}: ${name} is ${found[name]}, not ${value}`);
  }
  return found;
}

const loop = () => demand('plain loop', step('loop', SESSIONS), LOOP_SUMS);
const run = join(scratch, 'run');
const play = () => demand('W1', step('play', SESSIONS, run), SUMS);
const msPerBar = ({ ms, bars }) => (1e6 * ms) / bars;
const rateOf = ({ ms, bars }) => bars / ms / 1000;

try {
  const first = play();
  if (first.closed < LEAST_TRADES) throw new Error(`W1 closed ${first.closed} trades only`);
  demand('W1 played again', play(), { decisionHash: first.decisionHash, denied: first.denied });
  demand('seeded slots, computed again', step('recompute'), { slots: 20, same: true });
  const { differing } = step('digest');
  if (differing.join() !== '10') throw new Error(`one volume changed the slots ${differing}`);
  console.log(
    `W1: ${first.events} events, ${first.found} found, ${first.scored} scored, ${first.denied} denied, ` +
      `${first.filled} filled, ${first.closed} closed, at most ${first.peakMb.toFixed(0)} MB`,
  );
  const loopRate = median(Array.from({ length: 7 }, () => rateOf(loop())));
  const atRate = loopRate >= LOOP_RATE ? 0 : Number.POSITIVE_INFINITY;
  const bars = join(scratch, 'bars');
  step('write', bars);
  const command = ['dist/trade-labs.js', 'backtest', '--data', bars, '--from', '2018-01-02'];
  const rows = ['--set', 'scan.rows=500'];
  const whole = [...command, '--to', '2022-12-29', ...rows, '--home', scratch, '--json'];
  finish('backtest', [
    compare({
      name: 'W1 against the plain loop, share of its speed',
      subject: () => play().ms,
      base: () => loop().ms,
      speed: true,
      atLeast: LEAST_SHARE,
    }),
    absolute({
      name: `W1, where the plain loop makes ${loopRate.toFixed(0)} M bars/s (limit set at ${LOOP_RATE})`,
      unit: 'M bars/s',
      sample: () => rateOf(play()),
      atLeast: LEAST_RATE,
      atRate,
    }),
    compare({
      name: `bars/s at ${LONG} bars a symbol over those at ${SESSIONS}`,
      subject: () => msPerBar(step('play', LONG, run)),
      base: () => msPerBar(play()),
      pairs: 7,
      speed: true,
      atLeast: 0.8,
    }),
    absolute({
      name: 'the whole backtest process on the files of W1, with all reports but HTML',
      unit: 'ms',
      sample: () => timeProcess({ args: whole }),
      samples: 7,
      atMost: 1000,
      atRate,
    }),
    absolute({
      name: 'W2, 40 symbols x 161 sessions of 5m, both scans',
      unit: 'M bars/s',
      sample: () => rateOf(step('minutes', run)),
      samples: 7,
    }),
  ]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
