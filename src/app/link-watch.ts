import type { Occurrence } from '../calendar/windows.ts';
import type { BrokerWindow } from '../config/schema.ts';
import type { AlertCode } from '../domain/alert.ts';
import { type EpochMs, epochMs, MINUTE_MS, type Session } from '../domain/time.ts';
import { alertDraft } from '../events/alert-draft.ts';
import type { Discrepancy } from '../ledger/breaks.ts';
import type { BrokerLink, LinkStanding } from '../ports/broker-link.ts';
import type { System } from './compose.ts';
import type { Monitors } from './monitors.ts';
import { compareAgain, SETTLE_MS, type TakeIn } from './reconcile-job.ts';
import { alertBreak } from './recover.ts';
import { ASK_AGAIN_MS, learn } from './take-up-line.ts';
import { durationText } from './words.ts';

/** How long the line may be down, outside its own timetable, before a person is called. */
const DOWN_GRACE_MS = MINUTE_MS;
/** The same after a time at which it was known to be away: it seldom comes back on the minute. */
const BACK_GRACE_MS = 10 * MINUTE_MS;
/** How often book and broker are compared while something is held or differs. */
const COMPARE_MS = 5 * MINUTE_MS;

/** What the watch over a line works with. */
export interface LinkWatchParts {
  readonly link: BrokerLink;
  readonly monitors: Monitors;
  readonly system: () => System;
  /** The window of the broker's timetable that is in progress. */
  readonly window: (at: EpochMs) => Occurrence<BrokerWindow> | null;
  readonly tell: (text: string) => void;
  readonly onCompared: (found: readonly Discrepancy[], at: EpochMs) => void;
}

/**
 * Looks after the line to the broker: after every new connection, and whenever data may have been lost, everything is
 * looked at and taken in before anything is sent; then what is held is proved, and book and broker are compared. Every
 * change is written down. A line that stays down calls a person, once, unless it is away by its own timetable.
 */
export class LinkWatch {
  readonly #parts: LinkWatchParts;
  #seen: LinkStanding | null = null;
  #askAt: EpochMs | null = null;
  #comparedAt: EpochMs;
  /** What they differed in last. */
  #found: readonly Discrepancy[] = [];
  #downSince: EpochMs | null = null;
  #isAlerted = false;
  /** The window that was in progress last. */
  #away: Occurrence<BrokerWindow> | null = null;

  constructor(parts: LinkWatchParts) {
    this.#parts = parts;
    this.#comparedAt = parts.system().clock.now();
  }

  /** Told what a comparison has found. */
  compared(found: readonly Discrepancy[]): void {
    this.#found = found;
    this.#comparedAt = this.#now();
  }

  /** Why nothing is entered now; null while orders may be sent. */
  noEntries(): string | null {
    const { state, cause } = this.#parts.link.standing;
    return state === 'ready' ? null : `the line to the broker is ${state}: ${cause}`;
  }

