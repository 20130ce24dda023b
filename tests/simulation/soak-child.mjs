/**
 * Plays years on the simulated clock with the built program, started with --expose-gc, and tells after every thousand
 * slots what its heap holds. Usage: node --expose-gc soak-child.mjs PROGRAM HOME FROM TO
 */
import { join } from 'node:path';

const [program, home, from, to] = process.argv.slice(2);
const dist = join(program, 'dist', 'src');
const { loadConfig } = await import(join(dist, 'config', 'load.js'));
const { runDaemon } = await import(join(dist, 'app', 'run-daemon.js'));
const load = () => loadConfig({ home, cwd: home, env: {} });
let slots = 0;

function count(event) {
  if (event.type !== 'slot.claimed') return;
  slots += 1;
  if (slots % 1_000 !== 0) return;
  globalThis.gc();
  process.send({ slots, heapBytes: process.memoryUsage().heapUsed });
}

await runDaemon({
  home,
  loaded: await load(),
  version: '0',
  env: {},
  now: 0,
  simulate: { from, to },
  observer: {},
  onEvents: (events) => events.forEach(count),
  tell: () => {},
  reload: load,
});
process.exit(0);
