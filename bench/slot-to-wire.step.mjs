// What bench/slot-to-wire.mjs runs in fresh processes: node bench/slot-to-wire.step.mjs warm|cold HOME
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [task, home, since] = process.argv.slice(2);
const ACCOUNT = 'DU1234567';
const ENTRIES = 5;
const SYMBOLS = 150;
/** New York, 5 March 2026. */
const at = (hour, minute, second = 0) => Date.UTC(2026, 2, 5, hour + 5, minute, second);
const FROM = at(9, 30, 30);
const SLOT = at(9, 33);
/** Up to here time passes faster; what is measured takes the time it takes. */
const FAST_UNTIL = SLOT - 8_000;
const SPEED = 15;
const UNTIL = SLOT + 15_000;

/** Time at two speeds, the same in both processes. */
function twoSpeeds(start) {
  const fastMs = (FAST_UNTIL - FROM) / SPEED;
  const real = () => Date.now() - start;
  const wallMs = () => {
    const passed = real();
    return passed < fastMs ? FROM + passed * SPEED : FAST_UNTIL + passed - fastMs;
  };
  const realAt = (wall) => (wall < FAST_UNTIL ? (wall - FROM) / SPEED : fastMs + wall - FAST_UNTIL);
  const sleep = (ms, wake) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        wake?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, realAt(wallMs() + ms) - real()));
      wake?.addEventListener('abort', done, { once: true });
      if (wake?.aborted) done();
    });
  const every = (ms, act) => {
    const timer = setInterval(() => act(), ms);
    timer.unref();
    return () => clearInterval(timer);
  };
  return { wallMs, monotonicMs: () => wallMs() - FROM, sleep, every };
}

async function serve() {
  const { MarketServer } = await import('../dist/src/testing/fake-tws/market-server.js');
  const { syntheticSourceOf } = await import('../dist/src/app/synthetic.js');
  const source = syntheticSourceOf({ seed: 1, symbols: SYMBOLS });
  const market = new MarketServer({
    source,
    time: twoSpeeds(Number(since)),
    account: ACCOUNT,
    startingCash: 1_000_000,
    version: 193,
    childArm: 'partial',
    commissionDelayMs: 200,
  });
  process.send(await market.listen());
  process.once('message', () => {
    const placed = market.tws.audit.messages.filter(({ kind }) => kind === 'place');
    process.send({ placed, findings: market.tws.audit.findings() });
    process.exit(0);
  });
  await market.run(new AbortController().signal);
}

async function measure() {
  const start = Date.now() + 3_000;
  const server = fork(import.meta.filename, ['serve', home, String(start)]);
  const heard = () => new Promise((resolve) => server.once('message', resolve));
  const port = await heard();
  mkdirSync(join(home, 'config'), { recursive: true });
  const warm = task === 'warm' ? '  - { name: warm, job: warm, at: "09:31" }\n' : '';
  writeFileSync(
    join(home, 'config', 'trade-labs.yaml'),
    `mode: paper
broker: ib
ib: { host: 127.0.0.1, port: ${port}, clientId: 17, account: ${ACCOUNT} }
capital: { maxUsd: 1000000 }
schedule:
${warm}  - { name: scan-bench, job: scan, at: "09:33", top: ${ENTRIES} }
`,
  );
  const { runDaemon } = await import('../dist/src/app/run-daemon.js');
  const { loadConfig } = await import('../dist/src/config/load.js');
  const load = () => loadConfig({ home, cwd: home, env: { TRADE_LABS_ARMED: '1' } });
  const time = twoSpeeds(start);
  await runDaemon({
    home,
    loaded: await load(),
    version: '0',
    env: {},
    now: FROM,
    until: UNTIL,
    time,
    observer: {},
    onEvents: () => {},
    tell: () => {},
    reload: load,
  });
  server.send('report');
  const { placed, findings } = await heard();
  const entries = placed.filter(({ action }) => action === 'BUY');
  if (entries.length !== ENTRIES) throw new Error(`${entries.length} entries, not ${ENTRIES}`);
  if (findings.length > 0) throw new Error(findings.join('\n'));
  const last = Math.max(...placed.map((message) => message.at));
  console.log(JSON.stringify({ ms: last - SLOT }));
  process.exit(0);
}

await (task === 'serve' ? serve() : measure());
