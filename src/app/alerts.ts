import type { AlertCode, AlertLevel } from '../domain/alert.ts';
import type { EpochMs } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';

/** Calls a person, by a code from the closed list; `until` says when it means nothing any more. */
export const alertDraft = (
  at: EpochMs,
  level: AlertLevel,
  code: AlertCode,
  message: string,
  until: EpochMs | null = null,
): EventDraft => ({
  type: 'alert.raised',
  at,
  runId: null,
  level,
  code,
  message,
  ...(until === null ? {} : { until }),
});
