/** Reads one foreign bar file, a block at a time, into whole files of our layout. Writes nothing. */
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import Papa from 'papaparse';
import { BAR_HEADER, MAX_FILE_BYTES, MAX_LINE_BYTES } from '../../bars/bar-file.ts';
import { barFileName, parseBarFileName } from '../../bars/file-name.ts';
import {
  convertRow,
  headersOf,
  type KnownHeader,
  knownHeader,
  type Layout,
  symbolInFileName,
} from '../../bars/layouts.ts';
import { type BadRow, BadRows, printable } from '../../bars/rules.ts';
import type { SessionGrid } from '../../bars/session-grid.ts';
import type { Symbol, Timeframe } from '../../domain/market.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { messageOf } from './bar-bytes.ts';
import { parseBarCsv } from './bar-csv.ts';

/** What the person said about the file; what they left open comes from its header and its name. */
export interface ImportOptions {
  readonly layout: Layout | 'auto';
  readonly timeframe: Timeframe | undefined;
  readonly symbol: Symbol | undefined;
  readonly grid: SessionGrid;
}

/** One file of ours, ready to be written. */
export interface ImportedBars {
  readonly symbol: Symbol;
  readonly timeframe: Timeframe;
  /** Its name in the bars folder. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly bars: number;
  /** Stamps as in BarColumns. */
  readonly first: number;
  readonly last: number;
}

export interface ImportedFile {
  readonly layout: Layout;
  /** True where the file itself shows that its prices are adjusted for splits and not for dividends. */
  readonly isSplitAdjusted: boolean;
  readonly outputs: readonly ImportedBars[];
}

/** Why a file is not taken: a sentence, and the bad rows where it was for them. */
export interface ImportRefusal {
  readonly message: string;
  readonly badRows: readonly BadRow[];
  readonly badRowCount: number;
}

/** Larger files are refused unread: their rows are held in memory until all are judged. */
const MAX_IMPORT_BYTES = 512 * 1024 * 1024;

const refusal = (message: string): { ok: false; error: ImportRefusal } =>
  err({ message, badRows: [], badRowCount: 0 });

/** Reads and judges a foreign file. One bad row refuses it whole, with all of them listed. */
export async function readForeignBars(
  path: string,
  options: ImportOptions,
): Promise<Result<ImportedFile, ImportRefusal>> {
  try {
    const { size } = statSync(path);
    if (size === 0) return refusal('the file is empty');
    if (size > MAX_IMPORT_BYTES) {
      const mib = (bytes: number) => Math.ceil(bytes / (1024 * 1024));
      return refusal(`the file has ${mib(size)} MiB; the limit is ${mib(MAX_IMPORT_BYTES)} MiB`);
    }
    const reading = new ForeignReading(basename(path), options);
    for await (const rows of rowBlocks(path)) {
      for (const row of rows) {
        const problem = reading.take(row);
        if (problem !== null) return refusal(problem);
      }
    }
    return reading.finish();
  } catch (error) {
    return refusal(printable(messageOf(error)));
  }
}

/** The rows of a CSV file, some at a time. Throws on a line beyond MAX_LINE_BYTES, before it has piled up. */
async function* rowBlocks(path: string): AsyncGenerator<string[][]> {
  let rest = '';
  const parse = (text: string) =>
    Papa.parse<string[]>(text, { delimiter: ',', newline: '\n', skipEmptyLines: false }).data;
  for await (const chunk of createReadStream(path, 'utf8')) {
    const text = rest + String(chunk);
    const end = text.lastIndexOf('\n');
    rest = text.slice(end + 1);
    if (rest.length > MAX_LINE_BYTES) {
      throw new Error(`a line is longer than ${MAX_LINE_BYTES} characters; this is no bar file`);
    }
    if (end >= 0) yield parse(text.slice(0, end).replaceAll('\r\n', '\n').replace(/\r$/, ''));
  }
  if (rest.trim() !== '') yield parse(rest.replace(/\r$/, ''));
}

/** The lines of one symbol as ours, each with the line it came from. */
interface SymbolLines {
  readonly lines: string[];
  readonly origins: number[];
}

class ForeignReading {
  private readonly file: string;
  private readonly options: ImportOptions;
  private readonly bad: BadRows;
  private readonly bySymbol = new Map<Symbol, SymbolLines>();
  private header: KnownHeader | undefined;
  private symbol: Symbol | null = null;
  private timeframe: Timeframe = '1d';
  private line = 0;
  private blankLines = 0;

