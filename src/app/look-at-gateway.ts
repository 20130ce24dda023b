import { readDaemonStatus } from '../adapters/file/daemon-status-file.ts';
import { holderOf } from '../adapters/file/home-lock.ts';
import { DAEMON, printOwner } from '../adapters/file/owner-file.ts';
import { SystemTimeline } from '../adapters/system/system-timeline.ts';
import { recordWire } from '../adapters/system/wire-record.ts';
import type { Config } from '../config/schema.ts';
import type { LinkState } from '../domain/link.ts';
import type { Finding } from './doctor.ts';
import { firstContact } from './doctor-ib.ts';

const STEP_MS = 15_000;
/** A daemon whose line stands like that is connected, under the client id of its home. */
const CONNECTED: ReadonlySet<LinkState> = new Set(['reconciling', 'ready', 'degraded']);

/** A look at the gateway of a home. */
export interface GatewayLook {
  readonly home: string;
  readonly config: Config;
  /** Where what goes over the wire is written; null for nowhere. */
  readonly recordFile: string | null;
  readonly giveUp: AbortSignal;
}

/** Looks at the configured gateway on the machine's time. */
export async function lookAtGateway({
  home,
  config,
  recordFile,
  giveUp,
}: GatewayLook): Promise<Finding[]> {
  const timeline = new SystemTimeline();
  const wire = recordFile === null ? null : recordWire(recordFile);
  try {
    return await firstContact({
      config,
      connectedDaemon: connectedDaemon(home),
      timeline,
      stepMs: STEP_MS,
      giveUp,
      ...(wire === null
        ? {}
        : {
            onWire: (direction, tokens) => wire.write({ at: timeline.now(), direction, tokens }),
          }),
    });
  } finally {
    wire?.close();
  }
}

/** The daemon of this home, in words, where its line is up; null where there is none, or its line is down. */
function connectedDaemon(home: string): string | null {
  const holder = holderOf(home);
  if (holder?.role !== DAEMON) return null;
  const line = readDaemonStatus(home)?.link;
  return line !== undefined && CONNECTED.has(line.state) ? printOwner(holder) : null;
}
