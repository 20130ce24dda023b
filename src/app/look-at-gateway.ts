import { SystemTimeline } from '../adapters/system/system-timeline.ts';
import { recordWire } from '../adapters/system/wire-record.ts';
import type { Config } from '../config/schema.ts';
import type { Finding } from './doctor.ts';
import { firstContact } from './doctor-ib.ts';

const STEP_MS = 15_000;

/** Looks at the configured gateway on the machine's time; writes what went over the wire to a file where asked. */
export async function lookAtGateway(
  config: Config,
  recordFile: string | null,
  giveUp: AbortSignal,
): Promise<Finding[]> {
  const timeline = new SystemTimeline();
  const wire = recordFile === null ? null : recordWire(recordFile);
  try {
    return await firstContact({
      config,
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
