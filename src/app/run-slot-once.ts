import { SystemTimeline, type TimeSource } from '../adapters/system/system-timeline.ts';
import { newYorkDate, previousSession } from '../calendar/nyse.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { ScheduleRow } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import { type RunRecord, runId } from '../domain/run.ts';
import { type EpochMs, epochMs, type SessionDate } from '../domain/time.ts';
import type { JournalEvent } from '../events/event.ts';
import type { EngineClock } from '../ports/clock.ts';
import { Agenda, type Due } from './agenda.ts';
import { BrokerTimetable } from './broker-session.ts';
import { compose, type System } from './compose.ts';
import { noScansOver } from './daemon-line.ts';
import { Engine } from './engine.ts';
import { openHomeLog } from './home-log.ts';
import type { JobObserver } from './jobs.ts';
import { runReconcile, SETTLE_MS, type TakeIn } from './reconcile-job.ts';
import { recover } from './recover.ts';
import { type PlannedSlot, planBetween } from './session-plan.ts';
import { settleEntries } from './settle-entries.ts';
import { SlotRunner } from './slot-runner.ts';
import { type Circumstances, judgeSlot } from './slots.ts';
import { refuseDisarmed } from './trading.ts';
import { homeClock } from './venue.ts';
import { timeText } from './words.ts';

/** One slot of the schedule, run by something else's clock. */
export interface SlotOnce {
  readonly home: string;
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly now: EpochMs;
  /** The time of the machine, where it is not its own. */
  readonly time?: TimeSource;
  /** The name of a row of the schedule ("scan-open"), or a job ("scan"): the name where it is both. */
  readonly job: string;
  readonly observer: JobObserver;
  readonly onEvents: (events: readonly JournalEvent[]) => void;
}

/** What came of it: the slot and its run, or why there was nothing to do, and when there is next. */
export type SlotOnceEnd =
  | { readonly slot: PlannedSlot; readonly run: RunRecord | null }
  | { readonly slot: null; readonly why: string; readonly next: Due | null };

/**
 * Runs the newest slot of what is asked for that is due and was not begun yet, then ends. The slot is claimed as a
 * daemon claims it, so that neither runs it twice; the exchange is played up to now first.
 */
export async function runSlotOnce(request: SlotOnce): Promise<SlotOnceEnd> {
  const { home, loaded, now } = request;
  const { schedule } = loaded.config;
  const named = schedule.filter(({ name }) => name === request.job);
  const rows = named.length > 0 ? named : schedule.filter(({ job }) => job === request.job);
  if (rows.length === 0) {
    const known = schedule.map(({ name }) => name).join(', ');
    throw new Failure('USAGE', `the schedule has no ${request.job}`, {
      hint: `it has: ${known}`,
    });
  }
  const clock = homeClock(home, loaded, now, request.time);
  const log = await openHomeLog(home, loaded);
  try {
    const system = await compose({
      home,
      loaded,
      mode: loaded.config.mode,
      version: request.version,
      clock,
      log,
      role: `daemon --once ${request.job}`,
      onEvents: request.onEvents,
      ...(request.time === undefined ? {} : { time: request.time }),
    });
    try {
      await refuseDisarmed(system);
      return await runDue(system, clock, request, new Set(rows.map(({ name }) => name)));
    } finally {
      await system.close();
    }
  } finally {
    await log.close();
  }
}

async function runDue(
  system: System,
  clock: EngineClock,
  request: SlotOnce,
  names: ReadonlySet<string>,
): Promise<SlotOnceEnd> {
  const engine = new Engine(system, clock, system.playedThrough);
  const session = engine.nextInstant()?.session;
  const isAsked = ({ name }: ScheduleRow): boolean => names.has(name);
  const asked = { ...system.config, schedule: system.config.schedule.filter(isAsked) };
  const nothing = (why: string): SlotOnceEnd => {
    const next = new Agenda(asked, epochMs(request.now + 1)).next();
    return { slot: null, why, next };
  };
  if (session === undefined) return nothing('the calendar ends');
  await recover(system, engine.monitors, session);
  const takeIn: TakeIn = (date) => engine.monitors.takeIn(date);
  const { discrepancies } = await runReconcile(
    system,
    session,
    request.now,
    takeIn,
    epochMs(request.now + SETTLE_MS),
  );
  const window = new BrokerTimetable(system.config).current(request.now);
  const noEntries = noScansOver(discrepancies, system);
  const common = { now: request.now, window, delay: 'begun late', noEntries };
  const circumstances = (one: PlannedSlot): Circumstances => ({
    ...common,
    closesAt: closesAt(system, one, request.now),
  });
  const today = newYorkDate(request.now);
  const due = planBetween(asked, previousSession(today).date, today).filter(
    ({ at }) => at <= request.now,
  );
  const able = due.filter((one) => judgeSlot(one, circumstances(one)).kind === 'begin');
  const slot = able.findLast((one) => !isBegun(system, one));
  if (slot === undefined) {
    const begun = able.at(-1);
    if (begun !== undefined) {
      return nothing(`${begun.row.name} of ${begun.session.date} was begun before`);
    }
    await engine.playTo(laterOf(request.now, clock.now()));
    return nothing(whyNone(system, due.at(-1), today, circumstances));
  }
  const { row, at } = slot;
  const runner = new SlotRunner(system, {
    timeline: new SystemTimeline(request.time === undefined ? {} : { source: request.time }),
    agenda: new Agenda(system.config, request.now),
    observer: request.observer,
    giveUp: new AbortController().signal,
    circumstances,
    takeIn,
  });
  const run = () => runner.handle({ slot, at, attempt: 1, cause: '' });
  const when = laterOf(at, clock.now());
  await engine.playTo(when, when > clock.now() ? [{ at: when, session: slot.session, run }] : []);
  if (!isBegun(system, slot)) {
    await engine.work(when, slot.session, [run]);
  }
  await settleEntries(system, engine.monitors, slot.session);
  await engine.playTo(laterOf(request.now, clock.now()));
  return { slot, run: await runOf(system, runId(slot.session.date, at, row.name)) };
}

const isBegun = ({ book }: System, { row, session, at }: PlannedSlot): boolean =>
  book.attemptsOf(session.date, row.name, at) > 0;

/** Why nothing begins: what holds back the slot of today whose time came last and that never began, else nothing. */
function whyNone(
  { book }: System,
  slot: PlannedSlot | undefined,
  today: SessionDate,
  circumstances: (slot: PlannedSlot) => Circumstances,
): string {
  const none = 'nothing is due';
  if (slot === undefined || slot.session.date !== today) return none;
  const { row, at } = slot;
  if (book.attemptsOf(today, row.name, at) > 0) return none;
  const verdict = judgeSlot(slot, circumstances(slot));
  if (verdict.kind === 'begin') return none;
  const held =
    verdict.kind === 'hold'
      ? `waits until ${timeText(verdict.until)}`
      : `does not begin: ${verdict.cause}`;
  return `${row.name} of ${today} ${held}`;
}

/** When the close that a slot tells of can be valued; null where it can by now: it is played before the slot. */
function closesAt({ lag }: System, { at, session }: PlannedSlot, now: EpochMs): EpochMs | null {
  const valuedAt = epochMs(session.closeAt + (lag?.closeMs ?? 0));
  return at >= session.closeAt && now < valuedAt ? valuedAt : null;
}

const laterOf = (a: EpochMs, b: EpochMs): EpochMs => epochMs(Math.max(a, b));

async function runOf({ reader }: System, id: string): Promise<RunRecord | null> {
  for await (const record of reader.runs({ runId: id })) return record;
  return null;
}
