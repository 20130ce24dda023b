import { ordinalOf, sessionOf } from '../calendar/nyse.ts';
import { SessionGrid } from './session-grid.ts';

let shared: SessionGrid | undefined;

/** The grid of the NYSE calendar; one for the whole process, since it remembers every day it was asked for. */
export function nyseGrid(): SessionGrid {
  shared ??= new SessionGrid({ sessionOf, ordinalOf });
  return shared;
}
