import type { OwnerRequest } from '../adapters/file/owner-channel.ts';
import type { ClockJump } from '../adapters/system/system-timeline.ts';
import { lastSessionClosedBy } from '../calendar/nyse.ts';
import type { DaemonState } from '../domain/run.ts';
import { type EpochMs, epochMs, type Session } from '../domain/time.ts';
import type { Discrepancy } from '../ledger/breaks.ts';
import { Agenda } from './agenda.ts';
import { watchClock } from './breaker-watch.ts';
import { BrokerTimetable } from './broker-session.ts';
import type { System } from './compose.ts';
import { noteConfig } from './config-history.ts';
import { DaemonLine } from './daemon-line.ts';
import type { DaemonParts } from './daemon-parts.ts';
import { Delays } from './delays.ts';
import { Engine, type Instant } from './engine.ts';
import { IdleTeller } from './idle-teller.ts';
import { killAsked } from './kill.ts';
import { compareFirst, recentSlots, recover } from './recover.ts';
import { reloaded } from './reload.ts';
import { HandedRequests } from './serve-requests.ts';
import { laterSession, type PlannedSlot } from './session-plan.ts';
import { livingly } from './signs-of-life.ts';
import { SlotRunner } from './slot-runner.ts';
import type { Circumstances } from './slots.ts';
import { StopAsked, stoppableWait } from './stoppable-wait.ts';

/** How long a stop waits for what is being done. */
const DRAIN_MS = 20_000;

/**
 * The schedule, followed until it is asked to stop: starting (book and broker are brought together, before anything
 * else), running, draining, stopped. Every step of it is in the journal before its effects are, so that a process that
 * is killed anywhere is followed by one that begins where it was.
 */
export class Daemon {
  readonly #parts: DaemonParts;
  readonly #agenda: Agenda;
  readonly #engine: Engine;
  readonly #timetable: BrokerTimetable;
  readonly #line: DaemonLine;
  readonly #runner: SlotRunner;
  readonly #giveUp = new AbortController();
  readonly #stopAsked = new AbortController();
  readonly #startedAt: EpochMs;
  readonly #delays: Delays;
  readonly #idle: IdleTeller;
  readonly #requests = new HandedRequests();
  #system: System;
  #wake = new AbortController();
  #state: DaemonState | null = null;
  #stopCause: string | null = null;
  #reloadAsked = false;
  /** What book and broker differed in when they were compared last. */
  #differences: readonly Discrepancy[] = [];

