/**
 * An example of a strategy of your own: buys a pause in an uptrend, two weak days in a stock that is above its long
 * average, with a stop below the lows of the last ten days. It shows how a strategy is written; it claims no edge.
 *
 * Use it: in config/trade-labs.yaml set
 *
 *   strategy:
 *     file: config/strategies/pullback.mjs
 *     params: { trendBars: 150 }
 *
 * The file exports one function. It is given `z` (zod, to declare parameters) and returns the strategy:
 *
 *   name         a lower-case word; reports and trades carry it
 *   params       a schema with a default for every parameter; unknown and wrong ones are refused when it is loaded
 *   warmupBars   daily bars a symbol needs before it is asked about
 *   inputs       indicators by a name of your choice; `trade-labs bars --help` lists them
 *   features     what the score is made of: 100 x weighted mean of ramps. A raw value at `lo` counts 0, at `hi` 1,
 *                in between in proportion; `inverted` turns that round
 *   evaluate     what you say of one symbol: { direction: 'none', reason } or { direction: 'long', reason, features }
 *
 * `evaluate` sees completed daily bars only: close(0) is the last one, close(1) the one before; what does not exist is
 * NaN. A NaN feature or price leaves the symbol out with the reason undefined_feature. Keep it a pure function of what
 * it is given: no clock, no chance, nothing remembered from one call to the next, or a replay cannot repeat it.
 */
export default ({ z }) => ({
  name: 'pullback',
  description: 'two weak days in an uptrend, stop below the recent lows',

  params: z.strictObject({
    trendBars: z.int().min(20).max(400).default(200).describe('bars of the long average'),
    lowBars: z.int().min(2).max(50).default(10).describe('bars whose lowest low carries the stop'),
    maxRsi: z.number().min(0).max(100).default(35).describe('RSI of two bars at most this'),
  }),

  relative: false,

  warmupBars: (params) => params.trendBars,

  inputs: (params) => ({
    trend: `sma${params.trendBars}`,
    rsi: 'rsi2',
    atr: 'atr14',
    low: `donchianlow${params.lowBars}`,
  }),

  features: () => [
    { name: 'oversold', weight: 0.6, lo: 0, hi: 35, inverted: true },
    { name: 'above_trend', weight: 0.4, lo: 0, hi: 0.2, inverted: false },
  ],

  evaluate({ close, inputs, held, params }) {
    // A position is left when it has recovered; stops and the time limit of the configuration work beside this.
    if (held !== null) {
      return { direction: 'none', reason: 'no_signal', exit: inputs.rsi(0) > 70 };
    }
    const last = close(0);
    const rising = last > inputs.trend(0) && inputs.trend(0) > inputs.trend(20);
    if (!rising || !(inputs.rsi(0) <= params.maxRsi)) {
      return { direction: 'none', reason: 'no_signal' };
    }
    return {
      direction: 'long',
      reason: 'pullback_in_trend',
      features: [inputs.rsi(0), last / inputs.trend(0) - 1],
      // Half an average day below the lows; without it the configured stop would be taken.
      stopPrice: inputs.low(0) - 0.5 * inputs.atr(0),
    };
  },
});
