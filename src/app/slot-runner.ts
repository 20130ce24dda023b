import { type RunRecord, runId } from '../domain/run.ts';
import { type EpochMs, epochMs } from '../domain/time.ts';
import { alertDraft } from '../events/alert-draft.ts';
import type { Timeline } from '../ports/timeline.ts';
import type { Agenda, Due } from './agenda.ts';
import type { System } from './compose.ts';
import { fenced } from './fence.ts';
import { beginSlot, type JobObserver } from './jobs.ts';
import type { TakeIn } from './reconcile-job.ts';
import { endCutOff } from './recover.ts';
import type { PlannedSlot } from './session-plan.ts';
import { backoffMs, type Circumstances, judgeSlot } from './slots.ts';
import { durationText } from './words.ts';

/** What a runner of slots works with. */
export interface SlotRunnerParts {
  readonly timeline: Timeline;
  readonly agenda: Agenda;
  readonly observer: JobObserver;
  /** Aborted when nothing is waited for any longer. */
  readonly giveUp: AbortSignal;
  readonly circumstances: (slot: PlannedSlot) => Circumstances;
  readonly takeIn: TakeIn;
}

/** A job that is being done, or the last one that was. */
export interface JobSpan {
  readonly slot: string;
  readonly from: EpochMs;
  /** Null while it goes on. */
  readonly to: EpochMs | null;
}

/**
 * Does with each slot what the law of its job says, one after the other. A job that fails or takes too long is written
 * down, told, and where the law allows begun once more; it never ends anything but itself.
 */
export class SlotRunner {
  readonly #parts: SlotRunnerParts;
  #system: System;
  #last: JobSpan | null = null;

  constructor(system: System, parts: SlotRunnerParts) {
    this.#system = system;
    this.#parts = parts;
  }

  follow(system: System): void {
    this.#system = system;
  }

  /** What is being done now, or was done last. */
  get last(): JobSpan | null {
    return this.#last;
  }

