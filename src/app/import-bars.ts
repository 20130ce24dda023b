import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../adapters/file/bar-bytes.ts';
import {
  type ImportedBars,
  type ImportedFile,
  type ImportRefusal,
  readForeignBars,
} from '../adapters/file/bar-import.ts';
import {
  ACTIONS_FILE,
  type BarsMeta,
  readActions,
  readMeta,
  refuseDoubleCounting,
} from '../adapters/file/bar-meta.ts';
import {
  adjustmentOf,
  ensureMeta,
  isThere,
  isThereAs,
  rivalsOf,
  writeWhole,
} from '../adapters/file/bar-writer.ts';
import type { Layout } from '../bars/layouts.ts';
import { nyseGrid } from '../bars/nyse-grid.ts';
import { type BadRow, printable } from '../bars/rules.ts';
import { Failure } from '../domain/failure.ts';
import type { Adjustment, Symbol, Timeframe } from '../domain/market.ts';

/** What the person asked for. Paths are absolute. */
export interface ImportRequest {
  readonly input: string;
  readonly out: string;
  readonly layout: Layout | 'auto';
  readonly timeframe: Timeframe | undefined;
  readonly symbol: Symbol | undefined;
  readonly adjustment: Adjustment | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** A file that was written, or would be. */
export interface WrittenBars extends Omit<ImportedBars, 'bytes'> {
  readonly from: string;
  readonly layout: Layout;
}

/** An input file of which nothing was written. */
export interface RefusedImport extends ImportRefusal {
  readonly file: string;
}

export interface ImportReport {
  readonly out: string;
  readonly written: readonly WrittenBars[];
  readonly refused: readonly RefusedImport[];
  readonly warnings: readonly string[];
}

/**
 * Brings foreign bar files into a bars folder, each whole or not at all: a bad row, a name that is taken (without
 * `force`), or prices adjusted otherwise than the folder's refuse the file. meta.json is written before the first bars,
 * so that no reader takes them for unadjusted ones. `onFile` hears after each input file how many are done.
 *
 * Throws INPUT_MISSING when there is nothing to import, DATA_REFUSED when a meta.json or actions.csv is not valid,
 * CANNOT_WRITE when the disk refuses.
 */
export async function importBars(
  request: ImportRequest,
  onFile: (done: number, total: number) => void = () => {},
): Promise<ImportReport> {
  const { folder, files } = inputFiles(request);
  const source = folder === null ? null : readMeta(folder);
  const run = new ImportRun(request, source);
  for (const [index, file] of files.entries()) {
    if (file.isFile) await run.take(join(file.dir, file.name));
    else run.refuse(file.name, 'this is not a regular file; links are not followed');
    onFile(index + 1, files.length);
  }
  if (folder !== null) run.takeActions(folder);
  return run.report();
}

interface InputFile {
  readonly dir: string;
  readonly name: string;
  readonly isFile: boolean;
}

const isImportable = ({ name }: Dirent): boolean =>
  !name.startsWith('.') && name !== ACTIONS_FILE && /\.(?:csv|txt)$/i.test(name);

/** The files to import, in the order of their names: the one named, or those directly in the folder named. */
function inputFiles({ input, symbol }: ImportRequest): {
  readonly folder: string | null;
  readonly files: readonly InputFile[];
} {
  if (!existsSync(input)) {
    throw new Failure('INPUT_MISSING', `no file or folder ${input}`, {
      hint: 'name a CSV file, or a folder with CSV files directly in it',
    });
  }
  if (!statSync(input).isDirectory()) {
    const isFile = statSync(input).isFile();
    return { folder: null, files: [{ dir: dirname(input), name: basename(input), isFile }] };
  }
  const files = readdirSync(input, { withFileTypes: true })
    .filter((entry) => isImportable(entry) && !entry.isDirectory())
    .map((entry) => ({ dir: input, name: entry.name, isFile: entry.isFile() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (files.length === 0) {
    throw new Failure('INPUT_MISSING', `${input} holds no .csv or .txt file`, {
      hint: 'name the folder the files are directly in; folders below it are not searched',
    });
  }
  if (symbol !== undefined && files.length > 1) {
    throw new Failure(
      'USAGE',
      `--symbol ${symbol} cannot name all ${files.length} files of a folder`,
      {
        hint: 'import one file at a time with --symbol, or give the files the names of their symbols',
      },
    );
  }
  return { folder: input, files };
}

const UNSAID_ADJUSTMENT =
  'the files do not say how their prices are adjusted; they are taken as unadjusted. If they are not: --adjustment split or total';

class ImportRun {
  private readonly request: ImportRequest;
  private readonly source: BarsMeta | null;
  private readonly written: WrittenBars[] = [];
  private readonly refused: RefusedImport[] = [];
  private readonly warnings = new Set<string>();
  private readonly names = new Set<string>();
  /** How the prices in the out folder are adjusted; null while it is empty. */
  private adjustment: Adjustment | null;

  constructor(request: ImportRequest, source: BarsMeta | null) {
    this.request = request;
    this.source = source;
    this.adjustment = adjustmentOf(request.out);
  }

  async take(path: string): Promise<void> {
    const file = basename(path);
    const { layout, timeframe, symbol } = this.request;
    const read = await readForeignBars(path, { layout, timeframe, symbol, grid: nyseGrid() });
    if (!read.ok) {
      this.refused.push({ file: printable(file), ...read.error });
      return;
    }
    const adjustment = this.adjustmentFor(read.value);
    const problem =
      this.adjustmentProblem(read.value, adjustment) ?? this.nameProblem(read.value.outputs);
    if (problem === null) this.write(file, read.value, adjustment);
    else this.refuse(file, problem);
  }

  refuse(file: string, message: string, badRows: readonly BadRow[] = []): void {
    this.refused.push({ file: printable(file), message, badRows, badRowCount: badRows.length });
  }

  private adjustmentFor({ layout, isSplitAdjusted }: ImportedFile): Adjustment {
    const { adjustment } = this.request;
    if (adjustment !== undefined) return adjustment;
    if (isSplitAdjusted) return 'split';
    if (layout === 'tradelabs' && this.source !== null) return this.source.adjustment;
    return 'none';
  }

  private adjustmentProblem({ isSplitAdjusted }: ImportedFile, own: Adjustment): string | null {
    if (isSplitAdjusted && own !== 'split') {
      return `Open to Close beside "Adj Close" are adjusted for splits alone, not "${own}"`;
    }
    const theirs = this.adjustment;
    return theirs === null || theirs === own
      ? null
      : `its prices are adjusted "${own}", those in the folder "${theirs}"; choose another --out`;
  }

  private nameProblem(outputs: readonly ImportedBars[]): string | null {
    const twice = outputs.filter(({ name }) => this.names.has(name));
    if (twice.length > 0) return `an earlier file gave ${list(twice)} already`;
    const rivals = outputs.flatMap((output) => rivalsOf(this.request.out, output));
    if (rivals.length > 0) {
      return `${rivals.join(', ')} has the same bars, and of two files neither is read; remove it first`;
    }
    if (this.request.force) return null;
    const taken = outputs.filter(({ name }) => isThere(this.request.out, name));
    return taken.length === 0 ? null : `${list(taken)} exists; --force overwrites it`;
  }

  private write(file: string, { layout, outputs }: ImportedFile, adjustment: Adjustment): void {
    const { out, force, dryRun } = this.request;
    const isSaid = this.request.adjustment !== undefined || (layout === 'tradelabs' && this.source);
    if (adjustment === 'none' && !isSaid) this.warnings.add(UNSAID_ADJUSTMENT);
    if (!dryRun) ensureMeta(out, this.metaFor(layout, adjustment));
    this.adjustment = adjustment;
    for (const { bytes, ...bars } of outputs) {
      this.names.add(bars.name);
      if (!dryRun) writeWhole(out, bars.name, bytes, { overwrite: force });
      this.written.push({ ...bars, from: printable(file), layout });
    }
  }

  private metaFor(layout: Layout, adjustment: Adjustment): BarsMeta {
    if (layout === 'tradelabs' && this.source !== null) return { ...this.source, adjustment };
    const source = `imported from ${printable(basename(this.request.input))}, ${layout} layout`;
    return { adjustment, source };
  }

  /** The corporate actions of a folder of ours come along, where the out folder has none that differ. */
  takeActions(folder: string): void {
    const { out, dryRun } = this.request;
    if (!isThere(folder, ACTIONS_FILE) || this.written.length === 0) return;
    try {
      const meta = { adjustment: this.adjustment ?? 'none', source: '' };
      refuseDoubleCounting(folder, meta, readActions(folder));
      const bytes = readFileSync(join(folder, ACTIONS_FILE));
      if (isThereAs(out, ACTIONS_FILE, bytes)) return;
      if (isThere(out, ACTIONS_FILE)) {
        this.refuse(
          ACTIONS_FILE,
          `${out} has another ${ACTIONS_FILE}; bring them together by hand`,
        );
      } else if (!dryRun) writeWhole(out, ACTIONS_FILE, bytes);
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'CANNOT_WRITE') throw error;
      this.refuse(ACTIONS_FILE, [messageOf(error), ...error.details].join('; '));
    }
  }

  report(): ImportReport {
    const { written, refused } = this;
    return { out: this.request.out, written, refused, warnings: [...this.warnings] };
  }
}

const list = (outputs: readonly ImportedBars[]): string => {
  const names = outputs.slice(0, 5).map(({ name }) => name);
  const more = outputs.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
};
