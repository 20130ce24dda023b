import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Connectivity } from '../../src/adapters/ib/ib-connectivity.ts';
import { ibMessage } from '../../src/adapters/ib/ib-messages.ts';

describe('a message of the broker that is on no order', () => {
  it.each([
    [1_100, 'link', 'line_lost'],
    [2_110, 'link', 'line_lost'],
    [1_101, 'link', 'data_lost'],
    [1_102, 'link', 'line_restored'],
    [1_300, 'link', 'connection_ends'],
    [505, 'link', 'connection_ends'],
    [326, 'configuration', 'person'],
    [321, 'configuration', 'person'],
    [2_104, 'data', 'farm_ok'],
    [2_105, 'data', 'farm_broken'],
    [2_108, 'data', 'farm_idle'],
    [162, 'data', 'request_ends'],
    [10_167, 'data', 'nothing'],
    [10_197, 'data', 'request_ends'],
    [354, 'data', 'person'],
    [99_999, 'info', 'nothing'],
  ])('%i is about the %s: %s', (code, about, follows) => {
    expect(ibMessage(code)).toEqual({ about, follows });
  });
});

describe('the line that messages tell of', () => {
  const codes = fc.constantFrom(1_100, 1_101, 1_102, 2_110, 2_103, 2_104, 2_107, 2_119, 165);

  it('is lost from the first 1100 or 2110 until 1101 or 1102, and news are told once', () => {
    fc.assert(
      fc.property(fc.array(codes, { maxLength: 40 }), (said) => {
        const line = new Connectivity();
        let isLost = false;
        for (const code of said) {
          const follows = line.hear(code);
          const loses = code === 1_100 || code === 2_110;
          expect(follows === 'line_lost').toBe(loses && !isLost);
          if (loses) isLost = true;
          if (code === 1_101 || code === 1_102) isLost = false;
          expect(line.isLost).toBe(isLost);
        }
      }),
    );
  });
});
