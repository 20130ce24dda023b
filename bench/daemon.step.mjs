// What bench/daemon.mjs runs in a fresh process: node bench/daemon.step.mjs TASK HOME
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

const [task, home] = process.argv.slice(2);
const SETTLE_MS = 4_000;
/** From twenty minutes before an open to two hours after the close, six hundred times as fast as it passes. */
const MORNING = Date.UTC(2026, 2, 5, 14, 10);
const NIGHT = Date.UTC(2026, 2, 5, 23, 0);
const SPEED = 600;

const report = (number) => console.log(JSON.stringify({ ms: number }));
const residentMb = () => process.memoryUsage.rss() / 1e6;

async function daemon(more, whenRunning) {
  // Loaded here: the bare server must not hold it.
  const { runDaemon } = await import('../dist/src/app/run-daemon.js');
  const { loadConfig } = await import('../dist/src/config/load.js');
  const load = () => loadConfig({ home, cwd: home, env: {} });
  await runDaemon({
    home,
    loaded: await load(),
    version: '0',
    env: {},
    now: Date.now(),
    observer: {},
    onEvents: () => {},
    tell: ({ state }) => {
      if (state === 'running') whenRunning?.(() => process.kill(process.pid, 'SIGTERM'));
    },
    reload: load,
    ...more,
  });
}

/** A whole session on scaled time; resolves with what the process holds after it, and its longest block. */
async function session() {
  const { scaledTime } = await import('../dist/src/adapters/system/scaled-time.js');
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const time = scaledTime(MORNING, SPEED);
  await daemon({ now: MORNING, until: NIGHT, time }, () => delay.enable());
  return { residentMb: residentMb(), blockMs: delay.max / 1e6 };
}

const tasks = {
  /** What any server that waits costs. */
  async http() {
    const server = createServer((_, response) => response.end('ok'));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    await pause(SETTLE_MS);
    report(residentMb());
    server.close();
  },
  async idle() {
    await daemon({}, async (stop) => {
      await pause(SETTLE_MS);
      report(residentMb());
      stop();
    });
  },
  async session() {
    report((await session()).residentMb);
  },
  async block() {
    report((await session()).blockMs);
  },
};

await tasks[task]();
process.exit(0);
