import { z } from 'zod';
import { defineStrategy } from './strategy.ts';

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
    if (bars() < params.minBars) return { direction: 'none', reason: 'history_short' };
    const last = close(0);
    const atrFraction = inputs.atr(0) / last;
    if (!(atrFraction >= params.minAtrFraction && atrFraction <= params.maxAtrFraction)) {
      return { direction: 'none', reason: 'volatility_band' };
    }
    const fast = inputs.fast(0);
    if (!(last > fast && fast > inputs.slow(0))) return { direction: 'none', reason: 'no_signal' };
    return {
      direction: 'long',
      reason: 'momentum_trend',
      features: [
        close(params.skipBars) / close(params.returnBars) - 1,
        last / inputs.highest(0),
        last / close(params.dipBars) - 1,
      ],
    };
  },
});
