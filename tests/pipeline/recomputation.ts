import { expect } from 'vitest';
import { ordinalOf } from '../../src/calendar/nyse.ts';
import { barAt, type CorporateAction } from '../../src/domain/market.ts';
import { toUsd } from '../../src/domain/money.ts';
import type { PortfolioState } from '../../src/domain/portfolio.ts';
import { type SessionDate, utcMsToDate } from '../../src/domain/time.ts';
import { type Decision, type DecisionSettings, decide } from '../../src/pipeline/decide.ts';
import type { StrategyDesk } from '../../src/pipeline/desk.ts';
import type { BarSource } from '../../src/ports/bar-source.ts';
import { sessionsFrom, snapshotOf } from './builders.ts';
import { type PlainAccount, recomputeOrders } from './recomputed-orders.ts';
import { type PlainMoment, type PlainSymbol, recomputeSignals } from './recomputed-signals.ts';

/** The bars of a prepared source as plain objects. */
export function plainMarket(source: BarSource): PlainSymbol[] {
  return source.symbols.map((symbol) => {
    const columns = source.daily(symbol);
    const bars = Array.from({ length: columns.length }, (_, i) => {
      const { time, ...prices } = barAt(columns, i);
      return { date: utcMsToDate(time), ...prices };
    });
    const splits = source.actions(symbol).filter(({ kind }: CorporateAction) => kind === 'split');
    return { symbol, bars, splits };
  });
}

const momentOf = (session: string): PlainMoment => ({
  session,
  previousSession: sessionsFrom(session, -1).date,
  sessionNumber: (date) => ordinalOf(date as SessionDate),
});

const plainAccount = (state: PortfolioState): PlainAccount => ({
  equity: toUsd(state.equity),
  cash: toUsd(state.availableCash),
  previousEquity: toUsd(state.previousCloseEquity),
  dayPnl: toUsd(state.dayPnl),
  intensity: state.intensity,
  entriesToday: state.entriesToday,
  positions: state.positions.map(({ symbol, quantity, mark, stop }) => ({
    symbol,
    quantity,
    mark: toUsd(mark),
    stop: stop === null ? null : toUsd(stop),
  })),
  working: state.working.map(({ symbol, remaining, limitPrice, stopPrice }) => ({
    symbol,
    remaining,
    limit: toUsd(limitPrice),
    stop: toUsd(stopPrice),
  })),
});

function barredBy(state: PortfolioState): Map<string, string> {
  const barred = new Map<string, string>();
  for (const symbol of state.coolingDown) barred.set(symbol, 'cooling_down');
  for (const { symbol, unknown } of state.working) {
    barred.set(symbol, unknown ? 'order_unknown' : 'working');
  }
  for (const { symbol } of state.positions) barred.set(symbol, 'held');
  return barred;
}

const millionths = (fraction: number): number => Math.round(fraction * 1e6);

/** Decides at a session's open, and demands of every row and order what the plain recomputation says. */
export async function expectRecomputed(
  source: BarSource,
  market: readonly PlainSymbol[],
  session: string,
  state: PortfolioState,
  settings: DecisionSettings,
  desk: StrategyDesk,
  top: number,
): Promise<Decision> {
  const decision = decide(await snapshotOf(source, session), state, settings, desk, top);
  const { scan, sizing, risk } = settings;
  const signals = recomputeSignals(market, momentOf(session), {
    rows: scan.rows,
    minPrice: scan.minPriceUsd,
    minDollars: scan.minActivityUsd,
    quarantineSessions: risk.quarantineSessions,
    barred: barredBy(state),
  });
  expect(decision.found.excluded).toEqual(signals.excluded);
  const rows = decision.table.rows.map((row) => ({
    symbol: row.symbol,
    rank: row.scanRank,
    activity: row.activity,
    ineligible: row.ineligible,
    score: row.ineligible === null ? row.score : null,
    components: row.components,
  }));
  expect(rows).toEqual(
    signals.rows.map(({ symbol, activity, ineligible, score, components }, i) => {
      return { symbol, rank: i + 1, activity, ineligible, score, components };
    }),
  );
  const ranked = decision.table.ranking.map((i) => decision.table.rows[i]?.symbol);
  expect(ranked).toEqual(signals.ranked.map(({ symbol }) => symbol));
  const orders = recomputeOrders(signals.ranked.slice(0, top), plainAccount(state), {
    perTrade: millionths(sizing.perTradeFraction),
    maxPosition: millionths(sizing.maxPositionFraction),
    maxGross: millionths(risk.maxGrossFraction),
    maxOpenRisk: millionths(risk.maxOpenRiskFraction),
    dailyLoss: millionths(risk.dailyLossFraction),
    maxAdv: millionths(risk.maxAdvFraction),
    minNotional: sizing.minNotionalUsd,
    maxPositions: risk.maxPositions,
    maxEntries: risk.maxEntriesPerDay,
  });
  const decided = decision.candidates.slice(0, top).map(({ row, intent, verdict }) => ({
    symbol: row.symbol,
    order:
      intent === null
        ? null
        : {
            reference: BigInt(intent.referencePrice),
            limit: BigInt(intent.limitPrice),
            stop: BigInt(intent.stopPrice),
            byRisk: intent.terms.byRisk,
            byPosition: intent.terms.byPosition,
            sized: intent.quantity,
          },
    approved: verdict.approved,
    caps: Object.fromEntries(verdict.reasons.map(({ code, allowed }) => [code, allowed])),
  }));
  expect(decided).toEqual(
    orders.map(({ symbol, approved, caps, unsized, ...order }) => {
      return { symbol, order: unsized === null ? order : null, approved, caps };
    }),
  );
  return decision;
}
