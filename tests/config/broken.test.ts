import { describe, expect, it } from 'vitest';
import { BROKEN_GUARDS } from './broken-guards.ts';
import { BROKEN_SECTIONS } from './broken-sections.ts';
import { BROKEN_SOURCES } from './broken-sources.ts';
import { BROKEN_VALUES } from './broken-values.ts';
import { failureIn } from './homes.ts';

const FILE = 'config/trade-labs.yaml';
const CORPUS = [...BROKEN_VALUES, ...BROKEN_GUARDS, ...BROKEN_SECTIONS, ...BROKEN_SOURCES];

describe('a broken configuration', () => {
  it.each(CORPUS)('$name: says where, which key and why, all at once', async (broken) => {
    const failure = await failureIn(broken);
    expect(failure.code).toBe(broken.code ?? 'CONFIG_INVALID');
    expect(failure.exit).toBe(78);
    const said = failure.details.map((line) => line.split(/ {2,}/));
    expect(
      said.map((parts, i) => {
        const [where, key] = parts.length === 2 ? [parts[0], ''] : parts;
        const message = broken.says[i]?.[2] ?? '';
        return [where, key, parts.at(-1)?.includes(message) ? message : parts.at(-1)];
      }),
    ).toEqual(
      broken.says.map(([where, ...rest]) => [
        /^\d/.test(where) ? `${FILE}:${where}` : where,
        ...rest,
      ]),
    );
  });
});