  constructor(parts: DaemonParts) {
    const { system, clock, timeline } = parts;
    this.#parts = parts;
    this.#system = system;
    this.#startedAt = timeline.now();
    this.#idle = new IdleTeller((text) => parts.tell({ kind: 'idle', text }));
    this.#delays = new Delays(this.#startedAt);
    this.#engine = new Engine(system, clock, system.playedThrough);
    this.#agenda = new Agenda(system.config, clock.now());
    this.#timetable = new BrokerTimetable(system.config);
    this.#line = new DaemonLine({
      system: () => this.#system,
      engine: this.#engine,
      timetable: this.#timetable,
      now: () => timeline.now(),
      tell: (text) => parts.tell({ kind: 'note', text }),
      onCompared: (found, at) => this.#reconciled(found, at),
    });
    this.#runner = new SlotRunner(system, {
      timeline,
      agenda: this.#agenda,
      giveUp: this.#giveUp.signal,
      observer: { ...parts.observer, onReconcile: (found, at) => this.#reconciled(found, at) },
      circumstances: (slot) => this.#circumstances(slot),
      takeIn: (session) => this.#engine.monitors.takeIn(session),
    });
  }

  get state(): DaemonState | null {
    return this.#state;
  }

  get system(): System {
    return this.#system;
  }

  /** Why it stops or stopped; empty while it does not. */
  get stopCause(): string {
    return this.#stopCause ?? '';
  }

  get startedAt(): EpochMs {
    return this.#startedAt;
  }

  get now(): EpochMs {
    return this.#parts.timeline.now();
  }

  get agenda(): Agenda {
    return this.#agenda;
  }

  get runner(): SlotRunner {
    return this.#runner;
  }

  get timetable(): BrokerTimetable {
    return this.#timetable;
  }

  /** Lives from starting to stopped. An error that ends it is journalled as the state failed and thrown on. */
  async run(): Promise<void> {
    const deaf = this.#system.link?.onNews(() => this.#wake.abort());
    try {
      await this.#start();
      await this.#follow();
      await this.#stop();
    } catch (error) {
      if (error instanceof StopAsked) return await this.#stop();
      await this.fail(error);
      throw error;
    } finally {
      deaf?.();
    }
  }

  /** Asks for an orderly stop: what is being done is waited for, at most `DRAIN_MS`. */
  stop(cause: string): void {
    this.#stopCause ??= cause;
    this.#stopAsked.abort();
    this.#wake.abort();
    const { timeline } = this.#parts;
    const never = new Promise<never>(() => {});
    void timeline.within(never, DRAIN_MS, this.#giveUp.signal).then(() => this.#giveUp.abort());
  }

  /** Does what another process asks for as soon as it has a hand free, and answers. */
  ask(request: OwnerRequest): Promise<unknown> {
    const answer = this.#requests.add(request);
    this.#wake.abort();
    return answer;
  }

  /** Called every so often while it waits: somebody may have put the kill file there. */
  watchControl(): void {
    if (killAsked(this.#system) !== null) this.#wake.abort();
  }

  /** Asks for the configuration to be read again. */
  reload(): void {
    this.#reloadAsked = true;
    this.#wake.abort();
  }

  /** Told by the machine's timeline. */
  clockJumped(jump: ClockJump): void {
    const text = this.#delays.jumped(jump);
    const { kind, byMs } = jump;
    this.#wake.abort();
    this.#system.log.write('warn', `the clock jumped: ${text}`, { kind, byMs });
    this.#parts.tell({ kind: 'note', text });
  }

  /** Called every so often while it waits: what it waits for may read otherwise at midnight. */
  tick(): void {
    this.#idle.again(this.now, this.#agenda.next());
  }

  /** Journals the state failed, where the journal can still be written. */
  async fail(error: unknown): Promise<void> {
    if (this.#state === null || this.#state === 'failed' || this.#state === 'stopped') return;
    this.#system.log.failure('the daemon fails', error);
    const cause = error instanceof Error ? error.message : String(error);
    if (this.#system.historyFailure() === null) await this.#become('failed', cause);
    else this.#parts.tell({ kind: 'state', state: 'failed', cause });
  }

  async #start(): Promise<void> {
    const wait = stoppableWait(this.#parts.timeline, this.#stopAsked.signal);
    const system: System = { ...this.#system, wait };
    await this.#become('starting', `version ${system.identity.version}`);
    await noteConfig(system);
    const session = this.#session();
    const cutOff = await recover(system, this.#engine.monitors, session);
    const at = this.#parts.clock.now();
    await this.#runner.resume(cutOff, await recentSlots(system, at, laterSession(session, at)));
    const now = this.#parts.timeline.now();
    this.#reconciled(await compareFirst(system, this.#engine.monitors, session, now), now);
    await this.#line.lookAfter(session);
    await this.#become('running', 'book and broker are compared');
  }

  /** The session in progress, or the next one. */
  #session(): Session {
    return this.#engine.nextInstant()?.session ?? lastSessionClosedBy(this.#parts.clock.now());
  }

  #reconciled(found: readonly Discrepancy[], at: EpochMs): void {
    this.#differences = found;
    this.#line.compared(found);
    this.#parts.observer.onReconcile?.(found, at);
  }

  /** Instant after instant until a stop is asked for. */
  async #follow(): Promise<void> {
    const { timeline, until } = this.#parts;
    while (this.#stopCause === null) {
      const instant = this.#engine.nextInstant();
      const due = this.#agenda.next();
      if (instant === null && due === null && until === null) {
        this.#stopCause = 'the calendar ends';
        break;
      }
      // What the market did while the line was down is made up for when it is back.
      const market = this.#line.noEntries() !== null ? null : instant;
      const change = this.#timetable.nextChange(timeline.now());
      const next = Math.min(market?.when ?? Infinity, due?.at ?? Infinity);
      const end = Math.min(until ?? Infinity, change ?? Infinity, this.#line.nextLook());
      this.#idle.tell(timeline.now(), due);
      const isMoment = next <= end;
      const arrival = await timeline.reach(epochMs(isMoment ? next : end), this.#wake.signal);
      if (arrival === 'woken') await livingly(timeline, this.#attend());
      else {
        await this.#followTimetable();
        if (isMoment) await livingly(timeline, this.#step(epochMs(next), market));
        else if (end === until) this.#stopCause = 'its time is over';
        else await livingly(timeline, this.#line.lookAfter(this.#session()));
      }
    }
  }

  async #followTimetable(): Promise<void> {
    const change = this.#timetable.change(this.#parts.timeline.now());
    if (change !== null) await this.#system.history.append([change]);
  }

  /** Plays an instant and does what is due by then; the exchange never goes back for a slot of the past. */
  async #step(next: EpochMs, market: Instant | null): Promise<void> {
    const isSimulated = this.#system.lag === null;
    const at = isSimulated ? epochMs(Math.max(next, this.#engine.playedThrough)) : next;
    const dues = this.#agenda.take(at);
    const work = dues.map((due) => async () => {
      // What is still to be done when a stop is asked for is left for the next start.
      if (this.#stopCause === null) await this.#runner.handle(due);
    });
    if (market?.when === at) await this.#engine.play(market.at, market.session, work);
    else if (dues[0] !== undefined) await this.#engine.work(at, dues[0].slot.session, work);
    await this.#line.lookAfter(this.#session());
  }

  /** Does what a signal asked for, or what was handed over. */
  async #attend(): Promise<void> {
    this.#wake = new AbortController();
    if (this.#reloadAsked) {
      this.#reloadAsked = false;
      await this.#reconfigure();
    }
    const session = this.#session();
    await watchClock(this.#system, this.#delays.takeSetBackMs());
    await this.#engine.monitors.control(session);
    await this.#line.lookAfter(session);
    if (this.#requests.isEmpty) return;
    await this.#requests.serve({
      system: this.#system,
      monitors: this.#engine.monitors,
      session,
      onReconcile: (found) => this.#reconciled(found, this.now),
    });
  }

  async #reconfigure(): Promise<void> {
    const { reload, tell, timeline } = this.#parts;
    const { system, text } = await reloaded(this.#system, reload);
    if (system !== null) {
      this.#system = system;
      this.#engine.follow(system);
      this.#runner.follow(system);
      this.#timetable.follow(system.config);
      this.#agenda.follow(system.config, epochMs(timeline.now() + 1));
    }
    tell({ kind: 'note', text });
  }

  #circumstances(slot: PlannedSlot): Circumstances {
    const now = this.#parts.timeline.now();
    return {
      now,
      window: this.#timetable.current(now),
      closesAt: this.#line.closesAt(slot),
      delay: this.#delays.of(slot, this.#runner.last),
      noEntries: slot.row.job === 'scan' ? this.#line.noScans(this.#differences) : null,
    };
  }

  async #stop(): Promise<void> {
    const cause = this.#stopCause ?? '';
    this.#requests.refuse('the daemon stops');
    await this.#become('draining', cause);
    this.#system.saveAccount();
    await this.#become('stopped', cause);
    this.#giveUp.abort();
  }

  async #become(to: DaemonState, cause: string): Promise<void> {
    const from = this.#state;
    this.#state = to;
    const at = this.#parts.timeline.now();
    const { history, log } = this.#system;
    await history.append([{ type: 'daemon.state_changed', at, runId: null, from, to, cause }]);
    log.write('info', `the daemon is ${to}: ${cause}`, { from, to });
    this.#parts.tell({ kind: 'state', state: to, cause });
  }
}
