import type { Session } from '../../src/domain/time.ts';
import type { EventOf, JournalEvent } from '../../src/events/event.ts';
import { type Ended, Findings, Tape, ToldAccount } from './crash-account.ts';
import { ApprovalRules } from './crash-approvals.ts';
import { FillRules, type Phase } from './crash-fills.ts';
import { LimitRules, type Reached } from './crash-limits.ts';
import type { Played } from './crash-world.ts';

/** What a close comes to, by our own count. Millionths of a dollar; drawdown of the time-weighted index. */
export interface ToldClose {
  readonly session: string;
  readonly equity: number;
  readonly cash: number;
  readonly positions: number;
  readonly drawdown: number;
  /** Made by all round trips that have ended. */
  readonly closedNet: number;
}

/** What the audit of a backtest found. */
export interface Audit {
  /** Rules that were broken, in words; none where all is well. */
  readonly faults: readonly string[];
  readonly closes: readonly ToldClose[];
  readonly reached: readonly Reached[];
  /** How often each thing was looked at that could have been a fault. */
  readonly seen: Readonly<Record<string, number>>;
}

/**
 * Tells a backtest again from its executions, orders and bars, instant by instant, and holds it to its limits: apart
 * from the engine, which is asked for nothing but what it wrote down.
 */
export const audit = (played: Played): Audit => new Auditor(played).run();

class Auditor {
  readonly #played: Played;
  readonly #tape: Tape;
  readonly #account = new ToldAccount();
  readonly #found = new Findings();
  readonly #fills: FillRules;
  readonly #limits: LimitRules;
  readonly #approvals: ApprovalRules;
  readonly #closes: ToldClose[] = [];
  /** Must be sold at the next open of a bar. */
  #mustLeave: ReadonlySet<string> = new Set();
  /** The last round trip of each symbol. */
  readonly #ended = new Map<string, Ended>();
  #closedNet = 0;

