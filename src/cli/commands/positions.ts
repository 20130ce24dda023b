import { ordinalOf } from '../../calendar/nyse.ts';
import {
  add,
  type Micros,
  maxOf,
  subtract,
  sum,
  timesQuantity,
  toUsd,
  ZERO,
} from '../../domain/money.ts';
import type { Book } from '../../ledger/book.ts';
import type { OpenTrade } from '../../ledger/book-state.ts';
import { heldPriceOf, initialRiskOf } from '../../ledger/book-trades.ts';
import { costOf } from '../../ledger/lots.ts';
import type { SymbolProof } from '../../ledger/protection.ts';
import { amount, money, multiple, price } from '../../reporting/format.ts';
import type { CommandSpec } from '../command.ts';
import { renderTable, type TableColumn } from '../table.ts';

/** `trade-labs positions`: what is held, at its last marks, and how it is protected. */
export const positions: CommandSpec = {
  path: 'positions',
  group: 'Inspect',
  summary: 'List positions with their stops, R now and protection',
  examples: [{ line: 'trade-labs positions', does: 'all of them, also while the daemon runs' }],
  run: async (context) => {
    const { viewDesk } = await import('../../app/desk-view.ts');
    const { book, proofs } = await viewDesk(context.home);
    const states = new Map(proofs.map((proof) => [proof.symbol, proof.state]));
    const rows = book.openTrades().map((trade) => positionOf(book, trade, states));
    const totals = totalsOf(rows, book);
    const data = { positions: rows.map(dataOf), totals, foreign: foreignOf(proofs) };
    const foreign = data.foreign.map(
      ({ symbol, quantity }) => `${quantity} ${symbol} in the account are not ours: never touched`,
    );
    if (rows.length === 0) return { data, text: ['No positions.', ...foreign].join('\n') };
    const total = COLUMNS.map(({ title }) => {
      if (title === 'symbol') return 'TOTAL';
      if (title === 'value') return amount(totals.value);
      if (title === 'P&L') return money(totals.unrealized);
      return title === 'at risk' ? amount(totals.openRisk) : '';
    });
    const lines = [...rows.map(rowOf), total];
    const table = renderTable(COLUMNS, lines, { columns: context.columns });
    const note = 'Marks are those of the last valuation. The proof: trade-labs protect';
    return { data, text: [table, ...foreign, note].join('\n\n') };
  },
};

interface Position {
  readonly trade: OpenTrade;
  readonly quantity: number;
  readonly averagePrice: Micros;
  readonly value: Micros;
  readonly unrealized: Micros;
  readonly openRisk: Micros;
  /** Realised and unrealised P&L over the initial risk of the shares bought; null without a stop. */
  readonly rNow: number | null;
  readonly protection: SymbolProof['state'];
}

function positionOf(
  book: Book,
  trade: OpenTrade,
  states: ReadonlyMap<string, SymbolProof['state']>,
): Position {
  const quantity = book.owned(trade.symbol);
  const value = timesQuantity(trade.mark, quantity);
  const unrealized = subtract(value, costOf(trade.lots));
  const averagePrice = heldPriceOf(trade);
  const risk = initialRiskOf(trade);
  return {
    trade,
    quantity,
    averagePrice,
    value,
    unrealized,
    openRisk: timesQuantity(maxOf(ZERO, subtract(trade.mark, trade.stop ?? ZERO)), quantity),
    rNow: risk !== null ? Math.round((add(unrealized, trade.realized) / risk) * 1e6) / 1e6 : null,
    protection: states.get(trade.symbol) ?? 'unknown',
  };
}

const totalsOf = (rows: readonly Position[], book: Book) => ({
  value: toUsd(sum(rows.map(({ value }) => value))),
  unrealized: toUsd(sum(rows.map(({ unrealized }) => unrealized))),
  openRisk: toUsd(sum(rows.map(({ openRisk }) => openRisk))),
  cash: toUsd(book.cash),
  equity: toUsd(book.equity()),
});

/** Shares that the account has beside ours. */
const foreignOf = (proofs: readonly SymbolProof[]) =>
  proofs.flatMap(({ symbol, brokerShares, owned }) =>
    brokerShares === null || brokerShares === owned
      ? []
      : [{ symbol, quantity: brokerShares - owned }],
  );

const COLUMNS: readonly TableColumn[] = [
  { title: 'symbol' },
  { title: 'qty', align: 'right' },
  { title: 'average', align: 'right', priority: 3 },
  { title: 'mark', align: 'right', priority: 6 },
  { title: 'value', align: 'right', priority: 4 },
  { title: 'P&L', align: 'right' },
  { title: 'R now', align: 'right', priority: 5 },
  { title: 'stop', align: 'right', priority: 8 },
  { title: 'at risk', align: 'right', priority: 2 },
  { title: 'entered', priority: 1 },
  { title: 'protection', priority: 9 },
];

const rowOf = (position: Position): string[] => [
  position.trade.symbol,
  String(position.quantity),
  price(toUsd(position.averagePrice)),
  price(toUsd(position.trade.mark)),
  amount(toUsd(position.value)),
  money(toUsd(position.unrealized)),
  multiple(position.rNow),
  position.trade.stop === null ? 'none' : price(toUsd(position.trade.stop)),
  amount(toUsd(position.openRisk)),
  position.trade.entrySession,
  position.protection,
];

const dataOf = ({ trade, ...position }: Position) => ({
  symbol: trade.symbol,
  tradeId: trade.tradeId,
  quantity: position.quantity,
  averagePrice: toUsd(position.averagePrice),
  mark: toUsd(trade.mark),
  markSession: trade.markSession,
  value: toUsd(position.value),
  unrealized: toUsd(position.unrealized),
  rNow: position.rNow,
  initialStop: trade.initialStop === null ? null : toUsd(trade.initialStop),
  stop: trade.stop === null ? null : toUsd(trade.stop),
  openRisk: toUsd(position.openRisk),
  entrySession: trade.entrySession,
  sessionsHeld: ordinalOf(trade.markSession) - ordinalOf(trade.entrySession) + 1,
  protection: position.protection,
});
