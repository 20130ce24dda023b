import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionsBetween } from '../../src/calendar/nyse.ts';
import { sessionDate } from '../../src/domain/time.ts';
import type { EquityPoint } from '../../src/ledger/metrics-curve.ts';
import {
  measureSpan,
  measureSplit,
  rankTrials,
  type SpanMeasure,
  TRIAL_METRICS,
  type TrialMetric,
  type TrialResult,
} from '../../src/ledger/trials.ts';
import { sessionSpan } from '../../src/reporting/report.ts';
import { aResult } from './trade-builder.ts';

const DATES = sessionsBetween(sessionDate('2015-01-02'), sessionDate('2015-12-31')).map(
  ({ date }) => date,
);

/** A curve of these returns, from 100,000 on. */
const curve = (returns: readonly number[]): EquityPoint[] => {
  let equity = 100_000;
  const points = [{ session: DATES[0] ?? sessionDate('2015-01-02'), equity, flow: 0 }];
  for (const [i, value] of returns.entries()) {
    equity *= 1 + value;
    points.push({ session: DATES[i + 1] ?? sessionDate('2015-12-31'), equity, flow: 0 });
  }
  return points;
};

const small = fc.double({ min: -0.03, max: 0.03, noNaN: true });

describe('a curve cut in two', () => {
  it('is its two parts, and together they are the whole', () => {
    fc.assert(
      fc.property(fc.array(small, { minLength: 3, maxLength: 120 }), fc.nat(), (returns, place) => {
        const at = 1 + (place % (returns.length - 1));
        const points = curve(returns);
        const split = points[at + 1]?.session ?? null;
        const { inSample, outOfSample } = measureSplit(points, [], split, sessionSpan);
        const apart = (part: readonly number[]) => measureSpan(curve(part), [], sessionSpan);
        expect(inSample.sessions).toBe(at);
        expect(outOfSample?.sessions).toBe(returns.length - at);
        const joined =
          (1 + (inSample.metrics.totalReturn ?? 0)) * (1 + (outOfSample?.metrics.totalReturn ?? 0));
        const whole = 1 + (apart(returns).metrics.totalReturn ?? 0);
        expect(joined).toBeCloseTo(whole, 10);
        expect(inSample.metrics.maxDrawdown).toBeCloseTo(
          apart(returns.slice(0, at)).metrics.maxDrawdown ?? Number.NaN,
          10,
        );
      }),
    );
  });

  it('counts a trade where it ended', () => {
    const points = curve(Array.from({ length: 40 }, () => 0.001));
    const split = points[21]?.session ?? null;
    const ending = (at: number) =>
      aResult(50, { exitSession: points[at]?.session ?? null, exitAt: '2015-02-02T21:00:00.000Z' });
    const trades = [ending(5), ending(20), ending(21), ending(30)];
    const { inSample, outOfSample } = measureSplit(points, trades, split, sessionSpan);
    expect([inSample.closed, outOfSample?.closed]).toEqual([2, 2]);
  });

  it('has one part where nothing is set aside, or it ended before', () => {
    const points = curve([0.01, -0.01, 0.02]);
    const later = sessionDate('2016-01-04');
    for (const split of [null, later]) {
      const { inSample, outOfSample } = measureSplit(points, [], split, sessionSpan);
      expect(inSample.sessions).toBe(3);
      expect(outOfSample).toBeNull();
    }
  });
});

const NOTHING = Object.fromEntries(TRIAL_METRICS.map((id) => [id, null])) as Record<
  TrialMetric,
  number | null
>;

const span = (sharpe: number | null, n = 252): SpanMeasure => ({
  sessions: n,
  closed: 40,
  metrics: { ...NOTHING, sharpe },
  meanReturn: 0.001,
  sample: sharpe === null ? null : { n, ratio: sharpe / Math.sqrt(252), skewness: 0, kurtosis: 3 },
});

const done = (sharpe: number | null, haltedOn: string | null = null): { result: TrialResult } => ({
  result: {
    outcome: 'done',
    haltedOn: haltedOn === null ? null : sessionDate(haltedOn),
    inSample: span(sharpe),
    outOfSample: null,
    decisionHash: '',
  },
});

const failed: { result: TrialResult } = { result: { outcome: 'failed', reason: 'why' } };

