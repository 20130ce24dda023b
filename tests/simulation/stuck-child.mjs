/**
 * Runs the built daemon on the machine's time, shifted so that it begins at an instant given, for tests that stop its
 * loop. Says each state; with STUCK it stands still, without giving anything else a turn, from the state running until
 * a file named RELEASE is in the home. Usage: node stuck-child.mjs PROGRAM HOME START_MS STUCK|FREE
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const [program, home, start, mode] = process.argv.slice(2);
const dist = join(program, 'dist', 'src');
const { loadConfig } = await import(join(dist, 'config', 'load.js'));
const { runDaemon } = await import(join(dist, 'app', 'run-daemon.js'));
const load = () => loadConfig({ home, cwd: home, env: {} });

const shift = Number(start) - Date.now();
const began = performance.now();
const time = {
  wallMs: () => Date.now() + shift,
  monotonicMs: () => performance.now() - began,
  sleep: (ms, wake) =>
    new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done() {
        clearTimeout(timer);
        wake.removeEventListener('abort', done);
        resolve();
      }
      if (wake.aborted) done();
      else wake.addEventListener('abort', done);
    }),
  every: (ms, act) => {
    const timer = setInterval(act, ms);
    return () => clearInterval(timer);
  },
};

function standStill() {
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(join(home, 'RELEASE'))) Atomics.wait(nobody, 0, 0, 50);
}

await runDaemon({
  home,
  loaded: await load(),
  version: '0',
  env: {},
  now: time.wallMs(),
  time,
  observer: { onScan: ({ denials, counts }) => process.send({ denials, counts }) },
  onEvents: () => {},
  tell: ({ kind, state }) => {
    if (kind !== 'state') return;
    process.send(state);
    if (state === 'running' && mode === 'STUCK') setTimeout(standStill, 100);
  },
  reload: load,
});
process.exit(0);
