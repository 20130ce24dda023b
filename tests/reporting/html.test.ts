import { describe, expect, it } from 'vitest';
import { chartFile, chartSvg } from '../../src/reporting/chart-svg.ts';
import { gainBars } from '../../src/reporting/charts-shared.ts';
import { renderHtml } from '../../src/reporting/html.ts';
import { markdownToHtml } from '../../src/reporting/html-markdown.ts';
import { dailyDocument } from '../../src/reporting/markdown.ts';
import { escapeMarkdown, markdownTable } from '../../src/reporting/markdown-text.ts';
import { buildDailyReport } from '../../src/reporting/report.ts';
import { brokenDay, busyDay, quietDay } from './days.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '[click](javascript:alert(1))',
  '![x](https://example.com/x.png)',
  'https://example.com/?a=1&b=2 www.example.com me@example.com',
  '"><iframe src="file:///etc/passwd">',
  '&lt;script&gt; &#60;b&#62;',
  '</section></main><h1>owned</h1>',
  '`code` **bold** _x_ ~~gone~~ | cell | \n# heading\n- item',
];

/** The tags of a page, as a parser that knows nothing of our intent would find them. */
const tagsOf = (html: string): string[] =>
  [...html.matchAll(/<([a-z0-9]+)/gi)].map(([, name]) => name?.toLowerCase() ?? '');

/** What a reader sees of HTML. */
const shown = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|quot|amp|#39);/g, (_, name: string) =>
      name === 'lt'
        ? '<'
        : name === 'gt'
          ? '>'
          : name === 'quot'
            ? '"'
            : name === 'amp'
              ? '&'
              : "'",
    );

const flat = (text: string) => text.replace(/\s+/g, ' ').trim();

describe('text of others in HTML', () => {
  it.each(HOSTILE)('stays text, word for word: %j', (text) => {
    const html = markdownToHtml(`Note: ${escapeMarkdown(text)}`, 'x');
    expect(tagsOf(html)).toEqual(['p']);
    expect(flat(shown(html))).toBe(flat(`Note: ${text}`));
  });

  it.each(HOSTILE)('stays text in a cell of a table: %j', (text) => {
    const table = markdownTable([{ title: 'Note' }], [[escapeMarkdown(text)]]);
    const html = markdownToHtml(table, text);
    expect(new Set(tagsOf(html))).toEqual(
      new Set(['div', 'table', 'thead', 'tr', 'th', 'tbody', 'td']),
    );
    expect(flat(shown(html))).toContain(flat(text));
  });

  it.each(HOSTILE)('is not markup even where nobody escaped it: %j', (text) => {
    const html = markdownToHtml(`Note: ${text}`, 'x');
    const allowed = ['p', 'code', 'strong', 'em', 'del', 'h1', 'ul', 'li'];
    expect(tagsOf(html).filter((tag) => !allowed.includes(tag))).toEqual([]);
    expect(html).not.toMatch(/href|src=x"|<[^>]*\son/);
  });

  it.each(HOSTILE)('stays text in a chart: %j', async (text) => {
    const [chart] = gainBars('x', text, [{ name: text, value: 1 }]);
    const svg = chartFile(await chartSvg(chart as NonNullable<typeof chart>));
    expect(tagsOf(svg).filter((tag) => /script|img|iframe|foreign|image|^a$/.test(tag))).toEqual(
      [],
    );
    expect(svg.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son[a-z]+=/);
  });
});

describe('the page of a day', () => {
  const page = async (day = busyDay) =>
    (await renderHtml(dailyDocument(buildDailyReport(day().input('2026-03-05'))))).html;

  it.each([busyDay, quietDay, brokenDay])('needs nothing else and runs nothing', async (day) => {
    const html = await page(day);
    expect(tagsOf(html)).not.toContain('script');
    expect(html).not.toMatch(/<(link|img|iframe|object|embed|form|a)\b/);
    expect(html.replaceAll(/xmlns(:\w+)?="http[^"]*"/g, '')).not.toMatch(
      /(src|href)=|url\(|@import/,
    );
    expect(html).toContain("default-src 'none'; style-src 'sha256-");
  });

  it('begins with the sentence, and has every section of the Markdown', async () => {
    const report = buildDailyReport(busyDay().input('2026-03-05'));
    const html = await page();
    expect(html).toContain(`<h1>${report.sentence}</h1>`);
    for (const { text } of dailyDocument(report).sections) {
      const [, title = 'no title'] = /^## (.*)/.exec(text) ?? [];
      expect(html).toContain(`<h2>${title}</h2>`);
    }
  });

  it('has each amount of the Markdown tables', async () => {
    const report = buildDailyReport(busyDay().input('2026-03-05'));
    const html = flat(shown(await page()));
    const amounts = dailyDocument(report).sections.flatMap(({ text }) =>
      [...text.matchAll(/[+-]?\$[\d,]+\.\d\d/g)].map(([found]) => found),
    );
    expect(amounts.length).toBeGreaterThan(30);
    for (const amount of amounts) expect(html).toContain(amount);
  });

  it('is the same, byte for byte, each time it is drawn', async () => {
    const first = await page();
    await page(brokenDay);
    expect(await page()).toBe(first);
  });
});
