import { EXIT_REASONS, LEGS, ORDER_STATUSES, ORDER_TYPES } from '../domain/order.ts';
import { MODES } from '../domain/run.ts';
import { RESOLUTIONS, type TradeRecord } from '../domain/trade.ts';
import type { EntryCell } from '../ledger/statistics.ts';
import type { OrderRow } from './day-orders.ts';
import type { Execution, FilledOrder, Slippage, WorstFill } from './execution.ts';
import type { Intraday, IntradayFill, IntradayRow } from './intraday.ts';
import {
  as,
  bps,
  count,
  date,
  define,
  flag,
  fraction,
  inR,
  instant,
  list,
  number,
  oneOf,
  only,
  orNull,
  price,
  text,
  usd,
} from './json-schema-parts.ts';
import type { PositionRow } from './open-positions.ts';

/** Trades, positions and orders. */
export const trade = define<TradeRecord>('Trade', 'A round trip, flat to flat', {
  tradeId: text('Name of the trade: the reference of its entry order'),
  runId: text('Run that decided on it; empty where none is known'),
  symbol: text('Symbol'),
  side: only('long', 'Shares are bought first'),
  status: oneOf(['open', 'closed'], 'Whether it has ended'),
  quantity: count('Bought in all', 'shares'),
  entrySession: date('Session of the entry'),
  entryAt: instant('First fill of the entry'),
  entryPrice: price('Average fill of the entry'),
  initialStop: orNull(price('Stop it was opened with')),
  stop: orNull(price('Last stop in force')),
  target: orNull(price('Target; null where none is set')),
  exitSession: orNull(date('Session it ended in; null while it is open')),
  exitAt: orNull(instant('Last fill of the exit; null while it is open')),
  exitPrice: orNull(price('Average fill of the exit')),
  exitReason: orNull(oneOf(EXIT_REASONS, 'Why it ended; null while it is open')),
  grossPnl: orNull(usd('Result before commissions')),
  commission: orNull(usd('Commissions; null while one is unknown')),
  netPnl: orNull(usd('Result after commissions; null while one is unknown')),
  rMultiple: orNull(inR('Net result over (average entry - initial stop) x quantity')),
  mae: orNull(usd('Worst excursion against the average fill, <= 0')),
  mfe: orNull(usd('Best excursion against the average fill, >= 0')),
  maeR: orNull(inR('Worst excursion over the initial risk')),
  mfeR: orNull(inR('Best excursion over the initial risk')),
  resolution: orNull(oneOf(RESOLUTIONS, 'Finest bars the excursions were measured on')),
  score: orNull(number('Score of the candidate', 'points of 100')),
  strategy: text('Strategy that wanted it'),
  signalReason: text("The strategy's reason"),
  strength: orNull(fraction("The signal's strength, 0 to 1")),
  mode: oneOf(MODES, 'What the process traded with'),
  account: text('Account'),
  entryRef: text('Reference of the entry order'),
  exitRef: orNull(text('Reference of the order that ended it')),
  stopRef: orNull(text('Reference of the protective stop')),
});

export const position = define<PositionRow>('Position', 'Shares held', {
  symbol: text('Symbol'),
  tradeId: orNull(text('The open trade; null where no record is')),
  quantity: count('Held', 'shares'),
  averagePrice: price('Average cost'),
  mark: orNull(price('Price of the last mark; null where it has none for the symbol')),
  markStale: flag('True where that price is old'),
  value: orNull(usd('Mark x quantity')),
  shareOfEquity: orNull(fraction('Value over equity')),
  unrealized: orNull(usd('Value less cost')),
  unrealizedR: orNull(inR('Unrealised over the initial risk of the shares still held')),
  stop: orNull(price('Last stop in force by our records')),
  stopDistance: orNull(fraction('(mark - stop) / mark')),
  openRisk: orNull(usd('Loss from the mark if the stop fills at its price; all without a stop')),
  stopQuantity: count('That acknowledged stop orders would sell', 'shares'),
  sessionsHeld: orNull(count('The entry session counting 1', 'sessions')),
  entrySession: orNull(date('Session of the entry')),
  strategy: orNull(text('Strategy that wanted it')),
  signalReason: orNull(text("The strategy's reason")),
});

const LEG = 'What the order is for; null for one that we never sent';

