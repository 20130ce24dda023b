import { describe, expect, it } from 'vitest';
import { nearMatches } from '../../src/app/near-matches.ts';

describe('names near a mistyped one', () => {
  it.each([
    ['aapl', ['MSFT', 'AAPL'], ['AAPL']],
    ['APPL', ['AAPL', 'KO', 'APP'], ['APP', 'AAPL']],
    ['scan-open', ['x-scan-noon', '2026-03-05-scan-open'], ['2026-03-05-scan-open']],
    ['zzz', ['AAPL'], []],
    ['', ['AAPL'], []],
    ['x', ['A'], []],
  ])('%s among %j are %j', (typed, names, near) => {
    expect(nearMatches(typed, names)).toEqual(near);
  });

  it('are at most five, the earlier of equals first', () => {
    const names = Array.from({ length: 9 }, (_, i) => `run-${i}`);
    expect(nearMatches('run-', names)).toEqual(names.slice(0, 5));
  });
});
