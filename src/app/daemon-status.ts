import { saveDaemonStatus } from '../adapters/file/daemon-status-file.ts';
import { isoUtc } from '../domain/time.ts';
import type { Daemon } from './daemon.ts';

/** How many slots to come are told. */
const NEXT_SLOTS = 6;

/** Writes down how a daemon is, for `status`; it proves nothing and nothing is built on it. */
export function writeDaemonStatus(
  home: string,
  daemon: Daemon,
  told: { cause: string; idle: string },
): void {
  const { state, agenda, runner, timetable, startedAt, now } = daemon;
  if (state === null) return;
  const { last } = runner;
  const line = daemon.system.link?.standing;
  saveDaemonStatus(home, {
    state,
    cause: told.cause,
    startedAt: isoUtc(startedAt),
    updatedAt: isoUtc(now),
    brokerSession: timetable.state,
    ...(line === undefined ? {} : { link: { state: line.state, cause: line.cause } }),
    armed: daemon.system.loaded.switches.armed,
    idle: told.idle,
    next: agenda.waiting
      .slice(0, NEXT_SLOTS)
      .map(({ slot, at }) => ({ slot: slot.row.name, job: slot.row.job, at: isoUtc(at) })),
    running: last?.to === null ? { slot: last.slot, since: isoUtc(last.from) } : null,
    rssBytes: process.memoryUsage.rss(),
  });
}
