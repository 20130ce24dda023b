import { describe, expect, it } from 'vitest';
import {
  createSyntheticMarket,
  type SyntheticMarket,
} from '../../src/adapters/sim/synthetic-market.ts';
import type { BarColumns, Symbol } from '../../src/domain/market.ts';
import { dateToUtcMs, sessionDate } from '../../src/domain/time.ts';
import {
  correlation,
  lagOne,
  mean,
  quantile,
  shippedUniverse,
  tStatistic,
} from './synthetic-shipped.ts';

const FIRST = sessionDate('1990-01-02');
const market = createSyntheticMarket({ seed: 1, universe: shippedUniverse(200) });

/** Close to close returns without the sessions that begin with a split. */
function returnsOf(from: SyntheticMarket, symbol: Symbol, bars: BarColumns): number[] {
  const exDates = new Set(from.actions(symbol).map((a) => dateToUtcMs(sessionDate(a.exDate))));
  const returns: number[] = [];
  for (let i = 1; i < bars.length; i++) {
    if (exDates.has(bars.time[i] as number)) continue;
    returns.push((bars.close[i] as number) / (bars.close[i - 1] as number) - 1);
  }
  return returns;
}

describe('the synthetic market looks like a market', () => {
  const from = sessionDate('2015-01-02');
  const to = sessionDate('2024-12-31');
  const bars = market.symbols.slice(0, 60).map((symbol) => market.daily(symbol, from, to));
  const returns = bars.map((columns, i) => returnsOf(market, market.symbols[i] as Symbol, columns));

  it('has quiet and stormy times: large moves follow large ones', () => {
    expect(
      quantile(
        returns.map((r) => lagOne(r.map(Math.abs))),
        0.5,
      ),
    ).toBeGreaterThan(0.05);
  });

  it('has fat tails', () => {
    const kurtosis = returns.map((r) => {
      const variance = mean(r.map((x) => x * x));
      return mean(r.map((x) => x ** 4)) / (variance * variance);
    });
    expect(quantile(kurtosis, 0.05)).toBeGreaterThan(3);
    expect(quantile(kurtosis, 0.5)).toBeGreaterThan(4);
  });

  it('moves together, more so within a sector', () => {
    // Without the split filter, so that the sessions match one to one; splits are rare enough.
    const moves = bars.map(({ close }) =>
      [...close].slice(1).map((price, i) => {
        const move = price / (close[i] as number) - 1;
        return Math.abs(move) > 0.45 ? 0 : move;
      }),
    );
    const within: number[] = [];
    const across: number[] = [];
    moves.forEach((a, i) => {
      for (let j = i + 1; j < moves.length; j++) {
        const isSame =
          market.sectorOf(market.symbols[i] as Symbol) ===
          market.sectorOf(market.symbols[j] as Symbol);
        (isSame ? within : across).push(correlation(a, moves[j] as number[]));
      }
    });
    expect(mean(across)).toBeGreaterThan(0.1);
    expect(mean(within)).toBeGreaterThan(mean(across) + 0.02);
  });

  it('gaps overnight, and by far more about once a quarter', () => {
    const gaps = bars.map(({ open, close }) =>
      [...open].slice(1).map((price, i) => Math.abs(price / (close[i] as number) - 1)),
    );
    expect(quantile(gaps.flat(), 0.5)).toBeGreaterThan(0.002);
    const large = gaps.map((g) => {
      const limit = 6 * quantile(g, 0.5);
      return g.filter((gap) => gap > limit).length / 10;
    });
    expect(mean(large)).toBeGreaterThan(1);
    expect(mean(large)).toBeLessThan(8);
  });

  it('trades more when it moves more', () => {
    const together = bars.map(({ open, close, volume }) => {
      const moves = [...close].map((price, i) => Math.abs(price / (open[i] as number) - 1));
      return correlation(moves, [...volume]);
    });
    expect(mean(together)).toBeGreaterThan(0.1);
  });

  it('splits, in either direction', () => {
    const values = market.symbols.flatMap((symbol) => market.actions(symbol).map((a) => a.value));
    expect(values.filter((value) => value > 1).length).toBeGreaterThan(50);
    expect(values.filter((value) => value < 1).length).toBeGreaterThan(5);
  });
});

