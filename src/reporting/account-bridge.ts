import { add, type Micros, negate, subtract, sum, toUsd, usd, ZERO } from '../domain/money.ts';
import type { Mode } from '../domain/run.ts';
import { isoUtc } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { EventOf } from '../events/event.ts';
import { type AccountMoves, accountMoves, unrealizedOf } from './day-book.ts';
import { wallTime } from './format.ts';
import type { DayEvents } from './report-input.ts';

type Mark = EventOf<'account.marked'>;

export interface BridgeRow {
  readonly id: string;
  readonly label: string;
  /** Dollars, signed as it changes the account; null where it cannot be known. */
  readonly amount: number | null;
}

/** From equity to equity: every row is counted by itself, none is what is left over. */
export interface AccountBridge {
  /** Null, with the reason, where there is no mark to start from or to end at. */
  readonly rows: readonly BridgeRow[] | null;
  readonly reason: string | null;
  /** "close of 2026-03-04". */
  readonly from: string | null;
  readonly to: string | null;
  readonly startEquity: number | null;
  readonly endEquity: number | null;
  /** What the rows do not explain; 0 by invariant in simulation. */
  readonly unexplained: number | null;
  /** True where the unexplained is more than the mode may have. */
  readonly isFinding: boolean;
  /** Deposits less withdrawals. */
  readonly flow: number | null;
  /** End less start less flow. */
  readonly pnl: number | null;
  /** How the realised row follows from the closed trades. */
  readonly tie: RealizedTie | null;
}

/** From the table of closed trades to the realised row of the bridge; the four parts add up to it. */
export interface RealizedTie {
  /** Gross of the closed trades of the report. */
  readonly closedTrades: number;
  /** Trades that ended between the marks and are not in the table, less those in the table that ended outside. */
  readonly otherTrades: number;
  /** Of all these, what was realised before the first mark, negative when it was a gain. */
  readonly lessEarlier: number;
  /** Partial sales of trades that are still open. */
  readonly stillOpen: number;
  readonly realizedGross: number;
  /** Trades whose record says another gross result than their fills, by entry order. */
  readonly mismatched: readonly string[];
}

/** Above this an unexplained difference is a finding: a broker's rounding may reach it, a simulation has none. */
const TOLERANCE: Readonly<Record<Mode, number>> = {
  sim: 0,
  backtest: 0,
  replay: 0,
  paper: 1,
  live: 1,
};

export interface BridgeEnds {
  /** The mark of an earlier session; null at the beginning of a history. */
  readonly start: Mark | null;
  readonly end: Mark | null;
}

/** The bridge between two marks. `trades` are the closed ones of the report. */
export function accountBridge(
  { start, end }: BridgeEnds,
  events: DayEvents,
  trades: readonly TradeRecord[],
  mode: Mode,
): AccountBridge {
  if (end === null) return noBridge('the account was not marked in this session');
  const moves = accountMoves(events, start?.seq ?? 0, end.seq);
  const flow = add(moves.cash.deposit, moves.cash.withdrawal);
  if (start === null && flow <= 0) {
    return noBridge('there is no earlier mark and no deposit to start from');
  }
  const before = unrealizedOf(moves.before, start?.marks ?? []);
  const after = unrealizedOf(moves.after, end.marks);
  const change = before === null || after === null ? null : subtract(after, before);
  const startEquity = start?.equity ?? ZERO;
  const amounts: readonly [string, string, Micros | null][] = [
    ['realizedGross', 'Realised, gross', moves.realizedGross],
    ['unrealizedChange', 'Change of unrealised', change],
    ['commissions', 'Commissions', negate(moves.commissions)],
    ...estimateRow(start, end),
    ['dividends', 'Dividends', moves.cash.dividend],
    ['interest', 'Interest', moves.cash.interest],
    ['fees', 'Fees', moves.cash.fee],
    ['deposits', 'Deposits', moves.cash.deposit],
    ['withdrawals', 'Withdrawals', moves.cash.withdrawal],
  ];
  const unexplained =
    change === null
      ? null
      : subtract(
          subtract(end.equity, startEquity),
          sum(amounts.map(([, , amount]) => amount ?? ZERO)),
        );
  return {
    rows: amounts.map(([id, label, amount]) => ({
      id,
      label,
      amount: amount === null ? null : toUsd(amount),
    })),
    reason: change === null ? 'a position has no mark' : null,
    from: start === null ? 'the first deposit' : markName(start),
    to: markName(end),
    startEquity: toUsd(startEquity),
    endEquity: toUsd(end.equity),
    unexplained: unexplained === null ? null : toUsd(unexplained),
    isFinding: unexplained !== null && Math.abs(toUsd(unexplained)) > TOLERANCE[mode],
    flow: toUsd(flow),
    pnl: toUsd(subtract(subtract(end.equity, startEquity), flow)),
    tie: tieOf(moves, trades),
  };
}

/** What was taken off for commissions that are still unknown; no row where both marks know them all. */
function estimateRow(
  start: Mark | null,
  { estimatedCommissions: after = ZERO }: Mark,
): [string, string, Micros][] {
  const before = start?.estimatedCommissions ?? ZERO;
  if (before === 0 && after === 0) return [];
  return [['estimatedCommissions', 'Commissions, estimated', subtract(before, after)]];
}

/** What came after a mark within the session is not in it: so its time is told. */
const markName = ({ cause, session, at }: Mark): string =>
  cause === 'close' ? `close of ${session}` : `last mark of ${session}, ${wallTime(isoUtc(at))}`;

const noBridge = (reason: string): AccountBridge => ({
  rows: null,
  reason,
  from: null,
  to: null,
  startEquity: null,
  endEquity: null,
  unexplained: null,
  isFinding: false,
  flow: null,
  pnl: null,
  tie: null,
});

function tieOf(moves: AccountMoves, closed: readonly TradeRecord[]): RealizedTie {
  const recorded = new Map(
    closed.map(({ entryRef, entryAt, grossPnl }) => [`${entryRef} ${entryAt}`, grossPnl]),
  );
  const mismatched: string[] = [];
  for (const { entryRef, entryAt, gross } of moves.ended) {
    const record = recorded.get(`${entryRef} ${isoUtc(entryAt)}`);
    if (record !== undefined && record !== toUsd(gross)) mismatched.push(entryRef);
  }
  const table = sum(closed.map(({ grossPnl }) => usd(grossPnl ?? 0)));
  const gross = sum(moves.ended.map((trip) => trip.gross));
  const earlier = sum(moves.ended.map(({ realizedEarlier }) => realizedEarlier));
  return {
    closedTrades: toUsd(table),
    otherTrades: toUsd(subtract(gross, table)),
    lessEarlier: toUsd(negate(earlier)),
    stillOpen: toUsd(moves.realizedOfOpen),
    realizedGross: toUsd(moves.realizedGross),
    mismatched,
  };
}
