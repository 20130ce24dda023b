import type { BrokerStatement } from '../../domain/account.ts';
import { type Micros, subtract } from '../../domain/money.ts';
import { type Bracket, ORDER_TYPES, type Order } from '../../domain/order.ts';
import { DEFAULT_TICKS, type TickTable } from '../../domain/price.ts';
import { assert, assertExists } from '../../domain/result.ts';
import { DAY_MS, type EpochMs, type Session, type SessionDate } from '../../domain/time.ts';
import type { BarSource } from '../../ports/bar-source.ts';
import type {
  BrokerCapabilities,
  BrokerEvent,
  OrderChange,
  SendOutcome,
} from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Exchange, SessionActions } from '../../ports/exchange.ts';
import type { CommissionModel } from '../../risk/commission.ts';
import { ACCEPTED, SimAcceptance } from './sim-acceptance.ts';
import { type ChildArm, type ChildFate, SimAccount } from './sim-account.ts';
import { encodeAccount, restoreAccount, type SimAccountState } from './sim-account-state.ts';
import { applyActions, NO_ACTIONS } from './sim-actions.ts';
import { type MatchingRules, matchInside, matchOpens } from './sim-matching.ts';
import { remainingOf } from './sim-order.ts';
import { assertSlippage, lessSlippage, type SlippageModel, slippageBps } from './sim-slippage.ts';
import { statementOf } from './sim-statement.ts';

/** What a simulated broker is made of. */
export interface SimBrokerOptions {
  readonly account: string;
  readonly startingCash: Micros;
  readonly source: BarSource;
  /** Stamps what is sent; bars are stamped by the instants they are given. */
  readonly clock: Clock;
  /** What a fill at the market costs against the price it met, each way; unless `slippage` says more. */
  readonly slippageBps: number;
  readonly slippage?: SlippageModel;
  readonly commission: CommissionModel;
  /** Our orders together take at most this part of a bar's volume; unlimited when left out. */
  readonly participationFraction?: number;
  readonly accountKind: 'margin' | 'cash';
  /** The price grid; the default one of US stocks unless given. */
  readonly ticks?: TickTable;
  readonly childArm: ChildArm;
  /** What becomes of stop and target when an entry filled in part is ended; kept for what was bought by default. */
  readonly childFate?: ChildFate;
  /** The account as another process left it; wins over account and startingCash. */
  readonly restore?: SimAccountState;
  /**
   * Called when something happened in the account, before anybody is told of it: whoever makes the account outlive
   * the process does so here. Then a crash can lose a message, which is told again, but never an order or a fill.
   */
  readonly keep?: () => void;
}

/** What the simulated broker can do. It answers at once: nothing is ever under way. */
const CAPABILITIES: BrokerCapabilities = {
  orderTypes: ORDER_TYPES,
  timesInForce: ['DAY', 'GTC'],
  ocaReduces: true,
  showsCompletedOrders: true,
  remembersDays: 30,
  settleMs: 0,
};

const FRIDAY = 5;
/** 1970-01-01 was a Thursday. */
const isFriday = (at: EpochMs): boolean => (Math.floor(at / DAY_MS) + 4) % 7 === FRIDAY;

/**
 * A broker that fills from bars. Long only, whole shares; a sell never exceeds what is owned. It does not refuse for
 * want of money: buying power is the guards' business. Whoever drives it calls, at each instant in this order,
 * `closeBars`, then its own jobs, then `openBars`; before the first of a session `startSession`, after the last
 * `endOfSession`.
 */
export class SimBroker implements Exchange {
  readonly simulated = true;
  readonly capabilities = CAPABILITIES;
  readonly account: string;
  private readonly books: SimAccount;
  private readonly acceptance: SimAcceptance;
  private readonly matching: MatchingRules;
  private readonly clock: Clock;
  private readonly keep: () => void;
  /** Messages that `keep` was called for. */
  private kept: number;

  constructor(options: SimBrokerOptions) {
    const { account, accountKind, commission, childArm, childFate = 'kept' } = options;
    const rules = { account, accountKind, commission, childArm, childFate };
    const { source, participationFraction = null, ticks = DEFAULT_TICKS } = options;
    const slippage = options.slippage ?? { kind: 'fixed', bps: options.slippageBps };
    assertSlippage(slippage);
    this.account = account;
    this.books =
      options.restore === undefined
        ? new SimAccount(rules, options.startingCash)
        : restoreAccount(rules, options.restore);
    this.matching = { source, slippage, participationFraction, ticks };
    this.acceptance = new SimAcceptance(this.books, ticks);
    this.clock = options.clock;
    this.keep = options.keep ?? (() => {});
    this.kept = this.books.events.length;
  }

  private keepNews(): void {
    if (this.books.events.length === this.kept) return;
    this.keep();
    this.kept = this.books.events.length;
  }

  private answer(outcome: SendOutcome): Promise<SendOutcome> {
    this.keepNews();
    return Promise.resolve(outcome);
  }

  submit(bracket: Bracket): Promise<SendOutcome> {
    return this.answer(this.acceptance.bracket(bracket, this.clock.now()));
  }

  submitOrder(order: Order): Promise<SendOutcome> {
    return this.answer(this.acceptance.order(order, this.clock.now()));
  }

