import { Marked, type Tokens } from 'marked';
import { escapeAttribute as escapeText } from './chart-svg.ts';

const SIGNED = /^[+-]\$?\d[\d,.]*( %)?$/;
const LIMIT_BAR = /^([=]*)([.]*)( reached)?$/;

/**
 * The Markdown of our own renderers as HTML. Nothing in it can become markup, a link, an image or an address to load:
 * tags are shown as text, and of links and images only the words stay. `label` names the tables for screen readers.
 */
export function markdownToHtml(markdown: string, label: string): string {
  const marked = new Marked({ gfm: true, breaks: true, async: false });
  let tables = 0;
  marked.use({
    renderer: {
      html: ({ text }) => escapeText(text),
      link(token) {
        return this.parser.parseInline(token.tokens);
      },
      image: ({ text }) => escapeText(text),
      code: ({ text }) => `<pre>${escapeText(text)}</pre>`,
      codespan: ({ text }) => `<code>${escapeText(text)}</code>`,
      listitem(token) {
        const critical = token.text.startsWith('**critical**') ? ' class="critical"' : '';
        return `<li${critical}>${this.parser.parse(token.tokens)}</li>\n`;
      },
      heading(token) {
        const level = Math.min(6, token.depth);
        return `<h${level}>${this.parser.parseInline(token.tokens)}</h${level}>\n`;
      },
      table(token) {
        tables += 1;
        const name = tables === 1 ? label : `${label}, table ${tables}`;
        const inline = (cell: Tokens.TableCell) => this.parser.parseInline(cell.tokens);
        return tableHtml(token, name, inline);
      },
    },
  });
  return marked.parse(markdown) as string;
}

type Inline = (cell: Tokens.TableCell) => string;

function tableHtml({ header, rows }: Tokens.Table, label: string, inline: Inline): string {
  const head = header.map((cell) => {
    const text = inline(cell);
    // A column without a title is one of pictures.
    return text === '' ? '<td></td>' : `<th scope="col"${numberClass(cell)}>${text}</th>`;
  });
  const body = rows.map((row) => {
    const total = row[0]?.tokens[0]?.type === 'strong' ? ' class="total"' : '';
    return `<tr${total}>${row.map((cell) => cellHtml(cell, inline)).join('')}</tr>`;
  });
  return (
    `<div class="scroll" role="region" tabindex="0" aria-label="${escapeText(label)}"><table>` +
    `<thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>\n`
  );
}

function cellHtml(cell: Tokens.TableCell, inline: Inline): string {
  const bar = cell.text === '' ? null : LIMIT_BAR.exec(cell.text);
  if (bar !== null) return `<td>${barHtml(bar)}</td>`;
  return `<td${numberClass(cell)}>${inline(cell)}</td>`;
}

/** A bar of ten cells as a drawing; the number stands in the cell before it. */
function barHtml([, full = '', , reached]: RegExpExecArray): string {
  const tone = reached !== undefined ? 'over' : full.length >= 8 ? 'near' : 'well';
  const drawing = `<svg class="bar ${tone}" viewBox="0 0 100 10" aria-hidden="true"><rect width="100" height="10"/><rect class="used" width="${full.length * 10}" height="10"/></svg>`;
  return reached === undefined ? drawing : `${drawing} reached`;
}

function numberClass({ align, text }: Tokens.TableCell): string {
  const plain = text.replace(/^\*\*(.*)\*\*$/, '$1');
  const tone = SIGNED.test(plain) && !/^[+-]\$?[0.,]+( %)?$/.test(plain);
  const classes = [
    ...(align === 'right' ? ['number'] : []),
    ...(tone ? [plain.startsWith('-') ? 'bad' : 'good'] : []),
  ];
  return classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
}
