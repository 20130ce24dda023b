import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LINK_STATES } from '../../domain/link.ts';
import { BROKER_SESSIONS, DAEMON_STATES } from '../../domain/run.ts';
import { readWhole } from './atomic-file.ts';
import { nodeFileSystem } from './node-file-system.ts';

const schema = z.strictObject({
  state: z.enum(DAEMON_STATES),
  cause: z.string(),
  startedAt: z.string(),
  updatedAt: z.string(),
  brokerSession: z.enum(BROKER_SESSIONS),
  /** How the line to the broker stands; absent where there is none. */
  link: z.strictObject({ state: z.enum(LINK_STATES), cause: z.string() }).optional(),
  /** Whether orders may reach a real broker, by the environment it runs in; absent from earlier versions. */
  armed: z.boolean().optional(),
  idle: z.string(),
  next: z.array(z.strictObject({ slot: z.string(), job: z.string(), at: z.string() })),
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

/** Put in place whole, for readers; not synced, for nothing is built on it and nothing is lost with it. */
export function saveDaemonStatus(home: string, status: DaemonStatus): void {
  const path = pathOf(home);
  writeFileSync(`${path}.tmp`, `${JSON.stringify(status)}\n`, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}
