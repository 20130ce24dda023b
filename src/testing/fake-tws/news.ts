import type { Exchange } from './exchange.ts';
import type { BookedExecution, ExchangeListener } from './exchange-parts.ts';
import type { FaultPlan } from './faults.ts';
import { UNSET_DOUBLE } from './frame.ts';
import type { HeldShares } from './holdings.ts';
import {
  commission,
  completedOrder,
  completedOrdersEnd,
  execution,
  executionEnd,
  openOrder,
  openOrderEnd,
  orderStatus,
  position,
} from './replies.ts';
import type { ExecutionFilter } from './requests.ts';
import type { Session } from './session.ts';
import {
  completedOrderValues,
  isFinal,
  openOrderValues,
  statusOf,
  type WorkingOrder,
  whyHeld,
} from './working-order.ts';

/** What news need of the server. */
export interface NewsParts {
  readonly account: string;
  readonly faults: FaultPlan;
  readonly exchange: () => Exchange;
  readonly sessionsOf: (clientId: number) => readonly Session[];
  readonly positionListeners: ReadonlySet<Session>;
  readonly commissionDelayMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** "20260305": what happened on other days is no longer told. */
  readonly today: () => string;
}

/** Tells clients of orders and executions: as they happen, and all again when asked. */
export class News implements ExchangeListener {
  readonly #parts: NewsParts;
  readonly #faults: FaultPlan;

  constructor(parts: NewsParts) {
    this.#parts = parts;
    this.#faults = parts.faults;
  }

  changed(order: WorkingOrder, open: boolean): void {
    if (this.#faults.take('swallow-ack')) return;
    for (const session of this.#parts.sessionsOf(order.clientId)) this.#tell(session, order, open);
  }

  #tell(session: Session, order: WorkingOrder, open: boolean): void {
    const permId = this.#faults.take('zero-perm-id') ? 0 : order.permId;
    const held = whyHeld(order, this.#parts.exchange().book.waits(order));
    if (open) session.send(openOrder(session.version, openOrderValues(order, permId)));
    if (!this.#faults.has('no-status')) session.send(orderStatus(statusOf(order, held, permId)));
  }

  notice(clientId: number, orderId: number, code: number, text: string, advanced?: string): void {
    for (const session of this.#parts.sessionsOf(clientId))
      session.notice(orderId, code, text, advanced);
  }

  executed(booked: BookedExecution, order: WorkingOrder): void {
    const sessions = this.#parts.sessionsOf(booked.clientId);
    const tellStatus = (): void => {
      // The real server often says it twice.
      for (const session of sessions)
        for (const open of [true, false]) this.#tell(session, order, open);
    };
    const tellExecution = (one: BookedExecution): void => {
      for (const session of sessions) session.send(execution(session.version, -1, one));
    };
    const isFirst = this.#faults.take('status-first');
    if (isFirst) tellStatus();
    if (!this.#faults.take('swallow-fill')) {
      tellExecution(booked);
      if (this.#faults.take('duplicate-execution')) tellExecution(booked);
    }
    if (this.#faults.take('drop-after-fill')) for (const session of sessions) session.drop();
    if (!isFirst) tellStatus();
    const isCorrected = this.#faults.take('correct-execution');
    this.#later(() => {
      this.#tellCommission(booked);
      if (isCorrected) this.#later(() => this.#tellCorrection(booked));
    });
  }

  /** A correction comes once everything of the execution before was told. */
  #tellCorrection(booked: BookedExecution): void {
    const corrected = this.#correct(booked);
    for (const session of this.#parts.sessionsOf(booked.clientId)) {
      session.send(execution(session.version, -1, corrected));
    }
    this.#later(() => this.#tellCommission(corrected));
  }

  #tellCommission(booked: BookedExecution): void {
    if (this.#faults.has('no-commission')) return;
    for (const session of this.#parts.sessionsOf(booked.clientId))
      session.send(this.#commission(booked));
  }

  /** As late as commissions are. */
  #later(tell: () => void): void {
    const { commissionDelayMs, sleep } = this.#parts;
    if (commissionDelayMs === 0) tell();
    else void sleep(commissionDelayMs).then(tell);
  }

  /** The same execution a cent higher and a commission of five cents more, in the place of the one before. */
  #correct(booked: BookedExecution): BookedExecution {
    const price = Math.round((booked.price + 0.01) * 100) / 100;
    const fee = Math.round((booked.commission + 0.05) * 100) / 100;
    const execId = booked.execId.replace(/\.01$/, '.02');
    const corrected = { ...booked, price, commission: fee, execId };
    this.#parts.exchange().executions[this.#parts.exchange().executions.indexOf(booked)] =
      corrected;
    const signed = booked.side === 'BOT' ? booked.shares : -booked.shares;
    const charged = signed * (price - booked.price) + fee - booked.commission;
    this.#parts.exchange().holdings.cash -= charged;
    return corrected;
  }

  #commission(booked: BookedExecution): ReturnType<typeof commission> {
    const unset = this.#faults.take('unset-commission');
    return commission(booked.execId, unset ? UNSET_DOUBLE : booked.commission);
  }

  moved({ contract, quantity, averageCost }: HeldShares): void {
    const row = position(this.#parts.account, contract, quantity, averageCost);
    for (const session of this.#parts.positionListeners) session.send(row);
  }

  openOrders(session: Session, clientId: number | null): void {
    for (const order of this.#parts.exchange().book.orders) {
      if (isFinal(order) || (clientId !== null && order.clientId !== clientId)) continue;
      if (order.state !== 'Untransmitted') this.#tell(session, order, true);
    }
    if (clientId === null && this.#faults.has('foreign-orders')) this.#tellForeign(session);
    session.send(openOrderEnd);
  }

  /** An order of another program, and one that a person entered: no id of ours, and no reference. */
  #tellForeign(session: Session): void {
    const { account, exchange } = this.#parts;
    const [contract] = exchange().book.contracts;
    if (contract === undefined) return;
    for (const [orderId, clientId] of [
      [5, 99],
      [-3, 0],
    ] as const) {
      const permId = 900_000_000 + clientId;
      const owner = { orderId, clientId, permId };
      const { conId, symbol } = contract;
      const terms = { conId, symbol, account, action: 'SELL', totalQuantity: 50, orderType: 'LMT' };
      const state = { lmtPrice: 999, status: 'Submitted' };
      session.send(openOrder(session.version, { ...owner, ...terms, ...state }));
      const progress = { filled: 0, remaining: 50, averagePrice: 0, parentId: 0, lastPrice: 0 };
      session.send(orderStatus({ ...owner, ...progress, status: 'Submitted', whyHeld: '' }));
    }
  }

  completedOrders(session: Session): void {
    for (const order of this.#parts.exchange().book.orders) {
      if (isFinal(order) && order.completedAt.startsWith(this.#parts.today())) {
        session.send(completedOrder(session.version, completedOrderValues(order)));
      }
    }
    session.send(completedOrdersEnd);
  }

  executions(session: Session, reqId: number, filter: ExecutionFilter): void {
    const wants = (value: string, wanted: string): boolean =>
      wanted === '' || wanted === '0' || value === wanted;
    const today = this.#parts.today();
    for (const one of this.#parts.exchange().executions) {
      if (!one.time.startsWith(today)) continue;
      if (!wants(String(one.clientId), filter.clientId)) continue;
      if (!wants(one.account, filter.account) || !wants(one.contract.symbol, filter.symbol))
        continue;
      session.send(execution(session.version, reqId, one));
      if (!this.#faults.has('no-commission')) session.send(this.#commission(one));
    }
    session.send(executionEnd(reqId));
  }
}
