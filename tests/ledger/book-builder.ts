import { micros, usd, ZERO } from '../../src/domain/money.ts';
import { assertExists } from '../../src/domain/result.ts';
import type { RunRecord } from '../../src/domain/run.ts';
import type { TradeRecord } from '../../src/domain/trade.ts';
import type { EventDraft, JournalEvent } from '../../src/events/event.ts';
import { Book } from '../../src/ledger/book.ts';
import { decodeBook } from '../../src/ledger/book-codec.ts';
import type { BookState } from '../../src/ledger/book-state.ts';
import { resultOf } from '../../src/ledger/book-trades.ts';
import { cashMoved, dateNo, draft, minute, sessionNo } from './book-drafts.ts';

const NO_HASH = '0'.repeat(64);

/** A journal in memory with the book it makes and the records that came of it. */
export class Ledger {
  readonly book = new Book();
  readonly events: JournalEvent[] = [];
  readonly trades = new Map<string, TradeRecord>();
  readonly runs = new Map<string, RunRecord>();

  tell(...drafts: readonly EventDraft[]): this {
    for (const each of drafts) {
      const place = { v: 1, seq: this.events.length + 1, prev: NO_HASH, hash: NO_HASH } as const;
      const event = { ...each, ...place } as JournalEvent;
      this.events.push(event);
      for (const change of this.book.apply(event)) {
        if (change.view === 'trades') this.trades.set(change.key, change.record);
        else this.runs.set(change.key, change.record);
      }
    }
    return this;
  }

  get state(): BookState {
    return decodeBook(this.book.checkpoint());
  }

  /** The only trade there is, or the one of this id. */
  trade(id?: string): TradeRecord {
    const all = [...this.trades.values()];
    return assertExists(id === undefined ? all[0] : this.trades.get(id), 'there is a trade');
  }

  /** Values the open trades at these prices (dollars), the others at their marks, which are stale then. */
  mark(
    cause: 'run' | 'close',
    session: number,
    prices: Readonly<Record<string, number>> = {},
    intensity = 1,
  ): this {
    const marks = this.book.openTrades().map((trade) => ({
      symbol: trade.symbol,
      quantity: this.book.owned(trade.symbol),
      mark: prices[trade.symbol] === undefined ? trade.mark : usd(prices[trade.symbol] as number),
      stale: prices[trade.symbol] === undefined,
    }));
    const exposure = marks.reduce((total, { quantity, mark }) => total + quantity * mark, 0);
    const equity = micros(this.book.cash + exposure);
    const { cost, commissions } = this.book.openLots();
    return this.tell(
      draft('account.marked', cause === 'run' ? minute(session, 1) : sessionNo(session).closeAt, {
        session: dateNo(session),
        cause,
        equity,
        cash: this.book.cash,
        exposure: micros(exposure),
        openRisk: ZERO,
        unrealized: micros(exposure - cost),
        openEntryCommissions: commissions,
        drawdown: this.book.drawdownAt(equity),
        intensity,
        flow: this.book.flowSinceClose,
        marks,
      }),
    );
  }

  /** Writes down the end of every trade that is flat. */
  closeTrades(): this {
    for (const ended of this.book.ended()) {
      const { gross, net, r } = resultOf(ended.trade);
      this.tell(
        draft('trade.closed', ended.exitAt, {
          tradeId: ended.trade.tradeId,
          symbol: ended.trade.symbol,
          exitReason: ended.exitReason,
          grossPnl: gross,
          netPnl: net,
          rMultiple: r,
          mae: usd(-3),
          mfe: usd(4),
          resolution: '1d',
        }),
      );
    }
    return this;
  }
}

/** A ledger with this much cash (dollars), closed in session 0. */
export const ledgerWith = (dollars: number): Ledger =>
  new Ledger()
    .tell(
      draft('history.opened', minute(0, -60), { mode: 'sim', account: 'SIM-1', version: '0.1.0' }),
      cashMoved('deposit', dollars),
    )
    .mark('close', 0);
