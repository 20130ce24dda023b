import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/reporting/html.ts';
import { dailyDocument } from '../../src/reporting/markdown.ts';
import { periodDocument } from '../../src/reporting/period-document.ts';
import { buildDailyReport } from '../../src/reporting/report.ts';
import { axeViolations, hasBrowser, launch, openFile } from './browser.ts';
import { brokenDay, busyDay, quietDay } from './days.ts';
import { longHistory, longMonth } from './long-month.ts';
import { periodReport } from './period-days.ts';
import type { Story } from './story.ts';

/** The page of A4 less its margins, in CSS pixels. */
const A4_WIDTH = Math.floor(((210 - 24) / 25.4) * 96);

const dir = mkdtempSync(join(tmpdir(), 'report-html-'));
const day = (story: () => Story) => dailyDocument(buildDailyReport(story().input('2026-03-05')));
const pages = {
  busy: () => day(busyDay),
  quiet: () => day(quietDay),
  broken: () => day(brokenDay),
  month: () => periodDocument(periodReport(longMonth(), 'monthly', '2026-03-31')),
  years: () => periodDocument(periodReport(longHistory(), 'monthly', '2026-03-31')),
};
let browser: Browser;

describe.skipIf(!hasBrowser)('a report opened from a file in Chromium', () => {
  beforeAll(async () => {
    for (const [name, document] of Object.entries(pages)) {
      writeFileSync(join(dir, `${name}.html`), (await renderHtml(document())).html);
    }
    browser = await launch();
  });
  afterAll(() => browser.close());

  const cases = Object.keys(pages).flatMap((name) =>
    (['light', 'dark'] as const).flatMap((colorScheme) =>
      [1280, 390].map((width) => ({ name, colorScheme, width })),
    ),
  );

  it.each(cases)(
    '$name, $colorScheme, $width wide: quiet, accessible, and in its width',
    async ({ name, ...look }) => {
      const path = join(dir, `${name}.html`);
      const { page, noise } = await openFile(browser, path, look);
      expect(noise).toEqual({ requests: [`file://${path}`], messages: [] });
      expect(await page.title()).toMatch(/^2026-03(-05 Thu)?: /);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        look.width,
      );
      expect(await axeViolations(page)).toEqual([]);
      await page.context().close();
    },
  );

  it.each([
    ['busy', 'light', 3],
    ['busy', 'dark', 3],
    ['month', 'light', 12],
    ['month', 'dark', 12],
    ['years', 'light', 16],
    ['years', 'dark', 16],
  ] as const)('shows the charts of the %s page in %s', async (name, colorScheme, count) => {
    const path = join(dir, `${name}.html`);
    const { page } = await openFile(browser, path, { colorScheme, width: 1280 });
    const charts = page.locator('figure > svg[role=img]');
    expect(await charts.count()).toBe(count);
    for (const chart of await charts.all()) {
      const box = await chart.boundingBox();
      expect(box?.width).toBeGreaterThan(300);
      expect(box?.height).toBeGreaterThan(50);
      expect(await chart.getAttribute('aria-label')).toMatch(/\w+ \w+/);
    }
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)('draws charts that stand out in %s', async (colorScheme) => {
    const path = join(dir, 'month.html');
    const { page } = await openFile(browser, path, { colorScheme, width: 1280 });
    const contrasts = (await page.evaluate(CHART_CONTRASTS)) as { what: string; ratio: number }[];
    expect(contrasts.length).toBeGreaterThan(10);
    expect(contrasts.filter(({ what, ratio }) => ratio < (what === 'text' ? 4.5 : 3))).toEqual([]);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)(
    'keeps numbers in coloured cells readable in %s',
    async (scheme) => {
      const path = join(dir, 'years.html');
      const { page } = await openFile(browser, path, { colorScheme: scheme, width: 1280 });
      const cells = (await page.evaluate(CELL_CONTRASTS)) as number[];
      expect(cells.length).toBeGreaterThan(10);
      expect(Math.min(...cells)).toBeGreaterThanOrEqual(4.5);
      await page.context().close();
    },
  );

  it.each(Object.keys(pages))('prints the %s page on A4 with no table cut', async (name) => {
    const path = join(dir, `${name}.html`);
    const { page } = await openFile(browser, path, { colorScheme: 'dark', width: A4_WIDTH });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate(TOO_WIDE)).toEqual([]);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
      'rgb(255, 255, 255)',
    );
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1')).toMatch(/\/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
    await page.context().close();
  });
});

/** Contrast of every letter and drawn mark of the charts with the card behind them, by WCAG's formula. */
const CHART_CONTRASTS = `(() => {
  const rgb = (text) => (text.match(/[0-9.]+/g) ?? []).slice(0, 3).map(Number);
  const part = (value) => value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const light = (text) => {
    const [r, g, b] = rgb(text).map(part);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [dark, bright] = [light(a), light(b)].sort((x, y) => x - y);
    return (bright + 0.05) / (dark + 0.05);
  };
  return [...document.querySelectorAll('figure > svg')].flatMap((svg) => {
    const back = getComputedStyle(svg.querySelector('rect')).fill;
    const texts = [...svg.querySelectorAll('text')].map((text) => ({
      what: 'text', ratio: ratio(getComputedStyle(text).fill, back) }));
    const marks = [...svg.querySelectorAll('.marks path')].map((mark) => {
      const { fill, stroke } = getComputedStyle(mark);
      return { what: 'mark', ratio: ratio(fill === 'none' ? stroke : fill, back) };
    });
    return [...texts, ...marks];
  });
})()`;

/** Contrast of the letters of grids with each cell's colour as it lies over the card. */
const CELL_CONTRASTS = `(() => {
  const rgb = (text) => (text.match(/[0-9.]+/g) ?? []).slice(0, 3).map(Number);
  const part = (value) => value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const light = (channels) => {
    const [r, g, b] = channels.map(part);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const grids = ['#chart-hour-weekday', '#chart-monthly-heatmap'];
  return grids.flatMap((id) => {
    const svg = document.querySelector(id + ' > svg');
    const back = rgb(getComputedStyle(svg.querySelector('rect')).fill);
    const ink = light(rgb(getComputedStyle(svg.querySelector('text')).fill));
    return [...svg.querySelectorAll('path[opacity][fill]')].map((cell) => {
      const style = getComputedStyle(cell);
      const over = Number(style.opacity);
      const cellLight = light(rgb(style.fill).map((c, i) => c * over + back[i] * (1 - over)));
      const [dark, bright] = [ink, cellLight].sort((x, y) => x - y);
      return (bright + 0.05) / (dark + 0.05);
    });
  });
})()`;

/** What sticks out of the page to the right, or is cut off by what holds it. */
const TOO_WIDE = `[...document.querySelectorAll('table, figure, svg, p, li, dl')]
  .filter((part) => part.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
    || part.closest('.scroll')?.scrollWidth > part.closest('.scroll')?.clientWidth + 1)
  .map((part) => part.closest('section')?.id + ' ' + part.tagName)`;
