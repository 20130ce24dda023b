import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { filesIn, ROOT, readText } from '../tidy/source.ts';

/** Every page that people read, from the root. */
export const PAGES = [
  'README.md',
  'QUICK_REFERENCE.md',
  ...filesIn(['docs', 'config', 'data', 'logs', 'reports'], ['.md']).filter(
    (path) => !/^(data|logs|reports)\/./.test(path) || path.endsWith('/README.md'),
  ),
];

const begin = (name: string): string => `<!-- printed: ${name} -->\n`;
const END = '\n<!-- end of printed -->';

/** What stands in a page between the marks of a printed part. Throws where the page has no such part. */
export function printedPart(page: string, name: string): string {
  const from = page.indexOf(begin(name));
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`the page has no printed part ${JSON.stringify(name)}`);
  return page.slice(from + begin(name).length, to);
}

/**
 * The page with its printed parts as the program prints them today. A page that is equal to it is
 * right; `npx vitest run tests/docs -u` writes it.
 */
export function withPrinted(path: string, parts: Readonly<Record<string, string>>): string {
  let page = readText(path);
  for (const [name, text] of Object.entries(parts)) {
    const old = `${begin(name)}${printedPart(page, name)}${END}`;
    page = page.replace(old, () => `${begin(name)}${text}${END}`);
  }
  return page;
}

/** Lines as a block of code, without blank lines at its ends. */
export const codeBlock = (text: string, language = 'text'): string =>
  `\`\`\`${language}\n${text.replace(/^\n+|\s+$/g, '')}\n\`\`\``;

/** A Markdown table whose columns line up as raw text. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [titles, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = titles.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [
    line(head),
    `|${widths.map((n) => '-'.repeat(n + 2)).join('|')}|`,
    ...body.map(line),
  ].join('\n');
}

/** The lines of a text from the first that starts with `from` up to, not with, the next that starts with `to`. */
export function excerpt(text: string, from: string, to: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(from));
  const end = lines.findIndex((line, i) => i > start && line.startsWith(to));
  if (start < 0 || end < 0) throw new Error(`no lines from ${from} to ${to}`);
  return lines.slice(start, end).join('\n');
}

/** The first column of every row of the Markdown table below a heading, code marks taken off. */
export function firstColumn(page: string, heading: string): string[] {
  const lines = page
    .slice(page.indexOf(`\n${heading}\n`))
    .split('\n')
    .slice(2);
  const section = lines.slice(
    0,
    lines.findIndex((line, i) => i > 0 && line.startsWith('## ')),
  );
  const rows = (section.length > 0 ? section : lines).filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) => (row.split(' | ')[0] ?? '').replace(/^\| |`/g, '').trim());
}

/** The links of a page that lead to files of this repository and find none. */
export function brokenLinks(path: string): string[] {
  const text = readText(path).replace(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(https?:|mailto:)/.test(target))
    .flatMap((target) => {
      const [file = '', anchor] = target.split('#');
      const place = file === '' ? path : posix.join(dirname(path), file);
      if (!existsSync(join(ROOT, place))) return [`${path}: ${target}`];
      const found =
        anchor === undefined || !place.endsWith('.md') || anchorsOf(place).includes(anchor);
      return found ? [] : [`${path}: ${target} (no such heading)`];
    });
}

/** The headings of a page as links name them. */
const anchorsOf = (path: string): string[] =>
  [...readText(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Whether a file has a test, or a group of tests, of that title. */
export function hasTest(file: string, title: string): boolean {
  if (!existsSync(join(ROOT, file))) return false;
  const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(
    `(\\b(it|test|describe)\\b[^\\n]*|^ *\\](?: as const)?\\))\\(\\s*(['"\`])${escaped}\\3`,
    'm',
  ).test(
    // The title may stand on the line after the call of a table of cases.
    readText(file).replace(/\(\n\s*(?=['"`])/g, '('),
  );
}
