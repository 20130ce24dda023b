/**
 * The scan and the momentum score once more, written for reading: plain objects, one symbol and one bar at a time, no
 * caches, nothing of the program but its calendar. What the program decides must be what this says.
 */

export interface PlainBar {
  readonly date: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface PlainSymbol {
  readonly symbol: string;
  /** As traded, oldest first; bars after the decision are welcome. */
  readonly bars: readonly PlainBar[];
  readonly splits: readonly { readonly exDate: string; readonly value: number }[];
}

/** When is decided, in sessions: text dates order like dates. */
export interface PlainMoment {
  readonly session: string;
  readonly previousSession: string;
  readonly sessionNumber: (date: string) => number;
}

export interface PlainRow {
  readonly symbol: string;
  readonly activity: number;
  /** Why it has no score, or null. */
  readonly ineligible: string | null;
  readonly score: number | null;
  readonly components: readonly number[];
  readonly close: number;
  readonly atr: number;
  readonly medianVolume: number;
}

export interface PlainScan {
  readonly rows: readonly PlainRow[];
  /** The scored rows, best first. */
  readonly ranked: readonly PlainRow[];
  readonly excluded: Readonly<Record<string, number>>;
}

const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const medianOf = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

/** What is known before the session begins: earlier bars, in the prices after every split that has happened. */
function knownBars({ bars, splits }: PlainSymbol, session: string): PlainBar[] {
  const happened = splits.filter(({ exDate }) => exDate <= session);
  return bars
    .filter(({ date, volume }) => date < session && volume > 0)
    .map((bar) => {
      const later = happened.filter(({ exDate }) => exDate > bar.date);
      const ratio = later.reduce((product, { value }) => product * value, 1);
      if (ratio === 1) return bar;
      return {
        date: bar.date,
        open: bar.open / ratio,
        high: bar.high / ratio,
        low: bar.low / ratio,
        close: bar.close / ratio,
        volume: bar.volume * ratio,
      };
    });
}

/** Wilder's average true range of 14 bars, for each bar; null while there are fewer than 15. */
function averageTrueRanges(bars: readonly PlainBar[]): (number | null)[] {
  const ranges = bars.map((bar, i) => {
    const before = bars[i - 1];
    if (before === undefined) return 0;
    const up = Math.abs(bar.high - before.close);
    const down = Math.abs(bar.low - before.close);
    return Math.max(bar.high - bar.low, up, down);
  });
  const averages: (number | null)[] = [];
  bars.forEach((_, i) => {
    const before = averages[i - 1] ?? null;
    if (i < 14) averages.push(null);
    else if (before === null) averages.push(sumOf(ranges.slice(1, 15)) / 14);
    else averages.push((before * 13 + (ranges[i] as number)) / 14);
  });
  return averages;
}

/** The date of the last bar that moved further than an ordinary one; null for none. */
function lastAbnormal(bars: readonly PlainBar[], atr: readonly (number | null)[]): string | null {
  let last: string | null = null;
  bars.forEach((bar, i) => {
    const before = bars[i - 1];
    if (before === undefined) return;
    const usual = atr[i - 1] ?? null;
    const limit = Math.max(0.2, usual === null ? 0 : (8 * usual) / before.close);
    const moves = [bar.open / before.close - 1, bar.close / before.close - 1];
    if (moves.some((move) => Math.abs(move) > limit)) last = bar.date;
  });
  return last;
}

const clamp = (x: number): number => Math.min(1, Math.max(0, x));

/** Half to even at two decimals of a value that is 0 to 100. */
function twoDecimals(points: number): number {
  const hundredths = points * 100;
  const below = Math.floor(hundredths);
  const rest = hundredths - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  return (below + (up ? 1 : 0)) / 100;
}

type Judged = Pick<PlainRow, 'ineligible' | 'score' | 'components'>;

const without = (ineligible: string): Judged => ({ ineligible, score: null, components: [] });

function momentumOf(bars: readonly PlainBar[], atr: number): Judged {
  if (bars.length < 200) return without('history_short');
  const ago = (n: number): PlainBar => bars[bars.length - 1 - n] as PlainBar;
  const { close } = ago(0);
  if (atr / close < 0.005 || atr / close > 0.08) return without('volatility_band');
  const closes = bars.map((bar) => bar.close);
  const fast = sumOf(closes.slice(-50)) / 50;
  const slow = sumOf(closes.slice(-200)) / 200;
  if (!(close > fast && fast > slow)) return without('no_signal');
  const highest = Math.max(...bars.slice(-55).map(({ high }) => high));
  const trend = clamp((ago(21).close / ago(126).close - 1 - 0) / 0.4);
  const nearHigh = clamp((close / highest - 0.85) / (1 - 0.85));
  const dip = 1 - clamp((close / ago(5).close - 1 - 0) / 0.08);
  const score = twoDecimals((100 * (0.5 * trend + 0.3 * nearHigh + 0.2 * dip)) / (0.5 + 0.3 + 0.2));
  return { ineligible: null, score, components: [trend, nearHigh, dip] };
}

export interface PlainScanRules {
  readonly rows: number;
  readonly minPrice: number;
  readonly minDollars: number;
  readonly quarantineSessions: number;
  /** Symbols that may not be entered, with the reason. */
  readonly barred: ReadonlyMap<string, string>;
}

/** The most active symbols before a session's open, judged by the built-in strategy. */
export function recomputeSignals(
  market: readonly PlainSymbol[],
  moment: PlainMoment,
  rules: PlainScanRules,
): PlainScan {
  const excluded: Record<string, number> = {};
  const found: { row: PlainRow; bars: readonly PlainBar[] }[] = [];
  const exclude = (reason: string, n = 1): void => {
    if (n > 0) excluded[reason] = (excluded[reason] ?? 0) + n;
  };
  for (const one of market) {
    const bars = knownBars(one, moment.session);
    const last = bars.at(-1);
    if (last === undefined) continue;
    const window = bars.slice(-20);
    const dollars = medianOf(window.map(({ close, volume }) => close * volume));
    if (last.date !== moment.previousSession) exclude('stale');
    else if (bars.length < 20) exclude('few_bars');
    else if (last.close < rules.minPrice) exclude('min_price');
    else if (dollars < rules.minDollars) exclude('min_activity');
    else {
      const medianVolume = medianOf(window.map(({ volume }) => volume));
      const atrs = averageTrueRanges(bars);
      const atr = atrs.at(-1) as number;
      const row = { symbol: one.symbol, activity: medianVolume, medianVolume, close: last.close };
      const judged = judge(bars, atrs, moment, rules, one.symbol);
      found.push({ row: { ...row, atr, ...judged }, bars });
    }
  }
  found.sort((a, b) => b.row.activity - a.row.activity || (a.row.symbol < b.row.symbol ? -1 : 1));
  exclude('below_cut', found.length - rules.rows);
  const rows = found.slice(0, rules.rows).map(({ row }) => row);
  const ranked = rows
    .filter(({ score }) => score !== null)
    .sort(
      (a, b) =>
        (b.score as number) - (a.score as number) ||
        b.activity - a.activity ||
        (a.symbol < b.symbol ? -1 : 1),
    );
  return { rows, ranked, excluded };
}

function judge(
  bars: readonly PlainBar[],
  atrs: readonly (number | null)[],
  { session, sessionNumber }: PlainMoment,
  { barred, quarantineSessions }: PlainScanRules,
  symbol: string,
): Judged {
  const reason = barred.get(symbol);
  if (reason !== undefined) return without(reason);
  const abnormal = lastAbnormal(bars, atrs);
  const since = abnormal === null ? null : sessionNumber(session) - sessionNumber(abnormal);
  if (since !== null && since <= quarantineSessions) return without('quarantined');
  return momentumOf(bars, atrs.at(-1) as number);
}
