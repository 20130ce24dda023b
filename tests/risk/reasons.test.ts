import { describe, expect, it } from 'vitest';
import { allKeys } from '../../src/config/keys.ts';
import { REASON_CODES } from '../../src/domain/reason.ts';
import { describeReason, REASON_WORDS } from '../../src/risk/reasons.ts';

describe('the words of the reasons', () => {
  it('cover every code, and no other', () => {
    expect(Object.keys(REASON_WORDS).sort()).toEqual([...REASON_CODES].sort());
  });

  it.each(REASON_CODES)('tell %s in a sentence with its numbers, and without them', (code) => {
    const { sentence } = REASON_WORDS[code];
    const told = (limit: number, value: number) =>
      describeReason({ code, allowed: 0, limit, value });
    expect(told(1, 2)).not.toMatch(/[{}]|undefined|NaN/);
    expect(told(1, 2).split(' ').length).toBeGreaterThan(4);
    expect(told(1, 2) !== told(9000, 2)).toBe(sentence.includes('{limit'));
    expect(told(1, 2) !== told(1, 9000)).toBe(sentence.includes('{value'));
    const empty = describeReason({ code, allowed: 0, limit: null, value: null });
    expect(empty).not.toMatch(/[{}]|null|NaN/);
  });

  it('name keys that the configuration has', () => {
    const known = allKeys();
    const named = Object.values(REASON_WORDS).flatMap(({ key }) => (key === null ? [] : [key]));
    const unknown = named.filter(
      (key) => !known.some((name) => name === key || name.startsWith(`${key}.`)),
    );
    expect(unknown).toEqual([]);
  });

  it('say how many shares a reduction left', () => {
    const reason = { code: 'OPEN_RISK', allowed: 12, limit: 100, value: 250 } as const;
    expect(describeReason(reason)).toBe(
      'the order risked $250.00, of the open risk $100.00 was left: 12 shares allowed',
    );
  });

  it('survive any number a journal may hold', () => {
    for (const value of [1e300, -1e-300, 9e15]) {
      const reason = { code: 'GROSS_EXPOSURE', allowed: 1, limit: value, value } as const;
      expect(describeReason(reason)).toContain('1 share allowed');
    }
  });
});
