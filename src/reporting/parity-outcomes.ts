import { toUsd } from '../domain/money.ts';
import { parseInstant } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { RunParity } from './parity-decisions.ts';
import type { Bought, ParityRow, ParitySide } from './parity-side.ts';

/** What became of an entry that both sides approved: prices in dollars. */
export interface Outcome {
  readonly entryRef: string;
  /** Null where nothing was bought; `end` says why. */
  readonly bought: Bought | null;
  readonly end: string | null;
  /** The trade that the entry began; null where it added to another one. */
  readonly trade: TradeRecord | null;
  /** Entry against the reference price of the decision, positive = cost; null where nothing was bought. */
  readonly slippageBps: number | null;
  /** Commission and fees over the value bought and sold; null while one is not known. */
  readonly costBps: number | null;
}

/** An entry that both sides approved, and what came of it on each. */
export interface OutcomeParity {
  readonly session: string;
  readonly slot: string;
  readonly symbol: string;
  /** The first of these that differs. */
  readonly class: 'same' | 'fill' | 'timing' | 'cost';
  readonly details: readonly string[];
  readonly a: Outcome;
  readonly b: Outcome;
  /** B less A. Null where one side has no value. */
  readonly entryBps: number | null;
  readonly exitBps: number | null;
  readonly slippageBps: number | null;
  readonly costBps: number | null;
  readonly netPnl: number | null;
}

/** Outcomes of the entries that both sides approved; what only one approved has no counterpart. */
export function compareOutcomes(
  runs: readonly RunParity[],
  a: ParitySide,
  b: ParitySide,
): OutcomeParity[] {
  return runs.flatMap(({ session, slot, rows }) =>
    rows.flatMap((row): OutcomeParity[] => {
      const [rowA, rowB] = [row.a, row.b];
      if (rowA?.entryRef == null || rowB?.entryRef == null) return [];
      const [outcomeA, outcomeB] = [outcomeOf(rowA, a), outcomeOf(rowB, b)];
      return [{ session, slot, symbol: row.symbol, ...compared(outcomeA, outcomeB) }];
    }),
  );
}

function outcomeOf(row: ParityRow, side: ParitySide): Outcome {
  const entryRef = row.entryRef ?? '';
  const bought = side.bought.get(entryRef) ?? null;
  const trade = side.trades.get(entryRef) ?? null;
  return {
    entryRef,
    bought,
    end: bought === null ? (side.ends.get(entryRef) ?? 'still open') : null,
    trade,
    slippageBps: bought === null ? null : bps(toUsd(row.referencePrice), bought.price),
    costBps: trade === null ? null : costBpsOf(trade),
  };
}

/** Commission over all that was bought, and sold again. */
function costBpsOf({ commission, entryPrice, exitPrice, quantity }: TradeRecord): number | null {
  const value = quantity * (entryPrice + (exitPrice ?? 0));
  return commission === null || value === 0 ? null : (commission / value) * 10_000;
}

const bps = (from: number, to: number): number => (to / from - 1) * 10_000;

function compared(a: Outcome, b: Outcome): Omit<OutcomeParity, 'session' | 'slot' | 'symbol'> {
  const fill = fillDetails(a, b);
  const timing = a.trade !== null && b.trade !== null ? timingDetails(a.trade, b.trade) : [];
  const cost = a.trade !== null && b.trade !== null ? costDetails(a.trade, b.trade) : [];
  return {
    class:
      fill.length > 0 ? 'fill' : timing.length > 0 ? 'timing' : cost.length > 0 ? 'cost' : 'same',
    details: [...fill, ...timing, ...cost],
    a,
    b,
    entryBps: between(a.bought?.price, b.bought?.price),
    exitBps: between(a.trade?.exitPrice, b.trade?.exitPrice),
    slippageBps: less(a.slippageBps, b.slippageBps),
    costBps: less(a.costBps, b.costBps),
    netPnl: cents(less(a.trade?.netPnl ?? null, b.trade?.netPnl ?? null)),
  };
}

const between = (from: number | null | undefined, to: number | null | undefined): number | null =>
  from == null || to == null ? null : bps(from, to);

const less = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : b - a;

/** Dollars have six decimals in the records, and so have their differences. */
const cents = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 1e6) / 1e6;

function fillDetails(a: Outcome, b: Outcome): string[] {
  if (a.bought === null || b.bought === null) {
    const text = ({ bought, end }: Outcome): string =>
      bought === null ? (end ?? '') : `bought ${bought.quantity} at ${bought.price}`;
    return text(a) === text(b) ? [] : [`${text(a)} -> ${text(b)}`];
  }
  return [
    ...changed('quantity', a.bought.quantity, b.bought.quantity),
    ...changed('entry', a.bought.price, b.bought.price),
    ...changed('exit', a.trade?.exitPrice ?? null, b.trade?.exitPrice ?? null),
    ...changed('exit reason', a.trade?.exitReason ?? null, b.trade?.exitReason ?? null),
  ];
}

function timingDetails(a: TradeRecord, b: TradeRecord): string[] {
  return [
    ...(sameInstant(a.entryAt, b.entryAt) ? [] : changed('entered', a.entryAt, b.entryAt)),
    ...(sameInstant(a.exitAt, b.exitAt) ? [] : changed('left', a.exitAt, b.exitAt)),
  ];
}

const sameInstant = (a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && parseInstant(a) === parseInstant(b));

const costDetails = (a: TradeRecord, b: TradeRecord): string[] => [
  ...changed('commission', a.commission, b.commission),
  ...changed('net P&L', a.netPnl, b.netPnl),
];

const changed = (name: string, a: number | string | null, b: number | string | null): string[] =>
  a === b ? [] : [`${name} ${a ?? 'none'} -> ${b ?? 'none'}`];
