import { arrayBarSource, dailyBar } from '../../src/adapters/sim/array-bar-source.ts';
import { createSimBroker, type SimBrokerOptions } from '../../src/adapters/sim/sim-broker.ts';
import { sessionOf } from '../../src/calendar/nyse.ts';
import type { Bar, CorporateAction, Symbol } from '../../src/domain/market.ts';
import { formatExact, usd } from '../../src/domain/money.ts';
import type { Bracket, Order } from '../../src/domain/order.ts';
import { assertExists } from '../../src/domain/result.ts';
import { type EpochMs, MINUTE_MS, type Session, sessionDate } from '../../src/domain/time.ts';
import type { BrokerEvent } from '../../src/ports/broker.ts';
import { commissionModel } from '../../src/risk/commission.ts';

/** Monday to Friday of a week without holidays. */
export const WEEK: readonly Session[] = [2, 3, 4, 5, 6].map((day) =>
  assertExists(sessionOf(sessionDate(`2015-03-0${day}`)), 'the week has sessions'),
);
export const session = (day: number): Session => assertExists(WEEK[day], `day ${day}`);
export const AAA = 'AAA' as Symbol;
export const BBB = 'BBB' as Symbol;

export type Prices = readonly [
  open: number,
  high: number,
  low: number,
  close: number,
  volume?: number,
];

/** Daily bars on consecutive sessions; null is a session without a bar. */
export const week = (...days: readonly (Prices | null)[]): Bar[] =>
  days.flatMap((prices, day) => (prices ? [dailyBar([session(day).date, ...prices])] : []));

/** Five-minute bars of one session from its open on; null is a missing bar. */
export const fives = (day: number, ...bars: readonly (Prices | null)[]): Bar[] =>
  bars.flatMap((prices, i) => {
    if (!prices) return [];
    const [open, high, low, close, volume = 1_000_000] = prices;
    return [{ time: session(day).openAt + i * 5 * MINUTE_MS, open, high, low, close, volume }];
  });

interface WorldBars {
  readonly daily?: Readonly<Record<string, readonly Bar[]>>;
  /** Five-minute bars of AAA by day of the week. */
  readonly fives?: Readonly<Record<number, readonly Bar[]>>;
  readonly actions?: readonly CorporateAction[];
}

/** A simulated broker without commission, over bars, and the hand that moves its time. */
export function world(bars: WorldBars, options: Partial<SimBrokerOptions> = {}) {
  const sessions = Object.fromEntries(
    Object.entries(bars.fives ?? {}).map(([day, list]) => [session(Number(day)).date, list]),
  );
  const symbols = Object.fromEntries(
    Object.entries(bars.daily ?? { AAA: [] }).map(([symbol, daily]) => [
      symbol,
      { daily, sessions: symbol === AAA ? sessions : {}, actions: bars.actions ?? [] },
    ]),
  );
  const source = arrayBarSource(symbols, { intraday: bars.fives ? '5m' : null });
  let now = session(0).openAt;
  const broker = createSimBroker({
    account: 'SIM1',
    startingCash: usd(100_000),
    source,
    clock: { now: () => now },
    slippageBps: 5,
    commission: commissionModel('none'),
    accountKind: 'margin',
    childArm: 'partial',
    ...options,
  });
  const goTo = (at: EpochMs): void => {
    now = at;
  };
  return {
    broker,
    source,
    goTo,
    open(day: number): void {
      goTo(session(day).openAt);
      broker.openBars(session(day).openAt, session(day));
    },
    close(day: number): void {
      goTo(session(day).closeAt);
      broker.closeBars(session(day).closeAt, session(day));
    },
    end: (day: number): void => broker.endOfSession(session(day)),
    /** A whole session: open, inside, end. */
    day(day: number): void {
      this.open(day);
      this.close(day);
      this.end(day);
    },
    /** The opens, or the insides, of five-minute bars. */
    openFive: (day: number, bar: number): void => {
      goTo((session(day).openAt + bar * 5 * MINUTE_MS) as EpochMs);
      broker.openBars(now, session(day));
    },
    closeFive: (day: number, bar: number): void => {
      goTo((session(day).openAt + (bar + 1) * 5 * MINUTE_MS) as EpochMs);
      broker.closeBars(now, session(day));
    },
    /** What was said since the last time, one line each. */
    story: (): string[] => broker.drain().map(told),
    statement: () => broker.statement(0 as EpochMs),
  };
}
export type World = ReturnType<typeof world>;

