import type { Symbol } from '../src/domain/market.ts';
import { type Micros, usd } from '../src/domain/money.ts';
import { NO_COUNTS, type RunRecord } from '../src/domain/run.ts';
import { type EpochMs, isoUtc, type SessionDate, sessionDate } from '../src/domain/time.ts';
import type { TradeRecord } from '../src/domain/trade.ts';
import type { EventDraft, JournalEvent } from '../src/events/event.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Fold, ViewChange } from '../src/ports/history.ts';

/** 2026-03-05 14:30 UTC: the open of a session in New York. */
export const OPEN_AT = Date.UTC(2026, 2, 5, 14, 30) as EpochMs;
export const SESSION = sessionDate('2026-03-05');
export const HOME = { mode: 'sim', account: 'SIM-1', version: '0.1.0' } as const;

export const fixedClock = (at: EpochMs = OPEN_AT): Clock => ({ now: () => at });

export const symbolOf = (index: number): Symbol => `S${index}` as Symbol;

/** The events of a trade's life, each a step of its own or together, as a test likes. */
export const tradeOpened = (index: number, at: EpochMs = OPEN_AT): EventDraft => ({
  type: 'trade.opened',
  at,
  runId: 'run-1',
  tradeId: `T${index}`,
  symbol: symbolOf(index % 7),
  entryRef: `2026-03-05/scan-open/S${index}/entry/1`,
});

export const tradeClosed = (index: number, profit = 12.5, at: EpochMs = OPEN_AT): EventDraft => ({
  type: 'trade.closed',
  at,
  runId: 'run-1',
  tradeId: `T${index}`,
  symbol: symbolOf(index % 7),
  exitReason: 'trail',
  grossPnl: usd(profit),
  netPnl: usd(profit),
  rMultiple: profit / 10,
  mae: usd(-1),
  mfe: usd(20),
  resolution: '1d',
});

export const runStarted = (runId: string, at: EpochMs = OPEN_AT): EventDraft => ({
  type: 'run.started',
  at,
  runId,
  job: 'scan',
  slot: 'scan-open',
  session: sessionDate(isoUtc(at).slice(0, 10)),
  mode: 'sim',
  account: 'SIM-1',
  identity: 'desk-1',
  asOf: at,
  configHash: 'c0ffee',
  version: '0.1.0',
});

export const runCompleted = (runId: string, note: string | null = null): EventDraft => ({
  type: 'run.completed',
  at: OPEN_AT,
  runId,
  status: 'completed',
  counts: { ...NO_COUNTS, found: 50, scored: 40 },
  denials: { SPREAD_TOO_WIDE: 2 },
  signalHash: 'a'.repeat(64),
  decisionHash: 'b'.repeat(64),
  note,
});

export const feePaid = (
  dollars: number,
  note = 'data feed',
  at: EpochMs = OPEN_AT,
): EventDraft => ({
  type: 'cash.recorded',
  at,
  runId: null,
  kind: 'fee',
  amount: usd(dollars),
  session: SESSION,
  note,
});

interface SceneState {
  trades: Record<string, TradeRecord>;
  runs: Record<string, RunRecord>;
  cash: number;
  events: number;
}

/** A small book: trades and runs as records, the sum of fees, and how many events it has seen. */
export class SceneFold implements Fold {
  state: SceneState = { trades: {}, runs: {}, cash: 0, events: 0 };
  /** The numbers of the events applied since the last restore, to see that each came once and in order. */
  readonly seen: number[] = [];

  apply(event: JournalEvent): readonly ViewChange[] {
    this.seen.push(event.seq);
    this.state.events += 1;
    switch (event.type) {
      case 'trade.opened':
        return this.#trade(openTrade(event.tradeId, event.symbol, event.at, event.entryRef));
      case 'trade.closed': {
        const open = this.state.trades[event.tradeId];
        if (open === undefined) throw new Error(`trade ${event.tradeId} was never opened`);
        return this.#trade({
          ...open,
          status: 'closed',
          exitSession: isoUtc(event.at).slice(0, 10),
          exitAt: isoUtc(event.at),
          exitReason: event.exitReason,
          netPnl: event.netPnl === null ? null : event.netPnl / 1e6,
          rMultiple: event.rMultiple,
        });
      }
      case 'run.started':
        return this.#run(startedRun(event.runId ?? '', event.session, event.at));
      case 'run.completed': {
        const run = this.state.runs[event.runId ?? ''];
        if (run === undefined) throw new Error(`run ${event.runId} was never started`);
        const { counts, denials, signalHash, decisionHash, note } = event;
        const done = { counts, denials, signalHash, decisionHash, error: note };
        return this.#run({ ...run, ...done, status: 'completed', finishedAt: isoUtc(event.at) });
      }
      case 'cash.recorded':
        this.state.cash += event.amount;
        return [];
      default:
        return [];
    }
  }

  #trade(record: TradeRecord): readonly ViewChange[] {
    this.state.trades[record.tradeId] = record;
    return [{ view: 'trades', key: record.tradeId, record }];
  }

  #run(record: RunRecord): readonly ViewChange[] {
    this.state.runs[record.runId] = record;
    return [{ view: 'runs', key: record.runId, record }];
  }

  checkpoint(): unknown {
    return this.state;
  }

  restore(state: unknown): void {
    this.state = structuredClone(state) as SceneState;
    this.seen.length = 0;
  }
}

function openTrade(tradeId: string, symbol: Symbol, at: EpochMs, entryRef: string): TradeRecord {
  return {
    tradeId,
    runId: 'run-1',
    symbol,
    side: 'long',
    status: 'open',
    quantity: 40,
    entrySession: isoUtc(at).slice(0, 10),
    entryAt: isoUtc(at),
    entryPrice: 187.25,
    initialStop: 180,
    stop: 180,
    target: null,
    exitSession: null,
    exitAt: null,
    exitPrice: null,
    exitReason: null,
    grossPnl: null,
    commission: 1,
    netPnl: null,
    rMultiple: null,
    mae: null,
    mfe: null,
    maeR: null,
    mfeR: null,
    resolution: null,
    score: 71.5,
    strategy: 'momentum',
    signalReason: 'momentum_trend',
    strength: 0.715,
    mode: 'sim',
    account: 'SIM-1',
    entryRef,
    exitRef: null,
    stopRef: null,
  };
}

const startedRun = (runId: string, session: SessionDate, at: EpochMs): RunRecord => ({
  runId,
  job: 'scan',
  slot: 'scan-open',
  mode: 'sim',
  account: 'SIM-1',
  session,
  startedAt: isoUtc(at),
  finishedAt: null,
  status: 'running',
  identity: 'desk-1',
  counts: NO_COUNTS,
  denials: {},
  signalHash: null,
  decisionHash: null,
  configHash: 'c0ffee',
  version: '0.1.0',
  error: null,
});

/** All that an async iterable yields. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

export const dollars = (amount: number): Micros => usd(amount);
