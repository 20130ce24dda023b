import { Parser } from '@json2csv/plainjs';

/** What a cell may hold. Numbers stay numbers; null and undefined are empty. */
export type CsvValue = string | number | boolean | null | undefined;

/** A column: its header, and its cell of a row. */
export interface CsvColumn<Row> {
  readonly name: string;
  readonly value: (row: Row) => CsvValue;
  /** So many decimals of a number are printed at most; all that it has where this is not said. */
  readonly decimals?: number;
}

/** Spreadsheets take text that begins so for a formula (OWASP, "CSV Injection"), also in full width. */
const FORMULA_START = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/**
 * Rows as CSV after RFC 4180: a header, CRLF after every line, quotes where they are needed and doubled inside. Text
 * that a spreadsheet would run as a formula gets an apostrophe in front; numbers, also negative ones, are left alone.
 */
export function renderCsv<Row extends object>(
  columns: readonly CsvColumn<Row>[],
  rows: readonly Row[],
): string {
  const parser = new Parser<Row, Row>({
    fields: columns.map((column) => ({
      label: column.name,
      value: (row: Row) => printed(column, row),
    })),
    eol: '\r\n',
    includeEmptyRows: true,
    formatters: { string: csvCell },
  });
  return `${parser.parse([...rows])}\r\n`;
}

/** What stands in the file: the last bits of a sum of weights tell nobody anything. */
function printed<Row>({ value, decimals }: CsvColumn<Row>, row: Row): CsvValue {
  const cell = value(row);
  if (decimals === undefined || typeof cell !== 'number') return cell;
  return Number(cell.toFixed(decimals));
}

/** A text as a cell: quoted where it must be, and never a formula. */
export function csvCell(value: string): string {
  const guarded = FORMULA_START.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** One row as `renderCsv` would write it, for tables that are written as they come. */
export function csvLine<Row>(columns: readonly CsvColumn<Row>[], row: Row): string {
  let line = '';
  for (let i = 0; i < columns.length; i++) {
    line += (i === 0 ? '' : ',') + cellText(printed(columns[i] as CsvColumn<Row>, row));
  }
  return `${line}\r\n`;
}

/** The first line of such a table. */
export const csvHeader = <Row>(columns: readonly CsvColumn<Row>[]): string =>
  `${columns.map(({ name }) => csvCell(name)).join(',')}\r\n`;

function cellText(value: CsvValue): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? csvCell(value) : String(value);
}
