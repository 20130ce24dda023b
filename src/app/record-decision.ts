import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type SeenMarket, seenOf } from '../bars/seen.ts';
import type { MarketSnapshot } from '../bars/snapshot.ts';
import type { Config } from '../config/schema.ts';
import type { Decided } from '../domain/decided.ts';
import type { PortfolioState } from '../domain/portfolio.ts';
import { runId } from '../domain/run.ts';
import { DAY_MS, type EpochMs, type Session } from '../domain/time.ts';
import { alertDraft } from '../events/alert-draft.ts';
import { sha256 } from '../events/fingerprint.ts';
import type { Decision } from '../pipeline/decide.ts';
import { decidedOf } from '../pipeline/decided.ts';
import type { RunRequest } from '../pipeline/run.ts';
import type { RecordedRun } from '../ports/recordings.ts';
import type { System } from './compose.ts';
import { decisionSettings } from './parts.ts';

/** The sections of the configuration that a decision depends on. */
const DECISION_SECTIONS = [
  'capital',
  'scan',
  'strategy',
  'sizing',
  'entry',
  'exits',
  'risk',
  'costs',
] as const satisfies readonly (keyof Config)[];

/** Keeps what the decision of a run saw until its orders are out, and writes it down then. */
export class DecisionRecorder {
  readonly #system: System;
  #seen: {
    readonly market: SeenMarket;
    readonly state: PortfolioState;
    readonly decided: Decided;
  } | null = null;
  #failure: unknown = null;

  constructor(system: System) {
    this.#system = system;
  }

  /**
   * Called between the decision and the first order: takes hold of what is there already, and does no more. Whatever
   * goes wrong here is told when the orders are out.
   */
  see(decision: Decision, snapshot: MarketSnapshot, state: PortfolioState): void {
    if (!isRecorded(this.#system, snapshot.session)) return;
    try {
      this.#seen = { market: seenOf(snapshot), state, decided: decidedOf(decision) };
    } catch (error) {
      this.#failure = error;
    }
  }

  /**
   * Writes what was seen; nothing where nothing was decided. A failure to do so is logged and raised as an alert, and
   * is no failure of the run.
   */
  async write(
    request: Pick<RunRequest, 'slot' | 'slotAt' | 'session' | 'top'>,
    symbols: readonly string[] | null,
  ): Promise<void> {
    const { recordings } = this.#system;
    const seen = this.#seen;
    try {
      if (this.#failure !== null) throw this.#failure;
      if (seen === null || recordings === null) return;
      await recordings.write({ run: this.#runOf(request, symbols), ...seen });
      pruneRecordings(this.#system, request.slotAt);
    } catch (error) {
      await this.#tell(runId(request.session.date, request.slotAt, request.slot), error);
    }
  }

  async #tell(id: string, error: unknown): Promise<void> {
    const { log, history, clock } = this.#system;
    log.failure('what a decision saw could not be recorded', error, { runId: id });
    const message = error instanceof Error ? error.message : String(error);
    await history.append([
      alertDraft({
        at: clock.now(),
        level: 'warning',
        code: 'RECORDING_FAILED',
        message: `${id} cannot be replayed, what it saw was not recorded: ${message}`,
        runId: id,
      }),
    ]);
  }

  #runOf(
    { slot, slotAt, session, top }: Pick<RunRequest, 'slot' | 'slotAt' | 'session' | 'top'>,
    symbols: readonly string[] | null,
  ): RecordedRun {
    const { identity, config, gate, strategy, home } = this.#system;
    const { sizing } = decisionSettings(this.#system, session.date);
    return {
      runId: runId(session.date, slotAt, slot),
      slot,
      session: session.date,
      mode: identity.mode,
      account: identity.account,
      identity: identity.name,
      version: identity.version,
      configHash: identity.configHash,
      settings: {
        ...Object.fromEntries(DECISION_SECTIONS.map((name) => [name, config[name]])),
        sizing,
      },
      strategy: {
        name: strategy.name,
        identity: strategy.identity,
        fileHash: strategyFileHash(config, home),
      },
      top,
      simulatedBroker: gate.simulated,
      symbols,
    };
  }
}

/** Removes old recordings, and says whether it could; that it cannot is logged, and no failure of anything else. */
export function pruneRecordings(
  { recordings, config, log }: Pick<System, 'recordings' | 'config' | 'log'>,
  now: EpochMs,
): boolean {
  try {
    recordings?.prune({ now, keepDays: config.recordings.keepDays });
    return true;
  } catch (error) {
    log.failure('old recordings could not be removed', error);
    return false;
  }
}

/** A rehearsal may play years: it records its last days, enough to try replay on. */
const REHEARSED_MS = 3 * DAY_MS;

/** Whether a session is recorded: all that are traded, the last ones where time is simulated. */
function isRecorded({ recordings, rehearsedUntil, config }: System, session: Session): boolean {
  if (recordings === null || !config.recordings.enabled) return false;
  if (rehearsedUntil === null) return true;
  return session.closeAt >= rehearsedUntil.closeAt - REHEARSED_MS;
}

/** SHA-256 of a strategy file of one's own; null for a built-in strategy, or where the file is gone by now. */
export function strategyFileHash({ strategy }: Pick<Config, 'strategy'>, home: string) {
  const { file } = strategy;
  if (file === undefined) return null;
  try {
    return sha256(readFileSync(isAbsolute(file) ? file : join(home, file)));
  } catch {
    return null;
  }
}
