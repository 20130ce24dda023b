/** What a bar file holds once read, whatever its format; and why a whole file cannot be read. */
import type { BarColumns, Symbol, Timeframe } from '../domain/market.ts';
import type { BadRow } from './rules.ts';
import type { SessionGrid } from './session-grid.ts';

/** How a file is named in messages, and by which timeframe and calendar its rows are judged. */
export interface BarReadOptions {
  readonly file: string;
  readonly timeframe: Timeframe;
  readonly grid: SessionGrid;
}

/** The good rows of one file as columns, ascending in time, and the bad ones beside them. */
export interface BarFile {
  readonly columns: BarColumns;
  /** At most MAX_LISTED_ROWS of them. */
  readonly badRows: readonly BadRow[];
  readonly badRowCount: number;
}

/** The bars of one symbol and timeframe, and where they came from. */
export interface LoadedBars extends BarFile {
  readonly symbol: Symbol;
  readonly timeframe: Timeframe;
  readonly file: string;
}

/** Why a file as a whole is refused; rows are not looked at then. */
export type FileFault =
  | 'missing'
  | 'not_a_file'
  | 'outside_folder'
  | 'bad_name'
  | 'ambiguous'
  | 'unreadable'
  | 'too_large'
  | 'empty'
  | 'wrong_encoding'
  | 'wrong_header'
  | 'wrong_columns'
  | 'no_lines';

export interface FileProblem {
  readonly file: string;
  readonly fault: FileFault;
  /** What is wrong, in a sentence a person can act on. */
  readonly message: string;
}

/** Larger files are refused unread: 256 MiB hold about 38 years of one-minute bars of a symbol. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** Longer lines are refused: no bar needs a tenth of this, and a file of one endless line must not be held as text. */
export const MAX_LINE_BYTES = 4096;

/** The first line of a bar file, to the letter. */
export const BAR_HEADER = 'time,open,high,low,close,volume';
