// This engine beside another one of the registry on work that both can do: ten shares in and out as a 10-day average
// crosses a 30-day one, 40 symbols of the synthetic market of seed 1 over 1258 daily bars, without costs. The other
// engine knows no account and plays each symbol by itself; this one plays them as one account, and one by one. The
// other is installed into a temporary folder outside the repository; where that fails, nothing is measured. Run after
// `npm run build`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, finish, ROOT } from './measure.mjs';

/** With what it needs and does not name among its dependencies. */
const PEERS = ['grademark@0.3.0', 'data-forge@1.10.5', 'chai@4.5.0'];
/** Trades of which both may tell otherwise: the other engine looks at no rule on the bar of an entry or exit. */
const MOST_DIFFERENT = 0.08;

const scratch = mkdtempSync(join(tmpdir(), 'trade-labs-bench-peers-'));

function run(command, args, options = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended ${status}:\n${stderr}`);
  return stdout;
}

const step = (...args) =>
  JSON.parse(
    run(process.execPath, ['bench/peers.step.mjs', ...args])
      .trim()
      .split('\n')
      .at(-1),
  );

try {
  writeFileSync(join(scratch, 'package.json'), '{ "private": true }\n');
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...PEERS];
  const { status } = spawnSync('npm', install, { cwd: scratch, stdio: 'ignore' });
  if (status === 0) measure();
  else console.log(`not measured: npm could not install ${PEERS.join(' ')}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function measure() {
  const ours = () => step('account');
  const theirs = () => step('grademark', scratch);
  const [own, other] = [ours(), theirs()];
  const known = new Set(other.trades);
  const alike = own.trades.filter((trade) => known.has(trade)).length;
  const most = Math.max(own.trades.length, other.trades.length);
  if (alike < (1 - MOST_DIFFERENT) * most) {
    throw new Error(`of ${most} trades only ${alike} are the same in both engines`);
  }
  const apart = step('apart').ms;
  const row = compare({
    name: 'times as fast as grademark 0.3.0, crossing averages, 40 symbols',
    subject: () => ours().ms,
    base: () => theirs().ms,
    pairs: 7,
    speed: true,
    atLeast: 5,
  });
  const said = `${alike} of ${most} trades the same; one by one ${apart.toFixed(0)} ms`;
  finish('peers', [{ ...row, detail: `${row.detail}; ${said}` }]);
}
