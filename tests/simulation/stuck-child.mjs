/**
 * Runs the built daemon from an instant on, for tests that stop its loop. Time passes once a file named RELEASE is in
 * the home. Says each state; with STUCK it stands still, without giving anything else a turn, from the state running
 * until that file is there, and says so before. Usage: node stuck-child.mjs PROGRAM HOME START_MS STUCK|FREE
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const [program, home, start, mode] = process.argv.slice(2);
const dist = join(program, 'dist', 'src');
const { loadConfig } = await import(join(dist, 'config', 'load.js'));
const { runDaemon } = await import(join(dist, 'app', 'run-daemon.js'));
const load = () => loadConfig({ home, cwd: home, env: {} });

let began = null;
const isReleased = () => existsSync(join(home, 'RELEASE'));
function passedMs() {
  if (began === null && isReleased()) began = performance.now();
  return began === null ? 0 : performance.now() - began;
}

const time = {
  wallMs: () => Number(start) + passedMs(),
  monotonicMs: passedMs,
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
    const timer = setInterval(() => act(), ms);
    return () => clearInterval(timer);
  },
};

function standStill() {
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  while (!isReleased()) Atomics.wait(nobody, 0, 0, 50);
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
    if (state === 'running' && mode === 'STUCK') process.send('stuck', standStill);
  },
  reload: load,
});
process.exit(0);
