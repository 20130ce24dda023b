import { newYorkTime } from '../../calendar/nyse.ts';
import { type Micros, toUsd } from '../../domain/money.ts';
import { isLive } from '../../domain/order.ts';
import { isoUtc } from '../../domain/time.ts';
import type { BookOrder } from '../../ledger/book-state.ts';
import { price } from '../../reporting/format.ts';
import type { CommandSpec } from '../command.ts';
import { symbolOption } from '../options.ts';
import { renderTable, type TableColumn } from '../table.ts';

/** `trade-labs orders`: what was asked of the broker and may still fill. */
export const orders: CommandSpec = {
  path: 'orders',
  group: 'Inspect',
  summary: 'List working orders, and with --all the ended ones of the session',
  examples: [
    { line: 'trade-labs orders', does: 'what may still fill' },
    { line: 'trade-labs orders --all', does: 'also what ended since the last close' },
  ],
  configure: (command) => {
    command
      .option('--all', 'orders that have ended since the last close too')
      .option('--symbol <symbol>', 'orders of one symbol');
  },
  run: async (context, _args, options) => {
    const symbol = symbolOption(options.symbol);
    const { viewDesk } = await import('../../app/desk-view.ts');
    const { book } = await viewDesk(context.home, false);
    const listed = [...book.orders()].filter(
      (order) =>
        (options.all === true || isLive(order.status)) &&
        (symbol === undefined || order.symbol === symbol),
    );
    const data = { orders: listed.map(dataOf) };
    if (listed.length === 0) return { data, text: 'No working orders.' };
    const table = renderTable(COLUMNS, listed.map(rowOf), { columns: context.columns });
    const unknown = listed.filter(({ status }) => status === 'unknown').length;
    const note =
      unknown === 0
        ? []
        : [`${unknown} without an answer: looked up at the broker until proved, never sent again`];
    return { data, text: [table, ...note].join('\n\n') };
  },
};

const COLUMNS: readonly TableColumn[] = [
  { title: 'sent ET', priority: 2 },
  { title: 'symbol' },
  { title: 'leg' },
  { title: 'side', priority: 4 },
  { title: 'type', priority: 5 },
  { title: 'filled', align: 'right' },
  { title: 'limit', align: 'right', priority: 6 },
  { title: 'stop', align: 'right', priority: 7 },
  { title: 'TIF', priority: 1 },
  { title: 'status' },
  { title: 'order', priority: 0 },
];

const shown = (amount: Micros | null): string => (amount === null ? '' : price(toUsd(amount)));

const rowOf = (order: BookOrder): string[] => [
  newYorkTime(order.submittedAt),
  order.symbol,
  order.leg,
  order.side,
  order.type,
  `${order.filledQuantity}/${order.quantity}`,
  shown(order.limitPrice),
  shown(order.stopPrice),
  order.timeInForce,
  order.status,
  order.orderRef,
];

const dollars = (amount: Micros | null): number | null => (amount === null ? null : toUsd(amount));

const dataOf = (order: BookOrder) => ({
  orderRef: order.orderRef,
  session: order.session,
  symbol: order.symbol,
  leg: order.leg,
  side: order.side,
  type: order.type,
  quantity: order.quantity,
  filledQuantity: order.filledQuantity,
  limitPrice: dollars(order.limitPrice),
  stopPrice: dollars(order.stopPrice),
  timeInForce: order.timeInForce,
  parentRef: order.parentRef,
  ocaGroup: order.ocaGroup,
  exitReason: order.exitReason,
  status: order.status,
  submittedAt: isoUtc(order.submittedAt),
});
