import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { renderJson } from '../../src/reporting/json.ts';
import { reportJsonSchema, reportSchemaText } from '../../src/reporting/json-schema.ts';
import { buildDailyReport } from '../../src/reporting/report.ts';
import { brokenDay, busyDay, quietDay } from './days.ts';
import { changesOf, shortened } from './json-schema-changes.ts';
import { periodReport } from './period-days.ts';
import { Story } from './story.ts';

type Node = Readonly<Record<string, unknown>>;

/** Every schema inside another, with the keys that lead to it. */
function* schemasIn(node: Node, path: readonly string[] = []): Generator<[string, Node]> {
  yield [path.join('.'), node];
  for (const group of ['properties', '$defs']) {
    const members = (node[group] ?? {}) as Readonly<Record<string, Node>>;
    for (const [key, member] of Object.entries(members)) yield* schemasIn(member, [...path, key]);
  }
  for (const keyword of ['items', 'additionalProperties']) {
    const inner = node[keyword];
    if (typeof inner === 'object') yield* schemasIn(inner as Node, [...path, keyword]);
  }
}

const schema = reportJsonSchema();
const validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
const accepts = (document: unknown): boolean => validator.safeParse(document).success;
const parse = (text: string): unknown => JSON.parse(text);

const GOLDEN = new URL('../golden/reports/', import.meta.url);
const DAY = '2026-03-05';
const REPORTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    readdirSync(GOLDEN).map((name) => [
      `the ${name} one on file`,
      readFileSync(new URL(`${name}/report.json`, GOLDEN), 'utf8'),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries({ busyDay, quietDay, brokenDay, nothing: () => new Story() }).flatMap(
      ([name, story]) => [
        [`a day of ${name}`, renderJson(buildDailyReport(story().input(DAY)))],
        [`a week of ${name}`, renderJson(periodReport(story(), 'weekly', DAY))],
        [`a month of ${name}`, renderJson(periodReport(story(), 'monthly', DAY))],
      ],
    ),
  ),
};

describe('the published schema of report.json', () => {
  it('is what the code gives (npx vitest run -u tests/reporting/json-schema writes it anew)', async () => {
    await expect(reportSchemaText()).toMatchFileSnapshot('../../docs/report-schema.json');
  });

  it('says of every key what it is, and of every number its unit', () => {
    const bare = [...schemasIn(schema)].filter(([path, node]) => {
      const types = [node.type].flat();
      const isNumber = types.includes('number') || types.includes('integer');
      const isItem = path.endsWith('items');
      const { description } = node;
      if (isNumber) return !/\. Unit: \S.*\.$/.test(String(description));
      return !(isItem && '$ref' in node) && !/\S\.$/.test(String(description));
    });
    expect(bare).toEqual([]);
  });

  it('allows no key that it does not name, and names only optional keys as such', () => {
    const optional: string[] = [];
    for (const [path, { properties, required, additionalProperties }] of schemasIn(schema)) {
      if (properties === undefined) continue;
      expect(additionalProperties, path).toBe(false);
      const missing = Object.keys(properties as Node).filter(
        (key) => !(required as string[]).includes(key),
      );
      optional.push(...missing.map((key) => `${path}.${key}`));
    }
    expect(optional.sort()).toEqual(['Discrepancy.state', 'MetricValue.reason']);
  });

  it('tells the kinds of report apart by `kind`', () => {
    const { $defs, oneOf } = schema as { $defs: Record<string, Node>; oneOf: { $ref: string }[] };
    const kinds = oneOf.flatMap(({ $ref }) => {
      const { properties } = $defs[$ref.replace('#/$defs/', '')] as { properties: Node };
      const { const: one, enum: many } = properties.kind as { const?: string; enum?: string[] };
      return many ?? one;
    });
    expect(kinds).toEqual(['daily', 'weekly', 'monthly', 'backtest']);
  });
});

describe('a report is sound by its schema', () => {
  it.each(Object.entries(REPORTS))('%s', (_name, text) => {
    expect(() => validator.parse(parse(text))).not.toThrow();
  });
});

/** Objects whose keys the journal or the configuration gives. */
const OPEN = ['excluded', 'ineligible', 'denials', 'alerts', 'components'];
/** Keys that may be absent. */
const OPTIONAL = / without (reason|state)$/;

describe('a report is refused', () => {
  it.each([
    ['a day of busyDay', 700],
    ['a day of brokenDay', 700],
    ['a week of busyDay', 1000],
  ])('%s with any key less or more, or any value of another type', (name, least) => {
    const sound = shortened(parse(REPORTS[name] ?? ''));
    expect(accepts(sound)).toBe(true);
    const changed = [...changesOf(sound, (key) => OPEN.includes(key))];
    expect(changed.length).toBeGreaterThan(least);
    const taken = changed.filter(({ document }) => accepts(document)).map(({ change }) => change);
    expect(taken.filter((change) => !OPTIONAL.test(change))).toEqual([]);
  });

  it.each([
    ['a kind that does not exist', { kind: 'yearly' }],
    ['the kind of another report', { kind: 'weekly' }],
    ['another version', { schemaVersion: 2 }],
    ['a date that is none', { header: { session: '2026-02-30' } }],
    ['a time without a zone', { header: { openAt: '2026-03-05T14:30:00' } }],
    ['less than no trades', { tradeSummary: { wins: -1 } }],
    ['half a trade', { tradeSummary: { wins: 0.5 } }],
  ])('with %s', (_name, change) => {
    const sound = parse(REPORTS['a day of busyDay'] ?? '') as Record<string, object>;
    const changed = Object.entries(change).map(([key, value]) => [
      key,
      typeof value === 'object' ? { ...sound[key], ...value } : value,
    ]);
    expect(accepts({ ...sound, ...Object.fromEntries(changed) })).toBe(false);
  });
});
