import { usd } from '../../src/domain/money.ts';
import { type Story, symbol } from './story.ts';

const DAY = '2026-03-05';
const on = (time: string) => [DAY, time] as const;

interface Candidate {
  readonly name: string;
  readonly score: number;
  readonly ref: number;
  readonly fate: 'approved' | 'denied' | 'not_selected';
}

/** Candidates by rank, as the scan and the score left them. */
function scored(story: Story, time: string, candidates: readonly Candidate[]): void {
  story.add('candidates.scored', on(time), {
    candidates: candidates.map(({ name, score, ref, fate }, i) => ({
      symbol: symbol(name),
      scanRank: i * 3 + 1,
      rank: i + 1,
      activity: 50_000_000 - i * 1_000_000,
      score,
      components: { trend: score / 100, near_high: 0.9, calm: 0.35 },
      signalReason: 'momentum_trend',
      strength: score / 100,
      referencePrice: usd(ref),
      atr: usd(3.25),
      fate,
    })),
  });
}

function sized(
  story: Story,
  time: string,
  name: string,
  terms: {
    readonly quantity: number;
    readonly ref: number;
    readonly limit: number;
    readonly stop: number;
  },
): void {
  story.add('intent.sized', on(time), {
    symbol: symbol(name),
    quantity: terms.quantity,
    referencePrice: usd(terms.ref),
    limitPrice: usd(terms.limit),
    stopPrice: usd(terms.stop),
    targetPrice: null,
    atr: usd(3.25),
    equity: usd(100_000),
    intensity: 0.625,
    riskBudget: usd(312.5),
    riskPerShare: usd(9.75),
    byRisk: terms.quantity,
    byPosition: terms.quantity + 10,
    binding: 'risk',
    spreadBps: 4.4,
  });
}

function approved(
  story: Story,
  time: string,
  name: string,
  terms: {
    readonly sized: number;
    readonly quantity: number;
    readonly ref: number;
    readonly limit: number;
    readonly stop: number;
    readonly score: number;
  },
): void {
  story.add('intent.approved', on(time), {
    symbol: symbol(name),
    entryRef: `${DAY}/scan-open/${name}/entry/1`,
    sized: terms.sized,
    approved: terms.quantity,
    referencePrice: usd(terms.ref),
    limitPrice: usd(terms.limit),
    stopPrice: usd(terms.stop),
    targetPrice: null,
    atr: usd(3.25),
    reasons:
      terms.quantity < terms.sized
        ? [
            {
              code: 'LIQUIDITY',
              allowed: terms.quantity,
              limit: terms.quantity,
              value: terms.sized,
            },
          ]
        : [],
    score: terms.score,
    strategy: 'momentum',
    signalReason: 'momentum_trend',
    strength: terms.score / 100,
  });
}

/** The scan at the open: two entries sent, one of them reduced, one denied, one not taken. */
export function openScan(story: Story): void {
  story.startRun(on('09:30'), 'scan', 'scan-open');
  story.add('scan.completed', on('09:30'), {
    rule: 'most_active',
    universe: 200,
    found: 50,
    scored: 41,
    excluded: { stale: 2, min_price: 3, min_activity: 145 },
    ineligible: { held: 1, no_signal: 8 },
    tableHash: 'cd'.repeat(32),
    warnings: [],
  });
  scored(story, '09:30', [
    { name: 'AAPL', score: 81.25, ref: 227.9, fate: 'approved' },
    { name: 'TSLA', score: 77.4, ref: 251.3, fate: 'denied' },
    { name: 'MSFT', score: 74.05, ref: 401.8, fate: 'approved' },
    { name: 'AMD', score: 66.6, ref: 118.2, fate: 'not_selected' },
  ]);
  sized(story, '09:30', 'AAPL', { quantity: 40, ref: 227.9, limit: 230.17, stop: 218.15 });
  sized(story, '09:30', 'TSLA', { quantity: 15, ref: 251.3, limit: 253.81, stop: 241.55 });
  sized(story, '09:30', 'MSFT', { quantity: 32, ref: 401.8, limit: 405.81, stop: 391.2 });
  const forAapl = {
    sized: 40,
    quantity: 40,
    ref: 227.9,
    limit: 230.17,
    stop: 218.15,
    score: 81.25,
  };
  approved(story, '09:30', 'AAPL', forAapl);
  story.add('intent.denied', on('09:30'), {
    symbol: symbol('TSLA'),
    sized: 15,
    reasons: [
      { code: 'OPEN_RISK', allowed: 0, limit: 3000, value: 3120.5 },
      { code: 'LIQUIDITY', allowed: 9, limit: 9, value: 15 },
    ],
  });
  const forMsft = { sized: 32, quantity: 20, ref: 401.8, limit: 405.81, stop: 391.2, score: 74.05 };
  approved(story, '09:30', 'MSFT', forMsft);
  story.bracket(on('09:30'), `${DAY}/scan-open/AAPL`, {
    quantity: 40,
    limit: 230.17,
    stop: 218.15,
  });
  story.bracket(on('09:30'), `${DAY}/scan-open/MSFT`, { quantity: 20, limit: 405.81, stop: 391.2 });
  story.endRun(
    on('09:30:04'),
    {
      found: 50,
      scored: 41,
      selected: 3,
      sized: 3,
      denied: 1,
      approved: 2,
      submitted: 2,
    },
    { OPEN_RISK: 1 },
  );
}
