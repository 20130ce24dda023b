import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { historyFolder } from '../../src/adapters/file/file-history.ts';
import { readHistory } from '../../src/adapters/file/history-reader.ts';
import { scaledTime } from '../../src/adapters/system/scaled-time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import { MarketServer } from '../../src/testing/fake-tws/market-server.ts';
import type { PathPoint } from '../../src/testing/fake-tws/scripted-bars.ts';
import { copyBuiltProgram } from '../built-program.ts';
import { paperFindings } from '../simulation/paper-audit.ts';
import {
  ACCOUNT,
  at,
  DATE,
  flatBut,
  IDLE,
  NARROW,
  STEADY,
  stocks,
  VOLATILE,
} from '../simulation/paper-desk.ts';

const SPEED = 30;
const [FROM, UNTIL] = [at('15:41'), at('16:19')];
/** Minutes after the open. */
const minute = (time: string): number => (at(time) - at('09:30')) / 60_000;
/** One is stopped out, one reaches its target, and one stays where it is. */
const PATHS: Readonly<Record<string, readonly PathPoint[]>> = {
  [VOLATILE]: [
    [0, 1],
    [minute('15:49'), 1],
    [minute('15:50'), 0.85],
  ],
  [NARROW]: [
    [0, 1],
    [minute('15:52'), 1],
    [minute('15:54'), 1.08],
  ],
};
const CONFIG = `mode: paper
broker: ib
exits: { target: { kind: r, multiple: 1 } }
# A busy machine may take a second, which is half a minute of this time.
entry: { noEntryLastMinutes: 5, maxQuoteAgeMs: 60000 }
jobs: { reconcile: { attempts: 10 }, report: { attempts: 10 } }
schedule:
  - { name: scan-first,  job: scan,      at: "15:44", top: 2 }
  - { name: scan-second, job: scan,      at: "15:47", top: 3 }
  - { name: reconcile,   job: reconcile, at: close }
  - { name: report,      job: report,    at: close+16m }
`;

const child = join(import.meta.dirname, 'paper-child.mjs');
const built = copyBuiltProgram('paper-kills');
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A market that goes on by itself, thirty times as fast as the machine. */
async function serve() {
  const since = Date.now();
  const time = scaledTime(FROM, SPEED);
  const market = new MarketServer({
    source: flatBut(stocks([VOLATILE, NARROW, STEADY, ...IDLE]), PATHS),
    time,
    account: ACCOUNT,
    startingCash: 100_000,
    version: 193,
    childArm: 'partial',
    commissionDelayMs: 200,
  });
  const port = await market.listen();
  const stop = new AbortController();
  const running = market.run(stop.signal);
  open.push(async () => {
    stop.abort();
    await running;
    await market.tws.close();
  });
  return { market, port, time, since };
}

/** A process that runs the daemon. Resolves with how it ended. */
function daemon(home: string, since: number): { process: ChildProcess; ended: Promise<string> } {
  const args = [built.program, home, FROM, since, SPEED, UNTIL].map(String);
  const process = fork(child, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  open.push(() => process.kill('SIGKILL'));
  let stderr = '';
  process.stderr?.on('data', (text: Buffer) => {
    stderr += text.toString();
  });
  const ended = new Promise<string>((resolve) => {
    process.once('exit', (code, signal) =>
      resolve(signal ?? (code === 0 ? 'whole' : `${code}: ${stderr}`)),
    );
  });
  return { process, ended };
}

async function eventsOf(home: string): Promise<JournalEvent[]> {
  const events: JournalEvent[] = [];
  for await (const event of readHistory(historyFolder(home)).events()) events.push(event);
  return events;
}

describe('a session in mode paper whose daemon is killed', () => {
  it('in the middle of a scan, while shares are held, and at the close: ends with books that agree', async () => {
    const { market, port, time, since } = await serve();
    const ib = `ib: { host: 127.0.0.1, port: ${port}, clientId: 17, account: ${ACCOUNT} }\n`;
    const home = built.newHome('home', `${CONFIG}${ib}`);
    const kills = [at('15:47:02'), at('15:51'), at('16:00:01')];
    for (const kill of kills) {
      const { process, ended } = daemon(home, since);
      await time.sleep(kill - time.wallMs(), new AbortController().signal);
      process.kill('SIGKILL');
      expect(await ended).toBe('SIGKILL');
    }
    expect(await daemon(home, since).ended).toBe('whole');

    const events = await eventsOf(home);
    expect(await paperFindings(market.tws, home, events)).toEqual([]);
    const closed = events.filter((event) => event.type === 'trade.closed');
    expect(closed.map(({ symbol, exitReason }) => `${symbol} ${exitReason}`)).toEqual([
      `${VOLATILE} stop`,
      `${NARROW} target`,
    ]);
    const slots = events.filter((event) => event.type === 'slot.claimed');
    expect(slots.map(({ slot }) => slot)).toEqual([
      'scan-first',
      'scan-second',
      'reconcile',
      'report',
    ]);
    const differences = events.flatMap((event) =>
      event.type === 'reconcile.completed' ? event.discrepancies : [],
    );
    expect(differences).toEqual([]);
    expect(existsSync(join(home, 'reports', 'daily', DATE, 'report.json'))).toBe(true);
  });
});
