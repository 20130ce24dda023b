import { describe, expect, it } from 'vitest';
import { saveDaemonStatus } from '../../src/adapters/file/daemon-status-file.ts';
import { openHistory } from '../../src/adapters/file/file-history.ts';
import { lockHome } from '../../src/adapters/file/home-lock.ts';
import { epochMs } from '../../src/domain/time.ts';
import type { EventDraft } from '../../src/events/event.ts';
import { Book } from '../../src/ledger/book.ts';
import { runStarted } from '../history-scenes.ts';
import { run } from './fake-world.ts';
import { contents, inFolder, put } from './homes.ts';

const DAEMON = {
  state: 'running',
  cause: '',
  brokerSession: 'open',
  idle: '',
  running: null,
  rssBytes: 0,
} as const;
const SYNTHETIC = 'data: { synthetic: { seed: 1, symbols: 12 } }\n';
const SMALL = { 'config/trade-labs.yaml': SYNTHETIC };
const LIMIT = 'risk.maxDrawdownFraction';

/** A home in which the session of 2026-03-03 was played. */
async function playOneSession(dir: string): Promise<void> {
  put(dir, SMALL);
  const line = ['daemon', '--simulate', '--from', '2026-03-03', '--to', '2026-03-03'];
  await run(line, { cwd: dir });
}

