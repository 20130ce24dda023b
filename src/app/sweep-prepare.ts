import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SweepQuestion } from '../adapters/file/sweep-file.ts';
import { remarksOf } from '../adapters/recorded/bar-market-data.ts';
import {
  type ConfigReader,
  type ConfigSource,
  configReader,
  type LoadedConfig,
} from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../domain/failure.ts';
import type { Session, SessionDate } from '../domain/time.ts';
import { fingerprint, sha256 } from '../events/fingerprint.ts';
import { METRICS } from '../ledger/metrics-definitions.ts';
import type { BarSource } from '../ports/bar-source.ts';
import { backtestRange } from './backtest-range.ts';
import { openSource, refuseUnknownSymbols } from './compose.ts';
import { loadStrategy } from './load-strategy.ts';
import { checkScanData, checkScanSchedule } from './scan-rule.ts';
import { type Axis, parseAxis } from './sweep-axes.ts';
import {
  gridTrials,
  randomTrials,
  refuseTooManyRuns,
  type Trial,
  type WalkWindow,
  walkWindows,
} from './sweep-plan.ts';
import { universeOf } from './universe-file.ts';

/** A combination that can be run, or why it cannot. */
export interface PreparedTrial extends Trial {
  readonly config: { readonly value: Config; readonly hash: string } | { readonly refused: string };
}

/** A sweep before its first trial. */
export interface PreparedSweep {
  readonly axes: readonly Axis[];
  readonly trials: readonly PreparedTrial[];
  readonly source: BarSource;
  /** Of the configuration without the axes. */
  readonly base: LoadedConfig;
  readonly sessions: readonly Session[];
  /** The first session set aside; null for none. */
  readonly split: SessionDate | null;
  readonly windows: readonly WalkWindow[] | null;
  readonly hashes: { readonly config: string; readonly data: string };
  readonly warnings: readonly string[];
}

/**
 * Reads everything a sweep needs and refuses what cannot be swept, before anything is written: unknown keys, values
 * that no trial could take, too many combinations, a range without bars.
 */
export async function prepareSweep(
  question: SweepQuestion,
  configSource: ConfigSource,
): Promise<PreparedSweep> {
  const axes = question.grid.map(parseAxis);
  refuseRepeated(axes, question.set);
  const plan =
    question.random === null
      ? gridTrials(axes)
      : randomTrials(axes, question.random, question.seed);
  const read = configReader(configSource);
  const base = read(question.set, () => '--set');
  const { home } = configSource;
  const dataDir = question.dataDir === null ? {} : { dataDir: question.dataDir };
  const source = openSource({ home, loaded: base, ...dataDir }, question.symbols ?? undefined);
  const universe = question.symbols ?? universeOf(base.config, home);
  refuseUnknownSymbols(source, universe ?? []);
  const range = await backtestRange(source, question.from, question.to, universe);
  const dates = range.sessions.map(({ date }) => date);
  const windows = question.walkForward === null ? null : walkWindows(dates, question.walkForward);
  refuseTooManyRuns(plan.length, windows?.length ?? 1);
  const trials = await configured(plan, question.set, read, source, home, range.sessions);
  refuseUselessValues(trials);
  const { split, warnings } = windows === null ? splitOf(question.split, dates) : NO_SPLIT;
  const few =
    question.random !== null && plan.length < question.random
      ? [`only ${plan.length} different combinations exist; all of them are tried`]
      : [];
  return {
    axes,
    trials,
    source,
    base,
    sessions: range.sessions,
    split,
    windows,
    hashes: {
      config: fingerprint([
        trials.map(({ config }) => ('hash' in config ? config.hash : config.refused)),
        inputFiles(trials, home),
        source.symbols.map((symbol) => source.sectorOf(symbol)),
      ]),
      data: range.dataHash,
    },
    warnings: [...base.warnings, ...range.warnings, ...remarksOf(source), ...few, ...warnings],
  };
}

const NO_SPLIT = { split: null, warnings: [] };

