/** A column of a Markdown table. */
export interface MarkdownColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A column of words, and one of numbers. */
export const left = (title: string): MarkdownColumn => ({ title });
export const right = (title: string): MarkdownColumn => ({ title, align: 'right' });

/**
 * Text of others (symbols, notes, broker messages) as plain text in Markdown: it can start no markup, no HTML, no link,
 * no table cell and no new line.
 */
export function escapeMarkdown(text: string): string {
  return (
    text
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
      .replace(/[\\`*[\]|]/g, '\\$&')
      .replace(/<(?=[A-Za-z/!?])/g, '\\<')
      .replace(/^[#>]/, '\\$&')
      .replace(/~/g, '\\~')
      .replace(/&(?=#?[A-Za-z0-9]+;)/g, '\\&')
      // Between letters an underscore is only an underscore, and our codes are full of them.
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
      // A scheme, www. and a mail address make links of themselves in many viewers.
      .replace(/:(?=\/\/)/g, '\\:')
      .replace(/@/g, '\\@')
      .replace(/\b(www)\./gi, '$1\\.')
  );
}

/** A table that also reads well as raw text: cells are padded, numbers stand right. Cells are Markdown already. */
export function markdownTable(
  columns: readonly MarkdownColumn[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map(({ title }, i) =>
    rows.reduce(
      (width, row) => Math.max(width, lengthOf(row[i] ?? '')),
      Math.max(3, lengthOf(title)),
    ),
  );
  const line = (cells: readonly string[]) =>
    `| ${columns.map(({ align }, i) => pad(cells[i] ?? '', widths[i] ?? 0, align)).join(' | ')} |`;
  const rule = columns.map(({ align }, i) => {
    const width = widths[i] ?? 0;
    return align === 'right' ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2);
  });
  return [line(columns.map(({ title }) => title)), `|${rule.join('|')}|`, ...rows.map(line)].join(
    '\n',
  );
}

const lengthOf = (text: string): number => Array.from(text).length;

function pad(text: string, width: number, align: MarkdownColumn['align']): string {
  const blanks = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return align === 'right' ? blanks + text : text + blanks;
}
