import type { TradeRecord } from '../domain/trade.ts';
import { outcomeOf, settled } from '../ledger/metrics-trades.ts';

/** Best and worst of the trades with a known result, the best first. */
export function extremesOf(
  trades: readonly TradeRecord[],
  count: number,
): { readonly best: readonly TradeRecord[]; readonly worst: readonly TradeRecord[] } {
  const byNet = settled(trades).sort(
    (a, b) => b.netPnl - a.netPnl || (a.tradeId < b.tradeId ? -1 : 1),
  );
  return {
    best: byNet.filter(({ netPnl }) => outcomeOf(netPnl) === 'win').slice(0, count),
    worst: byNet
      .filter(({ netPnl }) => outcomeOf(netPnl) === 'loss')
      .slice(-count)
      .reverse(),
  };
}
