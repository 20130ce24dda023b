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

/** A run folder's name ends with digits that depend on where the bars are. */
const RUN_FOLDER = /(?<=pipeline-[\dT-]+Z-)[0-9a-f]{8}/;

/** The parts of the page that the program prints; the last one only where there are recorded bars. */
async function printed(): Promise<Record<string, string>> {
  const { transcript, why, report } = await demo();
  const parts = {
    'npm start': codeBlock(transcript, 'console'),
    'the report': codeBlock(excerpt(report, '2026-03-05 ', 'Return: '), 'markdown'),
    why: codeBlock(
      `$ npx trade-labs why FORIZE --home ${HOME}\n${excerpt(why, 'FORIZE in ', 'Run 2026-03-05-17')}`,
      'console',
    ),
  };
  if (data === undefined) return parts;
  const { transcript: run } = await pipeline(join(data, 'bars_daily'));
  const folder = RUN_FOLDER.exec(printedPart(readText('README.md'), 'pipeline'))?.[0] ?? '29022ec2';
  return { ...parts, pipeline: codeBlock(run.replace(RUN_FOLDER, folder), 'console') };
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

  it('says rightly that nothing opens a network connection', () => {
    expect(readText('README.md')).toContain('opens no network connection');
    const networked = filesIn(['src'], ['.ts']).filter((path) =>
      /\bfetch\(|from 'node:(net|tls|https?|http2|dgram|dns)'/.test(readText(path)),
    );
    // The lock claims a name from the kernel by a socket that no network reaches.
    expect(networked.filter((path) => path !== 'src/adapters/file/home-lock.ts')).toEqual([]);
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
