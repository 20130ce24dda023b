import { beforeAll, describe, expect, it } from 'vitest';
import type { MarketSnapshot } from '../../src/bars/snapshot.ts';
import type { Bar } from '../../src/domain/market.ts';
import { toUsd } from '../../src/domain/money.ts';
import type { PortfolioState } from '../../src/domain/portfolio.ts';
import { utcMsToDate } from '../../src/domain/time.ts';
import { type DecisionSettings, decide } from '../../src/pipeline/decide.ts';
import { guardFacts } from '../../src/pipeline/guard-facts.ts';
import {
  FLAT,
  plainDesk,
  position,
  settingsWith,
  snapshotOf,
  sourceOf,
  sym,
  wander,
} from './builders.ts';

const DATE = '2014-12-01';
const walk = (seed: number) => wander(seed, { from: '2014-01-02', bars: 300, drift: 0.0005 });
/** The same moves at twice the price. */
const twice = (bars: readonly Bar[]): Bar[] =>
  bars.map(({ time, open, high, low, close, volume }) => ({
    time,
    open: open * 2,
    high: high * 2,
    low: low * 2,
    close: close * 2,
    volume,
  }));

const AAA = walk(1);
const MARKET = {
  AAA: { daily: AAA, sector: 'Technology' },
  BBB: { daily: twice(AAA), sector: 'Technology' },
  CCC: { daily: walk(2), sector: 'Energy' },
};

let snapshot: MarketSnapshot;
beforeAll(async () => {
  snapshot = await snapshotOf(sourceOf(MARKET), DATE);
});

const WIDE = { dailyLossFraction: 0.5, maxOpenRiskFraction: 0.5 };
const rules = (risk: Partial<DecisionSettings['risk']>): DecisionSettings =>
  settingsWith({ scan: { minActivityUsd: 0 }, risk: { ...WIDE, ...risk } });

/** What became of each candidate: approved, or the reasons it was denied for. */
function outcomes(settings: DecisionSettings, state: Partial<PortfolioState> = {}) {
  const { candidates } = decide(snapshot, { ...FLAT, ...state }, settings, plainDesk(), 3);
  return Object.fromEntries(
    candidates.map(({ row, verdict }) => [
      row.symbol,
      verdict.approved > 0
        ? 'approved'
        : verdict.reasons.flatMap(({ code, allowed }) => (allowed === 0 ? code : [])).join(' '),
    ]),
  );
}

describe('the correlation of a candidate', () => {
  it('denies what moves like a position, and lets pass what does not', () => {
    const held = { positions: [position('BBB')] };
    expect(outcomes(rules({ maxCorrelation: 0.9 }), held)).toEqual({
      AAA: 'CORRELATION',
      CCC: 'approved',
    });
    expect(outcomes(rules({}), held)).toEqual({ AAA: 'approved', CCC: 'approved' });
  });

  it('denies what moves like an entry that the run approved before it', () => {
    const outcome = outcomes(rules({ maxCorrelation: 0.9 }));
    expect(Object.values(outcome).toSorted()).toEqual(['CORRELATION', 'approved', 'approved']);
    expect(outcome.CCC).toBe('approved');
  });

  it('is the worst there is with a position that the decision has no bars of', () => {
    const held = { positions: [position('ZZZ')] };
    expect(outcomes(rules({ maxCorrelation: 0.99 }), held)).toEqual({
      AAA: 'CORRELATION',
      BBB: 'CORRELATION',
      CCC: 'CORRELATION',
    });
  });

  it('does not see what comes after the decision', async () => {
    const correlation = (of: MarketSnapshot) => {
      const index = of.series.findIndex(({ symbol }) => symbol === sym('AAA'));
      return guardFacts(of, index).correlationWith(sym('CCC'));
    };
    /** AAA with other closes in these sessions. */
    const changed = (isOther: (date: string) => boolean) => {
      const daily = AAA.map((bar) =>
        isOther(utcMsToDate(bar.time)) ? { ...bar, close: bar.high } : bar,
      );
      return snapshotOf(sourceOf({ ...MARKET, AAA: { daily } }), DATE);
    };
    const later = await changed((date) => date >= DATE);
    expect(correlation(later)).toBe(correlation(snapshot));
    const seen = await changed((date) => date === '2014-11-28');
    expect(correlation(seen)).not.toBe(correlation(snapshot));
  });
});

describe('the sector of a candidate', () => {
  it('fills up with what is held and what the run approved before', () => {
    // A tenth of the account a position: two of one sector do not fit into 15 percent.
    const settings = rules({ maxSectorFraction: 0.15 });
    const { candidates } = decide(snapshot, FLAT, settings, plainDesk(), 3);
    const limit = toUsd(FLAT.equity) * 0.15;
    const spent = new Map<string, number>();
    for (const { row, intent, verdict } of candidates) {
      const sector = MARKET[row.symbol as unknown as keyof typeof MARKET].sector;
      const cost = verdict.approved * toUsd(intent?.limitPrice ?? FLAT.cash);
      spent.set(sector, (spent.get(sector) ?? 0) + cost);
    }
    const technology = spent.get('Technology') ?? 0;
    expect(technology).toBeGreaterThan(limit * 0.9);
    expect(technology).toBeLessThanOrEqual(limit);
    expect(spent.get('Energy')).toBeGreaterThan(0);
    const shrunk = candidates.flatMap(({ verdict }) => verdict.reasons.map(({ code }) => code));
    expect(shrunk).toContain('SECTOR_EXPOSURE');
  });
});

describe('the last close that guards look at', () => {
  it('is the one of the last completed bar', () => {
    const close = snapshot.reference[0];
    expect(guardFacts(snapshot, 0).lastClose).toBe(close);
  });
});
