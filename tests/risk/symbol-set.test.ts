import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SymbolSet } from '../../src/risk/symbol-set.ts';
import { sym } from '../pipeline/builders.ts';

const names = fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F').map(sym);

describe('a set of symbols', () => {
  it('holds what a plain set would, and every earlier one what it held', () => {
    // Each step adds to one of the sets made so far, so that chains part from each other.
    const steps = fc.array(fc.record({ symbol: names, to: fc.nat(50) }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(names, { maxLength: 4 }), steps, (start, additions) => {
        const made = [{ set: SymbolSet.of(start), plain: new Set(start) }];
        for (const { symbol, to } of additions) {
          const from = made[to % made.length] as (typeof made)[number];
          made.push({ set: from.set.with(symbol), plain: new Set(from.plain).add(symbol) });
        }
        for (const { set, plain } of made) {
          expect(set.list()).toEqual([...plain]);
          expect(set.size).toBe(plain.size);
          for (const name of ['A', 'B', 'C', 'D', 'E', 'F']) {
            expect(set.has(sym(name))).toBe(plain.has(sym(name)));
          }
        }
      }),
    );
  });
});
