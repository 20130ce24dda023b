import { ordinalOf } from '../calendar/nyse.ts';
import type { Symbol } from '../domain/market.ts';
import { timesFraction, toUsd } from '../domain/money.ts';
import type { ExitReason } from '../domain/order.ts';
import type { HeldPosition, PortfolioState } from '../domain/portfolio.ts';
import { type EpochMs, MINUTE_MS, type Session, type SessionDate } from '../domain/time.ts';
import type { EventDraft } from '../events/event.ts';
import { resultOf } from '../ledger/book-trades.ts';
import { intake } from '../ledger/intake.ts';
import { type ExecutionContext, sendExit } from '../pipeline/execute.ts';
import { type CompletedBar, type ExitSettings, planExits } from '../pipeline/exits.ts';
import type { System } from './compose.ts';
import { measureExcursion } from './measure-excursion.ts';
import { executionContext } from './parts.ts';
import { markEvent, portfolioAt } from './valuation.ts';

/** How long before the close positions are left where none may be held overnight. */
const FLAT_BEFORE_CLOSE_MS = 5 * MINUTE_MS;

/**
 * What is watched between the jobs: the broker's messages, entries whose time is over, stops that follow, limits. Not
 * slots: never claimed, journalled only when they act, and the same again does nothing.
 */
export class Monitors {
  #system: System;
  /** Why we cancelled an order; the broker only knows that we asked. */
  readonly #cancelCauses = new Map<string, string>();

  constructor(system: System) {
    this.#system = system;
  }

  /** Goes on with another composition of the same journal and account. */
  follow(system: System): void {
    this.#system = system;
  }

  /** Before anything of a session: splits change positions and working orders. */
  async openSession(session: Session): Promise<void> {
    const { broker, history, clock } = this.#system;
    const { splits, dividends } = broker.startSession(session);
    const base = { at: clock.now(), runId: null };
    const drafts: EventDraft[] = splits
      .filter(({ quantityBefore }) => quantityBefore > 0)
      .map(({ symbol, ratio, quantityBefore, quantityAfter, cashInLieu }) => ({
        ...base,
        type: 'split.applied',
        symbol,
        session: session.date,
        ratio,
        quantityBefore,
        quantityAfter,
        cashInLieu,
      }));
    for (const { symbol, amount, quantity } of dividends) {
      const note = `dividend of ${symbol} on ${quantity} shares`;
      const paid = { kind: 'dividend', amount, session: session.date, note } as const;
      drafts.push({ ...base, type: 'cash.recorded', ...paid });
    }
    if (drafts.length > 0) await history.append(drafts);
    await this.takeIn(session.date);
  }

  /** Writes down what the broker said, then closes the trades that became flat by it. */
  async takeIn(session: SessionDate): Promise<void> {
    const { book, broker, history } = this.#system;
    const drafts = intake(book, broker.drain(), session).map((draft) => this.#withCause(draft));
    if (drafts.length > 0) await history.append(drafts);
    const closed: EventDraft[] = [];
    for (const ended of book.ended()) {
      const { gross, net, r } = resultOf(ended.trade);
      const measured = await measureExcursion(this.#system, ended);
      closed.push({
        type: 'trade.closed',
        at: ended.exitAt,
        runId: null,
        tradeId: ended.trade.tradeId,
        symbol: ended.trade.symbol,
        exitReason: ended.exitReason,
        grossPnl: gross,
        netPnl: net,
        rMultiple: r,
        ...measured,
      });
    }
    if (closed.length > 0) await history.append(closed);
  }

  #withCause(draft: EventDraft): EventDraft {
    if (draft.type !== 'order.cancelled') return draft;
    const cause = this.#cancelCauses.get(draft.orderRef);
    this.#cancelCauses.delete(draft.orderRef);
    return cause === undefined ? draft : { ...draft, cause };
  }

  /** After bars ended: messages, entries past their time, the hard daily loss, the end of the day. */
  async afterBars(at: EpochMs, session: Session): Promise<void> {
    await this.takeIn(session.date);
    await this.expireEntries(at, session);
    if (this.#system.book.openTrades().length === 0) return;
    const flat = this.#system.config.exits.flatBeforeClose;
    if (flat && at >= session.closeAt - FLAT_BEFORE_CLOSE_MS && at < session.closeAt) {
      await this.#leaveAll('end_of_day', session);
    }
    await this.#checkHardLoss(at, session);
  }

  /** Cancels entries whose time is over by then. */
  async expireEntries(until: number, session: Session): Promise<void> {
    const { book, broker, config } = this.#system;
    for (const order of book.live()) {
      if (order.leg !== 'entry' || order.submittedAt + config.entry.ttlMs > until) continue;
      this.#cancelCauses.set(order.orderRef, 'ttl');
      await broker.cancel(order.orderRef);
    }
    await this.takeIn(session.date);
  }

  async #checkHardLoss(at: EpochMs, session: Session): Promise<void> {
    const { config } = this.#system;
    if (config.risk.onHardDailyLoss !== 'close') return;
    const state = await portfolioAt(this.#system, at, session);
    const { hardDailyLossFraction } = config.risk;
    const limit = timesFraction(state.previousCloseEquity, hardDailyLossFraction, 'floor');
    if (-state.dayPnl >= limit) await this.#leaveAll('daily_loss', session);
  }

  async #leaveAll(reason: ExitReason, session: Session): Promise<void> {
    for (const trade of this.#system.book.openTrades()) {
      await this.#leave(trade.symbol, reason, session);
    }
    await this.takeIn(session.date);
  }

  /** The market sell of a position through its stop's group: the one on its way already, else a new one. */
  async #leave(symbol: Symbol, reason: ExitReason, session: Session): Promise<string | null> {
    const { book } = this.#system;
    const onItsWay = book.live(symbol).find(({ leg }) => leg === 'exit');
    if (onItsWay !== undefined) return onItsWay.orderRef;
    const trade = book.trade(symbol);
    if (trade === null) return null;
    const context = this.#context(session);
    const quantity = trade.lots.reduce((total, lot) => total + lot.quantity, 0);
    await sendExit({ symbol, quantity }, reason, context);
    return book.live(symbol).find(({ leg }) => leg === 'exit')?.orderRef ?? null;
  }

