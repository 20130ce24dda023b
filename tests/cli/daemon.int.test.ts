import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { historyFolder } from '../../src/adapters/file/file-history.ts';
import { readHistory } from '../../src/adapters/file/history-reader.ts';
import { readKillFile } from '../../src/adapters/file/kill-file.ts';
import type { EventOf } from '../../src/events/event.ts';
import { copyBuiltProgram } from '../built-program.ts';
import { all } from '../history-scenes.ts';

const built = copyBuiltProgram('daemon-process');
const children: ChildProcess[] = [];
let homes = 0;

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const newHome = (): string => built.newHome(`home-${homes++}`, 'identity: { name: desk }\n');

/** A daemon in a process of its own. */
class Process {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  stdout = '';
  stderr = '';

  constructor(home: string, ...nodeOptions: string[]) {
    const line = [...nodeOptions, built.bin, 'daemon', '--home', home];
    const env = { ...process.env, ...envOf(home) };
    this.child = spawn(process.execPath, line, { env });
    children.push(this.child);
    this.child.stdout?.on('data', (text: Buffer) => {
      this.stdout += text.toString();
    });
    this.child.stderr?.on('data', (text: Buffer) => {
      this.stderr += text.toString();
    });
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Resolves once standard error has the text; fails when the process ends before. */
  async says(text: string): Promise<void> {
    const gone = this.ended.then(() => {
      if (!this.stderr.includes(text)) throw new Error(`ended without "${text}": ${this.stderr}`);
    });
    const heard = new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.stderr.includes(text)) resolve();
      };
      this.child.stderr?.on('data', look);
      look();
    });
    await Promise.race([heard, gone]);
  }
}

/** Sends the program a signal just before it listens to signals of other kinds. */
const KILLED_EARLY = `data:text/javascript,${encodeURIComponent(`
  const { on } = process;
  process.on = (name, act) => {
    if (name === 'SIGHUP') {
      process.on = on;
      process.kill(process.pid, 'SIGUSR2');
    }
    return on.call(process, name, act);
  };`)}`;

async function killsIn(home: string): Promise<EventOf<'kill.engaged'>[]> {
  const events = await all(readHistory(historyFolder(home)).events());
  return events.filter((event): event is EventOf<'kill.engaged'> => event.type === 'kill.engaged');
}

/** A service manager that is a file: what it is told, line by line. */
function envOf(home: string): Record<string, string> {
  const bin = join(home, 'bin');
  if (!existsSync(bin)) return {};
  return {
    PATH: `${bin}:${process.env.PATH ?? ''}`,
    NOTIFY_SOCKET: join(home, 'socket'),
    WATCHDOG_USEC: '3000000',
  };
}

describe('the daemon as a process', () => {
  it('ends with 0 on SIGTERM, and says what it holds', async () => {
    const daemon = new Process(newHome());
    await daemon.says('running: ');
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toEqual({ code: 0, signal: null });
    expect(daemon.stdout).toBe('Stopped: SIGTERM. Nothing is held.\n');
  });

  it('ends at once, with 130, on a second Ctrl-C', async () => {
    const daemon = new Process(newHome());
    await daemon.says('running: ');
    daemon.child.kill('SIGINT');
    daemon.child.kill('SIGINT');
    const { code } = await daemon.ended;
    // The first may have been done with before the second came.
    expect([0, 130]).toContain(code);
  });

  it('ends a rehearsal with 130 where it is stopped before its last session', async () => {
    const home = built.newHome(`home-${homes++}`, 'data: { synthetic: { symbols: 20 } }\n');
    const dates = ['--simulate', '--from', '2020-01-02', '--to', '2025-12-31'];
    const line = [built.bin, 'daemon', ...dates, '--home', home];
    const child = spawn(process.execPath, line, { env: process.env });
    children.push(child);
    let stdout = '';
    child.stdout.on('data', (text: Buffer) => {
      stdout += text.toString();
    });
    child.stderr.on('data', (text: Buffer) => {
      if (text.toString().includes(' 21 sessions ')) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(stdout).toMatch(
      /^Stopped: SIGINT, at \w{3} 2020-\d\d-\d\d \d\d:\d\d ET of 2020-01-02 to 2025-12-31: \d\d sessions/,
    );
    expect(stdout).toContain('The same command goes on from there.');
  });

  it('refuses to be the second, naming the first, with 75', async () => {
    const home = newHome();
    const first = new Process(home);
    await first.says('running: ');
    const second = new Process(home);
    expect((await second.ended).code).toBe(75);
    expect(second.stderr).toContain(`held by daemon, process ${first.child.pid} on `);
    expect(first.child.exitCode).toBeNull();
  });

  it('is told to be armed by its own environment, not by that of whoever asks', async () => {
    const home = newHome();
    writeFileSync(join(home, '.env'), 'TRADE_LABS_ARMED=1\n', { mode: 0o600 });
    const daemon = new Process(home);
    await daemon.says('running: ');
    writeFileSync(join(home, '.env'), '');
    const status = spawnSync(process.execPath, [built.bin, 'status', '--home', home], {
      encoding: 'utf8',
    });
    expect(status.stdout).toMatch(/Desk .* armed · trading active/);
    expect(status.stdout).not.toContain('not armed');
    daemon.child.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
  });

  it('is followed at once by another where it was killed', async () => {
    const home = newHome();
    const first = new Process(home);
    await first.says('running: ');
    first.child.kill('SIGKILL');
    await first.ended;
    const second = new Process(home);
    await second.says('running: ');
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  });

  it('engages the kill switch by a signal that comes while it starts', async () => {
    const home = newHome();
    const daemon = new Process(home, '--import', KILLED_EARLY);
    await daemon.says('running: ');
    expect(readKillFile(home)).toMatchObject({ via: 'signal', positions: 'keep' });
    await expect.poll(() => killsIn(home)).toMatchObject([{ via: 'signal' }]);
    daemon.child.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
  });

  it('reads its configuration again on SIGHUP, and keeps the old one where the new is wrong', async () => {
    const home = newHome();
    const daemon = new Process(home);
    await daemon.says('running: ');
    const file = join(home, 'config', 'trade-labs.yaml');
    writeFileSync(file, 'identity: { name: desk }\nrisk: { maxPositions: -1 }\n');
    daemon.child.kill('SIGHUP');
    await daemon.says('the new configuration is refused, the old one counts');
    writeFileSync(file, 'identity: { name: desk }\nrisk: { maxPositions: 5 }\n');
    daemon.child.kill('SIGHUP');
    await daemon.says('the configuration changed: risk.maxPositions');
    daemon.child.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
  });

  it('tells a service manager that it is ready, alive and stopping', async () => {
    const home = newHome();
    const bin = join(home, 'bin');
    const told = join(home, 'told.txt');
    mkdirSync(bin);
    writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$@" >> '${told}'\n`, {
      mode: 0o755,
    });
    const daemon = new Process(home);
    await daemon.says('running: ');
    await daemon.says('Next: ');
    daemon.child.kill('SIGTERM');
    await daemon.ended;
    // Each word is said by a process of its own, which may outlive the daemon for a moment.
    const lines = () => readFileSync(told, 'utf8');
    await expect.poll(lines).toContain('STOPPING=1');
    await expect.poll(lines).toContain(`--no-block --pid=${daemon.child.pid} READY=1`);
    await expect.poll(lines).toContain('WATCHDOG=1');
  });
});
