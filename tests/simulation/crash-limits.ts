import { nextSession, ordinalOf } from '../../src/calendar/nyse.ts';
import type { Session } from '../../src/domain/time.ts';
import type { EventOf } from '../../src/events/event.ts';
import { type Findings, type Tape, type ToldAccount, when } from './crash-account.ts';
import type { Played } from './crash-world.ts';

/** A limit that was reached. */
export interface Reached {
  readonly what: 'daily_loss' | 'hard_loss' | 'drawdown' | 'stop_outs';
  readonly at: number;
  /** What is told of its end: null where nobody can say. */
  readonly said: number | null;
  /** No entry is sent before. */
  until: number;
}

const part = (amount: number, fraction: number): number => Math.floor(amount * fraction + 1e-6);

/** Losses, drawdowns and stop-outs by our own count, and that nothing was sent past them. */
export class LimitRules {
  readonly reached: Reached[] = [];
  /** Equity at the last close, and what an account that nobody pays into would have become of 1. */
  before = 0;
  #index = 1;
  #peak = 1;
  /** The peak that the limit of the drawdown counts from. */
  #limitPeak = 1;
  #latch: { readonly reached: Reached; readonly ordinal: number } | null = null;
  #stopOuts = 0;
  readonly #played: Played;
  readonly #tape: Tape;
  readonly #account: ToldAccount;
  readonly #found: Findings;

  constructor(played: Played, tape: Tape, account: ToldAccount, found: Findings) {
    this.#played = played;
    this.#tape = tape;
    this.#account = account;
    this.#found = found;
  }

  #reach(what: Reached['what'], at: number, said: number | null): Reached {
    const reached = { what, at, said, until: said ?? Number.POSITIVE_INFINITY };
    this.reached.push(reached);
    return reached;
  }

  #isReached(what: Reached['what'], { openAt, closeAt }: Session): boolean {
    return this.reached.some((one) => one.what === what && one.at >= openAt && one.at <= closeAt);
  }

  /** From here on the account is held to its limits. */
  begin(): void {
    this.before = this.#account.cash;
    this.#account.flow = 0;
  }

  /** No entry is sent while a limit that was reached says so. */
  mayEnter({ at, orderRef }: EventOf<'order.submitted'>): void {
    this.#found.count('entries sent');
    for (const { what, at: since, until } of this.reached) {
      if (what === 'hard_loss' || at < since || at >= until) continue;
      this.#found.fault(at, `${orderRef} was sent after ${what} of ${when(since)}`);
    }
  }

  /** Trades stopped out with a loss pause entries for a while of open market, which may go on in the next session. */
  stoppedOut(at: number, session: Session): void {
    const { stopOuts, coolOffMs } = this.#played.config.breakers;
    this.#stopOuts += 1;
    if (this.#stopOuts !== stopOuts) return;
    const left = session.closeAt - at;
    const next = nextSession(session.date).openAt;
    this.#reach('stop_outs', at, coolOffMs < left ? at + coolOffMs : next + coolOffMs - left);
  }

  /** What the day has lost by now, and what must be sold because of it: all that is held, or nothing. */
  judge(at: number, session: Session): readonly string[] {
    this.#found.count('losses judged');
    const { risk } = this.#played.config;
    const worth = this.#account.worth(this.#tape, at, session);
    const loss = this.before + this.#account.flow - worth;
    const isDaily = this.#played.source.intraday === null;
    const isDue = isDaily || at < session.closeAt;
    const isLost = loss >= part(this.before, risk.dailyLossFraction);
    if (isDue && isLost && !this.#isReached('daily_loss', session)) {
      this.#reach('daily_loss', at, isDaily ? nextSession(session.date).closeAt : session.closeAt);
    }
    const held = [...this.#account.held.keys()];
    if (held.length === 0 || loss < part(this.before, risk.hardDailyLossFraction)) return [];
    if (risk.onHardDailyLoss !== 'close') return [];
    if (!this.#isReached('hard_loss', session)) this.#reach('hard_loss', at, null);
    return held;
  }

  /** Values the account at a close. Returns the drawdown of what a dollar paid in at the start has become. */
  close(session: Session): number {
    const { maxDrawdownFraction, drawdownCooldownSessions } = this.#played.config.risk;
    const worth = this.#account.worth(this.#tape, session.closeAt, session);
    this.#index *= worth / (this.before + this.#account.flow);
    this.#peak = Math.max(this.#peak, this.#index);
    this.#limitPeak = Math.max(this.#limitPeak, this.#index);
    this.before = worth;
    this.#account.flow = 0;
    this.#stopOuts = 0;
    const ordinal = ordinalOf(session.date);
    if (this.#latch === null && 1 - this.#index / this.#limitPeak >= maxDrawdownFraction) {
      this.#latch = { reached: this.#reach('drawdown', session.closeAt, null), ordinal };
    }
    const isServed = ordinal - (this.#latch?.ordinal ?? ordinal) >= drawdownCooldownSessions;
    if (this.#latch !== null && drawdownCooldownSessions > 0 && isServed) {
      this.#latch.reached.until = session.closeAt;
      this.#latch = null;
      this.#limitPeak = this.#index;
    }
    return this.#index / this.#peak - 1;
  }

  /**
   * Each limit that was reached was told at its instant, with who, why and until when, and an alert; nothing besides.
   */
  told(): void {
    const told: string[] = [];
    const alerts = new Set<string>();
    for (const event of this.#played.events) {
      if (event.type === 'alert.raised') alerts.add(`${event.code} ${event.at}`);
      if (event.type === 'breaker.tripped') {
        told.push(`${event.breaker} ${event.at} ${event.until} ${event.cause !== ''}`);
      }
      if (event.type !== 'trading_state.changed' || event.to === 'active') continue;
      const { at, source, until, by, cause } = event;
      told.push(`${source} ${at} ${until} ${by === 'limits' && cause !== ''}`);
    }
    const expected = this.reached.filter(({ what }) => what !== 'hard_loss');
    const lines = expected.map(({ what, at, said }) => `${what} ${at} ${said} true`);
    for (const line of lines) {
      if (!told.includes(line)) this.#found.fault(0, `not written down: ${line}`);
    }
    for (const line of told) {
      if (!lines.includes(line)) this.#found.fault(0, `written down: ${line}`);
    }
    for (const { what, at } of expected) {
      const code = what === 'stop_outs' ? 'BREAKER_TRIPPED' : what.toUpperCase();
      if (!alerts.has(`${code} ${at}`)) this.#found.fault(at, `nobody was told of ${what}`);
    }
  }
}
