import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtestToFolder } from '../../src/app/backtest-folder.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { configWith, dailyMarket, EASY, inFolder } from '../app/backtest-world.ts';
import { axeViolations, hasBrowser, launch, openFile } from './browser.ts';

describe.skipIf(!hasBrowser)('a tear sheet opened from a file in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** Two years with everything but the random picks, which change no layout. */
  const write = (dir: string) =>
    backtestToFolder({
      home: tmpdir(),
      loaded: configWith(EASY),
      version: '0',
      source: dailyMarket(3, 25),
      from: sessionDate('2011-01-03'),
      to: sessionDate('2012-12-31'),
      out: join(dir, 'run'),
      closeAtEnd: false,
      html: true,
      baseline: false,
      split: sessionDate('2012-01-03'),
      monteCarlo: true,
      sensitivity: false,
      checkLookAhead: false,
      reload: async (flags) => configWith({ ...EASY, ...flags }),
    });

  it('asks for nothing, is accessible, fits its width, and draws every chart', () =>
    inFolder(async (dir) => {
      const { report } = await write(dir);
      const path = join(dir, 'run', 'report.html');
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1280, 390]) {
          const { page, noise } = await openFile(browser, path, { colorScheme, width });
          expect(noise).toEqual({ requests: [`file://${path}`], messages: [] });
          expect(await page.title()).toBe(report.sentence);
          const wide = await page.evaluate('document.documentElement.scrollWidth');
          expect(wide).toBeLessThanOrEqual(width);
          expect(await axeViolations(page)).toEqual([]);
          await page.context().close();
        }
      }
      const { page } = await openFile(browser, path, { colorScheme: 'light', width: 1280 });
      const drawn = await page.locator('figure').evaluateAll((all) => all.map(({ id }) => id));
      expect(drawn.sort((a, b) => (a < b ? -1 : 1))).toEqual(
        [
          'annual-bars',
          'daily-returns-dist',
          'drawdown-mc',
          'exposure',
          'growth',
          'hour-weekday',
          'mae-mfe',
          'monthly-heatmap',
          'pnl-by-exit',
          'pnl-by-symbol',
          'r-hist',
          'rolling-beta',
          'rolling-sharpe',
          'rolling-vol',
          'underwater',
        ].map((id) => `chart-${id}`),
      );
      await page.context().close();
    }));
});
