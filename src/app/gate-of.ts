import type { Symbol } from '../domain/market.ts';
import type { System, TradingTerms } from './compose.ts';
import { GatedBroker } from './gated-broker.ts';
import { entryRestriction, refusalOf, type TradingParts } from './trading.ts';

/** Nothing reaches the broker but through this. */
export function gateOf(
  parts: TradingParts & Pick<System, 'broker' | 'source'>,
  isLine: boolean,
  terms?: TradingTerms,
): GatedBroker {
  const { broker, book, config, source, clock } = parts;
  const symbols = new Set(source.symbols);
  return new GatedBroker({
    broker,
    book,
    limits: config.risk,
    now: () => clock.now(),
    // Beyond a line there are more symbols than were asked for; its broker refuses what it does not know.
    knows: (symbol: Symbol): boolean => isLine || symbols.has(symbol),
    restriction: entryRestriction(parts),
    ...(broker.simulated ? {} : { refusal: refusalOf(parts) }),
    ...(terms === undefined ? {} : { ticks: terms.ticks }),
  });
}
