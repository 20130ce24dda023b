import { createHash } from 'node:crypto';
import { chartSvg, escapeAttribute as escapeText } from './chart-svg.ts';
import type { Chart } from './charts.ts';
import type { ReportDocument, ReportSection, Tile } from './document.ts';
import { markdownToHtml } from './html-markdown.ts';
import { PAGE_STYLE } from './html-style.ts';

/** A report as one HTML file, and its charts as files beside it. */
export interface HtmlReport {
  readonly html: string;
  /** SVG text by the chart's name. */
  readonly charts: readonly { readonly id: string; readonly svg: string }[];
}

/**
 * The document as a page that needs nothing else: no script, no network, its style and charts inside. The policy in its
 * head allows that one style and nothing more, whatever text the report quotes.
 */
export async function renderHtml(document: ReportDocument): Promise<HtmlReport> {
  const drawn = new Map<string, string>();
  for (const { charts = [] } of document.sections) {
    for (const chart of charts) drawn.set(chart.id, await chartSvg(chart));
  }
  const { sentence, title, lead, tiles, sections } = document;
  const digest = createHash('sha256').update(PAGE_STYLE).digest('base64');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'">
<meta name="color-scheme" content="light dark">
<title>${escapeText(sentence)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeText(sentence)}</h1>
${markdownToHtml(lead, title)}</header>
<dl class="tiles">
${tiles.map(tileHtml).join('\n')}
</dl>
${sections.map((section) => sectionHtml(section, drawn)).join('\n')}
</main>
<footer><p>${escapeText(title)}. What each number means: docs/METRICS.md, or trade-labs stats --definitions.</p></footer>
</body>
</html>
`;
  return { html, charts: [...drawn].map(([id, svg]) => ({ id, svg })) };
}

function tileHtml({ label, value, detail, tone }: Tile): string {
  const small = detail === undefined ? '' : `<small>${escapeText(detail)}</small>`;
  const look = tone === undefined ? '' : ` class="${tone}"`;
  return `<div><dt>${escapeText(label)}</dt><dd${look}>${escapeText(value)}${small}</dd></div>`;
}

function sectionHtml({ id, text, charts = [] }: ReportSection, drawn: ReadonlyMap<string, string>) {
  const title = /^## (.*)/.exec(text)?.[1] ?? id;
  const body = markdownToHtml(text, title);
  const figures = charts.map((chart) => figureHtml(chart, drawn.get(chart.id) ?? ''));
  const gallery =
    figures.length === 0 ? '' : `<div class="charts">\n${figures.join('\n')}\n</div>\n`;
  return `<section id="${id}">\n${body}${gallery}</section>`;
}

function figureHtml({ id, title, table }: Chart, svg: string): string {
  return `<figure id="chart-${id}"><figcaption>${escapeText(title)}</figcaption>${svg}${table === undefined ? '' : numbersHtml(title, table)}</figure>`;
}

function numbersHtml(title: string, { columns, rows }: NonNullable<Chart['table']>): string {
  const head = columns.map(
    (name, i) => `<th scope="col"${i === 0 ? '' : ' class="number"'}>${escapeText(name)}</th>`,
  );
  const body = rows.map(
    (row) =>
      `<tr>${row.map((cell, i) => `<td${i === 0 ? '' : ' class="number"'}>${escapeText(cell)}</td>`).join('')}</tr>`,
  );
  return (
    `<details><summary>Numbers</summary><div class="scroll" role="region" tabindex="0"` +
    ` aria-label="${escapeText(title)}"><table><thead><tr>${head.join('')}</tr></thead>` +
    `<tbody>${body.join('\n')}</tbody></table></div></details>`
  );
}
