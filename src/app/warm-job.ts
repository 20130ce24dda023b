import { giveWay } from '../adapters/system/give-way.ts';
import type { SeriesEra } from '../bars/series.ts';
import type { EpochMs, Session } from '../domain/time.ts';
import { decide } from '../pipeline/decide.ts';
import type { System } from './compose.ts';
import { decisionSettings } from './parts.ts';
import { portfolioAt } from './valuation.ts';

/** Symbols made ready before other work of the process gets its turn. */
const SYMBOLS_AT_ONCE = 3;

/** Histories that were made ready already, and did not change since. */
const ready = new WeakSet<SeriesEra>();

/**
 * Makes daily history and indicators of the universe ready before the session opens, a few symbols at a time, so that
 * the first scan does not hold up everything else, and has prices asked for that it will want. It decides as the scan
 * will and throws the decision away.
 */
export async function warmUp(system: System, session: Session, at: EpochMs): Promise<void> {
  if (system.universe === null) await system.market.findUniverse?.();
  const symbols = system.universe ?? system.source.symbols;
  const settings = decisionSettings(system, session.date);
  const state = await portfolioAt(system, at, session);
  for (let i = 0; i < symbols.length; i += SYMBOLS_AT_ONCE) {
    const snapshot = await system.market.snapshot({
      asOf: at,
      session,
      symbols: symbols.slice(i, i + SYMBOLS_AT_ONCE),
      todayOpen: false,
      relativeVolume: false,
    });
    const eras = snapshot.series.map((series) => series.eraAt(snapshot.sessionOrdinal));
    if (eras.every((era) => ready.has(era))) continue;
    decide(snapshot, state, settings, system.strategy, 1);
    for (const era of eras) ready.add(era);
    await giveWay();
  }
  const all = { asOf: at, session, symbols, todayOpen: false, relativeVolume: false };
  await system.market.warm?.(all);
}
