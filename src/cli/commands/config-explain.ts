import type { KeyMeaning } from '../../config/keys.ts';
import { Failure } from '../../domain/failure.ts';
import type { CommandSpec } from '../command.ts';
import { renderTable } from '../table.ts';

/** `trade-labs config explain`: what a key means and takes. Needs no valid configuration. */
export const configExplainCommand: CommandSpec = {
  path: 'config explain',
  group: 'Get started',
  summary: 'Say what a key means, its unit, default and range',
  examples: [
    { line: 'trade-labs config explain risk.dailyLossFraction', does: 'one key' },
    { line: 'trade-labs config explain risk', does: 'the keys of a section' },
    { line: 'trade-labs config explain', does: 'all keys' },
  ],
  configure: (command) => {
    command.argument('[key]', 'a key such as risk.maxPositions or schedule[].at');
  },
  run: async (context, [key]) => {
    const { allKeys, meaningOf } = await import('../../config/keys.ts');
    const meanings = (keys: readonly string[]) => keys.flatMap((name) => meaningOf(name) ?? []);
    if (key === undefined) {
      const all = meanings(allKeys());
      return { data: { keys: all }, text: keyTable(all, context.columns) };
    }
    const meaning = meaningOf(key);
    if (meaning === undefined) {
      const { suggestion } = await import('../../config/problem.ts');
      const near = suggestion(key, allKeys()).replace(/^\. /, '');
      throw new Failure('RECORD_UNKNOWN', `there is no key ${key}`, {
        details: near === '' ? [] : [near],
        hint: 'trade-labs config explain lists all keys',
      });
    }
    const below = meanings(meaning.keys);
    const table = below.length === 0 ? '' : `\n\n${keyTable(below, context.columns)}`;
    return { data: { ...meaning, keys: below }, text: `${oneKey(meaning)}${table}` };
  },
};

function oneKey({
  key,
  description,
  unit,
  default: value,
  takes,
  variable,
  keys,
}: KeyMeaning): string {
  const lines = [key, `  ${description}.`];
  if (keys.length > 0) return lines.join('\n');
  lines.push(`  Takes     ${takes}`);
  if (unit !== null) lines.push(`  Unit      ${unit}`);
  lines.push(`  Default   ${value === null ? 'none' : JSON.stringify(value)}`);
  if (variable !== null) lines.push(`  Variable  ${variable}`);
  return lines.join('\n');
}

function keyTable(meanings: readonly KeyMeaning[], columns: number): string {
  const rows = meanings.map(({ key, default: value, unit, description }) => [
    key,
    value === null
      ? '-'
      : Array.isArray(value) && value.length > 3
        ? `${value.length} rows`
        : JSON.stringify(value),
    unit ?? '',
    description,
  ]);
  const titles = [
    { title: 'key' },
    { title: 'default', priority: 3 },
    { title: 'unit', priority: 1 },
    { title: 'meaning', priority: 2 },
  ];
  return renderTable(titles, rows, { columns });
}
