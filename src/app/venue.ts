import { loadSimAccount } from '../adapters/file/sim-account-file.ts';
import { SimClock } from '../adapters/sim/sim-clock.ts';
import { machineTime, type TimeSource } from '../adapters/system/system-timeline.ts';
import type { LoadedConfig } from '../config/load.ts';
import { Failure } from '../domain/failure.ts';
import type { Symbol } from '../domain/market.ts';
import type { Mode } from '../domain/run.ts';
import type { EpochMs } from '../domain/time.ts';
import type { BarSource } from '../ports/bar-source.ts';
import type { BrokerLink } from '../ports/broker-link.ts';
import type { EngineClock } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { MarketData } from '../ports/market-data.ts';
import type { Quotes } from '../ports/quotes.ts';
import type { Composition } from './compose.ts';
import type { BarLag } from './engine.ts';

/** How a home trades: with whom, on which prices. */
export type VenueKind = 'simulated' | 'simulated_on_ib' | 'ib';

/** What a mode and the configured broker come to; null for what does not go together. */
const VENUES: Readonly<Record<Mode, Readonly<Record<'sim' | 'ib', VenueKind | null>>>> = {
  // A home that trades with Interactive Brokers may be rehearsed.
  sim: { sim: 'simulated', ib: 'simulated' },
  paper: { sim: 'simulated_on_ib', ib: 'ib' },
  live: { sim: null, ib: 'ib' },
  // What is decided again is never sent to anybody, whoever the home trades with.
  backtest: { sim: 'simulated', ib: 'simulated' },
  replay: { sim: 'simulated', ib: 'simulated' },
};

/** What a composition trades with. Throws CONFIG_INVALID for a mode and a broker that do not go together. */
export function venueKindOf({ mode, loaded }: Pick<Composition, 'mode' | 'loaded'>): VenueKind {
  const { broker } = loaded.config;
  const kind = VENUES[mode][broker];
  if (kind !== null) return kind;
  throw new Failure('CONFIG_INVALID', `mode ${mode} does not go with broker ${broker}`, {
    hint: 'mode sim takes broker sim, live takes ib, paper takes either',
  });
}

/** Prices of now and whoever executes, beyond a line. Closing it gives the line up. */
export interface Venue {
  /** Who executes; null where an account of our own is simulated on these prices. */
  readonly exchange: Exchange | null;
  readonly link: BrokerLink;
  readonly quotes: Quotes;
  readonly source: BarSource;
  readonly market: MarketData;
  /** What a person should look at, said by the broker since this was asked last. */
  takeRemarks(): readonly string[];
  /** What is held, or has orders at work: it has bars of a minute, and its prices are looked after. */
  follow(symbols: readonly Symbol[]): void;
  close(): Promise<void>;
}

/**
 * How long after their end bars are asked for over a line: those of a minute once the broker has closed them, and
 * those of the day when the last corrections of the close are in.
 */
export const LINE_LAG: BarLag = { barMs: 5_000, closeMs: 15 * 60_000 };

/** True for a home whose exchange and prices are simulated. */
export const isSimulated = ({ config }: LoadedConfig): boolean =>
  VENUES[config.mode][config.broker] === 'simulated';

/** The clock of a home's engine: a simulated exchange stands where it was played through. */
export function homeClock(
  home: string,
  loaded: LoadedConfig,
  now: EpochMs,
  time: TimeSource = machineTime,
): EngineClock {
  if (!isSimulated(loaded)) return passingClock(time);
  return new SimClock(loadSimAccount<unknown>(home)?.playedThrough ?? now);
}

/** Real time as an engine's clock: it passes by itself. */
const passingClock = ({ wallMs }: Pick<TimeSource, 'wallMs'>): EngineClock => ({
  now: () => Math.floor(wallMs()) as EpochMs,
  moveTo: () => {},
});
