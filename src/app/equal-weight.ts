import type { CorporateAction, Symbol } from '../domain/market.ts';
import { dateToUtcMs, type Session, type SessionDate } from '../domain/time.ts';
import type { BarSource } from '../ports/bar-source.ts';

/** The value of a holding at a close. Dollars. */
export interface HeldRow {
  readonly session: SessionDate;
  readonly equity: number;
}

/**
 * Equal weight, bought and held: all symbols with a bar in the first session, the same money in each at its close,
 * without cost, never touched again. Splits and dividends that the prices do not contain change shares and cash as they
 * would for an account; a symbol without a bar keeps its last close. The first row is the session before. Empty where
 * no symbol has a bar in the first session.
 */
export function equalWeight(
  source: BarSource,
  symbols: readonly Symbol[],
  before: SessionDate,
  sessions: readonly Session[],
  startEquity: number,
): HeldRow[] {
  const growth = new Float64Array(sessions.length);
  let held = 0;
  for (const symbol of symbols) if (addGrowth(source, symbol, sessions, growth)) held += 1;
  if (held === 0) return [];
  return [
    { session: before, equity: startEquity },
    ...sessions.map(({ date }, i) => ({
      session: date,
      equity: (startEquity * (growth[i] as number)) / held,
    })),
  ];
}

/** Adds the value of one dollar put into the symbol at the first close; false where it has no bar then. */
function addGrowth(
  source: BarSource,
  symbol: Symbol,
  sessions: readonly Session[],
  growth: Float64Array,
): boolean {
  const { time, close, volume, length } = source.daily(symbol);
  const first = dateToUtcMs((sessions[0] as Session).date);
  let next = 0;
  while (next < length && (time[next] as number) < first) next += 1;
  if (time[next] !== first || next >= length || !((volume[next] as number) > 0)) return false;
  const base = close[next] as number;
  const actions = actionsAfter(source, symbol, (sessions[0] as Session).date);
  let [last, shares, paid, done] = [base, 1, 0, 0];
  sessions.forEach(({ date }, i) => {
    const at = dateToUtcMs(date);
    for (; done < actions.length && (actions[done] as CorporateAction).exDate <= date; done += 1) {
      const { kind, value } = actions[done] as CorporateAction;
      if (kind === 'split') {
        shares *= value;
        last /= value;
      } else if (kind === 'dividend') paid += shares * value;
    }
    for (; next < length && (time[next] as number) <= at; next += 1) {
      if ((volume[next] as number) > 0) last = close[next] as number;
    }
    growth[i] = (growth[i] as number) + (shares * last + paid) / base;
  });
  return true;
}

/** What an account would see of the actions after a date, by the adjustment of the prices. */
function actionsAfter(source: BarSource, symbol: Symbol, date: SessionDate): CorporateAction[] {
  if (source.adjustment === 'total') return [];
  return source
    .actions(symbol)
    .filter(
      ({ exDate, kind }) => exDate > date && (kind !== 'split' || source.adjustment === 'none'),
    );
}