function refuseRepeated(axes: readonly Axis[], set: Readonly<Record<string, string>>): void {
  const keys = axes.map(({ key }) => key);
  const twice = keys.find((key, i) => keys.indexOf(key) < i || Object.hasOwn(set, key));
  if (twice === undefined) return;
  throw new Failure('USAGE', `${twice} is given twice`, {
    hint: 'name each key once, in --grid or in --set',
  });
}

/** Each combination with its whole configuration, checked as a run would check it. */
async function configured(
  plan: readonly Trial[],
  set: Readonly<Record<string, string>>,
  read: ConfigReader,
  source: BarSource,
  home: string,
  sessions: readonly Session[],
): Promise<PreparedTrial[]> {
  const trials: PreparedTrial[] = [];
  let first: Failure | null = null;
  for (const trial of plan) {
    try {
      const optionOf = (key: string) => (Object.hasOwn(set, key) ? '--set' : '--grid');
      const { config: value, hash } = read({ ...set, ...trial.values }, optionOf);
      await loadStrategy(value, home);
      universeOf(value, home);
      checkScanData(value, source);
      checkScanSchedule(value, sessions[0] as Session);
      trials.push({ ...trial, config: { value, hash } });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      first ??= error;
      trials.push({ ...trial, config: { refused: reasonOf(error) } });
    }
  }
  const reasons = new Set(
    trials.map(({ config }) => ('refused' in config ? config.refused : null)),
  );
  // What is wrong with every trial in the same words is not a matter of their values.
  if (first !== null && reasons.size === 1) throw first;
  return trials;
}

function reasonOf({ code, message, details }: Failure): string {
  const told = details.map((detail) =>
    detail.replace(/^--(grid|set) +/, '').replace(/ {2,}/g, ' '),
  );
  return code === 'CONFIG_INVALID' && told.length > 0
    ? told.join('; ')
    : [message, ...told].join('; ');
}

/** A value that is refused whatever it is combined with is a mistake, not a trial. */
function refuseUselessValues(trials: readonly PreparedTrial[]): void {
  const reasons = new Map<string, string | null>();
  for (const { values, config } of trials) {
    for (const [key, value] of Object.entries(values)) {
      const name = `${key}=${value}`;
      if ('hash' in config) reasons.set(name, null);
      else if (reasons.get(name) === undefined && !reasons.has(name)) {
        reasons.set(name, config.refused);
      }
    }
  }
  const useless = [...reasons].filter(([, reason]) => reason !== null);
  if (useless.length === 0) return;
  const details = useless.map(([name, reason]) => `${name}: ${String(reason)}`);
  throw new Failure('CONFIG_INVALID', 'values that no trial can take; nothing was run', {
    details: [...new Set(details)],
    hint: 'trade-labs config explain KEY says what a key takes',
  });
}

/** The part of the range that is set aside unless said. */
const SET_ASIDE = 0.3;

function splitOf(split: SweepQuestion['split'], dates: readonly SessionDate[]) {
  if (split === 'off') {
    return {
      split: null,
      warnings: [
        'nothing is set aside: how the best trial does on sessions it was not chosen on is not known',
      ],
    };
  }
  if (split !== 'auto') {
    const index = dates.findIndex((date) => date >= split);
    if (index > 0) return { split: dates[index] as SessionDate, warnings: [] };
    throw new Failure('USAGE', `--split ${split} leaves nothing on one side`, {
      hint: `give a date after ${dates[0]} and up to ${dates.at(-1)}, or --split off`,
    });
  }
  const index = Math.floor(dates.length * (1 - SET_ASIDE));
  if (dates.length - index >= METRICS.sharpe.floor.count) {
    return { split: dates[index] as SessionDate, warnings: [] };
  }
  return {
    split: null,
    warnings: [`${dates.length} sessions are too few to set some aside: nothing judges the choice`],
  };
}

/** What the trials read besides bars and configuration, by name. */
function inputFiles(trials: readonly PreparedTrial[], home: string): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const { config } of trials) {
    if (!('value' in config)) continue;
    for (const file of [config.value.strategy.file, config.value.scan.universe]) {
      if (file === undefined || Object.hasOwn(hashes, file)) continue;
      const path = resolve(home, file);
      hashes[file] = existsSync(path) ? sha256(readFileSync(path)) : 'missing';
    }
  }
  return hashes;
}