  constructor(played: Played) {
    this.#played = played;
    this.#tape = new Tape(played.source);
    const parts = [played, this.#tape, this.#account, this.#found] as const;
    this.#fills = new FillRules(...parts);
    this.#limits = new LimitRules(...parts);
    this.#approvals = new ApprovalRules(...parts);
  }

  run(): Audit {
    const groups = groupsOf(this.#played.events);
    const { sessions } = this.#played;
    let [at, taken] = [0, 0];
    const upTo = (end: number, session: Session, isOpen: boolean): void => {
      const grid = isOpen ? [session.openAt, ...this.#tape.ends(session)] : [];
      const told = [...groups.keys()].filter((instant) => instant > at && instant <= end);
      for (at of [...new Set([...grid, ...told])].sort((a, b) => a - b)) {
        const events = groups.get(at) ?? [];
        taken += events.length;
        if (isOpen) this.#instant(at, events, session);
        else this.#take(events, session, 'opening');
      }
    };
    sessions.forEach((session, i) => {
      upTo(session.openAt - 1, session, false);
      // What the account begins with is no flow of its first day.
      if (i === 0) this.#limits.begin();
      upTo(session.closeAt, session, true);
    });
    if (taken < this.#played.events.length) this.#found.fault(at, 'more happened after the end');
    this.#limits.told();
    const { faults, seen } = this.#found;
    return { faults, closes: this.#closes, reached: this.#limits.reached, seen };
  }

  /** Bars that end, then what was decided, then bars that start. */
  #instant(at: number, events: readonly JournalEvent[], session: Session): void {
    const { openAt, closeAt } = session;
    const isEnd = at > openAt && this.#tape.ends(session).includes(at);
    const wasFlat = this.#account.held.size === 0;
    const due = this.#fills.stopsDue(at, session);
    const inside = events.findLastIndex(
      (event) => event.type === 'fill.recorded' && this.#fills.isInside(event, session),
    );
    this.#take(events.slice(0, inside + 1), session, 'inside');
    this.#fills.soldInside(at, due);
    const isDaily = this.#played.source.intraday === null;
    if (isEnd && (isDaily || !wasFlat)) this.#judge(at, session);
    const isFlat = this.#account.held.size === 0;
    this.#take(events.slice(inside + 1), session, 'opening');
    if (at < closeAt) {
      this.#mustLeave = this.#fills.soldAtOpen(at, session, this.#mustLeave);
      // The last position may leave at an open.
      if (!isDaily && !isFlat && this.#account.held.size === 0) this.#judge(at, session);
    }
    this.#covered(at);
    if (at === closeAt) this.#close(session);
  }

  #judge(at: number, session: Session): void {
    this.#mustLeave = new Set([...this.#mustLeave, ...this.#limits.judge(at, session)]);
  }

  #take(events: readonly JournalEvent[], session: Session, phase: Phase): void {
    for (const event of events) {
      if (event.type === 'fill.recorded') this.#fills.see(event, session, phase);
      if (event.type === 'order.submitted' && event.leg === 'entry') this.#limits.mayEnter(event);
      this.#approvals.see(event, session, this.#limits.before);
      const isOpen = event.at >= session.openAt;
      if (event.type === 'account.marked' && isOpen) this.#tied(event, session);
      if (event.type === 'trade.closed') this.#closed(event);
      const ended = this.#account.tell(event);
      if (ended === null) continue;
      this.#ended.set(ended.symbol, ended);
      this.#closedNet += ended.net;
      if (ended.by.leg === 'stop' && ended.net < 0) this.#limits.stoppedOut(event.at, session);
    }
  }

  /** A trade ends with what its executions made, for the reason that sold its last shares. */
  #closed({ at, symbol, netPnl, exitReason }: EventOf<'trade.closed'>): void {
    this.#found.count(`trades closed by ${exitReason}`);
    const ended = this.#ended.get(symbol);
    if (ended === undefined || ended.net !== netPnl) {
      this.#found.fault(at, `${symbol} made ${netPnl}, counted ${ended?.net}`);
      return;
    }
    const { leg, stop, firstStop } = ended.by;
    const sold = this.#mustLeave.has(symbol) ? 'daily_loss' : 'time';
    const stopped = stop === firstStop ? 'stop' : 'trail';
    if (exitReason !== (leg === 'stop' ? stopped : sold)) {
      this.#found.fault(at, `${symbol} left by ${exitReason}, a ${leg} sold it`);
    }
  }

  /** Live stops cover every share, and no more once no entry works. */
  #covered(at: number): void {
    const { held } = this.#account;
    const working = new Set(this.#account.live('entry').map(({ symbol }) => symbol));
    const cover = new Map<string, number>();
    for (const { symbol, quantity, filled } of this.#account.live('stop')) {
      cover.set(symbol, (cover.get(symbol) ?? 0) + quantity - filled);
    }
    for (const symbol of new Set([...held.keys(), ...cover.keys()])) {
      this.#found.count('covers proved');
      const [owned, stops] = [held.get(symbol) ?? 0, cover.get(symbol) ?? 0];
      if (stops < owned || (stops > owned && !working.has(symbol))) {
        this.#found.fault(at, `${symbol}: stops for ${stops} shares, ${owned} are owned`);
      }
    }
  }

  /** What the program says that the account is worth is what we count. */
  #tied({ at, cash, equity }: EventOf<'account.marked'>, session: Session): void {
    this.#found.count('valuations tied');
    const worth = this.#account.worth(this.#tape, at, session);
    if (cash === this.#account.cash && equity === worth) return;
    this.#found.fault(at, `worth ${equity}, ${cash} of it cash; counted ${worth}`);
  }

  #close(session: Session): void {
    const { cash, held } = this.#account;
    this.#closes.push({
      session: session.date,
      equity: this.#account.worth(this.#tape, session.closeAt, session),
      cash,
      positions: held.size,
      drawdown: this.#limits.close(session),
      closedNet: this.#closedNet,
    });
  }
}

/** Events by their instant, in the order of the journal, which must be that of time. */
function groupsOf(events: readonly JournalEvent[]): ReadonlyMap<number, JournalEvent[]> {
  const groups = new Map<number, JournalEvent[]>();
  let latest = 0;
  for (const event of events) {
    if (event.at < latest) throw new Error(`event ${event.seq} is earlier than the one before`);
    latest = event.at;
    const group = groups.get(event.at);
    if (group === undefined) groups.set(event.at, [event]);
    else group.push(event);
  }
  return groups;
}
