/**
 * A folder of bar files: what is in it, how it was adjusted, and the bars of one symbol when asked. Never written to;
 * what was read of it may be kept elsewhere.
 */
import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { FileFault, FileProblem, LoadedBars } from '../../bars/bar-file.ts';
import { looksLikeBarFile, parseBarFileName } from '../../bars/file-name.ts';
import { nyseGrid } from '../../bars/nyse-grid.ts';
import { printable } from '../../bars/rules.ts';
import type { SessionGrid } from '../../bars/session-grid.ts';
import { Failure } from '../../domain/failure.ts';
import type { CorporateAction, Symbol, Timeframe } from '../../domain/market.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { BarCache } from './bar-cache.ts';
import { readBarCsv } from './bar-csv.ts';
import {
  type BarsMeta,
  META_FILE,
  readActions,
  readMeta,
  refuseDoubleCounting,
} from './bar-meta.ts';

/** One readable file of the folder. */
export interface BarEntry {
  readonly symbol: Symbol;
  readonly timeframe: Timeframe;
  /** The name within the folder. */
  readonly file: string;
}

export interface BarFolder {
  /** Absolute. */
  readonly dir: string;
  readonly meta: BarsMeta;
  readonly actions: readonly CorporateAction[];
  /** By symbol, then timeframe. */
  readonly entries: readonly BarEntry[];
  /** Files that look like bars but cannot be taken, each with the reason; they were not opened. */
  readonly unreadable: readonly FileProblem[];
  readonly warnings: readonly string[];
  /** The bars of an entry, or why its file as a whole is refused. Bad rows are values in the result. */
  read(entry: BarEntry): Promise<Result<LoadedBars, FileProblem>>;
  /** The same by name. Throws INPUT_MISSING when there is no such file, DATA_REFUSED when it is refused. */
  load(symbol: Symbol, timeframe: Timeframe): Promise<LoadedBars>;
  /** Keeps what was read, so that the next process need not judge it again. */
  keep(): void;
}

/**
 * Opens a bars folder. Throws INPUT_MISSING when there is none, DATA_REFUSED when meta.json or actions.csv is not
 * valid or the two count an action twice. Rows are judged by `grid`, the NYSE calendar unless said.
 */
export function openBarFolder(
  path: string,
  grid: SessionGrid = nyseGrid(),
  cachePath: string | null = null,
): BarFolder {
  const dir = resolve(path);
  const files = list(dir);
  const meta = readMeta(dir);
  const actions = readActions(dir);
  refuseDoubleCounting(dir, meta ?? UNDECLARED, actions);
  const { entries, unreadable } = sortOut(dir, files);
  const warnings =
    meta === null
      ? [`${dir} has no ${META_FILE}: its prices are taken as unadjusted (adjustment: none)`]
      : [];
  const cache = cachePath === null ? null : new BarCache(cachePath, dir);
  const read = (entry: BarEntry) => readEntry(dir, entry, grid, cache);
  const load = async (symbol: Symbol, timeframe: Timeframe) => {
    const entry = entries.find((e) => e.symbol === symbol && e.timeframe === timeframe);
    if (entry === undefined) throw notThere(dir, symbol, timeframe, entries, unreadable);
    const bars = await read(entry);
    if (bars.ok) return bars.value;
    throw new Failure('DATA_REFUSED', `${join(dir, entry.file)} is refused`, {
      details: [bars.error.message],
      hint: `trade-labs data check ${dir}`,
    });
  };
  const keep = (): void => void cache?.save();
  const found = { entries, unreadable, warnings };
  return { dir, meta: meta ?? UNDECLARED, actions, ...found, read, load, keep };
}

const UNDECLARED: BarsMeta = { adjustment: 'none', source: 'not declared' };

async function readEntry(
  dir: string,
  entry: BarEntry,
  grid: SessionGrid,
  cache: BarCache | null,
): Promise<Result<LoadedBars, FileProblem>> {
  const { symbol, timeframe, file } = entry;
  const mayKeep = cache !== null && timeframe === '1d' && file.endsWith('.csv');
  const kept = mayKeep ? cache.get(file) : null;
  if (kept !== null) {
    return ok({ symbol, timeframe, file, columns: kept, badRows: [], badRowCount: 0 });
  }
  const before = mayKeep ? cache.stateOf(file) : null;
  const path = join(dir, file);
  const options = { file, timeframe, grid };
  const bars = file.endsWith('.csv')
    ? readBarCsv(path, options)
    : await (await import('./bar-parquet.ts')).readBarParquet(path, options);
  if (!bars.ok) return err(bars.error);
  if (mayKeep && bars.value.badRowCount === 0) cache.add(file, before, bars.value.columns);
  return ok({ symbol, timeframe, file, ...bars.value });
}

