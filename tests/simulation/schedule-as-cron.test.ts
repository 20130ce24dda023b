import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inHome, SMALL } from './daemon-world.ts';

const shipped = readFileSync(
  join(import.meta.dirname, '..', '..', 'config', 'trade-labs.yaml'),
  'utf8',
);
const section = /^schedule:\n((?: {2}[-#] .*\n)+)/m.exec(shipped)?.[0] ?? '';
/** The default table with the cron text that stands beside each row in its place. */
const asCron = section.replace(
  /at: (?:"[^"]*"|[^,}]*?)(,.*| )\} # cron: (.*)$/gm,
  (_, rest: string, cron: string) => `at: "${cron}"${rest}}`,
);

describe('the default table', () => {
  it('written as cron gives the same slots', () =>
    inHome(`${SMALL}${section}`, (table) =>
      inHome(`${SMALL}${asCron}`, async (cron) => {
        expect(asCron.match(/at: "[-*/\d]+ [-*/\d]+ \* \* 1-5"/g)).toHaveLength(8);
        for (const home of [table, cron]) await home.simulate('2026-02-26', '2026-02-27');
        expect(await cron.begun()).toEqual(await table.begun());
        const fills = async (home: typeof table) =>
          (await home.of('fill.recorded')).map(({ execId, price }) => `${execId} ${price}`);
        expect(await fills(cron)).toEqual(await fills(table));
        expect((await fills(cron)).length).toBeGreaterThan(0);
      }),
    ));

  it('follows an early close, which cron does not know', () =>
    inHome(`${SMALL}${section}`, (table) =>
      inHome(`${SMALL}${asCron}`, async (cron) => {
        for (const home of [table, cron]) await home.simulate('2026-11-27', '2026-11-27');
        const late = (slots: readonly string[]) =>
          slots.slice(-4).map((slot) => slot.split(' ')[1]);
        expect(late(await table.begun())).toEqual(['13:00', '14:00', '14:00', '14:30']);
        expect(late(await cron.begun())).toEqual(['16:00', '17:00', '17:00', '17:30']);
      }),
    ));
});
