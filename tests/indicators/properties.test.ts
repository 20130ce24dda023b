import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sliceColumns } from '../../src/domain/market.ts';
import { INDICATOR_KINDS, type IndicatorKindName } from '../../src/indicators/kinds.ts';
import {
  computeIndicator,
  type IndicatorSpec,
  parseIndicator,
} from '../../src/indicators/registry.ts';
import { barsArb } from './clean-bars.ts';

const BARS = 60;
const bars = barsArb(0, BARS);

function specOf(name: string): IndicatorSpec {
  const spec = parseIndicator(name);
  if (!spec.ok) throw new Error(spec.error);
  return spec.value;
}

/** Specs of a kind with short and long periods; for `vwap` also the one without. */
function specsOf(kind: IndicatorKindName): fc.Arbitrary<IndicatorSpec> {
  const { period } = INDICATOR_KINDS[kind];
  if (period === null) return fc.constant(specOf(kind));
  const withPeriod = fc
    .integer({ min: period.minimum, max: 25 })
    .map((bars) => specOf(`${kind}${bars}`));
  return 'optional' in period ? fc.oneof(fc.constant(specOf(kind)), withPeriod) : withPeriod;
}

const kinds = Object.keys(INDICATOR_KINDS) as IndicatorKindName[];

describe.each(kinds)('%s', (kind) => {
  it('is as long as the bars, undefined during its warm-up and defined from then on', () => {
    fc.assert(
      fc.property(bars, specsOf(kind), (columns, spec) => {
        const values = computeIndicator(spec, columns);
        expect(values).toHaveLength(columns.length);
        values.forEach((value, i) => {
          expect(Number.isFinite(value)).toBe(i >= spec.warmupBars);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('never changes a value when later bars arrive', () => {
    fc.assert(
      fc.property(bars, specsOf(kind), fc.nat(BARS), (columns, spec, cut) => {
        const known = sliceColumns(columns, 0, Math.min(cut, columns.length));
        const values = computeIndicator(spec, columns);
        expect(computeIndicator(spec, known)).toEqual(values.slice(0, known.length));
      }),
      { numRuns: 30 },
    );
  });

  it('leaves the bars as they were', () => {
    fc.assert(
      fc.property(bars, specsOf(kind), (columns, spec) => {
        const before = sliceColumns(columns, 0, columns.length);
        computeIndicator(spec, columns);
        expect(columns).toEqual(before);
      }),
      { numRuns: 10 },
    );
  });
});

const windowKinds = kinds.filter((kind) => INDICATOR_KINDS[kind].memory(1) === 'window');

describe.each(windowKinds)('%s, which looks at a window', (kind) => {
  it('gives the same bits wherever the columns start, once the window is full', () => {
    const windowSpecs = specsOf(kind).filter(({ memory }) => memory === 'window');
    fc.assert(
      fc.property(bars, windowSpecs, fc.nat(BARS), (columns, spec, start) => {
        const from = Math.min(start, columns.length);
        const suffix = computeIndicator(spec, sliceColumns(columns, from, columns.length));
        const whole = computeIndicator(spec, columns).slice(from);
        expect(suffix.slice(spec.warmupBars)).toEqual(whole.slice(spec.warmupBars));
      }),
      { numRuns: 60 },
    );
  });
});