  /** When it wants to look again, if nothing is heard before. */
  nextLook(): EpochMs | null {
    const times = [this.#askAt, this.#alarmAt(), this.#compareAt()].filter((at) => at !== null);
    return times.length === 0 ? null : epochMs(Math.min(...times));
  }

  /** After news, or at its time: does whatever the line as it stands asks for. */
  async follow(session: Session): Promise<void> {
    const { link, window } = this.#parts;
    const now = this.#now();
    const away = window(now);
    link.expectAway(away !== null);
    this.#away = away ?? this.#away;
    await this.#note();
    await this.#passOn();
    if (link.standing.state === 'reconciling' && now >= (this.#askAt ?? now)) {
      await this.#takeUp(link.standing, session);
      await this.#note();
    }
    if (link.standing.state !== 'reconciling') this.#askAt = null;
    if (now >= (this.#compareAt() ?? Infinity)) await this.#compare(session);
    if (now >= (this.#alarmAt() ?? Infinity)) await this.#alarm();
  }

  /** What the broker said that a person should look at. */
  async #passOn(): Promise<void> {
    const system = this.#parts.system();
    const at = this.#now();
    const calls = system
      .takeRemarks()
      .map((message) => alertDraft({ at, level: 'warning', code: 'BROKER_REMARK', message }));
    if (calls.length > 0) await system.history.append(calls);
  }

  async #takeUp({ episode }: LinkStanding, session: Session): Promise<void> {
    const { link, monitors } = this.#parts;
    if (!(await learn(monitors, session))) {
      this.#askAt = epochMs(this.#now() + ASK_AGAIN_MS);
      return;
    }
    this.#askAt = null;
    link.confirm(episode);
    await monitors.prove(session.date);
    await this.#compare(session);
  }

  async #compare(session: Session): Promise<void> {
    const system = this.#parts.system();
    const at = this.#now();
    const before = this.#found;
    const takeIn: TakeIn = (date) => this.#parts.monitors.takeIn(date);
    const until = epochMs(at + SETTLE_MS);
    const found = await compareAgain(system, session, { at, takeIn, until }, before);
    if (found.length > 0 && before.length === 0) await alertBreak(system, found.length, '');
    if (found === before) this.compared(found);
    else this.#parts.onCompared(found, at);
  }

  #compareAt(): EpochMs | null {
    const { book } = this.#parts.system();
    const isHeld = book.openTrades().length > 0 || book.live().length > 0;
    const isBusy = isHeld || this.#found.length > 0;
    const isReady = this.#parts.link.standing.state === 'ready';
    return isBusy && isReady ? epochMs(this.#comparedAt + COMPARE_MS) : null;
  }

  /** Writes down how the line stands, where that is news. */
  async #note(): Promise<void> {
    const standing = this.#parts.link.standing;
    const before = this.#seen;
    const isSame = before?.state === standing.state && before.episode === standing.episode;
    if (isSame) return;
    this.#seen = standing;
    const { state, cause, episode } = standing;
    const { history, log } = this.#parts.system();
    const at = this.#now();
    const from = before?.state ?? null;
    await history.append([
      { type: 'link.changed', at, runId: null, from, to: state, cause, episode },
    ]);
    log.write('info', `the line to the broker is ${state}: ${cause}`, { from, to: state, episode });
    this.#parts.tell(`line to the broker: ${state}, ${cause}`);
    if (state === 'ready') {
      this.#downSince = null;
      this.#isAlerted = false;
    } else this.#downSince ??= at;
  }

  #alarmAt(): EpochMs | null {
    if (this.#downSince === null || this.#isAlerted) return null;
    if (this.#parts.link.standing.state === 'refused') return this.#downSince;
    const back = this.#away === null ? 0 : this.#away.to + BACK_GRACE_MS;
    return epochMs(Math.max(this.#downSince + DOWN_GRACE_MS, back));
  }

  async #alarm(): Promise<void> {
    const { state, cause } = this.#parts.link.standing;
    const since = this.#downSince ?? this.#now();
    this.#isAlerted = true;
    const awayTo = this.#away?.to ?? 0;
    const code: AlertCode =
      state === 'refused' ? 'LINK_REFUSED' : since < awayTo ? 'NEEDS_LOGIN' : 'LINK_DOWN';
    const forMs = this.#now() - Math.max(since, awayTo);
    const message = {
      LINK_REFUSED: `the broker refuses the connection: ${cause}`,
      NEEDS_LOGIN: `the broker is not back ${durationText(forMs)} after ${this.#away?.window.name ?? ''}: the gateway may wait for a log-in (${cause})`,
      LINK_DOWN: `the line to the broker is ${state} for ${durationText(forMs)}: ${cause}`,
    }[code];
    const at = this.#now();
    await this.#parts
      .system()
      .history.append([alertDraft({ at, level: 'critical', code, message })]);
  }

  #now(): EpochMs {
    return this.#parts.system().clock.now();
  }
}