interface Terms {
  readonly symbol?: Symbol;
  readonly quantity?: number;
  /** Null for a market entry. */
  readonly limit?: number | null;
  readonly stop?: number;
  readonly target?: number;
  readonly band?: readonly [lowest: number, highest: number];
  readonly generation?: number;
}

const BARE: Order = {
  orderRef: '',
  symbol: AAA,
  leg: 'exit',
  side: 'sell',
  type: 'market',
  quantity: 100,
  limitPrice: null,
  stopPrice: null,
  timeInForce: 'GTC',
  parentRef: null,
  ocaGroup: null,
  exitReason: null,
};

const groupOf = (symbol: Symbol, generation: number): string => `oca/${symbol}/${generation}`;

/** Entry limit 101 for the day, stop 95, on 100 shares of AAA, unless told otherwise. */
export function bracket(terms: Terms = {}): Bracket {
  const { symbol = AAA, quantity = 100, limit = 101, stop = 95, generation = 1 } = terms;
  const ref = (leg: string): string => `${symbol}/${leg}/${generation}`;
  const common = { symbol, quantity, ocaGroup: groupOf(symbol, generation) };
  const child = { ...BARE, ...common, parentRef: ref('entry') };
  return {
    entry: {
      ...BARE,
      symbol,
      quantity,
      orderRef: ref('entry'),
      leg: 'entry',
      side: 'buy',
      type: limit === null ? 'market' : 'limit',
      limitPrice: limit === null ? null : usd(limit),
      timeInForce: 'DAY',
    },
    stop: {
      ...child,
      orderRef: ref('stop'),
      leg: 'stop',
      type: 'stop',
      stopPrice: usd(stop),
      exitReason: 'stop',
    },
    target:
      terms.target === undefined
        ? null
        : {
            ...child,
            orderRef: ref('target'),
            leg: 'target',
            type: 'limit',
            limitPrice: usd(terms.target),
            exitReason: 'target',
          },
    band: terms.band ? { lowest: usd(terms.band[0]), highest: usd(terms.band[1]) } : null,
  };
}

/** A market exit of 100 AAA in the group of its first bracket, unless told otherwise. */
export const exit = (terms: Partial<Order> = {}): Order => ({
  ...BARE,
  orderRef: `${terms.symbol ?? AAA}/exit/1`,
  ocaGroup: groupOf(terms.symbol ?? AAA, 1),
  exitReason: 'time',
  ...terms,
});

/** A stop of its own at 95 on 100 AAA, unless told otherwise. */
export const loneStop = (terms: Partial<Order> = {}): Order =>
  exit({
    orderRef: 'AAA/stop/2',
    leg: 'stop',
    type: 'stop',
    stopPrice: usd(95),
    exitReason: 'stop',
    ...terms,
  });

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'];

function when(at: EpochMs): string {
  const day = WEEK.findIndex(({ openAt, closeAt }) => at >= openAt && at <= closeAt);
  const { openAt, closeAt } = session(day);
  const hour = at === openAt ? 'open' : at === closeAt ? 'close' : `+${(at - openAt) / MINUTE_MS}m`;
  return `${DAYS[day]} ${hour}`;
}

/** An event as a line: "AAA/entry/1 buys 100 at 100.05, Mon open". */
function told(event: BrokerEvent): string {
  if (event.kind === 'filled') {
    const { orderRef, side, quantity, price, filledAt } = event.fill;
    return `${orderRef} ${side}s ${quantity} at ${formatExact(price)}, ${when(filledAt)}`;
  }
  if (event.kind === 'modified') {
    const { orderRef, quantity, limitPrice, stopPrice } = event.order;
    const price = limitPrice ?? stopPrice;
    return `${orderRef} is ${quantity}${price === null ? '' : ` at ${formatExact(price)}`}`;
  }
  if (event.kind === 'cancelled' || event.kind === 'expired') {
    return `${event.orderRef} ${event.kind}: ${event.cause}, ${when(event.at)}`;
  }
  return event.kind === 'acknowledged' ? `${event.orderRef} acknowledged` : event.kind;
}