/** Splits the folder's files into those to read and those to report; others (notes, hidden files) are left alone. */
function sortOut(dir: string, files: readonly Dirent[]) {
  const root = realpathSync(dir);
  const unreadable: FileProblem[] = [];
  const byKey = new Map<string, BarEntry[]>();
  for (const file of files) {
    if (!looksLikeBarFile(file.name)) continue;
    const name = parseBarFileName(file.name);
    const problem = name === null ? BAD_NAME : placeProblem(root, file);
    if (name === null || problem !== null) {
      if (problem !== null) unreadable.push({ file: printable(file.name), ...problem });
      continue;
    }
    const key = `${name.symbol}_${name.timeframe}`;
    const entry = { symbol: name.symbol, timeframe: name.timeframe, file: file.name };
    byKey.set(key, [...(byKey.get(key) ?? []), entry]);
  }
  const entries: BarEntry[] = [];
  for (const [key, found] of byKey) {
    if (found.length === 1) entries.push(...found);
    else {
      const message = `${found.length} files hold ${key}: ${found.map((e) => e.file).join(', ')}`;
      for (const { file } of found) unreadable.push({ file, fault: 'ambiguous', message });
    }
  }
  return { entries: entries.sort(byName), unreadable };
}

type Problem = { readonly fault: FileFault; readonly message: string };

const BAD_NAME: Problem = {
  fault: 'bad_name',
  message: 'the name is not SYMBOL_TIMEFRAME.csv or .parquet with a valid symbol and timeframe',
};

/** Only regular files inside the folder are opened; a link must stay inside too. */
function placeProblem(root: string, file: Dirent): Problem | null {
  if (file.isFile()) return null;
  if (!file.isSymbolicLink()) return { fault: 'not_a_file', message: 'this is not a regular file' };
  try {
    const target = realpathSync(join(root, file.name));
    if (!target.startsWith(root.endsWith(sep) ? root : root + sep)) {
      return {
        fault: 'outside_folder',
        message: 'the link leaves the folder; it was not followed',
      };
    }
    if (statSync(target).isFile()) return null;
    return { fault: 'not_a_file', message: 'the link does not lead to a regular file' };
  } catch {
    return { fault: 'missing', message: 'the link leads nowhere' };
  }
}

const byName = (a: BarEntry, b: BarEntry): number =>
  a.symbol === b.symbol ? (a.timeframe < b.timeframe ? -1 : 1) : a.symbol < b.symbol ? -1 : 1;

function list(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    if (code === 'ENOENT') {
      throw new Failure('INPUT_MISSING', `no bars folder ${dir}`, {
        hint: 'name a folder of SYMBOL_TIMEFRAME.csv files, or make one: trade-labs data import FILE --out DIR',
      });
    }
    const what = code === 'ENOTDIR' ? 'is not a folder' : 'cannot be read';
    throw new Failure('INPUT_INVALID', `${dir} ${what}`, {
      hint: 'name the folder that holds the SYMBOL_TIMEFRAME.csv files',
      cause: error,
    });
  }
}

function notThere(
  dir: string,
  symbol: Symbol,
  timeframe: Timeframe,
  entries: readonly BarEntry[],
  unreadable: readonly FileProblem[],
): Failure {
  const others = entries.filter((e) => e.symbol === symbol).map((e) => e.timeframe);
  const refused = unreadable.filter(({ file, fault }) => {
    const name = fault === 'ambiguous' ? parseBarFileName(file) : null;
    return name?.symbol === symbol && name.timeframe === timeframe;
  });
  const [ambiguous] = refused;
  if (ambiguous !== undefined) {
    return new Failure('DATA_REFUSED', `${dir}: ${ambiguous.message}`, {
      hint: 'keep one of them',
    });
  }
  return new Failure('INPUT_MISSING', `no ${timeframe} bars of ${symbol} in ${dir}`, {
    details: others.length > 0 ? [`there are: ${others.join(', ')}`] : [],
    hint: `trade-labs data check ${dir}`,
  });
}
