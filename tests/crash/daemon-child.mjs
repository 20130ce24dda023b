/**
 * Plays dates on the simulated clock with the built program, for tests that kill it. Says when it begins to play, so
 * that kills fall into the week and not into the start of Node.js. Usage: node daemon-child.mjs PROGRAM HOME FROM TO
 */
import { join } from 'node:path';

const [program, home, from, to] = process.argv.slice(2);
const dist = join(program, 'dist', 'src');
const { loadConfig } = await import(join(dist, 'config', 'load.js'));
const { runDaemon } = await import(join(dist, 'app', 'run-daemon.js'));
const load = () => loadConfig({ home, cwd: home, env: {} });
await runDaemon({
  home,
  loaded: await load(),
  version: '0',
  env: {},
  now: 0,
  simulate: { from, to },
  observer: {},
  onEvents: () => {},
  tell: ({ kind, state }) => {
    if (kind === 'state') process.send?.(state);
  },
  reload: load,
});
process.exit(0);
