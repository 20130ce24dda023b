import { describe, expect, it } from 'vitest';
import { allKeys } from '../../src/config/keys.ts';
import { REASON_CODES, type ReasonCode } from '../../src/domain/reason.ts';
import { CONTROLS, SOURCES } from '../../src/risk/controls.ts';
import { REASON_WORDS } from '../../src/risk/reasons.ts';
import { BOUNDARIES } from '../risk/boundaries.ts';
import { readText } from '../tidy/source.ts';
import { hasTest, table, withPrinted } from './page.ts';

const PAGE = 'docs/RISK.md';
const GUARDS = 'tests/risk/guards.test.ts';
const GATE = 'tests/app/gated-broker.test.ts';

/** Tests of the controls that no boundary of a guard tries: their file and title. */
const TESTS: Partial<Record<ReasonCode, readonly [file: string, title: string]>> = {
  STOP_TOO_CLOSE: ['tests/pipeline/size.test.ts', 'is at least half an ATR14 away'],
  QUANTITY_ZERO: [GUARDS, 'refuse a quantity that is not whole shares'],
  MIN_NOTIONAL: [GUARDS, 'denies below and allows at it, to the millionth of a dollar'],
  REWARD_TOO_SMALL: [GUARDS, 'denies below so many times the costs both ways, and allows at it'],
  MARGIN: [
    'tests/pipeline/margin.test.ts',
    'is sized down to what the equity with loan still covers',
  ],
  MARGIN_UNKNOWN: ['tests/pipeline/margin.test.ts', 'is denied where the broker does not say'],
  REVIEW_DECLINED: ['tests/pipeline/run.test.ts', 'denies what a person declines'],
  ORDER_INVALID: ['tests/domain/order-checks.test.ts', 'is refused for %s'],
  SYMBOL_UNKNOWN: [GATE, 'sends nothing of %s'],
  NOT_JOURNALLED: [GATE, 'stops what was not written down'],
  PAYLOAD_CONFLICT: [GATE, 'stops other terms under a name that stands for something already'],
  CONSERVATION: [GATE, 'buys no more than was approved'],
  OVERSELL: [GATE, 'sells no more than is owned and on its way'],
  ORDER_RATE: [
    GATE,
    'holds entries to the orders of a minute, a run and a day, whatever strategies want',
  ],
  ORDERS_PER_MINUTE: [
    GATE,
    'holds entries to the orders of a minute, a run and a day, whatever strategies want',
  ],
  ORDERS_PER_RUN: [
    GATE,
    'holds entries to the orders of a minute, a run and a day, whatever strategies want',
  ],
  ORDERS_PER_DAY: [
    GATE,
    'holds entries to the orders of a minute, a run and a day, whatever strategies want',
  ],
};

/** The first boundary at which a guard says this code first, as the title of its test. */
function boundaryOf(code: ReasonCode): string | null {
  for (const [family, boundaries] of BOUNDARIES) {
    const row = boundaries.find(([, , , said]) => said.startsWith(`${code} `));
    if (row !== undefined) return `a guard of ${family} trips alone at ${row[0]}`;
  }
  return null;
}

function testOf(code: ReasonCode): string {
  const [file, title] = TESTS[code] ?? [GUARDS, boundaryOf(code)];
  return `\`${file}\` "${title}"`;
}

const keysOf = (code: ReasonCode): string[] => {
  const { key } = REASON_WORDS[code];
  return [...(key === null ? [] : [key]), ...(CONTROLS[code].besides ?? [])];
};

describe('docs/RISK.md', () => {
  it('lists every control with its rule, source, keys and test', async () => {
    const page = withPrinted(PAGE, {
      controls: table(
        ['Reason', 'Rule', 'Source', 'Keys', 'Test'],
        REASON_CODES.map((code) => [
          `\`${code}\``,
          CONTROLS[code].rule,
          CONTROLS[code].sources.join(', '),
          keysOf(code)
            .map((key) => `\`${key}\``)
            .join(' '),
          testOf(code),
        ]),
      ),
      sources: table(['Name', 'Source'], Object.entries(SOURCES)),
    });
    await expect(page).toMatchFileSnapshot(`../../${PAGE}`);
  });

  it.each(REASON_CODES)('names for %s keys that exist and a test that exists', (code) => {
    const known = allKeys();
    const isKnown = (key: string) =>
      known.some((name) => name === key || name.startsWith(`${key}.`));
    expect(keysOf(code).filter((key) => !isKnown(key))).toEqual([]);
    const named = TESTS[code];
    if (named === undefined) expect(boundaryOf(code)).not.toBeNull();
    else expect(named).toSatisfy(([file, title]: typeof named) => hasTest(file, title));
    expect(CONTROLS[code].sources.length).toBeGreaterThan(0);
  });

  it('names in its list of what regulators ask only reasons and keys that exist', () => {
    const [, list = ''] = /## What is asked for([\s\S]*?)\n## /.exec(readText(PAGE)) ?? [];
    const codes = [...list.matchAll(/`([A-Z]{2,}(?:_[A-Z]+)*)`/g)].map(([, code = '']) => code);
    expect(codes.length).toBeGreaterThan(25);
    expect(codes.filter((code) => !(REASON_CODES as readonly string[]).includes(code))).toEqual([]);
    const rows = [...list.matchAll(/^\| (\d+) /gm)].map(([, number]) => Number(number));
    expect(rows).toEqual(Array.from({ length: 19 }, (_, i) => i + 1));
    const keys = [...list.matchAll(/`([a-z]+(?:\.[a-zA-Z]+)+)`/g)].map(([, key = '']) => key);
    expect(keys.filter((key) => !allKeys().includes(key))).toEqual([]);
  });
});