  async handle(due: Due): Promise<void> {
    const { slot, attempt } = due;
    if (this.#attemptsOf(slot) >= attempt) return;
    const verdict = judgeSlot(slot, this.#parts.circumstances(slot));
    if (verdict.kind === 'hold') this.#parts.agenda.put({ ...due, at: verdict.until });
    else if (verdict.kind === 'begin') await this.#run(due, verdict.lateMs);
    else if (attempt === 1) await this.#miss(slot, verdict.cause);
    else await this.#giveUpOn(slot, verdict.cause);
  }

  /**
   * Takes up what a process that ended left of the slots up to now: a run that was cut off or had failed is begun once
   * more where its law allows, else ended; a scan that was claimed and never began is given up; what nobody began is
   * put on the agenda, where its law says what becomes of it.
   */
  async resume(cutOff: readonly RunRecord[], slots: readonly PlannedSlot[]): Promise<void> {
    const ends = new Map(cutOff.map((run) => [run.runId, run]));
    for (const slot of slots) {
      const { row, session, at } = slot;
      const begun = this.#attemptsOf(slot);
      const id = runId(session.date, at, row.name);
      const run = this.#system.book.run(id);
      if (begun === 0) {
        // Later ones are on the agenda as it is.
        if (at < this.#system.clock.now()) {
          this.#parts.agenda.put({ slot, at, attempt: 1, cause: '' });
        }
        continue;
      }
      const unfinished = run?.status === 'running' || run?.status === 'failed';
      if (unfinished && begun < slot.law.attempts) {
        const cause = ends.has(id) ? 'the process ended while it ran' : (run.error ?? 'it failed');
        // Never before its own time: what it tells of has to be played first.
        const when = epochMs(Math.max(at, this.#now()));
        this.#parts.agenda.put({ slot, at: when, attempt: begun + 1, cause });
        ends.delete(id);
      } else if (run === null && this.#neverBegan(slot)) {
        await this.#miss(slot, 'the process ended before it began');
      }
    }
    for (const run of ends.values()) await endCutOff(this.#system, run);
  }

  /** True for a claim of a session that is still open, whose run would be remembered. */
  #neverBegan({ row, session, at }: PlannedSlot): boolean {
    const { book } = this.#system;
    const isOpen = (book.lastClose?.session ?? '') < session.date;
    return isOpen && !book.isMissed(session.date, row.name, at);
  }

  async #run({ slot, attempt, cause }: Due, lateMs: number): Promise<void> {
    const { timeline, observer, giveUp, takeIn } = this.#parts;
    const { row, law } = slot;
    const from = timeline.now();
    const fence = fenced(this.#system, takeIn);
    this.#last = { slot: row.name, from, to: null };
    const beginning = { lateMs, attempt, cause };
    const work = beginSlot(fence.system, slot, beginning, observer, fence.takeIn);
    // It may fail long after nobody waits for it any more.
    work.catch(() => {});
    try {
      const ended = await timeline.within(work, law.timeLimitMs, giveUp);
      if (!ended.done) {
        fence.close();
        const limit = durationText(law.timeLimitMs);
        const why = giveUp.aborted ? 'the process stops' : `it took more than ${limit}`;
        await this.#abandon(slot, why);
        if (!giveUp.aborted) this.#again(slot, attempt, why);
      }
    } catch (error) {
      // Without its history the process has to end; everything else is this job's own trouble.
      if (this.#system.historyFailure() !== null) throw error;
      await this.#failed(slot, attempt, error);
    } finally {
      this.#last = { slot: row.name, from, to: timeline.now() };
    }
  }

  async #failed(slot: PlannedSlot, attempt: number, error: unknown): Promise<void> {
    const { name } = slot.row;
    const message = error instanceof Error ? error.message : String(error);
    this.#system.log.failure(`${name} failed`, error, { slot: name, attempt });
    await this.#giveUpOn(slot, message);
    await this.#alert('warning', 'JOB_FAILED', `${name} of ${slot.session.date}: ${message}`);
    this.#again(slot, attempt, message);
  }

  /** Puts a job back for another attempt, where its law has one left. */
  #again(slot: PlannedSlot, attempt: number, cause: string): void {
    if (attempt >= slot.law.attempts) return;
    const at = epochMs(this.#now() + backoffMs(attempt));
    this.#parts.agenda.put({ slot, at, attempt: attempt + 1, cause });
  }

  /** What the job sent before is recorded and stays; what it would still do it can no longer do. */
  async #abandon(slot: PlannedSlot, why: string): Promise<void> {
    const { name } = slot.row;
    this.#system.log.write('error', `${name} is abandoned: ${why}`, { slot: name });
    await this.#giveUpOn(slot, why);
    await this.#alert('warning', 'JOB_ABANDONED', `${name} of ${slot.session.date}: ${why}`);
  }

  /** Ends the run of a slot that will not end by itself; a scan that was claimed may have none yet, and is missed. */
  async #giveUpOn(slot: PlannedSlot, why: string): Promise<void> {
    const { book, clock, history } = this.#system;
    const id = runId(slot.session.date, slot.at, slot.row.name);
    const run = book.run(id);
    if (run === null && this.#neverBegan(slot)) await this.#miss(slot, why);
    if (run?.status !== 'running') return;
    await history.append([
      { type: 'run.failed', at: clock.now(), runId: id, code: 'ABANDONED', message: why },
    ]);
  }

  async #miss(slot: PlannedSlot, cause: string): Promise<void> {
    const { clock, history, log } = this.#system;
    const { row, session, at } = slot;
    log.write('warn', `${row.name} is missed: ${cause}`, { slot: row.name, when: slot.label });
    await history.append([
      {
        type: 'slot.missed',
        at: clock.now(),
        runId: null,
        session: session.date,
        job: row.job,
        slot: row.name,
        slotAt: at,
        cause,
      },
    ]);
  }

  async #alert(
    level: 'warning' | 'critical',
    code: 'JOB_FAILED' | 'JOB_ABANDONED',
    message: string,
  ): Promise<void> {
    const at = this.#system.clock.now();
    await this.#system.history.append([alertDraft({ at, level, code, message })]);
  }

  /** By the machine's clock, or by that of the exchange where it is ahead. */
  #now() {
    return epochMs(Math.max(this.#parts.timeline.now(), this.#system.clock.now()));
  }

  #attemptsOf({ row, session, at }: PlannedSlot): number {
    return this.#system.book.attemptsOf(session.date, row.name, at);
  }
}
