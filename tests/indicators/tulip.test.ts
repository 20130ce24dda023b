import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BarColumns } from '../../src/domain/market.ts';
import { computeIndicator, parseIndicator } from '../../src/indicators/registry.ts';

const dataDir = process.env.TRADE_LABS_TEST_DATA;

interface Vector {
  readonly name: string;
  readonly options: readonly number[];
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

type Prices = 'high' | 'low' | 'close' | 'volume';

interface Comparison {
  readonly inputs: readonly Prices[];
  readonly ours: readonly string[];
  /** First outputs to leave out: Tulip seeds Wilder sums one bar earlier than TA-Lib. */
  readonly skip?: number;
  /** Tulip's value in our units. */
  readonly scale?: number;
}

/** Tulip indicators whose convention is ours; its EMA, ATR, ADX and MACD are seeded otherwise. */
const COMPARED: Readonly<Record<string, Comparison>> = {
  sma: { inputs: ['close'], ours: ['sma'] },
  stddev: { inputs: ['close'], ours: ['stddev'] },
  bbands: { inputs: ['close'], ours: ['bblower', 'bbmid', 'bbupper'] },
  max: { inputs: ['high'], ours: ['donchianhigh'] },
  min: { inputs: ['low'], ours: ['donchianlow'] },
  mom: { inputs: ['close'], ours: ['mom'] },
  roc: { inputs: ['close'], ours: ['roc'], scale: 100 },
  rsi: { inputs: ['close'], ours: ['rsi'] },
  tr: { inputs: ['high', 'low', 'close'], ours: ['tr'], skip: 1 },
  di: { inputs: ['high', 'low', 'close'], ours: ['plusdi', 'minusdi'], skip: 1 },
  willr: { inputs: ['high', 'low', 'close'], ours: ['willr'] },
  cci: { inputs: ['high', 'low', 'close'], ours: ['cci'] },
  mfi: { inputs: ['high', 'low', 'close', 'volume'], ours: ['mfi'] },
};

/**
 * The vector's inputs as bars; a column that the indicator does not read is NaN, so reading it
 * would show.
 */
function barsOf(vector: Vector, names: readonly Prices[]): BarColumns {
  const length = vector.inputs[0]?.length ?? 0;
  const column = (name: Prices): Float64Array =>
    Float64Array.from(
      vector.inputs[names.indexOf(name)] ?? Array.from({ length }, () => Number.NaN),
    );
  return {
    length,
    time: Float64Array.from({ length }, (_, i) => i),
    open: new Float64Array(length).fill(Number.NaN),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
}

describe.skipIf(!dataDir)('the Tulip test vectors', () => {
  let vectors: Vector[];
  beforeAll(() => {
    const text = readFileSync(`${dataDir}/indicators/tulip_vectors.json`, 'utf8');
    vectors = (JSON.parse(text) as { vectors: Vector[] }).vectors;
  });

  it.each(Object.entries(COMPARED))('agree on %s to their three decimals', (name, comparison) => {
    const cases = vectors.filter((vector) => vector.name === name);
    expect(cases.length).toBeGreaterThan(0);
    for (const vector of cases) {
      const bars = barsOf(vector, comparison.inputs);
      comparison.ours.forEach((kind, output) => {
        const spec = parseIndicator(`${kind}${vector.options[0] ?? ''}`);
        if (!spec.ok) throw new Error(spec.error);
        const ours = computeIndicator(spec.value, bars);
        const theirs = (vector.outputs[output] ?? []).slice(comparison.skip ?? 0);
        const scale = comparison.scale ?? 1;
        theirs.forEach((expected, i) => {
          const value = ours[ours.length - theirs.length + i] ?? Number.NaN;
          expect(Math.abs(value / scale - expected)).toBeLessThan(0.001);
        });
      });
    }
  });
});
