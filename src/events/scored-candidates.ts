import type { EventOf, JournalEvent } from './event.ts';

/** A candidate of a run as the journal names it. */
export type ScoredCandidate = EventOf<'candidates.scored'>['candidates'][number];

/** The candidates that an event names: all of a run, one in journals of earlier versions, none in other events. */
export function scoredCandidates(event: JournalEvent): readonly ScoredCandidate[] {
  if (event.type === 'candidates.scored') return event.candidates;
  return event.type === 'candidate.scored' ? [event] : NONE;
}

const NONE: readonly ScoredCandidate[] = [];