  #context(session: Session): ExecutionContext {
    return executionContext(this.#system, session.date, 'monitor', null);
  }

  /**
   * At the close: day orders end, stops follow the completed bar, the account is valued. All of it comes out the same
   * when a process that died in the middle is followed by one that begins it again.
   */
  async closeSession(session: Session): Promise<void> {
    const { book, broker, history } = this.#system;
    broker.endOfSession(session);
    await this.takeIn(session.date);
    const at = session.closeAt;
    if (book.lastClose?.session === session.date) return;
    const before = await portfolioAt(this.#system, at, session);
    await this.#leaveAtClose(before, session);
    await this.#followWithStops(await portfolioAt(this.#system, at, session), session);
    const state = await portfolioAt(this.#system, at, session);
    // The account may not be older than a close in the journal: slots from before it are no longer remembered.
    this.#system.saveAccount();
    await history.append([markEvent(this.#system, state, session, 'close')]);
  }

  /** Exits that daily bars can only make at the close, and positions whose data ended. */
  async #leaveAtClose(state: PortfolioState, session: Session): Promise<void> {
    const { broker, config, source } = this.#system;
    const dailyOnly = source.intraday === null;
    for (const { symbol, markStale } of state.positions) {
      const ended =
        markStale && this.#sessionsWithout(symbol, session) >= config.risk.dataEndSessions;
      const flat = config.exits.flatBeforeClose && dailyOnly && !markStale;
      if (!ended && !flat) continue;
      const ref = await this.#leave(symbol, ended ? 'data_end' : 'end_of_day', session);
      if (ref !== null) broker.fillAtMark(ref, session.closeAt, session, !ended);
    }
    await this.takeIn(session.date);
  }

  #sessionsWithout(symbol: Symbol, session: Session): number {
    const trade = this.#system.book.trade(symbol);
    return trade === null ? 0 : ordinalOf(session.date) - ordinalOf(trade.markSession);
  }

  async #followWithStops(state: PortfolioState, session: Session): Promise<void> {
    const completed = await this.#completedBars(state.positions, session);
    const plan = planExits(state.positions, completed, exitSettings(this.#system));
    for (const move of plan.moves) await this.#moveStop(move, session);
    for (const symbol of plan.timedOut) await this.#leave(symbol, 'time', session);
    await this.takeIn(session.date);
  }

  async #moveStop(
    move: ReturnType<typeof planExits>['moves'][number],
    session: Session,
  ): Promise<void> {
    const { book, broker, clock, history, log } = this.#system;
    const stop = book.live(move.symbol).find(({ leg }) => leg === 'stop');
    if (stop === undefined) return;
    const answer = await broker.modify(stop.orderRef, { stopPrice: move.to });
    if (answer.outcome !== 'accepted') {
      const fields = { orderRef: stop.orderRef, outcome: answer.outcome, stop: toUsd(move.to) };
      log.write('error', 'a stop could not be moved; the old one stays', fields);
      return;
    }
    await this.takeIn(session.date);
    await history.append([
      {
        type: 'stop.moved',
        at: clock.now(),
        runId: null,
        symbol: move.symbol,
        orderRef: stop.orderRef,
        session: session.date,
        old: move.from,
        new: move.to,
        cause: move.cause,
      },
    ]);
  }

  /** Close and ATR14 of the bar that this session completed, per held symbol that has one. */
  async #completedBars(
    positions: readonly HeldPosition[],
    session: Session,
  ): Promise<ReadonlyMap<Symbol, CompletedBar>> {
    const bars = new Map<Symbol, CompletedBar>();
    if (positions.length === 0) return bars;
    const snapshot = await this.#system.market.snapshot({
      asOf: session.closeAt,
      session,
      symbols: positions.map(({ symbol }) => symbol),
      todayOpen: false,
      relativeVolume: false,
    });
    snapshot.series.forEach((series, i) => {
      const era = series.eraAt(snapshot.sessionOrdinal);
      const last = (snapshot.visible[i] as number) - 1;
      if (last < 0 || era.ordinals[last] !== snapshot.sessionOrdinal) return;
      bars.set(series.symbol, {
        close: era.columns.close[last] as number,
        atr: era.indicators.get('atr14')[last] as number,
      });
    });
    return bars;
  }
}

function exitSettings({ config }: System): ExitSettings {
  const { trail, breakEven, maxHoldingSessions } = config.exits;
  return {
    trailAtr: trail.kind === 'atr' ? trail.multiple : null,
    breakEvenR: breakEven?.atR ?? null,
    maxHoldingSessions,
  };
}
