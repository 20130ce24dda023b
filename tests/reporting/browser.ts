import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
/** For a browser that has come to a standstill, not for a machine that is busy. */
const HANGS_MS = 120_000;

/** Where there is no browser, its tests are skipped, and counted. */
export const hasBrowser = existsSync(CHROMIUM);

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    timeout: HANGS_MS,
    args: [
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      '--disable-background-networking',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** What a page did that a file without scripts and network must not do. */
export interface Noise {
  readonly requests: string[];
  readonly messages: string[];
}

/** Opens a file and listens to what it asks for and complains of. */
export async function openFile(
  browser: Browser,
  path: string,
  look: {
    readonly colorScheme: 'light' | 'dark';
    readonly width: number;
    readonly height?: number;
  },
): Promise<{ page: Page; noise: Noise }> {
  const context = await browser.newContext({
    colorScheme: look.colorScheme,
    viewport: { width: look.width, height: look.height ?? 900 },
  });
  context.setDefaultTimeout(HANGS_MS);
  const page = await context.newPage();
  const noise: Noise = { requests: [], messages: [] };
  page.on('request', (request) => noise.requests.push(request.url()));
  page.on('console', (message) => noise.messages.push(message.text()));
  page.on('pageerror', (error) => noise.messages.push(error.message));
  await page.goto(`file://${path}`);
  return { page, noise };
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** Violations of WCAG 2.2 levels A and AA, a line each. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          root: unknown,
          options: object,
        ): Promise<{
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run(
      (globalThis as unknown as { document: unknown }).document,
      { runOnly: { type: 'tag', values: tags } },
    );
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  });
}