  modify(orderRef: string, change: OrderChange): Promise<SendOutcome> {
    return this.answer(this.acceptance.change(orderRef, change, this.clock.now()));
  }

  cancel(orderRef: string): Promise<SendOutcome> {
    const held = this.acceptance.working(orderRef);
    if ('outcome' in held) return Promise.resolve(held);
    this.books.end(held, 'cancelled', 'requested', this.clock.now());
    return this.answer(ACCEPTED);
  }

  statement(fillsSince: EpochMs): Promise<BrokerStatement> {
    return Promise.resolve(statementOf(this.books, this.clock.now(), fillsSince));
  }

  drain(): readonly BrokerEvent[] {
    this.keepNews();
    const { events } = this.books;
    this.books.events = [];
    this.kept = 0;
    return events;
  }

  /**
   * Begins a session: splits and dividends that became effective since the last one change positions, cash and
   * working orders. To be called before anything is decided for the session; `openBars` does it where it was forgotten.
   */
  startSession(session: Session): SessionActions {
    const { session: last } = this.books;
    if (last !== null && last >= session.date) return NO_ACTIONS;
    return applyActions(this.books, this.matching, session);
  }

  /** True for a symbol that should have traded in the last bar and did not: its orders cannot execute now. */
  isHalted(symbol: Order['symbol']): boolean {
    return this.books.desks.get(symbol)?.halted ?? false;
  }

  /** Its guards know all that it looks at: there is nothing more to say beforehand. */
  margin(): Promise<null> {
    return Promise.resolve(null);
  }

  /** The last price the symbol traded at; null for one that we neither hold nor have orders in. */
  lastPrice(symbol: Order['symbol']): Micros | null {
    return this.books.desks.get(symbol)?.mark ?? null;
  }

  /** What exchanges do to orders that a broker had accepted: for drills and rehearsals. */
  refuseLater(orderRef: string, code: string, message: string): void {
    const held = this.books.orders.get(orderRef);
    if (held !== undefined) this.books.reject(held, code, message, this.clock.now());
    this.keepNews();
  }

  /** Holds an order back, or lets it go: for drills and rehearsals. */
  setHeld(orderRef: string, held: boolean, cause: string): void {
    const order = this.books.orders.get(orderRef);
    if (order === undefined) return;
    if (held) this.books.hold(order, cause, this.clock.now());
    else this.books.release(order, this.clock.now());
    this.keepNews();
  }

  /** What happens at the opens of bars starting now: gap exits, pending exits, entries. Once for each instant. */
  openBars(at: EpochMs, session: Session): void {
    const { played } = this.books;
    if (at === played.opens) return;
    this.startSession(session);
    played.opens = at;
    matchOpens({ account: this.books, rules: this.matching, at, session });
    this.books.sweep();
  }

  /** What happened inside bars ending now: stops, then targets, then resting entries. */
  closeBars(at: EpochMs, session: Session): void {
    const { played } = this.books;
    if (at === played.closes) return;
    played.closes = at;
    matchInside({ account: this.books, rules: this.matching, at, session });
    this.books.sweep();
  }

  /**
   * Fills a working market sell at the last price seen, outside any bar: an exit at the close, or of a position whose
   * data ended. `slippage` says whether the fill gives up slippage.
   */
  fillAtMark(orderRef: string, at: EpochMs, session: Session, slippage: boolean): void {
    const held = this.books.orders.get(orderRef);
    assert(held !== undefined && held.doneAt === null, `${orderRef} is not a working order`);
    const { order } = held;
    assert(order.side === 'sell' && order.type === 'market', `${orderRef} is not a market sell`);
    const desk = this.books.deskOf(order.symbol);
    const mark = assertExists(desk.mark, `${order.symbol} has no mark`);
    const quantity = Math.min(remainingOf(held), desk.quantity);
    assert(quantity > 0, `no shares of ${order.symbol} are left to sell`);
    const bps = slippage ? slippageBps(this.matching.slippage, 0, 1) : 0;
    this.books.fill(held, quantity, lessSlippage(mark, bps), at, session.date);
    this.books.sweep();
  }

  /** Ends a session: its DAY orders expire; one sent after the close belongs to the next session. */
  endOfSession(session: Session): void {
    const { played } = this.books;
    if (played.ended !== null && session.date <= played.ended) return;
    played.ended = session.date;
    const at = session.closeAt;
    for (const desk of this.books.desks.values()) {
      for (const held of desk.live) {
        const isDay = held.order.timeInForce === 'DAY' && held.submittedAt < at;
        if (isDay) this.books.end(held, 'expired', 'day', at);
      }
    }
    this.books.unsettled = this.books.unsettled.filter((sale) => sale.settlesOn > session.date);
    if (isFriday(at)) this.books.forgetBefore(at);
    this.books.sweep();
  }

  /** Cash that may be spent on a session: in a cash account without sales that have not settled by then. */
  settledCash(on: SessionDate): Micros {
    let cash = this.books.cash;
    for (const sale of this.books.unsettled) {
      if (sale.settlesOn > on) cash = subtract(cash, sale.amount);
    }
    return cash;
  }

  /** The account as JSON, to be restored by another process. */
  state(): SimAccountState {
    return encodeAccount(this.books);
  }
}

/** A simulated broker over a bar source. */
export const createSimBroker = (options: SimBrokerOptions): SimBroker => new SimBroker(options);
