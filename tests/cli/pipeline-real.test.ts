import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './fake-world.ts';
import { inFolder, lastingContents } from './homes.ts';

const data = process.env['TRADE_LABS_TEST_DATA'];

interface Candidate {
  readonly symbol: string;
  readonly referencePrice: number;
  readonly stopPrice: number | null;
  readonly limitPrice: number | null;
  readonly atr: number;
  readonly approved: number;
}

interface Answer {
  readonly runId: string;
  readonly status: string;
  readonly note: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly denials: Readonly<Record<string, number>>;
  readonly ineligible: Readonly<Record<string, number>>;
  readonly candidates: readonly Candidate[];
  readonly fills: readonly { symbol: string; price: number; filledAt: string; quantity: number }[];
  readonly signalHash: string;
}

async function ask(
  dir: string,
  folder: string,
  asOf: string,
): Promise<Answer & { warnings: string[] }> {
  const argv = ['pipeline', '--data', join(data as string, folder), '--as-of', asOf, '--json'];
  const ended = await run(argv, { cwd: dir });
  expect(ended.exit, ended.stdout).toBe(0);
  const document = JSON.parse(ended.stdout) as { data: Answer; warnings: string[] };
  return { ...document.data, warnings: document.warnings };
}

/** Rows of a bar file by date, read without the code under test. */
function barsOf(symbol: string): Map<string, readonly number[]> {
  const text = readFileSync(join(data as string, 'bars_daily', `${symbol}_1d.csv`), 'utf8');
  return new Map(
    text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([date = '', ...numbers]) => [date, numbers.map(Number)]),
  );
}

/** What an entry pays at an open: the open and 5 bps of it, in millionths, never above its limit. */
function paid(open: number, limit: number): number {
  const micros = Math.round(open * 1e6);
  return Math.min(micros + Math.round((micros * 5) / 10_000), Math.round(limit * 1e6)) / 1e6;
}

describe.skipIf(data === undefined)('the pipeline command on real daily bars', () => {
  it.each(['2015-08-24', '2016-06-24', '2017-06-09', '2014-10-30'])(
    'answers for %s, and every entry fills at the open as the day had it, or says why not',
    (session) =>
      inFolder(async (dir) => {
        const { candidates, fills, counts } = await ask(dir, 'bars_daily', session);
        const approved = candidates.filter((candidate) => candidate.approved > 0);
        expect(approved.length).toBe(counts['submitted']);
        const filled = new Map(fills.map((fill) => [fill.symbol, fill]));
        for (const {
          symbol,
          referencePrice,
          limitPrice,
          stopPrice,
          atr,
          approved: shares,
        } of approved) {
          const [open = 0] = barsOf(symbol).get(session) ?? [];
          const allowance = Math.min(0.02 * referencePrice, atr);
          const wanted =
            Math.abs(open - referencePrice) <= allowance &&
            open > (stopPrice ?? 0) &&
            open <= (limitPrice ?? 0);
          const fill = filled.get(symbol);
          expect(fill !== undefined, `${symbol} opened at ${open}`).toBe(wanted);
          if (fill === undefined) continue;
          expect(fill.price).toBe(paid(open, limitPrice ?? 0));
          expect(fill.quantity).toBe(shares);
        }
      }),
  );

  it('gives the same bytes on a second run', () =>
    inFolder(async (dir) => {
      const first = await ask(dir, 'bars_daily', '2017-06-09');
      const before = lastingContents(dir);
      expect(await ask(dir, 'bars_daily', '2017-06-09')).toEqual(first);
      expect(lastingContents(dir)).toEqual(before);
    }));

  it('refuses a holiday and names the next session', () =>
    inFolder(async (dir) => {
      const argv = [
        'pipeline',
        '--data',
        join(data as string, 'bars_daily'),
        '--as-of',
        '2014-11-27',
      ];
      const ended = await run(argv, { cwd: dir });
      expect(ended.exit).toBe(2);
      expect(ended.stderr).toContain('Thanksgiving');
      expect(ended.stderr).toContain('2014-11-28, from 09:30 to 13:00 ET');
      expect(lastingContents(dir).size).toBe(0);
    }));

  it('skips a slot that daily bars have no price for', () =>
    inFolder(async (dir) => {
      const answer = await ask(dir, 'bars_daily', '2017-06-09T12:00:00-04:00');
      expect(answer.status).toBe('skipped');
      expect(answer.note).toContain('daily bars have one at the open only');
    }));

  it('lists the rows it could not take', () =>
    inFolder(async (dir) => {
      const { warnings } = await ask(dir, 'bars_daily', '2017-06-09');
      const rows = warnings.filter((warning) => /_1d\.csv:\d+/.test(warning));
      expect(rows.map((row) => row.split(' ')[0])).toEqual(['BBY', 'CHD', 'CHK', 'SPG']);
    }));

  it('keeps symbols out that jumped beyond reason in the twenty sessions before', () =>
    inFolder(async (dir) => {
      const { ineligible } = await ask(dir, 'bars_daily', '2014-10-30');
      expect(ineligible['quarantined']).toBeGreaterThan(0);
    }));
});

describe.skipIf(data === undefined)('the pipeline command on real intraday bars', () => {
  const tda = 'bars_intraday/tda_2022_2023';
  const polygon = 'bars_intraday/polygon_2023_2025';

  it.each([
    ['a half day', tda, '2022-11-25T12:00:00-05:00'],
    ['the Friday before winter', tda, '2022-11-04T12:00:00-04:00'],
    ['winter time after the clocks changed', tda, '2022-11-15T12:00:00-05:00'],
    ['the Friday before spring', polygon, '2025-03-07T12:00:00-05:00'],
    ['the Monday of summer time', polygon, '2025-03-10T12:00:00-04:00'],
  ])('prices %s at the last bar that had ended', (_name, folder, asOf) =>
    inFolder(async (dir) => {
      const { candidates, counts, status } = await ask(dir, folder, asOf);
      expect(status).toBe('completed');
      expect(counts['found']).toBeGreaterThan(4);
      const started = new Date(Date.parse(asOf) - 5 * 60_000);
      for (const { symbol, referencePrice } of candidates) {
        const text = readFileSync(join(data as string, folder, `${symbol}_5m.csv`), 'utf8');
        const row = text
          .split('\n')
          .map((line) => line.split(','))
          .find(([time = '']) => Date.parse(time) === started.getTime());
        expect(referencePrice, symbol).toBeCloseTo(Number(row?.[4]), 6);
      }
    }),
  );

  it('takes no entry in the last half hour of a half day', () =>
    inFolder(async (dir) => {
      const { counts, denials } = await ask(dir, polygon, '2024-12-24T12:35:00-05:00');
      expect(counts['approved']).toBe(0);
      expect(denials['SESSION_LATE'] ?? 0).toBe(counts['sized']);
    }));

  it('is closed after the early close of a half day', () =>
    inFolder(async (dir) => {
      const { counts, denials } = await ask(dir, polygon, '2024-12-24T13:05:00-05:00');
      expect(denials['MARKET_CLOSED'] ?? 0).toBe(counts['sized']);
      expect(counts['approved']).toBe(0);
    }));

  it('says that daily bars were made from intraday ones', () =>
    inFolder(async (dir) => {
      const { warnings } = await ask(dir, tda, '2023-03-13T12:00:00-04:00');
      expect(warnings.join('\n')).toContain('daily bars are made from intraday ones');
    }));
});
