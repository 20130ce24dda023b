import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, quoted } from '../../src/events/fingerprint.ts';

/** The same written a second time: JSON of the value with the members of every object in order. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

/** Names and text with what JSON escapes; no numbers, which objects put first whatever the order. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'Z', '"', '\\', '\n', 'é', '\ud800') });
const name = fc.string({ unit: fc.constantFrom('a', 'b', 'Z', '_', '"', 'é'), minLength: 1 });
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value')),
    fc.dictionary(name, tie('value')),
  ),
}));

describe('canonical JSON', () => {
  it('is JSON with the members of every object in order', () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(canonicalJson(one)).toBe(sorted(one));
      }),
    );
  });

  it('is the same in whatever order members were set, however many shapes came between', () => {
    const shapes = fc.uniqueArray(name, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(shapes, { minLength: 1, maxLength: 40 }), (all) => {
        for (const names of all) {
          const forth = Object.fromEntries(names.map((one) => [one, one]));
          const back = Object.fromEntries(names.toReversed().map((one) => [one, one]));
          expect(canonicalJson(back)).toBe(sorted(forth));
          expect(canonicalJson(forth)).toBe(sorted(forth));
        }
      }),
    );
  });

  it('quotes text as JSON does, also long text', () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(quoted(one)).toBe(JSON.stringify(one));
      }),
    );
    const long = 'a"'.repeat(100);
    expect(quoted(long)).toBe(JSON.stringify(long));
  });
});
