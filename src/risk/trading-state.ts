import type { ReasonCode } from '../domain/reason.ts';
import type { EpochMs } from '../domain/time.ts';
import {
  RESTRICTION_SOURCES,
  type Restriction,
  type RestrictionSource,
  TRADING_STATES,
  type Trading,
  type TradingState,
} from '../domain/trading-state.ts';

const SEVERITY: Readonly<Record<TradingState, number>> = { active: 0, reducing: 1, halted: 2 };

/** The stricter of two states. Commutative, associative, idempotent; `active` changes nothing. */
export const strictest = (a: TradingState, b: TradingState): TradingState =>
  SEVERITY[a] >= SEVERITY[b] ? a : b;

/** True while a restriction is in force: from its beginning to the instant at which it is over, that one excluded. */
export const inForce = ({ until }: Restriction, at: EpochMs): boolean =>
  until === null || at < until;

/** What may be done at an instant under all these restrictions: the strictest of those in force. */
export function tradingAt(restrictions: Iterable<Restriction>, at: EpochMs): Trading {
  const active = [...restrictions].filter((restriction) => inForce(restriction, at));
  const rank = ({ source }: Restriction): number => RESTRICTION_SOURCES.indexOf(source);
  active.sort((a, b) => rank(a) - rank(b) || compareText(a.detail, b.detail));
  return {
    state: active.reduce<TradingState>((state, r) => strictest(state, r.state), TRADING_STATES[0]),
    restrictions: active,
  };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Under which name the book keeps a restriction: the same source again takes its place. */
export const restrictionKey = ({
  source,
  detail,
}: Pick<Restriction, 'source' | 'detail'>): string =>
  detail === '' ? source : `${source} ${detail}`;

/** The reason that guards and the last gate give for a restriction. */
export const REASON_OF_SOURCE: Readonly<Record<RestrictionSource, ReasonCode>> = {
  kill: 'KILL_SWITCH',
  disarmed: 'DISARMED',
  stale_clock: 'STALE_CLOCK',
  breaker: 'BREAKER',
  unprotected: 'UNPROTECTED',
  reconcile_break: 'RECONCILE_BREAK',
  daily_loss: 'DAILY_LOSS',
  drawdown: 'DRAWDOWN',
  consecutive_losses: 'CONSECUTIVE_LOSSES',
  pause: 'PAUSED',
};

/** What else than the journal may restrict trading: the world around the process. */
export interface Outside {
  /** TRADE_LABS_KILL_SWITCH is set. */
  readonly killSwitch: boolean;
  /** What stands in the kill file; null where there is none. */
  readonly killFile: string | null;
  /** Why no order may reach the broker; null where orders may, as at a simulated one. */
  readonly disarmed: string | null;
}

/** Nothing outside the journal restricts trading. */
export const NOTHING_OUTSIDE: Outside = { killSwitch: false, killFile: null, disarmed: null };

/** What restricts trading from outside the journal: it can be lifted only there. */
export function outsideRestrictions({ killSwitch, killFile, disarmed }: Outside): Restriction[] {
  const outside = { detail: '', state: 'halted', since: null, until: null } as const;
  const found: Restriction[] = [];
  if (killSwitch) {
    const why = 'TRADE_LABS_KILL_SWITCH is set';
    found.push({ ...outside, source: 'kill', detail: 'environment', by: 'environment', why });
  }
  if (killFile !== null) {
    const why = killFile === '' ? 'the kill file is there' : killFile;
    found.push({ ...outside, source: 'kill', detail: 'file', by: 'kill file', why });
  }
  if (disarmed !== null) {
    found.push({ ...outside, source: 'disarmed', by: 'arming', why: disarmed });
  }
  return found;
}
