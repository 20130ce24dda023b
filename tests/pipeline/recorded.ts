import { seenOf } from '../../src/bars/seen.ts';
import type { MarketSnapshot } from '../../src/bars/snapshot.ts';
import type { PortfolioState } from '../../src/domain/portfolio.ts';
import { runId } from '../../src/domain/run.ts';
import { type DecisionSettings, decide } from '../../src/pipeline/decide.ts';
import { decidedOf } from '../../src/pipeline/decided.ts';
import type { StrategyDesk } from '../../src/pipeline/desk.ts';
import type { Recording } from '../../src/ports/recordings.ts';
import { FLAT, momentumDesk, SETTINGS } from './builders.ts';

/** How a recorded run came to its decision, where it is not by the defaults. */
export interface Circumstances {
  readonly state?: PortfolioState;
  readonly settings?: DecisionSettings;
  readonly desk?: StrategyDesk;
  readonly top?: number;
  readonly slot?: string;
}

/** What a run that saw this would have left. */
export function recordingOf(
  snapshot: MarketSnapshot,
  {
    state = FLAT,
    settings = SETTINGS,
    desk = momentumDesk(),
    top = 5,
    slot = 'scan-open',
  }: Circumstances = {},
): Recording {
  const decision = decide(snapshot, state, settings, desk, top);
  const { session, asOf } = snapshot;
  return {
    run: {
      runId: runId(session.date, asOf, slot),
      slot,
      session: session.date,
      mode: 'sim',
      account: 'SIM-1',
      identity: 'desk-1',
      version: '0',
      configHash: 'c0ffee',
      settings: { sizing: settings.sizing },
      strategy: { name: desk.name, identity: desk.identity, fileHash: null },
      top,
      simulatedBroker: true,
      symbols: null,
    },
    market: seenOf(snapshot),
    state,
    decided: decidedOf(decision),
  };
}
