/** The small book of the child processes: trades by id, and how many events there were. Plain JavaScript, because
 * children run the built program. */
export class ChildBook {
  state = { trades: {}, events: 0 };

  apply(event) {
    this.state.events += 1;
    if (event.type !== 'trade.opened' && event.type !== 'trade.closed') return [];
    const before = this.state.trades[event.tradeId];
    const record = {
      ...(before ?? { tradeId: event.tradeId, symbol: event.symbol, entrySession: '2026-03-05' }),
      status: event.type === 'trade.opened' ? 'open' : 'closed',
      netPnl: event.type === 'trade.closed' ? event.netPnl / 1e6 : null,
    };
    this.state.trades[event.tradeId] = record;
    return [{ view: 'trades', key: event.tradeId, record }];
  }

  checkpoint() {
    return this.state;
  }

  restore(state) {
    this.state = structuredClone(state);
  }
}

const at = Date.UTC(2026, 2, 5, 14, 30);
export const identity = { mode: 'sim', account: 'SIM-1', version: '0.1.0' };

/** What every process of these tests opens a home with. */
export const optionsFor = (home) => ({
  home,
  ...identity,
  role: 'a test',
  clock: { now: () => at },
  fold: new ChildBook(),
  newFold: () => new ChildBook(),
});

/** A trade that opens in a month that advances with its number, so that files are begun. */
export const opened = (tradeId, month = 0) => ({
  type: 'trade.opened',
  at: Date.UTC(2026, 2 + month, 5, 14, 30),
  runId: 'run-1',
  tradeId,
  symbol: 'AAPL',
  entryRef: `2026-03-05/scan-open/AAPL/entry/1`,
});

export const closed = (tradeId, month = 0) => ({
  type: 'trade.closed',
  at: Date.UTC(2026, 2 + month, 5, 14, 30),
  runId: 'run-1',
  tradeId,
  symbol: 'AAPL',
  exitReason: 'trail',
  grossPnl: 12_500_000,
  netPnl: 11_500_000,
  rMultiple: 1.25,
  mae: null,
  mfe: null,
  resolution: null,
});
