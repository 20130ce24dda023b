/**
 * Runs the built program's daemon on a time that passes faster, for tests that kill it. Usage:
 * node paper-child.mjs PROGRAM HOME FROM SINCE SPEED UNTIL
 */
import { join } from 'node:path';

const [program, home, from, since, speed, until] = process.argv.slice(2);
const dist = join(program, 'dist', 'src');
const { loadConfig } = await import(join(dist, 'config', 'load.js'));
const { scaledTime } = await import(join(dist, 'adapters', 'system', 'scaled-time.js'));
const { runDaemon } = await import(join(dist, 'app', 'run-daemon.js'));
const env = { TRADE_LABS_ARMED: '1' };
const load = () => loadConfig({ home, cwd: home, env });
// The instant FROM was at SINCE, by the machine's clock.
const time = scaledTime(Number(from) + (Date.now() - Number(since)) * Number(speed), Number(speed));
await runDaemon({
  home,
  loaded: await load(),
  version: '0',
  env: {},
  now: Math.floor(time.wallMs()),
  until: Number(until),
  time,
  observer: {},
  onEvents: () => {},
  tell: () => {},
  reload: load,
});
process.exit(0);
