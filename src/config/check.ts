import { sessionsBetween } from '../calendar/nyse.ts';
import { parseTrigger, triggerInstants } from '../calendar/trigger.ts';
import { windowAt } from '../calendar/windows.ts';
import { sessionDate } from '../domain/time.ts';
import { brokerWindowsOf, type Config } from './schema.ts';

/** Keys that contradict each other. */
export interface Contradiction {
  /** Where it is shown. */
  readonly path: readonly PropertyKey[];
  /** The other key it depends on, where there is one. */
  readonly against?: readonly PropertyKey[];
  readonly message: string;
}

/**
 * What no single key shows: limits in the wrong order, a mode that does not fit its broker, a name
 * used twice.
 */
export function contradictions(config: Config): Contradiction[] {
  return [
    ...modeContradictions(config),
    ...limitContradictions(config),
    ...guardContradictions(config),
    ...nameContradictions(config),
    ...windowContradictions(config),
  ];
}

const isPaperAccount = (account: string): boolean => account.startsWith('D');

function* modeContradictions({ mode, broker, ib, approval }: Config): Generator<Contradiction> {
  const path = ['broker'];
  if (mode === 'live' && approval.mode !== 'two-person') {
    const message = `mode live takes two-person, was ${approval.mode}`;
    yield { path: ['approval', 'mode'], against: ['mode'], message };
  }
  if (mode !== 'live' && approval.mode !== 'off') {
    const message = 'is not held by this version yet; only off is accepted outside live';
    yield { path: ['approval', 'mode'], message };
  }
  if (mode === 'live' && broker === 'sim') {
    yield { path, against: ['mode'], message: 'mode live takes broker ib, was sim' };
  }
  if (mode === 'sim' && broker === 'ib') {
    yield {
      path,
      against: ['mode'],
      message: 'mode sim takes broker sim; for IB write mode: paper',
    };
  }
  if (mode === 'live' && isPaperAccount(ib.account)) {
    const message = `mode live takes a live account (U...), ${ib.account} is a paper account`;
    yield { path: ['ib', 'account'], against: ['mode'], message };
  }
  if (mode === 'paper' && broker === 'ib' && !isPaperAccount(ib.account)) {
    const message = `mode paper takes a paper account (DU...), ${ib.account} is a live account`;
    yield { path: ['ib', 'account'], against: ['mode'], message };
  }
}

function* limitContradictions({ risk, sizing }: Config): Generator<Contradiction> {
  const { dailyLossFraction, hardDailyLossFraction, maxOpenRiskFraction, maxGrossFraction } = risk;
  const { perTradeFraction, maxPositionFraction } = sizing;
  if (hardDailyLossFraction < dailyLossFraction) {
    yield {
      path: ['risk', 'hardDailyLossFraction'],
      against: ['risk', 'dailyLossFraction'],
      message: `${hardDailyLossFraction} must be at least dailyLossFraction, ${dailyLossFraction}`,
    };
  }
  if (perTradeFraction > maxOpenRiskFraction) {
    yield {
      path: ['sizing', 'perTradeFraction'],
      against: ['risk', 'maxOpenRiskFraction'],
      message: `${perTradeFraction} is above risk.maxOpenRiskFraction, ${maxOpenRiskFraction}`,
    };
  }
  if (maxPositionFraction > maxGrossFraction) {
    yield {
      path: ['sizing', 'maxPositionFraction'],
      against: ['risk', 'maxGrossFraction'],
      message: `${maxPositionFraction} is above risk.maxGrossFraction, ${maxGrossFraction}`,
    };
  }
}

/** Optional limits that leave nothing to enter. */
function* guardContradictions({ risk, sizing, entry }: Config): Generator<Contradiction> {
  const { minAtrFraction, maxAtrFraction } = risk;
  if (minAtrFraction !== undefined && maxAtrFraction !== undefined) {
    if (minAtrFraction > maxAtrFraction) {
      const message = `${minAtrFraction} is above maxAtrFraction, ${maxAtrFraction}`;
      yield { path: ['risk', 'minAtrFraction'], against: ['risk', 'maxAtrFraction'], message };
    }
  }
  for (const key of ['maxOrderNotionalUsd', 'maxRunNotionalUsd'] as const) {
    const limit = risk[key];
    if (limit === undefined || limit >= sizing.minNotionalUsd) continue;
    const message = `${limit} is below sizing.minNotionalUsd, ${sizing.minNotionalUsd}`;
    yield { path: ['risk', key], against: ['sizing', 'minNotionalUsd'], message };
  }
  const { noEntryFirstMinutes = 0, noEntryLastMinutes } = entry;
  if (noEntryFirstMinutes + noEntryLastMinutes >= SESSION_MINUTES) {
    yield {
      path: ['entry', 'noEntryFirstMinutes'],
      against: ['entry', 'noEntryLastMinutes'],
      message: `${noEntryFirstMinutes} and noEntryLastMinutes, ${noEntryLastMinutes}, leave nothing of a session of ${SESSION_MINUTES} minutes`,
    };
  }
}

/** From 9:30 to 16:00. */
const SESSION_MINUTES = 390;

function* nameContradictions({ strategy, schedule, scan }: Config): Generator<Contradiction> {
  if (strategy.name !== undefined && strategy.file !== undefined) {
    yield { path: ['strategy', 'file'], message: 'and name are both set; keep one' };
  }
  yield* repeatedNames(schedule);
  for (const [index, symbol] of scan.deny.entries()) {
    if (scan.allow.includes(symbol)) {
      const message = `${String(symbol)} is on the allow list too; keep one`;
      yield { path: ['scan', 'deny', index], against: ['scan', 'allow'], message };
    }
  }
}

/** Slots that share a name; also of rows that are not valid otherwise. */
export function* repeatedNames(rows: readonly unknown[]): Generator<Contradiction> {
  const first = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const name = (row as { name?: unknown } | null)?.name;
    if (typeof name !== 'string') continue;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    else {
      const message = `"${name}" is the name of schedule[${earlier}] too`;
      yield { path: ['schedule', index, 'name'], message };
    }
  }
}

/** A year that has every weekday, early closes and both changes of the clock. */
const SAMPLE = { from: sessionDate('2026-01-01'), to: sessionDate('2026-12-31') };

/** Slots at times when the broker is away: they could never run on time. */
function* windowContradictions(config: Config): Generator<Contradiction> {
  const windows = brokerWindowsOf(config);
  if (windows.length === 0) return;
  const sessions = sessionsBetween(SAMPLE.from, SAMPLE.to);
  for (const [index, row] of config.schedule.entries()) {
    const trigger = parseTrigger(row.at);
    if (!trigger.ok) continue;
    const hit = sessions
      .flatMap((session) => triggerInstants(trigger.value, session))
      .map((at) => windowAt(windows, at))
      .find((occurrence) => occurrence !== null);
    if (hit === undefined) continue;
    const { name, kind, from, to } = hit.window;
    const why = kind === 'login' ? 'waits for a log-in' : 'is in maintenance';
    const message = `"${row.at}" falls into ${name}, ${from} to ${to}, when the broker ${why}`;
    yield { path: ['schedule', index, 'at'], against: ['brokerWindows'], message };
  }
}