describe('status', () => {
  it('says of an empty home that nothing ran, what comes next, and changes nothing', () =>
    inFolder(async (dir) => {
      const { exit, stdout } = await run(['status'], { cwd: dir });
      expect(exit).toBe(0);
      expect(stdout).toContain('DOWN: none has run here');
      expect(stdout).toContain('Market      open until 16:00 ET');
      expect(stdout).toContain('Next        scan-midday Thu 2026-03-05 12:00 ET, in 2 h 30 min');
      expect(stdout).toContain('Next: trade-labs daemon');
      expect(contents(dir).size).toBe(0);
    }));

  it('names the day of what comes on a later one', () =>
    inFolder(async (dir) => {
      put(dir, {
        'config/trade-labs.yaml':
          'schedule: [{ name: scan-open, job: scan, at: "09:30", top: 5 }, { name: report, job: report, at: close+60m, period: daily }]\n',
      });
      const { stdout } = await run(['status'], { cwd: dir });
      expect(stdout).toMatch(/Next +report .* 17:00 ET, in .* · scan-open Fri 2026-03-06 09:30 ET/);
    }));

  it('reads the history of a home whose daemon is down', () =>
    inFolder(async (dir) => {
      put(dir, SMALL);
      const line = ['daemon', '--simulate', '--from', '2026-03-03', '--to', '2026-03-04'];
      await run(line, { cwd: dir });
      const { stdout } = await run(['status'], { cwd: dir });
      expect(stdout).toContain('DOWN: stopped, its time is over');
      expect(stdout).toMatch(/Equity +\$\d+,\d+\.\d\d, cash .* at the marks of 2026-03-04/);
      expect(stdout).toMatch(/Positions +\d+ of 10, open risk \$/);
      expect(stdout).toMatch(/Last run +backup completed Wed 2026-03-04 17:30 ET/);
      expect(stdout).toMatch(/Reconciled +no difference, Wed 2026-03-04 16:00 ET/);
      expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(14);
    }));

  it('knows of the last comparison also when the history was opened since', () =>
    inFolder(async (dir) => {
      await playOneSession(dir);
      await run(['history', 'rebuild'], { cwd: dir });
      const { stdout } = await run(['status'], { cwd: dir });
      expect(stdout).toMatch(/Reconciled +no difference, Tue 2026-03-03 16:00 ET/);
    }));

  it('takes no comparison that failed for the last one', () =>
    inFolder(async (dir) => {
      await playOneSession(dir);
      const at = epochMs(Date.parse('2026-03-04T21:00:00Z'));
      const history = await openHistory({
        home: dir,
        mode: 'sim',
        account: 'SIM-1',
        version: '0.1.0',
        clock: { now: () => at },
        fold: new Book(),
        newFold: () => new Book(),
      });
      const runId = '2026-03-04-reconcile';
      const started = { ...runStarted(runId, at), job: 'reconcile', slot: 'reconcile' };
      const failed = { code: 'BROKER_ERROR', message: 'no answer' };
      await history.append([started as EventDraft, { type: 'run.failed', runId, at, ...failed }]);
      await history.close();
      await run(['history', 'rebuild'], { cwd: dir });
      const { stdout } = await run(['status'], { cwd: dir });
      expect(stdout).toMatch(/Last run +reconcile failed/);
      expect(stdout).toMatch(/Reconciled +no difference, Tue 2026-03-03 16:00 ET/);
    }));

  it('says of sessions that are played that they are, and of no daemon that it ended', () =>
    inFolder(async (dir) => {
      await playOneSession(dir);
      const now = epochMs(Date.parse('2026-03-05T14:30:00Z'));
      const lock = await lockHome({ home: dir, role: 'simulated daemon', now });
      const { stdout } = await run(['status'], { cwd: dir });
      await lock.release();
      expect(stdout).toMatch(/^Daemon +plays sessions on a simulated clock · pid \d+ on /);
      expect(stdout).not.toContain('DOWN');
    }));

  it('is a document for programs', () =>
    inFolder(async (dir) => {
      await playOneSession(dir);
      const { stdout } = await run(['status', '--json'], { cwd: dir });
      expect(JSON.parse(stdout)).toMatchObject({
        ok: true,
        data: {
          running: false,
          holder: null,
          mode: 'sim',
          account: { lastClose: '2026-03-03' },
          daemon: { state: 'stopped' },
          lastReconcile: { differences: 0 },
        },
      });
    }));

  it('says of a daemon that it stands still once it gives no sign of life, and not before', () =>
    inFolder(async (dir) => {
      put(dir, SMALL);
      const since = Date.parse('2026-03-05T15:00:00Z');
      const lock = await lockHome({ home: dir, role: 'daemon', now: epochMs(since) });
      const told = (startedAt: string, updatedAt: string) =>
        saveDaemonStatus(dir, { ...DAEMON, next: [], startedAt, updatedAt });
      const line = async (now: string) => {
        const { stdout } = await run(['status'], { cwd: dir, now });
        return /^Daemon +(.*) · pid/m.exec(stdout)?.[1];
      };
      told('2026-03-04T15:00:01.000Z', '2026-03-04T16:00:00.000Z');
      expect(await line('2026-03-05T15:00:05Z')).toBe('starting');
      told('2026-03-05T15:00:01.000Z', '2026-03-05T16:00:00.000Z');
      expect(await line('2026-03-05T16:01:00Z')).toBe('running');
      const later = '2026-03-05T16:05:00Z';
      expect(await line(later)).toBe('NO SIGN OF LIFE for 5 min, was running');
      const { stdout } = await run(['status', '--json'], { cwd: dir, now: later });
      expect(JSON.parse(stdout).data.silentMs).toBe(5 * 60_000);
      await lock.release();
    }));

  it('shows the drawdown that the limit counts, also after its peak was rebased', () =>
    inFolder(async (dir) => {
      put(dir, SMALL);
      const days = ['--from', '2026-03-02', '--to', '2026-03-04'];
      await run(['daemon', '--simulate', ...days], { cwd: dir });
      const now = '2026-03-05T15:00:00Z';
      const shown = async () => {
        const told = async (command: string) =>
          JSON.parse((await run([command, '--json'], { cwd: dir, now })).stdout).data;
        const { limits } = await told('risk');
        const { used } = limits.find((one: { key: string }) => one.key === LIMIT);
        const { stdout } = await run(['status'], { cwd: dir, now });
        const { account } = await told('status');
        return { used, status: -account.drawdown, text: /drawdown (.*)$/m.exec(stdout)?.[1] };
      };
      const before = await shown();
      expect(before.used).toBeGreaterThan(0);
      expect(before.status).toBe(before.used);
      const percent = `${(before.used * 100).toFixed(2)} %`;
      expect(before.text).toBe(`${percent} of 10.00 % at the last close`);
      const rebased = await run(['resume', '--rebase-peak', '--confirm', 'SIM-1'], {
        cwd: dir,
        now,
      });
      expect(rebased.exit, rebased.stderr).toBe(0);
      expect(await shown()).toMatchObject({
        used: 0,
        text: '0.00 % of 10.00 % at the last close',
      });
    }));

  it('is watched on a terminal only', () =>
    inFolder(async (dir) => {
      const { exit, stderr } = await run(['status', '--watch'], { cwd: dir });
      expect(exit).toBe(2);
      expect(stderr).toContain('--watch is for a terminal');
      const stop = new AbortController();
      const watched = await run(['status', '--watch'], {
        cwd: dir,
        terminal: 100,
        interrupt: stop.signal,
        onStdout: () => stop.abort(),
      });
      expect(watched.exit).toBe(0);
      expect(watched.stdout).toContain('The daemon is down.');
    }));
});

