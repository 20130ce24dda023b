import { Failure } from '../domain/failure.ts';
import type { Composition } from './compose.ts';
import { VENUES, type Venue, type VenueKind } from './venue.ts';

/** What a composition trades with. Throws CONFIG_INVALID for a mode and a broker that do not go together. */
export function venueKindOf({ mode, loaded, venue }: Composition): VenueKind {
  const { broker } = loaded.config;
  const kind = VENUES[mode][broker];
  if (kind === null) {
    throw new Failure('CONFIG_INVALID', `mode ${mode} does not go with broker ${broker}`, {
      hint: 'mode sim takes broker sim, live takes ib, paper takes either',
    });
  }
  if (kind === 'simulated' || venue !== undefined) return kind;
  throw new Failure('CONFIG_INVALID', `mode ${mode} needs Interactive Brokers`, {
    details: ['this version trades with the simulated broker only'],
    hint: 'set mode: sim in config/trade-labs.yaml',
  });
}

/** Opens the line of a composition. */
export async function openVenue(composition: Composition, _kind: VenueKind): Promise<Venue> {
  throw new Failure('CONFIG_INVALID', `mode ${composition.mode} needs Interactive Brokers`);
}
