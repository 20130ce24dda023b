import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names a process beyond its number, which the system uses again. Null where the system does not say. */
export interface ProcessMark {
  readonly pid: number;
  readonly host: string;
  /** Of the running kernel: changes with each start of the machine. */
  readonly bootId: string | null;
  /** The space in which the pid counts: a container has its own. */
  readonly pidSpace: string | null;
  /** When the process began, in ticks since the machine did. */
  readonly startTicks: string | null;
}

function tryRead<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Field 22 of proc_pid_stat(5); the name before it, in parentheses, may hold blanks. */
const startTicksOf = (pid: number): string | null =>
  tryRead(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  });

/** The mark of this process. */
export function ownMark(): ProcessMark {
  return {
    pid: process.pid,
    host: hostname(),
    bootId: tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    pidSpace: tryRead(() => readlinkSync('/proc/self/ns/pid')),
    startTicks: startTicksOf(process.pid),
  };
}

/** True only where it is certain that the process has ended. */
export function hasEnded(mark: ProcessMark, self: ProcessMark = ownMark()): boolean {
  if (mark.host !== self.host || mark.bootId === null || self.bootId === null) return false;
  if (mark.bootId !== self.bootId) return true;
  if (mark.pidSpace === null || mark.pidSpace !== self.pidSpace) return false;
  return startTicksOf(mark.pid) !== mark.startTicks;
}
