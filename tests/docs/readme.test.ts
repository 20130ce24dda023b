import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/fake-world.ts';
import { contents, inFolder } from '../cli/homes.ts';
import { filesIn, readText } from '../tidy/source.ts';
import { codeBlock, excerpt, firstColumn, printedPart, withPrinted } from './page.ts';

const HOME = 'trade-labs-demo';
const data = process.env.TRADE_LABS_TEST_DATA;

/** What `npm start` prints, and what it leaves. */
const demo = () =>
  inFolder(async (dir) => {
    const { exit, stderr, stdout } = await run(['demo'], { cwd: dir });
    const why = await run(['why', 'FORIZE', '--home', HOME], { cwd: dir });
    const report = readFileSync(join(dir, HOME, 'reports/daily/2026-03-05/report.md'), 'utf8');
    return {
      exit,
      transcript: `$ npm start\n${stderr}${stdout}`,
      why: why.stdout,
      report,
      files: [...contents(join(dir, HOME)).keys()],
    };
  });

/** What one run at a past open prints, on recorded bars in data/bars of an empty home. */
const pipeline = (bars: string) =>
  inFolder(async (dir) => {
    mkdirSync(join(dir, 'data'));
    symlinkSync(bars, join(dir, 'data', 'bars'));
    const line = 'pipeline --data data/bars --as-of 2017-06-09';
    const { exit, stderr, stdout } = await run(line.split(' '), { cwd: dir });
    const said = `$ npx trade-labs ${line}\n${stderr}${stdout}`.replaceAll(`${dir}/`, '');
    return { exit, transcript: said };
  });

/** What a year of backtest prints, on the same bars. */
const backtest = (bars: string) =>
  inFolder(async (dir) => {
    mkdirSync(join(dir, 'data'));
    symlinkSync(bars, join(dir, 'data', 'bars'));
    const line = 'backtest --data data/bars --from 2016-01-04 --to 2016-12-30';
    const { exit, stdout } = await run(line.split(' '), { cwd: dir });
    const said = `$ npx trade-labs ${line}\n${stdout}`.replaceAll(`${dir}/`, '');
    return { exit, transcript: said };
  });

const DIGEST = /\b(?=[0-9a-f]*\d)[0-9a-f]{8,64}\b|(?<=through event )\d+/g;

/**
 * The text with the digests, and the number of the last event, that the page shows at the same places: they change
 * with every default of the configuration and with the place of the bars, and say nothing to a reader.
 */
function withDigestsOf(part: string, text: string): string {
  const shown = printedPart(readText('README.md'), part).match(DIGEST) ?? [];
  let next = 0;
  return text.replace(DIGEST, (digest) => shown[next++] ?? digest);
}

/** The parts of the page that the program prints; those on recorded bars only where there are any. */
async function printed(): Promise<Record<string, string>> {
  const { transcript, why, report } = await demo();
  const parts: Record<string, string> = {
    'npm start': codeBlock(transcript, 'console'),
    'the report': codeBlock(excerpt(report, '2026-03-05 ', 'Return: '), 'markdown'),
    why: codeBlock(
      `$ npx trade-labs why FORIZE --home ${HOME}\n${excerpt(why, 'FORIZE in ', 'Run 2026-03-05-17')}`,
      'console',
    ),
  };
  if (data !== undefined) {
    const { transcript: run } = await pipeline(join(data, 'bars_daily'));
    parts.pipeline = codeBlock(run, 'console');
    const { transcript: tested } = await backtest(join(data, 'bars_daily'));
    parts.backtest = codeBlock(tested, 'console');
  }
  return Object.fromEntries(
    Object.entries(parts).map(([part, text]) => [part, withDigestsOf(part, text)]),
  );
}

describe('README.md', () => {
  it('shows what the program prints today', async () => {
    const page = withPrinted('README.md', await printed());
    await expect(page).toMatchFileSnapshot('../../README.md');
  });

  it.skipIf(!data)('shows a run on recorded prices that ended well', async () => {
    const { exit, transcript } = await pipeline(join(data ?? '', 'bars_daily'));
    expect(exit).toBe(0);
    expect(transcript).toMatch(/5 sent -> [1-5] filled/);
  });

  it('has a row for every file that the demo leaves', async () => {
    const { files } = await demo();
    const rows = firstColumn(readText('README.md'), '## Where files are').map(
      (row) => new RegExp(`^${asPattern(row)}`),
    );
    expect(files.filter((file) => !rows.some((row) => row.test(file)))).toEqual([]);
  });

  it('says rightly that nothing but the line to a gateway opens a network connection', () => {
    const page = readText('README.md').replace(/\s+/g, ' ');
    expect(page).toContain('opens no network connection but the one to the gateway you name');
    const networked = filesIn(['src'], ['.ts']).filter((path) =>
      /(?<![.#\w])fetch\(|from 'node:(net|tls|https?|http2|dgram|dns)'/.test(readText(path)),
    );
    const speaking = filesIn(['src'], ['.ts']).filter((path) =>
      readText(path).includes("from '@stoqey/ib'"),
    );
    expect(speaking.filter((path) => !path.startsWith('src/adapters/ib/'))).toEqual([]);
    // The lock, and the way to who holds it, are sockets that no network reaches; tests serve brokers on others.
    const local = ['src/adapters/file/home-lock.ts', 'src/adapters/file/owner-channel.ts'];
    const others = networked.filter((path) => !path.startsWith('src/testing/'));
    expect(others.filter((path) => !local.includes(path))).toEqual([]);
  });
});

/** A path of the table as a pattern: dates and a choice of names stand for themselves. */
const asPattern = (row: string): string =>
  row
    .replace(/[.]/g, '\\.')
    .replaceAll('YYYY-MM-DD', '\\d{4}-\\d{2}-\\d{2}')
    .replaceAll('YYYY-MM', '\\d{4}-\\d{2}')
    .replaceAll('THHMM', 'T\\d{4}')
    .replaceAll('*', '[^/]+');
