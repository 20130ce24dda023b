import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readWhole } from '../adapters/file/atomic-file.ts';
import { nodeFileSystem } from '../adapters/file/node-file-system.ts';
import { BROKER_SESSIONS, DAEMON_STATES } from '../domain/run.ts';
import { isoUtc } from '../domain/time.ts';
import type { Daemon } from './daemon.ts';

const waiting = z.strictObject({ slot: z.string(), job: z.string(), at: z.string() });

const schema = z.strictObject({
  state: z.enum(DAEMON_STATES),
  cause: z.string(),
  startedAt: z.string(),
  updatedAt: z.string(),
  brokerSession: z.enum(BROKER_SESSIONS),
  idle: z.string(),
  next: z.array(waiting),
  running: z.strictObject({ slot: z.string(), since: z.string() }).nullable(),
  rssBytes: z.int(),
});

/** What a daemon last said of itself. Instants are ISO 8601, UTC. */
export type DaemonStatus = z.output<typeof schema>;

const pathOf = (home: string): string => join(home, 'data', 'state', 'daemon.json');

/** What the daemon of a home last said; null where none ever ran or it cannot be read. */
export function readDaemonStatus(home: string): DaemonStatus | null {
  const text = readWhole(nodeFileSystem, pathOf(home))?.toString('utf8');
  if (text === undefined) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

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
  const status: DaemonStatus = {
    state,
    cause: told.cause,
    startedAt: isoUtc(startedAt),
    updatedAt: isoUtc(now),
    brokerSession: timetable.state,
    idle: told.idle,
    next: agenda.waiting
      .slice(0, NEXT_SLOTS)
      .map(({ slot, at }) => ({ slot: slot.row.name, job: slot.row.job, at: isoUtc(at) })),
    running: last?.to === null ? { slot: last.slot, since: isoUtc(last.from) } : null,
    rssBytes: process.memoryUsage.rss(),
  };
  // Put in place whole, for readers; not synced, for nothing is lost with it.
  const path = pathOf(home);
  writeFileSync(`${path}.tmp`, `${JSON.stringify(status)}\n`, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}
