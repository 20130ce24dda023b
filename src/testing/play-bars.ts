import { runBacktest } from '../app/backtest.ts';
import { NO_ENVIRONMENT } from '../config/environment.ts';
import type { LoadedConfig } from '../config/load.ts';
import { type Config, configSchema } from '../config/schema.ts';
import { type Micros, micros, toUsd } from '../domain/money.ts';
import type { TickTable } from '../domain/price.ts';
import { utcMsToDate } from '../domain/time.ts';
import type { TradeRecord } from '../domain/trade.ts';
import type { StrategyDesk } from '../pipeline/desk.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { CommissionSpec } from '../risk/commission.ts';
import type { SizingSettings } from '../risk/limits.ts';

/**
 * Settings under which other engines can be compared with this one to the cent: prices to a millionth of a dollar,
 * no slippage, no limit but the cash, one decision a session at its open, and everything sold at the last close.
 */
export interface ReferenceProfile {
  readonly startingCash: Micros;
  readonly commission: CommissionSpec;
  /** Most of the equity in one position. */
  readonly cashFraction: number;
  /** A fixed number of shares; or what risks this part of the equity to the stop. */
  readonly size:
    | { readonly kind: 'shares'; readonly shares: number }
    | { readonly kind: 'risk'; readonly fraction: number };
  /** Multiples of ATR14 below the last close; null for no stop that a price could reach. */
  readonly stopAtr: number | null;
}

/** What a play leaves behind. Dollars. */
export interface PlayedBars {
  readonly trades: readonly TradeRecord[];
  /** Equity at each close, the last one after everything was sold. */
  readonly equity: readonly { readonly session: string; readonly equity: number }[];
}

const TICKS: TickTable = [{ from: micros(0), tick: micros(1) }];

/** A backtest of all the daily bars of a source under a reference profile, in memory. */
export async function playBars(
  source: BarSource,
  strategy: StrategyDesk,
  profile: ReferenceProfile,
): Promise<PlayedBars> {
  const times = source.symbols.flatMap((symbol) => {
    const { time, length } = source.daily(symbol);
    return length === 0 ? [] : [time[0] as number, time[length - 1] as number];
  });
  if (times.length === 0) return { trades: [], equity: [] };
  const { trades, equity } = await runBacktest({
    home: '',
    loaded: loadedOf(configOf(profile)),
    version: '0',
    source,
    strategy,
    terms: { ticks: TICKS, sizing: sizingOf(profile) },
    from: utcMsToDate(Math.min(...times)),
    to: utcMsToDate(Math.max(...times)),
    closeAtEnd: true,
  });
  return {
    trades,
    equity: equity.map(({ session, equity: value }) => ({ session, equity: value })),
  };
}

const sizingOf = (profile: ReferenceProfile): SizingSettings => ({
  perTradeFraction: profile.size.kind === 'risk' ? profile.size.fraction : 1,
  maxPositionFraction: profile.cashFraction,
  minNotionalUsd: 0,
  stop: profile.stopAtr === null ? { kind: 'none' } : { kind: 'atr', multiple: profile.stopAtr },
  ...(profile.size.kind === 'shares' ? { shares: profile.size.shares } : {}),
  ticks: TICKS,
});

/** The configuration in which nothing but the profile decides. */
function configOf(profile: ReferenceProfile): Config {
  return configSchema.parse({
    capital: { startingCashUsd: toUsd(profile.startingCash) },
    schedule: [{ name: 'open', job: 'scan', at: 'open', top: 100 }],
    scan: { minPriceUsd: 0, minActivityUsd: 0, maxSpreadBps: 10_000, rows: 10_000 },
    entry: {
      type: 'market',
      collarFraction: 0,
      gapFraction: 1,
      gapAtr: 100,
      noEntryLastMinutes: 0,
    },
    exits: { trail: { kind: 'none' }, maxHoldingSessions: 0 },
    risk: {
      maxOpenRiskFraction: 1,
      maxPositions: 1_000,
      maxEntriesPerDay: 1_000,
      maxAdvFraction: 1,
      dailyLossFraction: 1,
      hardDailyLossFraction: 1,
      onHardDailyLoss: 'keep',
      maxDrawdownFraction: 1,
      cooldownSessionsAfterStop: 0,
      quarantineSessions: 0,
      dataEndSessions: 100_000,
    },
    breakers: { slippageFraction: 0, dataSilenceMs: 0, stopOuts: 0, equityJumpFraction: 0 },
    intensity: { enabled: false },
    costs: { commission: profile.commission, slippageBps: 0, halfSpreadBps: 0 },
  });
}

const loadedOf = (config: Config): LoadedConfig => ({
  config,
  file: undefined,
  origins: new Map(),
  rowOrigins: new Map(),
  hash: '0'.repeat(64),
  switches: NO_ENVIRONMENT.switches,
  secrets: NO_ENVIRONMENT.secrets,
  warnings: [],
});