export const order = define<OrderRow>('Order', 'An order and what became of it', {
  orderRef: text('Reference of the order'),
  session: orNull(date('Session it was sent for; null for one that we never sent')),
  symbol: text('Symbol'),
  leg: orNull(oneOf(LEGS, LEG)),
  side: oneOf(['buy', 'sell'], 'Side'),
  type: orNull(oneOf(ORDER_TYPES, 'Type; null for one that we never sent')),
  quantity: orNull(count('Ordered', 'shares')),
  limitPrice: orNull(price('Limit; null without one')),
  stopPrice: orNull(price('Stop; null without one')),
  status: oneOf(ORDER_STATUSES, 'Where it stands'),
  reason: orNull(text('Why it ended or is unknown; for a filled sell, why it was sent')),
  filledQuantity: count('Filled', 'shares'),
  averageFillPrice: orNull(price('Average fill; null without one')),
  submittedAt: orNull(instant('When it was sent')),
  doneAt: orNull(instant('When it ended; null while it may fill')),
});

export const filledOrder = define<FilledOrder>('FilledOrder', 'An order that was filled', {
  orderRef: text('Reference of the order'),
  symbol: text('Symbol'),
  leg: orNull(oneOf(LEGS, LEG)),
  filledQuantity: number('Filled in the span of the report, less what corrections took', 'shares'),
  averageFillPrice: price('Average of these fills'),
  referencePrice: orNull(
    price(
      'Entries: the price decided on; stops and targets: their own; exits: the last mark before',
    ),
  ),
  slippageBps: orNull(bps('Against the reference; positive is a cost')),
  delayMs: orNull(number('From sending to the last fill of entries and exits', 'ms')),
  spreadBps: orNull(bps('Ask less bid over their middle, of the quote an entry was decided on')),
  commission: orNull(usd('Null while the broker has not reported all of it')),
  commissionBps: orNull(bps('Commission over the value filled')),
});

export const slippage = define<Slippage>('Slippage', 'Slippage of some fills; positive is a cost', {
  count: count('Fills that have a reference', 'fills'),
  meanBps: orNull(bps('Mean; null without a fill')),
  p95Bps: orNull(bps('95th percentile; null without a fill')),
});

const worstFill = define<WorstFill>('WorstFill', 'A fill that cost much against its reference', {
  symbol: text('Symbol'),
  orderRef: text('Reference of the order'),
  bps: bps('Against the reference; positive is a cost'),
});

const orders = (about: string) => count(about, 'orders');

export const execution = define<Execution>('Execution', 'What became of the orders', {
  placed: orders('Sent'),
  filled: orders('Filled in full'),
  partlyFilled: orders('Filled in part'),
  cancelled: orders('Cancelled'),
  expired: orders('Expired'),
  rejected: orders('Refused by the broker'),
  working: orders('Still working'),
  unknown: orders('Sent, and neither accepted nor refused as far as we know'),
  earlierFilled: orders('Of earlier sessions, filled in this span'),
  denied: count('Refused by our guards; they never became orders', 'proposals'),
  medianFillMs: orNull(number('From sending to the fill of entries and market exits', 'ms')),
  p95FillMs: orNull(number('95th percentile of the same', 'ms')),
  entrySlippage: as('Entries against the reference price of the decision', slippage),
  exitSlippage: as('Market exits against the last mark before they were sent', slippage),
  stopSlippage: as('Stops against their stop price, gaps included', slippage),
  worstFills: list('The dearest fills, the worst first', worstFill),
  commissions: usd('Paid for the executions of the span, as far as reported'),
  commissionPerShare: orNull(price('Commissions over shares; null without an execution')),
  commissionBps: orNull(bps('Commissions over value; null without an execution')),
  provisionalFills: count('Whose commission is not reported yet', 'fills'),
});

const intradayRow = define<IntradayRow>('IntradayRow', 'The account at one instant of the day', {
  at: instant('When'),
  cause: oneOf(['before', 'run', 'close'], 'Why it was valued; before: the mark before the day'),
  equity: usd('Equity'),
  change: orNull(usd('Against the mark before the day, less deposits and withdrawals since')),
});

const intradayFill = define<IntradayFill>('IntradayFill', 'A fill of the day', {
  at: instant('When'),
  symbol: text('Symbol'),
  side: oneOf(['buy', 'sell'], 'Side'),
  quantity: count('Filled', 'shares'),
});

export const intraday = define<Intraday>('Intraday', 'The day as the account went through it', {
  rows: list('Valuations in order of time', intradayRow),
  fills: list('Fills in order of time', intradayFill),
});

export const entryCell = define<EntryCell>('EntryCell', 'Trades by weekday and hour of the entry', {
  weekday: text('"Mon" to "Fri"'),
  hour: text('Hour in New York: "09:00" for 09:00 to 09:59'),
  trades: count('Closed with a known result', 'trades'),
  wins: count('Of these, with a gain', 'trades'),
  netProfit: usd('Net result'),
  sumR: inR('Sum of the results'),
});
