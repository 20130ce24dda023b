import type { FileProblem } from '../../bars/bar-file.ts';
import { nyseGrid } from '../../bars/nyse-grid.ts';
import { resample } from '../../bars/resample.ts';
import { dayOf } from '../../bars/session-grid.ts';
import { sessionsBetween } from '../../calendar/nyse.ts';
import { Failure } from '../../domain/failure.ts';
import {
  type BarColumns,
  type CorporateAction,
  emptyColumns,
  lowerBound,
  type Symbol,
  sliceColumns,
  type Timeframe,
} from '../../domain/market.ts';
import { assertExists } from '../../domain/result.ts';
import { DAY_MS, dateToUtcMs, type SessionDate, utcMsToDate } from '../../domain/time.ts';
import type { BadBar, BarSource } from '../../ports/bar-source.ts';
import type { BarEntry, BarFolder } from './bar-folder.ts';

/** Finer bars fill more truly, so the finest that the folder has of any symbol is used for execution. */
const FINEST_FIRST: readonly Exclude<Timeframe, '1d'>[] = ['1m', '5m', '15m', '30m', '1h'];

/** Rows of a file that are listed in warnings; the count is always told in full. */
const LISTED_PER_FILE = 20;
/** Symbols that a warning names. */
const LISTED_SYMBOLS = 20;

interface Loaded {
  readonly daily: BarColumns;
  readonly intraday: BarColumns | null;
  /** True where the daily bars are made from intraday ones. */
  readonly isDerived: boolean;
}

/**
 * A bars folder as a source. Daily bars rank; the finest intraday bars, where there are any, execute. A symbol with
 * intraday files only gets daily bars made from them, which lack the auctions: a warning says so. Bad rows are absent
 * sessions of their symbol, and listed.
 */
export function barFolderSource(folder: BarFolder, only?: readonly Symbol[]): BarSource {
  refuse(folder, folder.unreadable);
  const bySymbol = filesBySymbol(folder, only);
  const symbols = [...bySymbol.keys()].sort();
  if (symbols.length === 0) {
    throw new Failure('INPUT_INVALID', `no bar files of the wanted symbols in ${folder.dir}`, {
      details: only === undefined ? [] : [`wanted: ${only.join(', ')}`],
      hint: `trade-labs data check ${folder.dir}`,
    });
  }
  const intraday = finestIntraday(bySymbol);
  const loaded = new Map<Symbol, Loaded>();
  const badBars: BadBar[] = [];
  const warnings = [
    ...folder.warnings,
    ...unused(bySymbol, intraday),
    ...withoutIntraday(bySymbol, intraday),
  ];
  const actions = actionsBySymbol(folder);
  const of = (symbol: Symbol): Loaded =>
    assertExists(loaded.get(symbol), `${symbol} was prepared before it was asked for`);
  return {
    label: `bars in ${folder.dir}`,
    synthetic: false,
    adjustment: folder.meta.adjustment,
    ...(folder.meta.membership === undefined ? {} : { membership: folder.meta.membership }),
    intraday,
    symbols,
    badBars,
    warnings,
    sectorOf: () => 'UNKNOWN',
    async prepare() {
      if (loaded.size === symbols.length) return;
      const faults: FileProblem[] = [];
      for (const symbol of symbols) {
        if (loaded.has(symbol)) continue;
        const entries = assertExists(bySymbol.get(symbol), 'every symbol has files');
        const refusedBefore = faults.length;
        const bars = await loadSymbol(folder, entries, intraday, { badBars, warnings, faults });
        // A symbol with a file that was refused is read, and refused, again.
        if (faults.length === refusedBefore) loaded.set(symbol, bars);
      }
      refuse(folder, faults);
      const derived = symbols.filter((symbol) => of(symbol).isDerived);
      if (derived.length > 0) warnings.push(withoutAuctions(derived));
      folder.keep();
    },
    daily: (symbol) => of(symbol).daily,
    session: (symbol, date) => sessionBars(of(symbol).intraday, date),
    actions: (symbol) => actions.get(symbol) ?? [],
  };
}

function filesBySymbol(folder: BarFolder, only?: readonly Symbol[]): Map<Symbol, BarEntry[]> {
  const wanted = only === undefined ? null : new Set(only);
  const files = new Map<Symbol, BarEntry[]>();
  for (const entry of folder.entries) {
    if (wanted !== null && !wanted.has(entry.symbol)) continue;
    files.set(entry.symbol, [...(files.get(entry.symbol) ?? []), entry]);
  }
  return files;
}

function finestIntraday(files: ReadonlyMap<Symbol, readonly BarEntry[]>) {
  const present = new Set<Timeframe>();
  for (const entries of files.values()) for (const { timeframe } of entries) present.add(timeframe);
  return FINEST_FIRST.find((timeframe) => present.has(timeframe)) ?? null;
}

