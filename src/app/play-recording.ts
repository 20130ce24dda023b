import { scaledTime } from '../adapters/system/scaled-time.ts';
import { SystemTimeline, type TimeSource } from '../adapters/system/system-timeline.ts';
import { sessionOf } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import { assertExists } from '../domain/result.ts';
import { DAY_MS, dateToUtcMs, type EpochMs, epochMs, type SessionDate } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';
import { all, recordsOf } from './records.ts';
import { type ReplayReport, type ReplayRequest, replayRecordings } from './replay.ts';

/** A recorded session that is played, and who watches. */
export interface PlayRequest {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly session: SessionDate;
  readonly rules: ReplayRequest['rules'];
  /** Times real time. */
  readonly speed: number;
  /** Stops it between two events. */
  readonly interrupt: AbortSignal;
  /** Told each event of the session at its time. */
  readonly onEvent: (event: JournalEvent) => void;
  /** Told what a run is decided as now, once its recorded end was told. */
  readonly onReplay: (report: ReplayReport, at: EpochMs) => void;
  /** The machine's own time unless given. */
  readonly time?: TimeSource;
}

/** What was played. */
export interface Played {
  readonly session: SessionDate;
  readonly events: number;
  readonly reports: readonly ReplayReport[];
  /** False where it was stopped before the last event. */
  readonly complete: boolean;
}

/**
 * Plays a recorded session: its journal event by event at the speed asked for, and each run decided again as it ends.
 * Sends nothing and writes nothing.
 */
export async function playRecording(request: PlayRequest): Promise<Played> {
  const { session, speed, interrupt, onEvent, onReplay } = request;
  const events = await eventsOf(request.home, session);
  const opens = assertExists(sessionOf(session), 'events of a day without a session').openAt;
  const started = epochMs(Math.min(opens, firstRunOf(events)?.at ?? opens));
  const timeline = new SystemTimeline({ source: scaledTime(started, speed, request.time) });
  const reports: ReplayReport[] = [];
  let told = 0;
  for (const event of events) {
    if ((await timeline.reach(event.at, interrupt)) === 'woken') break;
    onEvent(event);
    told += 1;
    if (event.type !== 'run.completed' || event.decisionHash === null || event.runId === null) {
      continue;
    }
    const report = await replayOf(request, event.runId);
    if (report === null) continue;
    reports.push(report);
    onReplay(report, event.at);
  }
  return { session, events: told, reports, complete: told === events.length };
}

/** The journal of a session: from the first event that carries its time to the midday after. */
async function eventsOf(home: string, session: SessionDate): Promise<JournalEvent[]> {
  const reader = recordsOf(home);
  const runs = await all(reader.runs({ since: session, until: session }));
  const [first] = runs;
  if (first === undefined) {
    throw new Failure('RECORD_UNKNOWN', `no run of the session ${session} is in the journal`, {
      hint: 'captured bars are played with --data DIR; trade-labs runs lists what ran here',
    });
  }
  const from = dateToUtcMs(session);
  let fromSeq = 1;
  for await (const { seq } of reader.events({ runId: first.runId })) {
    fromSeq = Math.max(1, seq - EVENTS_BEFORE);
    break;
  }
  const found: JournalEvent[] = [];
  for await (const event of reader.events({ fromSeq })) {
    if (event.at >= from + DAY_MS + DAY_MS / 2) break;
    if (event.at >= from) found.push(event);
  }
  return found;
}

/** What led to the first run stands within so many events before it. */
const EVENTS_BEFORE = 20;

const firstRunOf = (events: readonly JournalEvent[]): JournalEvent | undefined =>
  events.find(({ type }) => type === 'run.started');

/** A run that left no recording is played without being decided again. */
async function replayOf(request: PlayRequest, subject: string): Promise<ReplayReport | null> {
  const { home, loaded, rules } = request;
  try {
    return await replayRecordings({ home, loaded, subject, rules, data: 'recorded' });
  } catch (error) {
    if (error instanceof Failure && error.code === 'RECORD_UNKNOWN') return null;
    throw error;
  }
}
