import type { TradeRecord } from '../../src/domain/trade.ts';

/** A closed trade of 10 AAPL, 100 -> 110 with a stop at 95, $2 commission: net $98, R 1.96. */
const PATTERN: TradeRecord = {
  tradeId: 'T1',
  runId: '2026-03-05-1430Z-scan-open',
  symbol: 'AAPL',
  side: 'long',
  status: 'closed',
  quantity: 10,
  entrySession: '2026-03-05',
  entryAt: '2026-03-05T14:30:00.000Z',
  entryPrice: 100,
  initialStop: 95,
  stop: 95,
  target: null,
  exitSession: '2026-03-05',
  exitAt: '2026-03-05T20:00:00.000Z',
  exitPrice: 110,
  exitReason: 'signal',
  grossPnl: 100,
  commission: 2,
  netPnl: 98,
  rMultiple: 1.96,
  mae: -12,
  mfe: 105,
  maeR: -0.24,
  mfeR: 2.1,
  resolution: '1d',
  score: 71.5,
  strategy: 'momentum',
  signalReason: 'momentum_trend',
  strength: 0.715,
  mode: 'sim',
  account: 'sim-1',
  entryRef: '2026-03-05/scan-open/AAPL/entry/1',
  exitRef: '2026-03-05/scan-open/AAPL/exit/1',
  stopRef: '2026-03-05/scan-open/AAPL/stop/1',
};

export const aTrade = (changes: Partial<TradeRecord> = {}): TradeRecord => ({
  ...PATTERN,
  ...changes,
});

/** A closed trade with this net result (dollars) and no commission, risking $50. */
export const aResult = (netPnl: number, changes: Partial<TradeRecord> = {}): TradeRecord =>
  aTrade({ grossPnl: netPnl, commission: 0, netPnl, rMultiple: netPnl / 50, ...changes });