/** Bars of one timeframe execute. What lacks them has a price at the open only, which must not go unsaid. */
function withoutIntraday(
  files: ReadonlyMap<Symbol, readonly BarEntry[]>,
  intraday: Timeframe | null,
): string[] {
  if (intraday === null) return [];
  const lacking = [...files]
    .filter(([, entries]) => entries.every(({ timeframe }) => timeframe !== intraday))
    .map(([symbol]) => symbol)
    .sort();
  if (lacking.length === 0) return [];
  return [
    `no ${intraday} bars of ${counted(lacking.length)}, entered at the open only: ${named(lacking)}`,
  ];
}

/** Longer intraday bars may reach further back than the ones that execute, so that a range is shorter than expected. */
function unused(
  files: ReadonlyMap<Symbol, readonly BarEntry[]>,
  intraday: Timeframe | null,
): string[] {
  return FINEST_FIRST.flatMap((timeframe, i) => {
    const better: readonly Timeframe[] = ['1d', ...FINEST_FIRST.slice(0, i)];
    const idle = [...files.values()].filter((entries) => {
      const own = entries.map((entry) => entry.timeframe);
      return own.includes(timeframe) && own.some((one) => better.includes(one));
    });
    if (timeframe === intraday || idle.length === 0) return [];
    return [`${timeframe} bars of ${counted(idle.length)} are not used: ${intraday} bars execute`];
  });
}

const counted = (count: number, what = 'symbol'): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

const withoutAuctions = (symbols: readonly Symbol[]): string =>
  `daily bars are made from intraday ones, without auctions, of ${counted(symbols.length)}: ${named(symbols)}`;

/** The first symbols of a list by name. */
const named = (symbols: readonly Symbol[]): string =>
  symbols.slice(0, LISTED_SYMBOLS).join(', ') + (symbols.length > LISTED_SYMBOLS ? ', ...' : '');

function actionsBySymbol(folder: BarFolder): Map<Symbol, CorporateAction[]> {
  const actions = new Map<Symbol, CorporateAction[]>();
  for (const action of folder.actions) {
    actions.set(action.symbol, [...(actions.get(action.symbol) ?? []), action]);
  }
  return actions;
}

/** What reading finds besides bars. */
interface Notes {
  readonly badBars: BadBar[];
  readonly warnings: string[];
  readonly faults: FileProblem[];
}

/** A file that cannot be taken as a whole would quietly change the universe, so it stops the run. */
function refuse(folder: BarFolder, faults: readonly FileProblem[]): void {
  if (faults.length === 0) return;
  throw new Failure(
    'DATA_REFUSED',
    `${counted(faults.length, 'file')} in ${folder.dir} cannot be used`,
    {
      details: faults.map(({ file, message }) => `${file}: ${message}`),
      hint: `mend or remove what is named; trade-labs data check ${folder.dir} shows all`,
    },
  );
}

async function loadSymbol(
  folder: BarFolder,
  entries: readonly BarEntry[],
  intraday: Exclude<Timeframe, '1d'> | null,
  notes: Notes,
): Promise<Loaded> {
  const { badBars, warnings, faults } = notes;
  const read = async (timeframe: Timeframe): Promise<BarColumns | null> => {
    const entry = entries.find((candidate) => candidate.timeframe === timeframe);
    if (entry === undefined) return null;
    const file = await folder.read(entry);
    if (!file.ok) {
      faults.push(file.error);
      return null;
    }
    const { badRows, badRowCount } = file.value;
    for (const row of badRows.slice(0, LISTED_PER_FILE)) {
      badBars.push({ symbol: entry.symbol, where: `${row.file}:${row.line}`, reason: row.reason });
    }
    if (badRowCount > LISTED_PER_FILE) {
      warnings.push(`${entry.file}: ${badRowCount} bad rows, the first ${LISTED_PER_FILE} listed`);
    }
    return file.value.columns;
  };
  const fine = intraday === null ? null : await read(intraday);
  const daily = await read('1d');
  if (daily !== null) return { daily, intraday: fine, isDerived: false };
  const base = fine ?? (await coarser(read));
  if (base === null) return { daily: emptyColumns(0), intraday: null, isDerived: false };
  return { daily: dailyFrom(base), intraday: fine, isDerived: true };
}

async function coarser(read: (timeframe: Timeframe) => Promise<BarColumns | null>) {
  for (const timeframe of FINEST_FIRST) {
    const columns = await read(timeframe);
    if (columns !== null) return columns;
  }
  return null;
}

function dailyFrom(intraday: BarColumns): BarColumns {
  if (intraday.length === 0) return emptyColumns(0);
  const first = utcMsToDate(dayOf(intraday.time[0] as number) * DAY_MS);
  const last = utcMsToDate(dayOf(intraday.time[intraday.length - 1] as number) * DAY_MS);
  return resample(intraday, '1d', sessionsBetween(first, last)).columns;
}

/** The bars of one session. A New York session lies within one UTC date, so the date's bounds find them. */
function sessionBars(columns: BarColumns | null, date: SessionDate): BarColumns | null {
  if (columns === null || nyseGrid().ordinalOfTime(dateToUtcMs(date)) < 0) return null;
  const times = columns.time.subarray(0, columns.length);
  const from = lowerBound(times, dateToUtcMs(date));
  const to = lowerBound(times, dateToUtcMs(date) + DAY_MS);
  return to > from ? sliceColumns(columns, from, to) : null;
}
