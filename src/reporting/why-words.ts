import type { Fate, IneligibleReason, ScanExclusion } from '../domain/reason.ts';

/** Why the scan left a symbol out. */
const EXCLUSION_WORDS: Readonly<Record<ScanExclusion, string>> = {
  stale: 'no bar in the session before',
  few_bars: 'fewer than 20 bars',
  min_price: 'price below scan.minPriceUsd',
  min_activity: 'dollar volume below scan.minActivityUsd',
  spread: 'spread above scan.maxSpreadBps',
  below_cut: 'less active than the scan.rows that are kept',
};

/** Why a found row got no score. */
const INELIGIBLE_WORDS: Readonly<Record<IneligibleReason, string>> = {
  held: 'held already',
  working: 'an entry was working',
  order_unknown: 'an order had no answer from the broker',
  cooling_down: 'cooling down after a stop',
  quarantined: 'quarantined after an abnormal bar',
  deny_list: 'on scan.deny',
  not_on_allow_list: 'not on scan.allow',
  history_short: 'too few bars for the strategy',
  volatility_band: 'volatility outside the band of the strategy',
  no_signal: 'no signal from the strategy',
  undefined_feature: 'a feature of the score was not defined',
};

export const FATE_WORDS: Readonly<Record<Fate, string>> = {
  ineligible: 'not eligible',
  not_selected: 'scored, not selected',
  slots_full: 'selected, but no position slot was free',
  not_sized: 'selected, but no size came about',
  denied: 'sized, then denied by the guards',
  approved: 'approved by the guards',
};

/** Why the simulated exchange, or a broker in its words, ended an order. */
const CAUSE_WORDS: Readonly<Record<string, string>> = {
  gap: 'the open was outside the band around the reference, or at or below the stop',
  limit: 'the open was above the limit',
  no_bar: 'nothing was traded',
  day: 'the session ended',
  ttl: 'entry.ttlMs had passed',
  parent_ended: 'its entry ended',
  oca: 'another order of its group filled',
  split: 'replaced after a split',
  nothing_to_sell: 'no share was left to sell',
  requested: 'we asked for it',
};

/** The cause, and what it means where it is one of ours. */
export const causeText = (cause: string): string =>
  Object.hasOwn(CAUSE_WORDS, cause) ? `${cause} (${CAUSE_WORDS[cause]})` : cause;

/** A total and what it is made of: "150 (135 ..., 15 ...)"; the reason alone where there is one. */
export function totalWords(total: number, counts: Readonly<Record<string, number>>): string {
  const words = countedWords(counts);
  return words === '' || words.startsWith(`${total} `)
    ? words || String(total)
    : `${total} (${words})`;
}

/** Counts by reason in words, the commonest first: "12 no signal ..., 3 held already". */
function countedWords(counts: Readonly<Record<string, number>>): string {
  const words = new Map(Object.entries({ ...EXCLUSION_WORDS, ...INELIGIBLE_WORDS }));
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([reason, count]) => `${count} ${words.get(reason) ?? reason}`)
    .join(', ');
}
