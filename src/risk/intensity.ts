import { roundHalfEven } from '../domain/money.ts';

/** How risk follows results; the config section `intensity`. */
export interface IntensitySettings {
  readonly enabled: boolean;
  /** The least factor; never 0, so that there is always something to learn from. */
  readonly floor: number;
  /** Closed trades looked at. */
  readonly window: number;
  /** A new factor counts only when it differs by at least this. */
  readonly deadBand: number;
}

const clamp01 = (x: number): number => (x < 0 ? 0 : x > 1 ? 1 : x);

/**
 * The share of the risk budget to use, floor..1, from the last closed trades and the drawdown:
 * wet = min(clamp((mean R + 0.5) / 1.0), 1 - drawdown / limit); factor = floor + (1 - floor) x wet, rounded half-even
 * to 1e-6. With fewer trades than the window, wet = min(0.5, 1 - drawdown / limit). It never exceeds 1: results can
 * take risk away, not add any.
 *
 * @param netR net R of closed trades in order of exit, oldest first
 * @param drawdown fall from the peak as a fraction >= 0
 */
export function intensityFactor(
  netR: readonly number[],
  drawdown: number,
  maxDrawdownFraction: number,
  settings: IntensitySettings,
): number {
  if (!settings.enabled) return 1;
  const recent = netR.slice(-settings.window);
  const byDrawdown = maxDrawdownFraction > 0 ? 1 - drawdown / maxDrawdownFraction : 0;
  let byResults = 0.5;
  if (recent.length >= settings.window) {
    let total = 0;
    for (const r of recent) total += r;
    byResults = clamp01(total / recent.length + 0.5);
  }
  const wet = clamp01(Math.min(byResults, byDrawdown));
  const factor = settings.floor + (1 - settings.floor) * wet;
  return roundHalfEven(factor * 1e6) / 1e6;
}

/**
 * The factor to use from now on: the new one where it is the first, differs enough from the one in force, or that one
 * could not come of these settings any more.
 */
export function settleIntensity(
  inForce: number | null,
  computed: number,
  settings: IntensitySettings,
): number {
  const { enabled, floor, deadBand } = settings;
  if (inForce === null || !enabled || inForce < floor) return computed;
  // Compared in millionths: 0.35 - 0.25 is a little below 0.1 in floats.
  const change = Math.round(Math.abs(computed - inForce) * 1e6);
  return change >= Math.round(deadBand * 1e6) ? computed : inForce;
}
