import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quote } from '../../src/domain/market.ts';
import { micros, usd } from '../../src/domain/money.ts';
import { isOnTick } from '../../src/domain/price.ts';
import { epochMs } from '../../src/domain/time.ts';
import type { ScoredRow } from '../../src/pipeline/score-table.ts';
import { entryBand, entryLimit, type SizingInput, size } from '../../src/pipeline/size.ts';
import { SETTINGS, sym } from './builders.ts';

const ROW: ScoredRow = {
  index: 0,
  symbol: sym('AAA'),
  scanRank: 1,
  activity: 1,
  ineligible: null,
  score: 70,
  components: [0.7],
  signalReason: 'always',
  strength: 0.7,
  stopPrice: null,
  targetPrice: null,
};

/** 100,000 dollars, a stock at 50 with an ATR14 of 1.50, at the open. */
const INPUT: SizingInput = {
  reference: 50,
  atr: 1.5,
  quote: null,
  equity: usd(100_000),
  intensity: 1,
  sizing: SETTINGS.sizing,
  entry: SETTINGS.entry,
  targetR: null,
};

interface Scene extends Partial<Omit<SizingInput, 'sizing' | 'entry'>> {
  readonly row?: Partial<ScoredRow>;
  readonly sizing?: Partial<SizingInput['sizing']>;
  readonly entry?: Partial<SizingInput['entry']>;
}

function sized({ row, sizing, entry, ...input }: Scene = {}) {
  return size(
    { ...ROW, ...row },
    {
      ...INPUT,
      ...input,
      sizing: { ...SETTINGS.sizing, ...sizing },
      entry: { ...SETTINGS.entry, ...entry },
    },
  );
}

/** The order in dollars, or the one reason why there is none. */
function told(scene: Scene = {}): string {
  const outcome = sized(scene);
  if (!outcome.ok) return outcome.error.map(({ code }) => code).join();
  const { quantity, limitPrice, stopPrice, targetPrice, terms } = outcome.value;
  const target = targetPrice === null ? '' : ` target ${targetPrice / 1e6}`;
  return `${quantity} by ${terms.binding}, limit ${limitPrice / 1e6} stop ${stopPrice / 1e6}${target}`;
}

describe('a size', () => {
  it('risks half a percent to a stop of three ATR14 below the reference', () => {
    // 500 dollars over 4.50 a share; a tenth of equity would buy 200.
    expect(told()).toBe('111 by risk, limit 50.5 stop 45.5');
    const outcome = sized();
    expect(outcome.ok && outcome.value.terms).toEqual({
      equity: usd(100_000),
      intensity: 1,
      riskBudget: usd(500),
      riskPerShare: usd(4.5),
      byRisk: 111,
      byPosition: 200,
      binding: 'risk',
    });
  });

  it('is at most a tenth of equity at the reference', () => {
    expect(told({ atr: 0.5 })).toBe('200 by position, limit 50.5 stop 48.5');
    expect(told({ atr: 0.5, equity: usd(100_049.99) })).toMatch(/^200 by position/);
    expect(told({ atr: 0.5, equity: usd(100_500) })).toMatch(/^201 by position/);
  });

  it('names the risk as binding where both say the same', () => {
    expect(told({ atr: 2.5 / 3, sizing: { maxPositionFraction: 0.1 } })).toMatch(/^200 by risk/);
  });

  it('follows the intensity to the share, and is never more at a smaller one', () => {
    expect(told({ intensity: 0.25 })).toMatch(/^27 by risk/);
    expect(told({ intensity: 0.625 })).toMatch(/^69 by risk/);
    expect(told({ atr: 0.5, intensity: 0.5 })).toMatch(/^166 by risk/);
  });

  it('counts in whole millionths however large the account', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1e6, max: 8e15 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 100, max: 300_000 }),
        (equity, perTrade, factor, priceCents) => {
          const outcome = sized({
            equity: micros(equity),
            intensity: factor / 1e6,
            reference: priceCents / 100,
            atr: (priceCents / 100) * 0.02,
            sizing: { perTradeFraction: perTrade / 1e6, minNotionalUsd: 0 },
          });
          if (!outcome.ok) return;
          const { terms, referencePrice } = outcome.value;
          const budget = (BigInt(equity) * BigInt(perTrade) * BigInt(factor)) / 10n ** 12n;
          expect(BigInt(terms.riskBudget)).toBe(budget);
          expect(BigInt(terms.byRisk)).toBe(budget / BigInt(terms.riskPerShare));
          expect(BigInt(terms.byPosition)).toBe(BigInt(equity) / 10n / BigInt(referencePrice));
        },
      ),
    );
  });

  it.each([
    ['without a price', { reference: Number.NaN }, 'NO_PRICE'],
    ['without an ATR14', { atr: Number.NaN }, 'NO_PRICE'],
    ['with an ATR14 of nothing', { atr: 0 }, 'NO_PRICE'],
    ['where the stop would be at zero', { atr: 50 / 3 }, 'STOP_MISSING'],
    ['where the stop would be below zero', { atr: 20 }, 'STOP_MISSING'],
    ['where the budget buys no share', { equity: usd(800) }, 'QUANTITY_ZERO'],
    [
      'where a position buys no share',
      { equity: usd(2_000), sizing: { maxPositionFraction: 0.02 } },
      'POSITION_SIZE',
    ],
    ['without equity', { equity: usd(0) }, 'QUANTITY_ZERO'],
    ['with less than nothing', { equity: usd(-5) }, 'QUANTITY_ZERO'],
    ['worth less than 1000 dollars', { equity: usd(17_999.99) }, 'MIN_NOTIONAL'],
    ['worth 1000 dollars', { equity: usd(18_000) }, '20 by risk, limit 50.5 stop 45.5'],
  ])('%s', (_, scene, said) => {
    expect(told(scene)).toBe(said);
  });
});

