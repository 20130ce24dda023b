import type { AlertCode, AlertLevel } from '../domain/alert.ts';
import type { EpochMs } from '../domain/time.ts';
import type { EventDraft } from './event.ts';

/** What somebody is called for. */
export interface AlertCall {
  readonly at: EpochMs;
  readonly level: AlertLevel;
  /** From the closed list: whoever is called knows what it means. */
  readonly code: AlertCode;
  readonly message: string;
  /** Means nothing after this instant; stands until it is acknowledged where absent or null. */
  readonly until?: EpochMs | null;
  /** The run it is about, where it is about one. */
  readonly runId?: string;
}

/** Calls a person. */
export const alertDraft = ({ at, level, code, message, until, runId }: AlertCall): EventDraft => ({
  type: 'alert.raised',
  at,
  runId: runId ?? null,
  level,
  code,
  message,
  ...(until === null || until === undefined ? {} : { until }),
});
