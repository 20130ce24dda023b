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

/** A daemon in a process of its own, for which it is just before the open, and what it says, each message once. */
function daemonOf(home: string, mode: 'STUCK' | 'FREE') {
  const child = fork(script, [built.program, home, String(BEFORE_OPEN), mode]);
  children.push(child);
  const said: unknown[] = [];
  child.on('message', (message) => said.push(message));
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const hears = async <T>(what: (message: unknown) => message is T): Promise<T> => {
    for (;;) {
      const found = said.find(what);
      if (found !== undefined) return found;
      const ended = child.exitCode ?? child.signalCode;
      if (ended !== null) throw new Error(`the daemon ended with ${ended}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, ended, hears };
}

const isStuck = (message: unknown): message is string => message === 'stuck';
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

const BEFORE_OPEN = (instantOf(sessionDate('2026-03-05'), 9 * 60 + 30) - 2_000) as EpochMs;

/** Lets time pass for the daemon of a home. */
const release = (home: string): void => writeFileSync(join(home, 'RELEASE'), '');

const engagedIn = async (home: string) =>
  (await eventsOf(home)).filter(({ type }) => type === 'kill.engaged');

const neverOpened = (): Promise<never> => Promise.reject(new Error('the home was opened'));

describe('a kill while the loop of a real daemon stands still', () => {
  it('says what it could not do, and the daemon obeys with its next step', async () => {
    const home = newHome('stuck');
    const daemon = daemonOf(home, 'STUCK');
    await daemon.hears(isStuck);
    const answer = await askToKill({
      home,
      now: BEFORE_OPEN,
      positions: 'keep',
      cause: 'stuck',
      timeoutMs: 1_000,
      open: neverOpened,
    });
    expect(answer).toMatchObject({ by: 'file', result: null });
    expect(answer.undone.join()).toContain('did not answer "kill"');
    expect(answer.undone.join()).toContain('not withdrawn');
    expect(readKillFile(home)).toMatchObject({ via: 'command', cause: 'stuck' });
    expect(await engagedIn(home)).toEqual([]);
    release(home);
    const scan = await daemon.hears(isScan);
    expect(scan.counts.submitted).toBe(0);
    expect(Object.keys(scan.denials)).toContain('KILL_SWITCH');
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(await engagedIn(home)).toHaveLength(1);
    const types = (await eventsOf(home)).map(({ type }) => type);
    expect(types).not.toContain('order.submitted');
  });

  it('by a signal is engaged at once, and by the file that it leaves for those after it', async () => {
    const home = newHome('signal');
    const daemon = daemonOf(home, 'FREE');
    await daemon.hears(isRunning);
    daemon.child.kill('SIGUSR2');
    // No time passes until it is.
    await expect.poll(() => engagedIn(home)).toHaveLength(1);
    release(home);
    const scan = await daemon.hears(isScan);
    expect(Object.keys(scan.denials)).toContain('KILL_SWITCH');
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(readKillFile(home)).toMatchObject({ via: 'signal', positions: 'keep' });
    expect(await engagedIn(home)).toMatchObject([{ via: 'signal' }]);
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