describe('where not one share can be had', () => {
  const reasons = (scene: Scene) => {
    const outcome = sized(scene);
    return outcome.ok ? [] : outcome.error;
  };

  it('says what one would risk, and what the trade may', () => {
    const told = { code: 'QUANTITY_ZERO', allowed: 0, limit: 4, value: 4.5 };
    expect(reasons({ equity: usd(800) })).toEqual([told]);
  });

  it('says what one would cost, and what a position may', () => {
    const scene = { equity: usd(2_000), sizing: { maxPositionFraction: 0.02 } };
    expect(reasons(scene)).toEqual([{ code: 'POSITION_SIZE', allowed: 0, limit: 40, value: 50.5 }]);
  });
});

describe('the stop', () => {
  it('is rounded down to the tick', () => {
    expect(told({ atr: 1.501 })).toContain('stop 45.49');
    expect(told({ reference: 1.2, atr: 0.0801, equity: usd(1e6) })).toContain('stop 0.9597');
  });

  it('may be a percentage below the reference', () => {
    const stop = { kind: 'percent', fraction: 0.05 } as const;
    expect(told({ sizing: { stop } })).toBe('200 by risk, limit 50.5 stop 47.5');
    expect(told({ sizing: { stop: { ...stop, fraction: 1 } } })).toBe('STOP_MISSING');
  });

  it('of the strategy wins over the configured one', () => {
    expect(told({ row: { stopPrice: 46.019 } })).toContain('stop 46.01');
    expect(told({ row: { stopPrice: 46.01 }, sizing: { stop: { kind: 'strategy' } } })).toContain(
      'stop 46.01',
    );
    expect(told({ sizing: { stop: { kind: 'strategy' } } })).toBe('STOP_MISSING');
  });

  it.each([
    [0, 'STOP_MISSING'],
    [-3, 'STOP_MISSING'],
    [0.000_01, 'STOP_MISSING'],
    [50, 'STOP_NOT_BELOW_ENTRY'],
    [8e9, 'STOP_NOT_BELOW_ENTRY'],
  ])('of a strategy is never mended: at %f it is %s', (stopPrice, said) => {
    expect(told({ row: { stopPrice } })).toBe(said);
  });

  it('is at least half an ATR14 away', () => {
    expect(told({ row: { stopPrice: 49.25 } })).toMatch(/stop 49.25/);
    expect(told({ row: { stopPrice: 49.26 } })).toBe('STOP_TOO_CLOSE');
  });

  it('is at least 0.3 percent of the reference away', () => {
    expect(told({ atr: 0.29, row: { stopPrice: 49.85 } })).toMatch(/stop 49.85/);
    expect(told({ atr: 0.29, row: { stopPrice: 49.86 } })).toBe('STOP_TOO_CLOSE');
    const outcome = sized({ atr: 0.29, row: { stopPrice: 49.86 } });
    expect(outcome.ok ? [] : outcome.error).toEqual([
      { code: 'STOP_TOO_CLOSE', allowed: 0, limit: 0.15, value: 0.14 },
    ]);
  });
});

