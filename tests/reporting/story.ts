import { instantOf, nextSession, previousSession, sessionOf } from '../../src/calendar/nyse.ts';
import { parseSymbol, type Symbol } from '../../src/domain/market.ts';
import { type Micros, micros, usd, ZERO } from '../../src/domain/money.ts';
import { assertExists } from '../../src/domain/result.ts';
import { type RunRecord, runId } from '../../src/domain/run.ts';
import { type EpochMs, type SessionDate, sessionDate } from '../../src/domain/time.ts';
import type { TradeRecord } from '../../src/domain/trade.ts';
import type { EventDraft, EventOf, JournalEvent } from '../../src/events/event.ts';
import { Book } from '../../src/ledger/book.ts';
import { quantityOf } from '../../src/ledger/lots.ts';
import { collectDay } from '../../src/reporting/day-events.ts';
import type { DailyReportInput, ReportFacts } from '../../src/reporting/report-input.ts';

const NO_HASH = '0'.repeat(64);

export const FACTS: ReportFacts = {
  identity: 'desk-1',
  mode: 'sim',
  account: 'SIM-1',
  version: '0.1.0',
  configHash: `${'c0ffee'.repeat(10)}c0ff`,
  dataLabel: 'synthetic market, seed 1',
  limits: {
    dailyLossFraction: 0.02,
    hardDailyLossFraction: 0.03,
    maxDrawdownFraction: 0.1,
    maxGrossFraction: 1,
    maxOpenRiskFraction: 0.03,
    maxPositionFraction: 0.1,
    maxPositions: 10,
    maxEntriesPerDay: 8,
  },
};

export const symbol = (text: string): Symbol =>
  assertExists(parseSymbol(text), `${text} is a symbol`);

/** "09:30" or "09:30:05" in New York on a date. */
export function clock(date: string, time: string): EpochMs {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return (instantOf(sessionDate(date), hours * 60 + minutes) + seconds * 1000) as EpochMs;
}

type Payload<T extends EventDraft['type']> = Omit<
  Extract<EventDraft, { type: T }>,
  'type' | 'at' | 'runId'
>;

export interface OrderTerms {
  readonly quantity: number;
  readonly limit?: number;
  readonly stop?: number;
}

/** A journal written by hand, with the book that it makes: tells a day in the words of the desk. */
export class Story {
  readonly events: JournalEvent[] = [];
  readonly book = new Book();
  readonly trades = new Map<string, TradeRecord>();
  readonly runs = new Map<string, RunRecord>();
  runId: string | null = null;
  #executions = 0;

  /** Appends an event; `when` is a date and a time in New York. */
  add<T extends EventDraft['type']>(
    type: T,
    when: readonly [date: string, time: string],
    payload: Payload<T>,
  ): void {
    const event = {
      v: 1,
      seq: this.events.length + 1,
      at: clock(...when),
      runId: this.runId,
      type,
      ...payload,
      prev: NO_HASH,
      hash: NO_HASH,
    } as unknown as JournalEvent;
    this.events.push(event);
    for (const change of this.book.apply(event)) {
      if (change.view === 'trades') this.trades.set(change.key, change.record);
      else this.runs.set(change.key, change.record);
    }
  }

  /** The home's beginning: cash, and the close before the first session. */
  open(date: string, dollars: number, benchmark?: number): void {
    const when = [date, '16:00'] as const;
    this.add('history.opened', when, { mode: 'sim', account: 'SIM-1', version: '0.1.0' });
    this.cash(when, 'deposit', dollars, 'starting cash');
    this.mark(
      when,
      'close',
      {},
      { flow: dollars, ...(benchmark === undefined ? {} : { benchmark }) },
    );
  }

  cash(
    when: readonly [string, string],
    kind: EventOf<'cash.recorded'>['kind'],
    dollars: number,
    note: string,
  ): void {
    this.add('cash.recorded', when, {
      kind,
      amount: usd(dollars),
      session: sessionDate(when[0]),
      note,
    });
  }

  order(
    when: readonly [string, string],
    ref: string,
    terms: OrderTerms,
    more: Partial<Payload<'order.submitted'>> = {},
  ): void {
    const [, , name = '', leg = 'entry'] = ref.split('/');
    this.add('order.submitted', when, {
      orderRef: ref,
      session: sessionDate(when[0]),
      symbol: symbol(name),
      leg: leg as 'entry',
      side: leg === 'entry' ? 'buy' : 'sell',
      orderType: terms.stop !== undefined ? 'stop' : terms.limit !== undefined ? 'limit' : 'market',
      quantity: terms.quantity,
      limitPrice: terms.limit === undefined ? null : usd(terms.limit),
      stopPrice: terms.stop === undefined ? null : usd(terms.stop),
      timeInForce: leg === 'stop' ? 'GTC' : 'DAY',
      parentRef: null,
      ocaGroup: null,
      exitReason: null,
      payloadHash: NO_HASH,
      ...more,
    });
  }

  acknowledge(when: readonly [string, string], ref: string): void {
    this.add('order.acknowledged', when, { orderRef: ref, brokerId: null });
  }

  /** Entry and stop, sent and acknowledged together. */
  bracket(
    when: readonly [string, string],
    base: string,
    terms: { readonly quantity: number; readonly limit: number; readonly stop: number },
  ): void {
    const { quantity, limit, stop } = terms;
    this.order(when, `${base}/entry/1`, { quantity, limit });
    this.order(when, `${base}/stop/1`, { quantity, stop }, { parentRef: `${base}/entry/1` });
    this.acknowledge(when, `${base}/entry/1`);
    this.acknowledge(when, `${base}/stop/1`);
  }