  constructor(file: string, options: ImportOptions) {
    this.file = printable(file);
    this.options = options;
    this.bad = new BadRows(this.file);
  }

  /** Takes the next row, the header first. Returns why the file as a whole cannot be read, or null. */
  take(fields: readonly string[]): string | null {
    this.line += 1;
    if (this.header === undefined) return this.takeHeader(fields);
    if (fields.length === 1 && fields[0] === '') {
      this.blankLines += 1;
      return null;
    }
    this.endBlankLines();
    const row = convertRow(this.header, fields, this.timeframe);
    const symbol = typeof row === 'string' ? null : (row.symbol ?? this.symbol);
    if (typeof row === 'string') this.bad.add(this.line, row, fields.join(','), Number.NaN);
    else if (symbol !== null) this.keep(symbol, row.line);
    return null;
  }

  private keep(symbol: Symbol, line: string): void {
    let kept = this.bySymbol.get(symbol);
    if (kept === undefined) {
      kept = { lines: [], origins: [] };
      this.bySymbol.set(symbol, kept);
    }
    kept.lines.push(line);
    kept.origins.push(this.line);
  }

  /** Blank lines are fine at the end of a file; a row after them makes each a bad row. */
  private endBlankLines(): void {
    for (; this.blankLines > 0; this.blankLines -= 1) {
      this.bad.add(this.line - this.blankLines, 'field_count', '', Number.NaN);
    }
  }

  private takeHeader(fields: readonly string[]): string | null {
    const names = fields.map((name, i) => (i === 0 ? name.replace(/^\uFEFF/, '') : name));
    const header = knownHeader(names, this.options.layout);
    if (header === null) {
      const known = headersOf(this.options.layout).map((text) => `"${text}"`);
      return `the header "${printable(names.join(','))}" is none of ${known.join(', ')}`;
    }
    this.header = header;
    const own = header.layout === 'tradelabs' ? parseBarFileName(this.file) : null;
    this.timeframe = this.options.timeframe ?? own?.timeframe ?? '1d';
    const { symbol } = this.options;
    if (header.roles.includes('symbol')) {
      return symbol === undefined ? null : 'the file names its symbols itself; leave out --symbol';
    }
    this.symbol = symbol ?? own?.symbol ?? symbolInFileName(this.file);
    return this.symbol === null ? 'the file name is no symbol; say --symbol' : null;
  }

  /** Everything taken, judged by the reader that will read it. */
  finish(): Result<ImportedFile, ImportRefusal> {
    const { header, bad } = this;
    if (header === undefined) return refusal('the file is empty');
    const outputs: ImportedBars[] = [];
    for (const [symbol, { lines, origins }] of this.bySymbol) {
      const name = barFileName({ symbol, timeframe: this.timeframe, format: 'csv' });
      const bytes = Buffer.from(`${BAR_HEADER}\n${lines.join('\n')}\n`);
      if (bytes.length > MAX_FILE_BYTES) return refusal(`${name} would be too large to be read`);
      const { timeframe } = this;
      const judged = parseBarCsv(bytes, { file: this.file, timeframe, grid: this.options.grid });
      if (!judged.ok) return refusal(judged.error.message);
      const { columns, badRows, badRowCount } = judged.value;
      for (const { line, reason, text, time } of badRows) {
        bad.add(origins[line - 2] ?? line, reason, text, time ?? Number.NaN);
      }
      bad.count += badRowCount - badRows.length;
      const first = columns.time[0] ?? Number.NaN;
      const last = columns.time[columns.length - 1] ?? Number.NaN;
      outputs.push({ symbol, timeframe, name, bytes, bars: columns.length, first, last });
    }
    if (bad.count > 0) {
      const badRows = bad.rows.toSorted((a, b) => a.line - b.line);
      const message = `${bad.count} bad ${bad.count === 1 ? 'row' : 'rows'}`;
      return err({ message, badRows, badRowCount: bad.count });
    }
    if (outputs.length === 0) return refusal('the file has a header and no rows');
    const isSplitAdjusted = header.roles.includes('adjusted');
    return ok({ layout: header.layout, isSplitAdjusted, outputs });
  }
}