describe('the target', () => {
  it('is a multiple of the risk above the reference, rounded up to the tick', () => {
    expect(told({ targetR: 2 })).toContain('target 59');
    expect(told({ targetR: 1.333, reference: 50.01 })).toContain('target 56.01');
    expect(told({ targetR: 1.3331 })).toContain('target 56');
  });

  it('of the strategy wins', () => {
    expect(told({ targetR: 2, row: { targetPrice: 61.001 } })).toContain('target 61.01');
  });
});

describe('the entry limit', () => {
  const quoteAt = (ask: number): Quote => ({
    bid: usd(ask),
    ask: usd(ask),
    last: usd(ask),
    at: epochMs(0),
    kind: 'live',
  });
  const limit = (reference: number, quote: Quote | null): number =>
    entryLimit(usd(reference), quote, SETTINGS.entry) / 1e6;

  it('is the collar where the session has no price yet', () => {
    expect(limit(50, null)).toBe(50.5);
    expect(limit(33.33, null)).toBe(33.66);
  });

  it('is five basis points above the ask, rounded down, while the collar allows', () => {
    expect(limit(50, quoteAt(50.01))).toBe(50.03);
    expect(limit(50, quoteAt(49))).toBe(49.02);
    expect(limit(50, quoteAt(50.47))).toBe(50.49);
    expect(limit(50, quoteAt(50.48))).toBe(50.5);
    expect(limit(50, quoteAt(51))).toBe(50.5);
  });

  it('never enters the size or the stop', () => {
    const [without, withQuote] = [sized(), sized({ quote: quoteAt(50.01) })];
    expect(without.ok && withQuote.ok).toBe(true);
    if (!without.ok || !withQuote.ok) return;
    expect(withQuote.value.limitPrice).not.toBe(without.value.limitPrice);
    expect({ ...withQuote.value, limitPrice: 0 }).toEqual({ ...without.value, limitPrice: 0 });
  });
});

describe('the band of opening prints', () => {
  const band = (reference: number, atr: number, entry = {}): string => {
    const outcome = sized({ reference, atr, entry, sizing: { minNotionalUsd: 0 } });
    if (!outcome.ok) return outcome.error.map(({ code }) => code).join();
    const { lowest, highest } = entryBand(outcome.value, { ...SETTINGS.entry, ...entry });
    return `${lowest / 1e6} to ${highest / 1e6}`;
  };

  it('is two percent, or one ATR14 where that is less', () => {
    expect(band(50, 1.5)).toBe('49 to 51');
    expect(band(50, 0.75)).toBe('49.25 to 50.75');
    expect(band(50, 0.75, { gapAtr: 2 })).toBe('49 to 51');
    expect(band(50, 0.75, { gapFraction: 0.001 })).toBe('49.95 to 50.05');
  });
});

it('every price of an order is on the tick, stop < reference <= limit, whatever the market', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.02, max: 5_000, noNaN: true }),
      fc.double({ min: 0.0005, max: 0.4, noNaN: true }),
      fc.option(fc.double({ min: 0.1, max: 10, noNaN: true }), { nil: null }),
      (reference, atrFraction, targetR) => {
        const outcome = sized({
          reference,
          atr: reference * atrFraction,
          targetR,
          equity: usd(1e8),
          sizing: { minNotionalUsd: 0 },
        });
        if (!outcome.ok) return;
        const { limitPrice, stopPrice, targetPrice, referencePrice } = outcome.value;
        for (const price of [limitPrice, stopPrice, targetPrice ?? usd(1)]) {
          expect(isOnTick(price)).toBe(true);
        }
        expect(stopPrice).toBeGreaterThan(0);
        expect(stopPrice).toBeLessThan(referencePrice);
        expect(stopPrice).toBeLessThan(limitPrice);
        if (targetPrice !== null) expect(targetPrice).toBeGreaterThan(referencePrice);
      },
    ),
  );
});