  /** An execution; a commission of null is not known yet. Returns its execId. */
  fill(
    when: readonly [string, string],
    ref: string,
    quantity: number,
    dollars: number | Micros,
    commission: number | null = 1,
    more: Partial<Payload<'fill.recorded'>> = {},
  ): string {
    const [, , name = '', leg = 'entry'] = ref.split('/');
    this.#executions += 1;
    const execId = `x${this.#executions}`;
    this.add('fill.recorded', when, {
      execId,
      orderRef: ref,
      symbol: symbol(name),
      side: leg === 'entry' ? 'buy' : 'sell',
      quantity,
      price: usd(dollars),
      commission: commission === null ? null : usd(commission),
      filledAt: clock(...when),
      session: sessionDate(when[0]),
      source: 'broker',
      ...more,
    });
    return execId;
  }

  /** Writes the closing facts of every trade that is flat. */
  closeTrades(
    when: readonly [string, string],
    maeMfe: readonly [number, number] | null = null,
  ): void {
    for (const ended of this.book.ended()) {
      const record = assertExists(
        this.trades.get(ended.trade.tradeId),
        'an ended trade has a record',
      );
      this.add('trade.closed', when, {
        tradeId: record.tradeId,
        symbol: ended.trade.symbol,
        exitReason: ended.exitReason,
        grossPnl: usd(record.grossPnl ?? 0),
        netPnl: record.netPnl === null ? null : usd(record.netPnl),
        rMultiple: record.rMultiple,
        mae: maeMfe === null ? null : usd(maeMfe[0]),
        mfe: maeMfe === null ? null : usd(maeMfe[1]),
        resolution: maeMfe === null ? null : '1d',
      });
    }
  }

  /** Marks the account at these prices; equity is the book's cash and its shares at them. */
  mark(
    when: readonly [string, string],
    cause: 'run' | 'close',
    prices: Readonly<Record<string, number>>,
    more: {
      readonly flow?: number;
      readonly equityError?: number;
      readonly stale?: readonly string[];
      /** Close of SPY. */
      readonly benchmark?: number;
    } = {},
  ): void {
    const { cost, commissions } = this.book.openLots();
    let value = 0;
    let openRisk = 0;
    const marks = this.book.openTrades().map((trade) => {
      const mark = usd(assertExists(prices[trade.symbol], `a price for ${trade.symbol}`));
      const quantity = quantityOf(trade.lots);
      value += mark * quantity;
      openRisk += Math.max(0, mark - (trade.stop ?? 0)) * quantity;
      const stale = more.stale?.includes(trade.symbol) ?? false;
      return { symbol: trade.symbol, quantity, mark, stale };
    });
    this.add('account.marked', when, {
      session: sessionDate(when[0]),
      cause,
      equity: micros(this.book.cash + value + usd(more.equityError ?? 0)),
      cash: this.book.cash,
      exposure: micros(value),
      openRisk: micros(openRisk),
      unrealized: micros(value - cost),
      openEntryCommissions: commissions,
      drawdown: 0,
      intensity: 0.625,
      flow: more.flow === undefined ? ZERO : usd(more.flow),
      marks,
      ...(more.benchmark === undefined
        ? {}
        : { benchmark: { symbol: symbol('SPY'), close: usd(more.benchmark) } }),
    });
  }

  startRun(when: readonly [string, string], job: string, slot: string): void {
    const session = sessionDate(when[0]);
    this.add('slot.claimed', when, { session, job, slot, slotAt: clock(...when) });
    this.runId = runId(session, clock(...when), slot);
    this.add('run.started', when, {
      job,
      slot,
      session,
      mode: 'sim',
      account: 'SIM-1',
      identity: 'desk-1',
      asOf: clock(...when),
      configHash: FACTS.configHash,
      version: '0.1.0',
      dataLabel: FACTS.dataLabel,
      limits: { ...FACTS.limits },
    });
  }

  endRun(
    when: readonly [string, string],
    counts: Partial<RunRecord['counts']> = {},
    denials = {},
  ): void {
    this.add('run.completed', when, {
      status: 'completed',
      counts: {
        found: 0,
        scored: 0,
        selected: 0,
        sized: 0,
        denied: 0,
        approved: 0,
        submitted: 0,
        filled: 0,
        ...counts,
      },
      denials,
      signalHash: null,
      decisionHash: null,
      note: null,
    });
    this.runId = null;
  }

  /** The input of the report of a session, as asked for at a time in New York (an hour after the close). */
  input(date: string, time = '17:00', facts: Partial<ReportFacts> = {}): DailyReportInput {
    const session = assertExists(sessionOf(sessionDate(date)), `${date} is a session`);
    const before = previousSession(session.date).date;
    const collector = collectDay(session.date, before);
    for (const event of this.events) collector.add(event);
    const isHere = (trade: TradeRecord) =>
      trade.status === 'open' || trade.exitSession === (date as SessionDate);
    return {
      session,
      asOf: clock(date, time),
      previousSession: before,
      nextSession: nextSession(session.date),
      facts: { ...FACTS, ...facts },
      runs: [...this.runs.values()].filter((run) => run.session === date),
      trades: [...this.trades.values()].filter(isHere),
      events: collector.result(),
      breaks: this.book.breaks(),
    };
  }
}
