import type { Symbol } from '../../src/domain/market.ts';
import { usd } from '../../src/domain/money.ts';
import type { Leg } from '../../src/domain/order.ts';
import type { Fate, Reason, ReasonCode } from '../../src/domain/reason.ts';
import { NO_COUNTS, type RunCounts } from '../../src/domain/run.ts';
import { epochMs, type SessionDate, sessionDate } from '../../src/domain/time.ts';
import type { EventDraft } from '../../src/events/event.ts';

/** The session of the scene, and the one after it. */
export const DAY = sessionDate('2026-03-05');
export const NEXT = sessionDate('2026-03-06');

export type Draft = EventDraft;
export const instant = (text: string) => epochMs(Date.parse(text));

/** Times are UTC. */
export const started = (runId: string, at: string, session: SessionDate, job = 'scan'): Draft => ({
  type: 'run.started',
  at: instant(at),
  runId,
  job,
  slot: runId.replace(/^.*Z-/, ''),
  session,
  mode: 'sim',
  account: 'SIM-1',
  identity: 'desk-1',
  asOf: instant(at),
  configHash: 'c0ffee',
  version: '0.1.0',
});

export const completed = (
  runId: string,
  at: string,
  counts: Partial<RunCounts>,
  more: { denials?: Record<string, number>; note?: string } = {},
): Draft => ({
  type: 'run.completed',
  at: instant(at),
  runId,
  status: 'completed',
  counts: { ...NO_COUNTS, ...counts },
  denials: more.denials ?? {},
  signalHash: 'a'.repeat(64),
  decisionHash: 'b'.repeat(64),
  note: more.note ?? null,
});

/** A run that is being written: every event of it has its id and its instant. */
export class Run {
  readonly #runId: string;
  readonly #at: string;
  constructor(runId: string, at: string) {
    this.#runId = runId;
    this.#at = at;
  }

  scanned(excluded: Record<string, number>, ineligible: Record<string, number>): Draft {
    const out = Object.values(excluded).reduce((a, b) => a + b, 0);
    const unscored = Object.values(ineligible).reduce((a, b) => a + b, 0);
    return {
      ...this.#base,
      type: 'scan.completed',
      rule: 'most_active',
      universe: 200,
      found: 200 - out,
      scored: 200 - out - unscored,
      excluded,
      ineligible,
      tableHash: 'd'.repeat(64),
      warnings: ['BAD_1d.csv:7: high below low'],
    };
  }

  /** As earlier versions wrote candidates: one event each. */
  scored(symbol: string, rank: number, score: number, fate: Fate): Draft {
    return {
      ...this.#base,
      type: 'candidate.scored',
      symbol: symbol as Symbol,
      scanRank: rank + 3,
      rank,
      activity: 12_345_678,
      score,
      components: { trend: 0.75, near_high: 0.9, dip: 0.5 },
      signalReason: 'momentum_trend',
      strength: score / 100,
      referencePrice: usd(230),
      atr: usd(4),
      fate,
    };
  }

  /** $100,000 x 0.5 % x 1 = $500 over $12 a share: 41; a tenth of equity at $230: 43. */
  sized(symbol: string): Draft {
    return {
      ...this.#base,
      type: 'intent.sized',
      symbol: symbol as Symbol,
      quantity: 41,
      referencePrice: usd(230),
      limitPrice: usd(232.3),
      stopPrice: usd(218),
      targetPrice: null,
      atr: usd(4),
      equity: usd(100_000),
      intensity: 1,
      riskBudget: usd(500),
      riskPerShare: usd(12),
      byRisk: 41,
      byPosition: 43,
      binding: 'risk',
    };
  }

  denied(symbol: string, sized: number, ...reasons: readonly Reason[]): Draft {
    return {
      ...this.#base,
      type: 'intent.denied',
      symbol: symbol as Symbol,
      sized,
      reasons: [...reasons],
    };
  }

  approved(symbol: string, quantity: number, ...reasons: readonly Reason[]): Draft[] {
    const approval: Draft = {
      ...this.#base,
      type: 'intent.approved',
      symbol: symbol as Symbol,
      entryRef: refOf(symbol, 'entry'),
      sized: 41,
      approved: quantity,
      referencePrice: usd(230),
      limitPrice: usd(232.3),
      stopPrice: usd(218),
      targetPrice: null,
      atr: usd(4),
      reasons: [...reasons],
      score: 80,
      strategy: 'momentum',
      signalReason: 'momentum_trend',
      strength: 0.8,
    };
    return [approval, this.#sent(symbol, 'entry', quantity), this.#sent(symbol, 'stop', quantity)];
  }

  #sent(symbol: string, leg: 'entry' | 'stop', quantity: number): Draft {
    const isEntry = leg === 'entry';
    return {
      ...this.#base,
      type: 'order.submitted',
      orderRef: refOf(symbol, leg),
      session: DAY,
      symbol: symbol as Symbol,
      leg,
      side: isEntry ? 'buy' : 'sell',
      orderType: isEntry ? 'limit' : 'stop',
      quantity,
      limitPrice: isEntry ? usd(232.3) : null,
      stopPrice: isEntry ? null : usd(218),
      timeInForce: isEntry ? 'DAY' : 'GTC',
      parentRef: isEntry ? null : refOf(symbol, 'entry'),
      ocaGroup: isEntry ? null : `${symbol}-group`,
      exitReason: isEntry ? null : 'stop',
      payloadHash: '0'.repeat(64),
    };
  }

  get #base() {
    return { at: instant(this.#at), runId: this.#runId };
  }
}

export const refOf = (symbol: string, leg: Leg): string => `${DAY}/scan-open/${symbol}/${leg}/1`;

export const reason = (
  code: ReasonCode,
  allowed: number,
  limit: number,
  value: number,
): Reason => ({
  code,
  allowed,
  limit,
  value,
});

export const acknowledged = (orderRef: string): Draft => ({
  type: 'order.acknowledged',
  at: instant('2026-03-05T14:30:01Z'),
  runId: null,
  orderRef,
  brokerId: '7',
});

export const filled = (
  symbol: string,
  leg: Leg,
  quantity: number,
  price: number,
  at: string,
): Draft => ({
  type: 'fill.recorded',
  at: instant(at),
  runId: null,
  execId: `${symbol}-${leg}-${quantity}`,
  orderRef: refOf(symbol, leg),
  symbol: symbol as Symbol,
  side: leg === 'entry' ? 'buy' : 'sell',
  quantity,
  price: usd(price),
  commission: usd(1),
  filledAt: instant(at),
  session: at.startsWith(DAY) ? DAY : NEXT,
  source: 'broker',
});
