import type { Quote } from '../../src/domain/market.ts';
import { toUsd, usd } from '../../src/domain/money.ts';
import type { OrderIntent } from '../../src/domain/order.ts';
import type { Activity, PortfolioState } from '../../src/domain/portfolio.ts';
import type { Reason, Verdict } from '../../src/domain/reason.ts';
import { epochMs } from '../../src/domain/time.ts';
import { openBudget } from '../../src/risk/budget.ts';
import { type GuardInput, judge } from '../../src/risk/guards.ts';
import { FLAT, QUIET, SETTINGS, sessionOn, sym } from '../pipeline/builders.ts';

export const SESSION = sessionOn('2016-06-24');
export const NOON = epochMs(SESSION.openAt + 150 * 60_000);

/** 100 shares at 50, limit 50.50, stop 45: small beside an account of 100,000. */
export const INTENT: OrderIntent = {
  symbol: sym('AAA'),
  quantity: 100,
  referencePrice: usd(50),
  limitPrice: usd(50.5),
  stopPrice: usd(45),
  targetPrice: null,
  atr: usd(1.5),
  terms: {
    equity: usd(100_000),
    intensity: 1,
    riskBudget: usd(500),
    riskPerShare: usd(5),
    byRisk: 100,
    byPosition: 200,
    binding: 'risk',
  },
};

/** Bid 49.99, ask 50.01, stamped at noon. */
export const QUOTE: Quote = {
  bid: usd(49.99),
  ask: usd(50.01),
  last: usd(50),
  at: NOON,
  kind: 'live',
};

export interface Scene {
  readonly intent?: Partial<OrderIntent>;
  readonly state?: Partial<PortfolioState>;
  readonly activity?: Partial<Activity>;
  readonly risk?: Partial<GuardInput['limits']>;
  readonly entry?: Partial<GuardInput['entry']>;
  readonly sizing?: Partial<GuardInput['sizing']>;
  readonly quote?: Partial<Quote> | null;
  readonly liveQuotes?: boolean;
  readonly medianVolume?: number;
  readonly minutes?: number;
  readonly allowModelledQuotes?: boolean;
  readonly scan?: Partial<GuardInput['scan']>;
  readonly score?: number;
  readonly lastClose?: number;
  readonly sector?: string;
  readonly slippageBps?: number;
  readonly correlationWith?: GuardInput['correlationWith'];
  readonly commissionOf?: GuardInput['commissionOf'];
}

/** An order that every guard lets pass, changed as a scene says; the budget follows from the account and the limits. */
export function guardInput(scene: Scene = {}): GuardInput {
  const activity = { ...QUIET, ...scene.activity };
  const state = { ...FLAT, activity, ...scene.state };
  const limits = { ...SETTINGS.risk, ...scene.risk };
  const commissionOf = scene.commissionOf ?? SETTINGS.commissionOf;
  const asOf = epochMs(SESSION.openAt + (scene.minutes ?? 150) * 60_000);
  return {
    intent: { ...INTENT, ...scene.intent },
    asOf,
    session: SESSION,
    quote: scene.quote === null ? null : { ...QUOTE, at: asOf, ...scene.quote },
    medianVolume: scene.medianVolume ?? 1_000_000,
    state,
    budget: openBudget(state, state.equity, { risk: limits, commissionOf }),
    limits,
    entry: { ...SETTINGS.entry, ...scene.entry },
    sizing: { ...SETTINGS.sizing, ...scene.sizing },
    scan: { ...SETTINGS.scan, minPriceUsd: 0, ...scene.scan },
    score: scene.score ?? 50,
    lastClose: scene.lastClose ?? toUsd(INTENT.referencePrice),
    sector: scene.sector ?? 'UNKNOWN',
    correlationWith: scene.correlationWith ?? (() => 1),
    slippageBps: scene.slippageBps ?? 5,
    allowModelledQuotes: scene.allowModelledQuotes ?? false,
    liveQuotes: scene.liveQuotes ?? false,
    commissionOf,
  };
}

export const verdictOf = (scene: Scene): Verdict => judge(guardInput(scene));

/** What is said of a scene: "approved 99: POSITION_SIZE 99". */
export function told(scene: Scene): string {
  const { approved, reasons } = verdictOf(scene);
  const said = reasons.map(({ code, allowed }: Reason) => `${code} ${allowed}`);
  return said.length === 0 ? `approved ${approved}` : `approved ${approved}: ${said.join(', ')}`;
}

/** A limit with the scene just inside it and the one that trips it, and what is said then. */
export type Boundary = readonly [what: string, inside: Scene, outside: Scene, said: string];
