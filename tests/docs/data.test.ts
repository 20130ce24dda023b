import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headersOf, LAYOUTS } from '../../src/bars/layouts.ts';
import { BAD_ROW_MEANINGS } from '../../src/bars/rules.ts';
import { run } from '../cli/fake-world.ts';
import { inFolder, put } from '../cli/homes.ts';
import { readText } from '../tidy/source.ts';
import { table, withPrinted } from './page.ts';

const PAGE = 'docs/DATA.md';

/** The files that the page shows, by the names it gives them. */
const shownFiles = (): Record<string, string> =>
  Object.fromEntries(
    [...readText(PAGE).matchAll(/<!-- file: (\S+) -->\n```\w+\n([\s\S]*?)```/g)].map(
      ([, name = '', text = '']) => [join('bars', name), text],
    ),
  );

describe('docs/DATA.md', () => {
  it('says what the readers know', async () => {
    const page = withPrinted(PAGE, {
      'bad rows': table(
        ['Reason', 'Meaning'],
        Object.entries(BAD_ROW_MEANINGS).map(([reason, meaning]) => [`\`${reason}\``, meaning]),
      ),
      layouts: table(
        ['Layout', 'Headers, in any case'],
        LAYOUTS.flatMap((layout) => headersOf(layout).map((header) => [layout, `\`${header}\``])),
      ),
    });
    await expect(page).toMatchFileSnapshot(`../../${PAGE}`);
  });

  it('shows files that a check finds nothing bad in', () =>
    inFolder(async (dir) => {
      put(dir, shownFiles());
      const { exit, stdout, stderr } = await run(['data', 'check', 'bars'], { cwd: dir });
      expect(Object.keys(shownFiles())).toHaveLength(4);
      expect(`${exit} ${stderr}`).toBe('0 ');
      expect(stdout).toContain('bars is fit for use: 2 files, 5 bars, 0 bad rows');
    }));

  it('shows files that can be looked at and imported', () =>
    inFolder(async (dir) => {
      put(dir, shownFiles());
      const look = ['bars', 'AAPL', '--data', 'bars', '--with', 'sma2', '--csv'];
      expect((await run(look, { cwd: dir })).stdout).toContain('2026-03-05,185.9,');
      const take = ['data', 'import', 'bars', '--out', 'taken'];
      const imported = await run(take, { cwd: dir });
      expect(imported.stdout).toContain('wrote 2 files with 5 bars');
      expect(imported.exit).toBe(0);
    }));
});
