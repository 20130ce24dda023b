/** A column of a table for people. */
export interface TableColumn {
  readonly title: string;
  /** Numbers are `right`. */
  readonly align?: 'left' | 'right';
  /**
   * Columns that may be left out on a narrow terminal, lowest first; without one it always stays.
   */
  readonly priority?: number;
}

const GAP = '  ';

/**
 * A plain table: upper-case titles, two spaces between columns, no rules, never wrapped, no
 * trailing blanks. Where it is wider than `columns`, the columns of lowest priority are left out
 * (of equals, the rightmost first) and the last line says how many. Missing cells are empty. The
 * text has no final newline.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  options: { readonly columns?: number } = {},
): string {
  const widths = columns.map((column, i) =>
    rows.reduce((width, row) => Math.max(width, lengthOf(row[i] ?? '')), lengthOf(column.title)),
  );
  const kept = fittingColumns(columns, widths, options.columns ?? Number.POSITIVE_INFINITY);
  const line = (cells: readonly string[]): string =>
    kept
      .map((i) => padCell(cells[i] ?? '', widths[i] ?? 0, columns[i]?.align ?? 'left'))
      .join(GAP)
      .trimEnd();
  const lines = [line(columns.map((column) => column.title.toUpperCase())), ...rows.map(line)];
  const dropped = columns.length - kept.length;
  if (dropped > 0) lines.push(`(+${dropped} ${dropped === 1 ? 'column' : 'columns'}: use --wide)`);
  return lines.join('\n');
}

function fittingColumns(
  columns: readonly TableColumn[],
  widths: readonly number[],
  limit: number,
): number[] {
  let kept = columns.map((_, i) => i);
  const width = () =>
    kept.reduce((total, i) => total + (widths[i] ?? 0), GAP.length * Math.max(0, kept.length - 1));
  const droppable = columns
    .flatMap(({ priority }, index) => (priority === undefined ? [] : [{ index, priority }]))
    .sort((a, b) => a.priority - b.priority || b.index - a.index);
  for (const { index } of droppable) {
    if (width() <= limit) break;
    kept = kept.filter((i) => i !== index);
  }
  return kept;
}

/** Code points, so that a character outside the basic plane counts once. */
const lengthOf = (text: string): number => Array.from(text).length;

function padCell(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return align === 'right' ? blanks + text : text + blanks;
}