describe('the first 200 of the shipped universe with seed 1 feed the momentum strategy', () => {
  const average = (values: Float64Array, count: number): number => mean(values.slice(-count));
  const lastOf = (values: Float64Array): number => values.at(-1) as number;

  const isTrending = ({ close }: BarColumns): boolean =>
    lastOf(close) > average(close, 50) && average(close, 50) > average(close, 200);

  /** Average of the last 14 true ranges, against the close. */
  const rangeShare = ({ high, low, close }: BarColumns): number => {
    const n = close.length;
    const ranges = Array.from({ length: 14 }, (_, k) => {
      const i = n - 14 + k;
      const before = close[i - 1] as number;
      return Math.max(high[i] as number, before) - Math.min(low[i] as number, before);
    });
    return mean(ranges) / lastOf(close);
  };

  const isLiquid = ({ close, volume }: BarColumns): boolean => {
    const dollars = Array.from(
      close.slice(-20),
      (price, i) => price * (volume.at(i - 20) as number),
    );
    return lastOf(close) > 5 && quantile(dollars, 0.5) > 20_000_000;
  };

  const DATES = [
    '2010-06-01',
    '2013-03-01',
    '2016-06-01',
    '2019-09-03',
    '2022-06-01',
    '2025-06-02',
    '2026-11-02',
  ];
  it.each(DATES)('on %s', (date) => {
    const history = market.symbols.map((s) => market.dailyUpTo(s, sessionDate(date), 260));
    const shares = history.map(rangeShare);
    expect(shares.filter((s) => s > 0.005 && s < 0.08).length).toBeGreaterThan(185);
    expect(history.filter(isLiquid).length).toBeGreaterThan(120);
    const trending = history.filter(isTrending).length;
    expect(trending).toBeGreaterThan(10);
    expect(trending).toBeLessThan(190);
  });
});

describe('a driftless market', () => {
  const to = sessionDate('1997-12-31');
  const universe = shippedUniverse(40);
  const markets = Array.from({ length: 20 }, (_, i) =>
    createSyntheticMarket({ seed: 100 + i, universe, driftless: true }),
  );
  const bars = markets.map((one) => one.symbols.map((symbol) => one.daily(symbol, FIRST, to)));
  const returns = markets.map((one, m) =>
    one.symbols.map((symbol, s) => returnsOf(one, symbol, bars[m]?.[s] as BarColumns)),
  );

  it('expects the close before, over 20 seeds', () => {
    expect(Math.abs(tStatistic(returns.map((r) => mean(r.flat()))))).toBeLessThan(3);
  });

  it('is symmetric: as many rises as falls', () => {
    const leans = returns.map((r) => mean(r.flat().map(Math.sign)));
    expect(Math.abs(tStatistic(leans))).toBeLessThan(3);
  });

  it('has no momentum: neither from one session to the next nor from one quarter', () => {
    expect(Math.abs(tStatistic(returns.map((r) => mean(r.map(lagOne)))))).toBeLessThan(3);
    const quarterly = returns.map((all) =>
      mean(
        all.map((r) => {
          const sums: number[] = [];
          for (let i = 0; i + 63 <= r.length; i += 63) sums.push(mean(r.slice(i, i + 63)));
          // Kendall's correction: the estimate of n points leans by -1 / n.
          return lagOne(sums) + 1 / sums.length;
        }),
      ),
    );
    expect(Math.abs(tStatistic(quarterly))).toBeLessThan(3);
  });

  it.each([0.005, 0.02])('makes a stop at the open less %f a fair exit', (distance) => {
    const gains = bars.map((all) => {
      const differences: number[] = [];
      for (const { open, low, close } of all) {
        for (let i = 0; i < open.length; i++) {
          const stop = Math.floor((open[i] as number) * (1 - distance) * 100) / 100;
          if ((low[i] as number) > stop) continue;
          differences.push(((close[i] as number) - stop) / (open[i] as number));
        }
      }
      return mean(differences);
    });
    expect(Math.abs(tStatistic(gains))).toBeLessThan(3);
    expect(Math.abs(mean(gains))).toBeLessThan(0.0005);
  });

  it('says so in its source and shares no path with the default one', () => {
    const [one] = markets as [SyntheticMarket];
    expect(one.meta.source).toBe('synthetic seed 100 driftless');
    const drifting = createSyntheticMarket({ seed: 100, universe });
    const symbol = one.symbols[0] as Symbol;
    const a = one.daily(symbol, FIRST, to);
    const b = drifting.daily(symbol, FIRST, to);
    expect(a.time).toEqual(b.time);
    expect([...a.close]).not.toEqual([...b.close]);
  });
});
