import type { SessionDate } from '../domain/time.ts';
import type { TradeSummary } from '../ledger/metrics-trades.ts';
import type { Reconciliation } from './day-checks.ts';
import { money, percent, plural, weekday } from './format.ts';

export interface HeadlineFacts {
  /** "2026-03-05 Thu", "2026-W10". */
  readonly name: string;
  readonly preliminary: boolean;
  readonly pnl: number | null;
  readonly earned: number | null;
  readonly tradeSummary: TradeSummary;
  readonly positions: number;
  readonly reconciliation: Reconciliation;
  /** How many things need a person. */
  readonly attention: number;
}

/** "2026-03-05 Thu". */
export const dayName = (session: SessionDate): string => `${session} ${weekday(session)}`;

/** A day, week or month in one line that a phone can show; what needs a person is in it. */
export function headline(facts: HeadlineFacts): string {
  const { name, preliminary, pnl, earned, attention } = facts;
  const result = pnl === null ? 'P&L n/a' : money(pnl);
  const inPercent = pnl === null || earned === null ? '' : ` (${percent(earned)})`;
  const parts = [
    `${result}${inPercent}`,
    tradesText(facts.tradeSummary),
    facts.positions === 0 ? 'no positions' : plural(facts.positions, 'position'),
    matchText(facts.reconciliation),
  ];
  const start = `${preliminary ? 'PRELIMINARY ' : ''}${name}`;
  const end = attention === 0 ? '' : ` ${plural(attention, 'thing needs', 'things need')} you.`;
  return `${start}: ${parts.join(', ')}.${end}`;
}

/** "2 trades 1W/1L", with draws and those without a result where there are any. */
export function tradesText({ closed, wins, draws, losses, provisional }: TradeSummary): string {
  if (closed + provisional === 0) return 'no trades';
  const score = [`${wins}W`, ...(draws > 0 ? [`${draws}D`] : []), `${losses}L`].join('/');
  const open = provisional === 0 ? '' : ` (${provisional} provisional)`;
  return `${plural(closed + provisional, 'trade')} ${score}${open}`;
}

/** Book against statement in two words. */
export function matchText({ status, discrepancies }: Reconciliation): string {
  if (status === 'matched') return 'all matched';
  if (status === 'none') return 'not reconciled';
  if (status === 'incomplete') return 'reconcile incomplete';
  if (status === 'pending') return `${discrepancies.length} pending`;
  const proven = discrepancies.filter(({ state }) => state === undefined).length;
  return plural(proven, 'mismatch', 'mismatches');
}