describe('doctor', () => {
  it('proves a fresh home by playing a session beside it', () =>
    inFolder(async (dir) => {
      put(dir, SMALL);
      const { exit, stdout } = await run(['doctor'], { cwd: dir });
      expect(exit, stdout).toBe(0);
      for (const proof of [
        'History   journal and views: none yet',
        'Log       writes: a line was written and read back',
        'Broker    answers: simulated account SIM-1',
        'Schedule  a session runs: 6 slots of 2026-03-04',
        'Books     reconcile:',
        'Report    is computed: the report of 2026-03-04',
        'History   is written right:',
      ]) {
        expect(stdout).toContain(`✓ ${proof}`);
      }
      expect([...contents(dir).keys()].filter((name) => !name.startsWith('logs/'))).toEqual([
        'config/trade-labs.yaml',
      ]);
    }));

  it.each(['debug', 'info', 'error'])(
    'looks at a log that keeps %s, and raises no error',
    (level) =>
      inFolder(async (dir) => {
        put(dir, { 'config/trade-labs.yaml': `${SYNTHETIC}logs: { level: ${level} }\n` });
        const { stdout } = await run(['doctor'], { cwd: dir });
        expect(stdout).toContain('✓ Log       writes: a line was written and read back');
        const log = contents(dir).get('logs/trade-labs.log') ?? '';
        expect(log).toContain(`"level":"${level}"`);
        if (level !== 'error') expect(log).not.toContain('"level":"error"');
      }),
  );

  it('sends whoever trades at a broker on to its gateway', () =>
    inFolder(async (dir) => {
      put(dir, { 'config/trade-labs.yaml': `${SYNTHETIC}mode: paper\nbroker: ib\n` });
      const { exit, stdout } = await run(['doctor'], { cwd: dir });
      expect(exit, stdout).toBe(0);
      expect(stdout).toContain('Next: trade-labs doctor ib');
    }));

  it('finds a damaged history, and says what to do', () =>
    inFolder(async (dir) => {
      await playOneSession(dir);
      const name = 'data/trade_history/journal/2026-03.jsonl';
      const journal = contents(dir).get(name) ?? '';
      put(dir, { [name]: journal.replace('"amount":100000', '"amount":100001') });
      const { exit, stdout } = await run(['doctor'], { cwd: dir });
      expect(exit).toBe(20);
      expect(stdout).toMatch(/✗ History +journal and views: .*does not match its hash/);
      expect(stdout).toContain('Try: trade-labs history verify');
    }));

  it('finds a log that cannot be written', () =>
    inFolder(async (dir) => {
      put(dir, { ...SMALL, logs: 'a file in the way' });
      const { exit, stdout } = await run(['doctor', '--json'], { cwd: dir });
      expect(exit).toBe(20);
      const { data } = JSON.parse(stdout) as {
        data: { findings: { group: string; result: string }[] };
      };
      expect(data.findings.filter(({ result }) => result === 'broken')).toMatchObject([
        { group: 'Log' },
      ]);
    }));
});
