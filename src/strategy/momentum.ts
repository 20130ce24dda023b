import { z } from 'zod';
import type { ColumnRule } from './column-rule.ts';
import { defineStrategy, type NoSignal } from './strategy.ts';

const ramp = (weight: number, lo: number, hi: number) =>
  z
    .strictObject({ weight: z.number().min(0), lo: z.number(), hi: z.number() })
    .refine((r) => r.hi > r.lo, 'hi must be above lo')
    .prefault({ weight, lo, hi });

const Shape = z.strictObject({
  minBars: z.int().min(2).default(200).describe('own daily bars needed, at least'),
  fastBars: z.int().min(2).default(50).describe('bars of the fast average'),
  slowBars: z.int().min(3).default(200).describe('bars of the slow average'),
  returnBars: z.int().min(2).default(126).describe('look-back of the return, bars'),
  skipBars: z.int().min(0).default(21).describe('most recent bars the return leaves out'),
  highBars: z.int().min(2).default(55).describe('bars of the highest high'),
  dipBars: z.int().min(1).default(5).describe('bars of the short return that counts against'),
  minAtrFraction: z.number().min(0).max(1).default(0.005).describe('least ATR14 over close'),
  maxAtrFraction: z.number().min(0).max(1).default(0.08).describe('most ATR14 over close'),
  trend: ramp(0.5, 0, 0.4).describe('ramp of the medium-term return'),
  nearHigh: ramp(0.3, 0.85, 1).describe('ramp of close over highest high'),
  dip: ramp(0.2, 0, 0.08).describe('ramp of the short return, counted against'),
});

/** What the parameters must be to each other. */
const Params = Shape.superRefine((p, issues) => {
  const demand = (holds: boolean, key: keyof typeof p, message: string): void => {
    if (!holds) issues.addIssue({ code: 'custom', path: [key], message });
  };
  demand(p.fastBars < p.slowBars, 'fastBars', 'must be below slowBars');
  demand(p.skipBars < p.returnBars, 'skipBars', 'must be below returnBars');
  demand(p.minAtrFraction <= p.maxAtrFraction, 'minAtrFraction', 'must not exceed maxAtrFraction');
  const weights = p.trend.weight + p.nearHigh.weight + p.dip.weight;
  demand(weights > 0, 'trend', 'at least one weight must be above 0');
});

type Settings = z.output<typeof Shape>;

/** Why a symbol gives no signal, or null where it does. Prices and the average range are those of the last bar. */
function refusal(
  params: Settings,
  bars: number,
  close: number,
  atr: number,
  fast: number,
  slow: number,
): NoSignal | null {
  if (bars < params.minBars) return 'history_short';
  const atrFraction = atr / close;
  if (!(atrFraction >= params.minAtrFraction && atrFraction <= params.maxAtrFraction)) {
    return 'volatility_band';
  }
  return close > fast && fast > slow ? null : 'no_signal';
}

const SIGNAL = 'momentum_trend';
const change = (now: number, before: number): number => now / before - 1;
const nearness = (close: number, highest: number): number => close / highest;

/**
 * The built-in strategy: medium-term strength that is near its high and has not just run. Long when
 * close > fast average > slow average. It has no stop of its own, and claims no edge.
 *
 * Time-series and cross-sectional momentum over 6 to 12 months, leaving out the last month: Jegadeesh and Titman,
 * Journal of Finance 48 (1993); nearness to the high: George and Hwang, Journal of Finance 59 (2004).
 */
export const momentum = defineStrategy({
  name: 'momentum',
  description: 'strength over six months, near the high, not just after a run',
  params: Params,
  relative: false,
  warmupBars: (params) => params.minBars,
  inputs: (params) => ({
    fast: `sma${params.fastBars}`,
    slow: `sma${params.slowBars}`,
    atr: 'atr14',
    highest: `donchianhigh${params.highBars}`,
  }),
  features: (params) => [
    { name: 'trend', ...params.trend, inverted: false },
    { name: 'near_high', ...params.nearHigh, inverted: false },
    { name: 'dip', ...params.dip, inverted: true },
  ],
  evaluate({ bars, close, inputs, params }) {
    const last = close(0);
    const none = refusal(params, bars(), last, inputs.atr(0), inputs.fast(0), inputs.slow(0));
    if (none !== null) return { direction: 'none', reason: none };
    return {
      direction: 'long',
      reason: SIGNAL,
      features: [
        change(close(params.skipBars), close(params.returnBars)),
        nearness(last, inputs.highest(0)),
        change(last, close(params.dipBars)),
      ],
    };
  },
});

/** The same rule over the columns themselves. */
export const momentumByColumns: ColumnRule<Settings, 'fast' | 'slow' | 'atr' | 'highest'> = {
  signal: SIGNAL,
  bind: ({ close }, { fast, slow, atr, highest }) => ({ close, fast, slow, atr, highest }),
  judge({ close, fast, slow, atr, highest }, params, last, features) {
    const now = close[last] as number;
    const none = refusal(
      params,
      last + 1,
      now,
      atr[last] as number,
      fast[last] as number,
      slow[last] as number,
    );
    if (none !== null) return none;
    features[0] = change(
      close[last - params.skipBars] ?? Number.NaN,
      close[last - params.returnBars] ?? Number.NaN,
    );
    features[1] = nearness(now, highest[last] as number);
    features[2] = change(now, close[last - params.dipBars] ?? Number.NaN);
    return null;
  },
};