describe('a ranking', () => {
  it('puts the best first, ties in their own order, those that say nothing last', () => {
    const trials = [done(0.5), failed, done(1.5), done(null), done(0.5), done(-1)];
    const { trials: ranked, tried } = rankTrials(trials, 'sharpe');
    expect(ranked.map(({ trial, rank }) => [trials.indexOf(trial), rank])).toEqual([
      [2, 1],
      [0, 2],
      [4, 3],
      [5, 4],
      [1, null],
      [3, null],
    ]);
    expect(tried).toBe(5);
  });

  it('puts what the drawdown limit ended behind all that lasted', () => {
    const trials = [done(3, '2015-06-01'), done(-0.5), done(1, '2015-07-01')];
    const order = rankTrials(trials, 'sharpe').trials.map(({ trial }) => trials.indexOf(trial));
    expect(order).toEqual([1, 0, 2]);
  });

  it('does not look at what was set aside: a drawdown limit that ended a trial there ranks nothing', () => {
    const endedLater: { result: TrialResult } = {
      result: {
        outcome: 'done',
        haltedOn: sessionDate('2015-11-02'),
        inSample: span(3),
        outOfSample: span(-4, 20),
        decisionHash: '',
      },
    };
    const trials = [done(1), endedLater, done(2, '2015-03-02')];
    const order = rankTrials(trials, 'sharpe').trials.map(({ trial }) => trials.indexOf(trial));
    expect(order).toEqual([1, 0, 2]);
  });

  it('ranks a drawdown nearer to nothing higher', () => {
    const drawn = (maxDrawdown: number): { result: TrialResult } => ({
      result: {
        outcome: 'done',
        haltedOn: null,
        inSample: { ...span(1), metrics: { ...NOTHING, maxDrawdown } },
        outOfSample: null,
        decisionHash: '',
      },
    });
    const trials = [drawn(-0.2), drawn(-0.05)];
    expect(rankTrials(trials, 'maxDrawdown').trials[0]?.trial).toBe(trials[1]);
  });

  it('deflates by the number of trials: the same best is worth less among more', () => {
    const among = (count: number): number => {
      const others = Array.from({ length: count - 1 }, (_, i) => done(i % 2 === 0 ? -0.5 : 0.5));
      return rankTrials([done(1.5), ...others], 'sharpe').trials[0]?.deflatedSharpe ?? Number.NaN;
    };
    expect(among(5)).toBeGreaterThan(among(50));
    expect(among(50)).toBeGreaterThan(among(500));
  });

  it('does not deflate a single trial: nobody picked it', () => {
    const { trials, expectedBest } = rankTrials([done(1)], 'sharpe');
    expect(expectedBest).toBe(0);
    // The probabilistic ratio of 1 a year over 252 normal sessions: Phi(1/sqrt(252) sqrt(251) / sqrt(1 + 0.5/252)).
    expect(trials[0]?.deflatedSharpe).toBeCloseTo(0.840624, 6);
  });

  it('does not take the ratios of a few sessions for a measure of how much trials differ', () => {
    const long = [done(0.5), done(0.25), done(0)];
    const ended: { result: TrialResult } = {
      result: {
        outcome: 'done',
        haltedOn: sessionDate('2015-02-02'),
        inSample: span(-9, 20),
        outOfSample: null,
        decisionHash: '',
      },
    };
    const among = rankTrials([...long, ended], 'sharpe');
    expect(among.tried).toBe(4);
    // Four trials of the spread of the three: 0.25 a year, times the expected maximum of four, by Python's statistics.
    expect(among.expectedBest).toBeCloseTo(0.25 * 1.0521228, 6);
    expect(rankTrials([done(1), ended], 'sharpe')).toMatchObject({
      expectedBest: null,
      trials: [{ deflatedSharpe: null }, { deflatedSharpe: null }],
    });
  });

  it('gives no probability below the floor of the probabilistic ratio', () => {
    const short: { result: TrialResult } = {
      result: {
        outcome: 'done',
        haltedOn: null,
        inSample: span(2, 59),
        outOfSample: null,
        decisionHash: '',
      },
    };
    expect(rankTrials([short], 'sharpe').trials[0]?.deflatedSharpe).toBeNull();
  });
});
