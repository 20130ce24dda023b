import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { historyFolder } from '../../src/adapters/file/file-history.ts';
import { readHistory } from '../../src/adapters/file/history-reader.ts';
import { killFilePath, readKillFile } from '../../src/adapters/file/kill-file.ts';
import { askToKill } from '../../src/app/ask-to-control.ts';
import { instantOf } from '../../src/calendar/nyse.ts';
import { type EpochMs, sessionDate } from '../../src/domain/time.ts';
import type { JournalEvent } from '../../src/events/event.ts';
import { copyBuiltProgram } from '../built-program.ts';
import { SMALL } from './daemon-world.ts';

const script = join(import.meta.dirname, 'stuck-child.mjs');
const built = copyBuiltProgram('stuck-daemon');
const children: ChildProcess[] = [];

afterEach(() => {
  for (const one of children.splice(0)) one.kill('SIGKILL');
});

const SCHEDULE = 'schedule: [{ name: scan-open, job: scan, at: "09:30", top: 5 }]\n';
const newHome = (name: string): string => built.newHome(name, `${SMALL}${SCHEDULE}`);

/** A daemon in a process of its own, and what it says, each message once. */
function daemonOf(home: string, start: EpochMs, mode: 'STUCK' | 'FREE') {
  const child = fork(script, [built.program, home, String(start), mode]);
  children.push(child);
  const said: unknown[] = [];
  child.on('message', (message) => said.push(message));
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const hears = async <T>(what: (message: unknown) => message is T): Promise<T> => {
    for (;;) {
      const found = said.find(what);
      if (found !== undefined) return found;
      if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, ended, hears };
}

const isRunning = (message: unknown): message is string => message === 'running';
interface Scan {
  readonly denials: Readonly<Record<string, number>>;
  readonly counts: { readonly submitted: number };
}
const isScan = (message: unknown): message is Scan =>
  typeof message === 'object' && message !== null && 'denials' in message;

async function eventsOf(home: string): Promise<JournalEvent[]> {
  const events: JournalEvent[] = [];
  for await (const event of readHistory(historyFolder(home)).events()) events.push(event);
  return events;
}

const beforeOpen = (seconds: number): EpochMs =>
  (instantOf(sessionDate('2026-03-05'), 9 * 60 + 30) - seconds * 1000) as EpochMs;

const neverOpened = (): Promise<never> => Promise.reject(new Error('the home was opened'));

describe('a kill while the loop of a real daemon stands still', () => {
  it('says what it could not do, and the daemon obeys with its next step', async () => {
    const home = newHome('stuck');
    const daemon = daemonOf(home, beforeOpen(6), 'STUCK');
    await daemon.hears(isRunning);
    // Past the moment at which it stops giving anything a turn.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const answer = await askToKill({
      home,
      now: beforeOpen(5),
      positions: 'keep',
      cause: 'stuck',
      timeoutMs: 1_000,
      open: neverOpened,
    });
    expect(answer).toMatchObject({ by: 'file', result: null });
    expect(answer.undone.join()).toContain('did not answer "kill"');
    expect(answer.undone.join()).toContain('not withdrawn');
    expect(readKillFile(home)).toMatchObject({ via: 'command', cause: 'stuck' });
    expect((await eventsOf(home)).some(({ type }) => type === 'kill.engaged')).toBe(false);
    writeFileSync(join(home, 'RELEASE'), '');
    const scan = await daemon.hears(isScan);
    expect(scan.counts.submitted).toBe(0);
    expect(Object.keys(scan.denials)).toContain('KILL_SWITCH');
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    const types = (await eventsOf(home)).map(({ type }) => type);
    expect(types.filter((type) => type === 'kill.engaged')).toHaveLength(1);
    expect(types).not.toContain('order.submitted');
  });

  it('by a signal is engaged at once, and by the file that it leaves for those after it', async () => {
    const home = newHome('signal');
    const daemon = daemonOf(home, beforeOpen(4), 'FREE');
    await daemon.hears(isRunning);
    daemon.child.kill('SIGUSR2');
    const scan = await daemon.hears(isScan);
    expect(Object.keys(scan.denials)).toContain('KILL_SWITCH');
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(readKillFile(home)).toMatchObject({ via: 'signal', positions: 'keep' });
    const engaged = (await eventsOf(home)).filter(({ type }) => type === 'kill.engaged');
    expect(engaged).toMatchObject([{ via: 'signal' }]);
  });
});

describe('a kill while nothing can be written', () => {
  // A process that may make files no larger than nothing, as on a disk that is full.
  it.skipIf(process.platform !== 'linux')('stops entries by the name of its file alone', () => {
    const home = newHome('full');
    const line = `trap '' XFSZ; ulimit -f 0; exec "$0" "$@"`;
    const argv = [built.bin, 'kill', '--flatten', '--confirm', 'SIM-1', '--home', home];
    const { status, stdout, stderr } = spawnSync('bash', ['-c', line, process.execPath, ...argv], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toMatchObject({ status: 21 });
    expect(stdout).toContain('Engaged by its file alone');
    expect(stdout).toContain('NOT DONE: the file of the kill switch was not written: EFBIG');
    expect(stdout).toContain('NOT DONE: positions were not sold, as far as is known');
    expect(readFileSync(killFilePath(home), 'utf8')).toBe('');
    expect(readKillFile(home)).toMatchObject({ via: 'file', positions: 'keep' });
  });
});
